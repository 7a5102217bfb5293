// SPDX-License-Identifier: Apache-2.0
// A programme's targets: progress and pace; and those of each place.
import {html, nothing} from 'lit-html'
import {bars} from '../../charts/bars.js'
import {progress, time} from '../../charts/progress.js'
import {dayNumber} from '../../charts/sums/days.js'
import {pace, passed, projected} from '../../charts/sums/pace.js'
import {programmeLeaves} from '../../charts/sums/places.js'
import {list} from '../../charts/sums/read.js'
import {frame} from '../../charts/table.js'
import {asOfDay} from './head.js'
import {goalHere} from './places.js'

/** Metrics whose daily rows say how fast they have grown lately. */
const COLUMNS = {participants: 1, completed: 2}

/** From when to when, and how much of it has passed. */
export function timeLine(ctx, programme, say) {
	const today = asOfDay(ctx)
	const {from, to} = programme
	if (!from && !to)
		return html`<p class="time-line">${say.t('programme.no_days')}</p>`
	if (!from || !to)
		return html`<p class="time-line">
			${from ? say.t('programme.from', {day: say.day(from)}) : say.t('programme.to', {day: say.day(to)})}
		</p>`
	const share = passed(from, to, today)
	const left = dayNumber(to) - dayNumber(today)
	const text =
		today < from
			? say.t('programme.begins_in', {n: dayNumber(from) - dayNumber(today)})
			: left < 0
				? say.t('programme.ended')
				: say.t('programme.time_passed', {share: say.percent(share), n: left})
	return html`<div class="time-line">
		<p><span class="days">${say.day(from)} – ${say.day(to)}</span> <span class="quiet">${text}</span></p>
		${time(share, text)}
	</div>`
}

const totals = figure => list(figure, 'targets').filter(target => !target.places && !target.each)

/** The even pace that a line of participants is seen against: the first target of participants for everyone. */
export function goalOf(programme, figure, say) {
	const target = totals(figure).find(each => each.measure === 'participants' && !Object.keys(each.where ?? {}).length)
	if (!target || !target.of)
		return null
	return {name: say.t('programme.even_pace'), from: programme.from, to: programme.to, of: target.of}
}

function nameOf(target, say) {
	const who = say.where(target.where)
	const name = say.t(`programme.measure_${target.measure}`)
	return who ? `${name}: ${who}` : name
}

export function targetsFrame(ctx, programme, figure, say) {
	const {from, to} = programme
	const today = asOfDay(ctx)
	const daily = list(figure, 'daily')
	const targets = list(figure, 'targets').map(target =>
		target.places
			? {
					name: `${nameOf(target, say)} ${say.t('programme.in_each_place')}`,
					note: goalText(programme, target, say),
					...target.places,
				}
			: {
					name: nameOf(target, say),
					n: target.n,
					of: target.of,
					note: target.each ? goalText(programme, target, say) : undefined,
					projected:
						!say.isOpen && COLUMNS[target.measure] && !Object.keys(target.where ?? {}).length && !target.each
							? projected(target.n, daily, COLUMNS[target.measure], from, to, today)
							: null,
				},
	)
	if (!targets.length)
		return undefined
	const caption = say.t('programme.targets')
	return frame(
		{
			title: caption,
			wide: true,
			text: summary(targets, from, to, today, say),
			body: html`${progress(targets, {from, to, today, caption}, say)}
			${
				from && to && today >= from && today < to
					? html`<p class="fine">
							<svg class="swatch" width="14" height="14" aria-hidden="true">
								<line class="pin" x1="7" x2="7" y1="0" y2="14"></line>
							</svg>
							${say.t('programme.pin_says', {share: say.percent(passed(from, to, today))})}
						</p>`
					: nothing
			}`,
		},
		say,
	)
}

/** "3 of 6 are reached, 1 is ahead, 2 are behind": only what there is. */
function summary(targets, from, to, today, say) {
	const counts = {}
	for (const target of targets) {
		const {status} = pace(target.n, target.of, from, to, today)
		counts[status] = (counts[status] ?? 0) + 1
	}
	const parts = ['reached', 'ahead', 'near', 'behind', 'after']
		.filter(status => counts[status])
		.map(status => say.t(`programme.count_${status}`, {n: counts[status]}))
	return parts.length && targets.length > 1
		? say.t('programme.targets_says', {n: targets.length, list: say.list(parts)})
		: undefined
}

/** The catalogue's rule behind a target of each place. */
function ownRule(programme, target) {
	return (programme.targets ?? []).find(
		each =>
			each.each &&
			each.measure === target.measure &&
			JSON.stringify(each.where ?? {}) === JSON.stringify(target.where ?? {}) &&
			(each.share ?? null) === (target.share ?? null),
	)
}

/** What each place should have: so many, or such a share of its headcount. */
function goalText(programme, target, say) {
	const own = ownRule(programme, target)
	if (target.share)
		return say.t('programme.goal_share', {share: say.percent(target.share)})
	const value = own?.value ?? target.of
	return value ? say.t('programme.goal_value', {n: value}) : undefined
}

/** Which places have reached the target that each of them has. */
export function eachPlaceFrame(ctx, programme, figure, say) {
	// That of all participants is in the bars of the places.
	const targets = list(figure, 'targets').filter(
		target => target.places && !(target.measure === 'participants' && !Object.keys(target.where ?? {}).length),
	)
	const leaves = programmeLeaves(ctx.regions, programme, ctx.region, asOfDay(ctx))
	const frames = targets
		.map(target => {
			const rows = leaves.map(code => {
				const own = list(ctx.figure(code, 'programme', programme.id), 'targets').find(
					each =>
						each.each &&
						each.measure === target.measure &&
						JSON.stringify(each.where) === JSON.stringify(target.where) &&
						(each.share ?? null) === (target.share ?? null),
				)
				return {
					code,
					name: say.place(code),
					href: ctx.link({view: 'place', region: code}),
					n: own?.n ?? 0,
					of: own ? own.of : goalHere(ownRule(programme, target), ctx.regions.headcount(code, target.where ?? {})),
				}
			})
			return {target, rows}
		})
		.filter(each => each.rows.length)
	return frames.length ? frames.map(({target, rows}) => missingFrame(programme, target, rows, say)) : undefined
}

function missingFrame(programme, target, rows, say) {
	const open = rows.filter(row => row.of !== null && row.n < row.of)
	const unknown = rows.filter(row => row.of === null)
	const title = `${nameOf(target, say)} ${say.t('programme.in_each_place')}`
	open.sort((one, other) => other.n / other.of - one.n / one.of || one.name.localeCompare(other.name, say.lang))
	const shown = open.slice(0, 12)
	const rest = open.length - shown.length
	return frame(
		{
			title,
			wide: true,
			text: html`${goalText(programme, target, say)}
			${say.t('programme.places_reached', {count: say.num(target.places.n), of: say.num(target.places.of), n: target.places.of})}
			${unknown.length ? say.t('programme.headcount_unknown_in', {n: unknown.length, count: say.num(unknown.length)}) : nothing}`,
			body: open.length
				? html`<p class="sub">${say.t('programme.not_yet')}</p>
						${bars(
							shown.map(row => ({
								name: row.name,
								href: row.href,
								value: row.n,
								of: row.of,
								text: say.t('programme.lacks', {
									of: say.num(row.of),
									n: row.of - row.n,
									count: say.num(row.of - row.n),
								}),
							})),
							{caption: title, head: [say.t('chart.place'), nameOf(target, say)], showHead: false},
							say,
						)}
						${rest ? html`<p class="fine">${say.t('chart.more', {n: rest, count: say.num(rest)})}</p>` : nothing}`
				: nothing,
		},
		say,
	)
}
