/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load.h - three publishers with a fixed load each, who write down what has been acknowledged.
 *
 * A source's events are a function of the seed and their numbers; some of them are refused. After a
 * loss the publishers connect again, say hello and go on from what the daemon says: whatever
 * happens in between, the figures in the end are those of the same events.
 */
#ifndef LIFT_TESTS_TORTURE_LOAD_H
#define LIFT_TESTS_TORTURE_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>

#include "tests/e2e/peer.h"

enum { LOAD_SOURCES = 3, LOAD_EVENTS_MAX = 4000 /* of a source */, LOAD_WINDOW_MAX = 64 };

struct load_source {
	struct peer peer;
	bool greeted; /* a welcome has come */
	bool asked;   /* a hello is out */
	bool refused; /* a nack has come: say hello again when all is answered */
	uint64_t next;
	unsigned unanswered; /* batches */
	/* By number: when it was acknowledged, as the clock of the load says; 0: not yet. */
	uint64_t acked_at[LOAD_EVENTS_MAX + 1];
	uint64_t n_acked;
};

struct load {
	/* set by load_init, to be changed before the first step */
	uint64_t seed;
	uint64_t events; /* of each source */
	unsigned batch_max, window;
	/* moments of acknowledgements; NULL: all are 1 */
	const _Atomic uint64_t *clock;
	/* what was acknowledged later than this need not be there */
	uint64_t cut;

	bool connected, paused; /* paused: nothing is sent */
	struct load_source sources[LOAD_SOURCES];
	unsigned short random[3];
	uint64_t acks, nacks;
	/* findings: numbers acknowledged that the daemon no longer knows; answers that are not what
	 * they must be */
	uint64_t lost, wrong;
};

void load_init(struct load *load, uint64_t seed, uint64_t events, unsigned batch_max,
	       unsigned window);

/* What has been acknowledged stays as it is. */
void load_connect(struct load *load, const char *endpoint);
void load_disconnect(struct load *load);

/* Send what may be sent, take the answers that come within timeout_ms: how many. */
unsigned load_step(struct load *load, int timeout_ms);
unsigned load_unanswered(const struct load *load);
bool load_is_done(const struct load *load);
uint64_t load_acked(const struct load *load);

/* An event, which the caller owns; whether it is refused. */
json_t *load_event(const struct load *load, int source, uint64_t seq);
bool load_is_refused(const struct load *load, int source, uint64_t seq);
void load_source_name(int source, char to[static 16]);

/* The accepted ones of all sources, a line each. */
void load_write(const struct load *load, const char *path);

/* Of a source: a number that was acknowledged, up to the cut, and is not marked as received is
 * lost. */
void load_check_kept(struct load *load, int source, const bool received[]);

/* A number drawn from 0 to below n. */
uint64_t load_draw(struct load *load, uint64_t n);

#endif
