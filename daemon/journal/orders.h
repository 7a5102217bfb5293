/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders.h - what operators want of the journal, and only its writer may do: asked in one thread,
 * done in another, told in the first when it is on disk. Whoever asks, and whoever has done, wakes
 * the other.
 */
#ifndef LIFTD_JOURNAL_ORDERS_H
#define LIFTD_JOURNAL_ORDERS_H

#include "proto/event.h"

enum { ORDERS_MAX = 16 /* that are not told yet */ };

struct order {
	uint64_t number; /* from 1, rising */
	enum {
		ORDER_CLOSE,  /* a stream */
		ORDER_RECEIPT /* the clock is right: the latest receipt was not */
	} what;
	char source[SOURCE_MAX], stream[STREAM_MAX]; /* of a stream */
	size_t source_size, stream_size;
	int err;		/* when it is done */
	uint64_t next, missing; /* of a stream: as struct closed */
};

struct orders;

struct orders *orders_new(void); /* NULL: out of memory */
void orders_free(struct orders *orders);

/* Ask: its number, or 0 where there are too many. */
uint64_t orders_ask(struct orders *orders, const struct order *order);

/* The next one that is to be done; it is done; the next one that has been: false where there is
 * none. Any thread. */
bool orders_take(struct orders *orders, struct order *ret_order);
void orders_done(struct orders *orders, const struct order *order);
bool orders_take_done(struct orders *orders, struct order *ret_order);

#endif
