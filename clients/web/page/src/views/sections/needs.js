// SPDX-License-Identifier: Apache-2.0
// What a competence is needed for: requirements against the headcount, and where people are lacking.
import {html} from 'lit-html'
import {bars} from '../../charts/bars.js'
import {matrix} from '../../charts/matrix.js'
import {list, part} from '../../charts/sums/read.js'
import {frame} from '../../charts/table.js'

/** "Level 2 or more: nurses", or "two in each place". */
export function needName(ctx, competence, need, say) {
	const who = say.where(need.where)
	const level = say.t('competence.level_or_more', {level: ctx.level_label(competence.id, String(need.level))})
	const name = who ? `${say.sentence(who)} · ${level}` : need.each ? say.sentence(level) : `${say.t('everyone')} · ${level}`
	return need.each ? `${name} · ${say.t('competence.in_each', {n: need.count, count: say.num(need.count)})}` : name
}

function gapText(need, say) {
	if (need.of === null)
		return say.t('chart.headcount_unknown')
	const of = `${say.t('chart.of', {of: say.num(need.of)})} · ${say.percent(part(need.n, need.of))}`
	return need.gap
		? `${of} · ${say.t('competence.missing', {n: need.gap, count: say.num(need.gap)})}`
		: `${of} · ${say.t('competence.met')}`
}

export function needsFrame(ctx, competence, figure, say) {
	const needs = figure || say.isOpen ? list(figure, 'requirements') : withoutFigure(ctx, competence)
	if (!needs.length)
		return undefined
	const title = say.t('competence.requirements')
	// Each need on a scale of its own: what is asked is how far it is from being met.
	return frame(
		{
			title,
			wide: true,
			text: say.t('competence.requirements_says'),
			body: html`${needs.map(need =>
				bars(
					[{name: needName(ctx, competence, need, say), value: need.n, of: need.of, text: gapText(need, say)}],
					{
						caption: title,
						head: [title, say.t('competence.holders')],
						showHead: false,
						most: Math.max(need.of ?? 0, need.n, 1),
					},
					say,
				),
			)}`,
		},
		say,
	)
}

/** Nobody holds it: the need is there all the same. */
function withoutFigure(ctx, competence) {
	return (competence.requirements ?? []).map(need => {
		const of = need.each
			? need.count * ctx.regions.leaves(ctx.region).length
			: ctx.regions.headcount(ctx.region, need.where ?? {})
		return {...need, n: 0, of, gap: of}
	})
}

export function needsByPlace(ctx, competence, places, say) {
	const needs = competence.requirements ?? []
	const others = places.filter(code => code !== ctx.region)
	const isGiven = code => list(ctx.figure(code, 'competence', competence.id), 'requirements').length
	if (!needs.length || !others.length || (say.isOpen && !others.some(isGiven)))
		return undefined
	const key = need => `${need.level} ${JSON.stringify(need.where ?? {})} ${need.count ?? ''}`
	const title = say.t('competence.gaps_by_place')
	const rows = others.map(code => {
		const figure = ctx.figure(code, 'competence', competence.id)
		const own = new Map(list(figure, 'requirements').map(need => [key(need), need]))
		return {
			name: say.place(code),
			href: ctx.link({view: 'place', region: code}),
			cells: needs.map(need => cellOf(own.get(key(need)) ?? (say.isOpen ? NOT_GIVEN : missingNeed(ctx, code, need)), say)),
		}
	})
	const hasUnknown = rows.some(row => row.cells.some(cell => cell.gap === null))
	rows.sort((one, other) => sumOf(other) - sumOf(one) || one.name.localeCompare(other.name, say.lang))
	return frame(
		{
			title,
			wide: true,
			text: `${say.t('competence.gaps_says')} ${hasUnknown ? say.t(say.isOpen ? 'competence.matrix_not_given' : 'competence.matrix_unknown') : ''}`,
			body: matrix(
				{
					caption: title,
					corner: say.t('chart.place'),
					columns: needs.map(need => ({name: needName(ctx, competence, need, say)})),
					rows,
				},
				{most: 1, shades: 5, tone: 'need'},
			),
		},
		say,
	)
}

const sumOf = row => row.cells.reduce((sum, cell) => sum + (cell.gap ?? 0), 0)

function missingNeed(ctx, code, need) {
	const of = need.each ? need.count * ctx.regions.leaves(code).length : ctx.regions.headcount(code, need.where ?? {})
	return {n: 0, of, gap: of}
}

const NOT_GIVEN = {n: null, of: null, gap: null}

/** Shaded by how much of the need is open, told by how many are missing. */
function cellOf(need, say) {
	if (need.of === null)
		return {value: null, text: '–', gap: null, title: say.t(need.n === null ? 'chart.not_known' : 'chart.headcount_unknown')}
	const value = need.of ? need.gap / need.of : 0
	return {
		value,
		gap: need.gap,
		text: html`<b>${need.gap ? say.num(need.gap) : '✓'}</b> <small>${say.t('chart.of', {of: say.num(need.of)})}</small>`,
		title: say.t('competence.missing_of', {
			n: need.gap,
			count: say.num(need.gap),
			have: say.num(need.n),
			of: say.num(need.of),
		}),
	}
}
