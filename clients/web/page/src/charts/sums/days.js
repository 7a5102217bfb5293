// SPDX-License-Identifier: Apache-2.0
// Days as whole numbers: "2025-10-14" is a day of the calendar and has no time zone.

const DAY_MS = 86400000

/** @param {string} day @returns {number} days since 1970-01-01 */
export function dayNumber(day) {
	return Math.round(Date.UTC(+day.slice(0, 4), +day.slice(5, 7) - 1, +day.slice(8, 10)) / DAY_MS)
}

/** @param {number} number @returns {string} */
export function dayText(number) {
	return new Date(number * DAY_MS).toISOString().slice(0, 10)
}

/** How many days from one to the other, both counted. */
export function daysWithin(from, to) {
	return dayNumber(to) - dayNumber(from) + 1
}

/** The Monday of a day's week. */
export function mondayOf(day) {
	const number = dayNumber(day)
	return dayText(number - ((number + 3) % 7))
}

/** "2025-10" */
export function monthOf(day) {
	return day.slice(0, 7)
}

/** The month that follows "2025-12". */
export function nextMonth(month) {
	const year = +month.slice(0, 4)
	const at = +month.slice(5, 7)
	return at === 12 ? `${year + 1}-01` : `${year}-${String(at + 1).padStart(2, '0')}`
}

/** All months from one to another, both counted. */
export function months(from, to) {
	const all = []
	for (let month = from; month <= to; month = nextMonth(month)) all.push(month)
	return all
}

/** Days on which a scale of days gets a mark: the first of each month, of fewer where they are many. */
export function ticks(from, to, most) {
	const all = months(monthOf(from), monthOf(to))
		.map(month => `${month}-01`)
		.filter(day => day >= from)
	const step = [1, 2, 3, 6, 12, 24, 60].find(each => all.length / each <= most) ?? 120
	if (step === 1)
		return all
	return all.filter(day => (+day.slice(0, 4) * 12 + +day.slice(5, 7) - 1) % step === 0)
}
