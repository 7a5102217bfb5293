// SPDX-License-Identifier: Apache-2.0
// Upright bars: weeks, months, bins of scores; downward ones for what ends.
import {html, nothing, svg} from 'lit-html'
import {scaleLinear} from 'd3-scale'

const LEFT = 5

/**
 * @typedef {object} Group {label, title, values: number[], quiet?: boolean} quiet: its label goes first where it is narrow
 * @param {Group[]} groups from the left
 * @param {{label: string, marks: string[], down?: boolean[], height?: number, numbers?: boolean, close?: boolean}} options
 *   marks: the class of each value; down: drawn below the line; numbers: above each bar; close: without gaps
 */
export function columns(groups, options, say) {
	const down = options.down ?? []
	const height = options.height ?? 200
	const top = 20
	const bottom = height - 22
	const most = Math.max(1, ...groups.flatMap(group => group.values.filter((_, i) => !down[i])))
	const least = Math.max(0, ...groups.flatMap(group => group.values.filter((_, i) => down[i])))
	const y = scaleLinear([-least, most], [bottom - (least ? 14 : 0), top]).nice(4)
	const whole = y.ticks(4).filter(Number.isInteger)
	// Numbers at the left edge have room of their own, unless the bars have theirs.
	const left = options.numbers ? 0 : LEFT
	const step = (100 - left) / Math.max(1, groups.length)
	const last = !options.close && groups.length > 8 ? groups.length - 1 : -1
	return html`<svg class="plot" role="img" aria-label=${options.label} width="100%" height=${height}>
		${whole.map(value => svg`<line class=${value ? 'grid' : 'grid base'} x1="0" x2="100%" y1=${y(value)} y2=${y(value)}></line>`)}
		${groups.map((group, i) => one(group, left + i * step, step, y, options, say))}
		${whole
			.filter(value => value && !options.numbers)
			.map(value => svg`<text class="tick halo" x="0" y=${y(value) - 4}>${say.num(Math.abs(value))}</text>`)}
		${groups.map((group, i) => name(group, left + i * step + step / 2, bottom + 17, i === last))}
	</svg>`
}

const share = n => `${n.toFixed(3)}%`

/** The last of many narrow ones would reach beyond the edge. */
function name(group, x, y, isLast) {
	if (!group.label)
		return nothing
	const anchor = isLast ? 'end' : 'middle'
	return svg`<text class=${group.quiet ? 'tick quiet' : 'tick'} text-anchor=${anchor} x=${isLast ? '100%' : share(x)} y=${y}>${group.label}</text>`
}

function one(group, left, step, y, options, say) {
	const side = options.down?.some(Boolean) ? 1 : group.values.length
	const inner = step * (options.close ? 0.94 : 0.72)
	const width = inner / side
	const bars = group.values.map((value, i) => {
		const isDown = options.down?.[i]
		const x = left + (step - inner) / 2 + (side === 1 ? 0 : i * width)
		const from = isDown ? y(0) : y(value)
		const to = isDown ? y(-value) : y(0)
		const mark = `mark ${group.marks?.[i] ?? options.marks[i]}`
		const number = options.numbers && value
			? svg`<text class="tick value" text-anchor="middle" x=${share(x + width / 2)} y=${isDown ? to + 12 : from - 4}>${say.num(value)}</text>`
			: nothing
		return svg`<rect class=${mark} x=${share(x)} width=${share(width * (side > 1 ? 0.94 : 1))} y=${from}
			height=${Math.max(0, to - from)} rx="1.5"></rect>${number}`
	})
	return svg`<g><title>${group.title}</title>
		<rect class="hit" x=${share(left)} width=${share(step)} y="0" height=${options.height ?? 200}></rect>${bars}</g>`
}
