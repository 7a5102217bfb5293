// SPDX-License-Identifier: Apache-2.0
// A programme in one place, in short.
import {html, nothing} from 'lit-html'
import {bars} from '../../charts/bars.js'
import {progress} from '../../charts/progress.js'
import {count, list, part, read} from '../../charts/sums/read.js'

const FACTS = [
	['completed', 'programme.completed'],
	['active_30d', 'chart.active_30d'],
	['stalled', 'programme.stalled'],
	['withdrawn', 'programme.withdrawn'],
]

export function programmeCard(ctx, programme, today, say) {
	const figure = ctx.figure(ctx.region, 'programme', programme.id)
	const facts = FACTS.filter(([key]) => !say.isOpen || read(figure, key) !== undefined)
	const fact = ([key, word]) => html`<div>
		<dt>${say.t(word)}</dt>
		<dd>${say.num(count(figure, key))}</dd>
	</div>`
	const hasDays = programme.from && programme.to
	return html`<section class="one-course">
		<h4><a href=${ctx.link({view: 'programme', id: programme.id})}>${say.label(programme)}</a></h4>
		${hasDays ? html`<p class="quiet">${say.day(programme.from)} – ${say.day(programme.to)}</p>` : nothing}
		${reach(ctx, programme, figure, say)}
		<dl class="small">${facts.map(fact)}</dl>
		${targets(programme, figure, today, say)}
	</section>`
}

/** Participants of all who work here: one bar, on the scale of the headcount. */
function reach(ctx, programme, figure, say) {
	const value = say.count(figure, 'participants')
	const of = ctx.regions.headcount(ctx.region)
	const text = of === null
		? say.t('chart.headcount_unknown')
		: `${say.t('chart.of', {of: say.num(of)})} · ${say.percent(part(value, of))}`
	return bars(
		[{name: say.t('programme.participants'), value, inner: say.count(figure, 'completed') ?? undefined, of, text}],
		{
			caption: say.label(programme),
			head: [say.t('chart.share'), say.t('programme.participants')],
			showHead: false,
			most: Math.max(of ?? 0, value, 1),
		},
		say,
	)
}

function targets(programme, figure, today, say) {
	const all = list(figure, 'targets')
	if (!all.length)
		return nothing
	const nameOf = target => {
		const name = [say.t(`programme.measure_${target.measure}`), say.where(target.where)].filter(Boolean).join(': ')
		return target.places ? `${name} ${say.t('programme.in_each_place')}` : name
	}
	return progress(
		all.map(target => ({name: nameOf(target), ...(target.places ?? {n: target.n, of: target.of})})),
		{from: programme.from, to: programme.to, today, caption: say.t('programme.targets')},
		say,
	)
}
