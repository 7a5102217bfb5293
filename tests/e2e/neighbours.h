/* SPDX-License-Identifier: Apache-2.0 */
/*
 * neighbours.h - Rana and Bodø, two municipalities that share a daemon, a platform and some of the
 * catalogue; and the same world without Bodø. Rana listens to all that is published for it.
 */
#ifndef LIFT_TESTS_E2E_NEIGHBOURS_H
#define LIFT_TESTS_E2E_NEIGHBOURS_H

#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

enum world { WHOLE, ALONE, WORLDS };

enum { FIRST_DAY_S = 1725177600, DAY_S = 86400 };

/* Who has done what where, told by whom: each a message of its own, the stream's next number, or
 * one further on. */
struct deed {
	const char *worlds, *source, *type, *learner, *module, *region, *role;
	int day, skip;
};

/* A daemon of a world, and what Rana has heard. */
struct place {
	enum world world;
	struct daemon *daemon;
	struct peer intake, dashboard;
	json_t *numbers; /* source -> its last number */
	json_t *heard;	 /* topic -> its last body */
	size_t others;	 /* messages that were no beat */
};

/* A daemon of a world with nothing in it yet, and its dashboard: `lines` are added to the
 * configuration, `ask` to Rana's endpoints. */
void place_open(struct place *place, enum world world, const char *lines, const char *ask);

/* Its daemon has stopped, and so have all others of the test. */
void place_close(struct place *place);

/* Send those that are of its world, and settle. */
void place_send(struct place *place, const struct deed *all, size_t n);

/* Everything that was sent is in the figures, has been published, and was heard. */
void place_settle(struct place *place);

/* The next message, a beat or another one; false: none has come. */
bool place_hear(struct place *place, int timeout_ms);

/* Take out what differs between two runs of the same: numbers of ticks, and moments of the
 * clock. */
void normalise(json_t *value);

#endif
