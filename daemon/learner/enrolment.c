/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/states.h"

bool standing_has_begun(const struct standing *fact)
{
	return fact->type != EVENT_WITHDRAWN && fact->type != EVENT_ENROLLED;
}

void enrolment_begin(struct enrolment *enrolment)
{
	*enrolment = (struct enrolment){ .last = INT64_MIN };
}

static bool is_later(const struct standing *fact, const struct standing *than)
{
	return !than || fact->time > than->time ||
	       (fact->time == than->time && fact->state > than->state);
}

void enrolment_add(struct enrolment *enrolment, const struct standing *fact)
{
	if (fact->time > enrolment->last)
		enrolment->last = fact->time;
	if (fact->type == EVENT_WITHDRAWN && is_later(fact, enrolment->withdrawn))
		enrolment->withdrawn = fact;
	if (fact->type == EVENT_ENROLLED && is_later(fact, enrolment->enrolled))
		enrolment->enrolled = fact;
}

bool enrolment_withdrawn(const struct enrolment *enrolment, bool completed)
{
	return !completed && enrolment->withdrawn && enrolment->withdrawn->time == enrolment->last;
}

enum event_state enrolment_ever(const struct enrolment *enrolment)
{
	return enrolment->enrolled ? enrolment->enrolled->state : STATE_NONE;
}

enum event_state enrolment_state(const struct enrolment *enrolment, bool completed)
{
	return enrolment_withdrawn(enrolment, completed) ? STATE_NONE : enrolment_ever(enrolment);
}
