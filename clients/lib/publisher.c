/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outbox is a ring of slots, one a batch, in the order of their numbers. The last one is being
 * gathered; the others wait to be sent or for their answer. Whatever happens to the connection,
 * what to do next can be read from the slots: a fresh socket only marks all of them as not sent.
 */
#include "clients/lib/lift.h"

#include <errno.h>
#include <stdlib.h>

#include "clients/lib/slot.h"
#include "clients/lib/wire.h"
#include "proto/control.h"

enum {
	PATIENCE_MS = 120000, /* a daemon that stands still for a minute is waited for */
	POLL_MS = 100,
	SLOTS_MAX = LIFT_WINDOW_MAX + 1,
};

struct lift_publisher {
	struct lift_publisher_options options; /* with texts of our own */
	char *endpoint, *source, *stream;
	struct wire wire;
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct slot slots[SLOTS_MAX];
	uint32_t head,
		queued; /* the oldest slot, and how many wait; the one after them is gathered */
	uint32_t window, in_flight; /* messages */
	uint64_t next_seq, next, judged;
	int64_t heard_ms;    /* the last answer, or the first message that waits for one */
	int64_t progress_ms; /* the last verdict, or the first batch that waits for one */
	int refusal;	     /* of the last nack that said retry */
};

/* The ring. */

static int64_t now_of(const struct lift_publisher *publisher)
{
	const struct lift_publisher_options *options = &publisher->options;

	return options->clock_ms ? options->clock_ms(options->context) : wire_clock_ms();
}

static struct slot *slot_at(struct lift_publisher *publisher, uint32_t i)
{
	return &publisher->slots[(publisher->head + i) % SLOTS_MAX];
}

/* Sending. */

static int slot_send(struct lift_publisher *publisher, struct slot *slot, int64_t now_ms)
{
	uint32_t count;
	struct text events = slot_next(slot, &count), message;
	struct msg_writer *writer = publisher->writer;

	msg_writer_clear(writer);
	batch_begin(writer, "events", text_of(publisher->source), text_of(publisher->stream),
		    slot->first + slot->judged, count);
	msg_raw(writer, events);
	message = msg_written(writer);
	if (!message.size)
		return LIFT_E_MEMORY;
	if (zmq_send(publisher->wire.handle, message.data, message.size, ZMQ_DONTWAIT) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return LIFT_E_SOCKET;
		slot_postpone(slot, now_ms);
		return 0;
	}
	slot_sent(slot, count);
	if (publisher->in_flight++ == 0)
		publisher->heard_ms = now_ms;
	return 0;
}

/* Send what is due, in order, as far as the window goes. */
static int send_due(struct lift_publisher *publisher, int64_t now_ms)
{
	int err = 0;

	for (uint32_t i = 0; !err && i < publisher->queued; i++) {
		struct slot *slot = slot_at(publisher, i);

		if (publisher->in_flight >= publisher->window)
			break;
		if (slot->in_flight == 0 && slot->judged < slot->count && slot->due_ms <= now_ms)
			err = slot_send(publisher, slot, now_ms);
	}
	return err;
}

/* Answers. */

static struct slot *slot_of_answer(struct lift_publisher *publisher, const struct answer *answer)
{
	for (uint32_t i = 0; i < publisher->queued; i++) {
		struct slot *slot = slot_at(publisher, i);

		if (slot->in_flight > 0 && slot->first + slot->judged == answer->first)
			return slot;
	}
	return NULL;
}

static void report_rejected(struct lift_publisher *publisher, const struct slot *slot,
			    const struct answer *answer)
{
	for (size_t i = 0; publisher->options.rejected && i < answer->n_rejected; i++) {
		struct lift_rejection rejection;

		if (answer_rejected(answer, i, &rejection.seq, &rejection.code, &rejection.text) !=
			    0 ||
		    rejection.seq < answer->first || rejection.seq - answer->first >= answer->count)
			continue;
		rejection.tag = slot->tags[rejection.seq - slot->first];
		publisher->options.rejected(publisher->options.context, &rejection);
	}
}

static void take_ack(struct lift_publisher *publisher, const struct answer *answer, int64_t now_ms)
{
	struct slot *slot = slot_of_answer(publisher, answer);

	if (!slot || answer->count != slot->in_flight)
		return;
	publisher->next = answer->next;
	publisher->progress_ms = now_ms;
	publisher->refusal = 0;
	publisher->in_flight--;
	if (answer->more && slot->in_flight > ACK_REJECTED_MAX) {
		/* One ack cannot hold all refusals: the verdict stands, so ask again in parts. */
		slot->part = ACK_REJECTED_MAX;
		slot_lost(slot);
		return;
	}
	report_rejected(publisher, slot, answer);
	publisher->judged += slot->in_flight;
	slot_judged(slot);
	while (publisher->queued > 0) {
		slot = slot_at(publisher, 0);
		if (slot->judged < slot->count)
			break;
		slot_clear(slot);
		publisher->head = (publisher->head + 1) % SLOTS_MAX;
		publisher->queued--;
	}
}

static int take_nack(struct lift_publisher *publisher, const struct answer *answer, int64_t now_ms)
{
	struct slot *slot = slot_of_answer(publisher, answer);
	int err = lift_err_of_code(answer->code);

	if (!err)
		err = LIFT_E_MALFORMED;
	if (!answer->retry)
		return err;
	publisher->refusal = err;
	if (!slot)
		return 0;
	publisher->in_flight--;
	slot_postpone(slot, now_ms);
	return 0;
}

/* Is it about our stream? A nack may not say so. */
static bool is_ours(const struct lift_publisher *publisher, const struct answer *answer)
{
	return (!answer->source.size || text_equal(answer->source, text_of(publisher->source))) &&
	       (!answer->stream.size || text_equal(answer->stream, text_of(publisher->stream)));
}

/* Take one answer: LIFT_E_NOT_FOUND where there is none. What is not understood is passed over. */
static int take_answer(struct lift_publisher *publisher, int64_t now_ms, bool *ret_welcome)
{
	struct answer answer;
	zmq_msg_t frame;
	int err = 0;

	zmq_msg_init(&frame);
	if (zmq_msg_recv(&frame, publisher->wire.handle, ZMQ_DONTWAIT) < 0) {
		err = errno == EAGAIN || errno == EINTR ? LIFT_E_NOT_FOUND : LIFT_E_SOCKET;
	} else if (answer_decode(publisher->reader,
				 (struct text){ zmq_msg_data(&frame), zmq_msg_size(&frame) },
				 &answer) == 0 &&
		   is_ours(publisher, &answer)) {
		publisher->heard_ms = now_ms;
		if (answer.what == ANSWER_WELCOME) {
			publisher->window =
				answer.window < LIFT_WINDOW_MAX ? answer.window : LIFT_WINDOW_MAX;
			publisher->window += publisher->window == 0;
			publisher->next = answer.next;
			*ret_welcome = true;
		} else if (answer.what == ANSWER_ACK) {
			take_ack(publisher, &answer, now_ms);
		} else {
			err = take_nack(publisher, &answer, now_ms);
		}
	}
	zmq_msg_close(&frame);
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

static void wait_readable(struct lift_publisher *publisher, int64_t ms)
{
	zmq_pollitem_t item = { .socket = publisher->wire.handle, .events = ZMQ_POLLIN };

	zmq_poll(&item, 1, ms < 0 ? 0 : (long)ms);
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

/* A fresh socket and a welcome on it; LIFT_E_NOT_FOUND after LIFT_ANSWER_MS. All that waits is to
 * be sent again. */
static int connect_once(struct lift_publisher *publisher)
{
	int64_t end_ms = wire_clock_ms() + LIFT_ANSWER_MS;
	bool welcome = false;
	int err;

	wire_close(&publisher->wire);
	publisher->in_flight = 0;
	for (uint32_t i = 0; i < publisher->queued; i++)
		slot_lost(slot_at(publisher, i));
	err = wire_open(&publisher->wire, ZMQ_DEALER, publisher->endpoint, prepare_publisher, NULL);
	if (!err)
		err = send_hello(publisher);
	while (!err && !welcome) {
		int64_t now_ms = wire_clock_ms();

		if (now_ms >= end_ms)
			return LIFT_E_NOT_FOUND;
		wait_readable(publisher, end_ms - now_ms);
		err = take_answer(publisher, now_ms, &welcome);
		if (err == LIFT_E_NOT_FOUND)
			err = 0;
	}
	return err;
}

/* Connect until patience ends. */
static int reconnect(struct lift_publisher *publisher)
{
	int err;

	do {
		if (now_of(publisher) - publisher->progress_ms > publisher->options.patience_ms)
			return LIFT_E_SOCKET;
		err = connect_once(publisher);
	} while (err == LIFT_E_NOT_FOUND);
	return err;
}

/* One round: send what is due, take in what comes within ms, see to the connection. */
static int pump(struct lift_publisher *publisher, int ms)
{
	int64_t now_ms = now_of(publisher);
	bool welcome = false;
	int err = send_due(publisher, now_ms);

	if (err)
		return err;
	if (ms > 0)
		wait_readable(publisher, ms);
	now_ms = now_of(publisher);
	while (!err)
		err = take_answer(publisher, now_ms, &welcome);
	if (err != LIFT_E_NOT_FOUND)
		return err;
	if (publisher->queued > 0 &&
	    now_ms - publisher->progress_ms > publisher->options.patience_ms)
		return publisher->refusal ? publisher->refusal : LIFT_E_SOCKET;
	if (publisher->in_flight > 0 && now_ms - publisher->heard_ms > LIFT_ANSWER_MS)
		return reconnect(publisher);
	return send_due(publisher, now_ms);
}

/* The interface. */

int lift_publisher_open(const struct lift_publisher_options *options,
			struct lift_publisher **ret_publisher)
{
	struct lift_publisher *publisher;
	int err = LIFT_E_MEMORY;

	if (options->batch > BATCH_EVENTS_MAX)
		return LIFT_E_COUNT;
	publisher = calloc(1, sizeof(*publisher));
	if (!publisher)
		return err;
	publisher->options = *options;
	publisher->options.batch = options->batch ? options->batch : LIFT_BATCH_EVENTS;
	publisher->options.patience_ms = options->patience_ms ? options->patience_ms : PATIENCE_MS;
	publisher->next_seq = options->first ? options->first : 1;
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
	if (err)
		goto fail;
	*ret_publisher = publisher;
	return 0;
fail:
	lift_publisher_free(publisher);
	return err == LIFT_E_NOT_FOUND ? LIFT_E_SOCKET : err;
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

int lift_publisher_push(struct lift_publisher *publisher)
{
	struct slot *slot = slot_at(publisher, publisher->queued);
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

int lift_publisher_add(struct lift_publisher *publisher, struct text event, uint64_t tag)
{
	struct slot *slot = slot_at(publisher, publisher->queued);
	int err;

	if (event.size > LIFT_BATCH_BYTES)
		return LIFT_E_VALUE;
	if (slot->count > 0 && slot->size + event.size > LIFT_BATCH_BYTES) {
		err = lift_publisher_push(publisher);
		if (err)
			return err;
		slot = slot_at(publisher, publisher->queued);
	}
	if (slot->count == 0)
		slot->first = publisher->next_seq;
	err = slot_add(slot, event, tag);
	if (err)
		return err;
	publisher->next_seq++;
	return slot->count == publisher->options.batch ? lift_publisher_push(publisher) : 0;
}

int lift_publisher_wait(struct lift_publisher *publisher, int ms)
{
	int64_t end_ms = wire_clock_ms() + ms;
	int err = pump(publisher, 0);

	while (!err && wire_clock_ms() < end_ms)
		err = pump(publisher, (int)(end_ms - wire_clock_ms()));
	return err;
}

int lift_publisher_flush(struct lift_publisher *publisher)
{
	int err = lift_publisher_push(publisher);

	while (!err && publisher->queued > 0)
		err = pump(publisher, POLL_MS);
	return err;
}
