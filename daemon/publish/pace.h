/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - how much of what goes out does so at once: in slices, between which the loop goes on. No
 * more messages than subscribers' queues hold who read along, and no longer than others can wait.
 * For this folder alone.
 */
#ifndef LIFTD_PUBLISH_PACE_H
#define LIFTD_PUBLISH_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

/* { .loop }: it rests. */
struct pace {
	const struct loop *loop;
	bool is_going;	  /* the slice before this one has left something */
	bool is_first;	  /* nothing has gone out in this one */
	int64_t began_ms; /* the last slice */
	int64_t until_ms; /* it goes on */
	int64_t left;	  /* messages */
};

/* A slice begins. Where the loop has had much else to do since the last one it takes its share of
 * the time. */
void pace_begin(struct pace *pace);
/* May one more message go out now? One may, however slow the clock's machine is. */
bool pace_takes(struct pace *pace);
/* Of pages, which are asked for one by one, time alone counts. */
bool pace_has_time(const struct pace *pace);
/* It is over: is there more for another one? */
void pace_end(struct pace *pace, bool more);

#endif
