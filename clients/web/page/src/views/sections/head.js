// SPDX-License-Identifier: Apache-2.0
// The top of a view: which thing, where, which others there are, and what the figures stand on.
import {html, nothing} from 'lit-html'
import {count} from '../../charts/sums/read.js'

/** The thing that the address names, else the first one of which there are figures, else the first. */
export function chosen(ctx, things) {
	return things.find(thing => thing.id === ctx.params.id) ?? things[0]
}

/** The place that the address names, else everyone. */
export function placeOf(ctx) {
	const wished = ctx.params.region
	return wished && ctx.regions.has(wished) ? wished : 'all'
}

export const asOfDay = ctx => ctx.day ?? ctx.state.as_of

/** Others of its kind, as links; many stand behind a summary. */
export function picker(ctx, things, current, kind, say) {
	if (things.length < 2)
		return nothing
	const links = html`<ul>${things.map(thing => html`<li><a href=${ctx.link({view: kind, id: thing.id})}
		aria-current=${thing === current ? 'page' : nothing}>${say.label(thing)}</a></li>`)}</ul>`
	if (things.length <= 6)
		return html`<nav class="picker" aria-label=${say.t(`${kind}.others`)}>${links}</nav>`
	return html`<nav class="picker many" aria-label=${say.t(`${kind}.others`)}><details><summary>${say.t(`${kind}.others`)}
		<span class="quiet">${say.num(things.length)}</span></summary>${links}</details></nav>`
}

/** Where the figures are of. */
export function whereLine(ctx, code, say) {
	return html`<p class="where-line">${say.place(code)}${code === 'all' ? nothing : html` <span class="quiet">${levelOf(ctx, code)}</span>
		<a href=${ctx.link({region: null})}>${say.t('chart.see_all')}</a>`}</p>`
}

function levelOf(ctx, code) {
	const level = ctx.regions.get(code)?.level
	const words = ctx.catalogue.levels?.find(each => each.level === level)
	return ctx.fmt.label ? ctx.fmt.label({name: level, label: words?.label}) : level
}

/** Which platforms a figure stands on, and which of them are behind. */
export function standsOn(ctx, figure, say) {
	const names = figure?.sources
	if (!names?.length)
		return nothing
	const behind = new Map((ctx.state.sources ?? []).map(each => [each.source, each]))
	return html`<p class="stands-on">${say.t('chart.stands_on')} ${names.map((name, i) => html`${i ? ', ' : ''}${name}${trouble(behind.get(name), say)}`)}</p>`
}

function trouble(source, say) {
	if (!source)
		return nothing
	if (source.late_since)
		return html` <strong>${say.t('chart.source_late')}</strong>`
	return source.missing ? html` <strong>${say.t('chart.source_missing', {n: source.missing})}</strong>` : nothing
}

/** Nobody counts here: said once, instead of a page of zeros. */
export function nobody(ctx, say) {
	return html`<p class="nobody">${ctx.loading ? say.t('chart.loading') : say.t('chart.nobody')}</p>`
}

export const isEmpty = (figure, path) => !figure || count(figure, path) === 0
