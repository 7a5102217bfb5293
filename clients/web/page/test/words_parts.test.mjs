// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {readFileSync, readdirSync} from 'node:fs'
import {test} from 'node:test'

const LANGUAGES = ['nb', 'sv', 'da', 'en']
const here = new URL('..', import.meta.url)
const parts = Object.fromEntries(
	LANGUAGES.map(lang => [lang, JSON.parse(readFileSync(new URL(`words/parts/${lang}.json`, here), 'utf8'))]),
)
const forms = text => (typeof text === 'string' ? [text] : Object.values(text))
const names = text => [...new Set(forms(text).flatMap(form => form.match(/\{\w+\}/g) ?? []))].sort().join(' ')

function sources(folder) {
	return readdirSync(folder, {withFileTypes: true}).flatMap(entry =>
		entry.isDirectory()
			? sources(new URL(`${entry.name}/`, folder))
			: entry.name.endsWith('.js')
				? [readFileSync(new URL(entry.name, folder), 'utf8')]
				: [],
	)
}

test('a word is there in all languages, about the same', () => {
	for (const lang of LANGUAGES) {
		assert.deepEqual(Object.keys(parts[lang]), Object.keys(parts.en), lang)
		for (const [key, text] of Object.entries(parts[lang])) {
			assert.equal(names(text), names(parts.en[key]), `${lang}: ${key}`)
			assert.ok(
				forms(text).every(form => form.trim()),
				`${lang}: ${key} is empty`,
			)
			assert.equal(
				typeof text === 'object',
				typeof parts.en[key] === 'object',
				`${lang}: ${key} has plurals in one language only`,
			)
		}
	}
})

test('charts and views use words that are there, and all of these', () => {
	const text = [...sources(new URL('src/charts/', here)), ...sources(new URL('src/views/', here))].join('\n')
	const used = new Set(text.match(/(?<=')(?:programme|competence|module|place|chart)\.[a-z0-9_]+(?=')/g))
	const begun = [...new Set(text.match(/(?<=`)(?:programme|competence|module|place|chart)\.[a-z_]+(?=\$)/g))]
	for (const key of used) assert.ok(key in parts.en, `${key} is used and not there`)
	for (const key of Object.keys(parts.en))
		assert.ok(used.has(key) || begun.some(start => key.startsWith(start)), `${key} is there and not used`)
})
