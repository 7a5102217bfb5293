// SPDX-License-Identifier: Apache-2.0
// Any day's figures: a slider from the first programme's first day to today, which is live.
import {html, nothing} from 'lit-html'
import {live} from 'lit-html/directives/live.js'

const DAY_MS = 86400000
const WAIT_MS = 250
const YEAR = 365

const toNumber = day => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS)
const toDay = number => new Date(number * DAY_MS).toISOString().slice(0, 10)

let timer = 0
let dragged = null // where the slider is, before that is asked for

/** From when there can be something to see. */
export function firstDay(catalogue, today) {
	const begins = (catalogue.programmes ?? []).map(one => one.from).filter(Boolean).sort()
	const yearAgo = toDay(toNumber(today) - YEAR)
	return begins.length && begins[0] < today ? begins[0] : yearAgo
}

export function daySlider(ctx) {
	const today = ctx.state.as_of
	const from = toNumber(firstDay(ctx.catalogue, today))
	const to = toNumber(today)
	const now = dragged ?? Math.min(Math.max(toNumber(ctx.day ?? today), from), to)
	const isLive = now === to && !(ctx.day && ctx.day !== today)
	const choose = (number, wait) => {
		dragged = Math.min(Math.max(number, from), to)
		clearTimeout(timer)
		timer = setTimeout(() => {
			const day = dragged === to ? null : toDay(dragged)
			dragged = null
			ctx.go({day}, {replace: true, keep: true})
		}, wait)
		ctx.refresh()
	}
	const shown = ctx.fmt.day(toDay(now))
	return html`<div class="day" role="group" aria-label=${ctx.t('day')}>
		<button type="button" aria-label=${ctx.t('day_before')} ?disabled=${now <= from} @click=${() => choose(now - 1, 0)}>‹</button>
		<input type="range" min=${from} max=${to} .value=${live(String(now))} aria-label=${ctx.t('day')} aria-valuetext=${isLive ? ctx.t('today_live', {day: shown}) : shown}
			@input=${event => choose(Number(event.target.value), WAIT_MS)}>
		<button type="button" aria-label=${ctx.t('day_after')} ?disabled=${now >= to} @click=${() => choose(now + 1, 0)}>›</button>
		<output class=${isLive ? 'is-live' : 'is-past'}>${isLive ? ctx.t('today_live', {day: shown}) : shown}</output>
		${isLive ? nothing : html`<button type="button" class="to-live" @click=${() => choose(to, 0)}>${ctx.t('to_live')}</button>`}
	</div>`
}
