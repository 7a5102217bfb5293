// SPDX-License-Identifier: Apache-2.0
// Coast and borders, as build.mjs has cut them out; asked for once, when a map is first shown.
import {geoContains} from 'd3-geo'

/* global COAST_URL */

let asked = null

/** The rings of coast.mjs as GeoJSON. */
export function unpackCoast({scale, countries}) {
	const unpack = ring => {
		const points = []
		let [x, y] = [0, 0]
		for (let i = 0; i < ring.length; i += 2)
			points.push([(x += ring[i]) / scale, (y += ring[i + 1]) / scale])
		return points
	}
	return countries.map(({id, home, rings}) => ({
		type: 'Feature',
		properties: {id, home},
		geometry: {type: 'MultiPolygon', coordinates: rings.map(ring => [unpack(ring)])},
	}))
}

export function loadCoast() {
	asked ??= fetch(COAST_URL)
		.then(answer => (answer.ok ? answer.json() : Promise.reject(new Error(answer.statusText))))
		.then(unpackCoast)
		.catch(() => {
			asked = null
			return []
		})
	return asked
}

/** The countries that most of these places are in: a harbour may lie outside of a coast that is drawn so roughly. */
export function countriesOf(coast, points) {
	const step = Math.max(1, Math.floor(points.length / 40))
	const sample = points.filter((_, i) => i % step === 0)
	const within = coast.filter(({properties, geometry}) => properties.home && sample.some(point => geoContains(geometry, point)))
	return new Set(within.map(({properties}) => properties.id))
}
