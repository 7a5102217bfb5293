// SPDX-License-Identifier: Apache-2.0
// node build.mjs OUT: the page as lift-web serves it: index.html, and assets whose names change with what is in them.
// It stands beside node_modules and a copy of the sources when it runs: see the Makefile.
import {build} from 'esbuild'
import {createHash} from 'node:crypto'
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {basename, dirname, join, resolve} from 'node:path'
import {fileURLToPath} from 'node:url'
import {gzipSync} from 'node:zlib'
import {cutCoast} from './coast.mjs'

const LANGUAGES = ['nb', 'sv', 'da', 'en']
const out = resolve(process.argv[2])
const source = dirname(fileURLToPath(import.meta.url))
const modules = join(source, 'node_modules')
const assets = join(out, 'assets')

/** A language is one file for who writes it or several, and one for who reads it. */
function mergeWords(lang) {
	const folders = [join(source, 'words'), join(source, 'words', 'parts')]
	const words = {}
	for (const folder of folders)
		for (const name of readdirSync(folder).filter(one => one === `${lang}.json` || one.endsWith(`.${lang}.json`)))
			for (const [key, text] of Object.entries(JSON.parse(readFileSync(join(folder, name), 'utf8')))) {
				if (key in words)
					throw new Error(`${name}: ${key} is there twice`)
				words[key] = text
			}
	return words
}

const words = Object.fromEntries(LANGUAGES.map(lang => [lang, mergeWords(lang)]))
for (const lang of LANGUAGES) {
	const missing = Object.keys(words.en).filter(key => !(key in words[lang]))
	const more = Object.keys(words[lang]).filter(key => !(key in words.en))
	if (missing.length || more.length)
		throw new Error(`words, ${lang}: missing ${missing.join(', ') || 'nothing'}; not in English: ${more.join(', ') || 'nothing'}`)
}

const wordFiles = {
	name: 'words',
	setup({onResolve, onLoad}) {
		onResolve({filter: /\/words\/(nb|sv|da|en)\.json$/}, ({path}) => ({path: basename(path, '.json'), namespace: 'words'}))
		onLoad({filter: /.*/, namespace: 'words'}, ({path}) => ({contents: JSON.stringify(words[path]), loader: 'json'}))
	},
}

function asset(name, ending, text) {
	const hash = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase()
	writeFileSync(join(assets, `${name}-${hash}.${ending}`), text)
	return `/assets/${name}-${hash}.${ending}`
}

rmSync(out, {recursive: true, force: true})
mkdirSync(assets, {recursive: true})
const coast = asset('coast', 'json', JSON.stringify(cutCoast(JSON.parse(readFileSync(join(modules, 'world-atlas', 'countries-10m.json'), 'utf8')))))

const {metafile} = await build({
	entryPoints: {page: join(source, 'src', 'main.js'), style: join(source, 'style', 'page.css')},
	entryNames: '[name]-[hash]',
	chunkNames: '[name]-[hash]',
	outdir: assets,
	bundle: true,
	splitting: true,
	format: 'esm',
	target: ['es2022', 'safari16', 'chrome105', 'firefox105'],
	minify: true,
	charset: 'utf8',
	legalComments: 'none',
	define: {COAST_URL: JSON.stringify(coast)},
	plugins: [wordFiles],
	absWorkingDir: source,
	metafile: true,
	logLevel: 'warning',
})

const entry = ending => basename(Object.keys(metafile.outputs).find(name => metafile.outputs[name].entryPoint && name.endsWith(ending) && /\/(page|style)-/.test(name)))
const script = entry('.js')
const shared = Object.entries(metafile.outputs).find(([name]) => basename(name) === script)[1].imports.filter(({kind}) => kind === 'import-statement')
const preloads = shared.map(({path}) => `<link rel="modulepreload" href="/assets/${basename(path)}">`)
writeFileSync(join(out, 'index.html'), readFileSync(join(source, 'index.html'), 'utf8')
	.replace('@STYLE@', `/assets/${entry('.css')}`).replace('@SCRIPT@', `/assets/${script}`).replace('@PRELOADS@\n', preloads.map(line => `${line}\n`).join('')))
writeFileSync(join(out, 'licenses.txt'), licenses())

for (const name of ['index.html', ...readdirSync(assets).map(one => join('assets', one))])
	writeFileSync(join(out, `${name}.gz`), gzipSync(readFileSync(join(out, name)), {level: 9}))

/** Whose work is in the page: their licences ask to be named. */
function licenses() {
	const used = new Set(Object.keys(metafile.inputs).map(name => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(name)?.[1]).filter(Boolean))
	return [...used, 'world-atlas', 'topojson-client'].sort().map(name => {
		const {version, license} = JSON.parse(readFileSync(join(modules, name, 'package.json'), 'utf8'))
		const file = readdirSync(join(modules, name)).find(one => /^licen[cs]e/i.test(one))
		return `${name} ${version}: ${license}\n\n${file ? readFileSync(join(modules, name, file), 'utf8') : ''}\n`
	}).join(`${'-'.repeat(72)}\n`)
}
