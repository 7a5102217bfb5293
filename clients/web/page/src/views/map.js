// SPDX-License-Identifier: Apache-2.0
// The first view: where something happens, and how much, on a map with its table; click or Enter to go down.
import {html, nothing} from 'lit-html'
import {ref} from 'lit-html/directives/ref.js'
import {guard} from 'lit-html/directives/guard.js'
import {repeat} from 'lit-html/directives/repeat.js'
import {live} from 'lit-html/directives/live.js'
import {fade} from '../fade.js'
import {loadCoast} from '../map/coast.js'
import {classify, shadeOf} from '../map/classes.js'
import {chosen, formatOf, measuresOf, subjectsOf} from '../map/choices.js'
import {mapDrawing} from '../map/drawing.js'
import {chooseLevel, choicesOf, levelsBelow} from '../map/level.js'
import {joinOutlines, loadOutlines} from '../map/outlines.js'
import {drawSheet} from '../map/sheet.js'
import {tiles, tileQueries} from '../map/tiles.js'

const NARROW = 300

// What is not in the address: how wide the map is, what the pointer is on, and what has been loaded.
const own = {width: 0, pointed: null, coast: null, outlines: null, isReady: false}

/** The region whose parts are shown: of a leaf, which has none, the one above it. */
function shownOf(ctx) {
	const path = ctx.regions.path(ctx.region, ctx.params.via?.split('.') ?? [])
	const frame = ctx.regions.isLeaf(ctx.region) && ctx.region !== 'all' ? path[path.length - 2] : ctx.region
	const levels = choicesOf(levelsBelow(ctx.regions, frame))
	const leafLevel = frame === ctx.region ? undefined : ctx.regions.get(ctx.region).level
	return {frame, levels, level: chooseLevel(levels, ctx.params.level ?? leafLevel)}
}

export function load(ctx) {
	const {level} = shownOf(ctx)
	const figure = chosen(ctx)
	if (!own.coast)
		loadCoast().then(coast => {
			own.coast = coast
			ctx.refresh()
		})
	if (ctx.state.outlines && !own.outlines)
		loadOutlines().then(features => {
			own.outlines = joinOutlines(features, ctx.regions)
			ctx.refresh()
		})
	const codes = [ctx.region, ...(level?.codes ?? [])]
	// A long list of regions is no address: all of them, then.
	const region = codes.length <= 40 ? codes : undefined
	return [{region, kind: figure.kind, id: figure.id, keys: figure.keys}, ...tileQueries(ctx)]
}

function picker(ctx, figure) {
	const subjects = subjectsOf(ctx)
	const kinds = [...new Set(subjects.map(({kind}) => kind))]
	const key = one => `${one.kind}/${one.id}`
	const chooseSubject = event => {
		const [kind, ...id] = event.target.value.split('/')
		const subject = subjects.find(one => one.kind === kind && one.id === id.join('/'))
		const measure = measuresOf(subject).includes(figure.measure) ? figure.measure : measuresOf(subject)[0]
		ctx.go({figure: `${kind}.${measure}`, id: kind === 'people' ? null : subject.id}, {keep: true})
	}
	const chooseMeasure = event => ctx.go({figure: `${figure.kind}.${event.target.value}`}, {keep: true})
	const option = one => html`<option value=${key(one)} ?selected=${key(one) === key(figure)}>${one.label}</option>`
	return html`<div class="choose">
		<label class="picker"><span>${ctx.t('figure.subject')}</span><select @change=${chooseSubject} .value=${live(key(figure))}>
			${kinds.map(kind => (kind === 'people' ? subjects.filter(one => one.kind === kind).map(option)
				: html`<optgroup label=${ctx.t(`figure.${kind}`)}>${subjects.filter(one => one.kind === kind).map(option)}</optgroup>`))}</select></label>
		<label class="picker"><span>${ctx.t('figure.measure')}</span><select @change=${chooseMeasure} .value=${live(figure.measure)}>
			${measuresOf(figure).map(name => html`<option value=${name} ?selected=${name === figure.measure}>${ctx.t(`measure.${figure.kind}.${name}`)}</option>`)}</select></label>
	</div>`
}

function levelPicker(ctx, levels, level) {
	if (levels.length < 2)
		return nothing
	return html`<nav class="levels" aria-label=${ctx.t('level')}>${levels.map(one => html`<a data-keep href=${ctx.link({level: one.level})}
		aria-current=${one === level ? 'true' : nothing}>${ctx.capital(ctx.level_name(one.level) || ctx.t('place'))} <span class="count">${ctx.fmt.num(one.codes.length)}</span></a>`)}</nav>`
}

function legend(ctx, figure, classes, hasUnknown) {
	const format = formatOf(ctx, figure)
	const n = classes.rows.length
	const range = ({from, to}) => {
		if (figure.isShare)
			return `${from ? ctx.fmt.num(100 * from) : '>0'}–${format(to)}`
		return from + 1 === to ? format(to) : `${format(from + 1)}–${format(to)}`
	}
	const swatch = (shade, text) => html`<li><span class="swatch ${figure.isBad ? 'bad' : ''} q-${shade}"></span>${text}</li>`
	return html`<ul class="legend" aria-label=${ctx.t('legend')}>
		${swatch(0, format(0))}
		${classes.rows.map((row, i) => swatch(shadeOf(i + 1, n), range(row)))}
		${hasUnknown ? swatch('unknown', ctx.t('not_known')) : nothing}</ul>`
}

/** Name → what is said of a region, on the map and in the table. */
function rowsOf(ctx, figure, codes, hrefOf) {
	const format = formatOf(ctx, figure)
	return new Map(codes.map(code => {
		const value = figure.value(code)
		const name = ctx.label(ctx.regions.get(code))
		const parts = figure.parts(code)
		const measure = ctx.t(`measure.${figure.kind}.${figure.measure}`)
		return [code, {code, name, value, text: format(value), parts, headcount: ctx.regions.headcount(code), href: hrefOf(code), spoken: `${name}, ${measure}: ${format(value)}`}]
	}))
}

function tableOf(ctx, figure, rows, frame) {
	const isByName = ctx.params.sort === 'name'
	const sorted = [...rows.values()].sort((a, b) => (isByName ? 0 : (b.value ?? -1) - (a.value ?? -1)) || a.name.localeCompare(b.name, ctx.lang))
	const greatest = Math.max(...sorted.map(({value}) => value ?? 0), figure.isShare ? 0.01 : 1)
	const hasHeadcount = sorted.some(({headcount}) => headcount !== null) && figure.kind !== 'module'
	const measure = ctx.t(`measure.${figure.kind}.${figure.measure}`)
	const head = (name, text) => html`<th scope="col" class=${name === 'value' ? 'n' : ''} aria-sort=${(name === 'name') === isByName ? (isByName ? 'ascending' : 'descending') : nothing}>
		<a data-keep href=${ctx.link({sort: name === 'name' ? 'name' : null})}>${text}<span class="sort" aria-hidden="true"></span></a></th>`
	const bar = value => (value ? html`<svg class="inline-bar ${figure.isBad ? 'bad' : ''}" width="100%" height="4" aria-hidden="true"><rect width="${(100 * value) / greatest}%" height="4" rx="2"></rect></svg>` : nothing)
	return html`<div class="scroll"><table class="data places"><caption class="visually-hidden">${measure}: ${figure.label}, ${ctx.label(ctx.regions.get(frame))}</caption>
		<thead><tr>${head('name', ctx.t('place'))}${head('value', measure)}${figure.isShare ? html`<th scope="col" class="n">${ctx.t('of_how_many')}</th>` : nothing}
			${hasHeadcount && !figure.of ? html`<th scope="col" class="n">${ctx.t('headcount')}</th>` : nothing}</tr></thead>
		<tbody>${repeat(sorted, ({code}) => code, row => html`<tr class="${row.code === own.pointed ? 'pointed' : ''} ${row.code === ctx.region ? 'selected' : ''}" data-row=${row.code}>
			<th scope="row"><a data-keep href=${row.href} @pointerenter=${() => point(ctx, row.code)} @pointerleave=${() => point(ctx, null)}>${row.name}</a>${bar(row.value)}</th>
			<td class="n" ${fade(row.value, `${row.code} ${figure.kind} ${figure.id} ${figure.measure} ${ctx.day}`)}>${row.text}</td>
			${figure.isShare ? html`<td class="n">${row.parts ? ctx.t('n_of_m', {n: ctx.fmt.num(row.parts[0]), m: ctx.fmt.num(row.parts[1])}) : '–'}</td>` : nothing}
			${hasHeadcount && !figure.of ? html`<td class="n">${ctx.fmt.num(row.headcount)}</td>` : nothing}</tr>`)}</tbody></table></div>
		<p class="downloads">${downloads(ctx, figure, [...rows.keys()])}</p>`
}

function downloads(ctx, figure, codes) {
	const query = {region: codes.length <= 40 ? codes : undefined, kind: figure.kind, id: figure.id, keys: figure.keys}
	return html`<a href=${ctx.download('csv', query)} download>${ctx.t('download_csv')}</a> <a href=${ctx.download('xlsx', query)} download>${ctx.t('download_xlsx')}</a>`
}

function point(ctx, code) {
	if (own.pointed === code)
		return
	own.pointed = code
	ctx.refresh()
}

const seen = new WeakSet()
let observer = null

/** The map is as wide as its room; what is drawn is in real pixels, so that letters are as large as everywhere. */
function measure(ctx, element) {
	if (!element || seen.has(element))
		return
	seen.add(element)
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

/** Regions without coordinates: the same, without a map. */
function cards(rows, classes, figure) {
	return html`<ul class="region-cards">${[...rows.values()].map(row => html`<li><a data-keep href=${row.href} class="region-card ${figure.isBad ? 'bad' : ''} q-${row.value === null ? 'unknown' : shadeOf(classes.of(row.value), classes.rows.length)}">
		<span>${row.name}</span><b>${row.text}</b></a></li>`)}</ul>`
}

/** A tick that brings nothing new draws nothing new: there may be hundreds of places. */
export function view(ctx) {
	const {width, coast, outlines, pointed, isReady} = own
	const seen = [isReady, ctx.version, ctx.loading, JSON.stringify(ctx.params), ctx.lang, ctx.state.as_of, innerHeight, width, coast, outlines, pointed]
	return html`${guard(seen, () => draw(ctx))}`
}

function draw(ctx) {
	const {frame, levels, level} = shownOf(ctx)
	const figure = chosen(ctx)
	const codes = level?.codes ?? []
	const via = frame === 'all' ? null : [...new Set([...ctx.regions.path(frame, ctx.params.via?.split('.') ?? []).slice(1)])].join('.')
	const rows = rowsOf(ctx, figure, codes, code => ctx.link({region: code, level: null, via}))
	const values = [...rows.values()].map(({value}) => value)
	const classes = classify(values.filter(value => value !== null), figure.isShare)
	const outlines = own.outlines ?? new Map()
	const maxHeight = Math.max(360, Math.min(own.width * 1.25, innerHeight * 0.76))
	const isMapped = codes.some(code => outlines.has(code)) || level?.mapped.length
	// Figures first: who reads them does not wait for the drawing.
	if (!own.isReady && !ctx.loading)
		setTimeout(() => {
			own.isReady = true
			ctx.refresh()
		})
	const sheet = isMapped && own.isReady && own.width && own.coast
		? drawSheet({regions: ctx.regions, level: level.level, codes, coast: own.coast, outlines}, {width: own.width, maxHeight: Math.round(maxHeight)}) : null
	const here = ctx.label(ctx.regions.get(ctx.region))
	const measureName = ctx.t(`measure.${figure.kind}.${figure.measure}`)
	const pointed = rows.get(own.pointed) ?? rows.get(ctx.region)
	const title = ctx.t('map.title', {measure: measureName, place: ctx.label(ctx.regions.get(frame))})
	return html`${tiles(ctx)}
	<section class="map-view" aria-labelledby="map-title">
		<header class="map-head"><div><h2 id="map-title"><span class="big" ${fade(figure.value(ctx.region), `${ctx.region} ${figure.kind} ${figure.id} ${figure.measure} ${ctx.day}`)}>${formatOf(ctx, figure)(figure.value(ctx.region))}</span> ${measureName}</h2>
			<p class="muted">${here}${figure.kind === 'people' ? nothing : html` · ${figure.label}`}
			${ctx.region === frame ? nothing : html` · <a href=${ctx.link({view: 'place'})}>${ctx.t('map.open_place', {place: here})}</a>`}</p></div>
			${picker(ctx, figure)}</header>
		<div class="map-body">
			<div class="panel map-panel">
				${levelPicker(ctx, levels, level)}
				<div class="sheet" ${ref(element => measure(ctx, element))}>
				${sheet ? mapDrawing(sheet, {rows, classes, isBad: figure.isBad, selected: ctx.region, pointed: own.pointed, point: code => point(ctx, code), title, hint: ctx.t('map.hint')})
					: isMapped ? html`<div class="sheet-wait"></div>` : cards(rows, classes, figure)}</div>
				<p class="pointed-line" aria-hidden="true">${pointed ? html`<b>${pointed.name}</b> ${pointed.text}${pointed.parts ? html` <span class="muted">(${ctx.t('n_of_m', {n: ctx.fmt.num(pointed.parts[0]), m: ctx.fmt.num(pointed.parts[1])})})</span>` : nothing}` : html`<span class="muted">${ctx.t('map.hint_pointer')}</span>`}</p>
				${codes.length ? legend(ctx, figure, classes, values.includes(null)) : nothing}
				${sheet ? html`<p class="muted small">${ctx.t(sheet.isSchematic ? 'map.schematic' : 'map.outlines')}</p>` : nothing}
			</div>
			<div class="panel table-panel">${codes.length ? tableOf(ctx, figure, rows, frame) : html`<p>${ctx.t('map.nothing_below')}</p>`}</div>
		</div>
	</section>`
}
