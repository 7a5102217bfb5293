// SPDX-License-Identifier: Apache-2.0
// What stands round each view: where one is, what there is, of which day, and how far it can be relied on.
import {html, nothing} from 'lit-html'
import {live} from 'lit-html/directives/live.js'
import {createWords, LANGUAGE_NAMES} from '../words.js'
import {daySlider} from './day.js'
import {notices, statusLine, sourceList} from './status.js'

const VIEWS = ['map', 'programme', 'competence', 'module', 'place']
const LISTS = {programme: 'programmes', competence: 'competences', module: 'modules'}

/** Before anything is there. */
export function waiting(lang, words, fault) {
	const {t} = createWords(lang, words)
	return html`<main class="waiting" aria-busy="true"><p class="pulse" role="status">${fault ? t('waiting_again') : t('waiting')}</p></main>`
}

function tabs(ctx) {
	const hasSome = view => !LISTS[view] || ctx.catalogue[LISTS[view]]?.length
	return html`<nav class="tabs" aria-label=${ctx.t('views')}>
		${VIEWS.filter(hasSome).map(view => html`<a href=${ctx.link({view, id: null, figure: null, level: null, sort: null})}
			aria-current=${view === ctx.params.view ? 'page' : nothing}>${ctx.t(`view.${view}`)}</a>`)}
	</nav>`
}

function languages(ctx) {
	const choose = event => ctx.go({lang: event.target.value}, {keep: true})
	return html`<label class="language"><span class="visually-hidden">${ctx.t('language')}</span>
		<select @change=${choose} .value=${live(ctx.lang)}>
			${Object.entries(LANGUAGE_NAMES).map(([code, name]) => html`<option value=${code} lang=${code} ?selected=${code === ctx.lang}>${name}</option>`)}
		</select></label>`
}

function breadcrumb(ctx) {
	const path = ctx.regions.path(ctx.region, ctx.params.via?.split('.') ?? [])
	const last = path.length - 1
	return html`<nav class="path" aria-label=${ctx.t('place')}><ol>
		${path.map((code, i) => html`<li>${i === last
			? html`<span aria-current="location">${ctx.label(ctx.regions.get(code))}</span>`
			: html`<a data-keep href=${ctx.link({region: code, level: null})}>${ctx.label(ctx.regions.get(code))}</a>`}</li>`)}
	</ol></nav>`
}

/** All regions once, each below the first place where it is met. */
function regionOptions(ctx) {
	const rows = []
	const seen = new Set()
	const walk = (code, depth) => {
		if (seen.has(code))
			return
		seen.add(code)
		rows.push({code, depth})
		const children = [...ctx.regions.children(code)]
		children.sort((a, b) => ctx.label(ctx.regions.get(a)).localeCompare(ctx.label(ctx.regions.get(b)), ctx.lang))
		children.forEach(child => walk(child, depth + 1))
	}
	walk('all', 0)
	return rows
}

function regionPicker(ctx) {
	const choose = event => ctx.go({region: event.target.value, level: null, via: null}, {keep: true})
	return html`<label class="picker"><span>${ctx.t('go_to')}</span>
		<select @change=${choose} .value=${live(ctx.region)}>
			${regionOptions(ctx).map(({code, depth}) => html`<option value=${code} ?selected=${code === ctx.region}>${'\u2003'.repeat(depth)}${ctx.label(ctx.regions.get(code))}</option>`)}
		</select></label>`
}

function subjectPicker(ctx) {
	const list = ctx.catalogue[LISTS[ctx.params.view]] ?? []
	if (!list.length)
		return nothing
	const choose = event => ctx.go({id: event.target.value}, {keep: true})
	return html`<label class="picker"><span>${ctx.t(`view.${ctx.params.view}.one`)}</span>
		<select @change=${choose} .value=${live(ctx.id)}>
			${list.map(one => html`<option value=${one.id} ?selected=${one.id === ctx.id}>${ctx.label(one)}</option>`)}
		</select></label>`
}

/** Which release is shown; where there are several, one can be chosen. */
function releaseLine(ctx) {
	if (!ctx.state.release)
		return nothing
	const text = one => ctx.t('release_of', {n: one.release, day: ctx.fmt.day(one.day)})
	const choose = event => ctx.go({day: event.target.value === ctx.state.as_of ? null : event.target.value}, {replace: true, keep: true})
	if (ctx.releases.length < 2)
		return html`<p class="day"><output>${text(ctx.release)}</output></p>`
	return html`<label class="day picker"><span class="visually-hidden">${ctx.t('day')}</span>
		<select @change=${choose} .value=${live(ctx.release.day)}>
			${ctx.releases.map(one => html`<option value=${one.day} ?selected=${one.day === ctx.release.day}>${text(one)}</option>`)}
		</select></label>`
}

/** @param {object} ctx @param {object} store @param {object} view the module of the view, once it is loaded */
export function shell(ctx, store, view) {
	const title = ctx.state.title || 'liftd'
	const here = ctx.label(ctx.regions.get(ctx.region))
	document.title = `${ctx.t(`view.${ctx.params.view}`)} – ${here} – ${title}`
	const isAbout = ctx.params.view === 'about'
	return html`<a class="skip" href="#main" @click=${skip}>${ctx.t('skip')}</a>
	<header class="top">
		<div class="bar">
			<a class="brand" href="?">${title}</a>
			${tabs(ctx)}
			<div class="side">${statusLine(ctx, store)}${languages(ctx)}</div>
		</div>
		${isAbout ? nothing : html`<div class="where">
			${breadcrumb(ctx)}
			<div class="pickers">${subjectPicker(ctx)}${regionPicker(ctx)}</div>
			${ctx.isOpen ? releaseLine(ctx) : daySlider(ctx)}
		</div>`}
	</header>
	${notices(ctx, store)}
	<main id="main" tabindex="-1" class=${`view-${ctx.params.view}`} aria-busy=${ctx.loading ? 'true' : 'false'}>
		<h1 class="visually-hidden">${ctx.t(`view.${ctx.params.view}`)}: ${here}</h1>
		${view ? view.view(ctx) : html`<p class="pulse">${ctx.t('waiting')}</p>`}
	</main>
	<footer class="foot">
		${ctx.isOpen ? nothing : sourceList(ctx)}
		<p>${ctx.t('foot', {version: ctx.state.version ?? ''})} <a href=${ctx.link({view: 'about'})}>${ctx.t('view.about')}</a></p>
	</footer>`
}

function skip(event) {
	event.preventDefault()
	document.getElementById('main').focus()
}

/** What the shell itself shows. */
shell.queries = () => [{region: 'unassigned', kind: 'people', id: 'all', keys: ['learners']}]
