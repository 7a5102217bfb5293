// SPDX-License-Identifier: Apache-2.0
// Bars in the rows of a real table: what is seen and what is read are one.
import {html, nothing, svg} from 'lit-html'

/** A headcount up to so many times the longest bar is drawn; what is farther would leave no room for the bars. */
const FAR = 6

/** What a whole bar stands for. */
export function extent(rows) {
	const longest = Math.max(0, ...rows.map((row) => row.value))
	const marks = rows.map((row) => row.of ?? 0).filter((of) => longest === 0 || of <= longest * FAR)
	return Math.max(longest, ...marks, 1)
}

/**
 * @typedef {object} Row
 *   {name, href?, value, inner?: a part of it, of?: what it is measured against or null, text?: after the number, note?}
 * @param {Row[]} rows in the order in which they are shown
 * @param {{caption: string, head: string[], most?: number, mark?: number|null, extra?: Array<{text, cell: function}>,
 *   showHead?: boolean}} options
 *   head: of the names, the bars; most: a whole bar; mark: a share of `of` to be reached, told by a line on each bar
 */
export function bars(rows, options, say) {
	const most = options.most ?? extent(rows)
	const extra = options.extra ?? []
	return html`<table class="bars">
		<caption class="visually-hidden">${options.caption}</caption>
		<thead class=${options.showHead === false ? 'visually-hidden' : ''}><tr><th scope="col">${options.head[0]}</th><th scope="col" colspan="2">${options.head[1]}</th>${extra.map(each => html`<th scope="col" class="n extra">${each.text}</th>`)}</tr></thead>
		<tbody>${rows.map(row => html`<tr>
			<th scope="row">${row.href ? html`<a href=${row.href}>${row.name}</a>` : row.name}${row.note ? html` <small>${row.note}</small>` : nothing}</th>
			<td class="bar-cell">${bar(row, most, options)}</td>
			<td class="bar-text"><b>${say.num(row.value)}</b>${row.text ? html` <small>${row.text}</small>` : nothing}</td>
			${extra.map(each => html`<td class="n extra">${each.cell(row)}</td>`)}
		</tr>`)}</tbody>
	</table>`
}

function bar(row, most, options) {
	const width = (n) => `${Math.min(100, (n / most) * 100).toFixed(2)}%`
	const far = row.of > most
	return html`<svg class="bar-plot" width="100%" height="20" aria-hidden="true">
		${row.of ? svg`<rect class="track" y="2" height="16" rx="2" width=${width(row.of)}></rect>` : nothing}
		<rect class="mark ${row.mark ?? 's1'}" y="2" height="16" rx="2" width=${width(row.value)}></rect>
		${row.inner !== undefined ? svg`<rect class="mark s2" y="6" height="8" rx="1" width=${width(row.inner)}></rect>` : nothing}
		${row.of && !far ? svg`<line class="headcount" x1=${width(row.of)} x2=${width(row.of)} y1="0" y2="20"></line>` : nothing}
		${row.of && options.mark && row.of * options.mark <= most
			? svg`<line class="goal" x1=${width(row.of * options.mark)} x2=${width(row.of * options.mark)} y1="0" y2="20"></line>` : nothing}
	</svg>`
}
