/* SPDX-License-Identifier: Apache-2.0 */
/*
 * slot.h - one batch of a publisher's outbox: its events, and how far the daemon's verdict on them
 * has come.
 *
 * Events are judged from the first on; 0 <= judged <= count, and in_flight of those after them are
 * in a message that has no answer yet. One that is too long even alone is sent as an empty map,
 * which the daemon refuses: so its number is no gap. Memory is kept when a slot is cleared.
 */
#ifndef LIFT_LIB_PUBLISH_SLOT_H
#define LIFT_LIB_PUBLISH_SLOT_H

#include "proto/event.h"

enum {
	SLOT_RETRY_MS =
		50, /* before the same batch is sent again; doubles up to SLOT_RETRY_MAX_MS */
	SLOT_RETRY_MAX_MS = 2000,
};

struct slot {
	uint64_t first;
	uint32_t count;	    /* events */
	uint32_t judged;    /* of them, from the first on, with a verdict */
	uint32_t part;	    /* how many go into one message */
	uint32_t in_flight; /* in the message that is unanswered; 0: there is none */
	bool blank;	    /* the first one without a verdict is sent as an empty map */
	int64_t due_ms;	    /* not to be sent before */
	int retry_ms;
	char *events; /* encoded, one after another */
	size_t size, space;
	size_t *ends; /* of each event, in `events` */
	size_t ends_space;
	uint64_t *tags;
	size_t tags_space;
};

/* Ready for a new batch: no events. */
void slot_clear(struct slot *slot);
void slot_free(struct slot *slot);

/* Add an encoded event, copied: LIFT_E_MEMORY. */
int slot_add(struct slot *slot, struct text event, uint64_t tag);

/* The events that the next message has, `most` of them at most, encoded, borrowed, and how many
 * they are. */
struct text slot_next(const struct slot *slot, uint32_t most, uint32_t *ret_count);

/* The next message went out; its answer came, with a verdict; or it did not, and is not waited for
 * any more. */
void slot_sent(struct slot *slot, uint32_t count);
void slot_judged(struct slot *slot);
void slot_lost(struct slot *slot);

/* The next message has one event, which is sent as an empty map, until that has its verdict. */
void slot_blank(struct slot *slot);

/* The same message is to be sent again, after a pause that grows. */
void slot_postpone(struct slot *slot, int64_t now_ms);

#endif
