// SPDX-License-Identifier: Apache-2.0
// A figure that changes says so gently: its background fades once. Nothing moves.
import {noChange} from 'lit-html'
import {directive, Directive} from 'lit-html/directive.js'

const FADE_MS = 1600

const isThere = value => value !== undefined && value !== null

class Fade extends Directive {
	render() {
		return noChange
	}

	update(part, [value, key]) {
		const element = part.element
		const isSame = this.element === element && this.key === key
		const isChanged = isSame && isThere(this.value) && isThere(value) && this.value !== value
		if (isChanged && element.animate && !matchMedia('(prefers-reduced-motion: reduce)').matches)
			element.animate([{backgroundColor: 'var(--changed)'}, {backgroundColor: 'transparent'}], {duration: FADE_MS, easing: 'ease-out'})
		this.element = element
		this.key = key
		this.value = value
		return noChange
	}
}

/** `<td ${fade(value, key)}>`: under another key it is another figure, and no change. */
export const fade = directive(Fade)
