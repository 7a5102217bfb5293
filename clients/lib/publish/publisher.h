/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publisher.h - what an outbox on disk needs of a publisher, beside lift.h: to be woken while it
 * waits, to be fed without waiting, and how far verdicts have come.
 */
#ifndef LIFT_LIB_PUBLISH_PUBLISHER_H
#define LIFT_LIB_PUBLISH_PUBLISHER_H

#include "clients/lib/lift.h"

/* While it waits for the daemon: where `fd` (above 0; 0: there is none) can be read, the wait is
 * over, and `take` is asked, which reads it. True: whatever waits returns LIFT_E_STOPPED. */
struct publisher_wake {
	int fd;
	bool (*take)(void *context);
	void *context;
};

/* As lift_publisher_open; `wake` may be NULL. */
int publisher_open(const struct lift_publisher_options *options, const struct publisher_wake *wake,
		   struct lift_publisher **ret_publisher);

/* The lowest number without a verdict; where all have one, the next event's. */
uint64_t publisher_pending(const struct lift_publisher *publisher);

/* Can a batch be added and pushed without waiting for the window? (With a window of one, it can
 * when nothing is on its way, and the push waits.) */
bool publisher_has_room(const struct lift_publisher *publisher);

/* Was the stream closed when it said welcome last? */
bool publisher_is_closed(const struct lift_publisher *publisher);

/* One round: send what is due, wait until something comes, it is woken, or so many ms have passed,
 * and take it in. Errors as of lift_publisher_wait. */
int publisher_step(struct lift_publisher *publisher, int ms);

#endif
