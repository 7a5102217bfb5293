// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {test} from 'node:test'
import {extent} from '../src/charts/bars.js'
import {dayNumber, dayText, daysWithin, mondayOf, months, ticks} from '../src/charts/sums/days.js'
import {pace, passed, projected} from '../src/charts/sums/pace.js'
import {belowOf, leftOn, placesIn, programmeLeaves} from '../src/charts/sums/places.js'
import {count, list, part, rate, read} from '../src/charts/sums/read.js'
import {balance, cumulated, monthly, outsideOffice, shade, spanOf, week, weekly} from '../src/charts/sums/series.js'
import {valueAt} from '../src/charts/trend.js'
import {Regions} from '../src/regions.js'
import {windows} from '../src/views/sections/lapses.js'
import {filled} from '../src/views/sections/minutes.js'
import {goalHere, meantWhere, pathOf} from '../src/views/sections/places.js'

test('a figure is read whole, and by keys', () => {
	const whole = {
		metrics: {
			participants: 3,
			completion_rate: {n: 1, of: 4, value: 0.25},
			by: {role: {'care assistant': {participants: 2}}},
		},
	}
	const flat = {metrics: {participants: 3, 'completion_rate.value': 0.25, 'by.role.care assistant.participants': 2}}
	for (const figure of [whole, flat]) {
		assert.equal(count(figure, 'participants'), 3)
		assert.equal(read(figure, 'completion_rate.value'), 0.25)
		assert.equal(count(figure, 'by.role.care assistant.participants'), 2)
	}
	assert.deepEqual(rate(whole, 'completion_rate'), {n: 1, of: 4, value: 0.25})
})

test('what is absent is zero, and a rate of what is not known is none', () => {
	assert.equal(count(undefined, 'participants'), 0)
	assert.equal(count({metrics: {}}, 'enrolment.applied'), 0)
	assert.equal(count({metrics: null}, 'participants'), 0)
	assert.deepEqual(list({metrics: {}}, 'daily'), [])
	assert.equal(rate({metrics: {coverage: null}}, 'coverage'), null)
	assert.equal(rate({metrics: {coverage: {n: 3, of: null, value: null}}}, 'coverage'), null)
	assert.equal(part(3, 0), null)
	assert.equal(part(3, null), null)
	assert.equal(read({metrics: {by: {}}}, 'by.role.constructor'), undefined)
})

test('days are counted over months, leap years and changes of the clock', () => {
	for (const day of ['2024-02-29', '2024-03-31', '2025-10-26', '1999-12-31']) assert.equal(dayText(dayNumber(day)), day)
	assert.equal(daysWithin('2024-02-28', '2024-03-01'), 3)
	assert.equal(mondayOf('2024-05-20'), '2024-05-20')
	assert.equal(mondayOf('2024-05-19'), '2024-05-13')
	assert.deepEqual(months('2023-11', '2024-02'), ['2023-11', '2023-12', '2024-01', '2024-02'])
})

test('a scale of days has no more marks than there is room for', () => {
	assert.deepEqual(ticks('2024-02-21', '2024-05-20', 6), ['2024-03-01', '2024-04-01', '2024-05-01'])
	for (const to of ['2024-12-31', '2026-05-01', '2034-01-01', '2090-01-01'])
		assert.ok(ticks('2024-01-01', to, 6).length <= 7, to)
})

test('the share of days that have passed has today in it', () => {
	assert.equal(passed('2024-01-01', '2024-01-10', '2024-01-05'), 0.5)
	assert.equal(passed('2024-01-01', '2024-01-10', '2023-12-31'), 0)
	assert.equal(passed('2024-01-01', '2024-01-10', '2024-02-01'), 1)
	assert.equal(passed(null, '2024-01-10', '2024-01-05'), null)
	assert.equal(passed('2024-01-10', '2024-01-01', '2024-01-05'), null)
})

test('a target is ahead of an even pace, on it, or behind', () => {
	const at = (n, of, today = '2024-01-05') => pace(n, of, '2024-01-01', '2024-01-10', today)
	assert.deepEqual(at(30, 100), {status: 'behind', passed: 0.5, expected: 50, away: 20})
	assert.equal(at(49, 100).status, 'near')
	assert.equal(at(52, 100).status, 'near')
	assert.equal(at(54, 100).status, 'ahead')
	assert.equal(at(54, 100).away, 4)
	assert.equal(at(100, 100).status, 'reached')
	assert.equal(at(0, 1).status, 'near', 'half a person is nobody')
	assert.equal(at(0, 100, '2023-12-01').status, 'before')
	assert.equal(at(90, 100, '2024-01-11').status, 'after')
	assert.equal(at(90, 100, '2024-01-11').away, 10)
	assert.equal(at(90, 100, '2024-01-10').status, 'behind', 'the last day is a day')
	assert.equal(at(5, null).status, 'unknown')
	assert.equal(pace(5, 10, null, null, '2024-01-01').status, 'open')
})

test('four weeks like the last ones are gone on with', () => {
	const daily = [
		['2024-01-23', 50, 0],
		['2024-02-10', 14, 1],
		['2024-02-20', 14, 1],
		['2024-02-21', 99, 9],
	]
	const at = (today, to = '2024-03-19') => projected(100, daily, 1, '2024-01-01', to, today)
	assert.equal(at('2024-02-20'), 100 + 28)
	assert.equal(at('2024-01-20'), null, 'too early to tell')
	assert.equal(at('2024-03-19'), null, 'nothing left')
	assert.equal(projected(100, daily, 1, null, '2024-03-19', '2024-02-20'), null)
})

test('what had been reached before the rows is what there is, less the rows', () => {
	const points = cumulated(
		10,
		[
			['2024-01-01', 9],
			['2024-01-03', 2],
			['2024-01-05', 3],
		],
		1,
		'2024-01-02',
		'2024-01-06',
	)
	assert.deepEqual(points, [
		{day: '2024-01-02', value: 5},
		{day: '2024-01-03', value: 7},
		{day: '2024-01-05', value: 10},
		{day: '2024-01-06', value: 10},
	])
	assert.equal(valueAt(points, '2024-01-04'), 7)
	assert.equal(valueAt(points, '2024-01-02'), 5)
	assert.deepEqual(cumulated(3, [['2024-01-02', 3]], 1, '2024-01-02', '2024-01-02'), [{day: '2024-01-02', value: 3}])
	assert.deepEqual(
		cumulated(3, [], 1, '2024-01-01', '2024-01-09').map(point => point.value),
		[3, 3],
	)
})

test('holders go up by what begins, and down by what ends', () => {
	const points = balance(
		8,
		[
			['2024-01-02', 3, 1],
			['2024-01-04', 0, 4],
		],
		1,
		2,
		'2024-01-01',
		'2024-01-05',
	)
	assert.deepEqual(
		points.map(point => point.value),
		[10, 12, 8, 8],
	)
})

test('weeks and months have no holes and lose nothing', () => {
	const daily = [
		['2024-01-05', 1, 0],
		['2024-01-28', 2, 1],
		['2024-02-01', 4, 2],
	]
	const weeks = weekly(daily, [1, 2], '2024-01-05', '2024-02-02')
	assert.deepEqual(
		weeks.map(each => each.key),
		['2024-01-01', '2024-01-08', '2024-01-15', '2024-01-22', '2024-01-29'],
	)
	assert.deepEqual(
		weeks.map(each => each.values[0]),
		[1, 0, 0, 2, 4],
	)
	assert.deepEqual(monthly(daily, [2], '2024-01-05', '2024-02-02'), [
		{key: '2024-01', values: [1]},
		{key: '2024-02', values: [2]},
	])
	assert.deepEqual(
		weekly(daily, [1], '2024-01-29', '2024-02-02'),
		[{key: '2024-01-29', values: [4]}],
		'what is before is left out',
	)
})

test('live rows speak of ninety days, those of another day of all', () => {
	const daily = [
		['2023-01-02', 1],
		['2024-05-01', 1],
	]
	assert.deepEqual(spanOf(daily, '2024-05-20', true), {from: '2024-02-21', to: '2024-05-20'})
	assert.deepEqual(spanOf(daily, '2024-05-20', false), {from: '2023-01-02', to: '2024-05-20'})
	assert.deepEqual(spanOf([], '2024-05-20', false), {from: '2024-02-21', to: '2024-05-20'})
	assert.equal(daysWithin('2024-02-21', '2024-05-20'), 90)
})

test('a week has seven days of 24 hours, and an office some of them', () => {
	const hours = Array.from({length: 168}, () => 0)
	hours[0 * 24 + 7] = 5
	hours[4 * 24 + 16] = 3
	hours[4 * 24 + 17] = 2
	hours[5 * 24 + 10] = 1
	const {byDay, byHour, total, most} = week(hours)
	assert.deepEqual(byDay, [5, 0, 0, 0, 5, 1, 0])
	assert.equal(byHour[10], 1)
	assert.deepEqual([total, most], [11, 5])
	assert.equal(outsideOffice(hours), 3)
	assert.equal(week([]).total, 0)
})

test('only nothing has no shade, and only the most has the strongest', () => {
	assert.deepEqual(
		[0, 1, 50, 51, 100].map(n => shade(n, 100, 6)),
		[0, 1, 3, 4, 6],
	)
	assert.equal(shade(5, 0, 6), 0)
	assert.equal(shade(null, 9, 6), 0)
})

const catalogue = [
	{code: 'all', parents: []},
	{code: 'unassigned', parents: []},
	{code: 'land', parents: []},
	{code: 'north', parents: ['land']},
	{code: 'south', parents: ['land']},
	{code: 'trust', parents: ['land']},
	{
		code: 'n1',
		parents: ['north', 'trust'],
		headcount: [
			{count: 10, where: {}},
			{count: 3, where: {role: 'nurse'}},
		],
	},
	{code: 'n2', parents: ['north'], headcount: [{count: 20}]},
	{code: 's1', parents: ['south', 'trust']},
]

test('a list of places is of leaves, or of what is above them where they are many', () => {
	const regions = new Regions(catalogue)
	const leavesOf = code => regions.leaves(code)
	assert.deepEqual(placesIn(regions, 'all', leavesOf, 9), {codes: ['n1', 'n2', 's1'], isLeaves: true})
	assert.deepEqual(
		placesIn(
			new Regions([...catalogue, {code: 's2', parents: ['south']}]),
			'all',
			code => new Regions([...catalogue, {code: 's2', parents: ['south']}]).leaves(code),
			3,
		),
		{codes: ['north', 'south', 'trust'], isLeaves: false},
		'the country alone is no choice',
	)
	assert.deepEqual(placesIn(regions, 'north', leavesOf, 1), {codes: ['n1', 'n2'], isLeaves: true})
	assert.deepEqual(placesIn(regions, 'n1', leavesOf, 1), {codes: ['n1'], isLeaves: true})
	assert.deepEqual(belowOf(regions, 'n1'), [])
	assert.deepEqual(belowOf(regions, 'all'), ['north', 'south', 'trust'])
})

test('who has left a programme is among its places, and who has yet to come is not', () => {
	const regions = new Regions(catalogue)
	const programme = {
		regions: ['north', 's1'],
		memberships: [
			{code: 'north', from: null, to: '2024-06-30'},
			{code: 's1', from: '2024-07-01', to: null},
		],
	}
	assert.deepEqual(programmeLeaves(regions, programme, 'all', '2024-05-01'), ['n1', 'n2'])
	assert.deepEqual(programmeLeaves(regions, programme, 'all', '2024-07-01'), ['n1', 'n2', 's1'])
	assert.deepEqual(programmeLeaves(regions, programme, 'trust', '2024-08-01'), ['n1', 's1'])
	assert.equal(leftOn(regions, programme, 'n1', '2024-08-01'), '2024-06-30')
	assert.equal(leftOn(regions, programme, 'n1', '2024-06-30'), null)
	assert.equal(leftOn(regions, programme, 's1', '2024-08-01'), null)
	assert.deepEqual(programmeLeaves(regions, {regions: []}, 'north', '2024-08-01'), ['n1', 'n2'], 'no regions: everywhere')
})

test('places are measured by those whom the targets are for', () => {
	const manager = {measure: 'participants', where: {role: 'manager'}, value: 50}
	assert.deepEqual(meantWhere({targets: [manager, {measure: 'completed', where: {}, value: 9}]}), {role: 'manager'})
	assert.deepEqual(meantWhere({targets: [manager, {measure: 'participants', where: {}, value: 90}]}), {})
	assert.deepEqual(
		meantWhere({targets: [{...manager, where: {role: 'manager', gender: 'f'}}]}),
		{},
		'the figures have no cross tables',
	)
	assert.deepEqual(meantWhere({targets: []}), {})
	assert.equal(pathOf({role: 'manager'}, 'participants'), 'by.role.manager.participants')
	assert.equal(pathOf({}, 'completed'), 'completed')
})

test('a share of a headcount is rounded up, in ten-thousandths', () => {
	assert.equal(goalHere({share: 0.1}, 330), 33)
	assert.equal(goalHere({share: 0.3}, 10), 3, '0.3 * 10 is no more than 3')
	assert.equal(goalHere({share: 0.07}, 100), 7)
	assert.equal(goalHere({share: 0.1}, 331), 34)
	assert.equal(goalHere({share: 0.1}, null), null)
	assert.equal(goalHere({value: 2}, null), 2)
	assert.equal(goalHere(undefined, 9), null)
})

test('what ends within thirty, sixty and ninety days is told apart', () => {
	assert.deepEqual(windows({metrics: {expiring_30d: 2, expiring_60d: 5, expiring_90d: 5}}), [2, 3, 0])
	assert.deepEqual(windows(undefined), [0, 0, 0])
})

test('months of no presence are months', () => {
	assert.deepEqual(
		filled([
			['2024-01', 1, 60, 1],
			['2024-03', 2, 90, 1],
		]),
		[
			['2024-01', 1, 60, 1],
			['2024-02', 0, 0, 0],
			['2024-03', 2, 90, 1],
		],
	)
	assert.deepEqual(filled([]), [])
})

test('headcounts are drawn for all places, or for none', () => {
	assert.deepEqual(
		extent([
			{value: 10, of: 40},
			{value: 5, of: null},
		]),
		{most: 40, hasRoom: true},
	)
	assert.deepEqual(
		extent([
			{value: 10, of: 900},
			{value: 5, of: 20},
		]),
		{most: 10, hasRoom: false},
	)
	assert.equal(extent([{value: 10, of: 900, goal: 90}]).most, 90, 'a goal has room')
	assert.equal(extent([]).most, 1)
})
