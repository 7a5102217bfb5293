// SPDX-License-Identifier: Apache-2.0
// Which regions a map shows below a region, and where each of them is.

const MANY = 60
const FEW = 3

const hasPlace = region => Number.isFinite(region?.lat) && Number.isFinite(region?.lon)

/** The leaves of a region that have coordinates, else the region itself if it has. */
export function placesOf(regions, code) {
	const leaves = regions.leaves(code).filter(leaf => leaf !== code && hasPlace(regions.get(leaf)))
	if (leaves.length)
		return leaves
	return hasPlace(regions.get(code)) ? [code] : []
}

/**
 * The levels that there are below a region, each with those of its regions that can be shown.
 * @returns {{level: string, codes: string[], mapped: string[]}[]}
 */
export function levelsBelow(regions, code) {
	return [...regions.levels(code)].map(([level, codes]) => ({
		level,
		codes: codes.filter(one => one !== 'unassigned'),
		mapped: codes.filter(one => placesOf(regions, one).length),
	})).filter(({codes}) => codes.length)
}

/** Those that there is a choice of: one region is no level to look at, where there are others. */
export const choicesOf = levels => (levels.some(({codes}) => codes.length > 1) ? levels.filter(({codes}) => codes.length > 1) : levels)

/** The most places that are not too many to read; else the highest level that has some. */
export function chooseLevel(levels, wished) {
	const asked = levels.find(({level}) => level === wished)
	if (asked)
		return asked
	const seen = levels.filter(({mapped}) => mapped.length)
	const candidates = seen.length ? seen : levels
	const readable = candidates.filter(({codes}) => codes.length <= MANY)
	const most = list => list.reduce((best, one) => (!best || one.codes.length > best.codes.length ? one : best), null)
	const few = candidates.find(({codes}) => codes.length >= FEW)
	return candidates.some(({codes}) => codes.length > MANY) ? (few ?? candidates[0]) : most(readable)
}

/**
 * The places of a map: those of the shown regions, and of the others of their level beside them.
 * @returns {import('./cells.js').Site[]}
 */
export function sitesOf(regions, level, shown) {
	const taken = new Map()
	const take = (codes, isShown) => {
		for (const code of codes)
			for (const place of placesOf(regions, code))
				if (!taken.has(place)) {
					const {lon, lat} = regions.get(place)
					taken.set(place, {lon, lat, code: isShown ? code : null})
				}
	}
	take(shown, true)
	take((regions.levels('all').get(level) ?? []).filter(code => !shown.includes(code)), false)
	return [...taken.values()]
}
