// SPDX-License-Identifier: Apache-2.0
// A schematic map: around each place the part of the land that is nearest to it (Voronoi). Where nothing is near, empty
// cells stand round the places, so that the last one before the mountains does not reach to the pole.
import {Delaunay} from 'd3-delaunay'
import {geoPath, geoTransverseMercator} from 'd3-geo'

/** @typedef {{lon: number, lat: number, code: string | null}} Site `code`: the region that it is a part of; null: beside these */
/** @typedef {{code: string, fill: string, border: string, at: [number, number], sites: [number, number][], box: number[]}} Cell */

const GHOST_AT = 1.7 // so many times as far as its neighbours
const GHOST_STEP = 0.75
const GHOSTS_MAX = 4000
const MARGIN = 0.9
const COARSE = 1.2
const LONELY = 0.004 // of the earth's radius: 25 km
/** Each place has at least a disc, however small its island. */
export const SITE_RADIUS = 12

const distance = (a, b) => Math.hypot(a[0] - b[0], a[1] - b[1])
const median = sorted => sorted[Math.floor(sorted.length / 2)]

/** How far a place's nearest neighbours are, within what is usual here. */
function spacings(points) {
	const near = points.map((point, i) => {
		const all = points.filter((_, j) => j !== i).map(other => distance(point, other)).sort((a, b) => a - b).slice(0, 3)
		return all.reduce((sum, one) => sum + one, 0) / (all.length || 1)
	})
	const usual = median([...near].sort((a, b) => a - b)) || 60
	return {usual, of: near.map(one => Math.min(Math.max(one || usual, 0.7 * usual), 4 * usual))}
}

function ghosts(points, {usual, of}, box) {
	const found = []
	const margin = 3 * usual
	const step = Math.max(usual * GHOST_STEP, Math.sqrt(((box[2] - box[0] + 2 * margin) * (box[3] - box[1] + 2 * margin)) / GHOSTS_MAX))
	const delaunay = Delaunay.from(points)
	let row = 0
	let nearest = 0
	for (let y = box[1] - margin; y < box[3] + margin; y += step * 0.866, row++)
		for (let x = box[0] - margin + (row % 2 ? step / 2 : 0); x < box[2] + margin; x += step) {
			nearest = delaunay.find(x, y, nearest)
			if (distance(points[nearest], [x, y]) > GHOST_AT * of[nearest])
				found.push([x, y])
		}
	return found
}

/** Two places at one point would be one: the later one moves a little. */
function apart(points) {
	const seen = new Set()
	return points.map(([x, y]) => {
		for (let turn = 0; seen.has(`${Math.round(x)},${Math.round(y)}`); turn++) {
			x += 3 * Math.cos(turn)
			y += 3 * Math.sin(turn)
		}
		seen.add(`${Math.round(x)},${Math.round(y)}`)
		return [x, y]
	})
}

const boxOf = points => [
	Math.min(...points.map(([x]) => x)), Math.min(...points.map(([, y]) => y)),
	Math.max(...points.map(([x]) => x)), Math.max(...points.map(([, y]) => y)),
]

const near = value => Math.round(value * 10) / 10
const pathOf = polygon => `M${polygon.map(([x, y]) => `${near(x)},${near(y)}`).join('L')}Z`

/** The edges that only one of the polygons has. */
function borderOf(polygons) {
	const edges = new Map()
	for (const polygon of polygons)
		for (let i = 0; i < polygon.length - 1; i++) {
			const ends = [polygon[i], polygon[i + 1]].map(([x, y]) => `${near(x)},${near(y)}`)
			const key = [...ends].sort().join(' ')
			edges.set(key, edges.has(key) ? null : `M${ends[0]}L${ends[1]}`)
		}
	return [...edges.values()].filter(Boolean).join('')
}

/** Where the sheet lies: all places on it, none at its edge; not much higher than wide. */
export function project(sites, width, maxHeight) {
	const lon = sites.reduce((sum, site) => sum + site.lon, 0) / sites.length
	const projection = geoTransverseMercator().rotate([-lon, 0]).scale(1).translate([0, 0])
	const raw = sites.map(site => projection([site.lon, site.lat]))
	// What is round a place is as far as its neighbours are.
	const space = spacings(raw).of.map(one => (sites.length > 1 ? MARGIN * one : LONELY))
	const [x0, y0, x1, y1] = boxOf(raw.flatMap(([x, y], i) => [[x - space[i], y - space[i]], [x + space[i], y + space[i]]]))
	const wide = x1 - x0
	const high = y1 - y0
	const height = Math.round(Math.min(Math.max((width * high) / wide, width * 0.62), maxHeight))
	const scale = Math.min(width / wide, height / high)
	projection.scale(scale).translate([width / 2 - (scale * (x0 + x1)) / 2, height / 2 - (scale * (y0 + y1)) / 2])
	return {projection, width, height}
}

/**
 * @param {Site[]} sites
 * @param {{projection: Function, width: number, height: number}} sheet
 * @returns {Cell[]}
 */
export function drawCells(sites, {projection, width, height}) {
	const points = apart(sites.map(site => projection([site.lon, site.lat])))
	const box = boxOf(points)
	const space = spacings(points)
	const far = 4 * space.usual
	const bounds = [Math.min(box[0], 0) - far, Math.min(box[1], 0) - far, Math.max(box[2], width) + far, Math.max(box[3], height) + far]
	const voronoi = Delaunay.from([...points, ...ghosts(points, space, box)]).voronoi(bounds)

	const parts = new Map()
	sites.forEach((site, i) => {
		const polygon = voronoi.cellPolygon(i)
		if (site.code === null || !polygon)
			return
		if (!parts.has(site.code))
			parts.set(site.code, {polygons: [], points: []})
		parts.get(site.code).polygons.push(polygon)
		parts.get(site.code).points.push(points[i])
	})
	return [...parts].map(([code, {polygons, points: own}]) => {
		const middle = [0, 1].map(axis => own.reduce((sum, point) => sum + point[axis], 0) / own.length)
		const at = own.reduce((best, point) => (distance(point, middle) < distance(best, middle) ? point : best))
		return {code, fill: polygons.map(pathOf).join(''), border: borderOf(polygons), at, sites: own, box: boxOf(polygons.flat())}
	})
}

/** Outlines that the operator has given, in place of cells. */
export function drawOutlines(features, {projection}) {
	const path = geoPath(projection)
	return features.map(({code, geometry}) => {
		const d = path(geometry) ?? ''
		const [[x0, y0], [x1, y1]] = path.bounds(geometry)
		return {code, fill: d, border: d, at: path.centroid(geometry), sites: [], box: [x0, y0, x1, y1]}
	})
}

/** What is nearer than this to the point before nobody sees. */
function coarse(sink) {
	let last = null
	return {
		point(x, y) {
			if (last && Math.abs(x - last[0]) + Math.abs(y - last[1]) < COARSE)
				return
			last = [x, y]
			sink.point(x, y)
		},
		lineStart() {
			last = null
			sink.lineStart()
		},
		lineEnd: () => sink.lineEnd(),
		polygonStart: () => sink.polygonStart(),
		polygonEnd: () => sink.polygonEnd(),
	}
}

/** The land of the countries that are shown, and of the others, as far as it is on the sheet. */
export function drawLand(coast, home, {projection, width, height}) {
	projection.clipExtent([[-40, -40], [width + 40, height + 40]])
	const clipped = geoPath({stream: sink => projection.stream(coarse(sink))}).digits(1)
	const land = wanted => coast.filter(({properties}) => home.has(properties.id) === wanted).map(one => clipped(one) ?? '').join('')
	const drawn = {home: land(true), other: land(false)}
	projection.clipExtent(null)
	return drawn
}
