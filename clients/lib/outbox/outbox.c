/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <time.h>

#include "clients/lib/error.h"
#include "clients/lib/event.h"
#include "clients/lib/forked.h"
#include "clients/lib/outbox/fault.h"
#include "clients/lib/outbox/outbox_internal.h"
#include "clients/lib/wire.h"
#include "proto/grow.h"
#include "proto/iso8601.h"

enum { WAIT_LOOK_MS = 20, KEPT_WRITER = 4 << 20, NONCES = 64 /* drawn at once */ };

static int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Opening. */

static int check_options(const struct lift_outbox_options *options)
{
	if (!options || !options->path || !options->path[0])
		return lift_set_error(LIFT_E_OUTBOX, "an outbox needs the path of its file");
	if (options->source && !source_is_valid(text_of(options->source)))
		return lift_set_error(LIFT_E_SOURCE, "%s", lift_err_text(LIFT_E_SOURCE));
	if (options->max_bytes > 0 && options->max_bytes < OUTBOX_BYTES_MIN)
		return lift_set_error(LIFT_E_VALUE,
				      "max_bytes of the outbox %s must be 0 or at least %d, not "
				      "%" PRIu64,
				      options->path, OUTBOX_BYTES_MIN, options->max_bytes);
	if (sodium_init() < 0)
		return lift_set_error(LIFT_E_IO, "there is no source of chance");
	return options->endpoint ? wire_check_endpoint(options->endpoint) : 0;
}

static int open_all(struct lift_outbox *outbox, const struct lift_outbox_options *options)
{
	const struct deliverer_options delivering = {
		.path = options->path,
		.source = outbox->file.source,
		.endpoint = options->endpoint,
		.keys = options->keys,
		.seal = &outbox->seal,
		.writing = &outbox->mutex,
		.max_bytes = outbox->max_bytes,
	};
	bool peep = !options->source && !options->endpoint;
	int err;

	err = outbox_file_open(options->path, options->source, &outbox->seal, peep, &outbox->file);
	if (!err)
		err = outbox_file_limit(&outbox->file, outbox->max_bytes, 0);
	if (!err && options->endpoint)
		err = deliverer_start(&delivering, &outbox->deliverer);
	return err;
}

static void free_outbox(struct lift_outbox *outbox)
{
	outbox_file_close(&outbox->file);
	seal_clear(&outbox->seal);
	msg_reader_free(outbox->reader);
	msg_writer_free(outbox->writer);
	msg_writer_free(outbox->batch);
	free(outbox->encoded);
	free(outbox->box);
	pthread_mutex_destroy(&outbox->mutex);
	pthread_mutex_destroy(&outbox->handing);
	free(outbox);
}

int lift_outbox_open(const struct lift_outbox_options *options, struct lift_outbox **ret_outbox)
{
	struct lift_outbox *outbox;
	int err = check_options(options);

	if (err)
		return error_told(err);
	outbox = calloc(1, sizeof(*outbox));
	if (!outbox)
		return error_told(LIFT_E_MEMORY);
	pthread_mutex_init(&outbox->mutex, NULL);
	pthread_mutex_init(&outbox->handing, NULL);
	seal_set(&outbox->seal, options->seal);
	outbox->max_bytes = options->max_bytes ? options->max_bytes : OUTBOX_BYTES_MAX;
	outbox->forks = forked_times();
	outbox->reader = msg_reader_new();
	outbox->writer = msg_writer_new();
	outbox->batch = msg_writer_new();
	err = outbox->reader && outbox->writer && outbox->batch ? open_all(outbox, options)
								: LIFT_E_MEMORY;
	if (err)
		free_outbox(outbox);
	else
		*ret_outbox = outbox;
	return error_told(err);
}

int outbox_check(const struct lift_outbox *outbox)
{
	if (!outbox)
		return lift_set_error(LIFT_E_OUTBOX, "there is no outbox: it is NULL");
	if (outbox->forks != forked_times())
		return lift_set_error(LIFT_E_OUTBOX,
				      "the outbox %s was opened before a fork: open outboxes after "
				      "it",
				      outbox->file.path);
	return 0;
}

void lift_outbox_close(struct lift_outbox *outbox)
{
	/* A parent's stays as it is: its thread is not here, and its file is not this process's. */
	if (!outbox || outbox->forks != forked_times())
		return;
	deliverer_stop(outbox->deliverer);
	free_outbox(outbox);
}

/* Putting in. */

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

/* In one transaction. */
static int put_all(struct lift_outbox *outbox, const struct lift_encoded *events, size_t n)
{
	size_t bytes = 0;
	int err = outbox_file_check(&outbox->file);

	if (!err && outbox->file.is_sealed && !outbox->seal.is_set)
		err = lift_set_error(LIFT_E_SEAL,
				     "the outbox %s is sealed: nothing is put in "
				     "without its key",
				     outbox->file.path);
	if (!err)
		err = outbox_file_run(&outbox->file, SQL_BEGIN, NULL, 0);
	if (err)
		return err;
	err = put_each(outbox, events, n);
	for (size_t i = 0; i < n; i++)
		bytes += events[i].size;
	err = outbox_file_end(&outbox->file, err);
	return err == LIFT_E_FULL ? tell_full(outbox, bytes) : err;
}

static int check_call(const struct lift_outbox *outbox, const void *events, size_t n)
{
	int err = outbox_check(outbox);

	if (!err && n > 0 && !events)
		err = lift_set_error(LIFT_E_VALUE, "there are %zu events, and they are NULL", n);
	return err;
}

int lift_publish_encoded(struct lift_outbox *outbox, const struct lift_encoded *events, size_t n,
			 size_t *ret_bad)
{
	size_t bad = 0;
	int err;

	err = check_call(outbox, events, n);
	if (err || n == 0)
		return error_told(err);
	pthread_mutex_lock(&outbox->mutex);
	err = outbox_check_encoded(outbox, events, n, &bad);
	if (err && ret_bad)
		*ret_bad = bad;
	if (!err)
		err = put_all(outbox, events, n);
	pthread_mutex_unlock(&outbox->mutex);
	if (!err && outbox->deliverer)
		deliverer_wake(outbox->deliverer);
	return error_told(err);
}

/* Check them, and write them one behind the other; where each begins is known when all are. */
static int encode_all(struct lift_outbox *outbox, const struct lift_event *events, size_t n,
		      size_t *ret_bad)
{
	struct event event;
	struct text written;
	size_t before = 0;
	int err = grow(&outbox->encoded, &outbox->encoded_room, n, sizeof(*outbox->encoded));

	msg_writer_clear(outbox->writer);
	for (size_t i = 0; !err && i < n; i++) {
		*ret_bad = i;
		err = event_of_lift(&events[i], &event);
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
	return 0;
}

int lift_publish_many(struct lift_outbox *outbox, const struct lift_event *events, size_t n,
		      size_t *ret_bad)
{
	size_t bad = 0;
	int err;

	err = check_call(outbox, events, n);
	if (err || n == 0)
		return error_told(err);
	pthread_mutex_lock(&outbox->mutex);
	err = encode_all(outbox, events, n, &bad);
	if (err && ret_bad)
		*ret_bad = bad;
	if (!err)
		err = put_all(outbox, outbox->encoded, n);
	msg_writer_shrink(outbox->writer, KEPT_WRITER);
	pthread_mutex_unlock(&outbox->mutex);
	if (!err && outbox->deliverer)
		deliverer_wake(outbox->deliverer);
	return error_told(err);
}

int lift_publish(struct lift_outbox *outbox, const struct lift_event *event)
{
	return lift_publish_many(outbox, event, 1, NULL);
}

/* Looking. */

int lift_outbox_look(struct lift_outbox *outbox, struct lift_outbox_state *ret_state)
{
	int err = outbox_check(outbox);

	if (err)
		return error_told(err);
	pthread_mutex_lock(&outbox->mutex);
	err = outbox_look(outbox, ret_state);
	pthread_mutex_unlock(&outbox->mutex);
	return error_told(err);
}

static int number_of(struct lift_outbox *outbox, enum outbox_sql which, int64_t *ret_number)
{
	int err;

	pthread_mutex_lock(&outbox->mutex);
	err = outbox_file_numbers(&outbox->file, which, NULL, 0, ret_number, 1);
	pthread_mutex_unlock(&outbox->mutex);
	return err;
}

/* Something waits: why, as far as it is known by now. */
static int tell_waiting(struct lift_outbox *outbox)
{
	struct lift_outbox_state state = { 0 };
	bool is_known = lift_outbox_look(outbox, &state) == 0 && state.why[0];

	return lift_set_error(LIFT_E_NOT_FOUND, "events still wait in the outbox %s%s%s",
			      outbox->file.path, is_known ? ": " : "", is_known ? state.why : "");
}

int lift_outbox_wait(struct lift_outbox *outbox, int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = WAIT_LOOK_MS * 1000000L };
	int64_t end_ms = wire_clock_ms() + timeout_ms, last = 0, first = 0;
	int err = outbox_check(outbox);

	if (!err)
		err = number_of(outbox, SQL_LAST_ID, &last);

	while (!err) {
		err = number_of(outbox, SQL_WAITING, &first);
		if (err || first == 0 || first > last)
			break;
		if (timeout_ms >= 0 && wire_clock_ms() >= end_ms)
			err = tell_waiting(outbox);
		else
			nanosleep(&pause, NULL);
	}
	return error_told(err);
}
