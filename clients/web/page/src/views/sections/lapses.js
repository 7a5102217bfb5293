// SPDX-License-Identifier: Apache-2.0
// A competence in time: what lapses soon, and what has begun and ended month by month.
import {html} from 'lit-html'
import {columns} from '../../charts/columns.js'
import {dayNumber, dayText} from '../../charts/sums/days.js'
import {count, list} from '../../charts/sums/read.js'
import {balance, monthly, spanOf} from '../../charts/sums/series.js'
import {frame, legend, table} from '../../charts/table.js'
import {trend} from '../../charts/trend.js'
import {asOfDay} from './head.js'

/** Holders whose competence ends in the first, the second, the third thirty days: the metrics count from today each time. */
export function windows(figure) {
	const [first, second, third] = [30, 60, 90].map(days => count(figure, `expiring_${days}d`))
	return [first, second - first, third - second]
}

export function soonFrame(ctx, figure, say) {
	const counts = windows(figure)
	const today = dayNumber(asOfDay(ctx))
	const sum = counts.reduce((all, n) => all + n, 0)
	const title = say.t('competence.soon')
	const span = i => [say.shortDay(dayText(today + i * 30 + (i ? 1 : 0))), say.shortDay(dayText(today + (i + 1) * 30))]
	const name = i => span(i).join(' – ')
	const text = sum
		? say.t('competence.soon_says', {
				n: sum,
				count: say.num(sum),
				share: say.percent(sum / count(figure, 'holders')),
				soon: say.num(counts[0]),
			})
		: say.t('competence.soon_none')
	return frame(
		{
			title,
			text,
			body: sum
				? columns(
						counts.map((n, i) => ({
							label: say.t('competence.until', {day: span(i)[1]}),
							title: `${name(i)}: ${say.num(n)}`,
							values: [n],
							marks: [`soon${i}`],
						})),
						{label: `${title}. ${text}`, marks: ['soon0'], numbers: true, height: 180},
						say,
					)
				: html``,
			table: sum
				? table(
						{
							caption: title,
							columns: [{text: say.t('chart.days')}, {text: say.t('competence.ends'), numeric: true}],
							rows: counts.map((n, i) => [name(i), say.num(n)]),
						},
						{},
						say,
					)
				: undefined,
		},
		say,
	)
}

export function begunFrame(ctx, figure, say) {
	const daily = list(figure, 'daily')
	if (!daily.length)
		return undefined
	const {from, to} = spanOf(daily, asOfDay(ctx), !ctx.day)
	const sums = monthly(daily, [1, 2], from, to)
	const title = say.t('competence.by_month')
	const names = [say.t('competence.begun'), say.t('competence.ended')]
	const step = Math.ceil(sums.length / 8)
	const isPart = i => i === 0 && from.slice(8) !== '01'
	return frame(
		{
			title,
			text: say.t('competence.by_month_says', {from: say.day(from), to: say.day(to)}),
			legend: legend([
				{name: names[0], mark: 's1'},
				{name: names[1], mark: 'bad'},
			]),
			body: columns(
				sums.map((sum, i) => ({
					label: (sums.length - 1 - i) % step ? '' : say.monthYear(sum.key),
					quiet: false,
					title: `${say.month(sum.key)}\n${names[0]}: ${say.num(sum.values[0])}\n${names[1]}: ${say.num(sum.values[1])}`,
					values: sum.values,
				})),
				{label: `${title}: ${names.join(', ')}`, marks: ['s1', 'bad'], down: [false, true], numbers: sums.length <= 8},
				say,
			),
			table: table(
				{
					caption: title,
					columns: [{text: say.t('chart.month')}, ...names.map(text => ({text, numeric: true}))],
					rows: sums
						.map((sum, i) => [
							isPart(i) ? say.t('chart.since', {day: say.day(from)}) : say.month(sum.key),
							...sum.values.map(n => say.num(n)),
						])
						.reverse(),
				},
				{},
				say,
			),
		},
		say,
	)
}

export function holdersFrame(ctx, figure, say) {
	const daily = list(figure, 'daily')
	const {from, to} = spanOf(daily, asOfDay(ctx), !ctx.day)
	const points = balance(count(figure, 'holders'), daily, 1, 2, from, to)
	const title = say.t('competence.holders_in_time')
	const before = points[0].value
	const now = count(figure, 'holders')
	const text = say.t('competence.holders_says', {before: say.num(before), now: say.num(now), from: say.day(from)})
	return frame(
		{
			title,
			text,
			body: trend(
				[{name: say.t('competence.holders'), mark: 's1', filled: true, points}],
				{from, to, label: `${title}. ${text}`},
				say,
			),
			table: table(
				{
					caption: title,
					columns: [{text: say.t('chart.day')}, {text: say.t('competence.holders'), numeric: true}],
					rows: points.map(point => [say.day(point.day), say.num(point.value)]).reverse(),
				},
				{},
				say,
			),
		},
		say,
	)
}
