// SPDX-License-Identifier: Apache-2.0
// How far the figures can be relied on: are they of now, which platforms are behind, what is not known.
import {html, nothing} from 'lit-html'

const isLate = source => source.late_since !== undefined && source.late_since !== null
const hasGap = source => source.missing > 0

function standing(ctx, store) {
	if (!store.isConnected)
		return ['off', ctx.t('status.off')]
	if (ctx.state.stale)
		return ['stale', ctx.t('status.stale')]
	if (ctx.isOpen)
		return ['past', ctx.state.release ? ctx.t('status.release', {n: ctx.release.release}) : ctx.t('status.no_release')]
	if (ctx.day)
		return ['past', ctx.t('status.past')]
	return ['live', ctx.t('status.live')]
}

/** Short, and the one thing that is read aloud when it changes; the time of day is not. */
export function statusLine(ctx, store) {
	const [name, text] = standing(ctx, store)
	return html`<p class="status is-${name}"><span role="status">${text}</span>
		${ctx.isOpen ? nothing : html`<time aria-hidden="true" title=${ctx.t('status.time')}>${ctx.fmt.time(ctx.state.time)}</time>`}</p>`
}

/** What a reader must know before believing a figure. */
export function notices(ctx, store) {
	const sources = ctx.state.sources ?? []
	const said = []
	if (!store.isConnected)
		said.push(ctx.t('notice.off', {time: ctx.fmt.time(ctx.state.time)}))
	else if (ctx.state.stale)
		said.push(ctx.t('notice.stale', {time: ctx.fmt.time(ctx.state.time)}))
	if (ctx.day && !ctx.isOpen)
		said.push(ctx.t('notice.past', {day: ctx.fmt.day(ctx.day)}))
	else if (!ctx.isOpen && ctx.state.today && ctx.state.as_of !== ctx.state.today)
		said.push(ctx.t('notice.pinned', {day: ctx.fmt.day(ctx.state.as_of)}))
	for (const source of sources.filter(isLate))
		said.push(ctx.t('notice.late', {source: source.source, since: ctx.fmt.moment(source.late_since)}))
	for (const source of sources.filter(hasGap))
		said.push(ctx.t('notice.missing', {source: source.source, n: source.missing, since: ctx.fmt.moment(source.since)}))
	if (ctx.isOpen)
		said.push(ctx.state.release ? ctx.t('notice.release', {n: ctx.release.release, day: ctx.fmt.day(ctx.release.day)}) : ctx.t('notice.no_release'))
	const refused = store.faults().find(fault => fault.status >= 400 && fault.status < 500)
	if (refused)
		said.push(ctx.t('notice.refused', {text: refused.message}))
	const unassigned = ctx.value(ctx.figure('unassigned', 'people', 'all'), 'learners')
	if (unassigned && ctx.region === 'all')
		said.push(ctx.t('notice.unassigned', {n: unassigned}))
	return said.length ? html`<section aria-label=${ctx.t('notices')}><ul class="notices">${said.map(text => html`<li>${text}</li>`)}</ul></section>` : nothing
}

function sourceState(ctx, source) {
	if (isLate(source))
		return ['late', ctx.t('source.late')]
	return hasGap(source) ? ['gap', ctx.t('source.missing', {n: source.missing})] : ['good', ctx.t('source.good')]
}

function sourceRow(ctx, source) {
	const [name, text] = sourceState(ctx, source)
	return html`<tr><th scope="row">${source.source}</th><td class="is-${name}">${text}</td>
		<td>${ctx.fmt.ago(source.last_received)}</td><td>${ctx.fmt.moment(source.last_event)}</td></tr>`
}

export function sourceList(ctx) {
	const sources = ctx.state.sources ?? []
	const behind = sources.filter(source => isLate(source) || hasGap(source)).length
	const columns = ['source', 'source.state', 'source.last_received', 'source.last_event']
	return html`<details class="sources"><summary>${ctx.t('sources', {n: sources.length})}
			${behind ? html` · <strong>${ctx.t('sources_behind', {n: behind})}</strong>` : nothing}</summary>
		<div class="scroll"><table class="data"><caption class="visually-hidden">${ctx.t('sources_caption')}</caption>
			<thead><tr>${columns.map(key => html`<th scope="col">${ctx.t(key)}</th>`)}</tr></thead>
			<tbody>${sources.map(source => sourceRow(ctx, source))}</tbody></table></div>
		${ctx.state.sources_left_out ? html`<p>${ctx.t('sources_left_out', {n: ctx.state.sources_left_out})}</p>` : nothing}
	</details>`
}
