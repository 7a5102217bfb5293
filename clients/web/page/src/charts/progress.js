// SPDX-License-Identifier: Apache-2.0
// Targets: how far each is, where an even pace would be, and whether that is ahead or behind, in words.
import {html, nothing, svg} from 'lit-html'
import {pace} from './sums/pace.js'

const SIGNS = {reached: '✓', ahead: '▲', near: '●', behind: '▼', after: '▼', before: '○', open: '○', unknown: '?'}

/**
 * @typedef {object} Target {name, note?, n, of, projected?: number|null}
 * @param {Target[]} targets
 * @param {{from: string|null, to: string|null, today: string, caption: string, unit?: string}} options
 */
export function progress(targets, options, say) {
	return html`<table class="targets">
		<caption class="visually-hidden">
			${options.caption}
		</caption>
		<thead class="visually-hidden">
			<tr>
				<th scope="col">${say.t('programme.target')}</th>
				<th scope="col">${say.t('programme.progress')}</th>
				<th scope="col">${say.t('programme.pace')}</th>
			</tr>
		</thead>
		<tbody>
			${targets.map(target => row(target, options, say))}
		</tbody>
	</table>`
}

function row(target, options, say) {
	const at = pace(target.n, target.of, options.from, options.to, options.today)
	const share = target.of > 0 ? target.n / target.of : null
	return html`<tr>
		<th scope="row">${target.name}${target.note ? html`<small>${target.note}</small>` : nothing}</th>
		<td class="goal-bar">
			${plot(share, at)}
			<span class="goal-text"
				><b>${say.num(target.n)}</b> ${
					target.of === null || target.of === undefined
						? html`<small>${say.t('chart.headcount_unknown')}</small>`
						: html`${say.t('chart.of', {of: say.num(target.of)})} <small>${say.percent(share)}</small>`
				}</span
			>
		</td>
		<td class="state ${at.status}">
			<span class="chip"><span aria-hidden="true">${SIGNS[at.status]}</span> ${status(at, say)}</span> ${
				target.projected !== undefined && target.projected !== null && at.status !== 'reached'
					? html`<small>${say.t('programme.projected', {count: say.num(target.projected)})}</small>`
					: nothing
			}
		</td>
	</tr>`
}

function plot(share, at) {
	const width = `${(Math.min(1, share ?? 0) * 100).toFixed(2)}%`
	const pin = at.expected !== null && at.passed > 0 && at.passed < 1 ? `${(at.passed * 100).toFixed(2)}%` : null
	return html`<svg class="goal-plot" width="100%" height="22" aria-hidden="true">
		<rect class="track" y="4" height="14" rx="3" width="100%"></rect>
		<rect class="mark ${at.status}" y="4" height="14" rx="3" width=${width}></rect>
		${pin ? svg`<line class="pin" x1=${pin} x2=${pin} y1="0" y2="22"></line>` : nothing}
	</svg>`
}

/** Ahead or behind, in words. */
export function status(at, say) {
	const count = say.num(at.away)
	return say.t(`programme.status_${at.status}`, {count, expected: say.num(Math.round(at.expected ?? 0)), n: at.away})
}

/** How much of the time has passed: one bar. */
export function time(share, label) {
	return html`<svg class="time-plot" width="100%" height="10" role="img" aria-label=${label}>
		<rect class="track" width="100%" height="10" rx="5"></rect>
		<rect class="mark passed" width=${`${(share * 100).toFixed(2)}%`} height="10" rx="5"></rect>
	</svg>`
}
