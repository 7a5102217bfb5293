// SPDX-License-Identifier: Apache-2.0
// Which figures a map can show, and the value of one in a region.

/**
 * keys: what is asked for; value(get, headcount) → a number, or null where it is not known; share: it is one of 0 to 1;
 * bad: more of it is worse
 */
const MEASURES = {
	people: {
		learners: {keys: ['learners'], value: get => get('learners') ?? 0},
		active_30d: {keys: ['active_30d'], value: get => get('active_30d') ?? 0},
		learners_share: {keys: ['learners'], share: true, value: (get, headcount) => perHead(get('learners'), headcount), of: 'learners'},
	},
	programme: {
		participants: {keys: ['participants'], value: get => get('participants') ?? 0},
		completed: {keys: ['completed'], value: get => get('completed') ?? 0},
		completion_rate: {keys: ['completion_rate.n', 'completion_rate.of', 'completion_rate.value'], share: true, value: get => get('completion_rate.value') ?? null, rate: 'completion_rate'},
		participants_share: {keys: ['participants'], share: true, value: (get, headcount) => perHead(get('participants'), headcount), of: 'participants'},
		stalled: {keys: ['stalled'], bad: true, value: get => get('stalled') ?? 0},
	},
	competence: {
		holders: {keys: ['holders'], value: get => get('holders') ?? 0},
		coverage: {keys: ['holders', 'coverage.value'], share: true, value: (get, headcount) => get('coverage.value') ?? perHead(get('holders'), headcount), of: 'holders'},
		gap: {bad: true},
		expiring_90d: {keys: ['expiring_90d'], bad: true, value: get => get('expiring_90d') ?? 0},
	},
	module: {
		started: {keys: ['started'], value: get => get('started') ?? 0},
		completed: {keys: ['completed'], value: get => get('completed') ?? 0},
		pass_rate: {keys: ['pass_rate.n', 'pass_rate.of', 'pass_rate.value'], share: true, value: get => get('pass_rate.value') ?? null, rate: 'pass_rate'},
	},
}

const LISTS = {programme: 'programmes', competence: 'competences', module: 'modules'}

function perHead(count, headcount) {
	return headcount ? (count ?? 0) / headcount : null
}

/**
 * What is missing of the requirement that most are missing of: who misses one may be the same as who misses another. Where
 * nobody holds the competence there is no figure, and all that are needed are missing.
 */
export function gapOf(ctx, code, competence) {
	const figure = ctx.figure(code, 'competence', competence.id)
	const needed = ({each, count, where}) => (each ? count * ctx.regions.leaves(code).length : ctx.regions.headcount(code, where))
	const gaps = competence.requirements.map((one, i) => (figure ? ctx.value(figure, `requirements.${i}.gap`) : needed(one))).filter(Number.isFinite)
	return gaps.length ? Math.max(...gaps) : null
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

export const measuresOf = ({kind, thing}) =>
	Object.keys(MEASURES[kind]).filter(name => name !== 'gap' || thing.requirements?.length)

/**
 * What the address asks for, else the learners.
 * @returns {{kind: string, id: string, measure: string, label: string, keys: string[], isShare: boolean, isBad: boolean,
 *   value: (code: string) => number | null, parts: (code: string) => object}}
 */
export function chosen(ctx) {
	const [kind, measure] = (ctx.params.figure ?? '').split('.')
	const subjects = subjectsOf(ctx)
	const subject = subjects.find(one => one.kind === kind && (kind === 'people' || one.id === ctx.params.id)) ?? subjects.find(one => one.kind === kind) ?? subjects[0]
	const names = measuresOf(subject)
	const name = names.includes(measure) ? measure : names[0]
	const how = MEASURES[subject.kind][name]
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
			return how.value ? how.value(getter(code), ctx.regions.headcount(code)) : gapOf(ctx, code, subject.thing)
		},
		/** Of what a share is one: the two numbers. */
		parts: code => {
			const get = getter(code)
			return how.rate ? [get(`${how.rate}.n`), get(`${how.rate}.of`)] : how.of ? [get(how.of) ?? 0, ctx.regions.headcount(code)] : null
		},
	}
}

export function formatOf(ctx, figure) {
	return value => (value === null || value === undefined ? '–' : figure.isShare ? ctx.fmt.percent(value) : ctx.fmt.num(value))
}
