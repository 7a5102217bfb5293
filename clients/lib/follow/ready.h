/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ready.h - one descriptor for an event loop, which can be read from when there is something to do:
 * a ZeroMQ socket has something, a moment has come, or there is more of what was looked at last.
 *
 * ZeroMQ's own descriptors say only that something has changed: they are silent while messages lie
 * there that nobody has read. So whoever stops before all is read says so (ready_again), and the
 * descriptor stays readable.
 */
#ifndef LIFT_LIB_FOLLOW_READY_H
#define LIFT_LIB_FOLLOW_READY_H

#include "clients/lib/wire.h"

struct ready {
	int epoll, timer, again; /* descriptors; -1: none */
};

/* LIFT_E_SOCKET where there are no descriptors left. */
int ready_open(struct ready *ready);
void ready_close(struct ready *ready);

/* Look at a wire, too: its socket and its monitor. It leaves when it is closed; one that is looked
 * at already is none twice. LIFT_E_SOCKET. */
int ready_watch(struct ready *ready, const struct wire *wire);

/* To be readable at that moment of wire_clock_ms, INT64_MAX: at none; and now, or not for that. */
int ready_at(struct ready *ready, int64_t when_ms);
int ready_again(struct ready *ready, bool is_more);

/* Wait for so long (below 0: for ever), or until it can be read from. LIFT_E_STOPPED: a signal
 * came. */
int ready_wait(const struct ready *ready, int64_t ms);

#endif
