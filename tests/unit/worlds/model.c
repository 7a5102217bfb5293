/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 1 and 2: events as facts and profiles of learners, and what the catalogue says of places.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* The catalogue. */

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

/* Capitals made small: A to Z, and U+00C0 to U+00DE but for U+00D7, in UTF-8 the bytes C3 80 to
 * C3 9E but for C3 97. */
static char made_small(const char *bytes, size_t i)
{
	unsigned char c = (unsigned char)bytes[i], before = i ? (unsigned char)bytes[i - 1] : 0;

	if ((c >= 'A' && c <= 'Z') || (before == 0xc3 && c >= 0x80 && c <= 0x9e && c != 0x97))
		return (char)(c + 0x20);
	return (char)c;
}

static bool is_text_made_small(struct text text, const char *s)
{
	bool same = text.size == strlen(s);

	for (size_t i = 0; same && i < text.size; i++)
		same = made_small(text.data, i) == made_small(s, i);
	return same;
}

/* Of what a value with `aliases` is called, with capitals made small? */
static bool is_made_small(const struct dimension *d, uint32_t v, struct text text)
{
	bool is = is_text_made_small(text, d->values[v]);

	for (uint32_t i = 0; i < d->words[v].n_aliases; i++)
		is |= is_text_made_small(text, d->words[v].aliases[i]);
	return is && d->words[v].folds;
}

/* Byte for byte; else made small. */
static uint32_t value_named(const struct catalogue *c, uint32_t dimension, struct text text)
{
	const struct dimension *d = &c->dimensions[dimension];

	for (uint32_t v = 0; v < d->n_values; v++)
		if (is_one_of(text, d->values[v], d->words[v].aliases, d->words[v].n_aliases))
			return v;
	for (uint32_t v = 0; v < d->n_values; v++)
		if (is_made_small(d, v, text))
			return v;
	return d->n_values;
}

bool model_is_inside(const struct catalogue *c, uint32_t home, uint32_t region)
{
	if (region == REGION_ALL || region == home)
		return true;
	for (uint32_t i = 0; i < c->regions[home].n_parents; i++)
		if (model_is_inside(c, c->regions[home].parents[i], region))
			return true;
	return false;
}

bool model_is_leaf(const struct catalogue *c, uint32_t region)
{
	if (region == REGION_ALL || region == REGION_UNASSIGNED)
		return false;
	for (uint32_t r = 0; r < c->n_regions; r++)
		for (uint32_t i = 0; i < c->regions[r].n_parents; i++)
			if (c->regions[r].parents[i] == region)
				return false;
	return true;
}

bool model_is_place(const struct catalogue *c, const struct programme *programme, uint32_t leaf,
		    int32_t today)
{
	bool any = !programme;

	for (uint32_t i = 0; !any && i < programme->n_memberships; i++)
		any = programme->memberships[i].row_from <= today &&
		      model_is_inside(c, leaf, programme->memberships[i].region);
	return any && model_is_leaf(c, leaf);
}

bool model_has_attributes(const struct model_profile *profile, const struct where *where)
{
	bool all = true;

	for (uint32_t i = 0; i < where->n; i++)
		all &= profile->values[where->is[i].dimension] == where->is[i].value;
	return all;
}

/* The same dimensions with the same values. */
static bool is_same_where(const struct where *a, const struct where *b)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < a->n; i++)
		for (uint32_t j = 0; j < b->n; j++)
			n += a->is[i].dimension == b->is[j].dimension &&
			     a->is[i].value == b->is[j].value;
	return n == a->n && n == b->n;
}

static bool own_headcount(const struct region *region, const struct where *where,
			  json_int_t *ret_count)
{
	for (uint32_t i = 0; i < region->n_headcounts; i++) {
		if (!is_same_where(&region->headcounts[i].where, where))
			continue;
		*ret_count = region->headcounts[i].count;
		return true;
	}
	return false;
}

bool model_headcount(const struct catalogue *c, uint32_t region, const struct where *where,
		     json_int_t *ret_count)
{
	json_int_t sum = 0, count;
	bool any = false;

	if (own_headcount(&c->regions[region], where, ret_count))
		return true;
	for (uint32_t r = 0; r < c->n_regions; r++) {
		if (!model_is_leaf(c, r) || !model_is_inside(c, r, region))
			continue;
		if (!own_headcount(&c->regions[r], where, &count))
			return false;
		sum += count;
		any = true;
	}
	if (any)
		*ret_count = sum;
	return any;
}

/* One learner. */

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

/* What an event claims of an attribute (NULL: the region), if anything. */
static bool find_claim(const struct event *event, const char *attribute, struct text *ret_value)
{
	*ret_value = event->region;
	if (!attribute)
		return true;
	for (size_t i = 0; i < event->n_attrs; i++) {
		*ret_value = event->attrs[i].value;
		if (is_text(event->attrs[i].name, attribute))
			return true;
	}
	return false;
}

/* The greatest claim up to a moment; where there is none by then, of the earliest. */
static bool claim_at(const struct event *const *events, size_t n, const char *attribute,
		     int64_t moment, struct text *ret_value)
{
	int64_t earliest = INT64_MAX, best_time = 0;
	struct text value;
	bool any = false;

	for (size_t i = 0; i < n; i++)
		if (find_claim(events[i], attribute, &value) && events[i]->time < earliest)
			earliest = events[i]->time;
	for (size_t i = 0; i < n; i++) {
		int64_t time = events[i]->time;

		if (!find_claim(events[i], attribute, &value) ||
		    time > (moment > earliest ? moment : earliest))
			continue;
		if (any && !is_later(time, value, best_time, *ret_value))
			continue;
		any = true;
		best_time = time;
		*ret_value = value;
	}
	return any;
}

uint32_t model_home_at(const struct catalogue *c, const struct event *const *events, size_t n,
		       int64_t moment)
{
	struct text text;

	assert_true(claim_at(events, n, NULL, moment, &text));
	return region_named(c, text);
}

void model_profile_at(struct model_profile *profile, const struct catalogue *c,
		      const struct event *const *events, size_t n, int64_t moment)
{
	struct text text;

	profile->home = model_home_at(c, events, n, moment);
	for (uint32_t d = 0; d < c->n_dimensions; d++)
		profile->values[d] = claim_at(events, n, c->dimensions[d].name, moment, &text)
					     ? value_named(c, d, text)
					     : c->dimensions[d].n_values;
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
	if (voiding->result.phase != PHASE_NONE && voiding->result.phase != fact->result.phase)
		return false;
	if (voiding->result.minutes && voiding->result.minutes != fact->result.minutes)
		return false;
	return voiding->result.state == STATE_NONE || voiding->result.state == fact->result.state;
}

static bool is_same_fact(const struct event *a, const struct event *b)
{
	if (a->type != b->type || a->time != b->time)
		return false;
	switch (a->type) {
	case EVENT_ASSESSED:
		return a->result.score == b->result.score && a->result.passed == b->result.passed &&
		       a->result.phase == b->result.phase;
	case EVENT_ATTENDED:
		return a->result.minutes == b->result.minutes;
	case EVENT_ENROLLED:
		return a->result.state == b->result.state;
	default:
		return true;
	}
}

/* The earliest last day that is claimed for a fact; 0: none is. */
static int32_t earliest_claimed(const struct event *const *events, const uint32_t *modules,
				size_t n, uint32_t module, const struct event *fact)
{
	int32_t day = 0;

	for (size_t i = 0; i < n; i++)
		if (modules[i] == module && is_same_fact(events[i], fact) &&
		    events[i]->valid_until && (day == 0 || events[i]->valid_until < day))
			day = events[i]->valid_until;
	return day;
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

static struct model_facts *find_facts(const struct catalogue *c, const struct event *const *events,
				      size_t n)
{
	struct model_facts *facts = calloc(c->n_modules + 1, sizeof(*facts));
	uint32_t *modules = calloc(n, sizeof(*modules));

	assert_true(facts && modules);
	for (size_t i = 0; i < n; i++)
		modules[i] = module_named(c, events[i]->module);
	for (uint32_t m = 0; m < c->n_modules; m++) {
		facts[m].items = calloc(n, sizeof(*facts[m].items));
		facts[m].valid_until = calloc(n, sizeof(*facts[m].valid_until));
		assert_true(facts[m].items && facts[m].valid_until);
		facts[m].n = standing_facts(events, modules, n, m, facts[m].items);
		for (size_t i = 0; i < facts[m].n; i++)
			facts[m].valid_until[i] =
				earliest_claimed(events, modules, n, m, facts[m].items[i]);
	}
	free(modules);
	return facts;
}

static void free_facts(struct model_facts *facts, const struct catalogue *c)
{
	for (uint32_t m = 0; m < c->n_modules; m++) {
		free(facts[m].items);
		free(facts[m].valid_until);
	}
	free(facts);
}

/* Where the events of each module say that the learner is. */
static bool *find_regions(const struct catalogue *c, const struct event *const *events, size_t n)
{
	bool *from = calloc(((size_t)c->n_modules + 1) * c->n_regions, sizeof(*from));

	assert_non_null(from);
	for (size_t i = 0; i < n; i++) {
		uint32_t module = module_named(c, events[i]->module);

		if (module != CATALOGUE_NONE)
			from[(size_t)module * c->n_regions + region_named(c, events[i]->region)] =
				true;
	}
	return from;
}

static void make_learner(struct model_learner *learner, const struct catalogue *c,
			 const struct event *const *events, size_t n)
{
	struct model_facts *facts = find_facts(c, events, n);
	const struct model_life life = { c, events, n, facts, &learner->now };

	model_profile_at(&learner->now, c, events, n, INT64_MAX);
	learner->from = find_regions(c, events, n);
	learner->modules = calloc(c->n_modules + 1, sizeof(*learner->modules));
	learner->programmes = calloc(c->n_programmes + 1, sizeof(*learner->programmes));
	learner->competences = calloc(c->n_competences + 1, sizeof(*learner->competences));
	learner->stands = calloc(c->n_modules + 1, sizeof(*learner->stands));
	assert_true(learner->modules && learner->programmes && learner->competences);
	assert_non_null(learner->stands);
	for (uint32_t p = 0; p < c->n_programmes; p++)
		model_fold_programme(&learner->programmes[p], &life, p);
	for (uint32_t k = 0; k < c->n_competences; k++)
		model_fold_competence(&learner->competences[k], &life, k);
	for (uint32_t m = 0; m < c->n_modules; m++) {
		struct model_state *state = &learner->modules[m];

		learner->stands[m] = facts[m].n > 0;
		model_fold_module(state, &life, m);
		if (!state->counts)
			continue;
		if (!learner->counts || state->last_at > learner->last_at)
			learner->last_at = state->last_at;
		learner->counts = true;
	}
	free_facts(facts, c);
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

static void free_progress(struct model_progress *progress)
{
	free(progress->months.items);
	free(progress->attended);
}

void model_free(struct model *model)
{
	for (size_t i = 0; i < model->n; i++) {
		struct model_learner *learner = &model->learners[i];

		for (uint32_t k = 0; k < model->catalogue->n_competences; k++)
			free(learner->competences[k].items);
		for (uint32_t p = 0; p < model->catalogue->n_programmes; p++)
			free_progress(&learner->programmes[p]);
		for (uint32_t m = 0; m < model->catalogue->n_modules; m++)
			free(learner->modules[m].months.items);
		free(learner->competences);
		free(learner->programmes);
		free(learner->modules);
		free(learner->from);
		free(learner->stands);
	}
	free(model->learners);
}
