// SPDX-License-Identifier: Apache-2.0
// A real liftd and a real lift-web on a free port, with an autumn of made-up people.
import {execFileSync, spawn} from 'node:child_process'
import {mkdtempSync, openSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join, resolve} from 'node:path'

const PATIENCE_MS = 30000

export const sleep = ms => new Promise(done => setTimeout(done, ms))

/** Waits until something is true, or says what was not. */
export async function until(what, isTrue, patience = PATIENCE_MS) {
	const begun = Date.now()
	for (;;) {
		const value = await isTrue()
		if (value)
			return value
		if (Date.now() - begun > patience)
			throw new Error(`not within ${patience} ms: ${what}`)
		await sleep(50)
	}
}

const freePort = () => new Promise(done => {
	const server = createServer().listen(0, '127.0.0.1', () => {
		const {port} = server.address()
		server.close(() => done(port))
	})
})

/**
 * @param {{build: string, catalogue: string, asOf: string, title: string, simulate?: string[], outlines?: object, plane?: string}} wish
 *   of the open plane there is no release until one is asked for
 */
export async function createWorld({build, catalogue, asOf, title, simulate = [], outlines, plane = 'exact'}) {
	// The path of a socket has 107 bytes at most.
	const dir = mkdtempSync('/tmp/lift-page.')
	const file = name => join(dir, name)
	const bin = name => resolve(build, name)
	const run = file('run')
	const port = await freePort()
	const running = {}
	writeFileSync(file('liftd.yaml'), `state: ${file('state')}
runtime: ${run}
catalogue: ${catalogue}
as_of: ${asOf}
${plane === 'open' ? 'open: {every: quarter}\n' : ''}audiences:
  - name: default
    plane: ${plane}
    regions: [all]
    publish: ["ipc://${run}/publish"]
    snapshot: ["ipc://${run}/snapshot"]
    ask: ["ipc://${run}/ask"]
`)
	if (outlines)
		writeFileSync(file('outlines.geojson'), JSON.stringify(outlines))
	writeFileSync(file('lift-web.yaml'), `listen: 127.0.0.1:${port}
publish: ipc://${run}/publish
snapshot: ipc://${run}/snapshot
ask: ipc://${run}/ask
page: ${resolve(build, 'page')}
title: ${title}
${outlines ? `outlines: ${file('outlines.geojson')}\n` : ''}`)
	const env = {...process.env, LIFT_CONFIG: file('liftd.yaml')}
	const lift = (...args) => execFileSync(bin('lift'), args, {env, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe']})

	function start(name, ready) {
		const log = openSync(file(`${name}.log`), 'a')
		running[name] = spawn(bin(name), ['--config', file(`${name}.yaml`)], {stdio: ['ignore', log, log]})
		running[name].ended = new Promise(done => running[name].on('exit', done))
		return until(`${name} is ready: ${file(`${name}.log`)}`, () => {
			if (running[name].exitCode !== null)
				throw new Error(`${name} has ended: ${readFileSync(file(`${name}.log`), 'utf8')}`)
			return ready()
		})
	}

	async function stop(name, signal = 'SIGTERM') {
		const child = running[name]
		delete running[name]
		if (!child)
			return
		child.kill(signal)
		await child.ended
	}

	const url = `http://127.0.0.1:${port}`
	const world = {
		url, dir, lift, stop,
		startLiftd: () => start('liftd', () => {
			try {
				return lift('status')
			} catch {
				return false
			}
		}),
		startWeb: () => start('lift-web', async () => (await fetch(`${url}/api/v1/state`).catch(() => ({}))).ok),
		/** Events as a platform has them, as CSV. */
		publish(rows) {
			const csv = file('events.csv')
			writeFileSync(csv, `type,time,learner,module,region\n${rows.map(row => `${row.join(',')}\n`).join('')}`)
			return lift('publish', '--source', 'page-test', csv)
		},
		/** Another configuration of liftd, from the next start on. */
		configure: change => writeFileSync(file('liftd.yaml'), change(readFileSync(file('liftd.yaml'), 'utf8'))),
		release: () => lift('releases', '--now', '--yes'),
		/** What `lift export` says, by `kind/id/region`. */
		exported(...args) {
			const figures = lift('export', ...args).split('\n').filter(Boolean).map(line => JSON.parse(line))
			return new Map(figures.map(({region, kind, id, metrics, ...rest}) => [`${kind}/${id}/${region}`, metrics ?? rest]))
		},
		async end() {
			await stop('lift-web')
			await stop('liftd')
			rmSync(dir, {recursive: true, force: true})
		},
	}
	await world.startLiftd()
	lift('simulate', ...simulate, catalogue)
	await world.startWeb()
	return world
}
