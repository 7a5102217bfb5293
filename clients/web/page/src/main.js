// SPDX-License-Identifier: Apache-2.0
// The page: what the address says is shown, of what lift-web has, and again whenever one of them changes.
import {render} from 'lit-html'
import {createClient} from './api.js'
import {createContext, indexCatalogue} from './ctx.js'
import {createRouter, readParams} from './router.js'
import {shell, waiting} from './shell/shell.js'
import {createStore} from './store.js'
import {loadWords} from './languages.js'
import {chooseLanguage} from './words.js'
import * as map from './views/map.js'

const LAZY = {
	programme: () => import('./views/programme.js'),
	competence: () => import('./views/competence.js'),
	module: () => import('./views/module.js'),
	place: () => import('./views/place.js'),
	about: () => import('./views/about.js'),
}

const root = document.getElementById('page')
const views = {map}
const spoken = {}
let index = null
let params = readParams()
let isQueued = false
let turns = 0
let version = null // of the lift-web that the page came from

const language = () => chooseLanguage([params.lang, store.state?.language, ...navigator.languages])

/** What is there to show now: with the first call of many in one go. */
function update() {
	if (isQueued)
		return
	isQueued = true
	queueMicrotask(() => {
		isQueued = false
		draw()
	})
}

/** A part of the page is not to be had: lift-web is away, or a newer one, whose parts have other names. */
function partIsMissing() {
	if (store.isConnected && store.state.version !== version)
		location.reload()
	else
		setTimeout(update, 2000)
}

function draw() {
	const lang = language()
	if (!spoken[lang]) {
		loadWords(lang).then(words => {
			spoken[lang] = words
			update()
		})
		return
	}
	document.documentElement.lang = lang
	if (!store.state || !store.catalogue) {
		render(waiting(lang, spoken[lang], store.fault), root)
		return
	}
	index ??= indexCatalogue(store.catalogue)
	version ??= store.state.version
	const name = Object.hasOwn(LAZY, params.view) ? params.view : 'map'
	if (!views[name])
		LAZY[name]().then(view => {
			views[name] = view
			update()
		}, partIsMissing)
	const ctx = createContext({store, index, params: {...params, view: name}, lang, words: spoken[lang], go: router.go})
	ctx.refresh = update
	const turn = ++turns
	Promise.resolve(views[name]?.load?.(ctx) ?? []).then(queries => {
		if (turn !== turns)
			return
		const {day} = ctx
		store.show([...shell.queries(ctx), ...queries].map(query => (day ? {...query, day} : query)))
		ctx.loading = store.isLoading()
		ctx.version = store.version
		render(shell(ctx, store, views[name]), root)
	})
}

const store = createStore(createClient(), update)
store.onCatalogue = () => {
	index = null
}
const router = createRouter(({keep}) => {
	const before = params
	params = readParams()
	update()
	// Another view or place is read from its beginning.
	if (!keep && before.view !== params.view)
		scrollTo(0, 0)
})

update()
store.begin().then(update)
// "3 minutes ago" grows older by itself.
setInterval(() => document.hidden || update(), 30000)
