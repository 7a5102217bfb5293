// SPDX-License-Identifier: Apache-2.0
// A map as SVG: each region is a link, arrow keys go from one to the next.
import {html, nothing, svg} from 'lit-html'
import {repeat} from 'lit-html/directives/repeat.js'
import {SITE_RADIUS} from './cells.js'
import {placeLabels} from './labels.js'
import {shadeOf} from './classes.js'

const DOTS_MAX = 60
const DOT = 2.2
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}

/** As the land's rings go, so that what both cover is covered. */
const arc = width => `a${SITE_RADIUS},${SITE_RADIUS} 0 1 1 ${width},0`
const disc = ([x, y]) => `M${x - SITE_RADIUS},${y}${arc(2 * SITE_RADIUS)}${arc(-2 * SITE_RADIUS)}Z`
const circles = (points, r, name) => points.map(([x, y]) => svg`<circle class=${name} cx=${x} cy=${y} r=${r}></circle>`)

/** The nearest region in a direction: what lies aside counts as farther. */
export function nextCell(cells, from, [dx, dy]) {
	let best = null
	let least = Infinity
	for (const cell of cells) {
		const [x, y] = [cell.at[0] - from.at[0], cell.at[1] - from.at[1]]
		const along = x * dx + y * dy
		const aside = Math.abs(x * dy) + Math.abs(y * dx)
		if (cell === from || along <= 0 || aside > 2 * along)
			continue
		if (along + 2 * aside < least) {
			least = along + 2 * aside
			best = cell
		}
	}
	return best
}

function onKey(event, cells) {
	const step = ARROWS[event.key]
	const from = cells.find(({code}) => code === event.target.closest?.('[data-code]')?.dataset.code)
	if (!step || !from)
		return
	event.preventDefault()
	const next = nextCell(cells, from, step)
	if (next)
		event.currentTarget.querySelector(`[data-code="${CSS.escape(next.code)}"]`).focus()
}

/**
 * @param {object} sheet of drawSheet
 * @param {{rows: Map<string, object>, classes: object, isBad: boolean, selected: string, pointed: string | null,
 *   point: (code: string | null) => void, title: string, hint: string}} what rows: code → {name, text, value, href, spoken}
 */
export function mapDrawing(sheet, {rows, classes, isBad, selected, pointed, point, title, hint}) {
	const {width, height, cells, land, discs} = sheet
	const shown = cells.filter(({code}) => rows.has(code))
	const entry = shown.some(({code}) => code === selected) ? selected : shown[0]?.code
	const shade = code => {
		const {value} = rows.get(code)
		return value === null ? 'unknown' : shadeOf(classes.of(value), classes.rows.length)
	}
	const hasDots = shown.length <= DOTS_MAX && shown.every(({sites}) => sites.length === 1)
	const labels = placeLabels(shown.map(({code, at}) => {
		const {name, text, value} = rows.get(code)
		return {code, at, name, value: text, weight: code === selected ? Infinity : (value ?? -1)}
	}), width, height)
	const cell = ({code, fill, border}) => svg`<a href=${rows.get(code).href} data-keep data-code=${code}
			class="cell ${isBad ? 'bad' : ''} q-${shade(code)} ${code === selected ? 'selected' : ''} ${code === pointed ? 'pointed' : ''}"
			tabindex=${code === entry ? 0 : -1} aria-label=${rows.get(code).spoken}
			@pointerenter=${() => point(code)} @focus=${() => point(code)}>
			<path class="fill" d=${fill}></path><path class="border" d=${border}></path></a>`
	const sites = shown.flatMap(cellOf => cellOf.sites)
	const outline = (code, name) => shown.filter(one => one.code === code).map(({border}) => svg`<path class="outline ${name}" d=${border}></path>`)
	return html`<svg class="map ${shown.length > DOTS_MAX ? 'still' : ''}" width=${width} height=${height} viewBox="0 0 ${width} ${height}"
		role="group" aria-label=${title} aria-describedby="map-hint"
		@keydown=${event => onKey(event, shown)} @pointerleave=${() => point(null)} @focusout=${() => point(null)}>
		<defs><clipPath id="land"><path d=${land.home}></path><path d=${sites.map(disc).join('')}></path></clipPath></defs>
		<path class="land other" d=${land.other}></path><path class="land" d=${land.home}></path>
		<g clip-path=${sheet.isClipped ? 'url(#land)' : nothing}>${repeat(shown, ({code}) => code, cell)}
			${outline(selected, 'selected')}${outline(pointed, 'pointed')}</g>
		${sheet.isClipped ? svg`<path class="coast" d=${land.home}></path>${circles(discs, SITE_RADIUS, 'coast')}` : nothing}
		<g class="dots" aria-hidden="true">${hasDots ? circles(sites, DOT, 'dot') : nothing}</g>
		<g class="labels" aria-hidden="true">${labels.map(({code, x, y, name, value}) => svg`
			<g transform="translate(${x},${y})" class=${code === pointed ? 'pointed' : ''}>
				<text class="name" y="-3">${name}</text><text class="value" y="12">${value}</text></g>`)}</g>
	</svg><p id="map-hint" class="visually-hidden">${hint}</p>`
}
