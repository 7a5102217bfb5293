/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events are put in: what the daemon could not read, or refuses whatever else it knows, is refused
 * at once; the rest is on disk when the call has ended. Calls of several threads share a commit.
 */
#include <inttypes.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <time.h>

#include "clients/lib/error.h"
#include "clients/lib/event.h"
#include "clients/lib/outbox/fault.h"
#include "clients/lib/outbox/outbox_internal.h"
#include "proto/grow.h"
#include "proto/iso8601.h"

enum {
	KEPT_WRITER = 4 << 20,
	NONCES = 64,			   /* drawn at once */
	CHECKED_EVENTS = 1000,		   /* at once */
	EVENT_DEPTH = MSG_DEPTH_DAEMON - 2 /* it is in an array in a map */
};

/* A call that puts in, of events of one kind or the other. */
struct putting {
	const struct lift_event *events;
	const struct lift_encoded *encoded;
	size_t n, bad;
	int err;
	bool is_done, is_wrong; /* it has its end; one of its events is wrong */
	char text[ERROR_TEXT_MAX];
	struct putting *next;
};

static int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Checking. */

/* The daemon judges by its own clock, when the event comes. */
static int check_time(int64_t time_ms, int64_t now_ms)
{
	char text[ISO8601_TEXT];

	if (time_ms <= now_ms + EVENT_AHEAD_MS)
		return 0;
	iso8601_print(time_ms, text);
	return lift_set_error(LIFT_E_TIME, "the time must be at most ten minutes from now, not %s",
			      text);
}

/* A map, and nothing behind it: so that they can be checked, and sent, one behind the other. */
static int check_form(const struct lift_encoded *event)
{
	const uint8_t *bytes = event->data;

	if (event->size > LIFT_BATCH_BYTES)
		return lift_set_error(LIFT_E_VALUE,
				      "an event must have at most %d bytes, and this one has %zu",
				      LIFT_BATCH_BYTES, event->size);
	if (event->size == 0 || !bytes ||
	    ((bytes[0] & 0xf0) != 0x80 && bytes[0] != 0xde && bytes[0] != 0xdf) ||
	    msg_check(bytes, event->size, EVENT_DEPTH) != 0)
		return lift_set_error(LIFT_E_MALFORMED,
				      "an event must be one MessagePack map, with maps of values "
				      "in it at most");
	return 0;
}

/* Write as many as go into a batch: how many. */
static size_t fill_batch(struct msg_writer *batch, const struct lift_encoded *events, size_t n)
{
	size_t size = 0, take = 0;

	while (take < n && take < CHECKED_EVENTS && size + events[take].size <= LIFT_BATCH_BYTES)
		size += events[take++].size;
	msg_writer_clear(batch);
	batch_begin(batch, NULL, text_of("x"), text_of("x"), 1, (uint32_t)take);
	for (size_t i = 0; i < take; i++)
		msg_raw(batch, (struct text){ events[i].data, events[i].size });
	return take;
}

static int check_encoded(struct lift_outbox *outbox, const struct lift_encoded *events, size_t n,
			 size_t *ret_bad)
{
	int64_t now_ms = wall_ms();
	struct event event;
	struct batch batch;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		*ret_bad = i;
		err = check_form(&events[i]);
	}
	for (size_t at = 0; !err && at < n;) {
		size_t count = fill_batch(outbox->batch, events + at, n - at);

		err = batch_decode(outbox->reader, msg_written(outbox->batch), &batch);
		for (size_t i = 0; !err && i < count; i++) {
			*ret_bad = at + i;
			err = batch_event(&batch, (uint32_t)i, &event);
			if (!err)
				err = check_time(event.time, now_ms);
		}
		at += count;
	}
	return err;
}

/* Check them, and write them one behind the other; where each begins is known when all are. */
static int encode_all(struct lift_outbox *outbox, const struct lift_event *events, size_t n,
		      size_t *ret_bad, const struct lift_encoded **ret_encoded)
{
	struct event event;
	int64_t now_ms = wall_ms();
	struct text written;
	size_t before = 0;
	int err = grow(&outbox->encoded, &outbox->encoded_room, n, sizeof(*outbox->encoded));

	msg_writer_clear(outbox->writer);
	for (size_t i = 0; !err && i < n; i++) {
		*ret_bad = i;
		err = event_of_lift(&events[i], &event);
		if (!err)
			err = check_time(event.time, now_ms);
		if (err)
			break;
		event_encode(outbox->writer, &event);
		outbox->encoded[i].size = msg_size(outbox->writer) - before;
		before += outbox->encoded[i].size;
	}
	if (err)
		return err;
	written = msg_written(outbox->writer);
	if (written.size == 0)
		return LIFT_E_MEMORY;
	before = 0;
	for (size_t i = 0; i < n; i++) {
		outbox->encoded[i].data = written.data + before;
		before += outbox->encoded[i].size;
	}
	*ret_encoded = outbox->encoded;
	return 0;
}

/* Writing. */

/* Is there too little room on it for so much more? */
static bool is_disk_full(const char *path, size_t bytes)
{
	struct statvfs disk;

	return statvfs(path, &disk) == 0 &&
	       (uint64_t)disk.f_bavail * disk.f_frsize < bytes + OUTBOX_BYTES_MIN;
}

/* Why there is no room. */
static int tell_full(struct lift_outbox *outbox, size_t bytes)
{
	struct lift_outbox_state state;
	char since[ISO8601_TEXT];

	if (outbox_look(outbox, &state) != 0)
		return LIFT_E_FULL;
	/* SQLite says the same of a full disk: then the file may have room. */
	if (state.bytes + bytes < state.max_bytes && is_disk_full(outbox->file.path, bytes))
		return lift_set_error(LIFT_E_DISK, "the outbox %s: the disk is full",
				      outbox->file.path);
	if (state.waiting == 0)
		return lift_set_error(LIFT_E_FULL,
				      "the outbox %s may have %" PRIu64
				      " bytes, and that is too little for these events",
				      outbox->file.path, state.max_bytes);
	iso8601_print(state.oldest_ms, since);
	return lift_set_error(
		LIFT_E_FULL, "the outbox %s is full: %" PRIu64 " event%s, the oldest since %s%s%s",
		outbox->file.path, state.waiting, state.waiting == 1 ? " waits" : "s wait", since,
		state.why[0] ? ": " : "; the daemon takes them, but not as fast", state.why);
}

static int put_one(struct lift_outbox *outbox, sqlite3_stmt *statement,
		   const struct lift_encoded *event, const seal_nonce nonce)
{
	const void *data = event->data;
	size_t size = event->size;
	int err = 0, rc;

	if (outbox->seal.is_set) {
		size += SEAL_MORE_BYTES;
		err = grow(&outbox->box, &outbox->box_room, size, 1);
		if (err)
			return err;
		seal_close(&outbox->seal, nonce, (struct text){ event->data, event->size },
			   outbox->box);
		data = outbox->box;
	}
	sqlite3_bind_blob(statement, 2, data, (int)size, SQLITE_STATIC);
	rc = sqlite3_step(statement);
	if (rc != SQLITE_DONE)
		err = fault_tell_sqlite(outbox->file.db, rc, outbox->file.path);
	sqlite3_reset(statement);
	return err;
}

static int put_each(struct lift_outbox *outbox, const struct lift_encoded *events, size_t n)
{
	seal_nonce nonces[NONCES];
	int err = 0;
	sqlite3_stmt *statement = outbox_file_sql(&outbox->file, SQL_PUT, &err);

	if (statement)
		sqlite3_bind_int64(statement, 1, wall_ms());
	for (size_t i = 0; !err && i < n; i++) {
		if (outbox->seal.is_set && i % NONCES == 0)
			randombytes_buf(nonces,
					(n - i < NONCES ? n - i : NONCES) * sizeof(seal_nonce));
		err = put_one(outbox, statement, &events[i], nonces[i % NONCES]);
	}
	return err;
}

static int begin(struct lift_outbox *outbox)
{
	int err = outbox_file_check(&outbox->file);

	if (!err && outbox->file.is_sealed && !outbox->seal.is_set)
		err = lift_set_error(LIFT_E_SEAL,
				     "the outbox %s is sealed: nothing is put in "
				     "without its key",
				     outbox->file.path);
	return err ? err : outbox_file_run(&outbox->file, SQL_BEGIN, NULL, 0);
}

/* The calls. */

/* What became of it, with the sentence: it is another thread's, perhaps. */
static void conclude(struct putting *putting, int err)
{
	putting->err = error_told(err);
	if (err)
		snprintf(putting->text, sizeof(putting->text), "%s", lift_error_text());
}

static int check_one(struct lift_outbox *outbox, struct putting *putting,
		     const struct lift_encoded **ret_events)
{
	*ret_events = putting->encoded;
	if (putting->encoded)
		return check_encoded(outbox, putting->encoded, putting->n, &putting->bad);
	return encode_all(outbox, putting->events, putting->n, &putting->bad, ret_events);
}

/* In one transaction, what is right of them: an error, and none is. */
static int put_group(struct lift_outbox *outbox, struct putting *group, size_t *ret_bytes)
{
	bool is_begun = false;
	int err = 0;

	for (struct putting *at = group; !err && at; at = at->next) {
		const struct lift_encoded *events;

		conclude(at, check_one(outbox, at, &events));
		at->is_wrong = at->err != 0;
		if (at->err)
			continue;
		if (!is_begun)
			err = begin(outbox);
		is_begun |= !err;
		if (!err)
			err = put_each(outbox, events, at->n);
		for (size_t i = 0; i < at->n; i++)
			*ret_bytes += events[i].size;
	}
	return is_begun ? outbox_file_end(&outbox->file, err) : err;
}

/* Where all cannot be put in, some may be. */
static void put_all(struct lift_outbox *outbox, struct putting *group)
{
	size_t bytes = 0;
	int err = put_group(outbox, group, &bytes);

	if (!err)
		return;
	if (!group->next) {
		conclude(group, err == LIFT_E_FULL ? tell_full(outbox, bytes) : err);
		return;
	}
	for (struct putting *next; group; group = next) {
		next = group->next;
		group->next = NULL;
		put_all(outbox, group);
		group->next = next;
	}
}

/* Put in all that wait by now. */
static void lead(struct lift_outbox *outbox)
{
	struct putting *group;

	pthread_mutex_lock(&outbox->mutex);
	pthread_mutex_lock(&outbox->queue.mutex);
	group = outbox->queue.first;
	outbox->queue.first = NULL;
	outbox->queue.end = &outbox->queue.first;
	pthread_mutex_unlock(&outbox->queue.mutex);
	put_all(outbox, group);
	msg_writer_shrink(outbox->writer, KEPT_WRITER);
	pthread_mutex_unlock(&outbox->mutex);
	if (outbox->deliverer)
		deliverer_wake(outbox->deliverer);
	pthread_mutex_lock(&outbox->queue.mutex);
	for (; group; group = group->next)
		group->is_done = true;
	pthread_mutex_unlock(&outbox->queue.mutex);
}

/* Behind those that wait; whoever finds nobody at it puts in for all of them. */
static void wait_in_queue(struct lift_outbox *outbox, struct putting *putting)
{
	bool leads;

	pthread_mutex_lock(&outbox->queue.mutex);
	*outbox->queue.end = putting;
	outbox->queue.end = &putting->next;
	while (!putting->is_done && outbox->queue.is_led)
		pthread_cond_wait(&outbox->queue.moved, &outbox->queue.mutex);
	leads = !putting->is_done;
	outbox->queue.is_led |= leads;
	pthread_mutex_unlock(&outbox->queue.mutex);
	if (!leads)
		return;
	lead(outbox);
	pthread_mutex_lock(&outbox->queue.mutex);
	outbox->queue.is_led = false;
	pthread_cond_broadcast(&outbox->queue.moved);
	pthread_mutex_unlock(&outbox->queue.mutex);
}

static int put_in(struct lift_outbox *outbox, struct putting *putting, size_t *ret_bad)
{
	const void *events = putting->encoded ? (const void *)putting->encoded : putting->events;
	char before[ERROR_TEXT_MAX]; /* of this thread, which says what is wrong with others' */
	int err = outbox_check(outbox);

	if (!err && putting->n > 0 && !events)
		err = lift_set_error(LIFT_E_VALUE, "there are %zu events, and they are NULL",
				     putting->n);
	if (err || putting->n == 0)
		return error_told(err);
	snprintf(before, sizeof(before), "%s", lift_error_text());
	wait_in_queue(outbox, putting);
	err = putting->err;
	lift_set_error(err, "%s", err ? putting->text : before);
	if (putting->is_wrong && ret_bad)
		*ret_bad = putting->bad;
	return error_told(err);
}

int lift_publish_encoded(struct lift_outbox *outbox, const struct lift_encoded *events, size_t n,
			 size_t *ret_bad)
{
	struct putting putting = { .encoded = events, .n = n };

	return put_in(outbox, &putting, ret_bad);
}

int lift_publish_many(struct lift_outbox *outbox, const struct lift_event *events, size_t n,
		      size_t *ret_bad)
{
	struct putting putting = { .events = events, .n = n };

	return put_in(outbox, &putting, ret_bad);
}

int lift_publish(struct lift_outbox *outbox, const struct lift_event *event)
{
	return lift_publish_many(outbox, event, 1, NULL);
}
