// SPDX-License-Identifier: Apache-2.0
// Server-sent events, one connection for all tabs of a browser, which opens six to a server at most: the tab that holds the
// lock listens and tells the others. Where there are no locks (plain HTTP that is not this machine's), each tab listens itself.

const NAME = 'lift-web-events'
const SILENCE_MS = 5000
const RETRY_MS = [500, 1000, 2000, 4000]

/** Listens until `signal` says otherwise; the connection is opened again whatever ended it. */
function listen(url, tell, signal) {
	let source = null
	let timer = 0
	let failures = 0
	let heard = Date.now()

	const open = () => {
		clearTimeout(timer)
		source?.close()
		source = new EventSource(url)
		heard = Date.now()
		source.addEventListener('state', event => {
			heard = Date.now()
			failures = 0
			tell(JSON.parse(event.data))
		})
		source.addEventListener('error', () => {
			source.close()
			tell(null)
			clearTimeout(timer)
			timer = setTimeout(open, RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)])
		})
	}
	// A connection may be dead without an end.
	const watch = setInterval(() => {
		if (Date.now() - heard > 2 * SILENCE_MS)
			open()
	}, SILENCE_MS)

	open()
	signal.addEventListener('abort', () => {
		clearTimeout(timer)
		clearInterval(watch)
		source.close()
	})
}

/**
 * Calls `listener` with each event's data, or null when the connection is lost.
 * @param {string} url
 * @param {(data: object | null) => void} listener
 * @returns {() => void} what ends it
 */
export function shareEvents(url, listener) {
	const end = new AbortController()
	if (!navigator.locks || !('BroadcastChannel' in self)) {
		listen(url, listener, end.signal)
		return () => end.abort()
	}

	const channel = new BroadcastChannel(NAME)
	let heard = Date.now()
	channel.onmessage = event => {
		heard = Date.now()
		listener(event.data)
	}

	const lead = options =>
		navigator.locks
			.request(NAME, options, () => {
				const until = new AbortController()
				const tell = data => {
					heard = Date.now()
					channel.postMessage(data)
					listener(data)
				}
				end.signal.addEventListener('abort', () => until.abort())
				listen(url, tell, until.signal)
				leading = until
				return new Promise(resolve => until.signal.addEventListener('abort', resolve))
			})
			.catch(() => {
				// Another tab has taken it over, or this one has ended before it had it.
				leading?.abort()
				leading = null
				if (!end.signal.aborted)
					lead({signal: end.signal})
			})
	let leading = null
	lead({signal: end.signal})

	// A tab that the browser has put to sleep may hold the lock and tell nothing.
	const watch = setInterval(() => {
		if (!leading && !document.hidden && Date.now() - heard > 2 * SILENCE_MS) {
			heard = Date.now()
			lead({steal: true})
		}
	}, SILENCE_MS)

	return () => {
		end.abort()
		clearInterval(watch)
		channel.close()
	}
}
