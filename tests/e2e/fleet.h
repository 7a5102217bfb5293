/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet.h - many platforms at once: a DEALER each, in this process, with a batch of one event each.
 *
 * Ship i is stream i of one of four sources; its event is of a learner of its own.
 */
#ifndef LIFT_TESTS_E2E_FLEET_H
#define LIFT_TESTS_E2E_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/msg.h"

enum { FLEET_MAX = 2000, FLEET_DESCRIPTORS = 3 /* of this process, a ship */ };

struct fleet {
	void *zmq;
	void *ships[FLEET_MAX]; /* NULL: gone */
	bool acked[FLEET_MAX];
	unsigned n, n_acked;
	struct msg_reader *reader;
	struct msg_writer *writer;
};

/* Connect, and send the batches. */
void fleet_open(struct fleet *fleet, unsigned n, const char *endpoint);
void fleet_close(struct fleet *fleet);

/* Take the acks that are there: how many are new. Another answer fails the test. */
unsigned fleet_take(struct fleet *fleet);

/* Those go whose batch is acknowledged. */
void fleet_dismiss(struct fleet *fleet);

#endif
