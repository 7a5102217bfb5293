// SPDX-License-Identifier: Apache-2.0
// The page as its readers have it: in a browser, of a real lift-web and a real liftd.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {isDrawn, openBrowser, SIZES, violations} from './browser.mjs'
import {withPalette} from './picture.mjs'
import {createWorld, until} from './world.mjs'

const {LIFT_BUILD: build = 'build', LIFT_SHOTS: shots = 'build/web-shots', LIFT_SOURCE: source = '.'} = process.env
const DEMO = resolve(source, 'daemon/examples/demo.yaml')
const PICTURE = resolve(shots, 'page.png')
const AS_OF = '2025-11-14'
const LIVE_MS = 2000
const FIRST_BYTES = 300 * 1024
const VIEWS = ['map', 'programme', 'competence', 'module', 'place', 'about']
const LANGUAGES = ['nb', 'sv', 'da', 'en']

let world
let browser

before(async () => {
	browser = await openBrowser(resolve(shots))
	if (!browser) {
		console.log('page_test: skipped: there is no chromium that can be started')
		process.exit(0)
	}
	world = await createWorld({build, catalogue: DEMO, asOf: AS_OF, title: 'Welfare technology', simulate: ['--presence', '--enrolment', '--late', '0.1', '--doubled', '0.1']})
})

after(async () => {
	await world?.end()
	await browser?.close()
})

const at = (params = '') => `${world.url}/${params}`
const shown = (page, selector) => page.locator(selector).first().innerText()
const number = text => Number(text.replace(/[^\d]/g, ''))
const cell = (page, code) => page.locator(`tr[data-row="${code}"] td`).first().innerText().then(number)
const isLive = page => page.waitForSelector('.status.is-live', {timeout: 30000})
let people = 0

/** Somebody new begins at a place. */
function someoneBegins(region, module = 'vt-basics') {
	world.publish([['started', `${AS_OF}T0${people % 8}:1${people % 6}:00+01:00`, `new-${++people}`, module, region]])
}

test('the first view is small, and its figures are there soon', async () => {
	const context = await browser.openContext()
	const page = await context.newPage()
	const session = await context.newCDPSession(page)
	await session.send('Network.enable')
	let bytes = 0
	let requests = 0
	session.on('Network.loadingFinished', ({encodedDataLength}) => {
		bytes += encodedDataLength
		requests++
	})
	const begun = Date.now()
	await page.goto(at())
	await page.waitForFunction(() => /[1-9]/.test(document.querySelector('.tile-value')?.textContent ?? ''))
	const figures = Date.now() - begun
	await isDrawn(page)
	console.log(`# first view: ${Math.round(bytes / 1024)} KB in ${requests} requests, first figures after ${figures} ms, all of it after ${Date.now() - begun} ms`)
	assert.ok(bytes > 10000 && bytes < FIRST_BYTES, `${bytes} bytes`)
	await context.close()
})

test('the figures on the map are those of lift export', async () => {
	const exported = world.exported()
	const page = await browser.visit(at())
	const rows = await page.locator('tr[data-row]').evaluateAll(all => all.map(row => [row.dataset.row, row.querySelector('td').textContent]))
	assert.equal(rows.length, 9)
	for (const [code, text] of rows)
		assert.equal(number(text), exported.get(`people/all/${code}`)?.learners ?? 0, code)
	assert.equal(number(await shown(page, '.big')), exported.get('people/all/all').learners)

	const tiles = await page.locator('.tile-value').allInnerTexts()
	const autumn = exported.get('programme/autumn-2025/all')
	assert.ok(tiles.map(number).includes(autumn.completed), `${tiles} have no ${autumn.completed}`)

	const gaps = await browser.visit(at('?figure=competence.gap&id=welfare-technology'))
	for (const [code, text] of await gaps.locator('tr[data-row]').evaluateAll(all => all.map(row => [row.dataset.row, row.querySelector('td').textContent])))
		assert.equal(number(text), exported.get(`competence/welfare-technology/${code}`).requirements.reduce((most, {gap}) => Math.max(most, gap), 0), code)
})

test('the figures of a programme, a competence, a module and a place are those of lift export', async () => {
	const exported = world.exported()
	const hold = async (params, wished) => {
		const page = await browser.visit(at(params))
		const numbers = (await page.locator('#main').innerText()).match(/\d[\d,]*/g).map(text => text.replace(/,/g, ''))
		for (const [name, value] of Object.entries(wished))
			assert.ok(numbers.includes(String(value)), `${params}: there is no ${value}, ${name}`)
	}
	const {participants, completed, stalled, withdrawn} = exported.get('programme/autumn-2025/all')
	await hold('?view=programme', {participants, completed, stalled, withdrawn})
	const vega = exported.get('programme/autumn-2025/1815')
	await hold('?view=programme&region=1815', {participants: vega.participants, completed: vega.completed})
	const {holders, requirements} = exported.get('competence/welfare-technology/hald')
	await hold('?view=competence&region=hald', {holders, gap: requirements[0].gap})
	const {started, passed} = exported.get('module/vt-medication/all')
	await hold('?view=module&id=vt-medication', {started, passed})
	await hold('?view=place&region=1820', {learners: exported.get('people/all/1820').learners})
})

test('what is published is on every open page within two seconds', async () => {
	const map = await browser.openPage(at())
	const programme = await browser.openPage(at('?view=programme&region=1815'))
	await isLive(map)
	await isLive(programme)
	const before = await cell(map, '1815')
	const participants = (await programme.locator('#main').innerText()).match(/\d+/)[0]
	for (let round = 1; round <= 3; round++) {
		someoneBegins('1815')
		const begun = Date.now()
		await map.waitForFunction(wished => document.querySelector('tr[data-row="1815"] td').textContent.trim() === wished, String(before + round), {polling: 20, timeout: LIVE_MS})
		console.log(`# published to seen: ${Date.now() - begun} ms`)
	}
	const now = world.exported().get('programme/autumn-2025/1815').participants
	await programme.waitForFunction(wished => document.querySelector('#main').innerText.match(/\d+/g).includes(wished), String(now), {timeout: LIVE_MS})
	assert.notEqual(participants, undefined)
	await map.context().close()
	await programme.context().close()
})

test('one connection serves all tabs, and the next tab takes over when one is closed', async () => {
	const context = await browser.openContext()
	const tabs = []
	let streams = 0
	context.on('request', request => {
		if (request.url().endsWith('/api/v1/events'))
			streams++
	})
	for (let i = 0; i < 8; i++) {
		tabs.push(await context.newPage())
		await tabs[i].goto(at())
		await isLive(tabs[i])
	}
	assert.equal(streams, 1)
	const before = await cell(tabs[7], '1813')
	await tabs[0].close()
	await tabs[7].bringToFront()
	await until('another tab listens', () => streams === 2)
	someoneBegins('1813')
	await tabs[7].waitForFunction(wished => document.querySelector('tr[data-row="1813"] td').textContent.trim() === wished, String(before + 1))
	await context.close()
})

test('a reader goes down the map and back, by pointer and by keyboard', async () => {
	const page = await browser.openPage(at('?level=regional+council'))
	assert.equal(await page.locator('a.cell').count(), 2)
	await page.locator('tr[data-row="hald"] a').click()
	await page.waitForURL(/region=hald/)
	await isDrawn(page)
	assert.deepEqual((await page.locator('.path li').allInnerTexts()).map(text => text.trim()), ['Everyone', 'Nordland', 'Helgelandssykehuset', 'HALD'])
	assert.equal(await page.locator('a.cell').count(), 4)

	const box = await page.locator('a.cell[data-code="1822"] .fill').boundingBox()
	const dots = await page.locator('.dots circle').count()
	assert.equal(dots, 4)
	assert.ok(box.width > 20)
	await page.locator('a.cell[data-code="1820"]').focus()
	const seen = new Set()
	for (const key of ['ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowDown']) {
		await page.keyboard.press(key)
		seen.add(await page.evaluate(() => document.activeElement.dataset.code))
	}
	assert.ok(seen.size >= 3, [...seen].join())
	await page.locator('a.cell[data-code="1827"]').focus()
	await page.keyboard.press('Enter')
	await page.waitForURL(/region=1827/)
	await isDrawn(page)
	assert.equal(number(await shown(page, '.big')), world.exported().get('people/all/1827').learners)
	assert.equal(await page.locator('a.cell.selected').count(), 1)

	await page.locator('.path a', {hasText: 'HALD'}).click()
	await page.waitForURL(/region=hald/)
	await isDrawn(page)
	await page.goBack()
	await page.waitForURL(/region=1827/)
	await isDrawn(page)
	await page.locator('.path a', {hasText: 'Everyone'}).click()
	await isDrawn(page)
	assert.equal(await page.locator('a.cell').count(), 9)
	// A place on the map itself.
	const [x, y] = await page.locator('.labels g', {hasText: 'Bindal'}).evaluate(label => /\(([\d.]+),([\d.]+)\)/.exec(label.getAttribute('transform')).slice(1).map(Number))
	await page.locator('svg.map').click({position: {x, y}})
	await page.waitForURL(/region=1811/)
	await isDrawn(page)
	await page.context().close()
})

test('an earlier day has the figures of that day, and the way back', async () => {
	const exported = world.exported('--as-of', '2025-09-15')
	const page = await browser.visit(at('?day=2025-09-15'))
	for (const code of ['1811', '1813', '1820'])
		assert.equal(await cell(page, code), exported.get(`people/all/${code}`).learners)
	assert.match(await page.locator('.notices').innerText(), /15 September 2025/)
	await page.locator('.day input').focus()
	await page.keyboard.press('ArrowRight')
	await page.waitForURL(/day=2025-09-16/)
	await page.locator('.to-live').click()
	await page.waitForURL(url => !url.searchParams.has('day'))
	await isDrawn(page)
	await isLive(page)
})

test('an address with anything in it shows the page', async () => {
	for (const search of ['?view=constructor', '?lang=constructor', '?day=yesterday', '?day=2025-02-30', '?day=2999-01-01', '?region=nowhere&view=place', '?view=module&id=none&level=x&cell=toString&sort=y&figure=toString.toString']) {
		const page = await browser.visit(at(search))
		await isDrawn(page)
		assert.ok((await page.locator('h1').innerText()).length > 0, search)
	}
})

test('each language is whole: no key without its words, numbers and dates in its form', async () => {
	const texts = {}
	for (const lang of LANGUAGES)
		for (const view of VIEWS) {
			const page = await browser.visit(at(`?view=${view}&lang=${lang}`))
			assert.equal(await page.evaluate(() => document.documentElement.lang), lang)
			const text = await page.locator('body').innerText()
			assert.doesNotMatch(text, /\b(view|map|tile|measure|figure|notice|status|source|about|chart|programme|competence|module|place)\.[a-z_]+\b(?!\w*\.(json|no))/, `${lang}, ${view}`)
			assert.doesNotMatch(text, /\{\w+\}|undefined|NaN|\[object/, `${lang}, ${view}`)
			texts[`${lang} ${view}`] = text
		}
	for (const view of VIEWS)
		assert.equal(new Set(LANGUAGES.map(lang => texts[`${lang} ${view}`])).size, 4, view)
	assert.match(texts['nb map'], /14\. november 2025/)
	assert.match(texts['sv map'], /14 november 2025/)
	assert.match(texts['da map'], /14\. november 2025/)
	assert.match(texts['en map'], /14 November 2025/)
	// Who asks for nothing gets what the browser asks for.
	const page = await browser.visit(at(), {lang: 'sv-SE'})
	assert.equal(await page.evaluate(() => document.documentElement.lang), 'sv')
})

test('nothing is against WCAG 2.2 AA, nothing sticks out: all views, three sizes, light and dark', async () => {
	const found = []
	for (const size of Object.keys(SIZES))
		for (const dark of [false, true])
			for (const view of VIEWS) {
				const page = await browser.visit(at(`?view=${view}&lang=nb`), {size, dark})
				const name = `${view}-${size}-${dark ? 'dark' : 'light'}`
				found.push(...(await violations(page)).map(text => `${name}: ${text}`))
				const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
				if (wide > room)
					found.push(`${name}: ${wide} px wide on ${room}`)
				await browser.shoot(page, name)
			}
	assert.deepEqual(found, [])
})

test('it prints on A4', async () => {
	for (const view of VIEWS) {
		const page = await browser.visit(at(`?view=${view}&lang=sv`))
		await page.pdf({path: resolve(shots, `${view}.pdf`), format: 'A4', printBackground: true})
		await page.emulateMedia({media: 'print'})
		await page.setViewportSize({width: 718, height: 1000})
		await browser.shoot(page, `${view}-print`)
		const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
		assert.ok(wide <= room, `${view}: ${wide} px wide on ${room}`)
	}
})

test('the page survives restarts of liftd and of lift-web by itself', async () => {
	const page = await browser.openPage(at())
	await isLive(page)
	const before = await cell(page, '1812')
	const learners = await shown(page, '.big')

	await world.stop('liftd', 'SIGKILL')
	await page.waitForSelector('.status.is-stale', {timeout: 20000})
	assert.equal(await shown(page, '.big'), learners)
	await browser.shoot(page, 'stale')
	assert.deepEqual(await violations(page), [])
	await world.startLiftd()
	await isLive(page)
	someoneBegins('1812')
	await page.waitForFunction(wished => document.querySelector('tr[data-row="1812"] td').textContent.trim() === wished, String(before + 1))

	await world.stop('lift-web', 'SIGKILL')
	await page.waitForSelector('.status.is-off', {timeout: 20000})
	assert.equal(await cell(page, '1812'), before + 1)
	await browser.shoot(page, 'no-connection')
	someoneBegins('1812')
	await world.startWeb()
	await isLive(page)
	await page.waitForFunction(wished => document.querySelector('tr[data-row="1812"] td').textContent.trim() === wished, String(before + 2))
	await page.context().close()
})

test('a page that is opened before the daemon is there waits for it', async () => {
	await world.stop('lift-web')
	const context = await browser.openContext()
	const page = await context.newPage()
	await world.startWeb()
	await world.stop('liftd')
	await page.goto(at())
	await page.waitForSelector('#main, .waiting')
	await world.startLiftd()
	await isDrawn(page)
	await context.close()
})

test('tables can be taken away, and a reader without a map has the same', async () => {
	const page = await browser.openPage(at('?region=hald'))
	const href = await page.locator('.table-panel .downloads a').first().getAttribute('href')
	const csv = await (await fetch(new URL(href, world.url))).text()
	const learners = world.exported().get('people/all/1820').learners
	assert.match(csv, new RegExp(`1820.*\\b${learners}\\b`))
	assert.match(csv, /Alstahaug/)
	await page.context().close()
})

/** Another world, for as long as it is looked at. */
async function within(wish, look) {
	const other = await createWorld({build, asOf: AS_OF, title: 'Welfare technology', ...wish})
	try {
		return await look(other)
	} finally {
		await other.end()
	}
}

test('outlines that the operator gives stand in place of cells', async () => {
	const square = (code, lon, lat) => ({type: 'Feature', properties: {code}, geometry: {type: 'Polygon', coordinates: [[[lon, lat], [lon, lat + 0.3], [lon + 0.6, lat + 0.3], [lon + 0.6, lat], [lon, lat]]]}})
	const outlines = {type: 'FeatureCollection', features: [square('1811', 12, 65), square('NO-1812', 12.7, 65), square('9999', 5, 60)]}
	await within({catalogue: DEMO, outlines}, async other => {
		const page = await browser.openPage(`${other.url}/`)
		await page.waitForFunction(() => document.querySelectorAll('a.cell').length === 2)
		const d = await page.locator('a.cell[data-code="1812"] .fill').getAttribute('d')
		assert.equal(d.match(/L/g).length >= 3, true)
		assert.match(await page.locator('.map-panel').innerText(), /Outlines/)
		assert.equal(await page.locator('tr[data-row]').count(), 9)
		await page.context().close()
	})
})

test('a catalogue without coordinates has tiles, and the same figures', async () => {
	const catalogue = join(mkdtempSync('/tmp/lift-page-catalogue.'), 'catalogue.yaml')
	writeFileSync(catalogue, readFileSync(DEMO, 'utf8').replace(/^ +(lat|lon):.*\n/gm, ''))
	await within({catalogue}, async other => {
		const page = await browser.openPage(`${other.url}/`)
		assert.equal(await page.locator('svg.map').count(), 0)
		assert.equal(await page.locator('a.region-card').count(), 9)
		const vega = other.exported().get('people/all/1815').learners
		assert.match(await page.locator('a.region-card', {hasText: 'Vega'}).innerText(), new RegExp(`\\b${vega}\\b`))
		assert.deepEqual(await violations(page), [])
		await page.locator('a.region-card', {hasText: 'Vega'}).click()
		await page.waitForURL(/region=1815/)
		await isDrawn(page)
		await page.context().close()
	})
	rmSync(dirname(catalogue), {recursive: true})
})

test('the picture of the README is small', async () => {
	await within({catalogue: resolve(source, 'daemon/examples/vesteralen.yaml'), asOf: '2024-05-15', title: 'Helse Nordland'}, async other => {
		const page = await browser.openPage(`${other.url}/?figure=people.learners_share`)
		await isLive(page)
		writeFileSync(PICTURE, withPalette(await page.screenshot({fullPage: true})))
		await page.context().close()
	})
	const {size} = statSync(PICTURE)
	assert.ok(size < 200 * 1024, `${size} bytes`)
})

test('nothing went wrong in any page, and none asked anybody else', () => {
	assert.deepEqual(browser.faults, [])
})
