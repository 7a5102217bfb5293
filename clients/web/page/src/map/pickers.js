// SPDX-License-Identifier: Apache-2.0
// What a map shows, and of which level: two lists to choose from, and the levels as links.
import {html, nothing} from 'lit-html'
import {live} from 'lit-html/directives/live.js'
import {measuresOf, subjectsOf} from './choices.js'

const keyOf = ({kind, id}) => `${kind}/${id}`

function subjectPicker(ctx, figure) {
	const subjects = subjectsOf(ctx)
	const kinds = [...new Set(subjects.map(({kind}) => kind))]
	const choose = event => {
		const subject = subjects.find(one => keyOf(one) === event.target.value)
		const names = measuresOf(ctx, subject)
		const measure = names.includes(figure.measure) ? figure.measure : names[0]
		const id = subject.kind === 'people' ? null : subject.id
		ctx.go({figure: `${subject.kind}.${measure}`, id}, {keep: true})
	}
	const options = kind => subjects.filter(one => one.kind === kind).map(one => html`
		<option value=${keyOf(one)} ?selected=${keyOf(one) === keyOf(figure)}>${one.label}</option>`)
	return html`<label class="picker"><span>${ctx.t('figure.subject')}</span>
		<select @change=${choose} .value=${live(keyOf(figure))}>${kinds.map(kind => (kind === 'people' ? options(kind)
			: html`<optgroup label=${ctx.t(`figure.${kind}`)}>${options(kind)}</optgroup>`))}</select></label>`
}

function measurePicker(ctx, figure) {
	const choose = event => ctx.go({figure: `${figure.kind}.${event.target.value}`}, {keep: true})
	const option = name => html`
		<option value=${name} ?selected=${name === figure.measure}>${ctx.t(`measure.${figure.kind}.${name}`)}</option>`
	return html`<label class="picker"><span>${ctx.t('figure.measure')}</span>
		<select @change=${choose} .value=${live(figure.measure)}>${measuresOf(ctx, figure).map(option)}</select></label>`
}

export const figurePicker = (ctx, figure) => html`<div class="choose">${subjectPicker(ctx, figure)}${measurePicker(ctx, figure)}</div>`

export function levelPicker(ctx, levels, level) {
	if (levels.length < 2)
		return nothing
	const name = one => ctx.capital(ctx.level_name(one.level) || ctx.t('place'))
	return html`<nav class="levels" aria-label=${ctx.t('level')}>${levels.map(one => html`
		<a data-keep href=${ctx.link({level: one.level})} aria-current=${one === level ? 'true' : nothing}>${name(one)}
			<span class="count">${ctx.fmt.num(one.codes.length)}</span></a>`)}</nav>`
}
