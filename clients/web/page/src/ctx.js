// SPDX-License-Identifier: Apache-2.0
// What a view gets. A view exports two functions:
//   load(ctx) → the queries whose answers it shows, `{region, kind, id, keys}`, each a text or an array of texts, all optional;
//     the shell asks, with the day that is looked at, and asks again for what has changed;
//   view(ctx) → a template. It is called at once, and again at each change: it bears it that figures are not there yet.
// The shell draws the tabs, the way to the region, which programme, competence or module it is, the day, and the status.
import {searchOf} from './api.js'
import {Regions} from './regions.js'
import {pick} from './store.js'
import {linkOf} from './router.js'
import {capital, createWords} from './words.js'

const LISTS = {programme: 'programmes', competence: 'competences', module: 'modules'}

// Forms of numbers and dates are slow to make, so they stay until the language is another.
let spoken = {}

function speak(lang, words, timezone) {
	if (spoken.lang !== lang || spoken.words !== words || spoken.timezone !== timezone)
		spoken = {lang, words, timezone, speech: createWords(lang, words, timezone)}
	return spoken.speech
}

/** The day of an address, where it is one and has been: else it is now that is shown. */
export function dayOf(text, asOf) {
	const at = /^\d{4}-\d\d-\d\d$/.test(text ?? '') ? new Date(`${text}T00:00:00Z`) : null
	const isDay = at && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text)
	return isDay && !(text >= asOf) ? text : null
}

/** What only another catalogue changes. */
export function indexCatalogue(catalogue) {
	const byId = list => new Map((list ?? []).map(one => [one.id ?? one.name, one]))
	return {
		regions: new Regions(catalogue.regions),
		modules: byId(catalogue.modules),
		programmes: byId(catalogue.programmes),
		competences: byId(catalogue.competences),
		dimensions: byId(catalogue.dimensions),
	}
}

/**
 * @param {{store: object, index: object, params: Object<string, string>, lang: string, words: object, go: Function}} page
 */
export function createContext({store, index, params, lang, words, go}) {
	const {catalogue, state} = store
	const {t, fmt, label: labelOf, inLanguage} = speak(lang, words, catalogue.timezone)
	const {regions} = index
	const region = regions.has(params.region) ? params.region : 'all'
	const subjects = catalogue[LISTS[params.view]] ?? []
	// A release is of its day, and of no other: what it does not give is not 0, but not known.
	const isOpen = state.plane === 'open'
	const earlier = isOpen && params.day !== state.as_of && store.releases.find(one => one.day === params.day)
	const release = isOpen ? earlier || {release: state.release, day: state.as_of} : null
	const day = isOpen ? (earlier?.day ?? null) : dayOf(params.day, state.as_of)
	const id = subjects.some(one => one.id === params.id) ? params.id : subjects[0]?.id

	const label = thing => {
		if (thing?.code === 'all')
			return t('everyone')
		return thing?.code === 'unassigned' ? t('unassigned') : labelOf(thing)
	}
	const valueLabel = (name, value) =>
		value === 'unknown' ? t('unknown') : (inLanguage(index.dimensions.get(name)?.labels?.[value]) ?? value)

	return {
		catalogue, state, params, lang, t, regions, region, id,
		fmt: {...fmt, label},
		day, isOpen, release,
		releases: store.releases,
		loading: store.isLoading(),
		label,
		capital,
		module: one => index.modules.get(one),
		programme: one => index.programmes.get(one),
		competence: one => index.competences.get(one),
		dimension: one => index.dimensions.get(one),
		/** `{region, kind, id, metrics, sources}`, or nothing where nobody counts */
		figure: (code, kind, subject) => store.figure(code, kind, subject),
		figures: (kind, subject) => store.figures(kind, subject),
		/** A path in a figure or in its metrics, whole ones or those of `keys` */
		value: (figure, path) => pick(figure?.metrics ?? figure, path),
		link: changes => linkOf(params, changes),
		go: (changes, options) => go(linkOf(params, changes), options),
		value_label: valueLabel,
		where_label: where => {
			const parts = Object.entries(where ?? {}).map(([name, value]) => valueLabel(name, value))
			return parts.length ? parts.join(', ') : t('everyone')
		},
		level_label: (competence, level) => inLanguage(index.competences.get(competence)?.levels?.[level]) ?? t('level_n', {level}),
		level_name: level => inLanguage(catalogue.levels?.find(one => one.level === level)?.label) ?? level,
		/** The figures of a query as a file, in the reader's language */
		download: (form, query) => {
			const search = searchOf({...query, day})
			search.set('language', lang)
			return `/api/v1/figures.${form}?${search}`
		},
	}
}
