// SPDX-License-Identifier: Apache-2.0
// All competences and all modules of one place, a row each.
import {html} from 'lit-html'
import {count, list, rate, read} from '../../charts/sums/read.js'
import {frame, table} from '../../charts/table.js'

const COMPETENCE_COLUMNS = [
	'place.competence',
	'competence.holders',
	'competence.coverage',
	'competence.expiring_30d',
	'competence.expiring_90d',
	'competence.lapsed',
	'competence.gap',
]
const COMPETENCE_KEYS = ['holders', 'coverage.value', 'expiring_30d', 'expiring_60d', 'expiring_90d', 'lapsed']
const MODULE_COLUMNS = [
	'place.module',
	'module.started',
	'module.completed',
	'module.completion_rate',
	'module.pass_rate',
	'module.days_median',
	'programme.stalled',
]
const MODULE_KEYS = ['started', 'completed', 'completion_rate.value', 'passed', 'pass_rate.value', 'days_to_complete.median', 'stalled']

/** What counts events, or looks ahead, is in no release. */
const EXACT_ONLY = ['competence.expiring_30d', 'competence.expiring_90d', 'programme.stalled']

const warn = (n, say) => (n ? html`<strong class="soon">${say.num(n)}</strong>` : say.num(n))

/** The largest gap of the requirements; people are asked for by several of them, so they do not add up. */
function missing(figure, say) {
	const gaps = list(figure, 'requirements').map(need => need.gap ?? null).filter(gap => gap !== null)
	return gaps.length ? say.num(Math.max(...gaps)) : '–'
}

/** What most people lose soon comes first. */
export function competencesFrame(ctx, say) {
	const rows = ctx.catalogue.competences
		.map(thing => ({thing, figure: ctx.figure(ctx.region, 'competence', thing.id)}))
		.filter(row => row.figure || (row.thing.requirements?.length && ctx.region !== 'unassigned'))
	const less = (one, other, key) => count(other.figure, key) - count(one.figure, key)
	rows.sort((one, other) => less(one, other, 'expiring_90d') || less(one, other, 'holders'))
	const cells = ({figure}) => [
		say.num(say.count(figure, 'holders')),
		say.percent(rate(figure, 'coverage')?.value ?? null),
		warn(count(figure, 'expiring_30d'), say),
		warn(count(figure, 'expiring_90d'), say),
		say.num(say.count(figure, 'lapsed')),
		missing(figure, say),
	]
	const text = say.isOpen ? undefined : say.t('place.competences_says')
	const title = say.t('place.competences')
	return subjects(ctx, rows, {kind: 'competence', title, text, columns: COMPETENCE_COLUMNS, cells, keys: COMPETENCE_KEYS}, say)
}

export function modulesFrame(ctx, say) {
	const rows = ctx.catalogue.modules
		.map(thing => ({thing, figure: ctx.figure(ctx.region, 'module', thing.id)}))
		.filter(row => count(row.figure, 'started'))
	const cells = ({figure}) => [
		say.num(say.count(figure, 'started')),
		say.num(say.count(figure, 'completed')),
		say.percent(read(figure, 'completion_rate.value') ?? null),
		say.percent(read(figure, 'pass_rate.value') ?? null),
		read(figure, 'days_to_complete')?.n ? say.num(read(figure, 'days_to_complete').median) : '–',
		say.num(count(figure, 'stalled')),
	]
	const title = say.t('place.modules')
	return subjects(ctx, rows, {kind: 'module', title, columns: MODULE_COLUMNS, cells, keys: MODULE_KEYS}, say)
}

function subjects(ctx, rows, {kind, title, text, columns, cells, keys}, say) {
	if (!rows.length)
		return undefined
	const isShown = (_, i) => !say.isOpen || !EXACT_ONLY.includes(columns[i])
	const data = {
		caption: title,
		columns: columns.map((key, i) => ({text: say.t(key), numeric: i > 0})).filter(isShown),
		rows: rows.map(row =>
			[html`<a href=${ctx.link({view: kind, id: row.thing.id})}>${say.label(row.thing)}</a>`, ...cells(row)].filter(isShown),
		),
	}
	return frame({title, wide: true, text, body: table(data, {downloads: {region: ctx.region, kind, keys}}, say)}, say)
}
