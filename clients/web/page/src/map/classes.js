// SPDX-License-Identifier: Apache-2.0
// Figures in a few classes, by round numbers, so that a legend can say what a colour means.

const CLASSES = 6
const STEPS = [1, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The least round number that so many times is as much as the greatest value. */
function roundStep(greatest, isWhole) {
	const power = 10 ** Math.floor(Math.log10(greatest / CLASSES))
	return power * STEPS.find(step => step * power * CLASSES >= greatest - 1e-9 && (!isWhole || Number.isInteger(step * power)))
}

/**
 * @param {number[]} values
 * @param {boolean} isShare
 * @returns {{of: (value: number) => number, rows: {from: number, to: number}[]}} `of`: 0 is none, then 1 to rows.length
 */
export function classify(values, isShare) {
	const greatest = Math.max(...values, isShare ? 0.01 : 1)
	const step = isShare ? roundStep(greatest, false) : Math.max(1, roundStep(Math.max(greatest, CLASSES), true))
	const rows = Array.from({length: Math.ceil(greatest / step - 1e-9)}, (_, i) => ({from: i * step, to: (i + 1) * step}))
	// A whole number is in the class whose end it is: 1 to 20, 21 to 40.
	const of = value => (value > 0 ? Math.min(Math.ceil(value / step - 1e-9), rows.length) : 0)
	return {of, rows}
}

/** Of n classes, the shade of one: from 1 (the faintest) to 6. */
export const shadeOf = (index, n) => (index === 0 ? 0 : n === 1 ? 4 : 1 + Math.round(((index - 1) * 5) / (n - 1)))
