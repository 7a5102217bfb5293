/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon answers to a publisher, put against the slots of its outbox.
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "clients/lib/publish/publisher_internal.h"
#include "proto/arena.h"
#include "proto/err_code.h"

enum { TOO_LONG_TEXT = 200 };

static struct slot *slot_of_answer(struct lift_publisher *publisher, const struct answer *answer)
{
	for (uint32_t i = 0; i < publisher->queued; i++) {
		struct slot *slot = publisher_slot(publisher, i);

		if (slot->in_flight > 0 && slot->first + slot->judged == answer->first)
			return slot;
	}
	return NULL;
}

static struct text event_of(const struct slot *slot, uint64_t seq)
{
	size_t i = seq - slot->first, begin = i ? slot->ends[i - 1] : 0;

	return (struct text){ slot->events + begin, slot->ends[i] - begin };
}

/* Can each refusal be read, and is it of this batch? One that is passed over would count as
 * accepted. */
static bool refusals_fit(const struct answer *answer)
{
	struct text code, text;
	uint64_t seq;

	for (size_t i = 0; i < answer->n_rejected; i++)
		if (answer_rejected(answer, i, &seq, &code, &text) != 0 || seq < answer->first ||
		    seq - answer->first >= answer->count)
			return false;
	return true;
}

/* What was refused is the empty map in its place: of the event itself, this is why. */
static void say_too_long(char to[static TOO_LONG_TEXT], struct text event, struct text *ret_code,
			 struct text *ret_text)
{
	snprintf(to, TOO_LONG_TEXT,
		 "a message must have no more bytes than this key's may, and the event alone has "
		 "%zu: the daemon's operator says how many (limits, message)",
		 event.size);
	*ret_code = text_of(lift_err_code(LIFT_E_SIZE));
	*ret_text = text_of(to);
}

static int report_rejected(struct lift_publisher *publisher, const struct slot *slot,
			   const struct answer *answer)
{
	char too_long[TOO_LONG_TEXT];
	struct arena texts = { 0 };
	int err = 0;

	for (size_t i = 0; !err && publisher->options.rejected && i < answer->n_rejected; i++) {
		struct lift_rejection rejection;
		struct text code, text, event;

		answer_rejected(answer, i, &rejection.seq, &code, &text);
		event = event_of(slot, rejection.seq);
		if (slot->blank && lift_err_of_code(code) != LIFT_E_REUSED)
			say_too_long(too_long, event, &code, &text);
		rejection.tag = slot->tags[rejection.seq - slot->first];
		rejection.event = (struct lift_encoded){ event.data, event.size };
		rejection.code = arena_text(&texts, code);
		rejection.text = arena_text(&texts, text);
		err = rejection.code && rejection.text ? 0 : LIFT_E_MEMORY;
		if (!err)
			publisher->options.rejected(publisher->options.context, &rejection);
	}
	arena_free(&texts);
	return err;
}

static void report_uncounted(struct lift_publisher *publisher, const struct slot *slot,
			     const struct answer *answer)
{
	const struct lift_publisher_options *options = &publisher->options;

	for (size_t i = 0; options->uncounted && i < answer->n_uncounted; i++) {
		uint64_t end = answer->first + answer->count;
		struct number_range range;

		if (answer_uncounted(answer, i, &range) != 0)
			continue;
		if (range.first < answer->first)
			range.first = answer->first;
		for (; range.first <= range.last && range.first < end; range.first++)
			options->uncounted(options->context, range.first,
					   slot->tags[range.first - slot->first]);
	}
}

static_assert(LIFT_UNKNOWN_MODULE == (int)UNKNOWN_MODULE &&
		      LIFT_UNKNOWN_REGION == (int)UNKNOWN_REGION &&
		      LIFT_UNKNOWN_ATTR == (int)UNKNOWN_ATTR &&
		      LIFT_UNKNOWN_VALUE == (int)UNKNOWN_VALUE &&
		      LIFT_UNKNOWN_KINDS == (int)UNKNOWN_KINDS,
	      "the same kinds, in the same order");

/* False where there is no memory. An empty text is none. */
static bool copy_text(struct arena *arena, struct text text, const char **ret_copy)
{
	*ret_copy = text.size ? arena_text(arena, text) : NULL;
	return !text.size || *ret_copy;
}

static int hand_over_unknown(struct lift_publisher *publisher, const struct unknown *unknown)
{
	struct lift_unknown_text rows[UNKNOWN_TEXTS_MAX];
	struct lift_unknown handed = { .events = unknown->events,
				       .texts = rows,
				       .n_texts = unknown->n_texts };
	struct arena texts = { 0 };
	bool is_copied = true;

	for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
		handed.n[kind] = unknown->n[kind];
	for (size_t i = 0; is_copied && i < unknown->n_texts; i++) {
		const struct unknown_text *from = &unknown->texts[i];

		rows[i] = (struct lift_unknown_text){ .kind = (enum lift_unknown_kind)from->kind,
						      .n = from->n,
						      .text = arena_text(&texts, from->text) };
		is_copied = rows[i].text && copy_text(&texts, from->meant, &rows[i].meant) &&
			    copy_text(&texts, from->attr, &rows[i].attr);
	}
	if (is_copied)
		publisher->options.unknown(publisher->options.context, &handed);
	arena_free(&texts);
	return is_copied ? 0 : LIFT_E_MEMORY;
}

static int report_unknown(struct lift_publisher *publisher, const struct answer *answer)
{
	struct unknown unknown;

	if (!publisher->options.unknown || !answer->unknown ||
	    answer_unknown(answer, &unknown) != 0 || unknown.events == 0)
		return 0;
	return hand_over_unknown(publisher, &unknown);
}

/* What is in front of the ring and judged leaves it. */
static void drop_judged(struct lift_publisher *publisher)
{
	while (publisher->queued > 0) {
		struct slot *slot = publisher_slot(publisher, 0);

		if (slot->judged < slot->count)
			return;
		slot_clear(slot);
		publisher->head = (publisher->head + 1) % SLOTS_MAX;
		publisher->queued--;
	}
}

/* Is it about what is being announced? */
static bool is_announcement(const struct lift_publisher *publisher, const struct answer *answer)
{
	return publisher->announcement.in_flight && answer->first == publisher->announcement.seq &&
	       answer->count == 0;
}

/* How long a message may be. */

uint32_t publisher_part(const struct lift_publisher *publisher)
{
	return publisher->n_full < PARTS_CALM || publisher->part >= BATCH_EVENTS_MAX
		       ? publisher->part
		       : publisher->part * 2;
}

static void note_taken(struct lift_publisher *publisher, const struct slot *slot)
{
	if (slot->in_flight > publisher->part)
		publisher->part = slot->in_flight;
	if (slot->in_flight >= publisher->part)
		publisher->n_full++;
}

/* It is sent again in halves, and alone as an empty map. If that is too long, no event is at fault.
 * One long event is no reason for others to be sent one by one. */
static int take_too_long(struct lift_publisher *publisher, struct slot *slot, int64_t now_ms)
{
	uint32_t half = slot->in_flight / 2;

	if (slot->blank)
		return LIFT_E_SIZE;
	if (half == 0)
		slot_blank(slot);
	else if (slot->part == BATCH_EVENTS_MAX && publisher->part > half)
		publisher->part = half;
	slot->part = half ? half : 1;
	publisher->progress_ms = now_ms;
	publisher->in_flight--;
	slot_lost(slot);
	return 0;
}

static int take_ack(struct lift_publisher *publisher, const struct answer *answer, int64_t now_ms)
{
	bool announced = is_announcement(publisher, answer);
	struct slot *slot = announced ? NULL : slot_of_answer(publisher, answer);
	int err;

	if (!announced && (!slot || answer->count != slot->in_flight))
		return 0;
	if (!refusals_fit(answer))
		return LIFT_E_MALFORMED;
	publisher->next = answer->next;
	publisher->progress_ms = now_ms;
	publisher->refusal = 0;
	publisher->in_flight--;
	if (announced) {
		publisher->announcement.in_flight = false;
		publisher->announcement.seq = 0;
		return 0;
	}
	/* Sent once more, these events are not new. */
	err = report_unknown(publisher, answer);
	if (err)
		return err;
	if (answer->more && slot->in_flight > ACK_REJECTED_MAX) {
		/* One ack cannot hold all refusals: the verdict stands, so ask again in parts. */
		slot->part = ACK_REJECTED_MAX;
		slot_lost(slot);
		return 0;
	}
	err = report_rejected(publisher, slot, answer);
	if (err)
		return err;
	report_uncounted(publisher, slot, answer);
	note_taken(publisher, slot);
	publisher->judged += slot->in_flight;
	slot_judged(slot);
	drop_judged(publisher);
	return 0;
}

static int take_nack(struct lift_publisher *publisher, const struct answer *answer, int64_t now_ms)
{
	bool announced = is_announcement(publisher, answer);
	struct slot *slot = announced ? NULL : slot_of_answer(publisher, answer);
	int err = lift_err_of_code(answer->code);

	if (!err)
		err = LIFT_E_MALFORMED;
	if (err == LIFT_E_SIZE && slot)
		return take_too_long(publisher, slot, now_ms);
	if (!answer->retry)
		return err;
	publisher->refusal = err;
	if (!slot && !announced)
		return 0;
	publisher->in_flight--;
	if (slot)
		slot_postpone(slot, now_ms);
	else
		publisher->announcement.in_flight = false;
	return 0;
}

static void take_welcome(struct lift_publisher *publisher, const struct answer *answer)
{
	publisher->window = answer->window < LIFT_WINDOW_MAX ? answer->window : LIFT_WINDOW_MAX;
	publisher->window += publisher->window == 0;
	publisher->next = answer->next;
	publisher->closed = answer->closed;
}

/* Is it about our stream? A nack may not say so. */
static bool is_ours(const struct lift_publisher *publisher, const struct answer *answer)
{
	return (!answer->source.size || text_equal(answer->source, text_of(publisher->source))) &&
	       (!answer->stream.size || text_equal(answer->stream, text_of(publisher->stream)));
}

int publisher_take_answer(struct lift_publisher *publisher, int64_t now_ms, bool *ret_welcome)
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
			take_welcome(publisher, &answer);
			*ret_welcome = true;
		} else if (answer.what == ANSWER_ACK) {
			err = take_ack(publisher, &answer, now_ms);
		} else if (answer.what == ANSWER_NACK) {
			err = take_nack(publisher, &answer, now_ms);
		}
	}
	zmq_msg_close(&frame);
	return err;
}
