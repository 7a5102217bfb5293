// SPDX-License-Identifier: Apache-2.0
// Debian's chromium, driven from here: pages that notice what goes wrong in them, and pictures of them.
import {mkdirSync} from 'node:fs'
import {createRequire} from 'node:module'
import {join} from 'node:path'
import {chromium} from 'playwright-core'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

export const SIZES = {desktop: {width: 1280, height: 900}, tablet: {width: 820, height: 1100}, telephone: {width: 360, height: 740}}

export async function openBrowser(shots) {
	mkdirSync(shots, {recursive: true})
	let browser
	for (const executablePath of PATHS)
		try {
			browser = await chromium.launch({executablePath, args: ['--no-sandbox', '--force-color-profile=srgb']})
			break
		} catch {
			continue
		}
	if (!browser)
		return null
	const faults = []

	/** A browser of its own: nothing is kept from another. */
	async function openContext({size = 'desktop', dark = false, lang = 'en-GB', ...options} = {}) {
		const context = await browser.newContext({viewport: SIZES[size], colorScheme: dark ? 'dark' : 'light', locale: lang, reducedMotion: 'reduce', ...options})
		context.on('page', page => {
			page.on('pageerror', fault => faults.push(`${page.url()}: ${fault.message}`))
			page.on('console', message => {
				// That nobody answers for a while is a test's own doing.
				if (message.type() === 'error' && !/Failed to load resource|net::ERR/.test(message.text()))
					faults.push(`${page.url()}: ${message.text()}`)
			})
			page.on('request', request => {
				if (!request.url().startsWith('http://127.0.0.1') && !request.url().startsWith('data:'))
					faults.push(`${page.url()}: asks ${request.url()}`)
			})
		})
		return context
	}

	async function openPage(url, options) {
		const context = await openContext(options)
		const page = await context.newPage()
		await page.goto(url)
		await isDrawn(page)
		return page
	}

	const kept = new Map()

	/** As openPage, in a page that is kept for the next of these options. */
	async function visit(url, options = {}) {
		const key = JSON.stringify(options)
		if (!kept.has(key))
			kept.set(key, await openContext(options).then(context => context.newPage()))
		await kept.get(key).goto(url)
		await isDrawn(kept.get(key))
		return kept.get(key)
	}

	return {
		faults, openContext, openPage, visit,
		shoot: (page, name, options = {}) => page.screenshot({path: join(shots, `${name}.png`), fullPage: true, ...options}),
		close: () => browser.close(),
	}
}

/** All that the address asks for is there. */
export async function isDrawn(page) {
	await page.waitForFunction(() => {
		const main = document.querySelector('#main')
		const sheet = main?.querySelector('.sheet')
		return main && main.getAttribute('aria-busy') === 'false' && !main.querySelector('.pulse') && (!sheet || sheet.querySelector('svg.map, .region-cards'))
	}, null, {timeout: 60000})
}

/** What a page does against WCAG 2.2 AA, in sentences. */
export async function violations(page) {
	// The page's policy lets in no script but its own: the browser's own door stands outside of it.
	const source = await import('node:fs').then(({readFileSync}) => readFileSync(AXE, 'utf8'))
	await page.evaluate(source)
	const {violations: found} = await page.evaluate(rules => globalThis.axe.run(document, {runOnly: {type: 'tag', values: rules}}), RULES)
	return found.map(({id, help, nodes}) => `${id}: ${help}: ${nodes.slice(0, 3).map(({html, failureSummary}) => `${html.slice(0, 200)} (${(failureSummary ?? '').replace(/\s+/g, ' ').slice(0, 300)})`).join(' | ')}`)
}
