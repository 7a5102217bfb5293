// SPDX-License-Identifier: Apache-2.0
// Places down, competences across: how many hold each, as one likes to see it.
import {html, nothing} from 'lit-html'
import {matrix} from '../../charts/matrix.js'
import {count, rate} from '../../charts/sums/read.js'
import {downloads, frame} from '../../charts/table.js'

/** What a cell of the matrix may show: a path, and how it is said. */
const CELLS = {
	coverage: {of: figure => rate(figure, 'coverage')?.value ?? null, isShare: true},
	holders: {of: (figure, say) => say.count(figure, 'holders')},
	expiring: {of: figure => count(figure, 'expiring_90d'), isExact: true},
	lapsed: {of: (figure, say) => say.count(figure, 'lapsed')},
}
const KEYS = ['holders', 'coverage.of', 'coverage.value', 'expiring_30d', 'expiring_90d', 'lapsed']
/** One percent and three are much the same: the strongest shade is for a tenth of the staff at least. */
const LEAST_SHARE = 0.1

/** @param {string[]} codes places; the region itself is above them */
export function coverageFrame(ctx, codes, say) {
	const choices = Object.keys(CELLS).filter(key => !say.isOpen || !CELLS[key].isExact)
	const shown = choices.includes(ctx.params.cell) ? ctx.params.cell : 'coverage'
	const cell = CELLS[shown]
	const places = codes.filter(code => code !== ctx.region)
	places.sort((one, other) => say.place(one).localeCompare(say.place(other), say.lang))
	const below = places.map(code => rowOf(ctx, code, cell, say))
	const whole = {...rowOf(ctx, ctx.region, cell, say), href: undefined, strong: true}
	const values = (below.length ? below : [whole]).flatMap(row => row.cells.map(each => each.value ?? 0))
	const hasUnknown = [whole, ...below].some(row => row.cells.some(each => each.value === null))
	const columns = ctx.catalogue.competences.map(competence => ({
		name: say.label(competence),
		current: competence.id === ctx.id,
		href: ctx.link({id: competence.id}),
		keep: true,
	}))
	const title = say.t('competence.matrix')
	const caption = `${title}: ${say.t(`competence.cell_${shown}`)}`
	return frame(
		{
			title,
			wide: true,
			text: html`${say.t(`competence.matrix_${shown}`)} ${hasUnknown ? say.t(say.isOpen ? 'competence.matrix_not_given' : 'competence.matrix_unknown') : nothing}`,
			body: html`<p class="choices" role="group" aria-label=${say.t('competence.matrix_shows')}>
					${choices.map(key => choice(ctx, key, shown, say))}
				</p>
				${matrix(
					{caption, corner: say.t('chart.place'), columns, rows: [whole, ...below]},
					{most: Math.max(...values, cell.isShare ? LEAST_SHARE : 0)},
				)}
				${downloads({region: [ctx.region, ...places], kind: 'competence', keys: KEYS}, say)}`,
		},
		say,
	)
}

function rowOf(ctx, code, cell, say) {
	const cells = ctx.catalogue.competences.map(competence => {
		const figure = ctx.figure(code, 'competence', competence.id)
		// Without a figure there are no holders, but a headcount may be known.
		const none = ctx.regions.headcount(code) && !say.isOpen ? 0 : null
		const value = !figure && cell.isShare ? none : cell.of(figure, say)
		const text = value === null ? '–' : cell.isShare ? say.percent(value) : say.num(value)
		const holders = `${say.t('competence.holders')}: ${say.num(say.count(figure, 'holders'))}`
		return {value, text, title: `${say.place(code)}, ${say.label(competence)} · ${holders}`}
	})
	return {name: say.place(code), href: ctx.link({view: 'place', region: code}), cells}
}

function choice(ctx, key, shown, say) {
	const href = ctx.link({cell: key === 'coverage' ? null : key})
	return html`<a href=${href} data-keep aria-current=${key === shown ? 'true' : nothing}>${say.t(`competence.cell_${key}`)}</a>`
}
