/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders.h - what operators want of the journal, and only its writer may do: asked in one thread,
 * done in another, told in the first when it is on disk. Whoever asks, and whoever has done, wakes
 * the other.
 */
#ifndef LIFTD_JOURNAL_ORDERS_H
#define LIFTD_JOURNAL_ORDERS_H

#include "daemon/journal/entry.h"
#include "proto/control.h"

enum {
	ORDERS_MAX = 16,	 /* that are not told yet */
	ORDER_ROWS_MAX = 200,	 /* of the quarantine that one order changes, or leaves */
	ORDER_LOOKS_MAX = 10000, /* rows that one looks at */
	ORDER_PEOPLE_MAX = 256,	 /* that one forgets: they are in one commit */
};

/* Who is to be forgotten, and by what an objection is known (secret.h): both are made by who
 * asks. */
struct order_person {
	uint8_t learner[PSEUDONYM_BYTES], objection[PSEUDONYM_BYTES];
};

/* Rows of the quarantine: what is empty or 0 chooses nothing. */
struct order_rows {
	uint64_t after, to; /* numbers above, and up to */
	int64_t before;	    /* received, ms */
	int code;	    /* an error */
	uint64_t gone;	    /* when it is done: how many are */
	struct staying staying[ORDER_ROWS_MAX];
	size_t n_staying;
	uint64_t next; /* go on above this number; 0: that was all */
};

struct order {
	uint64_t number; /* from 1, rising */
	enum {
		ORDER_CLOSE,   /* a stream */
		ORDER_RECEIPT, /* the clock is right: the latest receipt was not */
		ORDER_DROP,    /* rows of the quarantine, */
		ORDER_RETRY,   /* which are judged again, and taken in */
		ORDER_FORGET,  /* learners; with `forgotten: refuse` they are not taken in again */
		ORDER_HORIZON, /* nothing from before a moment is kept */
	} what;
	char source[SOURCE_MAX], stream[STREAM_MAX]; /* of a stream; of rows: a source, or none */
	size_t source_size, stream_size;
	int err;		/* when it is done */
	uint64_t next, missing; /* of a stream: as struct closed */
	struct order_rows rows;
	struct order_person people[ORDER_PEOPLE_MAX]; /* ORDER_FORGET */
	size_t n_people;
	int64_t horizon; /* ORDER_HORIZON: ms */
	uint64_t last;	 /* of these two, when it is done: the journal number of the last entry */
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
