// SPDX-License-Identifier: Apache-2.0
// Who is on the way in, and who has become another.
import {bars} from '../../charts/bars.js'
import {count, read} from '../../charts/sums/read.js'
import {frame, table} from '../../charts/table.js'

const STATES = ['applied', 'waiting', 'admitted']

export function enrolmentFrame(figure, say) {
	if (!read(figure, 'enrolment') && !count(figure, 'not_started'))
		return undefined
	const title = say.t('programme.enrolment')
	const waiting = count(figure, 'not_started')
	const rows = STATES.map(state => ({name: say.t(`programme.state_${state}`), value: count(figure, `enrolment.${state}`)}))
	rows.push({name: say.t('programme.state_not_started'), value: waiting, mark: 's3'})
	return frame(
		{
			title,
			text: say.t('programme.enrolment_says', {
				n: waiting,
				count: say.num(waiting),
				of: say.num(count(figure, 'enrolment.admitted')),
			}),
			body: bars(rows, {caption: title, head: [title, say.t('chart.people')], showHead: false}, say),
		},
		say,
	)
}

export function movesFrame(figure, say) {
	const moves = read(figure, 'moves')
	if (!moves)
		return undefined
	const rows = Object.entries(moves)
		.flatMap(([name, each]) => each.map(([from, to, n]) => ({name, from, to, n})))
		.sort((one, other) => other.n - one.n)
	const title = say.t('programme.moves')
	if (!rows.length)
		return undefined
	return frame(
		{
			title,
			text: say.t('programme.moves_says'),
			body: table(
				{
					caption: title,
					columns: [
						{text: say.t('programme.moves_at_entry')},
						{text: say.t('programme.moves_now')},
						{text: say.t('chart.dimension')},
						{text: say.t('programme.participants'), numeric: true},
					],
					rows: rows.map(row => [
						say.value(row.name, row.from),
						say.value(row.name, row.to),
						say.dimension(row.name),
						say.num(row.n),
					]),
				},
				{},
				say,
			),
		},
		say,
	)
}
