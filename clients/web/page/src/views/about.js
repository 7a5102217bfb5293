// SPDX-License-Identifier: Apache-2.0
// What the figures are, for who reads them for the first time.
import {html} from 'lit-html'

const PARTS = {exact: ['exact', 'day', 'trust', 'map', 'privacy', 'keys'], open: ['exact', 'open', 'map', 'privacy', 'keys']}
const SPECIFICATION = '/api/v1/openapi.json'

export const load = () => []

/** A text with a link in the place of `{link}`. */
function withLink(text, link) {
	const [before, after = ''] = text.split('{link}')
	return html`${before}${link}${after}`
}

export function view(ctx) {
	const {catalogue, t} = ctx
	const counts = [
		[t('about.regions'), ctx.regions.inside('all').length - 1],
		[t('view.programme'), catalogue.programmes?.length ?? 0],
		[t('view.competence'), catalogue.competences?.length ?? 0],
		[t('about.modules'), catalogue.modules?.length ?? 0],
	]
	return html`<article class="panel prose">
		<h2>${t('about.title')}</h2>
		<p>${t(ctx.isOpen ? 'about.what_open' : 'about.what')}</p>
		${PARTS[ctx.isOpen ? 'open' : 'exact'].map(part => html`<h3>${t(`about.${part}_title`)}</h3><p>${t(`about.${part}`)}</p>`)}
		<h3>${t('about.data_title')}</h3>
		<p>${withLink(t('about.data'), html`<a href=${SPECIFICATION}>${SPECIFICATION}</a>`)}</p>
		<h3>${t('about.counted_title')}</h3>
		<table class="data"><tbody>${counts.map(([name, n]) => html`<tr><th scope="row">${name}</th><td class="n">${ctx.fmt.num(n)}</td></tr>`)}</tbody></table>
		<p class="muted small">${t('about.timezone', {timezone: catalogue.timezone})}</p>
	</article>`
}
