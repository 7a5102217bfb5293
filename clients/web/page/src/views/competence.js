// SPDX-License-Identifier: Apache-2.0
// Competences: who holds what in which place, and of one of them the levels, what lapses, and what is still to be trained.
import {html, nothing} from 'lit-html'
import {bars} from '../charts/bars.js'
import {sayer} from '../charts/say.js'
import {placesIn} from '../charts/sums/places.js'
import {count, list, part, rate, read} from '../charts/sums/read.js'
import {frame} from '../charts/table.js'
import {tiles} from '../charts/tiles.js'
import {byDimension} from './sections/dimensions.js'
import {given, heading, isEmpty, nobody, standsOn} from './sections/head.js'
import {coverageFrame} from './sections/coverage.js'
import {begunFrame, holdersFrame, soonFrame} from './sections/lapses.js'
import {needsByPlace, needsFrame} from './sections/needs.js'

const MOST_PLACES = 40
const KEYS = ['holders', 'coverage', 'expiring_90d', 'lapsed']

const placesOf = ctx => placesIn(ctx.regions, ctx.region, code => ctx.regions.leaves(code), MOST_PLACES).codes

export async function load(ctx) {
	if (!ctx.id)
		return []
	const region = [ctx.region, ...placesOf(ctx)]
	const queries = [{region: ctx.region, kind: 'competence', id: ctx.id}]
	// Of several answers about a figure the first is taken, so the one with more comes first.
	if (ctx.competence(ctx.id).requirements?.length)
		queries.push({region, kind: 'competence', id: ctx.id, keys: [...KEYS, 'requirements']})
	return [...queries, {region, kind: 'competence', keys: KEYS}]
}

export function view(ctx) {
	const say = sayer(ctx)
	const competence = ctx.competence(ctx.id)
	if (!competence)
		return html`<p class="nobody">${say.t('competence.none')}</p>`
	const figure = ctx.figure(ctx.region, 'competence', competence.id)
	const isNone = isEmpty(figure, 'holders') && isEmpty(figure, 'lapsed')
	return html`<article class="view competence">
		${heading(ctx, competence, say)}
		${isNone ? nobody(ctx, say) : tiles(keyFigures(figure, ctx, say), `${ctx.region} ${ctx.day} ${competence.id}`)}
		<div class="charts">
			${coverageFrame(ctx, placesOf(ctx), say)} ${needsFrame(ctx, competence, figure, say) ?? nothing}
			${needsByPlace(ctx, competence, placesOf(ctx), say) ?? nothing}
			${isNone ? nothing : one(ctx, competence, figure, say)}
		</div>
		${standsOn(ctx, figure, say)}
	</article>`
}

function one(ctx, competence, figure, say) {
	const inTime = say.isOpen
		? nothing
		: html`${soonFrame(ctx, figure, say)} ${begunFrame(ctx, figure, say) ?? nothing} ${holdersFrame(ctx, figure, say)}`
	return html`${inTime}
	${levelsFrame(ctx, competence, figure, say) ?? nothing}
	${byDimension(ctx, figure, {main: 'holders', names: [say.t('competence.holders')]}, say)}`
}

function keyFigures(figure, ctx, say) {
	const holders = count(figure, 'holders')
	const coverage = rate(figure, 'coverage')
	const gaps = list(figure, 'requirements')
		.filter(row => row.gap !== null)
		.map(row => row.gap)
	const all = [
		{
			name: say.t('competence.holders'),
			value: say.num(holders),
			text: coverage ? say.t('competence.of_headcount', {of: say.num(coverage.of)}) : say.t('chart.headcount_unknown'),
		},
		{
			name: say.t('competence.coverage'),
			value: say.percent(coverage?.value ?? null),
			text: coverage ? undefined : say.t('chart.headcount_unknown'),
		},
		{of: 'expiring_30d', name: say.t('competence.expiring_30d'), value: say.num(count(figure, 'expiring_30d'))},
		{
			of: 'expiring_90d',
			name: say.t('competence.expiring_90d'),
			value: say.num(count(figure, 'expiring_90d')),
			text: holders
				? say.t('competence.share_of_holders', {share: say.percent(part(count(figure, 'expiring_90d'), holders))})
				: undefined,
		},
		{of: 'lapsed', name: say.t('competence.lapsed'), value: say.num(count(figure, 'lapsed')), text: say.t('competence.lapsed_says')},
	]
	if (gaps.length)
		all.push({
			name: say.t('competence.gap'),
			value: say.num(Math.max(...gaps)),
			text: gaps.length > 1 ? say.t('competence.gap_most') : undefined,
		})
	return given(all, figure, say)
}

function levelsFrame(ctx, competence, figure, say) {
	const levels = read(figure, 'levels') ?? {}
	const known = Object.keys(levels)
		.map(Number)
		.sort((a, b) => a - b)
	// One level is no distinction.
	if (known.length < 2)
		return undefined
	const holders = count(figure, 'holders')
	const title = say.t('competence.levels')
	return frame(
		{
			title,
			text: say.t('competence.levels_says'),
			body: bars(
				known.map(level => ({
					name: say.sentence(ctx.level_label(competence.id, String(level))),
					value: levels[level],
					text: say.percent(part(levels[level], holders)),
				})),
				{caption: title, head: [say.t('competence.level'), say.t('competence.holders')], showHead: false},
				say,
			),
		},
		say,
	)
}
