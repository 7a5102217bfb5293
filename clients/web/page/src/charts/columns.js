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
	const height = options.height ?? 200, top = 20, bottom = height - 22
	const most = Math.max(1, ...groups.flatMap(group => group.values.filter((_, i) => !down[i])))
	const least = Math.max(0, ...groups.flatMap(group => group.values.filter((_, i) => down[i])))
	const y = scaleLinear([-least, most], [bottom - (least ? 14 : 0), top]).nice(4)
	// Numbers at the left edge have room of their own, unless the bars have theirs.
	const left = options.numbers ? 0 : LEFT
	const step = (100 - left) / Math.max(1, groups.length)
	return html`<svg class="plot" role="img" aria-label=${options.label} width="100%" height=${height}>
		${y.ticks(4).filter(Number.isInteger).map(value => svg`<line class=${value ? 'grid' : 'grid base'} x1="0" x2="100%" y1=${y(value)} y2=${y(value)}></line>`)}
		${groups.map((group, i) => one(group, left + i * step, step, y, options, say))}
		${options.numbers ? nothing : y.ticks(4).filter(value => Number.isInteger(value) && value)
			.map(value => svg`<text class="tick halo" x="0" y=${y(value) - 4}>${say.num(Math.abs(value))}</text>`)}
		${groups.map((group, i) => name(group, left + i * step + step / 2, bottom + 17, !options.close && groups.length > 8 && i === groups.length - 1))}
	</svg>`
}

/** The last of many narrow ones would reach beyond the edge. */
function name(group, x, y, isLast) {
	if (!group.label)
		return nothing
	return svg`<text class=${group.quiet ? 'tick quiet' : 'tick'} text-anchor=${isLast ? 'end' : 'middle'} x=${isLast ? '100%' : `${x.toFixed(3)}%`} y=${y}>${group.label}</text>`
}

function one(group, left, step, y, options, say) {
	const side = options.down?.some(Boolean) ? 1 : group.values.length
	const inner = step * (options.close ? 0.94 : 0.72), width = inner / side
	let beside = 0
	return svg`<g><title>${group.title}</title><rect class="hit" x="${left}%" width="${step}%" y="0" height=${options.height ?? 200}></rect>
		${group.values.map((value, i) => {
			const isDown = options.down?.[i]
			const x = left + (step - inner) / 2 + (isDown || side === 1 ? 0 : beside++ * width)
			const from = isDown ? y(0) : y(value), to = isDown ? y(-value) : y(0)
			return svg`<rect class="mark ${group.marks?.[i] ?? options.marks[i]}" x="${x.toFixed(3)}%" width="${(width * (side > 1 ? 0.94 : 1)).toFixed(3)}%" y=${from} height=${Math.max(0, to - from)} rx="1.5"></rect>
				${options.numbers && value ? svg`<text class="tick value" text-anchor="middle" x="${(x + width / 2).toFixed(3)}%" y=${isDown ? to + 12 : from - 4}>${say.num(value)}</text>` : nothing}`
		})}</g>`
}
