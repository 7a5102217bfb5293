// SPDX-License-Identifier: Apache-2.0
// Key figures, each with its name and what it is of.
import {html, nothing} from 'lit-html'

/** @param {Array<{name: string, value: string, text?: string, key?: string, href?: string}>} tiles */
export function tiles(all) {
	return html`<dl class="tiles">${all.map((tile) => html`<div class="tile"><dt>${tile.href ? html`<a href=${tile.href}>${tile.name}</a>` : tile.name}</dt><dd><b class="live">${tile.value}</b>${tile.text ? html`<small>${tile.text}</small>` : nothing}</dd></div>`)}</dl>`
}
