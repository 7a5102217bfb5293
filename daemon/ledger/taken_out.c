/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What orders take out of what the journal has.
 */
#include "daemon/ledger/taken_out.h"

#include <stdlib.h>

#include "daemon/learner/states.h"
#include "daemon/ledger/internal.h"
#include "proto/grow.h"

/* The horizon. */

/* The earliest of the days that are claimed; 0: none is. They are in order. */
static int32_t claimed_end(const struct fact *first, const struct fact *end)
{
	while (first < end && first->valid_until == 0)
		first++;
	return first < end ? first->valid_until : 0;
}

/* Facts that are the same but for what is claimed, first..end, from before the horizon: do they
 * stay? Their module is the catalogue's, or FACT_NO_MODULE. */
static bool are_retained(const struct catalogue *catalogue, const struct fact *first,
			 const struct fact *end, int64_t horizon_ms)
{
	int32_t on = calendar_day(catalogue->calendar, horizon_ms);
	const struct module *module;
	struct standing standing;

	if (first->module == FACT_NO_MODULE)
		return false;
	module = &catalogue->modules[first->module];
	if (first->type == EVENT_VOIDED)
		return module->n_grants > 0;
	standing = standing_of(catalogue, first);
	standing.valid_until = claimed_end(first, end);
	for (uint32_t i = 0; i < module->n_grants; i++)
		if (grant_is_earned(&module->grants[i], &standing) &&
		    grant_ends(&module->grants[i], &standing) > on)
			return true;
	return false;
}

/* The latest claims: of the region, and of each dimension; of two at one moment that of the greater
 * text (METRICS 1). */
struct latest {
	const struct fact *fact;
	struct text text;
};

static void claim(struct latest *latest, const struct fact *fact, struct text text)
{
	if (!latest->fact || fact->time > latest->fact->time ||
	    (fact->time == latest->fact->time && text_compare(text, latest->text) > 0))
		*latest = (struct latest){ fact, text };
}

static void find_latest(const struct learner *learner, const struct profiles *profiles,
			int64_t horizon_ms, struct latest latest[1 + CATALOGUE_DIMENSIONS_MAX])
{
	for (size_t i = 0; i < learner->n; i++) {
		const struct fact *fact = &learner->facts[i];
		const struct profile *profile = profiles->items[fact->profile];

		if (fact->time >= horizon_ms)
			continue;
		claim(&latest[0], fact, profile->region);
		for (uint32_t c = 0; c < profile->n_claims; c++)
			claim(&latest[1 + profile->claims[c].dimension], fact,
			      profile->claims[c].text);
	}
}

struct fact fact_of_claim(const struct fact *fact)
{
	return (struct fact){ .module = FACT_NO_MODULE,
			      .time = fact->time,
			      .type = EVENT_STARTED,
			      .result = { .score = -1, .passed = -1 },
			      .voids_time = EVENT_NO_TIME,
			      .profile = fact->profile };
}

static bool has_fact(const struct learner *learner, const struct fact *fact)
{
	for (size_t i = 0; i < learner->n; i++)
		if (fact_compare(&learner->facts[i], fact) == 0)
			return true;
	return false;
}

bool learner_rests_on(const struct learner *learner, const struct fact *fact)
{
	struct fact claim = fact_of_claim(fact);

	return has_fact(learner, fact) || has_fact(learner, &claim);
}

/* Facts that are the same but for what is claimed: where they end. */
static const struct fact *end_of_same(const struct fact *first, const struct fact *end)
{
	const struct fact *next = first + 1;

	while (next < end && fact_is_same(first, next))
		next++;
	return next;
}

static int add_facts(struct learner *to, const struct fact *first, const struct fact *end)
{
	bool added;
	int err = 0;

	for (; first < end && !err; first++)
		err = learner_add(to, first, &added);
	return err;
}

static int retain(const struct learner *learner, const struct profiles *profiles,
		  int64_t horizon_ms, struct learner *to)
{
	struct latest latest[1 + CATALOGUE_DIMENSIONS_MAX] = { { .fact = NULL } };
	const struct fact *fact = learner->facts, *end = fact + learner->n, *next;
	int err = 0;

	find_latest(learner, profiles, horizon_ms, latest);
	for (; fact < end && !err; fact = next) {
		next = end_of_same(fact, end);
		if (fact->time >= horizon_ms ||
		    are_retained(profiles->catalogue, fact, next, horizon_ms))
			err = add_facts(to, fact, next);
	}
	for (size_t i = 0; i < 1 + CATALOGUE_DIMENSIONS_MAX && !err; i++) {
		struct fact claimed;

		if (!latest[i].fact)
			continue;
		claimed = fact_of_claim(latest[i].fact);
		err = add_facts(to, &claimed, &claimed + 1);
	}
	return err;
}

int learner_retain(struct learner *learner, const struct profiles *profiles, int64_t horizon_ms)
{
	struct learner kept = { .n = 0 };
	size_t i = 0;
	int err;

	while (i < learner->n && learner->facts[i].time >= horizon_ms)
		i++;
	if (i == learner->n)
		return 0;
	err = retain(learner, profiles, horizon_ms, &kept);
	if (err) {
		learner_free(&kept);
		return err;
	}
	free(learner->facts);
	learner->facts = kept.facts;
	learner->n = kept.n;
	learner->room = kept.room;
	return 0;
}

/* Orders to forget. */

/* Who is forgotten: those who are by now, whatever the build stops at. What was known by then of
 * somebody who has been forgotten since is not known any more. */

static int add_forgotten(void *context, const uint8_t pseudonym[static PSEUDONYM_BYTES],
			 uint64_t number)
{
	struct ledger *ledger = context;
	struct forgotten *row;

	if (grow(&ledger->forgotten, &ledger->room_forgotten, ledger->n_forgotten + 1,
		 sizeof(*ledger->forgotten)) != 0)
		return LIFT_E_MEMORY;
	row = &ledger->forgotten[ledger->n_forgotten++];
	memcpy(row->learner, pseudonym, PSEUDONYM_BYTES);
	row->number = number;
	return 0;
}

int ledger_load_forgotten(struct ledger *ledger)
{
	struct journal_view view;
	int err = journal_view_begin(ledger->journal, &view);

	if (!err)
		err = journal_view_forgets(&view, add_forgotten, ledger);
	journal_view_end(&view);
	ledger->is_building = true;
	return err;
}

void ledger_drop_forgotten(struct ledger *ledger)
{
	free(ledger->forgotten);
	ledger->forgotten = NULL;
	ledger->n_forgotten = ledger->room_forgotten = 0;
	ledger->is_building = false;
}

static int compare_forgotten(const void *key, const void *row)
{
	return memcmp(key, ((const struct forgotten *)row)->learner, PSEUDONYM_BYTES);
}

bool ledger_is_forgotten(const struct ledger *ledger, const uint8_t learner[static PSEUDONYM_BYTES],
			 uint64_t number)
{
	const struct forgotten *row;

	if (ledger->n_forgotten == 0)
		return false;
	row = bsearch(learner, ledger->forgotten, ledger->n_forgotten, sizeof(*ledger->forgotten),
		      compare_forgotten);
	return row && number < row->number;
}
