/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer.h - what the programs have in common that give the same events to liftd and to what else
 * could have kept them: the events, made before the clock starts, and the line of a result.
 *
 * Each of them stores every event, once (by learner, module, type, time, score, as liftd does), and
 * with it, in the same transaction, one count by module, region and day. When the clock has
 * stopped, some events are sent once more: they must change nothing.
 */
#ifndef LIFT_TESTS_BENCH_PEERS_PEER_H
#define LIFT_TESTS_BENCH_PEERS_PEER_H

#include "tests/bench/world.h"

enum { PEER_AGAIN = 1000 /* events that are sent twice */, PEER_DAY_MS = 86400000 };

struct feed {
	const struct world *world; /* plain */
	struct world_event *events;
	uint64_t n;
};

/* The events of the plain world; ends the process where the numbers are none. */
struct feed feed_make(const char *events, const char *learners);

/* The counts of one transaction, before they are written. */
struct cell {
	uint32_t module, region;
	int day;
};
struct cells {
	uint32_t *sums;	   /* by a number of the cell */
	uint32_t *changed; /* n: of those that are not 0 */
	size_t n;
	int first_day;
};

void cells_begin(struct cells *cells, const struct feed *feed);
void cells_add(struct cells *cells, const struct world_event *event);
/* The cell of number i of changed ones, and its sum, which is 0 after that. */
uint32_t cells_take(struct cells *cells, size_t i, struct cell *ret_cell);

double peer_now_s(void);

/* Days since 1970, UTC. */
int peer_day(const struct world_event *event);

/* Write an error, and end the process. */
void peer_die(const char *who, const char *what) __attribute__((noreturn));

/* RATE STORED COUNTED, with tabs: events/s, how many events are stored, and the sum of the counts.
 * Ends the process with an error where these two differ, or it is more than were sent. */
void peer_report(const struct feed *feed, double seconds, uint64_t stored, uint64_t counted);

#endif
