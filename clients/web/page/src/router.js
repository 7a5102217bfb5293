// SPDX-License-Identifier: Apache-2.0
// The page's own state is its address: whoever has it sees the same.

export const DEFAULTS = {view: 'map', region: 'all'}

/** @returns {Object<string, string>} */
export function readParams(search = location.search) {
	return {...DEFAULTS, ...Object.fromEntries(new URLSearchParams(search))}
}

/** The address of other parameters; null takes one away. */
export function linkOf(params, changes = {}) {
	const search = new URLSearchParams()
	for (const [name, value] of Object.entries({...params, ...changes}))
		if (value !== null && value !== undefined && value !== '' && DEFAULTS[name] !== value)
			search.set(name, value)
	return `?${search}`
}

/** Calls `onChange` when the address is another: by a link, by code, or by the browser's own buttons. */
export function createRouter(onChange) {
	const go = (href, {replace = false, keep = false} = {}) => {
		history[replace ? 'replaceState' : 'pushState'](null, '', href)
		onChange({keep})
	}
	addEventListener('popstate', () => onChange({keep: false}))
	document.addEventListener('click', event => {
		const link = event.target.closest?.('a[href^="?"]')
		if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
			return
		event.preventDefault()
		go(link.getAttribute('href'), {keep: link.hasAttribute('data-keep')})
	})
	return {go}
}
