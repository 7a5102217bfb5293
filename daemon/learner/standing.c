/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/standing.h"
#include "proto/grow.h"

#include <stdlib.h>

void standings_free(struct standings *standings)
{
	free(standings->facts);
	free(standings->modules);
	*standings = (struct standings){ 0 };
}

static bool names(int32_t named, int32_t value)
{
	return named < 0 || named == value;
}

/* Does a voiding take back a fact: all that it names is equal; without a time, those up to its
 * own. */
static bool takes_back(const struct fact *voiding, const struct fact *fact)
{
	const struct event_result *named = &voiding->result, *result = &fact->result;

	if (voiding->voids != fact->type)
		return false;
	if (voiding->voids_time == EVENT_NO_TIME ? fact->time > voiding->time
						 : fact->time != voiding->voids_time)
		return false;
	return names(named->score, result->score) && names(named->passed, result->passed) &&
	       (named->phase == PHASE_NONE || named->phase == result->phase) &&
	       (!named->minutes || named->minutes == result->minutes) &&
	       (named->state == STATE_NONE || named->state == result->state);
}

static bool stands(const struct fact *fact, const struct fact *voidings, const struct fact *end,
		   int64_t until)
{
	for (; voidings < end; voidings++)
		if (voidings->time < until && takes_back(voidings, fact))
			return false;
	return true;
}

static bool is_passed(const struct fact *fact, int16_t pass_mark)
{
	if (fact->type != EVENT_ASSESSED)
		return false;
	return fact->result.passed >= 0 ? fact->result.passed : fact->result.score >= pass_mark;
}

struct standing standing_of(const struct catalogue *catalogue, const struct fact *fact)
{
	struct local_moment local = calendar_local(catalogue->calendar, fact->time);

	return (struct standing){
		.time = fact->time,
		.day = local.day,
		.score = fact->result.score,
		.valid_until = fact->valid_until,
		.minutes = fact->result.minutes,
		.hour = (uint8_t)local.hour,
		.type = fact->type,
		.phase = fact->result.phase,
		.state = fact->result.state,
		.passed = is_passed(fact, catalogue->modules[fact->module].pass_mark),
	};
}

/* All of a module's facts, of which the voidings come first. */
struct span standings_add(struct standings *standings, const struct fact *first,
			  const struct fact *end, const struct catalogue *catalogue, int64_t until)
{
	struct standing *added = standings->facts + standings->n;
	const struct fact *voidings = first, *previous = NULL;
	struct standing *standing = NULL; /* what `previous` has become, if it stands */

	while (first < end && first->type == EVENT_VOIDED)
		first++;
	/* In order of time. Those that differ by what is only claimed are one; who claims no
	 * valid_until comes first, then the days ascending. */
	for (const struct fact *fact = first; fact < end && fact->time < until; fact++) {
		if (previous && fact_is_same(previous, fact)) {
			if (standing && !standing->valid_until)
				standing->valid_until = fact->valid_until;
			continue;
		}
		previous = fact;
		standing = NULL;
		if (!stands(fact, voidings, first, until))
			continue;
		standing = &standings->facts[standings->n++];
		*standing = standing_of(catalogue, fact);
	}
	return (struct span){ added, standings->facts + standings->n };
}

int standings_begin(struct standings *standings, size_t n_facts)
{
	standings->n = standings->n_modules = 0;
	return grow(&standings->facts, &standings->room_facts, n_facts, sizeof(*standings->facts));
}

int standings_make(struct standings *standings, const struct learner *learner,
		   const struct catalogue *catalogue, int64_t until)
{
	const struct fact *fact = learner->facts, *end = fact + learner->n, *next;
	int err = standings_begin(standings, learner->n);

	/* There are no more modules than facts. */
	if (!err)
		err = grow(&standings->modules, &standings->room_modules, learner->n,
			   sizeof(*standings->modules));
	if (err)
		return err;
	for (; fact < end && fact->module != FACT_NO_MODULE; fact = next) {
		struct standing_module *module = &standings->modules[standings->n_modules];

		for (next = fact; next < end && next->module == fact->module; next++)
			;
		*module = (struct standing_module){ fact->module, (uint32_t)standings->n, 0 };
		standings_add(standings, fact, next, catalogue, until);
		module->end = (uint32_t)standings->n;
		standings->n_modules += module->end > module->first;
	}
	return 0;
}
