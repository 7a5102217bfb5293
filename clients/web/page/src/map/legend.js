// SPDX-License-Identifier: Apache-2.0
// What the colours mean, and the same colours where there is no map: regions without coordinates.
import {html, nothing} from 'lit-html'
import {shadeOf} from './classes.js'
import {formatOf} from './choices.js'

function rangeOf(ctx, figure, {from, to}) {
	const format = formatOf(ctx, figure)
	if (figure.isShare)
		return `${from ? ctx.fmt.num(100 * from) : '>0'}–${format(to)}`
	return from + 1 === to ? format(to) : `${format(from + 1)}–${format(to)}`
}

export function legend(ctx, figure, classes, hasUnknown) {
	const swatch = (shade, text) => html`<li><span class="swatch ${figure.isBad ? 'bad' : ''} q-${shade}"></span>${text}</li>`
	return html`<ul class="legend" aria-label=${ctx.t('legend')}>
		${swatch(0, formatOf(ctx, figure)(0))}
		${classes.rows.map((row, i) => swatch(shadeOf(i + 1, classes.rows.length), rangeOf(ctx, figure, row)))}
		${hasUnknown ? swatch('unknown', ctx.t('not_known')) : nothing}</ul>`
}

export function cards(rows, classes, figure) {
	const shade = ({value}) => (value === null ? 'unknown' : shadeOf(classes.of(value), classes.rows.length))
	return html`<ul class="region-cards">${[...rows.values()].map(row => html`
		<li><a data-keep href=${row.href} class="region-card ${figure.isBad ? 'bad' : ''} q-${shade(row)}">
			<span>${row.name}</span><b>${row.text}</b></a></li>`)}</ul>`
}
