// SPDX-License-Identifier: Apache-2.0
// Is a target on its way? What an even pace from the first to the last day would have by now, against what there is.

import {dayNumber, daysWithin} from './days.js'

/** What is less than this share of the target away from the even pace is on it. */
const NEAR = 0.03
/** Recent days, of which the pace at present is. */
const RECENT = 28

/** Which share of the days has passed, today's among them; null where there is no first or last day. */
export function passed(from, to, today) {
	if (!from || !to || to < from)
		return null
	return Math.min(1, Math.max(0, daysWithin(from, today) / daysWithin(from, to)))
}

/**
 * @param {number} n what there is
 * @param {number|null} of what there should be on the last day
 * @returns {{status: string, passed: number|null, expected: number|null, away: number}}
 *   status: `unknown` (of is), `reached`, `before`, `after`, `open` (no days), `near`, `ahead`, `behind`
 *   away: how many more or fewer than expected, never negative
 */
export function pace(n, of, from, to, today) {
	const share = passed(from, to, today)
	const expected = of === null || of === undefined || share === null ? null : of * share
	const answer = {status: 'open', passed: share, expected, away: 0}
	if (of === null || of === undefined) answer.status = 'unknown'
	else if (n >= of) answer.status = 'reached'
	else if (share === null) answer.status = 'open'
	else if (today < from) answer.status = 'before'
	else if (today > to) {
		answer.status = 'after'
		answer.away = of - n
	} else {
		const away = Math.round(Math.abs(n - expected))
		const near = Math.abs(n - expected) < Math.max(1, of * NEAR)
		answer.status = near ? 'near' : n > expected ? 'ahead' : 'behind'
		answer.away = near ? 0 : away
	}
	return answer
}

/**
 * What there would be on the last day if all days to come were like the last four weeks; null where the days are not
 * known or not running, or where fewer than four weeks have passed.
 * @param {Array} daily rows of [day, ...]
 * @param {number} column which of a row is counted
 */
export function projected(n, daily, column, from, to, today) {
	if (!from || !to || today < from || today >= to || daysWithin(from, today) < RECENT)
		return null
	const since = dayNumber(today) - RECENT
	let recent = 0
	for (const row of daily) {
		const at = dayNumber(row[0])
		if (at > since && at <= dayNumber(today)) recent += row[column]
	}
	return Math.round(n + (recent / RECENT) * (dayNumber(to) - dayNumber(today)))
}
