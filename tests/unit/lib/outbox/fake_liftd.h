/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_liftd.h - a daemon of a few lines, whose verdicts are the protocol's, and which loses
 * answers, refuses, closes streams and forgets as a test tells it to.
 *
 * An event's content is the number in its learner, "u-17". Those that are 3 more than a multiple of
 * `refuse_every` are refused, and so is what is no event. Any function may be called from any
 * thread.
 */
#ifndef LIFT_TESTS_FAKE_LIFTD_H
#define LIFT_TESTS_FAKE_LIFTD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FAKE_CONTENT_MAX = 200000, FAKE_STREAMS_MAX = 400 };

/* Chances of a batch, of a thousand. */
struct fake_chances {
	unsigned silence;  /* it is taken, and nobody hears of it */
	unsigned lost;	   /* it never came */
	unsigned retry;	   /* not now: disk */
	unsigned closed;   /* its stream is closed from now on */
	unsigned break_up; /* the socket is made anew */
};

struct fake_liftd;

struct fake_liftd *fake_liftd_start(const char *endpoint, uint64_t seed);
/* It goes away, with all that was on its way; and comes back with what it had. */
void fake_liftd_stop(struct fake_liftd *fake);
void fake_liftd_again(struct fake_liftd *fake);
void fake_liftd_free(struct fake_liftd *fake);

void fake_liftd_chances(struct fake_liftd *fake, struct fake_chances chances);
void fake_liftd_refuse_every(struct fake_liftd *fake, unsigned n);
/* All batches and hellos from now on get this nack; 0: none any more. */
void fake_liftd_nack(struct fake_liftd *fake, int err, bool retry);
/* Messages of more bytes are refused, code size; 0: none. */
void fake_liftd_limit(struct fake_liftd *fake, size_t bytes);
/* All streams that there are. */
void fake_liftd_close_streams(struct fake_liftd *fake);
/* Of each stream, forget the numbers above half of what it has: an older backup came back. */
void fake_liftd_go_back(struct fake_liftd *fake);
/* In the stream that was used last, the next n numbers are taken by others. */
void fake_liftd_use_up(struct fake_liftd *fake, unsigned n);

/* Was that content accepted, in whichever stream? And how often under a new number? */
unsigned fake_liftd_times(struct fake_liftd *fake, uint32_t content);
uint64_t fake_liftd_accepted(struct fake_liftd *fake); /* different contents */
unsigned fake_liftd_streams(struct fake_liftd *fake);
unsigned fake_liftd_batches(struct fake_liftd *fake);
unsigned fake_liftd_largest(struct fake_liftd *fake); /* events of a batch taken since that limit */
unsigned fake_liftd_gaps(struct fake_liftd *fake);    /* numbers that are missing before others */

#endif
