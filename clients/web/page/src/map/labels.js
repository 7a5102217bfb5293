// SPDX-License-Identifier: Apache-2.0
// Names and figures on a map: as many as have room, the greatest first.

const LINE = 14
const LETTER = 6.4
// From a place's own point: below it, above it, beside it.
const STEPS = [[0, 17], [0, -20], [0, 26], [0, -30], [24, 0], [-24, 0], [30, 16], [-30, 16], [30, -18], [-30, -18], [0, 38], [0, -42]]

const overlaps = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]

/**
 * @param {{code: string, at: [number, number], name: string, value: string, weight: number}[]} wished
 * @returns {{code: string, x: number, y: number, name: string, value: string}[]}
 */
export function placeLabels(wished, width, height) {
	const taken = []
	const placed = []
	for (const label of [...wished].sort((a, b) => b.weight - a.weight)) {
		const half = (Math.max(label.name.length, label.value.length) * LETTER) / 2 + 2
		for (const [dx, dy] of STEPS) {
			const x = Math.min(Math.max(label.at[0] + dx, half + 2), width - half - 2)
			const y = label.at[1] + dy
			const box = [x - half, y - LINE, x + half, y + LINE + 2]
			if (box[1] < 0 || box[3] > height || taken.some(other => overlaps(box, other)))
				continue
			taken.push(box)
			placed.push({...label, x, y})
			break
		}
	}
	return placed
}
