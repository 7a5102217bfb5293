/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A picture that is whole at each tick. What the follower gives is gathered; a beat ends it: if
 * nothing is in doubt then, all of it goes into what is shown. Else it is gathered on, until a beat
 * at which nothing is.
 */
#include <stdlib.h>
#include <string.h>

#include "clients/lib/error.h"
#include "clients/lib/follow/follower.h"
#include "clients/lib/follow/ready.h"
#include "proto/grow.h"
#include "proto/snapshot.h"

struct lift_picture {
	struct lift_follower *follower;
	struct ready ready;
	char *texts[2 + SNAPSHOT_PREFIXES_MAX]; /* the endpoints and topics, copied */
	json_t *shown;				/* topic to body */
	json_t *gathered;			/* the same, or null: empty; after a tick: it */
	json_t *beat;				/* that ended the tick; NULL: none yet */
	struct lift_change *changes;
	size_t changes_room;
	bool handed;	   /* `gathered` is in what is shown already */
	bool was_in_doubt; /* since the last tick */
	bool is_stale;	   /* said */
	int stale_ms;
	int64_t whole_ms; /* when a tick last ended, or it began */
	uint64_t tick;
};

/* Opening. */

static int copy_texts(struct lift_picture *picture, const struct lift_picture_options *options)
{
	picture->texts[0] = strdup(options->publish);
	picture->texts[1] = strdup(options->snapshot);
	for (size_t i = 0; i < options->n_topics; i++)
		picture->texts[2 + i] = strdup(options->topics[i]);
	for (size_t i = 0; i < 2 + options->n_topics; i++)
		if (!picture->texts[i])
			return LIFT_E_MEMORY;
	return 0;
}

static int check(const struct lift_picture_options *options)
{
	bool any = false;

	if (!options->publish || !options->snapshot)
		return lift_set_error(LIFT_E_SOCKET, "a picture needs two endpoints, `publish` and "
						     "`snapshot` of one audience");
	if (!options->topics || options->n_topics < 1 || options->n_topics > SNAPSHOT_PREFIXES_MAX)
		return lift_set_error(LIFT_E_TOPICS, "a picture has 1 to %d beginnings of topics",
				      SNAPSHOT_PREFIXES_MAX);
	for (size_t i = 0; i < options->n_topics; i++) {
		if (!options->topics[i])
			return lift_set_error(LIFT_E_TOPICS, "topic %zu is NULL", i);
		any = any || strncmp(options->topics[i], "beat", 4) != 0;
	}
	if (!any)
		return lift_set_error(LIFT_E_TOPICS, "beats alone are no picture");
	return 0;
}

static int open_parts(struct lift_picture *picture, const struct lift_picture_options *options)
{
	struct wire *wires[2];
	int err = copy_texts(picture, options);

	picture->shown = json_object();
	picture->gathered = json_object();
	if (!err && (!picture->shown || !picture->gathered))
		err = LIFT_E_MEMORY;
	if (!err)
		err = follower_open(picture->texts[0], picture->texts[1], options->keys,
				    (const char *const *)picture->texts + 2, options->n_topics,
				    options->buffer, &picture->follower);
	if (!err)
		err = ready_open(&picture->ready);
	if (err)
		return err;
	follower_wires(picture->follower, wires);
	err = ready_watch(&picture->ready, wires[0]);
	return err ? err : ready_again(&picture->ready, true); /* it has not been looked at yet */
}

int lift_picture_open(const struct lift_picture_options *options, struct lift_picture **ret_picture)
{
	struct lift_picture *picture;
	int err = check(options);

	if (err)
		return error_told(err);
	picture = calloc(1, sizeof(*picture));
	if (!picture)
		return error_told(LIFT_E_MEMORY);
	picture->ready = (struct ready){ -1, -1, -1 };
	picture->stale_ms = options->stale_ms > 0 ? options->stale_ms : LIFT_STALE_MS;
	picture->whole_ms = wire_clock_ms();
	picture->was_in_doubt = true;
	err = open_parts(picture, options);
	if (err)
		lift_picture_close(picture);
	else
		*ret_picture = picture;
	return error_told(err);
}

void lift_picture_close(struct lift_picture *picture)
{
	if (!picture)
		return;
	ready_close(&picture->ready);
	lift_follower_free(picture->follower);
	for (size_t i = 0; i < sizeof(picture->texts) / sizeof(picture->texts[0]); i++)
		free(picture->texts[i]);
	json_decref(picture->shown);
	json_decref(picture->gathered);
	json_decref(picture->beat);
	free(picture->changes);
	free(picture);
}

/* Gathering. */

/* Names are not checked: what is no UTF-8 is no topic of the daemon's, and does no harm. */
static int gather(struct lift_picture *picture, struct text topic, const json_t *body)
{
	bool is_empty = json_is_null(json_object_get(body, "metrics"));
	char *name = strndup(topic.data, topic.size);
	int failed = !name;

	if (!failed)
		failed = is_empty
				 ? json_object_set_new_nocheck(picture->gathered, name, json_null())
				 : json_object_set_nocheck(picture->gathered, name, (json_t *)body);
	free(name);
	return failed ? LIFT_E_MEMORY : 0;
}

/* What was gathered goes into what is shown; what was not shown, and is empty, is no change. */
static int show(struct lift_picture *picture, size_t *ret_n)
{
	int err = grow(&picture->changes, &picture->changes_room,
		       json_object_size(picture->gathered), sizeof(*picture->changes));
	const char *topic;
	json_t *body;
	size_t n = 0;

	if (err)
		return err;
	json_object_foreach(picture->gathered, topic, body)
	{
		bool is_empty = json_is_null(body);

		if (is_empty && json_object_del(picture->shown, topic) != 0)
			continue;
		if (!is_empty && json_object_set_nocheck(picture->shown, topic, body) != 0)
			return LIFT_E_MEMORY;
		picture->changes[n++] = (struct lift_change){ topic, is_empty ? NULL : body };
	}
	*ret_n = n;
	return 0;
}

/* The beat of an open audience says which release it is that stands. */
static void tell_release(const json_t *beat, struct lift_picture_news *news)
{
	const char *plane = json_string_value(json_object_get(beat, "plane"));
	json_int_t release = json_integer_value(json_object_get(beat, "release"));

	news->is_open = plane && strcmp(plane, "open") == 0;
	if (!news->is_open || release < 1 || release > UINT32_MAX)
		return;
	news->release = (uint32_t)release;
	news->as_of = json_string_value(json_object_get(beat, "as_of"));
}

/* A beat. LIFT_E_NOT_FOUND where the tick cannot be shown yet. */
static int end_tick(struct lift_picture *picture, const json_t *beat,
		    struct lift_picture_news *ret_news)
{
	uint64_t tick = (uint64_t)json_integer_value(json_object_get(beat, "seq"));
	size_t n;
	int err;

	if (!follower_is_settled(picture->follower, tick)) {
		picture->was_in_doubt = true;
		return LIFT_E_NOT_FOUND;
	}
	err = show(picture, &n);
	if (err)
		return err;
	json_decref(picture->beat);
	picture->beat = json_incref((json_t *)beat);
	picture->handed = true;
	picture->tick = tick;
	*ret_news = (struct lift_picture_news){ .what = picture->was_in_doubt ? LIFT_PICTURE_WHOLE
									      : LIFT_PICTURE_TICK,
						.tick = tick,
						.beat = picture->beat,
						.changes = picture->changes,
						.n_changes = n };
	tell_release(beat, ret_news);
	picture->was_in_doubt = picture->is_stale = false;
	picture->whole_ms = wire_clock_ms();
	return 0;
}

/* What there is, without waiting. */
static int take(struct lift_picture *picture, struct lift_picture_news *ret_news)
{
	int err;

	if (picture->handed)
		json_object_clear(picture->gathered);
	picture->handed = false;
	do {
		const json_t *body;
		struct text topic;

		err = follower_take(picture->follower, &topic, &body);
		if (err)
			return err;
		if (text_equal(topic, text_of("beat")))
			err = end_tick(picture, body, ret_news);
		else
			err = gather(picture, topic, body);
		if (!err && picture->handed)
			return 0;
	} while (!err || err == LIFT_E_NOT_FOUND);
	return err;
}

/* Waiting. */

static int64_t stale_at_ms(const struct lift_picture *picture)
{
	int64_t ms = 2 * follower_tick_ms(picture->follower);

	if (ms < picture->stale_ms)
		ms = picture->stale_ms;
	return picture->is_stale ? INT64_MAX : picture->whole_ms + ms;
}

static int say_stale(struct lift_picture *picture, struct lift_picture_news *ret_news)
{
	if (wire_clock_ms() < stale_at_ms(picture))
		return LIFT_E_NOT_FOUND;
	picture->is_stale = true;
	*ret_news = (struct lift_picture_news){ .what = LIFT_PICTURE_STALE, .tick = picture->tick };
	if (picture->beat)
		tell_release(picture->beat, ret_news);
	return 0;
}

/* There is nothing: until when, and of what sockets? */
static int prepare_wait(struct lift_picture *picture, int64_t *ret_due_ms)
{
	int64_t due_ms = follower_due_ms(picture->follower), stale_ms = stale_at_ms(picture);
	struct wire *wires[2];
	int err = 0;

	follower_wires(picture->follower, wires);
	for (size_t i = 0; !err && i < 2; i++)
		if (wires[i])
			err = wire_hear(wires[i]);
	if (!err && wires[1])
		err = ready_watch(&picture->ready, wires[1]);
	*ret_due_ms = due_ms < stale_ms ? due_ms : stale_ms;
	if (!err)
		err = ready_at(&picture->ready, *ret_due_ms);
	return err;
}

static int step(struct lift_picture *picture, struct lift_picture_news *ret_news)
{
	int err = take(picture, ret_news);

	return err == LIFT_E_NOT_FOUND ? say_stale(picture, ret_news) : err;
}

int lift_picture_next(struct lift_picture *picture, int timeout_ms,
		      struct lift_picture_news *ret_news)
{
	int64_t end_ms = timeout_ms < 0 ? INT64_MAX : wire_clock_ms() + timeout_ms, due_ms, now_ms;
	int err, failed;

	while ((err = step(picture, ret_news)) == LIFT_E_NOT_FOUND) {
		failed = prepare_wait(picture, &due_ms);
		if (!failed)
			failed = ready_again(&picture->ready, false);
		if (failed)
			return error_told(failed);
		now_ms = wire_clock_ms();
		if (now_ms >= end_ms)
			return error_told(LIFT_E_NOT_FOUND);
		failed = ready_wait(&picture->ready, end_ms == INT64_MAX ? -1 : end_ms - now_ms);
		if (failed)
			return error_told(failed);
	}
	if (!err)
		err = ready_again(&picture->ready, true);
	return error_told(err);
}

int lift_picture_descriptor(const struct lift_picture *picture)
{
	return picture->ready.epoll;
}

/* Looking. */

const json_t *lift_picture_find(const struct lift_picture *picture, const char *topic)
{
	return json_object_get(picture->shown, topic);
}

int lift_picture_each(const struct lift_picture *picture, const char *beginning,
		      lift_message_fn *fn, void *context)
{
	const size_t size = strlen(beginning);
	const char *topic;
	json_t *body;
	int err;

	json_object_foreach(picture->shown, topic, body)
	{
		err = strncmp(topic, beginning, size) == 0 ? fn(context, topic, body) : 0;
		if (err)
			return err;
	}
	return 0;
}
