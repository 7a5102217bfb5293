// SPDX-License-Identifier: Apache-2.0
// Reach by place against the headcount: sorted, and who has nobody yet is said.
import {html, nothing} from 'lit-html'
import {bars, extent} from '../../charts/bars.js'
import {count, list, part, rate} from '../../charts/sums/read.js'
import {leftOn, placesIn, programmeLeaves} from '../../charts/sums/places.js'
import {frame, legend, table} from '../../charts/table.js'
import {asOfDay} from './head.js'

/** More leaves than that are shown by what is above them. */
const MOST = 40

const isForAll = target => !Object.keys(target.where ?? {}).length

/**
 * Whom the places are measured by: everyone, or those for whom all of the programme's targets of participants are, where
 * these are people of one value, of whom places have a count of their own.
 */
export function meantWhere(programme) {
	const wheres = (programme.targets ?? []).filter(target => target.measure === 'participants').map(target => target.where ?? {})
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

/** The target that each place has in participants, of whomever: it belongs on the bars. */
export const eachTarget = programme =>
	(programme.targets ?? []).find(target => target.each && target.measure === 'participants' && isForAll(target))

/** What a place should have: so many, or a share of its headcount, rounded up as the daemon does, in ten-thousandths. */
export function goalHere(target, headcount) {
	if (!target)
		return null
	if (!target.share)
		return target.value ?? null
	return headcount === null ? null : Math.ceil((headcount * Math.round(target.share * 10000)) / 10000)
}

/** What each place has, the most first. */
export function placeRows(ctx, programme, code, say) {
	const where = meantWhere(programme)
	const target = eachTarget(programme)
	const {codes, isLeaves} = placeCodes(ctx, programme, code)
	const rows = codes.map(each => {
		const figure = ctx.figure(each, 'programme', programme.id)
		const left = leftOn(ctx.regions, programme, each, asOfDay(ctx))
		const headcount = ctx.regions.headcount(each, where)
		return {
			code: each,
			name: say.place(each),
			href: ctx.link(isLeaves ? {view: 'place', region: each} : {region: each}),
			value: say.count(figure, pathOf(where, 'participants')),
			inner: say.count(figure, pathOf(where, 'completed')) ?? undefined,
			of: headcount,
			goal: isLeaves && isForAll({where}) ? goalHere(target, headcount) : null,
			reached: rate(figure, 'reached'),
			reachedGoal: list(figure, 'targets').find(one => one.places && one.measure === 'participants')?.places,
			note: left ? say.t('chart.left_on', {day: say.day(left)}) : undefined,
		}
	})
	for (const row of rows)
		row.text =
			row.of === null
				? say.t('chart.of_unknown')
				: `${say.t('chart.of', {of: say.num(row.of)})} · ${say.percent(part(row.value, row.of))}`
	rows.sort(
		(one, other) =>
			other.value - one.value ||
			part(other.value, other.of) - part(one.value, one.of) ||
			one.name.localeCompare(other.name, say.lang),
	)
	return {rows, where, isLeaves}
}

export function placesFrame(ctx, programme, code, say) {
	const {rows, where, isLeaves} = placeRows(ctx, programme, code, say)
	if (!rows.length || (rows.length === 1 && rows[0].code === code))
		return undefined
	const some = rows.filter(row => row.value)
	if (say.isOpen && !some.length)
		return undefined
	// What is not given is not nobody.
	const none = say.isOpen ? [] : rows.filter(row => !row.value)
	const unknown = rows.filter(row => row.of === null).length
	if (unknown === rows.length) for (const row of rows) row.text = undefined
	const hasGoal = rows.some(row => row.goal !== null)
	const title = say.t('programme.places', {who: say.sentence(say.where(where)) || say.t('programme.participants')})
	const head = [say.t('chart.place'), say.t('programme.participants')]
	return frame(
		{
			title,
			wide: true,
			text: say.isOpen ? undefined : placesText(programme, rows, some, unknown, isLeaves, hasGoal, say),
			legend: legend([
				{name: say.t('programme.participants'), mark: 's1'},
				{name: say.t('programme.completed'), mark: 's2'},
				...(extent(some).hasRoom && unknown < rows.length
					? [{name: say.t('chart.headcount'), mark: 'headcount', tick: true}]
					: []),
				...(hasGoal ? [{name: say.t('programme.target'), mark: 'goal', tick: true}] : []),
			]),
			body: html`${some.length ? bars(some, {caption: title, head, extra: extras(programme, isLeaves, hasGoal, say)}, say) : nothing}
			${none.length ? nobodyYet(none, say) : nothing}`,
			table: placesTable(rows, title, programme, say),
		},
		say,
	)
}

function placesText(programme, rows, some, unknown, isLeaves, hasGoal, say) {
	const sentences = [
		say.t(isLeaves ? 'programme.places_says' : 'programme.areas_says', {
			count: say.num(some.length),
			n: rows.length,
			of: say.num(rows.length),
		}),
	]
	if (hasGoal) {
		const measured = rows.filter(row => row.goal !== null)
		const {share, value} = eachTarget(programme)
		sentences.push(
			share ? say.t('programme.goal_share', {share: say.percent(share)}) : say.t('programme.goal_value', {n: value}),
		)
		sentences.push(
			say.t('programme.places_reached', {
				count: say.num(measured.filter(row => row.value >= row.goal).length),
				of: say.num(measured.length),
				n: measured.length,
			}),
		)
	}
	if (unknown)
		sentences.push(
			say.t(unknown === rows.length ? 'programme.headcounts_unknown' : 'programme.headcount_unknown_in', {
				n: unknown,
				count: say.num(unknown),
			}),
		)
	return sentences.join(' ')
}

function extras(programme, isLeaves, hasGoal, say) {
	const columns = [{text: say.t('programme.completed'), cell: row => say.num(row.inner)}]
	const rateText = one => (one ? `${say.num(one.n)} / ${say.num(one.of)}` : '–')
	if (hasGoal)
		columns.push({
			text: say.t('programme.to_target'),
			cell: row =>
				row.goal === null
					? '–'
					: row.value >= row.goal
						? html`<span class="is-good"
								>✓<span class="visually-hidden"> ${say.t('programme.status_reached')}</span></span
							>`
						: say.num(row.goal - row.value),
		})
	if (!isLeaves) columns.push({text: say.t('programme.reached'), cell: row => rateText(row.reached)})
	if (!isLeaves && eachTarget(programme))
		columns.push({text: say.t('programme.reached_target'), cell: row => rateText(row.reachedGoal)})
	return columns
}

function nobodyYet(rows, say) {
	return html`<p class="none-yet">
		<b>${say.t('programme.nobody_yet', {n: rows.length, count: say.num(rows.length)})}</b>
		${rows.map((row, i) => html`${i ? ', ' : ' '}<a href=${row.href}>${row.name}</a>`)}
	</p>`
}

function placesTable(rows, title, programme, say) {
	return table(
		{
			caption: title,
			columns: [
				{text: say.t('chart.place')},
				{text: say.t('programme.participants'), numeric: true},
				{text: say.t('programme.completed'), numeric: true},
				{text: say.t('chart.headcount'), numeric: true},
				{text: say.t('chart.share'), numeric: true},
			],
			rows: rows.map(row => [
				row.name,
				say.num(row.value),
				say.num(row.inner),
				row.of === null ? say.t('chart.not_known') : say.num(row.of),
				say.percent(part(row.value, row.of)),
			]),
		},
		{
			downloads: {
				region: rows.map(row => row.code),
				kind: 'programme',
				id: programme.id,
				keys: ['participants', 'completed', 'withdrawn', 'stalled', 'active_30d'],
			},
		},
		say,
	)
}
