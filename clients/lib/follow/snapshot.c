/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot alone. Whether it has all topics, the end of its first page says: until then its
 * messages are held back.
 */
#include <stdlib.h>

#include "clients/lib/error.h"
#include "clients/lib/follow/pages.h"
#include "clients/lib/follow/subscriber.h"
#include "proto/snapshot.h"

/* Of the first page only the end is wanted: who waits for a daemon that has just started asks for
 * it again and again. */
enum { FIRST_PAGE = 1 };

struct held {
	zmq_msg_t topic;
	json_t *body;
};

struct snapshot {
	struct pages pages;
	struct held held[FIRST_PAGE + 1]; /* behind those held is the one that comes in */
	size_t n_held;
	lift_message_fn *message;
	void *context;
};

static void held_free(struct held *held)
{
	zmq_msg_close(&held->topic);
	json_decref(held->body);
}

static int hand_over(struct snapshot *snapshot, struct held *held)
{
	char *topic = strndup(zmq_msg_data(&held->topic), zmq_msg_size(&held->topic));
	int err = topic ? snapshot->message(snapshot->context, topic, held->body) : LIFT_E_MEMORY;

	free(topic);
	return err;
}

/* The first page has ended. */
static int release(struct snapshot *snapshot)
{
	int err = snapshot->pages.complete ? 0 : LIFT_E_BUSY;

	for (size_t i = 0; i < snapshot->n_held; i++) {
		if (!err)
			err = hand_over(snapshot, &snapshot->held[i]);
		held_free(&snapshot->held[i]);
	}
	snapshot->n_held = 0;
	return err;
}

static int wait_for_page(struct pages *pages)
{
	int64_t ms = pages->heard_ms + LIFT_ANSWER_MS - wire_clock_ms();

	if (ms <= 0)
		return lift_set_error(LIFT_E_SOCKET, "nothing has come from %s for %d ms",
				      pages->endpoint, LIFT_ANSWER_MS);
	return wire_wait(&pages->wire, ZMQ_POLLIN, ms);
}

static int take_message(struct snapshot *snapshot, struct held *held)
{
	int err;

	if (!snapshot->pages.any_page) {
		snapshot->n_held++;
		return snapshot->n_held > FIRST_PAGE ? LIFT_E_MALFORMED : 0;
	}
	err = hand_over(snapshot, held);
	held_free(held);
	return err;
}

/* One message, or the end, or a pause. */
static int take(struct snapshot *snapshot, enum pages_what *ret_what)
{
	struct held *held = &snapshot->held[snapshot->n_held];
	int err;

	held->body = NULL;
	zmq_msg_init(&held->topic);
	*ret_what = PAGES_NOTHING;
	err = pages_next(&snapshot->pages, &held->topic, &held->body, ret_what);
	if (!err && snapshot->pages.any_page)
		err = release(snapshot);
	if (!err && *ret_what == PAGES_MESSAGE)
		return take_message(snapshot, held);
	held_free(held);
	return err || *ret_what == PAGES_DONE ? err : wait_for_page(&snapshot->pages);
}

int lift_snapshot(const char *endpoint, const struct lift_keys *keys, const char *const topics[],
		  size_t n_topics, lift_message_fn *message, void *context)
{
	struct snapshot snapshot = { .message = message, .context = context };
	enum pages_what what = PAGES_NOTHING;
	int err = subscriber_check_topics(topics, n_topics, SNAPSHOT_PREFIXES_MAX);

	if (!err && n_topics < 1)
		err = LIFT_E_TOPICS;
	if (!err)
		err = pages_open(&snapshot.pages, endpoint, keys, topics, n_topics);
	if (err)
		return error_told(err);
	snapshot.pages.first = FIRST_PAGE;
	err = pages_ask(&snapshot.pages, false, 0, 0);
	while (!err && what != PAGES_DONE)
		err = take(&snapshot, &what);
	for (size_t i = 0; i < snapshot.n_held; i++)
		held_free(&snapshot.held[i]);
	pages_close(&snapshot.pages);
	return error_told(err);
}
