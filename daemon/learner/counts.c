/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/counts.h"

#include <stdlib.h>

#include "proto/grow.h"

void counts_memory_free(struct counts_memory *memory)
{
	months_free(&memory->months);
	free(memory->from);
	*memory = (struct counts_memory){ 0 };
}

void counts_write(struct counts *counts, enum facet facet, uint32_t part, uint64_t bucket,
		  int64_t n)
{
	struct contribution *to = counts->to;
	struct tally_key key = { .home = counts->profile->home,
				 .subject = counts->subject,
				 .facet = facet,
				 .part = part,
				 .bucket = bucket };

	if (n == 0)
		return;
	if (to->n == to->room && grow(&to->items, &to->room, to->n + 1, sizeof(*to->items)) != 0) {
		counts->err = LIFT_E_MEMORY;
		return;
	}
	if (to->n > 0 && tally_compare(&to->items[to->n - 1].key, &key) > 0)
		counts->sorted = false;
	to->items[to->n++] = (struct tally){ key, n };
}

/* On the local day of a fact, if it ever came. */
void counts_day(struct counts *counts, enum facet facet, const struct standing *fact)
{
	if (fact)
		counts_write(counts, facet, 0, (uint32_t)fact->day, 1);
}

/* The value of each dimension. */
void counts_by(struct counts *counts, enum facet facet, bool is_so)
{
	for (uint32_t d = 0; is_so && d < counts->catalogue->n_dimensions; d++)
		counts_write(counts, facet, tally_by(d, counts->profile->values[d]), 0, 1);
}

static void add_hour(struct counts_memory *memory, const struct standing *fact)
{
	memory->hours[fact->hour]++;
	memory->hours_used[fact->hour / 64] |= UINT64_C(1) << fact->hour % 64;
}

/* And begin anew. */
void counts_hours(struct counts *counts)
{
	struct counts_memory *memory = counts->memory;

	for (uint32_t i = 0; i < 3; i++)
		for (; memory->hours_used[i]; memory->hours_used[i] &= memory->hours_used[i] - 1) {
			uint32_t hour = 64 * i + (uint32_t)__builtin_ctzll(memory->hours_used[i]);

			counts_write(counts, FACET_HOURS, 0, hour, memory->hours[hour]);
			memory->hours[hour] = 0;
		}
}

/* What a fact that counts adds to the figures of time: presence is no enrolment. */
void counts_note_time(struct counts *counts, const struct standing *fact)
{
	if (fact->type == EVENT_ENROLLED)
		return;
	add_hour(counts->memory, fact);
	if (fact->type == EVENT_ATTENDED && !counts->err)
		counts->err = months_add(&counts->memory->months, fact);
}

/* METRICS 4: each learner's minutes of a month down to whole hours, then summed. */
void counts_months(struct counts *counts)
{
	const struct months *months = &counts->memory->months;

	for (size_t i = 0; i < months->n; i++)
		counts_write(counts, FACET_MONTH_LEARNERS, 0, (uint32_t)months->items[i].month, 1);
	for (size_t i = 0; i < months->n; i++)
		counts_write(counts, FACET_MONTH_MINUTES, 0, (uint32_t)months->items[i].month,
			     months->items[i].minutes);
	for (size_t i = 0; i < months->n; i++)
		counts_write(counts, FACET_MONTH_HOURS, 0, (uint32_t)months->items[i].month,
			     months->items[i].minutes / 60);
}

/* The minutes under the value of each dimension; and begin anew. */
void counts_by_minutes(struct counts *counts)
{
	struct months *months = &counts->memory->months;
	int64_t minutes = months_minutes(months);

	for (uint32_t d = 0; minutes && d < counts->catalogue->n_dimensions; d++)
		counts_write(counts, FACET_BY_MINUTES, tally_by(d, counts->profile->values[d]), 0,
			     minutes);
	months->n = 0;
}

/* Who is enrolled, and of those admitted who has not started. */
void counts_enrolment(struct counts *counts, enum event_state state, bool started)
{
	if (state != STATE_NONE)
		counts_write(counts, FACET_ENROLLED, state, 0, 1);
	counts_write(counts, FACET_NOT_STARTED, 0, 0, state == STATE_ADMITTED && !started);
}

/* Where facts come from. */

static int add_from(struct counts_memory *memory, uint32_t region)
{
	size_t at = memory->n_from;

	while (at > 0 && memory->from[at - 1] > region)
		at--;
	if (at > 0 && memory->from[at - 1] == region)
		return 0;
	if (grow(&memory->from, &memory->room_from, memory->n_from + 1, sizeof(*memory->from)) != 0)
		return LIFT_E_MEMORY;
	memmove(memory->from + at + 1, memory->from + at,
		(memory->n_from - at) * sizeof(*memory->from));
	memory->from[at] = region;
	memory->n_from++;
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
void counts_note_regions(struct counts *counts, uint32_t module)
{
	const struct fact *end = counts->learner->facts + counts->learner->n;

	if (!counts->latest.moved)
		return;
	for (const struct fact *fact = find_module(counts->learner, module);
	     fact < end && fact->module == module && !counts->err; fact++) {
		uint32_t region = counts->profiles->items[fact->profile]->home;

		if (fact->time < counts->until && region != counts->profile->home)
			counts->err = add_from(counts->memory, region);
	}
}

/* And begin anew; where the subject does not count, they are not written. */
void counts_regions(struct counts *counts, bool is_so)
{
	struct counts_memory *memory = counts->memory;

	for (size_t i = 0; is_so && i < memory->n_from; i++)
		counts_write(counts, FACET_FROM, 0, memory->from[i], 1);
	memory->n_from = 0;
}
