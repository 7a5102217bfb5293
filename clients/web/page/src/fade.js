// SPDX-License-Identifier: Apache-2.0
// A figure that changes says so gently: its background fades once. Nothing moves.
import {noChange} from 'lit-html'
import {directive, Directive} from 'lit-html/directive.js'

const FADE_MS = 1600

class Fade extends Directive {
	render() {
		return noChange
	}

	update(part, [value]) {
		const element = part.element
		const isOther = this.element === element && this.value !== undefined && this.value !== value && value !== undefined
		// Other figures at another place are no change: who uses this for a list keys it.
		if (isOther && element.animate && !matchMedia('(prefers-reduced-motion: reduce)').matches) {
			const colour = getComputedStyle(element).getPropertyValue('--changed')
			element.animate([{backgroundColor: colour}, {backgroundColor: 'transparent'}], {duration: FADE_MS, easing: 'ease-out'})
		}
		this.element = element
		this.value = value
		return noChange
	}
}

/** `<td ${fade(value)}>` */
export const fade = directive(Fade)
