/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/contribution.h"

#include <stdlib.h>

#include "daemon/catalogue/subject.h"
#include "daemon/learner/months.h"
#include "daemon/learner/states.h"
#include "proto/grow.h"

/* A module of the learner's belongs to a programme, or grants a competence. */
struct belonging {
	uint32_t of;	 /* the programme or competence */
	uint32_t module; /* of the standings */
	uint32_t grant;	 /* of the module's */
};

struct folding {
	struct standings standings;
	struct programme_state programme;
	struct competence_state competence;
	struct months months; /* none between two subjects */
	struct belonging *belongings;
	size_t n_belongings, room_belongings;
	uint32_t *from; /* regions of facts, ascending: none between two subjects */
	size_t n_from, room_from;
	uint32_t hours[HOURS];	/* facts by hour of the week: all 0 between two subjects */
	uint64_t hours_used[3]; /* a bit for each hour that is not */
};

/* A contribution being written: the counts of a subject come in order of keys. */
struct writing {
	struct contribution *to;
	struct folding *folding;
	const struct catalogue *catalogue;
	const struct learner *learner;
	const struct profiles *profiles;
	int64_t until;
	struct learner_profile latest;
	const struct learner_profile *profile; /* of the subject */
	uint32_t subject;
	bool sorted; /* programmes may count their learners at another home */
	int err;
};

void contribution_free(struct contribution *contribution)
{
	struct folding *folding = contribution->folding;

	if (folding) {
		standings_free(&folding->standings);
		programme_state_free(&folding->programme);
		competence_state_free(&folding->competence);
		months_free(&folding->months);
		free(folding->belongings);
		free(folding->from);
		free(folding);
	}
	free(contribution->items);
	*contribution = (struct contribution){ 0 };
}

/* Counts. */

static void write_count(struct writing *writing, enum facet facet, uint32_t part, uint64_t bucket,
			int64_t n)
{
	struct contribution *to = writing->to;
	struct tally_key key = { .home = writing->profile->home,
				 .subject = writing->subject,
				 .facet = facet,
				 .part = part,
				 .bucket = bucket };

	if (n == 0)
		return;
	if (to->n == to->room && grow(&to->items, &to->room, to->n + 1, sizeof(*to->items)) != 0) {
		writing->err = LIFT_E_MEMORY;
		return;
	}
	if (to->n > 0 && tally_compare(&to->items[to->n - 1].key, &key) > 0)
		writing->sorted = false;
	to->items[to->n++] = (struct tally){ key, n };
}

/* On the local day of a fact, if it ever came. */
static void write_day(struct writing *writing, enum facet facet, const struct standing *fact)
{
	if (fact)
		write_count(writing, facet, 0, (uint32_t)fact->day, 1);
}

/* The value of each dimension. */
static void write_by(struct writing *writing, enum facet facet, bool counts)
{
	for (uint32_t d = 0; counts && d < writing->catalogue->n_dimensions; d++)
		write_count(writing, facet, tally_by(d, writing->profile->values[d]), 0, 1);
}

static void add_hour(struct folding *folding, const struct standing *fact)
{
	folding->hours[fact->hour]++;
	folding->hours_used[fact->hour / 64] |= UINT64_C(1) << fact->hour % 64;
}

/* And begin anew. */
static void write_hours(struct writing *writing)
{
	struct folding *folding = writing->folding;

	for (uint32_t i = 0; i < 3; i++)
		for (; folding->hours_used[i];
		     folding->hours_used[i] &= folding->hours_used[i] - 1) {
			uint32_t hour = 64 * i + (uint32_t)__builtin_ctzll(folding->hours_used[i]);

			write_count(writing, FACET_HOURS, 0, hour, folding->hours[hour]);
			folding->hours[hour] = 0;
		}
}

/* What a fact that counts adds to the figures of time: presence is no enrolment. */
static void add_time(struct writing *writing, const struct standing *fact)
{
	if (fact->type == EVENT_ENROLLED)
		return;
	add_hour(writing->folding, fact);
	if (fact->type == EVENT_ATTENDED && !writing->err)
		writing->err = months_add(&writing->folding->months, fact);
}

/* METRICS 4: each learner's minutes of a month down to whole hours, then summed. */
static void write_months(struct writing *writing)
{
	const struct months *months = &writing->folding->months;

	for (size_t i = 0; i < months->n; i++)
		write_count(writing, FACET_MONTH_LEARNERS, 0, (uint32_t)months->items[i].month, 1);
	for (size_t i = 0; i < months->n; i++)
		write_count(writing, FACET_MONTH_MINUTES, 0, (uint32_t)months->items[i].month,
			    months->items[i].minutes);
	for (size_t i = 0; i < months->n; i++)
		write_count(writing, FACET_MONTH_HOURS, 0, (uint32_t)months->items[i].month,
			    months->items[i].minutes / 60);
}

/* The minutes under the value of each dimension; and begin anew. */
static void write_by_minutes(struct writing *writing)
{
	struct months *months = &writing->folding->months;
	int64_t minutes = months_minutes(months);

	for (uint32_t d = 0; minutes && d < writing->catalogue->n_dimensions; d++)
		write_count(writing, FACET_BY_MINUTES, tally_by(d, writing->profile->values[d]), 0,
			    minutes);
	months->n = 0;
}

/* Who is enrolled, and of those admitted who has not started. */
static void write_enrolment(struct writing *writing, enum event_state state, bool started)
{
	if (state != STATE_NONE)
		write_count(writing, FACET_ENROLLED, state, 0, 1);
	write_count(writing, FACET_NOT_STARTED, 0, 0, state == STATE_ADMITTED && !started);
}

/* Where facts come from. */

static int add_from(struct folding *folding, uint32_t region)
{
	size_t at = folding->n_from;

	while (at > 0 && folding->from[at - 1] > region)
		at--;
	if (at > 0 && folding->from[at - 1] == region)
		return 0;
	if (grow(&folding->from, &folding->room_from, folding->n_from + 1,
		 sizeof(*folding->from)) != 0)
		return LIFT_E_MEMORY;
	memmove(folding->from + at + 1, folding->from + at,
		(folding->n_from - at) * sizeof(*folding->from));
	folding->from[at] = region;
	folding->n_from++;
	return 0;
}

/* The first fact of a module, or of one after it. */
static const struct fact *find_module(const struct learner *learner, uint32_t module)
{
	size_t low = 0, high = learner->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (learner->facts[middle].module < module)
			low = middle + 1;
		else
			high = middle;
	}
	return learner->facts + low;
}

/* The regions that the facts of a module came with, but for the home: of one who has never moved
 * there are none. Voidings, too, are what figures stand on. */
static void add_regions(struct writing *writing, uint32_t module)
{
	const struct fact *end = writing->learner->facts + writing->learner->n;

	if (!writing->latest.moved)
		return;
	for (const struct fact *fact = find_module(writing->learner, module);
	     fact < end && fact->module == module && !writing->err; fact++) {
		uint32_t region = writing->profiles->items[fact->profile]->home;

		if (fact->time < writing->until && region != writing->profile->home)
			writing->err = add_from(writing->folding, region);
	}
}

/* And begin anew; where the subject does not count, they are not written. */
static void write_from(struct writing *writing, bool counts)
{
	struct folding *folding = writing->folding;

	for (size_t i = 0; counts && i < folding->n_from; i++)
		write_count(writing, FACET_FROM, 0, folding->from[i], 1);
	folding->n_from = 0;
}

/* Modules. */

static void write_scores(struct writing *writing, const struct module_state *state)
{
	if (state->best != NO_SCORE) {
		write_count(writing, FACET_SCORE, 0, (uint32_t)state->best / 100, 1);
		write_count(writing, FACET_SCORE_SUM, 0, 0, state->best);
	}
	if (state->completed)
		write_count(writing, FACET_TOOK, 0,
			    (uint64_t)((state->completed->time - state->started->time) / DAY_MS),
			    1);
	if (state->gain != NO_SCORE) {
		write_count(writing, FACET_GAIN, 0, 0, 1);
		write_count(writing, FACET_GAIN_SUM, 0, 0, state->gain);
	}
}

/* Of who has done something. */
static void write_started(struct writing *writing, const struct module_state *state)
{
	write_day(writing, FACET_STARTED, state->started);
	write_day(writing, FACET_COMPLETED, state->completed);
	write_day(writing, FACET_PASSED, state->passed);
	write_count(writing, FACET_WITHDRAWN, 0, 0, state->withdrawn);
	write_count(writing, FACET_ASSESSED, 0, 0, state->attempts > 0);
	write_count(writing, FACET_PASSED_FIRST, 0, 0, state->passed_first);
	write_count(writing, FACET_ATTEMPTS, 0, 0, state->attempts);
	write_scores(writing, state);
	write_day(writing, FACET_LAST, state->last);
	if (!state->completed && !state->withdrawn)
		write_day(writing, FACET_OPEN, state->last);
	write_hours(writing);
	write_months(writing);
}

static void write_module(struct writing *writing, const struct module_state *state)
{
	if (state->started)
		write_started(writing, state);
	write_enrolment(writing, state->enrolment, state->started);
	write_by(writing, FACET_BY_STARTED, state->started);
	write_by(writing, FACET_BY_COMPLETED, state->completed);
	write_by(writing, FACET_BY_PASSED, state->passed);
	write_by_minutes(writing);
}

/* Each module, and the last fact in one that counts; NULL where none does. */
static const struct standing *write_modules(struct writing *writing)
{
	const struct standings *standings = &writing->folding->standings;
	struct module_state state;
	const struct standing *last = NULL;

	writing->profile = &writing->latest;
	for (size_t i = 0; i < standings->n_modules; i++) {
		const struct standing_module *module = &standings->modules[i];
		const struct standing *first = standings->facts + module->first;
		const struct standing *end = standings->facts + module->end;

		if (!module_fold(first, end, &state))
			continue;
		writing->subject = subject_of(KIND_MODULE, module->module);
		for (const struct standing *fact = first; state.started && fact < end; fact++)
			add_time(writing, fact);
		write_module(writing, &state);
		add_regions(writing, module->module);
		write_from(writing, true);
		if (state.started && (!last || state.last->time > last->time))
			last = state.last;
	}
	return last;
}

/* What modules belong to. */

static int add_belonging(struct folding *folding, uint32_t of, uint32_t module, uint32_t grant)
{
	if (grow(&folding->belongings, &folding->room_belongings, folding->n_belongings + 1,
		 sizeof(*folding->belongings)) != 0)
		return LIFT_E_MEMORY;
	folding->belongings[folding->n_belongings++] = (struct belonging){ of, module, grant };
	return 0;
}

static int add_programmes(struct folding *folding, const struct module *module, uint32_t i)
{
	int err = 0;

	for (uint32_t p = 0; p < module->n_programmes && !err; p++)
		err = add_belonging(folding, module->programmes[p], i, 0);
	return err;
}

static int add_competences(struct folding *folding, const struct module *module, uint32_t i)
{
	int err = 0;

	for (uint32_t g = 0; g < module->n_grants && !err; g++)
		err = add_belonging(folding, module->grants[g].competence, i, g);
	return err;
}

static int compare_belongings(const void *a, const void *b)
{
	const struct belonging *x = a, *y = b;

	if (x->of != y->of)
		return x->of < y->of ? -1 : 1;
	if (x->module != y->module)
		return x->module < y->module ? -1 : 1;
	return (x->grant > y->grant) - (x->grant < y->grant);
}

/* Write each programme or competence, in order, from all its belongings. */
static void write_each(struct writing *writing,
		       int (*add)(struct folding *folding, const struct module *module, uint32_t i),
		       int (*write)(struct writing *writing, const struct belonging *first,
				    const struct belonging *end))
{
	struct folding *folding = writing->folding;
	const struct belonging *end, *next;

	folding->n_belongings = 0;
	for (uint32_t i = 0; i < folding->standings.n_modules && !writing->err; i++)
		writing->err =
			add(folding,
			    &writing->catalogue->modules[folding->standings.modules[i].module], i);
	if (!folding->n_belongings)
		return;
	end = folding->belongings + folding->n_belongings;
	qsort(folding->belongings, folding->n_belongings, sizeof(*folding->belongings),
	      compare_belongings);
	for (const struct belonging *m = folding->belongings; m < end && !writing->err; m = next) {
		int err;

		for (next = m; next < end && next->of == m->of; next++)
			;
		err = write(writing, m, next);
		if (err)
			writing->err = err;
	}
}

/* The standing facts of a belonging's module. */
static void facts_of(const struct folding *folding, const struct belonging *belonging,
		     const struct standing **ret_first, const struct standing **ret_end)
{
	const struct standings *standings = &folding->standings;
	const struct standing_module *module = &standings->modules[belonging->module];

	*ret_first = standings->facts + module->first;
	*ret_end = standings->facts + module->end;
}

/* Programmes. */

/* What one learner adds to a target. */
static int64_t target_adds(const struct programme_state *state, const struct months *months,
			   const struct target *target)
{
	switch (target->measure) {
	case MEASURE_COMPLETED:
		return state->participant && state->completed;
	case MEASURE_ADMITTED:
		return state->enrolment == STATE_ADMITTED;
	case MEASURE_HOURS:
		return months_hours(months);
	default:
		return state->participant;
	}
}

static void write_targets(struct writing *writing, const struct programme_state *state)
{
	for (uint32_t i = 0; i < state->programme->n_targets; i++) {
		const struct target *target = &state->programme->targets[i];

		if (where_holds(&target->where, state->profile.values))
			write_count(writing, FACET_TARGET, i, 0,
				    target_adds(state, &writing->folding->months, target));
	}
}

/* The values at entry that are others now. */
static void write_moves(struct writing *writing, const struct programme_state *state)
{
	if (state->programme->profile == PROFILE_UNSAID)
		return;
	for (uint32_t d = 0; d < writing->catalogue->n_dimensions; d++) {
		uint32_t from = state->entry.values[d], to = writing->latest.values[d];

		write_count(writing, FACET_MOVED, d, tally_move(from, to), from != to);
	}
}

static void write_participant(struct writing *writing, const struct programme_state *state)
{
	int64_t nominal = 0;

	write_day(writing, FACET_STARTED, state->first);
	write_day(writing, FACET_COMPLETED, state->completed);
	write_count(writing, FACET_WITHDRAWN, 0, 0, state->withdrawn);
	write_day(writing, FACET_LAST, state->last);
	if (!state->completed && !state->withdrawn)
		write_day(writing, FACET_OPEN, state->last);
	for (size_t i = 0; i < state->n_facts; i++)
		add_time(writing, state->facts[i]);
	write_hours(writing);
	write_months(writing);
	for (size_t i = 0; i < state->n_done; i++)
		nominal += writing->catalogue->modules[state->done[i].module].minutes;
	write_count(writing, FACET_NOMINAL, 0, 0, nominal);
}

static void write_programme_state(struct writing *writing, const struct programme_state *state)
{
	bool completed = state->participant && state->completed;

	if (state->participant)
		write_participant(writing, state);
	write_enrolment(writing, state->enrolment, state->participant);
	if (state->participant)
		write_moves(writing, state);
	write_targets(writing, state);
	write_by(writing, FACET_BY_STARTED, state->participant);
	write_by(writing, FACET_BY_COMPLETED, completed);
	write_by_minutes(writing);
}

static int write_programme(struct writing *writing, const struct belonging *first,
			   const struct belonging *end)
{
	const struct participant of = { writing->catalogue, writing->learner, writing->profiles,
					writing->until, &writing->latest };
	struct programme_state *state = &writing->folding->programme;
	const struct standing *fact, *facts_end;
	int err = programme_begin(state, &of, &writing->catalogue->programmes[first->of]);

	for (const struct belonging *b = first; b < end && !err; b++) {
		facts_of(writing->folding, b, &fact, &facts_end);
		err = programme_add(state, writing->folding->standings.modules[b->module].module,
				    fact, facts_end);
	}
	if (err || !programme_end(state))
		return err;
	writing->subject = subject_of(KIND_PROGRAMME, first->of);
	writing->profile = &state->profile;
	write_programme_state(writing, state);
	for (const struct belonging *b = first; b < end; b++)
		add_regions(writing, writing->folding->standings.modules[b->module].module);
	write_from(writing, true);
	writing->profile = &writing->latest;
	return 0;
}

/* Competences. */

/* Each run of days with a level low..high; the parts of the first one and of those after it. */
static void write_spans(struct writing *writing, enum facet facet, uint32_t first_part,
			uint32_t later_part, int low, int high)
{
	uint32_t part = first_part;
	struct days days;
	size_t at = 0;

	for (; competence_next(&writing->folding->competence, &at, low, high, &days);
	     part = later_part)
		write_count(writing, facet, part, tally_span(days.begin, days.n), 1);
}

static int write_competence(struct writing *writing, const struct belonging *first,
			    const struct belonging *end)
{
	const struct catalogue *catalogue = writing->catalogue;
	const struct competence *competence = &catalogue->competences[first->of];
	struct competence_state *state = &writing->folding->competence;
	const struct standing *fact, *facts_end;
	int err = 0;

	writing->subject = subject_of(KIND_COMPETENCE, first->of);
	competence_begin(state);
	for (; first < end && !err; first++) {
		const struct standing_module *module =
			&writing->folding->standings.modules[first->module];

		facts_of(writing->folding, first, &fact, &facts_end);
		err = competence_add(state,
				     &catalogue->modules[module->module].grants[first->grant], fact,
				     facts_end);
		add_regions(writing, module->module);
	}
	if (!err)
		err = competence_end(state);
	if (err || !state->earned) {
		write_from(writing, false);
		return err;
	}
	write_count(writing, FACET_EARNED, 0, 0, state->earned);
	write_spans(writing, FACET_STRETCH, STRETCH_FIRST, STRETCH_LATER, 1, CATALOGUE_LEVELS);
	for (int level = 1; level <= CATALOGUE_LEVELS; level++)
		write_spans(writing, FACET_LEVEL, (uint32_t)level, (uint32_t)level, level, level);
	for (uint32_t i = 0; i < competence->n_requirements; i++) {
		const struct requirement *requirement = &competence->requirements[i];

		if (where_holds(&requirement->where, writing->profile->values))
			write_spans(writing, FACET_REQUIREMENT, i, i, requirement->level,
				    CATALOGUE_LEVELS);
	}
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++) {
		uint32_t part = tally_by(d, writing->profile->values[d]);

		write_spans(writing, FACET_BY_HOLDERS, part, part, 1, CATALOGUE_LEVELS);
	}
	write_from(writing, true);
	return 0;
}

/* People. */

static void write_people(struct writing *writing, const struct standing *last)
{
	writing->subject = subject_of(KIND_PEOPLE, 0);
	write_day(writing, FACET_LAST, last);
	write_by(writing, FACET_BY_LEARNERS, true);
	for (size_t i = 0; i < writing->folding->standings.n_modules; i++)
		add_regions(writing, writing->folding->standings.modules[i].module);
	write_from(writing, true);
}

/* All of it. */

static int compare_items(const void *a, const void *b)
{
	return tally_compare(&((const struct tally *)a)->key, &((const struct tally *)b)->key);
}

int learner_contribute(const struct learner *learner, const struct profiles *profiles,
		       int64_t until, struct contribution *ret_contribution)
{
	struct writing writing = { .to = ret_contribution,
				   .sorted = true,
				   .catalogue = profiles->catalogue,
				   .learner = learner,
				   .profiles = profiles,
				   .until = until };
	const struct standing *last;

	ret_contribution->n = 0;
	if (learner->n == 0)
		return 0;
	if (!ret_contribution->folding)
		ret_contribution->folding = calloc(1, sizeof(*ret_contribution->folding));
	if (!ret_contribution->folding)
		return LIFT_E_MEMORY;
	writing.folding = ret_contribution->folding;
	writing.folding->n_from = 0;
	writing.err =
		standings_make(&writing.folding->standings, learner, writing.catalogue, until);
	if (writing.err || !writing.folding->standings.n_modules)
		return writing.err;
	learner_profile(learner, profiles, until, LATEST, &writing.latest);
	last = write_modules(&writing);
	write_each(&writing, add_programmes, write_programme);
	write_each(&writing, add_competences, write_competence);
	if (last)
		write_people(&writing, last);
	if (!writing.sorted)
		qsort(ret_contribution->items, ret_contribution->n, sizeof(struct tally),
		      compare_items);
	return writing.err;
}
