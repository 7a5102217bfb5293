// SPDX-License-Identifier: Apache-2.0
// What the page has: lift-web's state, the catalogue, and the answers to the queries of what is shown. Nothing is kept that is
// not shown, and what has changed is asked for again.
import {searchOf} from './api.js'

/** @typedef {import('./api.js').Query} Query */

const RETRY_MS = 2000
const SILENCE_MS = 5000

/** Has an answer all that there was at this tick? */
const isFresh = (entry, {epoch, tick}) => !entry.isAsked && entry.epoch === epoch && entry.tick >= tick

const among = (wished, value) => wished === undefined || [wished].flat().includes(value)

/** Does a topic, `metric/<region>/<kind>/<id>`, belong to a query? An id may have slashes. */
export function isAbout(query, topic) {
	const [, region, kind, ...id] = topic.split('/')
	return among(query.region, region) && among(query.kind, kind) && among(query.id, id.join('/'))
}

/** A path in metrics, whether they are as a metric has them, or flat as `keys` gives them. */
export function pick(metrics, path) {
	if (!metrics)
		return undefined
	if (Object.hasOwn(metrics, path))
		return metrics[path]
	let at = metrics
	for (const step of path.split('.')) {
		if (at === null || typeof at !== 'object' || !Object.hasOwn(at, step))
			return undefined
		at = at[step]
	}
	return at
}

export function createStore(client, onChange) {
	let answers = new Map() // search → {query, figures, isAsked, isStale, fault}
	const store = {state: null, catalogue: null, releases: [], isConnected: false, heard: 0, fault: null, version: 0}
	let isCatalogueAsked = false
	let isCatalogueOld = false
	let isMissed = false

	const touch = () => onChange()

	async function ask(search, entry) {
		if (entry.isAsked) {
			entry.isStale = true
			return
		}
		entry.isAsked = true
		entry.isStale = false
		try {
			const answer = await client.figures(entry.query)
			entry.figures = new Map(answer.figures.map(figure => [`${figure.kind}/${figure.id}/${figure.region}`, figure]))
			entry.epoch = answer.epoch
			entry.tick = answer.tick
			entry.fault = null
			store.version++
		} catch (fault) {
			entry.fault = fault
			// What was wrong with the question stays wrong.
			if (fault.status === 0 || fault.status >= 500)
				setTimeout(() => answers.get(search) === entry && ask(search, entry), RETRY_MS)
		}
		entry.isAsked = false
		if (answers.get(search) !== entry)
			return
		if (entry.isStale)
			ask(search, entry)
		touch()
	}

	/**
	 * From now on these are shown, and nothing else. What was there already stays.
	 * @param {Query[]} queries
	 */
	store.show = queries => {
		const next = new Map()
		for (const query of queries) {
			const search = String(searchOf(query))
			next.set(search, answers.get(search) ?? {query, figures: null, isAsked: false, isStale: false, fault: null})
		}
		if (next.size !== answers.size || [...next.keys()].some(search => !answers.has(search)))
			store.version++
		answers = next
		for (const [search, entry] of answers)
			if (!entry.figures && !entry.isAsked)
				ask(search, entry)
	}

	const askAgain = isMeant => {
		for (const [search, entry] of answers)
			if (isMeant(entry.query, entry))
				ask(search, entry)
	}

	/** What several answers have of one figure, together. */
	store.figure = (region, kind, id) => {
		let found
		for (const {figures} of answers.values()) {
			const figure = figures?.get(`${kind}/${id}/${region}`)
			if (figure)
				found = found ? {...figure, metrics: {...found.metrics, ...figure.metrics}} : figure
		}
		return found
	}

	store.figures = (kind, id) => {
		const regions = new Set()
		for (const {figures} of answers.values())
			for (const figure of figures?.values() ?? [])
				if (figure.kind === kind && figure.id === id)
					regions.add(figure.region)
		return [...regions].map(region => store.figure(region, kind, id))
	}

	store.isLoading = () => [...answers.values()].some(entry => !entry.figures && !entry.fault)
	store.faults = () => [...answers.values()].map(entry => entry.fault).filter(Boolean)
	store.isStale = () => store.state?.stale || !store.isConnected

	async function loadCatalogue() {
		// Another one may have come while the last one was on its way.
		isCatalogueOld = isCatalogueAsked
		if (isCatalogueAsked)
			return
		isCatalogueAsked = true
		try {
			store.catalogue = await client.catalogue()
			store.version++
			store.onCatalogue?.()
		} catch {
			setTimeout(loadCatalogue, RETRY_MS)
		}
		isCatalogueAsked = false
		if (isCatalogueOld)
			loadCatalogue()
		touch()
	}

	/** Those of the open plane, by number: of a day the last one. */
	async function loadReleases() {
		if (store.state?.plane !== 'open')
			return
		try {
			const {releases} = await client.releases()
			store.releases = releases.filter(({day}, i) => !releases.slice(i + 1).some(later => later.day === day))
			store.version++
		} catch {
			setTimeout(loadReleases, RETRY_MS)
		}
		touch()
	}

	function take(data) {
		if (!data) {
			store.isConnected = false
			touch()
			return
		}
		const {changed, ...state} = data
		const before = store.state
		const isOther = !before || before.epoch !== state.epoch || !store.isConnected || state.tick > before.tick + 1
		store.state = state
		store.isConnected = true
		store.heard = Date.now()
		// Nobody looks: it is asked for when somebody does.
		isMissed ||= document.hidden
		const isLive = query => !query.day
		if (isMissed)
			return
		if (!changed || isOther || before.as_of !== state.as_of)
			askAgain((query, entry) => !isFresh(entry, state) && (isLive(query) || before?.epoch !== state.epoch))
		else if (changed.length)
			askAgain(query => isLive(query) && changed.some(topic => topic.startsWith('metric/') && isAbout(query, topic)))
		if (!store.catalogue || changed?.includes('catalogue') || before?.epoch !== state.epoch)
			loadCatalogue()
		if (before?.release !== state.release || before?.epoch !== state.epoch)
			loadReleases()
		touch()
	}

	store.begin = async () => {
		client.subscribe(take)
		document.addEventListener('visibilitychange', () => {
			if (document.hidden || !isMissed)
				return
			isMissed = false
			askAgain(() => true)
			loadCatalogue()
			loadReleases()
		})
		setInterval(() => {
			if (store.isConnected && Date.now() - store.heard > SILENCE_MS)
				take(null)
		}, 1000)
		for (;;)
			try {
				const [state, catalogue] = await Promise.all([client.state(), client.catalogue()])
				store.state ??= state
				store.catalogue ??= catalogue
				return
			} catch (fault) {
				store.fault = fault
				touch()
				await new Promise(resolve => setTimeout(resolve, RETRY_MS))
			}
	}
	return store
}
