// SPDX-License-Identifier: Apache-2.0
// All that a person reads: texts by key, the catalogue's labels, numbers and dates, in one of four languages.

/** Language of the page → language of Intl. */
export const LANGUAGES = {nb: 'nb-NO', sv: 'sv-SE', da: 'da-DK', en: 'en-GB'}
export const LANGUAGE_NAMES = {nb: 'Norsk', sv: 'Svenska', da: 'Dansk', en: 'English'}

const NOTHING = '–'

/** The first of a list of languages (the reader's, as browsers have them) that the page speaks. */
export function chooseLanguage(wished) {
	for (const one of wished) {
		const code = (one ?? '').toLowerCase().split('-')[0]
		if (Object.hasOwn(LANGUAGES, code))
			return code
		if (code === 'no' || code === 'nn')
			return 'nb'
	}
	return 'en'
}

const isThere = value => value !== null && value !== undefined && !Number.isNaN(value)

/**
 * @param {string} lang
 * @param {Object<string, string | Object<string, string>>} words
 * @param {string} [timezone] the catalogue's, in which days begin
 */
export function createWords(lang, words, timezone) {
	const locale = LANGUAGES[lang]
	const made = new Map()
	// Making one is slow, using it is not.
	const form = (kind, options) => {
		const key = kind.name + JSON.stringify(options)
		if (!made.has(key))
			made.set(key, new kind(locale, options))
		return made.get(key)
	}
	const number = options => value => (isThere(value) ? form(Intl.NumberFormat, options).format(value) : NOTHING)
	const date = options => value => {
		if (!value)
			return NOTHING
		// A day has no hour: noon of Greenwich is that day wherever it is formatted as UTC.
		const text = String(value)
		const at = new Date(`${text.length === 7 ? `${text}-01` : text}T12:00:00Z`)
		return Number.isNaN(at.getTime()) ? text : form(Intl.DateTimeFormat, {timeZone: 'UTC', ...options}).format(at)
	}
	const zone = timezone ? {timeZone: timezone} : {}

	function t(key, values = {}) {
		let text = words[key]
		if (text === undefined)
			return key
		if (typeof text === 'object')
			text = text[form(Intl.PluralRules, {}).select(values.n ?? 0)] ?? text.other
		return text.replace(/\{(\w+)\}/g, (whole, name) => {
			const value = values[name]
			return value === undefined ? whole : typeof value === 'number' ? fmt.num(value) : value
		})
	}

	const fmt = {
		num: number({maximumFractionDigits: 2}),
		decimal: (value, digits = 1) => number({minimumFractionDigits: digits, maximumFractionDigits: digits})(value),
		percent: value => {
			if (!isThere(value))
				return NOTHING
			// 99.6 % is not all of them, and 0.4 % is not none.
			const digits = value > 0 && value < 1 && (value < 0.005 || value >= 0.995) ? 1 : 0
			return number({style: 'percent', maximumFractionDigits: digits})(value)
		},
		day: date({day: 'numeric', month: 'long', year: 'numeric'}),
		day_short: date({day: 'numeric', month: 'short'}),
		month: date({month: 'short', year: 'numeric'}),
		month_long: date({month: 'long', year: 'numeric'}),
		weekday: (day, width = 'short') => form(Intl.DateTimeFormat, {timeZone: 'UTC', weekday: width}).format(new Date(Date.UTC(2024, 0, 1 + day))),
		time: ms => (isThere(ms) ? form(Intl.DateTimeFormat, {...zone, timeStyle: 'medium'}).format(ms) : NOTHING),
		moment: ms => (isThere(ms) ? form(Intl.DateTimeFormat, {...zone, dateStyle: 'medium', timeStyle: 'short'}).format(ms) : NOTHING),
		list: texts => form(Intl.ListFormat, {type: 'conjunction'}).format(texts),
		ago: (ms, now = Date.now()) => {
			if (!isThere(ms))
				return NOTHING
			const seconds = Math.max(0, Math.round((now - ms) / 1000))
			const relative = form(Intl.RelativeTimeFormat, {numeric: 'auto'})
			for (const [unit, size] of [['day', 86400], ['hour', 3600], ['minute', 60]])
				if (seconds >= size)
					return relative.format(-Math.floor(seconds / size), unit)
			return relative.format(-seconds, 'second')
		},
	}

	const inLanguage = labels => labels?.[lang] ?? labels?.en
	const label = thing => inLanguage(thing?.label) ?? thing?.name ?? thing?.code ?? thing?.id ?? ''

	return {lang, locale, t, fmt, label, inLanguage}
}

/** What a name begins with in a sentence stays; at its beginning the first letter is a capital. */
export const capital = text => text.charAt(0).toLocaleUpperCase() + text.slice(1)
