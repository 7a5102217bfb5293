/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "clients/lib/error.h"
#include "clients/lib/publish/publisher.h"
#include "clients/lib/publish/publisher_internal.h"

enum {
	PATIENCE_MS = 120000, /* a daemon that stands still for a minute is waited for */
	POLL_MS = 100,
	CALM_MS = 1000, /* a connection that broke is not made anew more often */
};

/* The ring. */

static int64_t now_of(const struct lift_publisher *publisher)
{
	const struct lift_publisher_options *options = &publisher->options;

	return options->clock_ms ? options->clock_ms(options->context) : wire_clock_ms();
}

/* Is there anything without a verdict that is not just being gathered? */
static bool is_waiting(const struct lift_publisher *publisher)
{
	return publisher->queued > 0 || publisher->announcement.seq;
}

/* Sending. */

/* LIFT_E_BUSY where the socket takes nothing now. */
static int send_batch(struct lift_publisher *publisher, uint64_t first, uint32_t count,
		      struct text events, int64_t now_ms)
{
	struct msg_writer *writer = publisher->writer;
	struct text message;

	msg_writer_clear(writer);
	batch_begin(writer, "events", text_of(publisher->source), text_of(publisher->stream), first,
		    count);
	if (count > 0)
		msg_raw(writer, events);
	message = msg_written(writer);
	if (!message.size)
		return LIFT_E_MEMORY;
	if (zmq_send(publisher->wire.handle, message.data, message.size, ZMQ_DONTWAIT) < 0)
		return errno == EAGAIN || errno == EINTR ? LIFT_E_BUSY : LIFT_E_SOCKET;
	if (publisher->in_flight++ == 0) {
		publisher->heard_ms = now_ms;
		publisher->breaks = publisher->wire.n_breaks;
	}
	return 0;
}

static int send_slot(struct lift_publisher *publisher, struct slot *slot, int64_t now_ms)
{
	uint32_t count;
	struct text events = slot_next(slot, publisher_part(publisher), &count);
	int err = send_batch(publisher, slot->first + slot->judged, count, events, now_ms);

	if (!err && count > publisher->part)
		publisher->n_full = 0;
	if (!err)
		slot_sent(slot, count);
	else if (err == LIFT_E_BUSY)
		slot_postpone(slot, now_ms);
	return err == LIFT_E_BUSY ? 0 : err;
}

static int send_announcement(struct lift_publisher *publisher, int64_t now_ms)
{
	int err = send_batch(publisher, publisher->announcement.seq, 0, (struct text){ NULL, 0 },
			     now_ms);

	publisher->announcement.in_flight = !err;
	publisher->announcement.due_ms = now_ms + SLOT_RETRY_MS;
	return err == LIFT_E_BUSY ? 0 : err;
}

/* Send what is due, in order, as far as the window goes. */
static int send_due(struct lift_publisher *publisher, int64_t now_ms)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < publisher->queued; i++) {
		struct slot *slot = publisher_slot(publisher, i);

		if (publisher->in_flight >= publisher->window)
			break;
		if (slot->in_flight == 0 && slot->judged < slot->count && slot->due_ms <= now_ms)
			err = send_slot(publisher, slot, now_ms);
	}
	if (!err && publisher->announcement.seq && publisher->queued == 0 &&
	    !publisher->announcement.in_flight && publisher->announcement.due_ms <= now_ms)
		err = send_announcement(publisher, now_ms);
	return err;
}

/* Connections. */

static int prepare_publisher(void *handle, const void *with)
{
	int messages = LIFT_WINDOW_MAX * 2;

	(void)with;
	return zmq_setsockopt(handle, ZMQ_SNDHWM, &messages, sizeof(messages)) ||
	       zmq_setsockopt(handle, ZMQ_RCVHWM, &messages, sizeof(messages));
}

/* LIFT_E_STOPPED where it is to end. */
static int wait_readable(struct lift_publisher *publisher, int64_t ms)
{
	int err = wire_wait(&publisher->wire, ZMQ_POLLIN, ms);

	if (err && err != LIFT_E_STOPPED)
		return err;
	return publisher->wake.fd > 0 && publisher->wake.take(publisher->wake.context)
		       ? LIFT_E_STOPPED
		       : 0;
}

static int send_hello(struct lift_publisher *publisher)
{
	struct request hello = { .op = text_of("hello"),
				 .source = text_of(publisher->source),
				 .stream = text_of(publisher->stream) };
	struct text message;

	msg_writer_clear(publisher->writer);
	request_encode(publisher->writer, &hello);
	message = msg_written(publisher->writer);
	if (!message.size)
		return LIFT_E_MEMORY;
	return zmq_send(publisher->wire.handle, message.data, message.size, ZMQ_DONTWAIT) < 0
		       ? LIFT_E_SOCKET
		       : 0;
}

/* A daemon that ends takes with it what it was asked. */
static int hello_again(struct lift_publisher *publisher)
{
	if (publisher->breaks == publisher->wire.n_breaks)
		return 0;
	publisher->breaks = publisher->wire.n_breaks;
	return send_hello(publisher);
}

/* A fresh socket and a welcome on it; LIFT_E_NOT_FOUND after LIFT_ANSWER_MS. All that waits is to
 * be sent again. */
static int connect_once(struct lift_publisher *publisher)
{
	int64_t end_ms = wire_clock_ms() + LIFT_ANSWER_MS;
	bool welcome = false;
	int err;

	wire_close(&publisher->wire);
	publisher->connected_ms = now_of(publisher);
	publisher->breaks = 0;
	publisher->in_flight = 0;
	publisher->announcement.in_flight = false;
	for (uint32_t i = 0; i < publisher->queued; i++)
		slot_lost(publisher_slot(publisher, i));
	err = wire_open(&publisher->wire, ZMQ_DEALER, publisher->endpoint, publisher->options.keys,
			prepare_publisher, NULL);
	publisher->wire.wake = publisher->wake.fd;
	if (!err)
		err = send_hello(publisher);
	while (!err && !welcome) {
		int64_t now_ms = wire_clock_ms();

		if (now_ms >= end_ms)
			return LIFT_E_NOT_FOUND;
		err = wait_readable(publisher, end_ms - now_ms);
		if (!err)
			err = publisher_take_answer(publisher, now_ms, &welcome);
		if (err == LIFT_E_NOT_FOUND)
			err = hello_again(publisher);
	}
	return err;
}

static int give_up(const struct lift_publisher *publisher, int why, int64_t ms)
{
	if (why == LIFT_E_SOCKET)
		return lift_set_error(why,
				      "no verdict from %s for %" PRId64 " s, and so it was given "
				      "up: what has none is to be sent again",
				      publisher->endpoint, ms / 1000);
	return lift_set_error(why,
			      "the daemon at %s has asked to wait for %" PRId64 " s, and so it was "
			      "given up: %s",
			      publisher->endpoint, ms / 1000, lift_err_text(why));
}

/* Something waits, and nothing comes: may it go on? */
static int bear(struct lift_publisher *publisher, int64_t now_ms)
{
	const struct lift_publisher_options *options = &publisher->options;
	int64_t ms = now_ms - publisher->progress_ms;
	int why = publisher->refusal ? publisher->refusal : LIFT_E_SOCKET, err = 0;

	if (options->stalled && (publisher->refusal || ms > LIFT_ANSWER_MS))
		err = options->stalled(options->context, why, ms);
	if (!err && options->patience_ms > 0 && ms > options->patience_ms)
		err = give_up(publisher, why, ms);
	return err;
}

/* It was let in before: while the daemon is away, what stands between closes connections. */
static bool is_away(int err)
{
	return err == LIFT_E_NOT_FOUND || err == LIFT_E_SERVER_KEY || err == LIFT_E_NEEDS_KEY;
}

/* Connect until patience ends. */
static int reconnect(struct lift_publisher *publisher)
{
	int err;

	do {
		err = bear(publisher, now_of(publisher));
		if (!err)
			err = connect_once(publisher);
	} while (is_away(err));
	return err;
}

/* There will be no answer: the connection broke, or is silent. */
static bool is_lost(const struct lift_publisher *publisher, int64_t now_ms)
{
	if (publisher->in_flight == 0)
		return false;
	return now_ms - publisher->heard_ms > LIFT_ANSWER_MS ||
	       (publisher->breaks != publisher->wire.n_breaks &&
		now_ms - publisher->connected_ms > CALM_MS);
}

/* One round: send what is due, take in what comes within ms, see to the connection. */
static int pump(struct lift_publisher *publisher, int ms)
{
	int64_t now_ms = now_of(publisher);
	bool welcome = false;
	int err = send_due(publisher, now_ms), refused;

	if (err)
		return err;
	refused = ms > 0 ? wait_readable(publisher, ms) : wire_hear(&publisher->wire);
	now_ms = now_of(publisher);
	while (!err)
		err = publisher_take_answer(publisher, now_ms, &welcome);
	if (err != LIFT_E_NOT_FOUND || refused)
		return err != LIFT_E_NOT_FOUND ? err : refused;
	err = is_waiting(publisher) ? bear(publisher, now_ms) : 0;
	if (err)
		return err;
	if (is_lost(publisher, now_ms))
		return reconnect(publisher);
	return send_due(publisher, now_ms);
}

/* The interface. */

static int check_options(const struct lift_publisher_options *options)
{
	if (!options->endpoint)
		return lift_set_error(LIFT_E_SOCKET, "there is no endpoint: it is NULL");
	if (!options->source || !source_is_valid(text_of(options->source)))
		return lift_set_error(LIFT_E_SOURCE, "%s", lift_err_text(LIFT_E_SOURCE));
	if (!options->stream || !*options->stream || strlen(options->stream) > STREAM_MAX)
		return lift_set_error(LIFT_E_STREAM, "%s", lift_err_text(LIFT_E_STREAM));
	if (options->batch > BATCH_EVENTS_MAX)
		return lift_set_error(LIFT_E_COUNT, "a batch has at most %d events, not %u",
				      BATCH_EVENTS_MAX, options->batch);
	return 0;
}

int publisher_open(const struct lift_publisher_options *options, const struct publisher_wake *wake,
		   struct lift_publisher **ret_publisher)
{
	struct lift_publisher *publisher;
	int err = check_options(options);

	if (err)
		return err;
	err = LIFT_E_MEMORY;
	publisher = calloc(1, sizeof(*publisher));
	if (!publisher)
		return err;
	publisher->options = *options;
	publisher->wake = wake ? *wake : (struct publisher_wake){ 0 };
	publisher->options.batch = options->batch ? options->batch : LIFT_BATCH_EVENTS;
	publisher->options.patience_ms = options->patience_ms ? options->patience_ms : PATIENCE_MS;
	publisher->next_seq = options->first ? options->first : 1;
	publisher->part = BATCH_EVENTS_MAX;
	for (size_t i = 0; i < SLOTS_MAX; i++)
		slot_clear(&publisher->slots[i]);
	publisher->endpoint = strdup(options->endpoint);
	publisher->source = strdup(options->source);
	publisher->stream = strdup(options->stream);
	publisher->reader = msg_reader_new();
	publisher->writer = msg_writer_new();
	if (!publisher->endpoint || !publisher->source || !publisher->stream ||
	    !publisher->reader || !publisher->writer)
		goto fail;
	err = connect_once(publisher);
	if (!err && options->go_on)
		err = publisher->closed ? LIFT_E_CLOSED : 0;
	if (err)
		goto fail;
	if (options->go_on)
		publisher->next_seq = publisher->next;
	*ret_publisher = publisher;
	return 0;
fail:
	if (err == LIFT_E_NOT_FOUND)
		err = publisher->refusal ? publisher->refusal
					 : lift_set_error(LIFT_E_SOCKET,
							  "nobody answers at %s: is liftd running, "
							  "and may this user use its socket?",
							  options->endpoint);
	lift_publisher_free(publisher);
	return err;
}

int lift_publisher_open(const struct lift_publisher_options *options,
			struct lift_publisher **ret_publisher)
{
	return error_told(publisher_open(options, NULL, ret_publisher));
}

void lift_publisher_free(struct lift_publisher *publisher)
{
	if (!publisher)
		return;
	wire_close(&publisher->wire);
	for (size_t i = 0; i < SLOTS_MAX; i++)
		slot_free(&publisher->slots[i]);
	msg_reader_free(publisher->reader);
	msg_writer_free(publisher->writer);
	free(publisher->endpoint);
	free(publisher->source);
	free(publisher->stream);
	free(publisher);
}

uint64_t lift_publisher_next(const struct lift_publisher *publisher)
{
	return publisher->next;
}

uint64_t lift_publisher_judged(const struct lift_publisher *publisher)
{
	return publisher->judged;
}

static int push(struct lift_publisher *publisher)
{
	struct slot *slot = publisher_slot(publisher, publisher->queued);
	int err;

	if (slot->count == 0)
		return pump(publisher, 0);
	if (publisher->queued++ == 0)
		publisher->progress_ms = now_of(publisher);
	err = pump(publisher, 0);
	/* The outbox, and with it the memory, is as large as the window. */
	while (!err && publisher->queued >= publisher->window)
		err = pump(publisher, POLL_MS);
	return err;
}

int lift_publisher_push(struct lift_publisher *publisher)
{
	return error_told(push(publisher));
}

int lift_publisher_add(struct lift_publisher *publisher, const void *event, size_t size,
		       uint64_t tag)
{
	struct slot *slot = publisher_slot(publisher, publisher->queued);
	int err;

	if (!event || size == 0 || size > LIFT_BATCH_BYTES)
		return error_told(lift_set_error(LIFT_E_VALUE,
						 "an event has 1 to %d bytes, not %zu",
						 LIFT_BATCH_BYTES, event ? size : 0));
	if (slot->count > 0 && slot->size + size > LIFT_BATCH_BYTES) {
		err = push(publisher);
		if (err)
			return error_told(err);
		slot = publisher_slot(publisher, publisher->queued);
	}
	if (slot->count == 0)
		slot->first = publisher->next_seq;
	err = slot_add(slot, (struct text){ event, size }, tag);
	if (err)
		return error_told(err);
	publisher->next_seq++;
	return slot->count == publisher->options.batch ? error_told(push(publisher)) : 0;
}

int lift_publisher_wait(struct lift_publisher *publisher, int ms)
{
	int64_t end_ms = wire_clock_ms() + ms;
	int err = pump(publisher, 0);

	while (!err && wire_clock_ms() < end_ms)
		err = pump(publisher, (int)(end_ms - wire_clock_ms()));
	return error_told(err);
}

static int flush(struct lift_publisher *publisher)
{
	int err = push(publisher);

	while (!err && publisher->queued > 0)
		err = pump(publisher, POLL_MS);
	return err;
}

int lift_publisher_flush(struct lift_publisher *publisher)
{
	return error_told(flush(publisher));
}

int lift_publisher_announce(struct lift_publisher *publisher)
{
	int err = flush(publisher);

	publisher->announcement.seq = publisher->next_seq;
	publisher->announcement.due_ms = 0;
	publisher->progress_ms = now_of(publisher);
	while (!err && publisher->announcement.seq)
		err = pump(publisher, POLL_MS);
	return error_told(err);
}

uint64_t publisher_pending(const struct lift_publisher *publisher)
{
	const struct slot *slot = &publisher->slots[publisher->head];

	return slot->count > 0 ? slot->first + slot->judged : publisher->next_seq;
}

bool publisher_has_room(const struct lift_publisher *publisher)
{
	return publisher->queued == 0 || publisher->queued + 1 < publisher->window;
}

bool publisher_is_closed(const struct lift_publisher *publisher)
{
	return publisher->closed;
}

int publisher_step(struct lift_publisher *publisher, int ms)
{
	return pump(publisher, ms);
}
