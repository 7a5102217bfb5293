/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/contribution/counts.h"

#include <stdlib.h>

#include "daemon/contribution/parts.h"
#include "proto/grow.h"

void counts_memory_free(struct counts_memory *memory)
{
	for (int side = 0; side < SIDES; side++) {
		months_free(&memory->months[side]);
		free(memory->from[side].items);
	}
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

void counts_number(struct counts *counts, enum facet facet, int64_t was, int64_t is)
{
	counts_write(counts, facet, 0, 0, is - was);
}

void counts_one(struct counts *counts, enum facet facet, uint32_t part, const uint64_t *was,
		const uint64_t *is)
{
	if (was && is && *was == *is)
		return;
	if (was)
		counts_write(counts, facet, part, *was, -1);
	if (is)
		counts_write(counts, facet, part, *is, 1);
}

void counts_day(struct counts *counts, enum facet facet, const struct standing *was,
		const struct standing *is)
{
	if (was && is && was->day == is->day)
		return;
	if (was)
		counts_write(counts, facet, 0, (uint32_t)was->day, -1);
	if (is)
		counts_write(counts, facet, 0, (uint32_t)is->day, 1);
}

/* The value of each dimension. */
static void write_by(struct counts *counts, enum facet facet, int64_t n)
{
	for (uint32_t d = 0; n && d < counts->catalogue->n_dimensions; d++)
		counts_write(counts, facet, tally_by(d, counts->profile->values[d]), 0, n);
}

void counts_by(struct counts *counts, enum facet facet, bool was, bool is)
{
	write_by(counts, facet, (int64_t)is - was);
}

/* What a fact that counts adds to the figures of time: presence is no enrolment. */
void counts_note_hour(struct counts *counts, enum side side, const struct standing *fact)
{
	struct counts_memory *memory = counts->memory;

	if (fact->type == EVENT_ENROLLED)
		return;
	memory->hours[fact->hour] += side == IS ? 1 : -1;
	memory->hours_used[fact->hour / 64] |= UINT64_C(1) << fact->hour % 64;
}

void counts_note_month(struct counts *counts, enum side side, const struct standing *fact)
{
	if (fact->type == EVENT_ATTENDED && !counts->err)
		counts->err = months_add(&counts->memory->months[side], fact);
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

static int64_t month_learners(const struct month *month)
{
	return month ? 1 : 0;
}

static int64_t month_minutes(const struct month *month)
{
	return month ? month->minutes : 0;
}

/* METRICS 4: each learner's minutes of a month down to whole hours, then summed. */
static int64_t month_hours(const struct month *month)
{
	return month ? month->minutes / 60 : 0;
}

/* Of both sides, both of which ascend. */
static void write_months(struct counts *counts, enum facet facet,
			 int64_t (*count)(const struct month *month))
{
	const struct months *months = counts->memory->months;
	const struct month *was = months[WAS].items, *was_end = was + months[WAS].n;
	const struct month *is = months[IS].items, *is_end = is + months[IS].n;

	while (was < was_end || is < is_end) {
		bool has_was = was < was_end && (is == is_end || was->month <= is->month);
		bool has_is = is < is_end && (was == was_end || is->month <= was->month);

		counts_write(counts, facet, 0, (uint32_t)(has_is ? is->month : was->month),
			     count(has_is ? is : NULL) - count(has_was ? was : NULL));
		was += has_was;
		is += has_is;
	}
}

void counts_months(struct counts *counts)
{
	if (counts->memory->months[WAS].n + counts->memory->months[IS].n == 0)
		return;
	write_months(counts, FACET_MONTH_LEARNERS, month_learners);
	write_months(counts, FACET_MONTH_MINUTES, month_minutes);
	write_months(counts, FACET_MONTH_HOURS, month_hours);
}

/* The minutes under the value of each dimension; and begin anew. */
void counts_by_minutes(struct counts *counts)
{
	struct months *months = counts->memory->months;

	write_by(counts, FACET_BY_MINUTES,
		 months_minutes(&months[IS]) - months_minutes(&months[WAS]));
	months[WAS].n = months[IS].n = 0;
}

void counts_last(struct counts *counts, struct counts_last was, struct counts_last is)
{
	counts_day(counts, FACET_LAST, was.last, is.last);
	counts_day(counts, FACET_OPEN, was.is_over ? NULL : was.last, is.is_over ? NULL : is.last);
}

/* Who is enrolled, and of those admitted who has not started. */
void counts_enrolment(struct counts *counts, struct counts_enrolled was, struct counts_enrolled is)
{
	if (was.state != is.state && was.state != STATE_NONE)
		counts_write(counts, FACET_ENROLLED, was.state, 0, -1);
	if (was.state != is.state && is.state != STATE_NONE)
		counts_write(counts, FACET_ENROLLED, is.state, 0, 1);
	counts_number(counts, FACET_NOT_STARTED, was.state == STATE_ADMITTED && !was.started,
		      is.state == STATE_ADMITTED && !is.started);
}

/* Where facts come from. */

bool counts_wants_regions(const struct counts *counts, bool was_so, bool is_so)
{
	const struct folding *folding = counts->folding;

	if (!folding->latest.moved || (!was_so && !is_so))
		return false;
	/* Else they are the same as before. */
	return was_so != is_so || folding->has_new_regions ||
	       counts->profile->home != folding->latest.home;
}

static int add_region(struct regions *regions, uint32_t region)
{
	size_t at = regions->n;

	while (at > 0 && regions->items[at - 1] > region)
		at--;
	if (at > 0 && regions->items[at - 1] == region)
		return 0;
	if (grow(&regions->items, &regions->room, regions->n + 1, sizeof(*regions->items)) != 0)
		return LIFT_E_MEMORY;
	memmove(regions->items + at + 1, regions->items + at,
		(regions->n - at) * sizeof(*regions->items));
	regions->items[at] = region;
	regions->n++;
	return 0;
}

/* Of a module of which some fact stands, voidings, too, are what figures stand on. */
void counts_note_regions(struct counts *counts, struct outline_module *module)
{
	struct folding *folding = counts->folding;
	const struct seen_facts *seen = &folding->seen;
	uint32_t place = module->first_new;

	for (uint32_t i = module->first; i < module->end && !counts->err; i++) {
		const struct fact *fact = &seen->learner->facts[i];
		uint32_t region = seen->profiles->items[fact->profile]->home;
		bool is_new = place < module->end_new && seen->places[place] == i;

		place += is_new;
		if (fact->time >= seen->until || region == counts->profile->home)
			continue;
		counts->err = folding_stand(folding, module);
		if (!counts->err && module->is.first < module->is.end)
			counts->err = add_region(&counts->memory->from[IS], region);
		if (!counts->err && !is_new && module->was.first < module->was.end)
			counts->err = add_region(&counts->memory->from[WAS], region);
	}
}

/* And begin anew. */
void counts_regions(struct counts *counts, bool was_so, bool is_so)
{
	struct regions *was = &counts->memory->from[WAS], *is = &counts->memory->from[IS];
	size_t n_was = was_so ? was->n : 0, n_is = is_so ? is->n : 0, w = 0, i = 0;

	while (w < n_was || i < n_is) {
		bool has_was = w < n_was && (i == n_is || was->items[w] <= is->items[i]);
		bool has_is = i < n_is && (w == n_was || is->items[i] <= was->items[w]);

		counts_write(counts, FACET_FROM, 0, has_is ? is->items[i] : was->items[w],
			     (int64_t)has_is - has_was);
		w += has_was;
		i += has_is;
	}
	was->n = is->n = 0;
}
