// SPDX-License-Identifier: Apache-2.0
// At which hours of the week people learn.
import {html} from 'lit-html'
import {heat, heatScale, heatTable} from '../../charts/heat.js'
import {list, part} from '../../charts/sums/read.js'
import {outsideOffice, week} from '../../charts/sums/series.js'
import {frame} from '../../charts/table.js'

export function hoursFrame(figure, say) {
	const hours = list(figure, 'hours')
	const {total, most} = week(hours)
	if (!total)
		return undefined
	const title = say.t('chart.hours')
	const peak = hours.indexOf(most)
	const text = `${say.t('chart.hours_says', {share: say.percent(part(outsideOffice(hours), total))})} ${say.t(
		'chart.hours_peak',
		{
			day: say.weekday(Math.floor(peak / 24), true),
			from: say.hour(peak % 24),
			to: say.hour((peak % 24) + 1),
		},
	)}`
	return frame(
		{
			title,
			text,
			body: html`${heat(hours, {label: `${title}. ${text}`}, say)}${heatScale(most, say)}`,
			table: heatTable(hours, title, {}, say),
			wide: true,
		},
		say,
	)
}
