// SPDX-License-Identifier: Apache-2.0
// Lines over days. Widths are shares of what there is, heights are pixels: text keeps its size on every screen.
import {html, nothing, svg} from 'lit-html'
import {scaleLinear} from 'd3-scale'
import {area, curveStepAfter, line} from 'd3-shape'
import {dayNumber, dayText, ticks} from './sums/days.js'

const WIDE = 1000

/**
 * @typedef {object} Series {name, mark, points: Array<{day, value}>, filled?: boolean, straight?: boolean}
 * @param {Series[]} series
 * @param {{from: string, to: string, label: string, height?: number, zero?: boolean}} options
 *   zero: begin at 0 (default), else at the least value
 */
export function trend(series, options, say) {
	const height = options.height ?? 220
	const top = 18
	const bottom = height - 22
	const first = dayNumber(options.from)
	const last = dayNumber(options.to)
	const span = Math.max(1, last - first)
	const most = Math.max(1, ...series.flatMap(each => each.points.map(point => point.value)))
	const y = scaleLinear([0, most], [bottom, top]).nice(4)
	const x = day => ((dayNumber(day) - first) / span) * WIDE
	const percent = day => `${((x(day) / WIDE) * 100).toFixed(2)}%`
	const marks = ticks(options.from, options.to, 6)
	return html`<svg class="plot" role="img" aria-label=${options.label} width="100%" height=${height}>
		${y
			.ticks(4)
			.filter(Number.isInteger)
			.map(value => svg`<line class="grid" x1="0" x2="100%" y1=${y(value)} y2=${y(value)}></line>`)}
		${marks.map(day => svg`<line class="grid upright" x1=${percent(day)} x2=${percent(day)} y1=${top} y2=${bottom + 5}></line>`)}
		<svg
			x="0"
			y="0"
			width="100%"
			height=${height}
			viewBox="0 0 ${WIDE} ${height}"
			preserveAspectRatio="none"
			class="stretched"
		>
			${series.map(each => lines(each, x, y, bottom))}
		</svg>
		${y
			.ticks(4)
			.filter(Number.isInteger)
			.map(value => svg`<text class="tick halo" x="0" y=${y(value) - 4}>${say.num(value)}</text>`)}
		${marks.map(day => tickText(day, x(day), bottom + 17, options, say))} ${hits(series, first, last, height, say)}
	</svg>`
}

function lines(each, x, y, bottom) {
	const path = line(
		point => x(point.day),
		point => y(point.value),
	)
	const below = area(
		point => x(point.day),
		bottom,
		point => y(point.value),
	)
	if (!each.straight) {
		path.curve(curveStepAfter)
		below.curve(curveStepAfter)
	}
	return svg`${each.filled ? svg`<path class="area ${each.mark}" d=${below(each.points)}></path>` : nothing}
		<path class="line ${each.mark}" vector-effect="non-scaling-stroke" d=${path(each.points)}></path>`
}

function tickText(day, at, y, options, say) {
	// A name beyond either edge would be cut.
	if (at > WIDE * 0.97)
		return nothing
	const long = day.slice(5, 7) === '01'
	return svg`<text class="tick" x="${(at / WIDE) * 100}%" dx="3" y=${y}>${long ? say.monthYear(day) : say.shortMonth(day)}</text>`
}

/** What a pointer is told over each day, of many days over each week. */
function hits(series, first, last, height, say) {
	const step = last - first > 120 ? 7 : 1
	const span = Math.max(1, last - first)
	const all = []
	for (let at = first; at <= last; at += step) {
		const day = dayText(at)
		const text = series.filter(each => !each.straight).map(each => `${each.name}: ${say.num(valueAt(each.points, day))}`)
		const x = Math.max(0, at - first - step / 2) / span
		const width = Math.min(step / span, 1 - x)
		all.push(svg`<rect class="hit" x="${x * 100}%" width="${width * 100}%" y="0" height=${height}>
			<title>${[say.day(day), ...text].join('\n')}</title></rect>`)
	}
	return all
}

/** The value that held at the end of a day. */
export function valueAt(points, day) {
	let value = points.length ? points[0].value : 0
	for (const point of points) {
		if (point.day > day)
			break
		value = point.value
	}
	return value
}
