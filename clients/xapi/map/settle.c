/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clients/xapi/map/internal.h"
#include "clients/xapi/map/places.h"

static const char told_twice[] = "told twice in one request";

/* Two statements: is one of an attempt that the other is not of? */
static bool of_two_attempts(const json_t *a, const json_t *b)
{
	struct text ra = json_text(json_object_get(json_object_get(a, "context"), "registration")),
		    rb = json_text(json_object_get(json_object_get(b, "context"), "registration"));

	return ra.size && rb.size &&
	       (ra.size != rb.size || strncasecmp(ra.data, rb.data, ra.size) != 0);
}

/* Which of two assessments says less? The one without a score, or without passed; else the earlier,
 * else the lower: whatever their order in the request. */
static int64_t compare(const struct event *a, const struct event *b)
{
	const struct event_result *ra = &a->result, *rb = &b->result;

	if ((ra->score >= 0) != (rb->score >= 0))
		return (ra->score >= 0) - (rb->score >= 0);
	if ((ra->passed >= 0) != (rb->passed >= 0))
		return (ra->passed >= 0) - (rb->passed >= 0);
	if (a->time != b->time)
		return a->time - b->time;
	return ra->score != rb->score ? ra->score - rb->score : ra->passed - rb->passed;
}

struct told_event {
	const json_t *statement;
	struct event *event;
};

/* Which of two goes, 1 or 2; 0: both stay. What the one that stays does not say of the result, the
 * other may tell. */
static int settle_assessed(const struct map *map, struct told_event a, struct told_event b)
{
	struct event *stays;
	int goes;

	if (a.event->result.phase != b.event->result.phase)
		return 0;
	if (activity_is_around(b.statement, a.statement))
		return 1;
	if (activity_is_around(a.statement, b.statement))
		return 2;
	if (llabs(a.event->time - b.event->time) > map->together_s * INT64_C(1000))
		return 0;
	goes = compare(a.event, b.event) < 0 ? 1 : 2;
	stays = goes == 1 ? b.event : a.event;
	if (stays->result.passed < 0)
		stays->result.passed = (goes == 1 ? a : b).event->result.passed;
	if (stays->result.score < 0)
		stays->result.score = (goes == 1 ? a : b).event->result.score;
	return goes;
}

static int64_t end_of(const struct event *event)
{
	return event->time + event->result.minutes * INT64_C(60000);
}

/* Of presences that overlap, the longer one stays. */
static int settle_attended(const struct event *a, const struct event *b)
{
	if (a->time >= end_of(b) || b->time >= end_of(a))
		return 0;
	return a->result.minutes < b->result.minutes ? 1 : 2;
}

static int settle_pair(const struct map *map, struct told_event a, struct told_event b)
{
	if (a.event->type != b.event->type || !text_equal(a.event->learner, b.event->learner) ||
	    !text_equal(a.event->module, b.event->module))
		return 0;
	if (a.event->type == EVENT_ASSESSED && !of_two_attempts(a.statement, b.statement))
		return settle_assessed(map, a, b);
	return a.event->type == EVENT_ATTENDED ? settle_attended(a.event, b.event) : 0;
}

static void drop(struct outcome *outcome, size_t i)
{
	outcome->n_events--;
	memmove(&outcome->events[i], &outcome->events[i + 1],
		(outcome->n_events - i) * sizeof(outcome->events[0]));
	if (outcome->n_events > 0)
		return;
	outcome->kind = OUTCOME_IGNORED;
	outcome->rule = told_twice;
}

/* Event k of outcome i against all later ones; true: it has gone. */
static bool settle_event(const struct map *map, struct outcome *const outcomes[],
			 const json_t *const statements[], size_t n, size_t i, size_t k)
{
	struct told_event at = { statements[i], &outcomes[i]->events[k] };

	for (size_t j = i + 1; j < n; j++) {
		for (size_t l = 0; l < outcomes[j]->n_events;) {
			struct told_event other = { statements[j], &outcomes[j]->events[l] };
			int goes = settle_pair(map, at, other);

			if (goes == 1) {
				drop(outcomes[i], k);
				return true;
			}
			if (goes == 2)
				drop(outcomes[j], l);
			else
				l++;
		}
	}
	return false;
}

void map_settle(const struct map *map, struct outcome *const outcomes[],
		const json_t *const statements[], size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < outcomes[i]->n_events;)
			k += !settle_event(map, outcomes, statements, n, i, k);
}

void map_void(const struct event *event, int64_t now_ms, struct event *ret_event)
{
	struct event voiding = *event;

	voiding.type = EVENT_VOIDED;
	voiding.time = now_ms;
	voiding.voids = event->type;
	voiding.voids_time = event->time;
	voiding.valid_until = 0;
	*ret_event = voiding;
}
