// SPDX-License-Identifier: Apache-2.0
// The drawing of a map, kept until the places, the level or the width are others.
import {geoBounds, geoContains} from 'd3-geo'
import {countriesOf} from './coast.js'
import {drawCells, drawLand, drawOutlines, project} from './cells.js'
import {sitesOf} from './level.js'

const KEPT = 6
const drawn = new Map()

function corners(geometry) {
	const [[west, south], [east, north]] = geoBounds(geometry)
	return [{lon: west, lat: south}, {lon: east, lat: north}, {lon: (west + east) / 2, lat: (south + north) / 2}]
}

/**
 * @param {{regions: object, level: string, codes: string[], coast: object[], outlines: Map<string, object>}} what
 * @param {{width: number, maxHeight: number}} room
 * @returns {{width: number, height: number, cells: object[], land: {home: string, other: string}, isSchematic: boolean} | null}
 */
export function drawSheet({regions, level, codes, coast, outlines}, {width, maxHeight}) {
	const key = [level, codes.join(), coast.length, outlines.size, width, maxHeight].join('|')
	if (drawn.has(key))
		return drawn.get(key)
	const given = codes.filter(code => outlines.has(code))
	const isSchematic = !given.length
	const sites = sitesOf(regions, level, codes)
	const focus = isSchematic ? sites.filter(site => site.code !== null) : given.flatMap(code => corners(outlines.get(code)))
	if (!focus.length)
		return null
	const sheet = project(focus, width, maxHeight)
	const home = countriesOf(coast, focus.map(({lon, lat}) => [lon, lat]))
	const cells = isSchematic ? drawCells(sites, sheet) : drawOutlines(given.map(code => ({code, geometry: outlines.get(code)})), sheet)
	const land = coast.filter(({properties}) => home.has(properties.id))
	const isAfloat = ([x, y]) => !land.some(({geometry}) => geoContains(geometry, sheet.projection.invert([x, y])))
	const discs = home.size ? cells.flatMap(cell => cell.sites.filter(isAfloat)) : []
	const result = {...sheet, cells, discs, land: drawLand(coast, home, sheet), isClipped: isSchematic && home.size > 0, isSchematic}
	drawn.set(key, result)
	if (drawn.size > KEPT)
		drawn.delete(drawn.keys().next().value)
	return result
}
