// SPDX-License-Identifier: Apache-2.0
// One module: how well it goes, how long it takes, when and by whom it is taken.
import {html, nothing} from 'lit-html'
import {bars} from '../charts/bars.js'
import {sayer} from '../charts/say.js'
import {placesIn, programmeLeaves} from '../charts/sums/places.js'
import {count, part, rate, read} from '../charts/sums/read.js'
import {frame, legend} from '../charts/table.js'
import {tiles} from '../charts/tiles.js'
import {course} from './sections/course.js'
import {byDimension} from './sections/dimensions.js'
import {asOfDay, given, heading, isEmpty, nobody, standsOn} from './sections/head.js'
import {hoursFrame} from './sections/hours.js'
import {minutesFrame} from './sections/minutes.js'
import {passFrame, scoresFrame} from './sections/scores.js'

const MOST_PLACES = 40
/** Places that are in some programme of the module; all of them where there is no such programme. */
function placesOf(ctx) {
	const programmes = ctx.catalogue.programmes.filter(programme => programme.modules.includes(ctx.id))
	const leavesOf = code => {
		if (!programmes.length)
			return ctx.regions.leaves(code)
		const theirs = new Set(programmes.flatMap(programme => programmeLeaves(ctx.regions, programme, code, asOfDay(ctx))))
		return ctx.regions.leaves(code).filter(leaf => theirs.has(leaf))
	}
	return placesIn(ctx.regions, ctx.region, leavesOf, MOST_PLACES).codes
}

export async function load(ctx) {
	if (!ctx.id)
		return []
	return [
		{region: ctx.region, kind: 'module', id: ctx.id},
		{
			region: placesOf(ctx),
			kind: 'module',
			id: ctx.id,
			keys: ['started', 'completed', 'completion_rate.value', 'pass_rate.value'],
		},
	]
}

export function view(ctx) {
	const say = sayer(ctx)
	const module = ctx.module(ctx.id)
	if (!module)
		return html`<p class="nobody">${say.t('module.none')}</p>`
	const figure = ctx.figure(ctx.region, 'module', module.id)
	return html`<article class="view module">
		${heading(ctx, module, say)} ${about(ctx, module, say)}
		${isEmpty(figure, 'started') && !read(figure, 'enrolment') ? nobody(ctx, say) : body(ctx, module, figure, say)}
		${standsOn(ctx, figure, say)}
	</article>`
}

/** What it gives, how long it takes, and what it is a part of. */
function about(ctx, module, say) {
	const programmes = ctx.catalogue.programmes.filter(programme => programme.modules.includes(module.id))
	const link = (view, thing) => html`<a href=${ctx.link({view, id: thing.id})}>${say.label(thing)}</a>`
	const grants = (module.grants ?? []).map(grant => {
		const competence = ctx.competence(grant.competence) ?? {id: grant.competence}
		const level = ctx.level_label(grant.competence, String(grant.level))
		const valid = grant.valid_months ? `, ${say.t('module.valid', {n: grant.valid_months})}` : ''
		return html`<li>${say.t(`module.grants_${grant.earned_by}`)} ${link('competence', competence)}, ${level}${valid}</li>`
	})
	return html`<ul class="facts">
		${module.minutes ? html`<li>${say.t('module.takes', {n: module.minutes, count: say.num(module.minutes)})}</li>` : nothing}
		${grants} ${programmes.map(programme => html`<li>${say.t('module.part_of')} ${link('programme', programme)}</li>`)}
	</ul>`
}

function body(ctx, module, figure, say) {
	const names = {started: say.t('module.started'), completed: say.t('module.completed'), passed: say.t('module.passed')}
	const lines = [
		{key: 'started', column: 1, name: names.started, mark: 's1'},
		{key: 'completed', column: 2, name: names.completed, mark: 's2'},
		{key: 'passed', column: 3, name: names.passed, mark: 's3'},
	].filter(line => count(figure, line.key) || line.column === 1)
	return html`${tiles(keyFigures(figure, say), `${ctx.region} ${ctx.day} ${module.id}`)}
		<div class="charts">
			${scoresFrame(figure, say) ?? nothing} ${(say.isOpen ? undefined : passFrame(figure, say)) ?? nothing}
			${say.isOpen ? nothing : course(ctx, figure, lines, {downloads: {region: ctx.region, kind: 'module', id: module.id}}, say)}
			${byDimension(
				ctx,
				figure,
				{
					main: 'started',
					inner: 'completed',
					names: [names.started, names.completed],
					more: count(figure, 'passed') ? [{key: 'passed', text: names.passed}] : [],
				},
				say,
			)}
			${placesFrame(ctx, module, say) ?? nothing} ${minutesFrame(figure, say) ?? nothing}
			${hoursFrame(figure, say) ?? nothing}
		</div>`
}

function keyFigures(figure, say) {
	const started = count(figure, 'started')
	const number = key => say.num(count(figure, key))
	const ofStarted = key => (started ? say.t('module.of_started', {share: say.percent(part(count(figure, key), started))}) : undefined)
	const tile = (name, value, text, of = undefined) => ({name: say.t(name), value, text, of})
	const all = [
		tile('module.started', number('started')),
		tile('module.completed', number('completed'), ofStarted('completed'), 'completed'),
		...assessedTiles(figure, tile, say),
		tile('chart.active_30d', number('active_30d'), say.t('chart.active_7d', {count: number('active_7d')}), 'active_30d'),
		tile('programme.stalled', number('stalled'), ofStarted('stalled'), 'stalled'),
		tile('programme.withdrawn', number('withdrawn'), ofStarted('withdrawn'), 'withdrawn'),
	]
	if (read(figure, 'enrolment'))
		all.push(tile('programme.not_started', number('not_started'), say.t('programme.not_started_says')))
	return given(all, figure, say)
}

/** Rates and means are of somebody, or it is said that there is nobody. */
function assessedTiles(figure, tile, say) {
	const assessed = count(figure, 'assessed')
	const gain = read(figure, 'gain')
	const days = read(figure, 'days_to_complete')
	const ofAssessed = key => (assessed
		? say.t('module.of_assessed', {count: say.num(count(figure, key)), of: say.num(assessed), n: assessed})
		: say.t('module.not_assessed'))
	const points = gain?.n ? `${gain.mean > 0 ? '+' : ''}${say.decimal(gain.mean * 100, 0)}` : '–'
	return [
		tile('module.pass_rate', say.percent(rate(figure, 'pass_rate')?.value ?? null), ofAssessed('passed'), 'pass_rate'),
		tile('module.passed_first', say.percent(part(count(figure, 'passed_first'), assessed)), ofAssessed('passed_first'), 'passed_first'),
		tile('module.gain', points, gain?.n ? say.t('module.gain_says', {n: gain.n, count: say.num(gain.n)}) : say.t('module.gain_none'), 'gain.mean'),
		tile('module.days_median', days?.n ? say.num(days.median) : '–', days?.n
			? say.t('module.days_p90', {n: days.p90, count: say.num(days.p90)}) : say.t('module.nobody_completed'), 'days_to_complete.median'),
	]
}

function placesFrame(ctx, module, say) {
	const rows = placesOf(ctx)
		.filter(code => code !== ctx.region)
		.map(code => {
			const figure = ctx.figure(code, 'module', module.id)
			return {
				code,
				name: say.place(code),
				href: ctx.link({view: 'place', region: code}),
				value: say.count(figure, 'started'),
				inner: say.count(figure, 'completed') ?? undefined,
				completion: read(figure, 'completion_rate.value') ?? null,
				passing: read(figure, 'pass_rate.value') ?? null,
			}
		})
	const some = rows
		.filter(row => row.value)
		.sort((one, other) => other.value - one.value || one.name.localeCompare(other.name, say.lang))
	if (!some.length)
		return undefined
	const title = say.t('module.places')
	const none = say.isOpen ? 0 : rows.length - some.length
	return frame(
		{
			title,
			wide: true,
			text: none ? say.t('module.places_none', {n: none, count: say.num(none)}) : undefined,
			legend: legend([
				{name: say.t('module.started'), mark: 's1'},
				{name: say.t('module.completed'), mark: 's2'},
			]),
			body: bars(
				some,
				{
					caption: title,
					head: [say.t('chart.place'), say.t('module.started')],
					extra: [
						{text: say.t('module.completed'), cell: row => say.num(row.inner)},
						{text: say.t('module.completion_rate'), cell: row => say.percent(row.completion)},
						{text: say.t('module.pass_rate'), cell: row => say.percent(row.passing)},
					],
				},
				say,
			),
		},
		say,
	)
}
