// SPDX-License-Identifier: Apache-2.0
// Each language is a file of its own: a reader loads one.
const FILES = {
	nb: () => import('../words/nb.json'),
	sv: () => import('../words/sv.json'),
	da: () => import('../words/da.json'),
	en: () => import('../words/en.json'),
}

export async function loadWords(lang) {
	for (;;)
		try {
			return (await FILES[lang]()).default
		} catch {
			await new Promise(resolve => setTimeout(resolve, 1000))
		}
}
