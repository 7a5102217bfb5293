// SPDX-License-Identifier: Apache-2.0
// What the charts say: names of what the catalogue has, and dates as short as a scale has room for.

const LOCALES = {nb: 'nb-NO', sv: 'sv-SE', da: 'da-DK', en: 'en-GB'}
const formats = new Map()

function format(lang, kind, options) {
	const key = `${lang} ${kind}`
	if (!formats.has(key))
		formats.set(key, new Intl.DateTimeFormat(LOCALES[lang] ?? LOCALES.en, {timeZone: 'UTC', ...options}))
	return formats.get(key)
}

function dateOf(day) {
	return new Date(Date.UTC(+day.slice(0, 4), +day.slice(5, 7) - 1, +(day.slice(8, 10) || 1)))
}

/**
 * What a chart needs to speak: the page's words and formats.
 * @param {object} ctx {t, fmt, lang, catalogue}
 */
export function sayer(ctx) {
	const {t, fmt, lang, catalogue} = ctx
	const dimensions = new Map((catalogue?.dimensions ?? []).map((each) => [each.name, each]))
	const say = {
		t,
		lang,
		num: (n) => fmt.num(n),
		/** Half a person in a hundred is seen in small places only as 0 or 1: whole percents, but never 0 for some. */
		percent: (value) => (value === null || value === undefined ? '–' : fmt.percent(value)),
		label: (thing) => fmt.label(thing),
		day: (day) => fmt.day(day),
		month: (month) => fmt.month(month),
		shortDay: (day) => format(lang, 'short', {day: 'numeric', month: 'short'}).format(dateOf(day)),
		shortMonth: (month) => format(lang, 'month', {month: 'short'}).format(dateOf(month)),
		monthYear: (month) => format(lang, 'monthYear', {month: 'short', year: '2-digit'}).format(dateOf(month)),
		weekday: (at, long) => format(lang, long ? 'weekday' : 'wd', {weekday: long ? 'long' : 'short'})
			.format(new Date(Date.UTC(2024, 0, 1 + at))),
		hour: (at) => String(at).padStart(2, '0'),
		place(code) {
			if (code === 'all') return t('chart.all')
			if (code === 'unassigned') return t('chart.unassigned')
			const region = catalogue.regions.find((each) => each.code === code)
			return region ? fmt.label(region) : code
		},
		dimension: (name) => sentence(fmt.label(dimensions.get(name) ?? {name}), lang),
		value(dimension, value) {
			if (value === 'unknown') return t('chart.unknown')
			return fmt.label({name: value, label: dimensions.get(dimension)?.labels?.[value]})
		},
		/** "woman, nurse"; empty for everyone */
		where: (where) => Object.entries(where ?? {}).map(([name, value]) => say.value(name, value)).join(', '),
		sentence: (text) => sentence(text, lang),
	}
	return say
}

/** With a capital at the beginning. */
function sentence(text, lang) {
	return text.charAt(0).toLocaleUpperCase(LOCALES[lang] ?? LOCALES.en) + text.slice(1)
}
