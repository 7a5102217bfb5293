/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/loop.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "daemon/net/wake.h"
#include "proto/err.h"

enum { WAKES = 2000, MUCH_LESS_MS = 60000 };

/* A clock that stands until the test moves it. */
static void read_ours(void *context, struct now *ret_now)
{
	*ret_now = *(struct now *)context;
}

struct counts {
	struct now now;
	struct loop *loop;
	int reads, timers, works, stop_after;
	int pipe[2];
	int timer;
	struct now seen;
	char order[64];
	size_t n_order;
};

static void open_counts(struct counts *counts)
{
	*counts = (struct counts){ .now = { 1000, 1772323200000 } };
	counts->loop = loop_new(&(struct clock){ read_ours, &counts->now });
	assert_non_null(counts->loop);
}

/* A step at each of so many ms. */
static void step_for(struct counts *counts, int64_t ms)
{
	for (int64_t i = 0; i < ms; i++) {
		counts->now.steady_ms++;
		counts->now.utc_ms++;
		loop_step(counts->loop);
	}
}

static void note(struct counts *counts, char what)
{
	if (counts->n_order < sizeof(counts->order) - 1)
		counts->order[counts->n_order++] = what;
}

static void on_pipe(void *context, const struct now *now)
{
	struct counts *counts = context;
	char byte;

	counts->seen = *now;
	assert_int_equal(read(counts->pipe[0], &byte, 1), 1);
	counts->reads++;
	note(counts, 'r');
}

static void on_timer(void *context, const struct now *now)
{
	struct counts *counts = context;

	counts->seen = *now;
	counts->timers++;
	note(counts, 't');
	if (counts->timers == counts->stop_after)
		loop_stop(counts->loop);
}

static bool on_work(void *context, const struct now *now)
{
	struct counts *counts = context;

	counts->seen = *now;
	note(counts, 'w');
	return ++counts->works % 3 != 0;
}

static void timers_keep_their_beat(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	assert_int_equal(loop_add_timer(counts.loop, 20, on_timer, &counts, NULL), 0);
	step_for(&counts, 19);
	assert_int_equal(counts.timers, 0);
	step_for(&counts, 1);
	assert_int_equal(counts.timers, 1);
	assert_int_equal(counts.seen.steady_ms, 1020);
	assert_int_equal(counts.seen.utc_ms, 1772323200020);
	step_for(&counts, 80);
	assert_int_equal(counts.timers, 5);
	assert_int_equal(loop_rounds(counts.loop), 100);
	loop_free(counts.loop);
}

/* For 20, 40 .. 120; then on at 140. */
static void a_timer_that_missed_many_of_its_times_is_called_once_for_them(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	assert_int_equal(loop_add_timer(counts.loop, 20, on_timer, &counts, NULL), 0);
	counts.now.steady_ms += 130;
	loop_step(counts.loop);
	loop_step(counts.loop);
	assert_int_equal(counts.timers, 1);
	step_for(&counts, 9);
	assert_int_equal(counts.timers, 1);
	step_for(&counts, 1);
	assert_int_equal(counts.timers, 2);
	loop_free(counts.loop);
}

static void a_timer_rests_until_it_is_set_again(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	assert_int_equal(loop_add_timer(counts.loop, 10, on_timer, &counts, &counts.timer), 0);
	loop_set_timer(counts.loop, counts.timer, false);
	step_for(&counts, 1000);
	assert_int_equal(counts.timers, 0);
	loop_set_timer(counts.loop, counts.timer, true);
	step_for(&counts, 9);
	assert_int_equal(counts.timers, 0);
	step_for(&counts, 1);
	assert_int_equal(counts.timers, 1);
	loop_free(counts.loop);
}

static void a_round_reads_then_looks_at_timers_then_works(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	counts.stop_after = 1;
	assert_int_equal(pipe(counts.pipe), 0);
	assert_int_equal(write(counts.pipe[1], "abc", 3), 3);
	assert_int_equal(loop_add_fd(counts.loop, counts.pipe[0], on_pipe, &counts), 0);
	assert_int_equal(loop_add_timer(counts.loop, 300, on_timer, &counts, NULL), 0);
	loop_set_work(counts.loop, on_work, &counts);
	/* Level-triggered: a read a round; the timer comes behind the reader, and stops all; the
	 * work is done once more. */
	step_for(&counts, 2);
	counts.now.steady_ms += 300;
	loop_run(counts.loop);
	assert_string_equal(counts.order, "rwrwrtw");
	close(counts.pipe[0]);
	close(counts.pipe[1]);
	loop_free(counts.loop);
}

static bool work_to_the_end(void *context, const struct now *now)
{
	struct counts *counts = context;

	(void)now;
	if (++counts->works == 5)
		loop_stop(counts->loop);
	return true;
}

/* Its clock stands: a wait would have no end. */
static void work_that_is_left_over_does_not_wait(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	loop_set_work(counts.loop, work_to_the_end, &counts);
	loop_run(counts.loop);
	assert_int_equal(counts.works, 5);
	loop_free(counts.loop);
}

static void remove_itself(void *context, const struct now *now)
{
	struct counts *counts = context;

	on_pipe(context, now);
	loop_remove_fd(counts->loop, counts->pipe[0]);
}

static void what_is_removed_is_not_called_again(void **state)
{
	struct counts counts, other;

	(void)state;
	open_counts(&counts);
	open_counts(&other);
	assert_int_equal(pipe(counts.pipe), 0);
	assert_int_equal(pipe(other.pipe), 0);
	assert_int_equal(write(counts.pipe[1], "ab", 2), 2);
	assert_int_equal(write(other.pipe[1], "ab", 2), 2);
	assert_int_equal(loop_add_fd(counts.loop, counts.pipe[0], remove_itself, &counts), 0);
	assert_int_equal(loop_add_fd(counts.loop, other.pipe[0], on_pipe, &other), 0);
	loop_step(counts.loop);
	loop_step(counts.loop);
	assert_int_equal(counts.reads, 1);
	assert_int_equal(other.reads, 2);
	/* Its place is free, and it can be added again. */
	for (int i = 1; i < LOOP_POLLS_MAX; i++)
		assert_int_equal(loop_add_fd(counts.loop, counts.pipe[0], remove_itself, &counts),
				 0);
	loop_remove_fd(counts.loop, counts.pipe[0]);
	loop_remove_fd(counts.loop, 12345);
	loop_remove_socket(counts.loop, NULL);
	loop_step(counts.loop);
	assert_int_equal(counts.reads, 1);
	for (int i = 0; i < 2; i++) {
		close(counts.pipe[i]);
		close(other.pipe[i]);
	}
	loop_free(counts.loop);
	loop_free(other.loop);
}

static void give_up(void *context, const struct now *now)
{
	(void)now;
	loop_stop(context);
}

static void on_message(void *context, const struct now *now)
{
	struct counts *counts = context;

	counts->seen = *now;
	counts->reads++;
}

/* What waits there does not end a wait, either. */
static void a_socket_rests_until_it_is_set_again(void **state)
{
	void *zmq = zmq_ctx_new(), *to = zmq_socket(zmq, ZMQ_PAIR),
	     *from = zmq_socket(zmq, ZMQ_PAIR);
	struct counts counts = { .loop = loop_new(&clock_machine) };

	(void)state;
	assert_int_equal(zmq_bind(to, "inproc://to"), 0);
	assert_int_equal(zmq_connect(from, "inproc://to"), 0);
	assert_int_equal(loop_add_socket(counts.loop, to, on_message, &counts), 0);
	assert_int_equal(zmq_send(from, "a", 1, 0), 1);
	loop_step(counts.loop);
	loop_step(counts.loop);
	assert_int_equal(counts.reads, 2); /* it is not read: it comes again and again */
	loop_set_socket(counts.loop, to, false);
	loop_step(counts.loop);
	assert_int_equal(counts.reads, 2);
	loop_set_socket(counts.loop, to, true);
	loop_step(counts.loop);
	assert_int_equal(counts.reads, 3);
	loop_set_socket(counts.loop, to, false);
	assert_int_equal(zmq_send(from, "b", 1, 0), 1);
	assert_int_equal(loop_add_timer(counts.loop, 50, give_up, counts.loop, NULL), 0);
	loop_run(counts.loop);
	assert_int_equal(counts.reads, 3);
	assert_in_range(loop_rounds(counts.loop), 5, 10);
	loop_free(counts.loop);
	zmq_close(to);
	zmq_close(from);
	zmq_ctx_term(zmq);
}

static void more_than_there_is_room_for_is_refused(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	for (int i = 0; i < LOOP_POLLS_MAX; i++)
		assert_int_equal(loop_add_fd(counts.loop, 0, on_pipe, NULL), 0);
	assert_int_equal(loop_add_fd(counts.loop, 0, on_pipe, NULL), LIFT_E_BUSY);
	for (int i = 0; i < LOOP_TIMERS_MAX; i++)
		assert_int_equal(loop_add_timer(counts.loop, 1000, on_timer, NULL, NULL), 0);
	assert_int_equal(loop_add_timer(counts.loop, 1000, on_timer, NULL, NULL), LIFT_E_BUSY);
	loop_free(counts.loop);
}

struct waking {
	struct loop *loop;
	struct wake *wake;
	atomic_int woken;
};

static void on_wake(void *context, const struct now *now)
{
	struct waking *waking = context;

	(void)now;
	wake_drain(waking->wake);
	if (atomic_fetch_add(&waking->woken, 1) + 1 == WAKES)
		loop_stop(waking->loop);
}

/* Each when the one before has come: a wake at a time has to end a wait. */
static void *wake_from_another_thread(void *context)
{
	struct waking *waking = context;

	for (int i = 0; i < WAKES; i++) {
		while (atomic_load(&waking->woken) < i)
			sched_yield();
		wake_send(waking->wake);
	}
	return NULL;
}

static void a_wake_from_another_thread_ends_the_wait(void **state)
{
	struct waking waking = { .loop = loop_new(&clock_machine), .wake = wake_new() };
	pthread_t thread;

	(void)state;
	assert_non_null(waking.wake);
	assert_int_equal(loop_add_fd(waking.loop, wake_fd(waking.wake), on_wake, &waking), 0);
	assert_int_equal(loop_add_timer(waking.loop, MUCH_LESS_MS, give_up, waking.loop, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, wake_from_another_thread, &waking), 0);
	loop_run(waking.loop);
	assert_int_equal(waking.woken, WAKES);
	pthread_join(thread, NULL);
	wake_free(waking.wake);
	loop_free(waking.loop);
}

/* Many, which nobody takes: the thread that sends them goes on. One is left of them. */
static void a_wake_never_blocks(void **state)
{
	struct waking waking = { .loop = loop_new(&clock_machine), .wake = wake_new() };

	(void)state;
	for (int i = 0; i < 10000; i++)
		wake_send(waking.wake);
	assert_int_equal(loop_add_fd(waking.loop, wake_fd(waking.wake), on_wake, &waking), 0);
	loop_step(waking.loop);
	loop_step(waking.loop);
	assert_int_equal(waking.woken, 1);
	wake_free(waking.wake);
	loop_free(waking.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_keep_their_beat),
		cmocka_unit_test(a_timer_that_missed_many_of_its_times_is_called_once_for_them),
		cmocka_unit_test(a_timer_rests_until_it_is_set_again),
		cmocka_unit_test(a_round_reads_then_looks_at_timers_then_works),
		cmocka_unit_test(work_that_is_left_over_does_not_wait),
		cmocka_unit_test(what_is_removed_is_not_called_again),
		cmocka_unit_test(a_socket_rests_until_it_is_set_again),
		cmocka_unit_test(more_than_there_is_room_for_is_refused),
		cmocka_unit_test(a_wake_from_another_thread_ends_the_wait),
		cmocka_unit_test(a_wake_never_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
