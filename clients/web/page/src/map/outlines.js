// SPDX-License-Identifier: Apache-2.0
// Outlines that the operator has given, joined to the catalogue's regions by code or alias.
let asked = null

export function loadOutlines() {
	asked ??= fetch('/api/v1/outlines')
		.then(answer => (answer.ok ? answer.json() : {features: []}))
		.then(({features}) => features)
		.catch(() => {
			asked = null
			return []
		})
	return asked
}

/** @returns {Map<string, object>} code → geometry */
export function joinOutlines(features, regions) {
	const byName = new Map()
	for (const [code, region] of regions.byCode)
		for (const name of [...(region.aliases ?? []), code])
			byName.set(String(name).toLowerCase(), code)
	const joined = new Map()
	for (const {properties, geometry} of features) {
		const code = byName.get(String(properties?.code ?? '').toLowerCase())
		if (code && geometry)
			joined.set(code, geometry)
	}
	return joined
}
