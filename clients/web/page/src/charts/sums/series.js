// SPDX-License-Identifier: Apache-2.0
// Series over days. Daily rows leave out days of nothing, and live figures go back 90 days only: what was before is
// what there is now, less what the rows say.

import {dayNumber, dayText, mondayOf, monthOf, nextMonth} from './days.js'

/**
 * What had been reached by the end of each day of a row, and at both ends.
 * @param {number} total at the last day
 * @returns {Array<{day: string, value: number}>} ascending
 */
export function cumulated(total, daily, column, from, to) {
	const within = daily.filter(row => row[0] >= from && row[0] <= to)
	let value = total - within.reduce((sum, row) => sum + row[column], 0)
	const points = [{day: from, value}]
	for (const row of within) {
		value += row[column]
		if (row[0] === points[points.length - 1].day) points[points.length - 1].value = value
		else points.push({day: row[0], value})
	}
	if (points[points.length - 1].day !== to) points.push({day: to, value})
	return points
}

/** A value that goes up by one column of the rows and down by another: who holds a competence. */
export function balance(total, daily, up, down, from, to) {
	return cumulated(
		total,
		daily.map(row => [row[0], row[up] - row[down]]),
		1,
		from,
		to,
	)
}

/**
 * Sums by week, from Monday, without holes.
 * @returns {Array<{key: string, values: number[]}>} one value for each of `columns`
 */
export function weekly(daily, columns, from, to) {
	const rows = new Map()
	for (let day = mondayOf(from); day <= to; day = dayText(dayNumber(day) + 7))
		rows.set(
			day,
			columns.map(() => 0),
		)
	return summed(rows, daily, columns, from, to, mondayOf)
}

/** The same by month. */
export function monthly(daily, columns, from, to) {
	const rows = new Map()
	for (let month = monthOf(from); month <= monthOf(to); month = nextMonth(month))
		rows.set(
			month,
			columns.map(() => 0),
		)
	return summed(rows, daily, columns, from, to, monthOf)
}

function summed(rows, daily, columns, from, to, keyOf) {
	for (const row of daily) {
		if (row[0] < from || row[0] > to)
			continue
		const values = rows.get(keyOf(row[0]))
		columns.forEach((column, i) => {
			values[i] += row[column]
		})
	}
	return [...rows].map(([key, values]) => ({key, values}))
}

/** The days that rows may speak of: live ones the last 90, those of another day all of them. */
export function spanOf(daily, asOf, live) {
	const first = dayText(dayNumber(asOf) - 89)
	if (live || !daily.length)
		return {from: first, to: asOf}
	return {from: daily[0][0] < first ? daily[0][0] : first, to: asOf}
}

/** 168 hours of a week as seven rows of 24, and what they are together by day and by hour. */
export function week(hours) {
	const days = Array.from({length: 7}, (_, day) => Array.from({length: 24}, (__, hour) => hours[day * 24 + hour] ?? 0))
	const byDay = days.map(row => row.reduce((sum, n) => sum + n, 0))
	const byHour = Array.from({length: 24}, (_, hour) => days.reduce((sum, row) => sum + row[hour], 0))
	const total = byDay.reduce((sum, n) => sum + n, 0)
	return {days, byDay, byHour, total, most: Math.max(0, ...days.flat())}
}

/** How many of the week's facts fall outside Monday to Friday, 7 to 17. */
export function outsideOffice(hours) {
	let n = 0
	for (let i = 0; i < 168; i++) {
		const day = Math.floor(i / 24)
		const hour = i % 24
		if (day > 4 || hour < 7 || hour >= 17) n += hours[i] ?? 0
	}
	return n
}

/** Which of `steps` shades a value gets: 0 for nothing, the darkest for the most. */
export function shade(value, most, steps) {
	if (!(value > 0) || !(most > 0))
		return 0
	return Math.min(steps, Math.max(1, Math.ceil((value / most) * steps)))
}
