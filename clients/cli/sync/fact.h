/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact.h - a fact of a list, as it is listed and as it has been sent.
 *
 * What was taken back stays taken back (METRICS 1). So a fact that comes back is sent as another
 * one: some milliseconds later, within the same minute, and so on the same day.
 */
#ifndef LIFT_CLI_SYNC_FACT_H
#define LIFT_CLI_SYNC_FACT_H

#include "proto/arena.h"
#include "proto/event.h"

enum fact_kind {
	FACT_STANDS, /* it is listed, and the daemon counts it */
	FACT_GONE,   /* it was listed once, and has been taken back */
	FACT_MOVE,   /* no fact: a profile that holds from a moment on */
};

struct fact {
	enum fact_kind kind;
	bool pending; /* to be sent: as it is, or, of one that is gone, what takes it back */
	bool resent;  /* pending, and has been sent before */
	bool again;   /* it was refused when it was sent again: the next run does that once more */
	bool refused; /* by the daemon, in this run */
	struct text learner, module, region;
	enum event_type type;
	struct event_result result;
	int32_t valid_until;
	int64_t time;	/* as it was sent */
	int64_t listed; /* as it is listed */
	struct event_attr *attrs;
	size_t n_attrs;
	uint64_t place; /* in the list; 0: it is not there */
};

/* Facts, and what they point to; zeros to begin with. */
struct facts {
	struct arena arena;
	struct fact *items;
	size_t n, room;
};

void facts_clear(struct facts *facts);

/* Add an event, copied, as one that is listed as it is: 0 or LIFT_E_MEMORY. */
int facts_add(struct facts *facts, const struct event *event);

/* Decode and judge an encoded event (event_encode), as one of a batch; it lives until the reader's
 * or the writer's next use. Errors of batch_event, LIFT_E_MEMORY. */
int facts_decode(struct msg_reader *reader, struct msg_writer *writer, struct text encoded,
		 struct event *ret_event);

/* The event that is to be sent for it, whose texts are the fact's. */
void fact_event(const struct fact *fact, struct event *ret_event);

/* Order by learner, module, type and time, as listed or as sent; then by what came of it. */
int fact_compare_listed(const struct fact *a, const struct fact *b);
int fact_compare_sent(const struct fact *a, const struct fact *b);

/* The same learner, module and type? */
bool fact_is_akin(const struct fact *a, const struct fact *b);
int result_compare(const struct event_result *a, const struct event_result *b);

/* Would what takes back `gone` take back an akin one of the same time with this result, too? What
 * is absent in it is not asked for. */
bool result_covers(const struct event_result *gone, const struct event_result *result);

/* The next moment in the same minute; after its last one, the first. */
int64_t fact_next_time(int64_t time);

/* Put the facts in their order, and each once. LIFT_E_DIFFERENT where there are two that are the
 * same and say different things: which, of the list. */
int facts_unify(struct facts *facts, const struct fact **ret_a, const struct fact **ret_b);

#endif
