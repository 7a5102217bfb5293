// SPDX-License-Identifier: Apache-2.0
// Places down, competences across: a real table, whose cells have a colour beside their number.
import {html, nothing} from 'lit-html'
import {shade} from './sums/series.js'

/**
 * @typedef {object} Cell {text, value: number|null, title}
 * @param {{caption: string, corner: string, columns: Array<{name, href?, current?}>,
 *   rows: Array<{name, href?, strong?: boolean, cells: Cell[]}>}} data
 * @param {{most?: number, shades?: number, tone?: string}} options
 *   most: the value of the strongest of `shades` (6), that of each column where it is absent; tone: `need` where much is bad
 */
export function matrix(data, options) {
	const most = data.columns.map(
		(_, i) => options.most ?? Math.max(0, ...data.rows.filter(row => !row.strong).map(row => row.cells[i].value ?? 0)),
	)
	const colour = (cell, i) => `cell q${cell.value === null ? 'none' : shade(cell.value, most[i], options.shades ?? 6)}`
	return html`<div class="scroll" tabindex="0" role="group" aria-label=${data.caption}>
		<table class="matrix ${options.tone ?? ''}">
			<caption class="visually-hidden">
				${data.caption}
			</caption>
			<thead>
				<tr>
					<th scope="col">${data.corner}</th>
					${data.columns.map(column => html`<th scope="col" class=${column.current ? 'current' : ''}>${link(column)}</th>`)}
				</tr>
			</thead>
			<tbody>
				${data.rows.map(
					row =>
						html`<tr class=${row.strong ? 'strong' : ''}>
							<th scope="row">${link(row)}</th>
							${row.cells.map((cell, i) => html`<td class=${colour(cell, i)} title=${cell.title || nothing}>${cell.text}</td>`)}
						</tr>`,
				)}
			</tbody>
		</table>
	</div>`
}

function link(thing) {
	if (!thing.href)
		return thing.name
	return html`<a href=${thing.href} ?data-keep=${thing.keep} aria-current=${thing.current ? 'true' : nothing}>${thing.name}</a>`
}
