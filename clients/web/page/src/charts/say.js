// SPDX-License-Identifier: Apache-2.0
// What the charts say: the page's words, names of what the catalogue has, and dates as short as a scale has room for.
import {capital, LANGUAGES} from '../words.js'
import {count, known} from './sums/read.js'

const formats = new Map()

function dateForm(lang, options) {
	const key = lang + JSON.stringify(options)
	if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(LANGUAGES[lang], {timeZone: 'UTC', ...options}))
	return formats.get(key)
}

const dateOf = day => new Date(Date.UTC(+day.slice(0, 4), +day.slice(5, 7) - 1, +(day.slice(8, 10) || 1)))

/** @param {object} ctx what views get: {t, fmt, lang, ...} */
export function sayer(ctx) {
	const {t, fmt, lang, isOpen} = ctx
	return {
		isOpen,
		count: isOpen ? known : count,
		t,
		lang,
		num: fmt.num,
		decimal: fmt.decimal,
		percent: fmt.percent,
		day: fmt.day,
		month: fmt.month_long,
		list: fmt.list,
		label: ctx.label,
		shortDay: fmt.day_short,
		shortMonth: month => dateForm(lang, {month: 'short'}).format(dateOf(month)),
		monthYear: month => dateForm(lang, {month: 'short', year: '2-digit'}).format(dateOf(month)),
		weekday: (at, isLong) => fmt.weekday(at, isLong ? 'long' : 'short'),
		hour: at => String(at).padStart(2, '0'),
		place: code => ctx.label(ctx.regions.get(code) ?? {code}),
		dimension: name => capital(ctx.label(ctx.dimension(name) ?? {name})),
		value: ctx.value_label,
		/** "woman, nurse"; empty for everyone */
		where: where => (Object.keys(where ?? {}).length ? ctx.where_label(where) : ''),
		sentence: capital,
		download: ctx.download,
	}
}
