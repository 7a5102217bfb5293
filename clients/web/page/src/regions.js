// SPDX-License-Identifier: Apache-2.0
// The catalogue's regions as a graph: a region may have several parents, and the region "all" is above everything.

/** @typedef {{code: string, name: string, level: string, parents: string[], lat?: number, lon?: number,
 *   label?: Object<string, string>, aliases?: string[], headcount?: {count: number, where?: Object<string, string>}[]}} Region */

export const ALL = 'all'
export const UNASSIGNED = 'unassigned'

const sameWhere = (a = {}, b = {}) => {
	const keys = Object.keys(a)
	return keys.length === Object.keys(b).length && keys.every(key => a[key] === b[key])
}

export class Regions {
	/** @param {Region[]} list */
	constructor(list) {
		this.byCode = new Map(list.map(region => [region.code, region]))
		if (!this.byCode.has(ALL))
			this.byCode.set(ALL, {code: ALL, name: ALL, level: '', parents: []})
		this.below = new Map()
		for (const region of list) {
			if (region.code === ALL || region.code === UNASSIGNED)
				continue
			const parents = this.parents(region.code)
			for (const parent of parents)
				this.below.set(parent, [...(this.below.get(parent) ?? []), region.code])
		}
		this.seenInside = new Map()
	}

	/** @returns {Region | undefined} */
	get(code) {
		return this.byCode.get(code)
	}

	has(code) {
		return this.byCode.has(code)
	}

	/** Those that a reader sees; one without any is below "all". */
	parents(code) {
		if (code === ALL || code === UNASSIGNED)
			return []
		const seen = (this.byCode.get(code)?.parents ?? []).filter(parent => this.byCode.has(parent))
		return seen.length ? seen : [ALL]
	}

	children(code) {
		return this.below.get(code) ?? []
	}

	isLeaf(code) {
		return this.children(code).length === 0
	}

	/** The region itself and all below it, each once, from above to below. */
	inside(code) {
		if (!this.seenInside.has(code)) {
			const seen = new Set([code])
			for (const one of seen)
				for (const child of this.children(one))
					seen.add(child)
			this.seenInside.set(code, [...seen])
		}
		return this.seenInside.get(code)
	}

	leaves(code) {
		return this.inside(code).filter(one => this.isLeaf(one) && one !== ALL)
	}

	/** Its own row, else the sum over its leaves, else null: one of them does not say. */
	headcount(code, where = {}) {
		const own = this.get(code)?.headcount?.find(row => sameWhere(row.where, where))
		if (own)
			return own.count
		if (this.isLeaf(code))
			return null
		let sum = 0
		for (const leaf of this.leaves(code)) {
			const row = this.get(leaf).headcount?.find(one => sameWhere(one.where, where))
			if (!row)
				return null
			sum += row.count
		}
		return sum
	}

	/**
	 * The way from "all" to a region: by the parents that `via` names where they are above it, else by each one's first.
	 * @param {string} code
	 * @param {string[]} via
	 */
	path(code, via = []) {
		const path = [code]
		for (let at = code; at !== ALL && path.length < 20;) {
			const parents = this.parents(at)
			at = parents.find(parent => via.includes(parent)) ?? parents[0] ?? ALL
			path.unshift(at)
		}
		return path
	}

	/** The names of levels below a region, with the regions of each, from above to below. */
	levels(code) {
		const levels = new Map()
		for (const one of this.inside(code)) {
			if (one === code || one === ALL)
				continue
			const level = this.get(one).level ?? ''
			levels.set(level, [...(levels.get(level) ?? []), one])
		}
		return levels
	}
}
