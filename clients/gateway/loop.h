/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop.h - a small reactor for gateways, one a thread: descriptors, timers, signals, and work that
 * is done once a round.
 *
 * A round: wait, read the clock, call what is readable or whose own wait is over, then the timers
 * that are due, then the work once. All that a round calls gets the one moment at which it began.
 * While the work says that there is more, a round does not wait.
 */
#ifndef LIFT_GATEWAY_LOOP_H
#define LIFT_GATEWAY_LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

enum { GATEWAY_FDS_MAX = 64, GATEWAY_TIMERS_MAX = 8 };

/* A moment, ms: by the clock that never jumps, and by the time of day (UTC). */
struct gateway_now {
	int64_t steady_ms, utc_ms;
};

struct gateway_loop;
typedef void (*gateway_fn)(void *context, const struct gateway_now *now);
typedef void (*gateway_signal_fn)(void *context, int signal_number, const struct gateway_now *now);
/* True: call me again at once. */
typedef bool (*gateway_work_fn)(void *context, const struct gateway_now *now);
/* How long its owner can wait though its descriptor says nothing, ms; -1: for ever. */
typedef int (*gateway_wait_fn)(const void *context);

struct gateway_loop *gateway_loop_new(void); /* NULL: no descriptor, or out of memory */
void gateway_loop_free(struct gateway_loop *loop);

/* Call `fn` whenever a descriptor is readable, or its peer is gone; with `wait` (or NULL), which is
 * asked before each round, also when that time is over. LIFT_E_BUSY beyond GATEWAY_FDS_MAX;
 * LIFT_E_SOCKET: it cannot be waited for. */
int gateway_loop_add_fd(struct gateway_loop *loop, int fd, gateway_fn fn, gateway_wait_fn wait,
			void *context);
/* No more; before it is closed. Nothing to do where it was not added. Also from within. */
void gateway_loop_remove_fd(struct gateway_loop *loop, int fd);

/* These signals are blocked in this thread, and in those that it starts later, and come to `fn`
 * instead. Once, before any thread. The signals are as they were before when the loop is freed. */
int gateway_loop_take_signals(struct gateway_loop *loop, const sigset_t *signals,
			      gateway_signal_fn fn, void *context);

/* The same of a daemon's: SIGTERM, SIGINT and SIGHUP; SIGPIPE is ignored. */
int gateway_loop_take_usual(struct gateway_loop *loop, gateway_signal_fn fn, void *context);

/* Call `fn` every so many ms, the first time after as many. *ret_timer may be NULL. LIFT_E_BUSY
 * beyond GATEWAY_TIMERS_MAX. */
int gateway_loop_add_timer(struct gateway_loop *loop, int interval_ms, gateway_fn fn, void *context,
			   int *ret_timer);
/* Let a timer rest, or go on: the next time after its interval. */
void gateway_loop_set_timer(struct gateway_loop *loop, int timer, bool on);
/* One piece of work, after all else of a round. */
void gateway_loop_set_work(struct gateway_loop *loop, gateway_work_fn fn, void *context);

/* Run until gateway_loop_stop is called from within; the work is still done in that round.
 * LIFT_E_SOCKET: the kernel does not let it wait. */
int gateway_loop_run(struct gateway_loop *loop);
/* One round that waits at most so long (0: not at all). */
int gateway_loop_step(struct gateway_loop *loop, int wait_ms);
void gateway_loop_stop(struct gateway_loop *loop);

#endif
