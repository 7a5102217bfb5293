/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clients/lib/error.h"
#include "clients/lib/forked.h"
#include "clients/lib/outbox/fault.h"
#include "clients/lib/outbox/outbox_internal.h"
#include "clients/lib/wire.h"

enum { WAIT_LOOK_MS = 20 };

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
	struct deliverer_options delivering = {
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
	delivering.path = outbox->file.path;
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
	pthread_mutex_destroy(&outbox->queue.mutex);
	pthread_cond_destroy(&outbox->queue.moved);
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
	pthread_mutex_init(&outbox->queue.mutex, NULL);
	pthread_cond_init(&outbox->queue.moved, NULL);
	outbox->queue.end = &outbox->queue.first;
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

int lift_outbox_unknown(struct lift_outbox *outbox, lift_unknown_fn *fn, void *context)
{
	struct unknown_sum taken = { 0 };
	struct lift_unknown sum;
	int err = outbox_check(outbox);

	if (err || !outbox->deliverer)
		return error_told(err);
	deliverer_take_unknown(outbox->deliverer, &taken);
	sum = unknown_sum_read(&taken);
	if (sum.events > 0)
		fn(context, &sum);
	unknown_sum_clear(&taken);
	return 0;
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
