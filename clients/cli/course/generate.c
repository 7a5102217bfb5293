/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/generate.h"

#include <stdlib.h>

#include "clients/cli/course/extras.h"
#include "clients/cli/course/journey.h"

enum { APPLICANTS_IN = 6 /* one for so many who take part */ };

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* By delivery; what is delivered at once, by who and what, so that there is one order only. */
static int compare_events(const void *left, const void *right)
{
	const struct course_event *a = left, *b = right;
	int order = compare_numbers((uint64_t)a->sent_s << 32 | a->learner,
				    (uint64_t)b->sent_s << 32 | b->learner);

	if (!order)
		order = compare_numbers((uint64_t)a->at_s << 32 | a->voids_s,
					(uint64_t)b->at_s << 32 | b->voids_s);
	if (!order)
		order = compare_numbers(a->module << 8 | a->type, b->module << 8 | b->type);
	if (!order)
		order = a->score - b->score;
	if (!order)
		order = a->passed - b->passed;
	if (!order)
		order = a->wrong - b->wrong;
	if (!order)
		order = a->state - b->state;
	return order ? order : a->more - b->more;
}

int course_generate(const struct course *course, struct course_event **ret_events, size_t *ret_n)
{
	struct writing writing = { 0 };

	for (uint32_t i = 0; i < course->learners && !writing.no_memory; i++)
		journey_make(course, i, &writing);
	/* Beside those who take part, some have only applied. */
	for (uint32_t i = 0; course->enrolment && i < course->learners / APPLICANTS_IN; i++)
		extras_apply(course, course->learners + i, &writing);
	if (writing.no_memory) {
		free(writing.events);
		return LIFT_E_MEMORY;
	}
	if (writing.n)
		qsort(writing.events, writing.n, sizeof(*writing.events), compare_events);
	*ret_events = writing.events;
	*ret_n = writing.n;
	return 0;
}
