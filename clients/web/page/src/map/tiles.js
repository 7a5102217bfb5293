// SPDX-License-Identifier: Apache-2.0
// The place in a few numbers, above its map: who learns, how far each programme is, what is missing most.
import {html, nothing} from 'lit-html'
import {fade} from '../fade.js'
import {gapOf} from './choices.js'

const PROGRAMMES = 3

const requirements = ctx => Math.max(0, ...(ctx.catalogue.competences ?? []).map(one => one.requirements?.length ?? 0))

export function tileQueries(ctx) {
	const gaps = Array.from({length: requirements(ctx)}, (_, i) => `requirements.${i}.gap`)
	const queries = [
		{region: ctx.region, kind: 'people', id: 'all', keys: ['learners', 'active_30d', 'reached.n', 'reached.of']},
		{region: ctx.region, kind: 'programme', keys: ['participants', 'completed']},
	]
	return gaps.length ? [...queries, {region: ctx.region, kind: 'competence', keys: ['holders', ...gaps]}] : queries
}

/** The programme's own goal for all of its participants, where it has one. */
const targetOf = (programme, measure) =>
	programme.targets?.find(one => one.measure === measure && !one.each && (one.region ?? 'all') === 'all' && !Object.keys(one.where ?? {}).length)?.value

function progress(n, of) {
	const share = Math.min(1, of ? n / of : 0)
	return html`<svg class="progress" width="100%" height="6" aria-hidden="true">
		<rect class="whole" width="100%" height="6" rx="3"></rect>
		<rect class="part ${share >= 1 ? 'done' : ''}" width="${100 * share}%" height="6" rx="3"></rect></svg>`
}

function tile(ctx, {href, name, value, text, bar, key}) {
	const isKnown = (value > 0 || !ctx.loading) && value !== null // nobody is told 0 before it is known
	return html`<li class="tile"><span class="tile-name">${href ? html`<a href=${href}>${name}</a>` : name}</span>
		<b class="tile-value" ${fade(value, `${ctx.region} ${ctx.day} ${key}`)}>${isKnown ? ctx.fmt.num(value) : '–'}</b>
		<span class="tile-text muted">${isKnown ? text : nothing}</span>${bar ?? nothing}</li>`
}

const viewOf = (ctx, view, id) => ctx.link({view, id, figure: null, sort: null, level: null})

function programmeTile(ctx, programme) {
	const get = path => ctx.value(ctx.figure(ctx.region, 'programme', programme.id), path) ?? (ctx.isOpen ? null : 0)
	// A target is for all of its regions together.
	const wished = ctx.region === 'all' ? ['completed', 'participants'].find(name => targetOf(programme, name)) : undefined
	const measure = wished ?? 'participants'
	const target = wished && targetOf(programme, wished)
	const n = get(measure)
	return tile(ctx, {
		href: viewOf(ctx, 'programme', programme.id),
		name: ctx.label(programme),
		value: n,
		text: n === null ? '' : target ? ctx.t(`tile.${measure}_of`, {n: target, percent: ctx.fmt.percent(n / target)})
			: ctx.t('tile.participants_completed', {n: get('completed') ?? '–'}),
		bar: target && n !== null ? progress(n, target) : null,
		key: programme.id,
	})
}

/** The competence that most are missing of. */
function gapTile(ctx) {
	const gaps = (ctx.catalogue.competences ?? []).filter(({requirements: some}) => some?.length)
		.map(competence => ({competence, gap: gapOf(ctx, ctx.region, competence)}))
		.filter(({gap}) => gap > 0).sort((a, b) => b.gap - a.gap)
	if (!gaps.length || ctx.loading)
		return nothing
	const [{competence, gap}] = gaps
	const href = viewOf(ctx, 'competence', competence.id)
	return tile(ctx, {href, name: ctx.t('tile.gap'), value: gap, text: ctx.label(competence), key: `gap ${competence.id}`})
}

function peopleTiles(ctx) {
	const get = path => ctx.value(ctx.figure(ctx.region, 'people', 'all'), path) ?? (ctx.isOpen ? null : 0)
	const headcount = ctx.regions.headcount(ctx.region)
	const [learners, active, reached, places] = ['learners', 'active_30d', 'reached.n', 'reached.of'].map(get)
	const share = n => ctx.fmt.percent(n)
	return [
		tile(ctx, {name: ctx.t('learners'), value: learners, key: 'learners',
			text: headcount ? ctx.t('tile.of_headcount', {n: headcount, percent: share(learners / headcount)}) : ctx.t('tile.learners')}),
		ctx.isOpen ? nothing : tile(ctx, {name: ctx.t('active_30d'), value: active, key: 'active',
			text: learners ? ctx.t('tile.share_of_learners', {percent: share(active / learners)}) : ''}),
		places > 1 ? tile(ctx, {name: ctx.t('reached'), value: reached, key: 'reached',
			text: ctx.t('tile.of_places', {n: places}), bar: progress(reached, places)}) : nothing,
	]
}

export function tiles(ctx) {
	return html`<ul class="tiles" aria-label=${ctx.t('tiles')}>${peopleTiles(ctx)}
		${(ctx.catalogue.programmes ?? []).slice(0, PROGRAMMES).map(one => programmeTile(ctx, one))}
		${gapTile(ctx)}</ul>`
}
