/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publisher_internal.h - a publisher's outbox, for the files that it is made of.
 *
 * The outbox is a ring of slots, one a batch, in the order of their numbers. The last one is being
 * gathered; the others wait to be sent or for their answer. Whatever happens to the connection,
 * what to do next can be read from the slots: a fresh socket only marks all of them as not sent.
 */
#ifndef LIFT_LIB_PUBLISH_PUBLISHER_INTERNAL_H
#define LIFT_LIB_PUBLISH_PUBLISHER_INTERNAL_H

#include "clients/lib/lift.h"
#include "clients/lib/publish/publisher.h"
#include "clients/lib/publish/slot.h"
#include "clients/lib/wire.h"
#include "proto/control.h"

enum {
	SLOTS_MAX = LIFT_WINDOW_MAX + 1,
	PARTS_CALM = 32, /* full messages that were taken, before a larger one is tried */
};

struct lift_publisher {
	struct lift_publisher_options options; /* with texts of our own */
	char *endpoint, *source, *stream;
	struct wire wire;
	struct publisher_wake wake;
	struct msg_reader *reader;
	struct msg_writer *writer;
	struct slot slots[SLOTS_MAX];
	uint32_t head,
		queued; /* the oldest slot, and how many wait; the one after them is gathered */
	uint32_t window, in_flight; /* messages */
	uint32_t part, n_full; /* events of a message; such messages that were taken since then */
	uint64_t next_seq, next, judged;
	bool closed;	      /* the stream takes no new number */
	int64_t heard_ms;     /* the last answer, or the first message that waits for one */
	int64_t connected_ms; /* when the connection was last begun */
	unsigned breaks;      /* of the wire, when the first message that waits was sent */
	int64_t progress_ms;  /* the last verdict, or the first batch that waits for one */
	int refusal;	      /* of the last nack that said retry */
	struct {
		uint64_t seq; /* all numbers below it; 0: nothing is to be announced */
		bool in_flight;
		int64_t due_ms;
	} announcement; /* once the slots are empty */
};

static inline struct slot *publisher_slot(struct lift_publisher *publisher, uint32_t i)
{
	return &publisher->slots[(publisher->head + i) % SLOTS_MAX];
}

/* How many events the next message may have: where all has been well, one may have more. */
uint32_t publisher_part(const struct lift_publisher *publisher);

/* Take one answer: LIFT_E_NOT_FOUND where there is none. What is not understood is passed over. */
int publisher_take_answer(struct lift_publisher *publisher, int64_t now_ms, bool *ret_welcome);

#endif
