// SPDX-License-Identifier: Apache-2.0
// Which figures a map can show, and the value of one in a region.

const perHead = (n, headcount) => (headcount && n !== null ? n / headcount : null)
/** What is absent is 0, but in the open plane not known. */
const count = key => ({keys: [key], value: (get, headcount, none) => get(key) ?? none})
const rate = key => ({keys: [`${key}.n`, `${key}.of`, `${key}.value`], share: true, value: get => get(`${key}.value`) ?? null, rate: key})
const shareOfStaff = key => ({keys: [key], share: true, value: (get, headcount, none) => perHead(get(key) ?? none, headcount), of: key})

/**
 * keys: what is asked for; value(get, headcount) → a number, or null where it is not known; share: it is one of 0 to 1;
 * bad: more of it is worse
 */
const MEASURES = {
	people: {
		learners: count('learners'),
		active_30d: {...count('active_30d'), isExact: true},
		learners_share: shareOfStaff('learners'),
	},
	programme: {
		participants: count('participants'),
		completed: count('completed'),
		completion_rate: rate('completion_rate'),
		participants_share: shareOfStaff('participants'),
		stalled: {...count('stalled'), bad: true, isExact: true},
	},
	competence: {
		holders: count('holders'),
		coverage: shareOfStaff('holders'),
		gap: {bad: true},
		expiring_90d: {...count('expiring_90d'), bad: true, isExact: true},
	},
	module: {
		started: count('started'),
		completed: count('completed'),
		pass_rate: rate('pass_rate'),
	},
}

const LISTS = {programme: 'programmes', competence: 'competences', module: 'modules'}

/**
 * What is missing of the requirement that most are missing of: who misses one may be the same as who misses another. Where
 * nobody holds the competence there is no figure, and all that are needed are missing.
 */
export function gapOf(ctx, code, competence) {
	const figure = ctx.figure(code, 'competence', competence.id)
	const needed = ({each, count: some, where}) => (each ? some * ctx.regions.leaves(code).length : ctx.regions.headcount(code, where))
	if (!figure && ctx.isOpen)
		return null
	const gaps = competence.requirements.map((one, i) => (figure ? ctx.value(figure, `requirements.${i}.gap`) : needed(one)))
	const known = gaps.filter(Number.isFinite)
	return known.length ? Math.max(...known) : null
}

const gapKeys = competence => competence.requirements.map((_, i) => `requirements.${i}.gap`)

/** The subjects that there are, and the measures of each. */
export function subjectsOf(ctx) {
	const subjects = [{kind: 'people', id: 'all', label: ctx.t('figure.people')}]
	for (const kind of ['programme', 'competence', 'module'])
		for (const one of ctx.catalogue[LISTS[kind]] ?? [])
			subjects.push({kind, id: one.id, label: ctx.label(one), thing: one})
	return subjects
}

export const measuresOf = (ctx, {kind, thing}) =>
	Object.keys(MEASURES[kind]).filter(name => (name !== 'gap' || thing.requirements?.length) && !(ctx.isOpen && MEASURES[kind][name].isExact))

/**
 * What the address asks for, else the learners.
 * @returns {{kind: string, id: string, measure: string, label: string, keys: string[], isShare: boolean, isBad: boolean,
 *   value: (code: string) => number | null, parts: (code: string) => object}}
 */
export function chosen(ctx) {
	const [kind, measure] = (ctx.params.figure ?? '').split('.')
	const subjects = subjectsOf(ctx)
	const ofKind = subjects.filter(one => one.kind === kind)
	const subject = ofKind.find(one => kind === 'people' || one.id === ctx.params.id) ?? ofKind[0] ?? subjects[0]
	const names = measuresOf(ctx, subject)
	const name = names.includes(measure) ? measure : names[0]
	const how = MEASURES[subject.kind][name]
	const none = ctx.isOpen ? null : 0
	const getter = code => {
		const figure = ctx.figure(code, subject.kind, subject.id)
		return path => ctx.value(figure, path)
	}
	return {
		...subject,
		measure: name,
		rate: how.rate,
		of: how.of,
		keys: how.keys ?? gapKeys(subject.thing),
		isShare: Boolean(how.share),
		isBad: Boolean(how.bad),
		get: getter,
		value: code => {
			if (ctx.loading && !ctx.figure(code, subject.kind, subject.id))
				return null
			return how.value ? how.value(getter(code), ctx.regions.headcount(code), none) : gapOf(ctx, code, subject.thing)
		},
		/** Of what a share is one: the two numbers. */
		parts: code => {
			const get = getter(code)
			if (how.rate)
				return [get(`${how.rate}.n`), get(`${how.rate}.of`)]
			return how.of ? [get(how.of) ?? none, ctx.regions.headcount(code)] : null
		},
	}
}

export function formatOf(ctx, figure) {
	return value => (value === null || value === undefined ? '–' : figure.isShare ? ctx.fmt.percent(value) : ctx.fmt.num(value))
}

const CODES_MAX = 40

/** What is asked for of some regions: a long list is no address, so all of them, then. */
export function queryOf({kind, id, keys}, codes) {
	return {region: codes.length <= CODES_MAX ? codes : undefined, kind, id, keys}
}
