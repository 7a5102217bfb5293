// SPDX-License-Identifier: Apache-2.0
// The table beside a map: each place with its figure, the greatest first or by name.
import {html, nothing} from 'lit-html'
import {repeat} from 'lit-html/directives/repeat.js'
import {fade} from '../fade.js'
import {queryOf} from './choices.js'

/** Under this key a figure is the same one, so that another is no change of it. */
export const sameFigure = (ctx, figure, code) => [code, figure.kind, figure.id, figure.measure, ctx.day].join(' ')

function inOrder(ctx, rows) {
	const byName = (a, b) => a.name.localeCompare(b.name, ctx.lang)
	const byValue = (a, b) => (b.value ?? -1) - (a.value ?? -1) || byName(a, b)
	return [...rows.values()].sort(ctx.params.sort === 'name' ? byName : byValue)
}

function bar(value, greatest, isBad) {
	return value ? html`<svg class="inline-bar ${isBad ? 'bad' : ''}" width="100%" height="4" aria-hidden="true">
		<rect width="${(100 * value) / greatest}%" height="4" rx="2"></rect></svg>` : nothing
}

function head(ctx, figure, hasHeadcount) {
	const isByName = ctx.params.sort === 'name'
	const sorter = (sort, text) => html`<a data-keep href=${ctx.link({sort})}>${text}<span class="sort" aria-hidden="true"></span></a>`
	return html`<thead><tr>
		<th scope="col" aria-sort=${isByName ? 'ascending' : nothing}>${sorter('name', ctx.t('place'))}</th>
		<th scope="col" class="n" aria-sort=${isByName ? nothing : 'descending'}>${sorter(null, ctx.t(`measure.${figure.kind}.${figure.measure}`))}</th>
		${figure.isShare ? html`<th scope="col" class="n">${ctx.t('of_how_many')}</th>` : nothing}
		${hasHeadcount ? html`<th scope="col" class="n">${ctx.t('headcount')}</th>` : nothing}</tr></thead>`
}

/** "9 of 12", of what a share is one. */
export const partsText = (ctx, parts) => (parts ? ctx.t('n_of_m', {n: ctx.fmt.num(parts[0]), m: ctx.fmt.num(parts[1])}) : '–')

/**
 * @param {object} ctx
 * @param {object} figure of choices.js
 * @param {Map<string, object>} rows code → {code, name, value, text, parts, headcount, href}
 * @param {{frame: string, pointed: string | null, point: (code: string | null) => void}} where
 */
export function placeTable(ctx, figure, rows, {frame, pointed, point}) {
	const sorted = inOrder(ctx, rows)
	const greatest = Math.max(...sorted.map(({value}) => value ?? 0), figure.isShare ? 0.01 : 1)
	const hasHeadcount = !figure.of && figure.kind !== 'module' && sorted.some(({headcount}) => headcount !== null)
	const name = `${ctx.t(`measure.${figure.kind}.${figure.measure}`)}: ${figure.label}, ${ctx.label(ctx.regions.get(frame))}`
	const line = row => html`<tr class="${row.code === pointed ? 'pointed' : ''} ${row.code === ctx.region ? 'selected' : ''}" data-row=${row.code}>
		<th scope="row"><a data-keep href=${row.href} @pointerenter=${() => point(row.code)} @pointerleave=${() => point(null)}>${row.name}</a>
			${bar(row.value, greatest, figure.isBad)}</th>
		<td class="n" ${fade(row.value, sameFigure(ctx, figure, row.code))}>${row.text}</td>
		${figure.isShare ? html`<td class="n">${partsText(ctx, row.parts)}</td>` : nothing}
		${hasHeadcount ? html`<td class="n">${ctx.fmt.num(row.headcount)}</td>` : nothing}</tr>`
	const query = queryOf(figure, [...rows.keys()])
	return html`<div class="scroll"><table class="data places"><caption class="visually-hidden">${name}</caption>
		${head(ctx, figure, hasHeadcount)}<tbody>${repeat(sorted, ({code}) => code, line)}</tbody></table></div>
		<p class="downloads"><a href=${ctx.download('csv', query)} download>${ctx.t('download_csv')}</a>
			<a href=${ctx.download('xlsx', query)} download>${ctx.t('download_xlsx')}</a></p>`
}
