// SPDX-License-Identifier: Apache-2.0
// Assessments: how the best scores lie, and who has passed at which attempt.
import {html} from 'lit-html'
import {bars} from '../../charts/bars.js'
import {columns} from '../../charts/columns.js'
import {count, part, read} from '../../charts/sums/read.js'
import {frame, table} from '../../charts/table.js'

export function scoresFrame(figure, say) {
	const score = read(figure, 'score')
	const title = say.t('module.scores')
	// A release has the scores of many alone.
	if (say.isOpen && !score?.histogram)
		return undefined
	if (!score?.n)
		return count(figure, 'assessed') ? frame({title, text: say.t('module.scores_none'), body: html``}, say) : undefined
	const bin = i => `${i * 10}–${(i + 1) * 10}`
	const text = say.t('module.scores_says', {
		n: score.n,
		count: say.num(score.n),
		mean: say.percent(score.mean),
		median: say.percent(score.median),
	})
	return frame(
		{
			title,
			text,
			body: columns(
				score.histogram.map((n, i) => ({
					label: `${i * 10}`,
					title: `${bin(i)} %: ${say.num(n)}`,
					values: [n],
					quiet: i % 2 === 1,
				})),
				{label: `${title}. ${text}`, marks: ['s1'], numbers: true, close: true},
				say,
			),
			table: table(
				{
					caption: title,
					columns: [
						{text: say.t('module.score_bin')},
						{text: say.t('chart.people'), numeric: true},
						{text: say.t('chart.share'), numeric: true},
					],
					rows: score.histogram.map((n, i) => [`${bin(i)} %`, say.num(n), say.percent(part(n, score.n))]),
				},
				{},
				say,
			),
		},
		say,
	)
}

export function passFrame(figure, say) {
	const assessed = count(figure, 'assessed')
	if (!assessed)
		return undefined
	const passed = count(figure, 'passed')
	const first = count(figure, 'passed_first')
	const attempts = count(figure, 'attempts')
	const title = say.t('module.assessments')
	const rows = [
		{name: say.t('module.at_first'), value: first, mark: 's2'},
		{name: say.t('module.later'), value: passed - first, mark: 's1'},
		{name: say.t('module.not_yet'), value: assessed - passed, mark: 'bad'},
	]
	for (const row of rows) row.text = say.percent(part(row.value, assessed))
	return frame(
		{
			title,
			text: say.t('module.assessments_says', {
				n: assessed,
				count: say.num(assessed),
				attempts: say.num(attempts),
				each: say.decimal(attempts / assessed, 1),
			}),
			body: bars(rows, {caption: title, head: [title, say.t('chart.people')], showHead: false, most: assessed}, say),
		},
		say,
	)
}
