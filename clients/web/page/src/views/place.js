// SPDX-License-Identifier: Apache-2.0
// Everything about one place, in short.
import {html, nothing} from 'lit-html'
import {bars} from '../charts/bars.js'
import {sayer} from '../charts/say.js'
import {belowOf, programmeLeaves} from '../charts/sums/places.js'
import {count, part, rate, read} from '../charts/sums/read.js'
import {frame} from '../charts/table.js'
import {tiles} from '../charts/tiles.js'
import {programmeCard} from './sections/card.js'
import {byDimension} from './sections/dimensions.js'
import {asOfDay, given, nobody, standsOn} from './sections/head.js'
import {competencesFrame, modulesFrame} from './sections/subjects.js'

const KEYS = {
	programme: ['participants', 'completed', 'active_30d', 'stalled', 'withdrawn', 'targets'],
	competence: ['holders', 'coverage', 'lapsed', 'expiring_30d', 'expiring_90d', 'requirements'],
	module: ['started', 'completed', 'completion_rate.value', 'pass_rate.value', 'days_to_complete', 'stalled', 'active_30d'],
}

export async function load(ctx) {
	const below = belowOf(ctx.regions, ctx.region)
	return [
		{region: ctx.region, kind: 'people'},
		...(below.length ? [{region: below, kind: 'people', keys: ['learners', 'active_30d']}] : []),
		...Object.entries(KEYS).map(([kind, keys]) => ({region: ctx.region, kind, keys})),
	]
}

export function view(ctx) {
	const say = sayer(ctx)
	const code = ctx.region
	const people = ctx.figure(code, 'people', 'all')
	return html`<article class="view place">
		<h2>${say.place(code)}<span class="in-place">${ctx.level_name(ctx.regions.get(code)?.level) ?? ''}</span></h2>
		${code === 'unassigned' ? html`<p class="says">${say.t('place.unassigned_says')}</p>` : nothing}
		${people ? tiles(keyFigures(ctx, people, say), `${code} ${ctx.day}`) : nobody(ctx, say)}
		<div class="charts">
			${programmesFrame(ctx, say) ?? nothing} ${competencesFrame(ctx, say) ?? nothing}
			${people ? byDimension(ctx, people, {main: 'learners', names: [say.t('place.learners')]}, say) : nothing}
			${modulesFrame(ctx, say) ?? nothing} ${belowFrame(ctx, say) ?? nothing}
		</div>
		${standsOn(ctx, people, say)}
	</article>`
}

function keyFigures(ctx, people, say) {
	const learners = count(people, 'learners')
	const reached = rate(people, 'reached')
	const headcount = ctx.regions.headcount(ctx.region)
	const competences = ctx.catalogue.competences.map(each => ctx.figure(ctx.region, 'competence', each.id))
	const isGiven = key => !say.isOpen || competences.some(figure => read(figure, key) !== undefined)
	const sumOf = key => competences.reduce((sum, figure) => sum + count(figure, key), 0)
	const all = [
		{
			name: say.t('place.learners'),
			value: say.num(learners),
			text:
				headcount === null
					? say.t('chart.headcount_unknown')
					: say.t('place.of_headcount', {share: say.percent(part(learners, headcount)), of: say.num(headcount)}),
		},
		{
			of: 'active_30d',
			name: say.t('chart.active_30d'),
			value: say.num(count(people, 'active_30d')),
			text: say.t('chart.active_7d', {count: say.num(count(people, 'active_7d'))}),
		},
	]
	if (reached && reached.of > 1)
		all.push({
			name: say.t('place.reached'),
			value: say.num(reached.n),
			text: say.t('chart.of_places', {of: say.num(reached.of)}),
		})
	if (competences.some(Boolean) && isGiven('expiring_90d'))
		all.push({name: say.t('place.lapsing'), value: say.num(sumOf('expiring_90d')), text: say.t('place.lapsing_says')})
	if (competences.some(Boolean) && isGiven('lapsed'))
		all.push({name: say.t('place.lapsed'), value: say.num(sumOf('lapsed')), text: say.t('place.lapsed_says')})
	return given(all, people, say)
}

/** Programmes that have something here: people, or members. */
function programmesFrame(ctx, say) {
	const today = asOfDay(ctx)
	const here = ctx.catalogue.programmes.filter(
		programme =>
			ctx.figure(ctx.region, 'programme', programme.id) ||
			programmeLeaves(ctx.regions, programme, ctx.region, today).length,
	)
	if (!here.length)
		return undefined
	const title = say.t('place.programmes')
	return frame(
		{
			title,
			wide: true,
			body: html`<div class="courses">${here.map(programme => programmeCard(ctx, programme, today, say))}</div>`,
		},
		say,
	)
}

/** The way down: who learns in which of the places below. */
function belowFrame(ctx, say) {
	const rows = belowOf(ctx.regions, ctx.region).map(code => {
		const figure = ctx.figure(code, 'people', 'all')
		const of = ctx.regions.headcount(code)
		const value = say.count(figure, 'learners')
		return {
			name: say.place(code),
			href: ctx.link({region: code}),
			value,
			of,
			active: count(figure, 'active_30d'),
			text:
				of === null
					? say.t('chart.of_unknown')
					: `${say.t('chart.of', {of: say.num(of)})} · ${say.percent(part(value, of))}`,
		}
	})
	if (!rows.length)
		return undefined
	rows.sort((one, other) => other.value - one.value || one.name.localeCompare(other.name, say.lang))
	const title = say.t('place.below')
	return frame(
		{
			title,
			wide: true,
			text: say.t('place.below_says'),
			body: bars(
				rows,
				{
					caption: title,
					head: [say.t('chart.place'), say.t('place.learners')],
					extra: say.isOpen ? [] : [{text: say.t('chart.active_30d'), cell: row => say.num(row.active)}],
				},
				say,
			),
		},
		say,
	)
}
