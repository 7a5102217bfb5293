// SPDX-License-Identifier: Apache-2.0
// Hours of presence by month, as those count who pay for them.
import {columns} from '../../charts/columns.js'
import {count, list} from '../../charts/sums/read.js'
import {months} from '../../charts/sums/days.js'
import {frame, table} from '../../charts/table.js'

/** Months of nothing between the first and the last, too. */
export function filled(rows) {
	if (!rows.length)
		return []
	const known = new Map(rows.map(row => [row[0], row]))
	return months(rows[0][0], rows[rows.length - 1][0]).map(month => known.get(month) ?? [month, 0, 0, 0])
}

export function minutesFrame(figure, say) {
	const rows = filled(list(figure, 'monthly'))
	if (!rows.length)
		return undefined
	const title = say.t('chart.monthly_hours')
	const hours = rows.reduce((sum, row) => sum + row[3], 0)
	const text = say.t('chart.monthly_says', {
		hours: say.num(hours),
		reported: say.num(Math.floor(count(figure, 'minutes.reported') / 60)),
	})
	const step = Math.ceil(rows.length / 8)
	return frame(
		{
			title,
			text,
			body: columns(
				rows.map((row, i) => ({
					label: (rows.length - 1 - i) % step ? '' : say.monthYear(row[0]),
					quiet: ((rows.length - 1 - i) / step) % 2 === 1,
					title: `${say.month(row[0])}\n${say.t('chart.hours_reported')}: ${say.num(row[3])}\n${say.t('chart.people')}: ${say.num(row[1])}`,
					values: [row[3]],
				})),
				{label: `${title}. ${text}`, marks: ['s1']},
				say,
			),
			table: table(
				{
					caption: title,
					columns: [
						{text: say.t('chart.month')},
						{text: say.t('chart.people'), numeric: true},
						{text: say.t('chart.minutes'), numeric: true},
						{text: say.t('chart.hours_whole'), numeric: true},
					],
					rows: rows.map(row => [say.month(row[0]), ...row.slice(1).map(n => say.num(n))]).reverse(),
				},
				{},
				say,
			),
		},
		say,
	)
}
