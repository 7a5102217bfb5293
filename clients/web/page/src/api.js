// SPDX-License-Identifier: Apache-2.0
// What lift-web answers: its state, the catalogue, figures; and its events, by one connection for all tabs.
import {shareEvents} from './events.js'

/** @typedef {{region?: string | string[], kind?: string | string[], id?: string | string[], keys?: string[], day?: string | null}} Query */

const WAIT_MS = 15000
const BUSY_MS = 1000
const TRIES = 20
const LIST_MOST = 60

const wait = ms => new Promise(resolve => setTimeout(resolve, ms))

/** An answer that is no figure: `status` is HTTP's, or 0 where nobody answered. */
export class ApiError extends Error {
	constructor(status, text) {
		super(text)
		this.status = status
	}
}

/**
 * A long list makes no address, and lift-web takes 64 of each: all are asked for then.
 * @param {Query} query
 */
export function searchOf(query) {
	const search = new URLSearchParams()
	for (const name of ['region', 'kind', 'id']) {
		const values = [query[name] ?? []].flat()
		if (values.length <= LIST_MOST)
			for (const value of values)
				search.append(name, value)
	}
	if (query.keys)
		search.set('keys', query.keys.join(','))
	if (query.day)
		search.set('day', query.day)
	return search
}

export function createClient({base = ''} = {}) {
	async function once(path) {
		let answer
		try {
			answer = await fetch(base + path, {headers: {Accept: 'application/json'}, signal: AbortSignal.timeout(WAIT_MS)})
		} catch (fault) {
			throw new ApiError(0, String(fault))
		}
		if (!answer.ok) {
			const body = await answer.json().catch(() => ({}))
			throw new ApiError(answer.status, body.error ?? answer.statusText)
		}
		return answer.json()
	}

	/** Who is busy is asked again; all else is for the caller to try later. */
	async function get(path) {
		for (let tries = 1; ; tries++)
			try {
				return await once(path)
			} catch (fault) {
				if (fault.status !== 503 || tries === TRIES)
					throw fault
				await wait(BUSY_MS)
			}
	}

	return {
		state: () => get('/api/v1/state'),
		catalogue: () => get('/api/v1/catalogue'),
		outlines: () => get('/api/v1/outlines'),
		releases: () => get('/api/v1/releases'),
		/** @param {Query} query */
		figures: query => get(`/api/v1/figures?${searchOf(query)}`),
		subscribe: listener => shareEvents(`${base}/api/v1/events`, listener),
	}
}
