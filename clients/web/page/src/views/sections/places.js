// SPDX-License-Identifier: Apache-2.0
// Reach by place against the headcount: sorted, and who has nobody yet is said.
import {html, nothing} from 'lit-html'
import {bars} from '../../charts/bars.js'
import {count, part, read} from '../../charts/sums/read.js'
import {leftOn, placesIn, programmeLeaves} from '../../charts/sums/places.js'
import {frame, legend, table} from '../../charts/table.js'
import {asOfDay} from './head.js'

/** More leaves than that are shown by what is above them. */
const MOST = 40

/**
 * Whom the places are measured by: everyone, or those for whom all of the programme's targets of participants are, where
 * these are people of one value, of whom places have a count of their own.
 */
export function meantWhere(programme) {
	const wheres = (programme.targets ?? []).filter(target => target.measure === 'participants' && !target.each).map(target => target.where ?? {})
	const [first] = wheres
	if (!first || Object.keys(first).length !== 1 || wheres.some(where => JSON.stringify(where) !== JSON.stringify(first)))
		return {}
	return first
}

/** The path of a count of those in a figure. */
export function pathOf(where, key) {
	const [pair] = Object.entries(where)
	return pair ? `by.${pair[0]}.${pair[1]}.${key}` : key
}

export function placeCodes(ctx, programme, code) {
	return placesIn(ctx.regions, code, each => programmeLeaves(ctx.regions, programme, each, asOfDay(ctx)), MOST)
}

/** What each place has, the most first. */
export function placeRows(ctx, programme, code, say) {
	const where = meantWhere(programme)
	const {codes, isLeaves} = placeCodes(ctx, programme, code)
	const rows = codes.map(each => {
		const figure = ctx.figure(each, 'programme', programme.id)
		const left = leftOn(ctx.regions, programme, each, asOfDay(ctx))
		return {
			code: each, name: say.place(each), href: ctx.link({view: 'place', region: each}),
			value: count(figure, pathOf(where, 'participants')),
			inner: count(figure, pathOf(where, 'completed')),
			of: ctx.regions.headcount(each, where),
			reached: read(figure, 'reached'),
			note: left ? say.t('chart.left_on', {day: say.day(left)}) : undefined,
		}
	})
	for (const row of rows)
		row.text = row.of === null ? say.t('chart.of_unknown') : `${say.t('chart.of', {of: say.num(row.of)})} · ${say.percent(part(row.value, row.of))}`
	rows.sort((one, other) => other.value - one.value || part(other.value, other.of) - part(one.value, one.of) || one.name.localeCompare(other.name, say.lang))
	return {rows, where, isLeaves}
}

export function placesFrame(ctx, programme, code, say) {
	const {rows, where, isLeaves} = placeRows(ctx, programme, code, say)
	if (!rows.length || (rows.length === 1 && rows[0].code === code))
		return undefined
	const some = rows.filter(row => row.value), none = rows.filter(row => !row.value)
	const who = say.where(where)
	const unknown = rows.filter(row => row.of === null).length
	if (unknown === rows.length)
		for (const row of rows)
			row.text = undefined
	const goal = (programme.targets ?? []).find(target => target.each && target.share && target.measure === 'participants' && !Object.keys(target.where ?? {}).length)
	const title = who ? say.t('programme.places_of', {who: say.sentence(who)}) : say.t('programme.places')
	return frame({
		title, wide: true,
		text: html`${say.t(isLeaves ? 'programme.places_says' : 'programme.areas_says', {count: say.num(some.length), n: rows.length, of: say.num(rows.length)})}
			${unknown ? say.t(unknown === rows.length ? 'programme.headcounts_unknown' : 'programme.headcount_unknown_in', {n: unknown, count: say.num(unknown)}) : nothing}`,
		legend: legend([{name: say.t('programme.participants'), mark: 's1'}, {name: say.t('programme.completed'), mark: 's2'},
			...(unknown < rows.length ? [{name: say.t('chart.headcount'), mark: 'headcount', tick: true}] : []),
			...(goal ? [{name: say.t('programme.share_goal', {share: say.percent(goal.share)}), mark: 'goal', tick: true}] : [])]),
		body: html`${bars(some, {caption: title, head: [say.t('chart.place'), say.t('programme.participants')], mark: goal?.share ?? null,
			extra: [{text: say.t('programme.completed'), cell: row => say.num(row.inner)},
				...(isLeaves ? [] : [{text: say.t('programme.reached'), cell: row => (row.reached ? `${say.num(row.reached.n)} / ${say.num(row.reached.of)}` : '–')}])]}, say)}
			${none.length ? nobodyYet(none, say) : nothing}`,
		table: placesTable(rows, title, ctx, programme, say),
	}, say)
}

function nobodyYet(rows, say) {
	return html`<p class="none-yet"><b>${say.t('programme.nobody_yet', {n: rows.length, count: say.num(rows.length)})}</b>
		${rows.map((row, i) => html`${i ? ', ' : ' '}<a href=${row.href}>${row.name}</a>`)}</p>`
}

function placesTable(rows, title, ctx, programme, say) {
	return table({
		caption: title,
		columns: [{text: say.t('chart.place')}, {text: say.t('programme.participants'), numeric: true}, {text: say.t('programme.completed'), numeric: true},
			{text: say.t('chart.headcount'), numeric: true}, {text: say.t('chart.share'), numeric: true}],
		rows: rows.map(row => [row.name, say.num(row.value), say.num(row.inner), row.of === null ? say.t('chart.not_known') : say.num(row.of), say.percent(part(row.value, row.of))]),
	}, {downloads: {region: rows.map(row => row.code), kind: 'programme', id: programme.id, keys: ['participants', 'completed', 'withdrawn', 'stalled', 'active_30d']}}, say)
}
