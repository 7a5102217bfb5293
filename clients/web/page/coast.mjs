// SPDX-License-Identifier: Apache-2.0
// Cuts the Nordic countries, and what lies beside them, out of world-atlas, and leaves out what nobody sees at this scale.
import {geoArea} from 'd3-geo'
import {feature} from 'topojson-client'

// Those whose regions catalogues have: with all of their coast. By ISO 3166-1's numbers.
const HOME = ['578', '752', '208', '246', '352', '234', '248']
const NEIGHBOURS = ['643', '233', '428', '440', '616', '276', '528', '826', '372', '112']
// West, south, east and north; what lies beyond is pressed against the frame.
const FRAME = [-25, 53, 33, 72]
// Of a triangle that a point makes with its two neighbours, in square degrees of the equator's size.
const HOME_AREA = 0.00005
const NEIGHBOUR_AREA = 0.01
const HOME_ISLAND = 0.00015
const NEIGHBOUR_ISLAND = 0.05
const SCALE = 1000

const squeeze = lat => Math.cos((lat * Math.PI) / 180)
const triangle = (a, b, c) => Math.abs((a[0] - c[0]) * (b[1] - a[1]) - (a[0] - b[0]) * (c[1] - a[1])) / 2

function ringArea(ring) {
	let sum = 0
	for (let i = 0; i < ring.length - 1; i++)
		sum += ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1]
	return Math.abs(sum / 2) * squeeze(ring[0][1])
}

/** Visvalingam: takes away the point that matters least, until each matters; ends stay, so that arcs meet. */
function simplify(line, least) {
	const points = line.map(point => ({point}))
	const weigh = i => triangle(points[i - 1].point, points[i].point, points[i + 1].point) * squeeze(points[i].point[1])
	for (let i = 1; i < points.length - 1; i++)
		points[i].area = weigh(i)
	while (points.length > 2) {
		let smallest = 1
		for (let i = 2; i < points.length - 1; i++)
			if (points[i].area < points[smallest].area)
				smallest = i
		if (points[smallest].area >= least)
			break
		const {area} = points[smallest]
		points.splice(smallest, 1)
		for (const i of [smallest - 1, smallest])
			if (i > 0 && i < points.length - 1)
				points[i].area = Math.max(area, weigh(i))
	}
	return points.map(({point}) => point)
}

const arcsOf = geometry => geometry.arcs.flat(Infinity).map(arc => (arc < 0 ? ~arc : arc))

function decode(topology) {
	const {scale, translate} = topology.transform
	return topology.arcs.map(arc => {
		let x = 0
		let y = 0
		return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]])
	})
}

/** What lies beyond 180 degrees of the easternmost is east of it. */
function intoFrame([lon, y]) {
	const x = lon < -100 ? lon + 360 : lon
	return [Math.min(Math.max(x, FRAME[0]), FRAME[2]), Math.min(Math.max(y, FRAME[1]), FRAME[3])]
}

const isSame = (a, b) => a[0] === b[0] && a[1] === b[1]

/** What lies within a ring on a globe is at its right: what was pressed against the frame may have turned. */
const clockwise = ring => (geoArea({type: 'Polygon', coordinates: [ring]}) > 2 * Math.PI ? [...ring].reverse() : ring)

/** Thousandths of degrees, each point as the way from the one before. */
function pack(ring) {
	let [x, y] = [0, 0]
	return ring.flatMap(point => {
		const [nextX, nextY] = point.map(part => Math.round(part * SCALE))
		const step = [nextX - x, nextY - y]
		x = nextX
		y = nextY
		return step
	})
}

/**
 * The outer rings of each country, packed; `home`: one whose regions may be shown.
 * @returns {{scale: number, countries: {id: string, home: boolean, rings: number[][]}[]}}
 */
export function cutCoast(topology) {
	const countries = topology.objects.countries.geometries.filter(one => [...HOME, ...NEIGHBOURS].includes(one.id))
	const isHomeArc = new Set(countries.filter(one => HOME.includes(one.id)).flatMap(arcsOf))
	const used = new Set(countries.flatMap(arcsOf))
	const arcs = decode(topology).map((arc, i) => {
		if (!used.has(i))
			return arc
		const inside = arc.map(intoFrame).filter((point, at, all) => !at || !isSame(point, all[at - 1]))
		return simplify(inside.length > 1 ? inside : [inside[0], inside[0]], isHomeArc.has(i) ? HOME_AREA : NEIGHBOUR_AREA)
	})
	const cut = {type: 'Topology', arcs, objects: topology.objects}
	return {
		scale: SCALE,
		countries: countries.map(country => {
			const home = HOME.includes(country.id)
			const {geometry} = feature(cut, country)
			const polygons = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates
			const isSeen = ([ring]) => ring.length > 3 && ringArea(ring) > (home ? HOME_ISLAND : NEIGHBOUR_ISLAND)
			return {id: country.id, home, rings: polygons.filter(isSeen).map(([ring]) => pack(clockwise(ring)))}
		}),
	}
}
