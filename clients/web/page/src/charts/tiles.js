// SPDX-License-Identifier: Apache-2.0
// Key figures, each with its name and what it is of.
import {html, nothing} from 'lit-html'
import {fade} from '../fade.js'

/**
 * @param {Array<{name: string, value: string, text?: string}>} all
 * @param {string} of what they are of: under another one they are other figures, not changed ones
 */
export function tiles(all, of) {
	return html`<ul class="tiles">
		${all.map(
			tile =>
				html`<li class="tile">
					<span class="tile-name">${tile.name}</span>
					<b class="tile-value" ${fade(tile.value, `${of} ${tile.name}`)}>${tile.value}</b>
					${tile.text ? html`<span class="tile-text muted">${tile.text}</span>` : nothing}
				</li>`,
		)}
	</ul>`
}
