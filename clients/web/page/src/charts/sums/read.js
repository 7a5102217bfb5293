// SPDX-License-Identifier: Apache-2.0
// Reading figures: what is absent is zero, and a rate of nothing is nothing.

/**
 * What stands at a dotted path, in the nested form of a metric or in the flat one that `keys` give.
 * @param {object|null|undefined} figure {metrics}, or undefined where nobody counts
 * @param {string} path such as `completion_rate.value`
 */
export function read(figure, path) {
	const metrics = figure?.metrics
	if (!metrics)
		return undefined
	if (Object.hasOwn(metrics, path))
		return metrics[path]
	let here = metrics
	const parts = path.split('.')
	for (let i = 0; i < parts.length; i++) {
		if (here === null || typeof here !== 'object' || !Object.hasOwn(here, parts[i]))
			return undefined
		here = here[parts[i]]
		// A flat key may be the beginning of the path: `by` was asked for, `by.role` is read.
		const rest = parts.slice(i + 1).join('.')
		if (rest && here !== null && typeof here === 'object' && Object.hasOwn(here, rest))
			return here[rest]
	}
	return here
}

/** A count: absent is zero. */
export function count(figure, path) {
	return read(figure, path) ?? 0
}

/** The same in the open plane, where absent is not known: null. */
export function known(figure, path) {
	return read(figure, path) ?? null
}

/** A list: absent is empty. */
export function list(figure, path) {
	return read(figure, path) ?? []
}

/** {n, of, value}, or null where it is not known or of nothing. */
export function rate(figure, path) {
	const whole = read(figure, path)
	if (whole && typeof whole === 'object')
		return whole.of === null || whole.of === undefined ? null : whole
	const n = read(figure, `${path}.n`)
	const of = read(figure, `${path}.of`)
	if (n === undefined || of === undefined || of === null)
		return null
	return {n, of, value: of > 0 ? n / of : null}
}

/** n of `of`, where there is something to be a part of. */
export function part(n, of) {
	return of > 0 && n !== null && n !== undefined ? n / of : null
}
