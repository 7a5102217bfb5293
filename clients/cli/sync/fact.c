/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/fact.h"

#include <stdlib.h>

#include "proto/grow.h"

void facts_clear(struct facts *facts)
{
	arena_free(&facts->arena);
	free(facts->items);
	*facts = (struct facts){ 0 };
}

static bool keep_text(struct arena *arena, struct text from, struct text *to)
{
	*to = (struct text){ arena_text(arena, from), from.size };
	return to->data;
}

static bool keep_attrs(struct arena *arena, const struct event *event, struct fact *fact)
{
	fact->n_attrs = event->n_attrs;
	fact->attrs = arena_take(arena, event->n_attrs, sizeof(*fact->attrs));
	for (size_t i = 0; fact->attrs && i < event->n_attrs; i++)
		if (!keep_text(arena, event->attrs[i].name, &fact->attrs[i].name) ||
		    !keep_text(arena, event->attrs[i].value, &fact->attrs[i].value))
			return false;
	return fact->attrs;
}

int facts_add(struct facts *facts, const struct event *event)
{
	struct fact fact = { .type = event->type,
			     .result = event->result,
			     .valid_until = event->valid_until,
			     .time = event->time,
			     .listed = event->time };
	struct arena *arena = &facts->arena;

	if (grow(&facts->items, &facts->room, facts->n + 1, sizeof(*facts->items)) != 0 ||
	    !keep_text(arena, event->learner, &fact.learner) ||
	    !keep_text(arena, event->module, &fact.module) ||
	    !keep_text(arena, event->region, &fact.region) || !keep_attrs(arena, event, &fact))
		return LIFT_E_MEMORY;
	facts->items[facts->n++] = fact;
	return 0;
}

int facts_decode(struct msg_reader *reader, struct msg_writer *writer, struct text encoded,
		 struct event *ret_event)
{
	struct batch batch;
	int err;

	*ret_event = (struct event){ 0 };
	msg_writer_clear(writer);
	batch_begin(writer, NULL, text_of("x"), text_of("x"), 1, 1);
	msg_raw(writer, encoded);
	err = batch_decode(reader, msg_written(writer), &batch);
	return err ? err : batch_event(&batch, 0, ret_event);
}

void fact_event(const struct fact *fact, struct event *ret_event)
{
	*ret_event = (struct event){ .type = fact->type,
				     .time = fact->time,
				     .learner = fact->learner,
				     .module = fact->module,
				     .region = fact->region,
				     .result = fact->result,
				     .valid_until = fact->valid_until,
				     .voids_time = EVENT_NO_TIME,
				     .n_attrs = fact->n_attrs };
	for (size_t i = 0; i < fact->n_attrs; i++)
		ret_event->attrs[i] = fact->attrs[i];
	if (fact->kind == FACT_GONE) {
		/* At its own time, and with its own profile: so nothing of the profile changes. */
		ret_event->type = EVENT_VOIDED;
		ret_event->voids = fact->type;
		ret_event->voids_time = fact->time;
		ret_event->valid_until = 0;
	} else if (fact->kind == FACT_MOVE) {
		/* Only its profile is meant: nobody withdrew in the first moment that there is. */
		ret_event->type = EVENT_VOIDED;
		ret_event->voids = EVENT_WITHDRAWN;
		ret_event->voids_time = EVENT_TIME_MIN;
	}
}

/* Order. */

static int compare(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

int result_compare(const struct event_result *a, const struct event_result *b)
{
	int order = compare(a->score, b->score);

	order = order ? order : compare(a->passed, b->passed);
	order = order ? order : compare(a->phase, b->phase);
	order = order ? order : compare(a->minutes, b->minutes);
	return order ? order : compare(a->state, b->state);
}

static int compare_kin(const struct fact *a, const struct fact *b)
{
	int order = text_compare(a->learner, b->learner);

	order = order ? order : text_compare(a->module, b->module);
	return order ? order : compare(a->type, b->type);
}

bool fact_is_akin(const struct fact *a, const struct fact *b)
{
	return compare_kin(a, b) == 0;
}

int fact_compare_listed(const struct fact *a, const struct fact *b)
{
	int order = compare_kin(a, b);

	order = order ? order : compare(a->listed, b->listed);
	return order ? order : result_compare(&a->result, &b->result);
}

int fact_compare_sent(const struct fact *a, const struct fact *b)
{
	int order = compare_kin(a, b);

	order = order ? order : compare(a->time, b->time);
	return order ? order : result_compare(&a->result, &b->result);
}

bool result_covers(const struct event_result *gone, const struct event_result *result)
{
	return (gone->score < 0 || gone->score == result->score) &&
	       (gone->passed < 0 || gone->passed == result->passed) &&
	       (gone->phase == PHASE_NONE || gone->phase == result->phase) &&
	       (gone->minutes == 0 || gone->minutes == result->minutes) &&
	       (gone->state == STATE_NONE || gone->state == result->state);
}

int64_t fact_next_time(int64_t time)
{
	enum { MINUTE_MS = 60000 };
	int64_t minute = time - time % MINUTE_MS;

	return minute + (time - minute + 1) % MINUTE_MS;
}

/* Each once. */

static int order_listed(const void *a, const void *b)
{
	const struct fact *x = a, *y = b;
	int order = fact_compare_listed(x, y);

	return order ? order : (x->place > y->place) - (x->place < y->place);
}

static const struct text *attr_of(const struct fact *fact, struct text name)
{
	for (size_t i = 0; i < fact->n_attrs; i++)
		if (text_equal(fact->attrs[i].name, name))
			return &fact->attrs[i].value;
	return NULL;
}

/* Do two of the same fact say the same? */
static bool says_the_same(const struct fact *a, const struct fact *b)
{
	if (!text_equal(a->region, b->region) || a->valid_until != b->valid_until ||
	    a->n_attrs != b->n_attrs)
		return false;
	for (size_t i = 0; i < a->n_attrs; i++) {
		const struct text *other = attr_of(b, a->attrs[i].name);

		if (!other || !text_equal(*other, a->attrs[i].value))
			return false;
	}
	return true;
}

int facts_unify(struct facts *facts, const struct fact **ret_a, const struct fact **ret_b)
{
	size_t n = 0;

	if (facts->n > 0)
		qsort(facts->items, facts->n, sizeof(*facts->items), order_listed);
	for (size_t i = 0; i < facts->n; i++) {
		if (n == 0 || fact_compare_listed(&facts->items[n - 1], &facts->items[i]) != 0) {
			facts->items[n++] = facts->items[i];
		} else if (!says_the_same(&facts->items[n - 1], &facts->items[i])) {
			*ret_a = &facts->items[n - 1];
			*ret_b = &facts->items[i];
			return LIFT_E_DIFFERENT;
		}
	}
	facts->n = n;
	return 0;
}
