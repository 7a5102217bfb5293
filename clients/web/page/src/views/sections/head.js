// SPDX-License-Identifier: Apache-2.0
// What views have in common: the day, what figures stand on, and what is said where there are none.
import {html, nothing} from 'lit-html'
import {count, read} from '../../charts/sums/read.js'

export const asOfDay = ctx => ctx.day ?? ctx.state.as_of ?? new Date().toISOString().slice(0, 10)

/** Which platforms a figure stands on, and which of them are behind. */
export function standsOn(ctx, figure, say) {
	const names = figure?.sources
	if (!names?.length)
		return nothing
	const behind = new Map((ctx.state.sources ?? []).map(each => [each.source, each]))
	return html`<p class="stands-on">
		${say.t('chart.stands_on')} ${names.map((name, i) => html`${i ? ', ' : ''}${name}${trouble(behind.get(name), say)}`)}
	</p>`
}

function trouble(source, say) {
	if (!source)
		return nothing
	if (source.late_since)
		return html` <strong>${say.t('chart.source_late')}</strong>`
	return source.missing ? html` <strong>${say.t('chart.source_missing', {n: source.missing})}</strong>` : nothing
}

/** What it is about, and where. */
export function heading(ctx, thing, say) {
	return html`<h2>${say.label(thing)}<span class="in-place">${say.place(ctx.region)}</span></h2>`
}

/** What an open release does not give is no tile. */
export const given = (all, figure, say) => all.filter(tile => !say.isOpen || !tile.of || read(figure, tile.of) !== undefined)

/** Nobody counts here: said once, instead of a page of zeros. */
export function nobody(ctx, say) {
	return html`<p class="nobody">${ctx.loading ? say.t('chart.loading') : say.t(say.isOpen ? 'chart.nobody_open' : 'chart.nobody')}</p>`
}

export const isEmpty = (figure, path) => !figure || count(figure, path) === 0
