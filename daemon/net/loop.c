/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/loop.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <zmq.h>

#include "proto/err.h"

struct loop {
	struct clock clock;
	zmq_pollitem_t polls[LOOP_POLLS_MAX];
	struct {
		loop_fn fn; /* NULL: removed; its place is taken away before the next round */
		void *context;
	} readers[LOOP_POLLS_MAX];
	int n_polls;
	struct {
		loop_fn fn;
		void *context;
		int64_t interval_ms, due_ms;
	} timers[LOOP_TIMERS_MAX];
	int n_timers;
	loop_work_fn work;
	void *work_context;
	bool stopped;
	atomic_bool ending;
	_Atomic uint64_t rounds;
};

#define TIMER_RESTS INT64_MAX
enum { LOOP_WAIT_MAX_MS = 1000 /* so that rounds go on */ };

struct loop *loop_new(const struct clock *clock)
{
	struct loop *loop = calloc(1, sizeof(struct loop));

	if (loop)
		loop->clock = *clock;
	return loop;
}

void loop_free(struct loop *loop)
{
	free(loop);
}

void loop_moment(const struct loop *loop, struct now *ret_now)
{
	loop->clock.read(loop->clock.context, ret_now);
}

static struct now read_clock(const struct loop *loop)
{
	struct now now;

	loop_moment(loop, &now);
	return now;
}

static int add_poll(struct loop *loop, zmq_pollitem_t item, loop_fn fn, void *context)
{
	if (loop->n_polls == LOOP_POLLS_MAX)
		return LIFT_E_BUSY;
	item.events = ZMQ_POLLIN;
	loop->polls[loop->n_polls] = item;
	loop->readers[loop->n_polls].fn = fn;
	loop->readers[loop->n_polls++].context = context;
	return 0;
}

int loop_add_socket(struct loop *loop, void *socket, loop_fn fn, void *context)
{
	return add_poll(loop, (zmq_pollitem_t){ .socket = socket }, fn, context);
}

int loop_add_fd(struct loop *loop, int fd, loop_fn fn, void *context)
{
	return add_poll(loop, (zmq_pollitem_t){ .fd = fd }, fn, context);
}

void loop_set_socket(struct loop *loop, void *socket, bool on)
{
	for (int i = 0; i < loop->n_polls; i++)
		if (loop->polls[i].socket == socket)
			loop->polls[i].events = on ? ZMQ_POLLIN : 0;
}

static void remove_poll(struct loop *loop, void *socket, int fd)
{
	for (int i = 0; i < loop->n_polls; i++)
		if (loop->polls[i].socket == socket && (socket || loop->polls[i].fd == fd))
			loop->readers[i].fn = NULL;
}

void loop_remove_socket(struct loop *loop, void *socket)
{
	if (socket)
		remove_poll(loop, socket, 0);
}

void loop_remove_fd(struct loop *loop, int fd)
{
	remove_poll(loop, NULL, fd);
}

/* Those that were removed: not while a round goes through them. */
static void drop_removed(struct loop *loop)
{
	int kept = 0;

	for (int i = 0; i < loop->n_polls; i++) {
		if (!loop->readers[i].fn)
			continue;
		loop->polls[kept] = loop->polls[i];
		loop->readers[kept++] = loop->readers[i];
	}
	loop->n_polls = kept;
}

int loop_add_timer(struct loop *loop, int interval_ms, loop_fn fn, void *context, int *ret_timer)
{
	int i = loop->n_timers;

	if (i == LOOP_TIMERS_MAX)
		return LIFT_E_BUSY;
	loop->timers[i].fn = fn;
	loop->timers[i].context = context;
	loop->timers[i].interval_ms = interval_ms;
	loop->n_timers++;
	loop_set_timer(loop, i, true);
	if (ret_timer)
		*ret_timer = i;
	return 0;
}

void loop_set_timer(struct loop *loop, int timer, bool on)
{
	loop->timers[timer].due_ms =
		on ? read_clock(loop).steady_ms + loop->timers[timer].interval_ms : TIMER_RESTS;
}

void loop_set_work(struct loop *loop, loop_work_fn fn, void *context)
{
	loop->work = fn;
	loop->work_context = context;
}

static long wait_ms(const struct loop *loop)
{
	int64_t now_ms = read_clock(loop).steady_ms, wait = LOOP_WAIT_MAX_MS;

	for (int i = 0; i < loop->n_timers; i++)
		if (loop->timers[i].due_ms < now_ms + wait)
			wait = loop->timers[i].due_ms - now_ms;
	return wait < 0 ? 0 : (long)wait;
}

/* A timer that is late is called once, and keeps its beat. */
static void run_timers(struct loop *loop, const struct now *now)
{
	for (int i = 0; i < loop->n_timers && !loop->stopped; i++) {
		int64_t late = now->steady_ms - loop->timers[i].due_ms;

		if (late < 0)
			continue;
		loop->timers[i].due_ms +=
			loop->timers[i].interval_ms * (1 + late / loop->timers[i].interval_ms);
		loop->timers[i].fn(loop->timers[i].context, now);
	}
}

static void run_readers(struct loop *loop, const struct now *now)
{
	for (int i = 0; i < loop->n_polls && !loop->stopped; i++)
		if (loop->polls[i].revents && loop->readers[i].fn)
			loop->readers[i].fn(loop->readers[i].context, now);
}

/* *more: the work was not done when it was last called; is it now? False: the context is gone. */
static bool run_round(struct loop *loop, long wait, bool *more)
{
	struct now now;
	int ready;

	drop_removed(loop);
	ready = zmq_poll(loop->polls, loop->n_polls, wait);
	if (ready < 0 && errno != EINTR)
		return false;
	now = read_clock(loop);
	if (ready > 0)
		run_readers(loop, &now);
	run_timers(loop, &now);
	/* Also in the round that stops: what has been received is finished. */
	*more = loop->work && loop->work(loop->work_context, &now);
	loop_count_round(loop);
	return true;
}

void loop_run(struct loop *loop)
{
	bool more = true; /* what is left over from before */

	while (!loop->stopped && run_round(loop, more ? 0 : wait_ms(loop), &more))
		;
}

void loop_step(struct loop *loop)
{
	bool more;

	run_round(loop, 0, &more);
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
}

bool loop_is_stopped(const struct loop *loop)
{
	return loop->stopped;
}

void loop_tell_end(struct loop *loop)
{
	atomic_store_explicit(&loop->ending, true, memory_order_relaxed);
}

bool loop_is_ending(const struct loop *loop)
{
	return atomic_load_explicit(&loop->ending, memory_order_relaxed);
}

void loop_count_round(struct loop *loop)
{
	atomic_fetch_add_explicit(&loop->rounds, 1, memory_order_relaxed);
}

uint64_t loop_rounds(const struct loop *loop)
{
	return atomic_load_explicit(&loop->rounds, memory_order_relaxed);
}
