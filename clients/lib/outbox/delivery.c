/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/outbox/delivery.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/lib/error.h"
#include "clients/lib/outbox/fault.h"
#include "clients/lib/wire.h"
#include "proto/err_code.h"
#include "proto/grow.h"

enum { EVENT_DEPTH = MSG_DEPTH_DAEMON - 2 /* it is in an array in a map */ };

#define SPOILT (UINT64_C(1) << 63) /* of a tag, beside the id: it is sent as an empty map */

static const char empty_map[] = { '\x80' };
static const char spoilt_text[] =
	"the event is damaged in the outbox, or was closed with another key";

static int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Verdicts. */

static void take_rejection(void *context, const struct lift_rejection *rejection)
{
	struct delivery *delivery = context;
	struct settle_refused *refused;
	bool is_spoilt;

	if (lift_err_of_code(text_of(rejection->code)) == LIFT_E_REUSED) {
		if (!delivery->reused || rejection->seq < delivery->reused)
			delivery->reused = rejection->seq;
		return;
	}
	if (grow(&delivery->refused, &delivery->refused_room, delivery->n_refused + 1,
		 sizeof(*refused)) != 0) {
		delivery->no_memory = true;
		return;
	}
	refused = &delivery->refused[delivery->n_refused++];
	refused->id = (int64_t)(rejection->tag & ~SPOILT);
	is_spoilt = rejection->tag & SPOILT;
	snprintf(refused->code, sizeof(refused->code), "%s",
		 is_spoilt ? lift_err_code(LIFT_E_CORRUPT) : rejection->code);
	snprintf(refused->text, sizeof(refused->text), "%s",
		 is_spoilt ? spoilt_text : rejection->text);
}

static void take_unknown(void *context, const struct lift_unknown *unknown)
{
	struct delivery *delivery = context;

	delivery->unknown(delivery->context, unknown);
}

static int stalled(void *context, int err, int64_t ms)
{
	struct delivery *delivery = context;

	return delivery->stalled(delivery->context, err, ms);
}

/* Those up to `last` to the front: how many. */
static size_t part_refused(struct delivery *delivery, int64_t last)
{
	size_t n = 0;

	for (size_t i = 0; i < delivery->n_refused; i++) {
		struct settle_refused at = delivery->refused[i];

		if (at.id > last)
			continue;
		delivery->refused[i] = delivery->refused[n];
		delivery->refused[n++] = at;
	}
	return n;
}

/* The last id up to which all have a verdict that stands. */
static int64_t judged_up_to(const struct delivery *delivery)
{
	uint64_t pending = publisher_pending(delivery->publisher);

	if (delivery->reused && delivery->reused < pending)
		pending = delivery->reused;
	return delivery->base + (int64_t)pending - 1;
}

static int take_out(struct delivery *delivery)
{
	int64_t last = judged_up_to(delivery);
	size_t n = part_refused(delivery, last);
	int err;

	if (delivery->no_memory)
		return lift_set_error(LIFT_E_MEMORY, "%s", lift_err_text(LIFT_E_MEMORY));
	if (last <= delivery->settled)
		return 0;
	pthread_mutex_lock(delivery->writing);
	err = settle(delivery->file, last, delivery->refused, n, wall_ms());
	pthread_mutex_unlock(delivery->writing);
	if (err)
		return err;
	delivery->settled = last;
	delivery->settled_at_ms = wire_clock_ms();
	delivery->n_refused -= n;
	if (delivery->n_refused)
		memmove(delivery->refused, delivery->refused + n,
			delivery->n_refused * sizeof(*delivery->refused));
	return 0;
}

/* How long what has its verdict may stay; below 0: there is none. */
static int64_t until_due(const struct delivery *delivery)
{
	int64_t n = judged_up_to(delivery) - delivery->settled;
	int64_t ms = delivery->settled_at_ms + DELIVERY_SETTLE_MS - wire_clock_ms();

	if (n <= 0)
		return -1;
	return n >= DELIVERY_SETTLE || ms < 0 ? 0 : ms;
}

/* Feeding. */

static bool is_map(struct text event)
{
	uint8_t head = event.size > 0 ? (uint8_t)event.data[0] : 0;

	return ((head & 0xf0) == 0x80 || head == 0xde || head == 0xdf) &&
	       msg_check(event.data, event.size, EVENT_DEPTH) == 0;
}

/* What the daemon may be sent of a row, at `to`; false: it cannot be. */
static bool read_event(const struct delivery *delivery, struct text kept, uint8_t *to,
		       struct text *ret_event)
{
	*ret_event = (struct text){ (const char *)to, kept.size };
	if (delivery->seal->is_set) {
		ret_event->size -= SEAL_MORE_BYTES;
		if (seal_open(delivery->seal, kept, to) != 0)
			return false;
	} else {
		memcpy(to, kept.data, kept.size);
	}
	return ret_event->size <= LIFT_BATCH_BYTES && is_map(*ret_event);
}

/* Read a batch of what comes next, up to a gap. */
static int read_batch(struct delivery *delivery, size_t *ret_n, bool *ret_more)
{
	int err = 0, rc;
	sqlite3_stmt *rows = outbox_file_sql(delivery->file, SQL_READ, &err);
	size_t n = 0, size = 0;

	if (!rows)
		return err;
	sqlite3_bind_int64(rows, 1, delivery->fed);
	sqlite3_bind_int64(rows, 2, delivery->batch);
	while ((rc = sqlite3_step(rows)) == SQLITE_ROW) {
		int64_t id = sqlite3_column_int64(rows, 0);
		struct text kept = { sqlite3_column_blob(rows, 1),
				     (size_t)sqlite3_column_bytes(rows, 1) };

		delivery->at_gap = id != delivery->fed + 1 + (int64_t)n;
		if (delivery->at_gap || (n > 0 && size + kept.size > LIFT_BATCH_BYTES))
			break;
		if (kept.size > LIFT_BATCH_BYTES + SEAL_MORE_BYTES ||
		    !read_event(delivery, kept, delivery->events + size, &delivery->texts[n]))
			delivery->texts[n] = (struct text){ empty_map, sizeof(empty_map) };
		size += delivery->texts[n++].size;
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		err = fault_tell_sqlite(delivery->file->db, rc, delivery->file->path);
	sqlite3_reset(rows);
	*ret_n = n;
	*ret_more = rc == SQLITE_ROW || n == delivery->batch;
	return err;
}

static bool may_feed(const struct delivery *delivery)
{
	return !delivery->at_gap && !delivery->reused && publisher_has_room(delivery->publisher);
}

/* All that there is room for. No statement is open while the publisher waits. */
static int feed(struct delivery *delivery)
{
	bool more = true;
	int err = 0;

	while (!err && more && may_feed(delivery)) {
		size_t n = 0;

		err = read_batch(delivery, &n, &more);
		for (size_t i = 0; !err && i < n; i++) {
			const struct text *event = &delivery->texts[i];
			uint64_t tag = (uint64_t)delivery->fed + 1;

			if (event->data == empty_map)
				tag |= SPOILT;
			err = lift_publisher_add(delivery->publisher, event->data, event->size,
						 tag);
			delivery->fed += !err;
		}
		if (!err && n > 0)
			err = lift_publisher_push(delivery->publisher);
	}
	return err;
}

/* The interface. */

static int reserve(struct delivery *delivery)
{
	int err = grow(&delivery->events, &delivery->events_room,
		       LIFT_BATCH_BYTES + SEAL_MORE_BYTES, 1);

	if (!err)
		err = grow(&delivery->texts, &delivery->texts_room, delivery->batch,
			   sizeof(*delivery->texts));
	return err ? lift_set_error(err, "%s", lift_err_text(err)) : 0;
}

/* Its stream, and where that begins. */
static int read_stream(struct delivery *delivery, char stream[static STREAM_MAX + 1])
{
	int err = 0, rc;
	sqlite3_stmt *row = outbox_file_sql(delivery->file, SQL_ROW, &err);
	const char *name;

	if (!row)
		return err;
	rc = sqlite3_step(row);
	name = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(row, 1) : NULL;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		err = fault_tell_sqlite(delivery->file->db, rc, delivery->file->path);
	else if (!name || !name[0] || strlen(name) > STREAM_MAX)
		err = fault_tell_sqlite(NULL, SQLITE_CORRUPT, delivery->file->path);
	if (!err) {
		memcpy(stream, name, strlen(name) + 1);
		delivery->base = sqlite3_column_int64(row, 2);
	}
	sqlite3_reset(row);
	return err;
}

static int connect_stream(struct delivery *delivery, const char *stream, int64_t first)
{
	const struct lift_publisher_options options = {
		.endpoint = delivery->endpoint,
		.source = delivery->source,
		.stream = stream,
		.keys = delivery->keys,
		.first = (uint64_t)(first - delivery->base),
		.batch = delivery->batch,
		.patience_ms = -1,
		.rejected = take_rejection,
		.unknown = take_unknown,
		.stalled = stalled,
		.context = delivery,
	};

	return publisher_open(&options, &delivery->wake, &delivery->publisher);
}

/* Another stream for what waits. */
static int go_over(struct delivery *delivery, enum delivery_news *ret_news)
{
	int err;

	pthread_mutex_lock(delivery->writing);
	err = settle_stream(delivery->file);
	pthread_mutex_unlock(delivery->writing);
	*ret_news = DELIVERY_AGAIN;
	return err;
}

int delivery_begin(struct delivery *delivery, enum delivery_news *ret_news)
{
	char stream[STREAM_MAX + 1];
	int64_t waiting[3], last = 0;
	int err = reserve(delivery);

	if (!err)
		err = outbox_file_numbers(delivery->file, SQL_WAITING, NULL, 0, waiting, 3);
	if (!err)
		err = read_stream(delivery, stream);
	if (err)
		return err;
	if (waiting[0] <= delivery->base)
		return go_over(delivery, ret_news);
	delivery->fed = delivery->settled = waiting[0] - 1;
	err = connect_stream(delivery, stream, waiting[0]);
	if (!err)
		err = outbox_file_numbers(delivery->file, SQL_LAST_ID, NULL, 0, &last, 1);
	if (err)
		return err;
	/* It was brought back from a copy: these numbers are of others. */
	if (publisher_is_closed(delivery->publisher) ||
	    lift_publisher_next(delivery->publisher) > (uint64_t)(last + 1 - delivery->base))
		return go_over(delivery, ret_news);
	*ret_news = DELIVERY_ON;
	return 0;
}

int delivery_go_on(struct delivery *delivery, int ms, enum delivery_news *ret_news)
{
	int64_t due_ms;
	int err = feed(delivery), ended = err;

	*ret_news = DELIVERY_ON;
	if (!err) {
		due_ms = until_due(delivery);
		ended = publisher_step(delivery->publisher,
				       due_ms >= 0 && due_ms < ms ? (int)due_ms : ms);
	}
	err = until_due(delivery) == 0 || ended || delivery->reused ? take_out(delivery) : 0;
	if (err)
		return err;
	if (ended == LIFT_E_CLOSED || (!ended && delivery->reused))
		return go_over(delivery, ret_news);
	if (ended || delivery->settled < delivery->fed)
		return ended;
	/* All that was fed is out of the file. */
	if (delivery->at_gap)
		return go_over(delivery, ret_news);
	*ret_news = DELIVERY_IDLE;
	return 0;
}

void delivery_end(struct delivery *delivery)
{
	if (delivery->publisher)
		take_out(delivery); /* if not, it gets the same verdicts again */
	lift_publisher_free(delivery->publisher);
	delivery->publisher = NULL;
	delivery->n_refused = 0;
	delivery->reused = 0;
	delivery->at_gap = delivery->no_memory = false;
}

void delivery_clear(struct delivery *delivery)
{
	delivery_end(delivery);
	if (delivery->events)
		sodium_memzero(delivery->events, delivery->events_room);
	free(delivery->events);
	free(delivery->texts);
	free(delivery->refused);
	delivery->events = NULL;
	delivery->texts = NULL;
	delivery->refused = NULL;
}
