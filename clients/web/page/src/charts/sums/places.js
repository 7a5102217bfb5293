// SPDX-License-Identifier: Apache-2.0
// Where a programme is: its members, on which days, and who is there on another one.

/** The regions above one, the nearest first, each once, without "all". */
export function above(regions, code) {
	const seen = new Set(regions.parents(code))
	for (const one of seen) for (const parent of regions.parents(one)) seen.add(parent)
	seen.delete('all')
	return [...seen]
}

/** Rows of {code, from, to}; none where the programme is everywhere. */
function memberships(programme) {
	return programme.memberships ?? (programme.regions ?? []).map(code => ({code}))
}

/** The leaves inside a region that have been in a programme up to a day: who has left since is among them. */
export function programmeLeaves(regions, programme, code, asOf) {
	const inside = regions.leaves(code)
	const rows = memberships(programme)
	if (!rows.length)
		return inside
	const theirs = new Set()
	for (const row of rows) if (!row.from || row.from <= asOf) for (const leaf of regions.leaves(row.code)) theirs.add(leaf)
	return inside.filter(leaf => theirs.has(leaf))
}

/** The last day of a place in a programme that it has left; null where it has not. */
export function leftOn(regions, programme, code, asOf) {
	const over = new Set([code, ...above(regions, code)])
	const rows = memberships(programme).filter(row => over.has(row.code))
	if (!rows.length || rows.some(row => !row.to || row.to >= asOf))
		return null
	return rows
		.map(row => row.to)
		.sort()
		.pop()
}

/** The regions right below one. What has but one below it is no choice: the country below everyone. */
export function belowOf(regions, code, isMeant = () => true) {
	let below = [code]
	while (below.length === 1) below = regions.children(below[0]).filter(isMeant)
	return below
}

/**
 * Places for a list: the leaves, or where they are too many what is right below the region.
 * @param {(code: string) => string[]} leavesOf the leaves inside that are meant
 * @param {number} most
 */
export function placesIn(regions, code, leavesOf, most) {
	const leaves = leavesOf(code)
	if (leaves.length <= most)
		return {codes: leaves, isLeaves: true}
	const below = belowOf(regions, code, one => leavesOf(one).length > 0)
	return below.length && below.length < leaves.length ? {codes: below, isLeaves: false} : {codes: leaves, isLeaves: true}
}
