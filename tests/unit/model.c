/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

/* ---- the catalogue ------------------------------------------------------------------------------ */

static bool is_text(struct text text, const char *s)
{
	return text.size == strlen(s) && memcmp(text.data, s, text.size) == 0;
}

static bool is_one_of(struct text text, const char *first, const char **more, uint32_t n)
{
	bool is = is_text(text, first);

	for (uint32_t i = 0; i < n; i++)
		is |= is_text(text, more[i]);
	return is;
}

static uint32_t module_named(const struct catalogue *c, struct text text)
{
	for (uint32_t m = 0; m < c->n_modules; m++)
		if (is_one_of(text, c->modules[m].id, c->modules[m].aliases,
			      c->modules[m].n_aliases))
			return m;
	return CATALOGUE_NONE;
}

static uint32_t region_named(const struct catalogue *c, struct text text)
{
	for (uint32_t r = REGION_UNASSIGNED + 1; r < c->n_regions; r++)
		if (is_one_of(text, c->regions[r].code, c->regions[r].aliases,
			      c->regions[r].n_aliases))
			return r;
	return REGION_UNASSIGNED;
}

static uint32_t value_named(const struct catalogue *c, uint32_t dimension, struct text text)
{
	const struct dimension *d = &c->dimensions[dimension];
	uint32_t v = 0;

	while (v < d->n_values && !is_text(text, d->values[v]))
		v++;
	return v;
}

static bool is_inside(const struct catalogue *c, uint32_t home, uint32_t region)
{
	if (region == REGION_ALL || region == home)
		return true;
	for (uint32_t i = 0; i < c->regions[home].n_parents; i++)
		if (is_inside(c, c->regions[home].parents[i], region))
			return true;
	return false;
}

static bool is_leaf(const struct catalogue *c, uint32_t region)
{
	if (region == REGION_ALL || region == REGION_UNASSIGNED)
		return false;
	for (uint32_t r = 0; r < c->n_regions; r++)
		for (uint32_t i = 0; i < c->regions[r].n_parents; i++)
			if (c->regions[r].parents[i] == region)
				return false;
	return true;
}

/* ---- one learner -------------------------------------------------------------------------------- */

static bool is_same_learner(const struct model_event *a, const struct model_event *b)
{
	return strcmp(a->name_space, b->name_space) == 0 &&
	       text_equal(a->event.learner, b->event.learner);
}

/* The greatest (time, value), value compared as bytes. */
static bool is_later(int64_t time, struct text value, int64_t best_time, struct text best)
{
	size_t size = value.size < best.size ? value.size : best.size;
	int by = size ? memcmp(value.data, best.data, size) : 0;

	if (time != best_time)
		return time > best_time;
	return by != 0 ? by > 0 : value.size > best.size;
}

static struct text find_attr(const struct event *event, const char *name, bool *ret_found)
{
	*ret_found = true;
	for (size_t i = 0; i < event->n_attrs; i++)
		if (is_text(event->attrs[i].name, name))
			return event->attrs[i].value;
	*ret_found = false;
	return (struct text){ NULL, 0 };
}

/* `events` are this learner's. */
static void make_profile(struct model_learner *learner, const struct catalogue *c,
			 const struct event *const *events, size_t n)
{
	const struct event *best = events[0];

	for (size_t i = 1; i < n; i++)
		if (is_later(events[i]->time, events[i]->region, best->time, best->region))
			best = events[i];
	learner->home = region_named(c, best->region);
	for (uint32_t d = 0; d < c->n_dimensions; d++) {
		struct text value, best_value = { NULL, 0 };
		int64_t best_time = INT64_MIN;
		bool found, any = false;

		for (size_t i = 0; i < n; i++) {
			value = find_attr(events[i], c->dimensions[d].name, &found);
			if (!found ||
			    (any && !is_later(events[i]->time, value, best_time, best_value)))
				continue;
			any = true;
			best_time = events[i]->time;
			best_value = value;
		}
		learner->values[d] =
			any ? value_named(c, d, best_value) : c->dimensions[d].n_values;
	}
}

/* METRICS 1: all that the voiding names is equal; where it names no time, those up to its own. */
static bool is_taken_back(const struct event *fact, const struct event *voiding)
{
	if (voiding->type != EVENT_VOIDED || voiding->voids != fact->type)
		return false;
	if (voiding->voids_time == EVENT_NO_TIME && fact->time > voiding->time)
		return false;
	if (voiding->voids_time != EVENT_NO_TIME && fact->time != voiding->voids_time)
		return false;
	if (voiding->result.score >= 0 && voiding->result.score != fact->result.score)
		return false;
	if (voiding->result.passed >= 0 && voiding->result.passed != fact->result.passed)
		return false;
	return voiding->result.phase == PHASE_NONE || voiding->result.phase == fact->result.phase;
}

static bool is_same_fact(const struct event *a, const struct event *b)
{
	if (a->type != b->type || a->time != b->time)
		return false;
	return a->type != EVENT_ASSESSED ||
	       (a->result.score == b->result.score && a->result.passed == b->result.passed &&
		a->result.phase == b->result.phase);
}

/* The standing facts of a module, each once. */
static size_t standing_facts(const struct event *const *events, const uint32_t *modules, size_t n,
			     uint32_t module, const struct event **ret_facts)
{
	size_t n_facts = 0;

	for (size_t i = 0; i < n; i++) {
		bool stands = events[i]->type != EVENT_VOIDED && modules[i] == module;

		for (size_t v = 0; stands && v < n; v++)
			stands = events[v]->type != EVENT_VOIDED || modules[v] != module ||
				 !is_taken_back(events[i], events[v]);
		for (size_t f = 0; stands && f < n_facts; f++)
			stands = !is_same_fact(ret_facts[f], events[i]);
		if (stands)
			ret_facts[n_facts++] = events[i];
	}
	return n_facts;
}

/* METRICS 3 of assessments: each as it is ordered by. */
struct assessment {
	int64_t at;
	int32_t score; /* none: -1 */
	bool passed;
	int phase;
};

static int compare_assessments(const void *a, const void *b)
{
	const struct assessment *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	if (x->score != y->score)
		return x->score < y->score ? -1 : 1;
	return (int)x->passed - (int)y->passed;
}

/* The best score of those with a phase (0: any), from one on; -1: there is none. */
static int32_t best_of(const struct assessment *all, size_t n, size_t from, int phase)
{
	int32_t best = -1;

	for (size_t i = from; i < n; i++)
		if ((!phase || all[i].phase == phase) && all[i].score > best)
			best = all[i].score;
	return best;
}

/* The first scored one with a phase (0: any); n: there is none. */
static size_t first_of(const struct assessment *all, size_t n, int phase)
{
	size_t i = 0;

	while (i < n && (all[i].score < 0 || (phase && all[i].phase != phase)))
		i++;
	return i;
}

static void make_scores(struct model_state *state, struct assessment *all, size_t n)
{
	size_t first = first_of(all, n, 0), pre = first_of(all, n, PHASE_PRE);
	int32_t post = best_of(all, n, 0, PHASE_POST), later;

	state->attempts = (uint32_t)n;
	state->assessed = n > 0;
	state->passed_first = n > 0 && all[0].passed;
	for (size_t i = 0; i < n && !state->passed; i++) {
		state->passed = all[i].passed;
		state->passed_at = all[i].at;
	}
	state->best = best_of(all, n, 0, 0);
	state->has_best = state->best >= 0;
	if (pre < n && post >= 0) {
		state->has_gain = true;
		state->gain = post - all[pre].score;
	} else if (pre == n && post < 0 && first < n) {
		later = best_of(all, n, first + 1, 0);
		state->has_gain = later >= 0;
		state->gain = later - all[first].score;
	}
}

static void make_assessments(struct model_state *state, const struct event *const *facts, size_t n,
			     int32_t pass_mark)
{
	struct assessment *all = calloc(n + 1, sizeof(*all));
	size_t n_all = 0;

	assert_non_null(all);
	for (size_t i = 0; i < n; i++) {
		const struct event_result *result = &facts[i]->result;

		if (facts[i]->type == EVENT_ASSESSED)
			all[n_all++] = (struct assessment){ facts[i]->time, result->score,
							    result->passed == 1 ||
								    (result->passed < 0 &&
								     result->score >= pass_mark),
							    result->phase };
	}
	qsort(all, n_all, sizeof(*all), compare_assessments);
	make_scores(state, all, n_all);
	free(all);
}

static void make_module(struct model_state *state, const struct catalogue *c, uint32_t module,
			const struct event *const *events, const uint32_t *modules, size_t n)
{
	const struct event **facts = calloc(n, sizeof(*facts));
	int64_t withdrawn_at = INT64_MIN;
	size_t n_facts;

	assert_non_null(facts);
	n_facts = standing_facts(events, modules, n, module, facts);
	*state = (struct model_state){ .last_at = INT64_MIN };
	for (size_t i = 0; i < n_facts; i++) {
		int64_t at = facts[i]->time;

		state->hours[calendar_hour_of_week(c->calendar, at)]++;
		if (at > state->last_at)
			state->last_at = at;
		if (facts[i]->type == EVENT_WITHDRAWN) {
			withdrawn_at = at > withdrawn_at ? at : withdrawn_at;
			continue;
		}
		if (!state->counts || at < state->started_at)
			state->started_at = at;
		state->counts = true;
		if (facts[i]->type == EVENT_COMPLETED) {
			if (!state->completed || at < state->completed_at)
				state->completed_at = at;
			state->completed = true;
		}
	}
	state->withdrawn = !state->completed && withdrawn_at == state->last_at;
	make_assessments(state, facts, n_facts, c->modules[module].pass_mark);
	free(facts);
}

static void make_learner(struct model_learner *learner, const struct catalogue *c,
			 const struct event *const *events, size_t n)
{
	uint32_t *modules = calloc(n, sizeof(*modules));

	assert_non_null(modules);
	for (size_t i = 0; i < n; i++)
		modules[i] = module_named(c, events[i]->module);
	make_profile(learner, c, events, n);
	learner->modules = calloc(c->n_modules + 1, sizeof(*learner->modules));
	assert_non_null(learner->modules);
	for (uint32_t m = 0; m < c->n_modules; m++) {
		struct model_state *state = &learner->modules[m];

		make_module(state, c, m, events, modules, n);
		if (!state->counts)
			continue;
		if (!learner->counts || state->last_at > learner->last_at)
			learner->last_at = state->last_at;
		learner->counts = true;
	}
	free(modules);
}

void model_make(struct model *model, const struct catalogue *catalogue,
		const struct model_event *events, size_t n, int64_t until)
{
	const struct event **own = calloc(n + 1, sizeof(*own));

	*model = (struct model){ .catalogue = catalogue,
				 .learners = calloc(n + 1, sizeof(*model->learners)) };
	assert_true(own && model->learners);
	for (size_t i = 0; i < n; i++) {
		size_t n_own = 0;
		bool known = events[i].event.time >= until;

		for (size_t l = 0; l < model->n; l++)
			known |= is_same_learner(model->learners[l].one, &events[i]);
		if (known)
			continue;
		for (size_t j = i; j < n; j++)
			if (is_same_learner(&events[i], &events[j]) && events[j].event.time < until)
				own[n_own++] = &events[j].event;
		model->learners[model->n].one = &events[i];
		make_learner(&model->learners[model->n++], catalogue, own, n_own);
	}
	free(own);
}

void model_free(struct model *model)
{
	for (size_t i = 0; i < model->n; i++)
		free(model->learners[i].modules);
	free(model->learners);
}

/* ---- tallies ------------------------------------------------------------------------------------ */

struct gathered {
	struct tally *items;
	size_t n, room;
};

static void count_some(struct gathered *to, uint32_t home, uint32_t subject, enum facet facet,
		       uint32_t part, uint64_t bucket, int64_t amount)
{
	struct tally_key key = { home, subject, facet, part, bucket };

	for (size_t i = 0; i < to->n; i++) {
		const struct tally_key *k = &to->items[i].key;

		if (k->home == home && k->subject == subject && k->facet == facet &&
		    k->part == part && k->bucket == bucket) {
			to->items[i].n += amount;
			return;
		}
	}
	if (to->n == to->room) {
		to->room = 2 * to->room + 64;
		to->items = realloc(to->items, to->room * sizeof(*to->items));
		assert_non_null(to->items);
	}
	to->items[to->n++] = (struct tally){ key, amount };
}

static void count_one(struct gathered *to, uint32_t home, uint32_t subject, enum facet facet,
		      uint32_t part, uint64_t bucket)
{
	count_some(to, home, subject, facet, part, bucket, 1);
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_tallies(const void *a, const void *b)
{
	const struct tally_key *x = &((const struct tally *)a)->key;
	const struct tally_key *y = &((const struct tally *)b)->key;
	int by = compare_numbers(x->home, y->home);

	by = by ? by : compare_numbers(x->subject, y->subject);
	by = by ? by : compare_numbers(x->facet, y->facet);
	by = by ? by : compare_numbers(x->part, y->part);
	return by ? by : compare_numbers(x->bucket, y->bucket);
}

static void count_scores(struct gathered *to, uint32_t home, uint32_t subject,
			 const struct model_state *s)
{
	if (s->has_best) {
		count_one(to, home, subject, FACET_SCORE, 0, (uint32_t)s->best / 100);
		count_some(to, home, subject, FACET_SCORE_SUM, 0, 0, s->best);
	}
	if (s->has_gain) {
		count_one(to, home, subject, FACET_GAIN, 0, 0);
		count_some(to, home, subject, FACET_GAIN_SUM, 0, 0, s->gain);
	}
	if (s->completed)
		count_one(to, home, subject, FACET_TOOK, 0,
			  (uint32_t)((s->completed_at - s->started_at) / DAY_MS));
}

static void count_module(struct gathered *to, const struct catalogue *c,
			 const struct model_learner *learner, uint32_t m)
{
	const struct model_state *s = &learner->modules[m];
	uint32_t home = learner->home, subject = tally_subject(KIND_MODULE, m);
	const struct {
		bool counts;
		int64_t at;
		enum facet day, by;
	} steps[] = { { true, s->started_at, FACET_STARTED, FACET_BY_STARTED },
		      { s->completed, s->completed_at, FACET_COMPLETED, FACET_BY_COMPLETED },
		      { s->passed, s->passed_at, FACET_PASSED, FACET_BY_PASSED } };

	for (int i = 0; i < 3; i++) {
		if (!steps[i].counts)
			continue;
		count_one(to, home, subject, steps[i].day, 0,
			  (uint32_t)calendar_day(c->calendar, steps[i].at));
		for (uint32_t d = 0; d < c->n_dimensions; d++)
			count_one(to, home, subject, steps[i].by, tally_by(d, learner->values[d]),
				  0);
	}
	count_some(to, home, subject, FACET_WITHDRAWN, 0, 0, s->withdrawn);
	count_some(to, home, subject, FACET_ASSESSED, 0, 0, s->assessed);
	count_some(to, home, subject, FACET_PASSED_FIRST, 0, 0, s->passed_first);
	count_some(to, home, subject, FACET_ATTEMPTS, 0, 0, s->attempts);
	count_one(to, home, subject, FACET_LAST, 0,
		  (uint32_t)calendar_day(c->calendar, s->last_at));
	if (!s->completed && !s->withdrawn)
		count_one(to, home, subject, FACET_OPEN, 0,
			  (uint32_t)calendar_day(c->calendar, s->last_at));
	for (uint32_t hour = 0; hour < 168; hour++)
		count_some(to, home, subject, FACET_HOURS, 0, hour, s->hours[hour]);
	count_scores(to, home, subject, s);
}

struct tally *model_tallies(const struct model *model, size_t *ret_n)
{
	const struct catalogue *c = model->catalogue;
	struct gathered to = { 0 };
	size_t n = 0;

	for (size_t l = 0; l < model->n; l++) {
		const struct model_learner *learner = &model->learners[l];
		uint32_t people = tally_subject(KIND_PEOPLE, 0);

		for (uint32_t m = 0; m < c->n_modules; m++)
			if (learner->modules[m].counts)
				count_module(&to, c, learner, m);
		if (!learner->counts)
			continue;
		count_one(&to, learner->home, people, FACET_LAST, 0,
			  (uint32_t)calendar_day(c->calendar, learner->last_at));
		for (uint32_t d = 0; d < c->n_dimensions; d++)
			count_one(&to, learner->home, people, FACET_BY_LEARNERS,
				  tally_by(d, learner->values[d]), 0);
	}
	for (size_t i = 0; i < to.n; i++)
		if (to.items[i].n != 0)
			to.items[n++] = to.items[i];
	if (n)
		qsort(to.items, n, sizeof(*to.items), compare_tallies);
	*ret_n = n;
	return to.items;
}

/* ---- figures ------------------------------------------------------------------------------------ */

/* To six decimals, as a decimal is read. */
static double decimal(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", value);
	return strtod(text, NULL);
}

struct numbers {
	json_int_t *items;
	size_t n;
};

static void number_add(struct numbers *numbers, json_int_t number)
{
	numbers->items = realloc(numbers->items, (numbers->n + 1) * sizeof(*numbers->items));
	assert_non_null(numbers->items);
	numbers->items[numbers->n++] = number;
}

static json_t *rate(json_int_t n, json_int_t of)
{
	if (of == 0)
		return json_pack("{s:I,s:I,s:n}", "n", n, "of", of, "value");
	return json_pack("{s:I,s:I,s:f}", "n", n, "of", of, "value",
			 decimal((double)n / (double)of));
}

/* The learners that count in a region: in a module, or (CATALOGUE_NONE) in any. */
static bool counts_in(const struct model *model, size_t l, uint32_t region, uint32_t module)
{
	const struct model_learner *learner = &model->learners[l];

	return is_inside(model->catalogue, learner->home, region) &&
	       (module == CATALOGUE_NONE ? learner->counts : learner->modules[module].counts);
}

enum { STARTED, COMPLETED, PASSED, STEPS };
static const char *const steps[STEPS] = { "started", "completed", "passed" };

static bool has_done(const struct model_state *s, int step, int64_t *ret_at)
{
	*ret_at = step == STARTED     ? s->started_at
		  : step == COMPLETED ? s->completed_at
				      : s->passed_at;
	return step == STARTED ? s->counts : step == COMPLETED ? s->completed : s->passed;
}

static json_t *by_value(const struct model *model, uint32_t region, uint32_t module, uint32_t d,
			uint32_t v)
{
	json_int_t n[STEPS] = { 0 };
	int64_t at;

	for (size_t l = 0; l < model->n; l++) {
		if (!counts_in(model, l, region, module) || model->learners[l].values[d] != v)
			continue;
		for (int s = 0; s < STEPS; s++)
			n[s] += module == CATALOGUE_NONE ||
				has_done(&model->learners[l].modules[module], s, &at);
	}
	if (!n[0] && !n[1] && !n[2])
		return NULL;
	if (module == CATALOGUE_NONE)
		return json_pack("{s:I}", "learners", n[0]);
	return json_pack("{s:I,s:I,s:I}", steps[0], n[0], steps[1], n[1], steps[2], n[2]);
}

static json_t *by(const struct model *model, uint32_t region, uint32_t module)
{
	const struct catalogue *c = model->catalogue;
	json_t *all = json_object();

	for (uint32_t d = 0; d < c->n_dimensions; d++) {
		json_t *values = json_object();

		for (uint32_t v = 0; v <= c->dimensions[d].n_values; v++) {
			json_t *row = by_value(model, region, module, d, v);
			bool known = v < c->dimensions[d].n_values;

			if (row)
				json_object_set_new(values,
						    known ? c->dimensions[d].values[v] : "unknown",
						    row);
		}
		json_object_set_new(all, c->dimensions[d].name, values);
	}
	return all;
}

static json_t *daily(const struct model *model, uint32_t region, uint32_t module)
{
	json_t *rows = json_array();
	int32_t first = (int32_t)(WORLD_BEGIN / DAY_MS) - 2;

	for (int32_t day = first; day < first + WORLD_DAYS + 4; day++) {
		json_int_t n[STEPS] = { 0 };
		char text[DAY_TEXT];
		int64_t at;

		for (size_t l = 0; l < model->n; l++)
			for (int s = 0; s < STEPS && counts_in(model, l, region, module); s++)
				n[s] += has_done(&model->learners[l].modules[module], s, &at) &&
					calendar_day(model->catalogue->calendar, at) == day;
		day_print(day, text);
		if (n[0] || n[1] || n[2])
			json_array_append_new(rows, json_pack("[s,I,I,I]", text, n[0], n[1], n[2]));
	}
	return rows;
}

static json_t *mean(const struct numbers *numbers)
{
	json_int_t sum = 0;

	for (size_t i = 0; i < numbers->n; i++)
		sum += numbers->items[i];
	return numbers->n ? json_real(decimal((double)sum / (double)numbers->n / 10000))
			  : json_null();
}

/* The value at rank ceil(percent / 100 * n), counted from 1: the first that so many are not above. */
static json_int_t ranked(const struct numbers *numbers, size_t percent)
{
	json_int_t best = INT64_MAX;

	for (size_t i = 0; i < numbers->n; i++) {
		size_t not_above = 0;

		for (size_t j = 0; j < numbers->n; j++)
			not_above += numbers->items[j] <= numbers->items[i];
		if (100 * not_above >= percent * numbers->n && numbers->items[i] < best)
			best = numbers->items[i];
	}
	return best;
}

static json_t *score_figures(const struct numbers *best)
{
	json_int_t bins[10] = { 0 };
	json_t *histogram = json_array(), *median = json_null();

	for (size_t i = 0; i < best->n; i++)
		bins[best->items[i] == 10000 ? 9 : best->items[i] / 1000]++;
	for (int i = 0; i < 10; i++)
		json_array_append_new(histogram, json_integer(bins[i]));
	if (best->n)
		median = json_real((double)(ranked(best, 50) / 100) / 100);
	return json_pack("{s:I,s:o,s:o,s:o}", "n", (json_int_t)best->n, "mean", mean(best),
			 "median", median, "histogram", histogram);
}

static json_t *took_figures(const struct numbers *took)
{
	if (took->n == 0)
		return json_pack("{s:i,s:n,s:n}", "n", 0, "median", "p90");
	return json_pack("{s:I,s:I,s:I}", "n", (json_int_t)took->n, "median", ranked(took, 50),
			 "p90", ranked(took, 90));
}

/* Sums over the learners of a module in a region. */
struct summed {
	json_int_t started, withdrawn, completed, assessed, passed, passed_first, attempts;
	json_int_t week, month, stalled, hours[168];
	struct numbers best, took, gain;
};

static void sum_state(struct summed *sum, const struct model_state *s, int32_t age,
		      int32_t stalled_after)
{
	sum->started++;
	sum->withdrawn += s->withdrawn;
	sum->completed += s->completed;
	sum->assessed += s->assessed;
	sum->passed += s->passed;
	sum->passed_first += s->passed_first;
	sum->attempts += s->attempts;
	sum->week += age < 7;
	sum->month += age < 30;
	sum->stalled += !s->completed && !s->withdrawn && age > stalled_after;
	for (int h = 0; h < 168; h++)
		sum->hours[h] += s->hours[h];
	if (s->has_best)
		number_add(&sum->best, s->best);
	if (s->has_gain)
		number_add(&sum->gain, s->gain);
	if (s->completed)
		number_add(&sum->took, (s->completed_at - s->started_at) / DAY_MS);
}

static json_t *module_figures(const struct model *model, uint32_t region, uint32_t m, int32_t today)
{
	const struct catalogue *c = model->catalogue;
	struct summed sum = { .started = 0 };
	json_t *figures, *hours = json_array();

	for (size_t l = 0; l < model->n; l++) {
		const struct model_state *s = &model->learners[l].modules[m];

		if (counts_in(model, l, region, m))
			sum_state(&sum, s, today - calendar_day(c->calendar, s->last_at),
				  (int32_t)c->modules[m].stalled_after_days);
	}
	for (int h = 0; h < 168; h++)
		json_array_append_new(hours, json_integer(sum.hours[h]));
	figures = json_pack(
		"{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o,s:{s:I,s:o},s:I,s:I,s:I,s:o,s:o,s:o}",
		"started", sum.started, "withdrawn", sum.withdrawn, "completed", sum.completed,
		"assessed", sum.assessed, "passed", sum.passed, "passed_first", sum.passed_first,
		"attempts", sum.attempts, "completion_rate", rate(sum.completed, sum.started),
		"pass_rate", rate(sum.passed, sum.assessed), "score", score_figures(&sum.best),
		"days_to_complete", took_figures(&sum.took), "gain", "n", (json_int_t)sum.gain.n,
		"mean", mean(&sum.gain), "active_7d", sum.week, "active_30d", sum.month, "stalled",
		sum.stalled, "by", by(model, region, m), "daily", daily(model, region, m), "hours",
		hours);
	free(sum.best.items);
	free(sum.took.items);
	free(sum.gain.items);
	if (sum.started == 0) {
		json_decref(figures);
		return NULL;
	}
	return figures;
}

static json_t *people_figures(const struct model *model, uint32_t region, int32_t today)
{
	const struct catalogue *c = model->catalogue;
	json_int_t learners = 0, week = 0, month = 0, leaves = 0, reached = 0;

	for (size_t l = 0; l < model->n; l++) {
		int32_t age = today - calendar_day(c->calendar, model->learners[l].last_at);

		if (!counts_in(model, l, region, CATALOGUE_NONE))
			continue;
		learners++;
		week += age < 7;
		month += age < 30;
	}
	for (uint32_t r = 0; r < c->n_regions; r++) {
		bool any = false;

		if (!is_leaf(c, r) || !is_inside(c, r, region))
			continue;
		for (size_t l = 0; l < model->n; l++)
			any |= model->learners[l].counts && model->learners[l].home == r;
		leaves++;
		reached += any;
	}
	if (learners == 0)
		return NULL;
	return json_pack("{s:I,s:I,s:I,s:o,s:o}", "learners", learners, "active_7d", week,
			 "active_30d", month, "reached", rate(reached, leaves), "by",
			 by(model, region, CATALOGUE_NONE));
}

static int compare_lines(const void *a, const void *b)
{
	static const char *const keys[] = { "kind", "id", "region" };
	int order = 0;

	for (int i = 0; i < 3 && !order; i++)
		order = strcmp(json_string_value(json_object_get(*(json_t *const *)a, keys[i])),
			       json_string_value(json_object_get(*(json_t *const *)b, keys[i])));
	return order;
}

json_t *model_figures(const struct model *model, int32_t today)
{
	const struct catalogue *c = model->catalogue;
	json_t *lines[512], *all = json_array();
	size_t n = 0;

	for (uint32_t r = 0; r < c->n_regions; r++) {
		for (uint32_t m = 0; m <= c->n_modules; m++) {
			bool people = m == c->n_modules;
			json_t *line = people ? people_figures(model, r, today)
					      : module_figures(model, r, m, today);

			if (!line)
				continue;
			json_object_set_new(line, "region", json_string(c->regions[r].code));
			json_object_set_new(line, "kind",
					    json_string(people ? "people" : "module"));
			json_object_set_new(line, "id",
					    json_string(people ? "all" : c->modules[m].id));
			assert_true(n < 512);
			lines[n++] = line;
		}
	}
	qsort(lines, n, sizeof(lines[0]), compare_lines);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(all, lines[i]);
	return all;
}
