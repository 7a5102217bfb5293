// SPDX-License-Identifier: Apache-2.0
// How figures have come about: what had been reached by each day, and what each week brought.
import {nothing} from 'lit-html'
import {columns} from '../../charts/columns.js'
import {count, list} from '../../charts/sums/read.js'
import {cumulated, spanOf, weekly, monthly} from '../../charts/sums/series.js'
import {dayNumber} from '../../charts/sums/days.js'
import {frame, legend, table} from '../../charts/table.js'
import {trend} from '../../charts/trend.js'
import {asOfDay} from './head.js'

/**
 * @typedef {object} Line {key, column, name, mark}: a metric, and which column of the daily rows brings it about
 * @param {Line[]} lines
 * @param {{goal?: {name, from, to, of}|null, downloads?: object}} options goal: an even pace, drawn where it crosses
 * @returns {Array<object>} two frames
 */
export function course(ctx, figure, lines, options, say) {
	const daily = list(figure, 'daily')
	const {from, to} = spanOf(daily, asOfDay(ctx), !ctx.day)
	return [reachedFrame(figure, daily, lines, from, to, options, say), perWeekFrame(daily, lines, from, to, say)]
}

function reachedFrame(figure, daily, lines, from, to, options, say) {
	const series = lines.map((each, i) => ({
		name: each.name,
		mark: each.mark,
		filled: i === 0,
		points: cumulated(count(figure, each.key), daily, each.column, from, to),
	}))
	const marks = series.map((each, i) => ({
		name: each.name,
		mark: each.mark,
		value: say.num(count(figure, lines[i].key)),
		line: true,
	}))
	const goal = options.goal && evenPace(options.goal, from, to)
	if (goal) marks.push({name: options.goal.name, mark: 'pace', line: true})
	const started = series[0].points[0].value
	const now = count(figure, lines[0].key)
	const title = say.t('chart.course')
	return frame(
		{
			title,
			text: say.t('chart.course_says', {
				from: say.day(from),
				to: say.day(to),
				name: lines[0].name,
				before: say.num(started),
				now: say.num(now),
			}),
			legend: legend(marks),
			body: trend(
				goal ? [...series, goal] : series,
				{
					from,
					to,
					label: `${title}: ${marks
						.filter(each => each.value)
						.map(each => `${each.name} ${each.value}`)
						.join(', ')}`,
				},
				say,
			),
			table: dailyTable(daily, lines, series, from, to, options, say),
		},
		say,
	)
}

/** An even pace from nothing on the first day to all on the last, as far as it can be seen. */
function evenPace(goal, from, to) {
	if (!goal.from || !goal.to || goal.to <= goal.from)
		return null
	const first = dayNumber(goal.from) - 1
	const days = dayNumber(goal.to) - first
	const at = day => (goal.of * (dayNumber(day) - first)) / days
	const start = from < goal.from ? goal.from : from
	const end = to > goal.to ? goal.to : to
	if (end <= start)
		return null
	return {
		name: goal.name,
		mark: 'pace',
		straight: true,
		points: [
			{day: start, value: at(start)},
			{day: end, value: at(end)},
		],
	}
}

function dailyTable(daily, lines, series, from, to, options, say) {
	const within = daily.filter(row => row[0] >= from && row[0] <= to)
	const sums = series.map(each => new Map(each.points.map(point => [point.day, point.value])))
	const rows = within.map(row => [
		say.day(row[0]),
		...lines.flatMap((each, i) => [say.num(row[each.column]), say.num(sums[i].get(row[0]))]),
	])
	return table(
		{
			caption: say.t('chart.by_day'),
			columns: [
				{text: say.t('chart.day')},
				...lines.flatMap(each => [
					{text: each.name, numeric: true},
					{text: say.t('chart.until_then'), numeric: true},
				]),
			],
			rows: rows.reverse(),
		},
		{downloads: options.downloads},
		say,
	)
}

function perWeekFrame(daily, lines, from, to, say) {
	const picked = lines.map(each => each.column)
	const isLong = dayNumber(to) - dayNumber(from) > 300
	const sums = isLong ? monthly(daily, picked, from, to) : weekly(daily, picked, from, to)
	const name = key => (isLong ? say.month(key) : say.t('chart.week_of', {day: say.day(key)}))
	const title = say.t(isLong ? 'chart.per_month' : 'chart.per_week')
	const step = Math.ceil(sums.length / 6)
	if (!sums.some(sum => sum.values.some(Boolean)))
		return frame({title, text: say.t('chart.nothing_new', {from: say.day(from), to: say.day(to)}), body: nothing}, say)
	return frame(
		{
			title,
			legend: legend(lines.map(each => ({name: each.name, mark: each.mark}))),
			body: columns(
				sums.map((sum, i) => ({
					label: (sums.length - 1 - i) % step ? '' : isLong ? say.monthYear(sum.key) : say.shortDay(sum.key),
					quiet: ((sums.length - 1 - i) / step) % 2 === 1,
					title: `${name(sum.key)}\n${lines.map((each, at) => `${each.name}: ${say.num(sum.values[at])}`).join('\n')}`,
					values: sum.values,
				})),
				{label: `${title}: ${lines.map(each => each.name).join(', ')}`, marks: lines.map(each => each.mark)},
				say,
			),
			table: table(
				{
					caption: title,
					columns: [
						{text: say.t(isLong ? 'chart.month' : 'chart.week')},
						...lines.map(each => ({text: each.name, numeric: true})),
					],
					rows: sums.map(sum => [name(sum.key), ...sum.values.map(say.num)]).reverse(),
				},
				{},
				say,
			),
		},
		say,
	)
}
