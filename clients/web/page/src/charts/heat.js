// SPDX-License-Identifier: Apache-2.0
// The hours of a week as a map of seven rows.
import {html, svg} from 'lit-html'
import {shade, week} from './sums/series.js'
import {table} from './table.js'

const SHADES = 6
const ROW = 22
const LEFT = 9

/**
 * @param {number[]} hours 168, from Monday 00:00
 * @param {{label: string}} options
 */
export function heat(hours, options, say) {
	const {days, most} = week(hours)
	const step = (100 - LEFT) / 24
	const at = hour => `${(LEFT + hour * step).toFixed(3)}%`
	const span = hour => `${say.hour(hour)}–${say.hour(hour + 1)}`
	const cell = (n, hour, day) => svg`<rect class="cell q${shade(n, most, SHADES)}" x=${at(hour)} width="${(step * 0.95).toFixed(3)}%"
		y=${day * ROW + 1} height=${ROW - 2} rx="2"><title>${say.weekday(day, true)} ${span(hour)}: ${say.num(n)}</title></rect>`
	const name = day => svg`<text class="tick" text-anchor="end" x="${LEFT - 0.8}%" y=${day * ROW + 15}>${say.weekday(day)}</text>`
	return html`<svg class="plot heat" role="img" aria-label=${options.label} width="100%" height=${7 * ROW + 22}>
		${days.map((row, day) => [name(day), row.map((n, hour) => cell(n, hour, day))])}
		${[0, 3, 6, 9, 12, 15, 18, 21].map(hour => svg`<text class="tick" x=${at(hour)} y=${7 * ROW + 16}>${say.hour(hour)}</text>`)}
	</svg>`
}

/** The same as a table: hours down, days across. */
export function heatTable(hours, caption, options, say) {
	const {days, byDay, byHour, total} = week(hours)
	const number = n => say.num(n)
	return table(
		{
			caption,
			columns: [
				{text: say.t('chart.hour')},
				...days.map((_, day) => ({text: say.weekday(day), numeric: true})),
				{text: say.t('chart.sum'), numeric: true},
			],
			rows: [
				...byHour.map((sum, hour) => [
					`${say.hour(hour)}–${say.hour(hour + 1)}`,
					...days.map(row => number(row[hour])),
					number(sum),
				]),
				[say.t('chart.sum'), ...byDay.map(number), number(total)],
			],
		},
		options,
		say,
	)
}

/** From light to dark, and what the ends mean. */
export function heatScale(most, say) {
	const steps = Array.from({length: SHADES + 1}, (_, i) => svg`<rect class="cell q${i}" x=${i * 21 + 1} y="1" width="19" height="12" rx="2"></rect>`)
	return html`<p class="scale">
		<span>0</span> <svg width="148" height="14" aria-hidden="true">${steps}</svg> <span>${say.num(most)}</span>
	</p>`
}
