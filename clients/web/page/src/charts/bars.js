// SPDX-License-Identifier: Apache-2.0
// Bars in the rows of a real table: what is seen and what is read are one.
import {html, nothing, svg} from 'lit-html'

/** What bars are measured against is drawn up to so many times the longest of them: more would leave no room for the bars. */
const FAR = 6

/**
 * What a whole bar stands for, and whether it has room for what each is measured against: for all of them, or for none.
 * @param {Array<{value: number, of?: number|null, goal?: number|null}>} rows
 */
export function extent(rows) {
	const longest = Math.max(1, ...rows.map(row => Math.max(row.value, row.goal ?? 0)))
	const whole = Math.max(longest, ...rows.map(row => row.of ?? 0))
	return whole <= longest * FAR ? {most: whole, hasRoom: true} : {most: longest, hasRoom: false}
}

/**
 * @typedef {object} Row {name, href?, note?, value, text?: after the number, mark?: a class, inner?: a part of the value,
 *   of?: what it is measured against, or null, goal?: what it should be}
 * @param {Row[]} rows in the order in which they are shown
 * @param {{caption: string, head: string[], most?: number, extra?: Array<{text, cell: function}>, showHead?: boolean}} options
 *   head: of the names, and of the bars; most: what a whole bar stands for
 */
export function bars(rows, options, say) {
	const {most, hasRoom} = options.most ? {most: options.most, hasRoom: true} : extent(rows)
	const extra = options.extra ?? []
	return html`<table class="bars">
		<caption class="visually-hidden">
			${options.caption}
		</caption>
		<thead class=${options.showHead === false ? 'visually-hidden' : ''}>
			<tr>
				<th scope="col">${options.head[0]}</th>
				<th scope="col" colspan="2">${options.head[1]}</th>
				${extra.map(each => html`<th scope="col" class="n extra">${each.text}</th>`)}
			</tr>
		</thead>
		<tbody>
			${rows.map(
				row =>
					html`<tr>
						<th scope="row">
							${row.href ? html`<a href=${row.href}>${row.name}</a>` : row.name}${row.note ? html` <small>${row.note}</small>` : nothing}
						</th>
						<td class="bar-cell">${bar(row, most, hasRoom)}</td>
						<td class="bar-text">
							<b>${say.num(row.value)}</b>${row.text ? html` <small>${row.text}</small>` : nothing}
						</td>
						${extra.map(each => html`<td class="n extra">${each.cell(row)}</td>`)}
					</tr>`,
			)}
		</tbody>
	</table>`
}

function bar(row, most, hasRoom) {
	const at = n => `${Math.min(100, (n / most) * 100).toFixed(2)}%`
	const upright = (name, n) => svg`<line class=${name} x1=${at(n)} x2=${at(n)} y1="0" y2="20"></line>`
	const hasTrack = hasRoom && row.of > 0
	return html`<svg class="bar-plot" width="100%" height="20" aria-hidden="true">
		${hasTrack ? svg`<rect class="track" y="2" height="16" rx="2" width=${at(row.of)}></rect>` : nothing}
		<rect class="mark ${row.mark ?? 's1'}" y="2" height="16" rx="2" width=${at(row.value)}></rect>
		${row.inner !== undefined ? svg`<rect class="mark s2" y="6" height="8" rx="1" width=${at(row.inner)}></rect>` : nothing}
		${hasTrack ? upright('headcount', row.of) : nothing} ${row.goal ? upright('goal', row.goal) : nothing}
	</svg>`
}
