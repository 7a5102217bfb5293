// SPDX-License-Identifier: Apache-2.0
// The page of an open audience: a release, its day, and that it is protected; what it has not is not shown as nothing.
import assert from 'node:assert/strict'
import {after, before, test} from 'node:test'
import {resolve} from 'node:path'
import {openBrowser, SIZES, violations} from './browser.mjs'
import {createWorld} from './world.mjs'

const {LIFT_BUILD: build = 'build', LIFT_SHOTS: shots = 'build/web-shots', LIFT_SOURCE: source = '.'} = process.env
const AS_OF = '2025-11-14'
const VIEWS = ['map', 'programme', 'competence', 'module', 'place', 'about']
const SAID = {
	nb: [/utgivelse 1, per 14\. november 2025/, /Utgivelse 1: 14\. november 2025/],
	sv: [/utgåva 1, per 14 november 2025/, /Utgåva 1: 14 november 2025/],
	da: [/udgivelse 1, pr\. 14\. november 2025/, /Udgivelse 1: 14\. november 2025/],
	en: [/release 1, of 14 November 2025/, /Release 1: 14 November 2025/],
}

let world
let browser

before(async () => {
	browser = await openBrowser(resolve(shots))
	if (!browser) {
		console.log('open_test: skipped: there is no chromium that can be started')
		process.exit(0)
	}
	world = await createWorld({build, catalogue: resolve(source, 'daemon/examples/demo.yaml'), asOf: AS_OF, title: 'Open figures', plane: 'open', simulate: ['--enrolment']})
})

after(async () => {
	await world?.end()
	await browser?.close()
})

const at = (params = '') => `${world.url}/${params}`
const number = text => Number(text.replace(/[^\d]/g, ''))

test('before the first release it says that there is none, and shows no figure', async () => {
	for (const view of VIEWS) {
		const page = await browser.visit(at(`?view=${view}`))
		assert.match(await page.locator('.notices').innerText(), /No figures have been released here yet/)
		assert.doesNotMatch(await page.locator('#main').innerText(), /undefined|NaN|\[object/, view)
		if (view === 'programme') // no frame without anything in it
			assert.equal(await page.locator('#main .legend').count(), 0)
	}
	const page = await browser.visit(at())
	assert.equal(await page.locator('.tile-value').first().innerText(), '–')
})

test('a release comes by itself, and is what lift export says', async () => {
	const page = await browser.openPage(at())
	world.release()
	await page.waitForFunction(() => /^[1-9]/.test(document.querySelector('.tile-value').textContent))
	const exported = world.exported('--plane', 'open')
	const rows = await page.locator('tr[data-row]').evaluateAll(all => all.map(row => [row.dataset.row, row.querySelector('td').textContent]))
	assert.equal(rows.length, 9)
	for (const [code, text] of rows)
		assert.equal(number(text), exported.get(`people/all/${code}`).learners, code)
	const {participants, completed} = exported.get('programme/autumn-2025/1813')
	const programme = await browser.visit(at('?view=programme&region=1813'))
	const numbers = (await programme.locator('.tile-value').allInnerTexts()).map(number)
	assert.ok(numbers.includes(participants) && numbers.includes(completed), `${numbers}`)
	await page.context().close()
})

test('in each language it says which release, of which day, and that it is protected', async () => {
	for (const [lang, [notice, line]] of Object.entries(SAID))
		for (const view of VIEWS) {
			const page = await browser.visit(at(`?view=${view}&lang=${lang}`))
			assert.match(await page.locator('.notices').innerText(), notice)
			if (view !== 'about')
				assert.match(await page.locator('.day').innerText(), line)
			const text = await page.locator('body').innerText()
			assert.doesNotMatch(text, /\{\w+\}|undefined|NaN|\[object/, `${lang}, ${view}`)
		}
})

test('there is no slider, no source, no course of days, and what is not given is not 0', async () => {
	for (const view of VIEWS) {
		const page = await browser.visit(at(`?view=${view}&region=1812`))
		assert.equal(await page.locator('.day input, details.sources, .heat, .stands-on').count(), 0, view)
		assert.doesNotMatch(await page.locator('#main').innerText(), /last 30 days|Stalled|Lapse within|Nobody is registered/, view)
	}
	const exported = world.exported('--plane', 'open')
	assert.equal(exported.has('competence/medicine-dispensers/1812'), false)
	const page = await browser.visit(at('?view=competence&id=medicine-dispensers&region=1812'))
	assert.match(await page.locator('#main').innerText(), /The release gives nothing here/)
	const map = await browser.visit(at('?figure=competence.holders&id=medicine-dispensers'))
	assert.equal((await map.locator('tr[data-row="1812"] td').first().innerText()).trim(), '–')
	// A day in the address is that of another page.
	const day = await browser.visit(at('?day=2025-09-15'))
	assert.match(await day.locator('.day').innerText(), /Release 1: 14 November 2025/)
})

test('what happens does not change the page, until there is another release', async () => {
	const page = await browser.openPage(at())
	const state = async () => {
		const {time: _, ...rest} = await (await fetch(at('api/v1/state'))).json()
		return rest
	}
	const [before, told] = [await page.locator('#main').innerText(), await state()]
	world.publish(Array.from({length: 30}, (_, i) => ['started', `${AS_OF}T08:00:00+01:00`, `late-${i}`, 'vt-basics', '1812']))
	assert.deepEqual(await state(), told)
	world.release()
	await page.waitForFunction(() => /Release 2/.test(document.querySelector('.status').textContent))
	const learners = world.exported('--plane', 'open').get('people/all/1812').learners
	await page.waitForFunction(wished => document.querySelector('tr[data-row="1812"] td').textContent.trim() === wished, String(learners))
	assert.notEqual(await page.locator('#main').innerText(), before)
	await page.context().close()
})

test('an earlier release can be looked at, and the way back', async () => {
	const earlier = world.exported('--plane', 'open')
	await world.stop('liftd')
	world.configure(text => text.replace(`as_of: ${AS_OF}`, 'as_of: 2025-12-31'))
	await world.startLiftd()
	world.release()
	const page = await browser.openPage(at())
	await page.waitForSelector('.day select')
	const options = await page.locator('.day option').allInnerTexts()
	assert.deepEqual(options.map(text => text.trim()), ['Release 2: 14 November 2025', 'Release 3: 31 December 2025'])
	await page.locator('.day select').selectOption('2025-11-14')
	await page.waitForURL(/day=2025-11-14/)
	await page.waitForFunction(wished => document.querySelector('.big').textContent.replace(/[^0-9]/g, '') === wished, String(earlier.get('people/all/all').learners))
	assert.match(await page.locator('.notices').innerText(), /release 2, of 14 November 2025/)
	assert.match(await page.locator('.table-panel .downloads a').first().getAttribute('href'), /day=2025-11-14/)
	await browser.shoot(page, 'open-earlier')
	await page.locator('.day select').selectOption('2025-12-31')
	const now = world.exported('--plane', 'open')
	await page.waitForFunction(wished => document.querySelector('.big').textContent.replace(/[^0-9]/g, '') === wished, String(now.get('people/all/all').learners))
	await page.waitForURL(url => !url.searchParams.has('day'))
	await page.context().close()
})

test('tables can be taken away, with what is not given left empty', async () => {
	const csv = await (await fetch(at('api/v1/figures.csv?kind=module&keys=started,withdrawn,daily'))).text()
	const [head, ...rows] = csv.trim().split('\n')
	assert.match(head, /started,withdrawn,daily$/)
	assert.ok(rows.length > 5 && rows.every(row => /,\d+,\d*,$/.test(row)), csv)
	assert.equal((await fetch(at('api/v1/figures.xlsx'))).status, 200)
	assert.equal((await fetch(at('api/v1/figures?day=2025-09-15'))).status, 404)
})

test('nothing is against WCAG 2.2 AA, nothing sticks out', async () => {
	const found = []
	for (const size of Object.keys(SIZES))
		for (const view of VIEWS) {
			const page = await browser.visit(at(`?view=${view}&lang=nb`), {size})
			const name = `open-${view}-${size}`
			found.push(...(await violations(page)).map(text => `${name}: ${text}`))
			const [wide, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth])
			if (wide > room)
				found.push(`${name}: ${wide} px wide on ${room}`)
			await browser.shoot(page, name)
		}
	assert.deepEqual(found, [])
	assert.deepEqual(browser.faults, [])
})
