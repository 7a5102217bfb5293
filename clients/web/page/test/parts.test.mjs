// SPDX-License-Identifier: Apache-2.0
// The page's modules by themselves: regions, words, addresses, what is asked again, classes and cells.
import assert from 'node:assert/strict'
import {readFileSync, readdirSync} from 'node:fs'
import {test} from 'node:test'
import {searchOf} from '../src/api.js'
import {dayOf} from '../src/ctx.js'
import {drawCells, project} from '../src/map/cells.js'
import {classify, shadeOf} from '../src/map/classes.js'
import {nextCell} from '../src/map/drawing.js'
import {placeLabels} from '../src/map/labels.js'
import {chooseLevel, levelsBelow, sitesOf} from '../src/map/level.js'
import {joinOutlines} from '../src/map/outlines.js'
import {Regions} from '../src/regions.js'
import {linkOf, readParams} from '../src/router.js'
import {firstDay} from '../src/shell/day.js'
import {createStore, isAbout, pick} from '../src/store.js'
import {chooseLanguage, createWords} from '../src/words.js'

const here = new URL('..', import.meta.url)
const readWords = (lang, folder = 'words') => JSON.parse(readFileSync(new URL(`${folder}/${lang}.json`, here), 'utf8'))
const LANGUAGES = ['nb', 'sv', 'da', 'en']

const regions = new Regions([
	{code: 'all', name: 'all', level: '', parents: []},
	{code: 'unassigned', name: 'unassigned', level: '', parents: []},
	{code: 'county', name: 'County', level: 'county', parents: []},
	{code: 'trust', name: 'Trust', level: 'trust', parents: []},
	{code: 'a', name: 'A', level: 'municipality', parents: ['county', 'trust'], lat: 65, lon: 12, headcount: [{count: 10}, {where: {role: 'nurse'}, count: 4}]},
	{code: 'b', name: 'B', level: 'municipality', parents: ['county'], lat: 65.5, lon: 12.5, headcount: [{count: 20}], aliases: ['NO-1']},
	{code: 'c', name: 'C', level: 'municipality', parents: ['county', 'unseen'], lat: 66, lon: 13, headcount: [{count: 30}]},
])

test('a region holds each of those below it once, whatever ways lead there', () => {
	assert.deepEqual(regions.leaves('all').sort(), ['a', 'b', 'c'])
	assert.deepEqual(regions.inside('trust'), ['trust', 'a'])
	assert.deepEqual(regions.parents('c'), ['county'])
	assert.deepEqual(regions.parents('county'), ['all'])
	assert.ok(!regions.inside('all').includes('unassigned'))
})

test('a headcount is a region\'s own, else its leaves\', else not known', () => {
	assert.equal(regions.headcount('a', {role: 'nurse'}), 4)
	assert.equal(regions.headcount('county'), 60)
	assert.equal(regions.headcount('county', {role: 'nurse'}), null)
	assert.equal(regions.headcount('b', {role: 'nurse'}), null)
})

test('the way to a region goes by what was gone through', () => {
	assert.deepEqual(regions.path('a'), ['all', 'county', 'a'])
	assert.deepEqual(regions.path('a', ['trust']), ['all', 'trust', 'a'])
	assert.deepEqual(regions.path('all'), ['all'])
})

test('texts have their values, plurals and the form of their language', () => {
	const words = {hello: 'Hello {name}, {n}', events: {one: '{n} event', other: '{n} events'}}
	const {t, fmt, label} = createWords('nb', words, 'Europe/Oslo')
	assert.equal(t('hello', {name: 'Kari', n: 1234}), 'Hello Kari, 1\u00a0234')
	assert.equal(t('events', {n: 1}), '1 event')
	assert.equal(t('events', {n: 0}), '0 events')
	assert.equal(t('no.such'), 'no.such')
	assert.equal(fmt.percent(0.996), '99,6\u00a0%')
	assert.equal(fmt.percent(0.002), '0,2\u00a0%')
	assert.equal(fmt.percent(0.754), '75\u00a0%')
	assert.equal(fmt.num(null), '–')
	assert.equal(fmt.day('2025-10-14'), '14. oktober 2025')
	assert.equal(fmt.weekday(0, 'long'), 'mandag')
	assert.equal(fmt.ago(0, 3 * 3600 * 1000), 'for 3 timer siden')
	assert.equal(label({name: 'Nurse', label: {en: 'nurse', nb: 'sykepleier'}}), 'sykepleier')
	assert.equal(label({name: 'Nurse', label: {sv: 'sjuksköterska'}}), 'Nurse')
	assert.equal(label({code: '18'}), '18')
})

test('the reader\'s languages are tried in their order', () => {
	assert.equal(chooseLanguage(['de-DE', 'sv-FI']), 'sv')
	assert.equal(chooseLanguage(['nn-NO']), 'nb')
	assert.equal(chooseLanguage([undefined, null, 'fr']), 'en')
	assert.equal(chooseLanguage(['da', 'nb']), 'da')
	assert.equal(chooseLanguage(['constructor', 'sv']), 'sv')
})

test('a day that is none, or has not been, is no day', () => {
	assert.equal(dayOf('2025-09-15', '2025-11-30'), '2025-09-15')
	for (const text of [undefined, null, '', 'today', '2025-9-15', '2025-02-30', '2025-13-01', '2025-11-30', '2031-01-01', '+12025-01-01'])
		assert.equal(dayOf(text, '2025-11-30'), null, text)
})

test('a word is there in all languages, with the same values and plurals', () => {
	const names = text => [...new Set(JSON.stringify(text).match(/\{\w+\}/g))].sort().join()
	const english = readWords('en')
	for (const lang of LANGUAGES) {
		const words = readWords(lang)
		assert.deepEqual(Object.keys(words).sort(), Object.keys(english).sort(), lang)
		for (const key of Object.keys(english)) {
			assert.equal(names(words[key]), names(english[key]), `${lang}: ${key}`)
			assert.equal(typeof words[key], typeof english[key], `${lang}: ${key}`)
		}
	}
})

test('the sources use no word that is not there', () => {
	const words = {...readWords('en'), ...readWords('en', 'words/parts')}
	const read = folder => readdirSync(new URL(folder, here), {withFileTypes: true}).flatMap(entry => (entry.isDirectory()
		? read(`${folder}${entry.name}/`) : [readFileSync(new URL(folder + entry.name, here), 'utf8')]))
	for (const text of read('src/'))
		for (const [, key] of text.matchAll(/\bt\('([\w.]+)'/g))
			assert.ok(key in words, key)
})

test('an address says all, and what is usual is left out', () => {
	const params = readParams('?region=18&figure=people.learners')
	assert.deepEqual(params, {view: 'map', region: '18', figure: 'people.learners'})
	assert.equal(linkOf(params), '?region=18&figure=people.learners')
	assert.equal(linkOf(params, {region: 'all', day: '2025-01-01'}), '?figure=people.learners&day=2025-01-01')
	assert.equal(linkOf({view: 'map', region: 'a&b'}), '?region=a%26b')
	assert.equal(String(searchOf({region: ['a', 'b'], kind: 'module', keys: ['x.y', 'z'], day: null})), 'region=a&region=b&kind=module&keys=x.y%2Cz')
	const many = Array.from({length: 745}, (_, i) => String(i))
	assert.equal(String(searchOf({region: many, kind: 'people'})), 'kind=people')
})

test('a topic is of a query that has its region, kind and id', () => {
	assert.ok(isAbout({region: ['a', 'b'], kind: 'module'}, 'metric/a/module/course/101'))
	assert.ok(isAbout({id: 'course/101'}, 'metric/a/module/course/101'))
	assert.ok(!isAbout({region: 'b'}, 'metric/a/module/x'))
	assert.ok(isAbout({}, 'metric/a/people/all'))
})

test('a path reads whole metrics and flat ones', () => {
	assert.equal(pick({rate: {value: 0.5}}, 'rate.value'), 0.5)
	assert.equal(pick({'rate.value': 0.5}, 'rate.value'), 0.5)
	assert.equal(pick({requirements: [{gap: 3}]}, 'requirements.0.gap'), 3)
	assert.equal(pick({rate: null}, 'rate.value'), undefined)
	assert.equal(pick(undefined, 'x'), undefined)
	assert.equal(pick({by: {role: {}}}, 'by.role.constructor'), undefined)
})

test('only what has changed is asked for again, and all of it when something was missed', async () => {
	globalThis.document = {hidden: false, addEventListener() {}}
	const asked = []
	let tell
	let catalogues = 0
	const settle = () => new Promise(done => setTimeout(done, 5))
	const client = {
		state: async () => ({tick: 1, epoch: 1, as_of: '2025-01-01'}),
		catalogue: async () => {
			catalogues++
			await settle()
			return {regions: []}
		},
		figures: async query => {
			asked.push(query.region)
			return {as_of: '2025-01-01', figures: [{region: query.region, kind: 'people', id: 'all', metrics: {learners: asked.length}}]}
		},
		subscribe: listener => {
			tell = listener
		},
	}
	const interval = globalThis.setInterval
	globalThis.setInterval = () => 0
	const store = createStore(client, () => {})
	await store.begin()
	globalThis.setInterval = interval
	store.show([{region: 'a', kind: 'people'}, {region: 'b', kind: 'people'}])
	await settle()
	assert.deepEqual(asked.splice(0), ['a', 'b'])
	const event = (tick, changed, epoch = 1) => ({tick, epoch, as_of: '2025-01-01', changed})
	tell(event(2, null))
	await settle()
	assert.deepEqual(asked.splice(0), ['a', 'b'])
	tell(event(3, ['metric/b/people/all', 'metric/c/people/all']))
	await settle()
	assert.deepEqual(asked.splice(0), ['b'])
	tell(event(4, []))
	await settle()
	assert.deepEqual(asked.splice(0), [])
	tell(null)
	assert.ok(store.isStale())
	tell(event(9, []))
	await settle()
	assert.deepEqual(asked.splice(0), ['a', 'b'])
	tell(event(1, [], 2))
	await settle()
	assert.deepEqual(asked.splice(0), ['a', 'b'])
	store.show([{region: 'a', kind: 'people'}])
	tell(event(2, ['metric/b/people/all'], 2))
	await settle()
	assert.deepEqual(asked, [])
	assert.equal(store.figure('b', 'people', 'all'), undefined)
	assert.ok(store.figure('a', 'people', 'all').metrics.learners > 0)
	await settle()
	catalogues = 0
	tell(event(3, ['catalogue'], 2))
	tell(event(4, ['catalogue'], 2))
	await new Promise(done => setTimeout(done, 50))
	assert.equal(catalogues, 2) // the second came while the first was on its way
})

test('classes are round, cover all, and put a whole number where it ends', () => {
	for (const values of [[1], [0], [3, 7], [137, 5], [5000, 12], [1_000_000], []]) {
		const {of, rows} = classify(values, false)
		assert.ok(rows.length >= 1 && rows.length <= 6, String(values))
		for (const value of values)
			assert.ok(value === 0 ? of(value) === 0 : value > rows[of(value) - 1].from && value <= rows[of(value) - 1].to, `${value} of ${values}`)
	}
	const {of, rows} = classify([120], false)
	assert.deepEqual(rows[0], {from: 0, to: 20})
	assert.equal(of(20), 1)
	assert.equal(of(21), 2)
	assert.ok(classify([0.337], true).rows.every(({to}) => to <= 0.361))
	assert.deepEqual([shadeOf(0, 5), shadeOf(1, 5), shadeOf(5, 5)], [0, 1, 6])
})

test('the level with most places is shown, unless they are too many', () => {
	const levels = levelsBelow(regions, 'all')
	assert.equal(chooseLevel(levels).level, 'municipality')
	assert.equal(chooseLevel(levels, 'county').level, 'county')
	const many = Array.from({length: 300}, (_, i) => ({code: `m${i}`, name: `M${i}`, level: 'municipality', parents: [`c${i % 15}`], lat: 60 + i / 50, lon: 10}))
	const land = new Regions([...Array.from({length: 15}, (_, i) => ({code: `c${i}`, name: `C${i}`, level: 'county', parents: []})), ...many])
	assert.equal(chooseLevel(levelsBelow(land, 'all')).level, 'county')
	assert.equal(sitesOf(land, 'county', ['c0', 'c1']).filter(({code}) => code).length, 40)
})

test('cells share the land: each place is in its own, none in two, and the last ones end', () => {
	const sites = sitesOf(regions, 'municipality', ['a', 'b', 'c'])
	const sheet = project(sites, 500, 700)
	const cells = drawCells(sites, sheet)
	assert.deepEqual(cells.map(({code}) => code), ['a', 'b', 'c'])
	const inside = ([x, y], path) => {
		const points = path.slice(1, -1).split('L').map(pair => pair.split(',').map(Number))
		return points.reduce((is, [ax, ay], i) => {
			const [bx, by] = points[(i + 1) % points.length]
			return (ay > y) !== (by > y) && x < ((bx - ax) * (y - ay)) / (by - ay) + ax ? !is : is
		}, false)
	}
	for (const one of cells)
		for (const other of cells)
			assert.equal(inside(one.at, other.fill), one === other, `${one.code} in ${other.code}`)
	for (const {box} of cells)
		assert.ok(box[2] - box[0] < 1000 && box[3] - box[1] < 1000, String(box))
})

test('one place alone, and two at one point, have a cell each', () => {
	const site = {lon: 10, lat: 60, code: 'a'}
	for (const sites of [[site], [site, {...site, code: 'b'}]]) {
		const sheet = project(sites, 400, 500)
		const cells = drawCells(sites, sheet)
		assert.equal(cells.length, sites.length)
		assert.ok(cells.every(({fill}) => !/NaN|Infinity/.test(fill)))
		assert.ok(Number.isFinite(sheet.height))
	}
})

test('arrow keys go to what lies there, labels do not lie on one another', () => {
	const cells = [['a', 0, 0], ['b', 50, 5], ['c', 0, 60], ['d', 55, 70]].map(([code, x, y]) => ({code, at: [x, y]}))
	assert.equal(nextCell(cells, cells[0], [1, 0]).code, 'b')
	assert.equal(nextCell(cells, cells[0], [0, 1]).code, 'c')
	assert.equal(nextCell(cells, cells[3], [-1, 0]).code, 'c')
	assert.equal(nextCell(cells, cells[0], [-1, 0]), null)
	const labels = placeLabels(Array.from({length: 40}, (_, i) => ({code: `${i}`, at: [100 + (i % 5) * 10, 100 + i * 3], name: 'Alstahaug', value: '12', weight: i})), 400, 400)
	assert.ok(labels.length > 3 && labels.length < 40)
	assert.ok(labels.some(({code}) => code === '39'))
})

test('outlines are joined by code or alias, whatever their capitals', () => {
	const joined = joinOutlines([{properties: {code: 'no-1'}, geometry: {}}, {properties: {code: 'A'}, geometry: {}}, {properties: {code: 'x'}, geometry: {}}, {geometry: {}}], regions)
	assert.deepEqual([...joined.keys()], ['b', 'a'])
})

test('the days begin with the first programme, else a year ago', () => {
	assert.equal(firstDay({programmes: [{from: '2025-03-01'}, {from: '2024-08-01'}, {from: null}]}, '2025-10-01'), '2024-08-01')
	assert.equal(firstDay({programmes: []}, '2025-10-01'), '2024-10-01')
})
