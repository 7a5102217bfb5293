/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h - a small reactor, one a thread: sockets, descriptors, timers, and work that is left over.
 *
 * A round: wait, read the clock, call what is readable, then the timers that are due, then the work
 * once. All that a round calls gets the one moment at which it began. While the work says that
 * there is more, a round does not wait.
 */
#ifndef LIFTD_NET_LOOP_H
#define LIFTD_NET_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/base/clock.h"

enum { LOOP_POLLS_MAX = 64, LOOP_TIMERS_MAX = 8 };

struct loop;
typedef void (*loop_fn)(void *context, const struct now *now);
/* True: call me again at once. */
typedef bool (*loop_work_fn)(void *context, const struct now *now);

struct loop *loop_new(const struct clock *clock); /* NULL: out of memory */
void loop_free(struct loop *loop);

/* Call `fn` whenever a ZeroMQ socket, or a descriptor, is readable. LIFT_E_BUSY beyond
 * LOOP_POLLS_MAX. */
int loop_add_socket(struct loop *loop, void *socket, loop_fn fn, void *context);
int loop_add_fd(struct loop *loop, int fd, loop_fn fn, void *context);
/* Let a socket rest, with what comes by it, or go on. */
void loop_set_socket(struct loop *loop, void *socket, bool on);
/* No more; nothing to do where it was not added. Also from within what the loop calls. */
void loop_remove_socket(struct loop *loop, void *socket);
void loop_remove_fd(struct loop *loop, int fd);

/* Call `fn` every so many ms, the first time after as many. *ret_timer may be NULL. LIFT_E_BUSY
 * beyond LOOP_TIMERS_MAX. */
int loop_add_timer(struct loop *loop, int interval_ms, loop_fn fn, void *context, int *ret_timer);
/* Let a timer rest, or go on: the next time after its interval. */
void loop_set_timer(struct loop *loop, int timer, bool on);
void loop_set_work(struct loop *loop, loop_work_fn fn, void *context);

/* What the loop's clock says by now, later than the moment of the round. */
void loop_moment(const struct loop *loop, struct now *ret_now);

/* Run until loop_stop is called from within. */
void loop_run(struct loop *loop);
/* One round that does not wait, for those who step a loop by a clock of their own. */
void loop_step(struct loop *loop);
void loop_stop(struct loop *loop);
bool loop_is_stopped(const struct loop *loop);

/* Another thread: it is to stop soon. Whoever takes long within a round looks, and breaks off. */
void loop_tell_end(struct loop *loop);
bool loop_is_ending(const struct loop *loop);

/* Rounds so far, for a watchdog in another thread to see that they go on. */
uint64_t loop_rounds(const struct loop *loop);
/* A step of something long within a round, which counts as one. */
void loop_count_round(struct loop *loop);

#endif
