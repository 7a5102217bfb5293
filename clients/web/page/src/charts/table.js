// SPDX-License-Identifier: Apache-2.0
// The table beside a chart, and the frame that holds both.
import {html, nothing, svg} from 'lit-html'

/**
 * @typedef {object} Column {text, numeric}
 * @param {{caption: string, columns: Column[], rows: Array<Array<string|number|object>>}} data
 *   the first cell of a row is its header
 * @param {{downloads?: object}} options downloads: a query of figures, without its day
 */
export function table(data, options, say) {
	const {caption, columns, rows} = data
	return html`<div class="scroll" tabindex="0" role="group" aria-label=${caption}>
			<table class="data">
				<caption class="visually-hidden">
					${caption}
				</caption>
				<thead>
					<tr>
						${columns.map(column => html`<th scope="col" class=${column.numeric ? 'n' : ''}>${column.text}</th>`)}
					</tr>
				</thead>
				<tbody>
					${rows.map(
						row =>
							html`<tr>
								${row.map((cell, i) =>
									i === 0
										? html`<th scope="row">${cell}</th>`
										: html`<td class=${columns[i].numeric ? 'n' : ''}>${cell}</td>`,
								)}
							</tr>`,
					)}
				</tbody>
			</table>
		</div>
		${options.downloads ? downloads(options.downloads, say) : nothing}`
}

/** Links to the same figures as files. */
export function downloads(query, say) {
	return html`<p class="downloads">
		${say.t('chart.download')} <a href=${say.download('csv', query)} download>CSV</a>
		<a href=${say.download('xlsx', query)} download>Excel</a>
	</p>`
}

/**
 * A chart with its title, what it says in words, and its table behind a summary.
 * @param {{title: string, text?: string|object, body: object, table?: object, legend?: object, wide?: boolean}} parts
 */
export function frame(parts, say) {
	return html`<figure class=${parts.wide ? 'chart panel wide' : 'chart panel'}>
		<figcaption>
			<h3>${parts.title}</h3>
			${parts.text ? html`<p class="says">${parts.text}</p>` : nothing}
		</figcaption>
		${parts.legend ?? nothing}
		<div class="drawing">${parts.body}</div>
		${
			parts.table
				? html`<details class="beside">
						<summary>${say.t('chart.table')}<span class="visually-hidden">: ${parts.title}</span></summary>
						${parts.table}
					</details>`
				: nothing
		}
	</figure>`
}

/** @param {Array<{name: string, mark: string, value?: string}>} series mark: a class that has the colour */
export function legend(series) {
	return html`<ul class="legend">
		${series.map(
			each => html`<li>
				<svg class="swatch" width="14" height="14" aria-hidden="true">${swatch(each)}</svg>
				${each.name} ${each.value ? html`<b>${each.value}</b>` : nothing}
			</li>`,
		)}
	</ul>`
}

function swatch(each) {
	if (each.line)
		return svg`<line class="line ${each.mark}" x1="0" x2="14" y1="7" y2="7"></line>`
	if (each.tick)
		return svg`<line class="tickmark ${each.mark}" x1="7" x2="7" y1="0" y2="14"></line>`
	return svg`<rect class="mark ${each.mark}" width="14" height="14" rx="2"></rect>`
}
