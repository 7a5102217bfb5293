// SPDX-License-Identifier: Apache-2.0
// One programme: is it on its way, whom does it reach, where, and when do they learn.
import {html, nothing} from 'lit-html'
import {sayer} from '../charts/say.js'
import {programmeLeaves} from '../charts/sums/places.js'
import {count, rate, read} from '../charts/sums/read.js'
import {tiles} from '../charts/tiles.js'
import {course} from './sections/course.js'
import {byDimension} from './sections/dimensions.js'
import {enrolmentFrame, movesFrame} from './sections/enrolment.js'
import {asOfDay, given, heading, isEmpty, nobody, standsOn} from './sections/head.js'
import {hoursFrame} from './sections/hours.js'
import {minutesFrame} from './sections/minutes.js'
import {meantWhere, pathOf, placeCodes, placesFrame} from './sections/places.js'
import {eachPlaceFrame, goalOf, targetsFrame, timeLine} from './sections/targets.js'

export async function load(ctx) {
	const programme = ctx.programme(ctx.id)
	if (!programme)
		return []
	const where = meantWhere(programme)
	const keys = [pathOf(where, 'participants'), pathOf(where, 'completed'), 'reached']
	if (programme.targets?.some(target => target.each)) keys.push('targets')
	const {codes} = placeCodes(ctx, programme, ctx.region)
	// A long list of places makes a long address: all of them are asked for then.
	const places = codes.length <= 60 ? {region: codes} : {}
	return [
		{region: ctx.region, kind: 'programme', id: programme.id},
		{...places, kind: 'programme', id: programme.id, keys},
	]
}

export function view(ctx) {
	const say = sayer(ctx)
	const programme = ctx.programme(ctx.id)
	if (!programme)
		return html`<p class="nobody">${say.t('programme.none')}</p>`
	const figure = ctx.figure(ctx.region, 'programme', programme.id)
	return html`<article class="view programme">
		${heading(ctx, programme, say)} ${timeLine(ctx, programme, say)}
		${
			isEmpty(figure, 'participants') && !read(figure, 'enrolment')
				? html`${absence(ctx, programme, say)}
						<div class="charts">${placesFrame(ctx, programme, ctx.region, say) ?? nothing}</div>`
				: body(ctx, programme, figure, say)
		}
		${standsOn(ctx, figure, say)}
	</article>`
}

/** Nobody yet, or a place that has no part in it. */
function absence(ctx, programme, say) {
	const isHere = ctx.region === 'all' || programmeLeaves(ctx.regions, programme, ctx.region, asOfDay(ctx)).length
	return ctx.loading || isHere
		? nobody(ctx, say)
		: html`<p class="nobody">${say.t('programme.not_here', {place: say.place(ctx.region)})}</p>`
}

function body(ctx, programme, figure, say) {
	const lines = [
		{key: 'participants', column: 1, name: say.t('programme.participants'), mark: 's1'},
		{key: 'completed', column: 2, name: say.t('programme.completed'), mark: 's2'},
	]
	const downloads = {region: ctx.region, kind: 'programme', id: programme.id}
	return html`${tiles(keyFigures(figure, say), `${ctx.region} ${ctx.day} ${programme.id}`)}
		<div class="charts">
			${targetsFrame(ctx, programme, figure, say) ?? nothing} ${eachPlaceFrame(ctx, programme, figure, say) ?? nothing}
			${placesFrame(ctx, programme, ctx.region, say) ?? nothing}
			${say.isOpen ? nothing : course(ctx, figure, lines, {goal: goalOf(programme, figure, say), downloads}, say)}
			${byDimension(
				ctx,
				figure,
				{
					main: 'participants',
					inner: 'completed',
					names: lines.map(line => line.name),
					more: hasMinutes(figure)
						? [{text: say.t('chart.hours_reported'), of: counts => Math.floor((counts.minutes ?? 0) / 60)}]
						: [],
				},
				say,
			)}
			${enrolmentFrame(figure, say) ?? nothing} ${movesFrame(figure, say) ?? nothing}
			${minutesFrame(figure, say) ?? nothing} ${hoursFrame(figure, say) ?? nothing}
		</div>`
}

const hasMinutes = figure => count(figure, 'minutes.reported') > 0

function keyFigures(figure, say) {
	const participants = count(figure, 'participants')
	const completion = rate(figure, 'completion_rate')
	const reached = rate(figure, 'reached')
	const shareOf = key =>
		participants ? say.t('chart.share_of_participants', {share: say.percent(count(figure, key) / participants)}) : undefined
	const all = [
		{name: say.t('programme.participants'), value: say.num(participants)},
		{
			of: 'completed',
			name: say.t('programme.completed'),
			value: say.num(count(figure, 'completed')),
			text: completion ? shareOf('completed') : undefined,
		},
		{
			of: 'active_30d',
			name: say.t('chart.active_30d'),
			value: say.num(count(figure, 'active_30d')),
			text: say.t('chart.active_7d', {count: say.num(count(figure, 'active_7d'))}),
		},
		{of: 'stalled', name: say.t('programme.stalled'), value: say.num(count(figure, 'stalled')), text: shareOf('stalled')},
		{of: 'withdrawn', name: say.t('programme.withdrawn'), value: say.num(count(figure, 'withdrawn')), text: shareOf('withdrawn')},
	]
	if (reached && reached.of > 1)
		all.push({
			name: say.t('programme.reached'),
			value: say.num(reached.n),
			text: say.t('chart.of_places', {of: say.num(reached.of)}),
		})
	if (read(figure, 'enrolment'))
		all.push({
			name: say.t('programme.not_started'),
			value: say.num(count(figure, 'not_started')),
			text: say.t('programme.not_started_says'),
		})
	if (hasMinutes(figure))
		all.push({
			name: say.t('chart.hours_reported'),
			value: say.num(Math.floor(count(figure, 'minutes.reported') / 60)),
			text: count(figure, 'minutes.nominal')
				? say.t('chart.hours_nominal', {count: say.num(Math.round(count(figure, 'minutes.nominal') / 60))})
				: undefined,
		})
	return given(all, figure, say)
}
