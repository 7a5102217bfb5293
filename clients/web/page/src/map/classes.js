// SPDX-License-Identifier: Apache-2.0
// Figures in a few classes, by round numbers, so that a legend can say what a colour means.
import {scaleLinear} from 'd3-scale'

const CLASSES = 5

/**
 * @param {number[]} values
 * @param {boolean} isShare
 * @returns {{of: (value: number) => number, rows: {from: number, to: number}[]}} `of`: 0 is none, then 1 to rows.length
 */
export function classify(values, isShare) {
	const greatest = Math.max(...values, isShare ? 0.01 : 1)
	let bounds = scaleLinear([0, greatest], [0, 1]).nice(CLASSES).ticks(CLASSES).filter(bound => isShare || Number.isInteger(bound))
	if (bounds[bounds.length - 1] < greatest)
		bounds.push(2 * bounds[bounds.length - 1] - bounds[bounds.length - 2])
	while (bounds.length > 7)
		bounds = bounds.filter((_, i) => i % 2 === 0 || i === bounds.length - 1)
	const rows = bounds.slice(1).map((to, i) => ({from: bounds[i], to}))
	// A whole number is in the class whose end it is: 1 to 20, 21 to 40.
	const of = value => (value > 0 ? Math.max(1, rows.findIndex(({to}) => value <= to + 1e-9) + 1 || rows.length) : 0)
	return {of, rows}
}

/** Of n classes, the shade of one: from 1 (the faintest) to 6. */
export const shadeOf = (index, n) => (index === 0 ? 0 : n === 1 ? 4 : 1 + Math.round(((index - 1) * 5) / (n - 1)))
