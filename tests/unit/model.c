/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
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

/* Facts that are the same count once: none of the built figures asks how often, so that they need not be told apart. */
static void make_module(struct model_state *state, const struct catalogue *c, uint32_t module,
			const struct event *const *events, const uint32_t *modules, size_t n)
{
	const struct event **facts = calloc(n, sizeof(*facts));
	int64_t withdrawn_at = INT64_MIN;
	size_t n_facts = 0;

	assert_non_null(facts);
	for (size_t i = 0; i < n; i++) {
		bool stands = events[i]->type != EVENT_VOIDED && modules[i] == module;

		for (size_t v = 0; stands && v < n; v++)
			stands = events[v]->type != EVENT_VOIDED || modules[v] != module ||
				 !is_taken_back(events[i], events[v]);
		if (stands)
			facts[n_facts++] = events[i];
	}
	*state = (struct model_state){ .last_at = INT64_MIN };
	for (size_t i = 0; i < n_facts; i++) {
		const struct event_result *result = &facts[i]->result;
		int64_t at = facts[i]->time;
		bool passed;

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
		if (facts[i]->type != EVENT_ASSESSED)
			continue;
		state->assessed = true;
		passed = result->passed == 1 ||
			 (result->passed < 0 && result->score >= c->modules[module].pass_mark);
		if (passed) {
			if (!state->passed || at < state->passed_at)
				state->passed_at = at;
			state->passed = true;
		}
	}
	state->withdrawn = !state->completed && withdrawn_at == state->last_at;
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

static void count_one(struct gathered *to, uint32_t home, uint32_t subject, enum facet facet,
		      uint32_t dimension, uint32_t bucket)
{
	struct tally_key key = { home, subject, (uint8_t)facet, (uint8_t)dimension, bucket };

	for (size_t i = 0; i < to->n; i++) {
		const struct tally_key *k = &to->items[i].key;

		if (k->home == home && k->subject == subject && k->facet == facet &&
		    k->dimension == dimension && k->bucket == bucket) {
			to->items[i].n++;
			return;
		}
	}
	if (to->n == to->room) {
		to->room = 2 * to->room + 64;
		to->items = realloc(to->items, to->room * sizeof(*to->items));
		assert_non_null(to->items);
	}
	to->items[to->n++] = (struct tally){ key, 1 };
}

static int compare_numbers(uint32_t a, uint32_t b)
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
	by = by ? by : compare_numbers(x->dimension, y->dimension);
	return by ? by : compare_numbers(x->bucket, y->bucket);
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
			count_one(to, home, subject, steps[i].by, d, learner->values[d]);
	}
	if (s->withdrawn)
		count_one(to, home, subject, FACET_WITHDRAWN, 0, 0);
	if (s->assessed)
		count_one(to, home, subject, FACET_ASSESSED, 0, 0);
}

struct tally *model_tallies(const struct model *model, size_t *ret_n)
{
	const struct catalogue *c = model->catalogue;
	struct gathered to = { 0 };

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
			count_one(&to, learner->home, people, FACET_BY_LEARNERS, d,
				  learner->values[d]);
	}
	if (to.n)
		qsort(to.items, to.n, sizeof(*to.items), compare_tallies);
	*ret_n = to.n;
	return to.items;
}

/* ---- figures ------------------------------------------------------------------------------------ */

static json_t *rate(json_int_t n, json_int_t of)
{
	if (of == 0)
		return json_pack("{s:I,s:I,s:n}", "n", n, "of", of, "value");
	return json_pack("{s:I,s:I,s:f}", "n", n, "of", of, "value",
			 round((double)n / (double)of * 1e6) / 1e6);
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

static json_t *module_figures(const struct model *model, uint32_t region, uint32_t m)
{
	json_int_t started = 0, withdrawn = 0, completed = 0, assessed = 0, passed = 0;

	for (size_t l = 0; l < model->n; l++) {
		const struct model_state *s = &model->learners[l].modules[m];

		if (!counts_in(model, l, region, m))
			continue;
		started++;
		withdrawn += s->withdrawn;
		completed += s->completed;
		assessed += s->assessed;
		passed += s->passed;
	}
	if (started == 0)
		return NULL;
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:o,s:o,s:o,s:o}", "started", started, "withdrawn",
			 withdrawn, "completed", completed, "assessed", assessed, "passed", passed,
			 "completion_rate", rate(completed, started), "pass_rate",
			 rate(passed, assessed), "by", by(model, region, m), "daily",
			 daily(model, region, m));
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
					      : module_figures(model, r, m);

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
