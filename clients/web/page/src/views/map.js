// SPDX-License-Identifier: Apache-2.0
// The first view: where something happens, and how much, on a map with its table; click or Enter to go down.
import {html, nothing} from 'lit-html'
import {guard} from 'lit-html/directives/guard.js'
import {ref} from 'lit-html/directives/ref.js'
import {fade} from '../fade.js'
import {chosen, formatOf, queryOf} from '../map/choices.js'
import {classify} from '../map/classes.js'
import {loadCoast} from '../map/coast.js'
import {mapDrawing} from '../map/drawing.js'
import {cards, legend} from '../map/legend.js'
import {chooseLevel, choicesOf, levelsBelow} from '../map/level.js'
import {joinOutlines, loadOutlines} from '../map/outlines.js'
import {figurePicker, levelPicker} from '../map/pickers.js'
import {partsText, placeTable, sameFigure} from '../map/place_table.js'
import {drawSheet} from '../map/sheet.js'
import {tileQueries, tiles} from '../map/tiles.js'

const NARROW = 300
const LOW = 360

// What is not in the address: how wide the map is, what the pointer is on, and what has been loaded.
const own = {width: 0, pointed: null, coast: null, features: null, isReady: false}

const viaOf = ctx => ctx.params.via?.split('.') ?? []

/** The region whose parts are shown: of a leaf, which has none, the one above it. */
function shownOf(ctx) {
	const path = ctx.regions.path(ctx.region, viaOf(ctx))
	const isLeaf = ctx.regions.isLeaf(ctx.region) && ctx.region !== 'all'
	const frame = isLeaf ? path[path.length - 2] : ctx.region
	const levels = choicesOf(levelsBelow(ctx.regions, frame))
	const leafLevel = isLeaf ? ctx.regions.get(ctx.region).level : undefined
	return {frame, levels, level: chooseLevel(levels, ctx.params.level ?? leafLevel)}
}

export function load(ctx) {
	const keep = name => value => {
		own[name] = value
		ctx.refresh()
	}
	if (!own.coast)
		loadCoast().then(keep('coast'))
	if (ctx.state.outlines && !own.features)
		loadOutlines().then(keep('features'))
	return [queryOf(chosen(ctx), [ctx.region, ...(shownOf(ctx).level?.codes ?? [])]), ...tileQueries(ctx)]
}

/** What is said of each region, on the map and in the table. */
function rowsOf(ctx, figure, codes, frame) {
	const format = formatOf(ctx, figure)
	const via = frame === 'all' ? null : ctx.regions.path(frame, viaOf(ctx)).slice(1).join('.')
	const measure = ctx.t(`measure.${figure.kind}.${figure.measure}`)
	return new Map(codes.map(code => {
		const value = figure.value(code)
		const name = ctx.label(ctx.regions.get(code))
		return [code, {
			code, name, value,
			text: format(value),
			parts: figure.parts(code),
			headcount: ctx.regions.headcount(code),
			href: ctx.link({region: code, level: null, via}),
			spoken: `${name}, ${measure}: ${format(value)}`,
		}]
	}))
}

const observed = new WeakSet()
let observer = null

/** The map is as wide as its room; what is drawn is in real pixels, so that letters are as large as everywhere. */
function measureRoom(ctx, element) {
	if (!element || observed.has(element))
		return
	observed.add(element)
	observer?.disconnect()
	observer = new ResizeObserver(([{contentRect}]) => {
		const width = Math.max(NARROW, Math.floor(contentRect.width))
		if (Math.abs(width - own.width) < 2)
			return
		own.width = width
		ctx.refresh()
	})
	observer.observe(element)
}

/** The drawing, or null while it cannot be made. Figures first: who reads them does not wait for it. */
function sheetOf(ctx, level) {
	if (!own.isReady && !ctx.loading)
		setTimeout(() => {
			own.isReady = true
			ctx.refresh()
		})
	if (!own.isReady || !own.width || !own.coast)
		return null
	const outlines = joinOutlines(own.features ?? [], ctx.regions)
	const maxHeight = Math.round(Math.max(LOW, Math.min(own.width * 1.25, innerHeight * 0.76)))
	return drawSheet({regions: ctx.regions, level: level.level, codes: level.codes, coast: own.coast, outlines}, {width: own.width, maxHeight})
}

function headOf(ctx, figure, frame) {
	const here = ctx.label(ctx.regions.get(ctx.region))
	const value = figure.value(ctx.region)
	return html`<header class="map-head"><div>
		<h2 id="map-title"><span class="big" ${fade(value, sameFigure(ctx, figure, ctx.region))}>${formatOf(ctx, figure)(value)}</span>
			${ctx.t(`measure.${figure.kind}.${figure.measure}`)}</h2>
		<p class="muted">${here}${figure.kind === 'people' ? nothing : html` · ${figure.label}`}
			${ctx.region === frame ? nothing : html` · <a href=${ctx.link({view: 'place'})}>${ctx.t('map.open_place', {place: here})}</a>`}</p></div>
		${figurePicker(ctx, figure)}</header>`
}

/** What the pointer is on, in words: always one line, so that nothing moves. */
function pointedLine(ctx, row) {
	const said = row ? html`<b>${row.name}</b> ${row.text}${row.parts ? html` <span class="muted">(${partsText(ctx, row.parts)})</span>` : nothing}`
		: html`<span class="muted">${ctx.t('map.hint_pointer')}</span>`
	return html`<p class="pointed-line" aria-hidden="true">${said}</p>`
}

/** A tick that brings nothing new draws nothing new: there may be hundreds of places. */
export function view(ctx) {
	const seen = [ctx.version, ctx.loading, JSON.stringify(ctx.params), ctx.lang, ctx.state.as_of, innerHeight, ...Object.values(own)]
	return html`${guard(seen, () => draw(ctx))}`
}

function draw(ctx) {
	const {frame, levels, level} = shownOf(ctx)
	const figure = chosen(ctx)
	const codes = level?.codes ?? []
	const rows = rowsOf(ctx, figure, codes, frame)
	const values = [...rows.values()].map(({value}) => value)
	const classes = classify(values.filter(value => value !== null), figure.isShare)
	const isMapped = level?.mapped.length || (own.features?.length && codes.length)
	const sheet = isMapped ? sheetOf(ctx, level) : null
	const point = code => {
		if (own.pointed !== code) {
			own.pointed = code
			ctx.refresh()
		}
	}
	const measure = ctx.t(`measure.${figure.kind}.${figure.measure}`)
	const drawing = () => mapDrawing(sheet, {
		rows, classes, point,
		isBad: figure.isBad,
		selected: ctx.region,
		pointed: own.pointed,
		title: ctx.t('map.title', {measure, place: ctx.label(ctx.regions.get(frame))}),
		hint: ctx.t('map.hint'),
	})
	const instead = () => (isMapped ? html`<div class="sheet-wait"></div>` : cards(rows, classes, figure))
	return html`${tiles(ctx)}
	<section class="map-view" aria-labelledby="map-title">
		${headOf(ctx, figure, frame)}
		<div class="map-body">
			<div class="panel map-panel">
				${levelPicker(ctx, levels, level)}
				<div class="sheet" ${ref(element => measureRoom(ctx, element))}>${sheet ? drawing() : instead()}</div>
				${pointedLine(ctx, rows.get(own.pointed) ?? rows.get(ctx.region))}
				${codes.length ? legend(ctx, figure, classes, values.includes(null)) : nothing}
				${sheet ? html`<p class="muted small">${ctx.t(sheet.isSchematic ? 'map.schematic' : 'map.outlines')}</p>` : nothing}
			</div>
			<div class="panel table-panel">${codes.length ? placeTable(ctx, figure, rows, {frame, pointed: own.pointed, point})
				: html`<p>${ctx.t('map.nothing_below')}</p>`}</div>
		</div>
	</section>`
}
