/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"
#include "daemon/net/loop.h"
#include "daemon/net/wake.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/err.h"

struct counts {
	struct loop *loop;
	int reads, timers, works, stop_after;
	int pipe[2];
	int timer;
	char order[64];
	size_t n_order;
};

static void note(struct counts *counts, char what)
{
	if (counts->n_order < sizeof(counts->order) - 1)
		counts->order[counts->n_order++] = what;
}

static void on_pipe(void *context)
{
	struct counts *counts = context;
	char byte;

	assert_int_equal(read(counts->pipe[0], &byte, 1), 1);
	counts->reads++;
	note(counts, 'r');
}

static void on_timer(void *context)
{
	struct counts *counts = context;

	counts->timers++;
	note(counts, 't');
	if (counts->timers == counts->stop_after)
		loop_stop(counts->loop);
}

static bool on_work(void *context)
{
	struct counts *counts = context;

	note(counts, 'w');
	return ++counts->works % 3 != 0;
}

static void timers_keep_their_beat(void **state)
{
	struct counts counts = { .loop = loop_new(), .stop_after = 5 };
	int64_t begun = clock_steady_ms();

	(void)state;
	assert_int_equal(loop_add_timer(counts.loop, 20, on_timer, &counts, NULL), 0);
	loop_run(counts.loop);
	assert_true(clock_steady_ms() - begun >= 99);
	assert_int_equal(counts.timers, 5);
	assert_true(loop_rounds(counts.loop) >= 4);
	loop_free(counts.loop);
}

static void late_once(void *context)
{
	struct counts *counts = context;

	if (counts->timers++ == 0)
		usleep(110000);
}

static void on_end(void *context)
{
	struct counts *counts = context;

	loop_stop(counts->loop);
}

/* A timer that missed many of its times is called once for them, not many times: at 20 until 130,
 * then 140, 160, 180. */
static void a_late_timer_is_called_once(void **state)
{
	struct counts counts = { .loop = loop_new() };

	(void)state;
	assert_int_equal(loop_add_timer(counts.loop, 20, late_once, &counts, NULL), 0);
	assert_int_equal(loop_add_timer(counts.loop, 190, on_end, &counts, NULL), 0);
	loop_run(counts.loop);
	assert_in_range(counts.timers, 1, 6);
	loop_free(counts.loop);
}

static void wake_timer(void *context)
{
	struct counts *counts = context;

	loop_set_timer(counts->loop, counts->timer, true);
}

static void a_timer_rests_until_it_is_set_again(void **state)
{
	struct counts counts = { .loop = loop_new(), .stop_after = 1 };
	int64_t begun = clock_steady_ms();
	int waker;

	(void)state;
	assert_int_equal(loop_add_timer(counts.loop, 10, on_timer, &counts, &counts.timer), 0);
	loop_set_timer(counts.loop, counts.timer, false);
	assert_int_equal(loop_add_timer(counts.loop, 60, wake_timer, &counts, &waker), 0);
	loop_run(counts.loop);
	assert_true(clock_steady_ms() - begun >= 69);
	loop_free(counts.loop);
}

static void a_round_reads_then_looks_at_timers_then_works(void **state)
{
	struct counts counts = { .loop = loop_new(), .stop_after = 1 };

	(void)state;
	assert_int_equal(pipe(counts.pipe), 0);
	assert_int_equal(write(counts.pipe[1], "abc", 3), 3);
	assert_int_equal(loop_add_fd(counts.loop, counts.pipe[0], on_pipe, &counts), 0);
	assert_int_equal(loop_add_timer(counts.loop, 300, on_timer, &counts, NULL), 0);
	loop_set_work(counts.loop, on_work, &counts);
	loop_run(counts.loop);
	/* Level-triggered: three rounds read; the work says twice that there is more; then the
	 * timer ends it all; the work is done once more. */
	counts.order[counts.n_order] = 0;
	assert_string_equal(counts.order, "rwrwrwtw");
	close(counts.pipe[0]);
	close(counts.pipe[1]);
	loop_free(counts.loop);
}

/* A round that has nothing to wait for waits for a second: so many would take a minute. */
enum { WORKS = 60, WAKES = 2000, MUCH_LESS_MS = 30000 };

static bool work_to_the_end(void *context)
{
	struct counts *counts = context;

	if (++counts->works == WORKS)
		loop_stop(counts->loop);
	return true;
}

static void work_that_is_left_over_does_not_wait(void **state)
{
	struct counts counts = { .loop = loop_new() };
	int64_t begun = clock_steady_ms();

	(void)state;
	loop_set_work(counts.loop, work_to_the_end, &counts);
	loop_run(counts.loop);
	assert_int_equal(counts.works, WORKS);
	assert_true(clock_steady_ms() - begun < MUCH_LESS_MS);
	loop_free(counts.loop);
}

static void more_than_there_is_room_for_is_refused(void **state)
{
	struct loop *loop = loop_new();

	(void)state;
	for (int i = 0; i < LOOP_POLLS_MAX; i++)
		assert_int_equal(loop_add_fd(loop, 0, on_pipe, NULL), 0);
	assert_int_equal(loop_add_fd(loop, 0, on_pipe, NULL), LIFT_E_SOCKET);
	for (int i = 0; i < LOOP_TIMERS_MAX; i++)
		assert_int_equal(loop_add_timer(loop, 1000, on_timer, NULL, NULL), 0);
	assert_int_equal(loop_add_timer(loop, 1000, on_timer, NULL, NULL), LIFT_E_SOCKET);
	loop_free(loop);
}

struct waking {
	struct loop *loop;
	void *zmq, *wake;
	atomic_int woken;
};

static void on_wake(void *context)
{
	struct waking *waking = context;

	wake_drain(waking->wake);
	if (atomic_fetch_add(&waking->woken, 1) + 1 == WAKES)
		loop_stop(waking->loop);
}

/* Each when the one before has come: a wake at a time has to end a wait. */
static void *wake_from_another_thread(void *context)
{
	struct waking *waking = context;
	void *wake = wake_connect(waking->zmq, "test");

	assert_non_null(wake);
	for (int i = 0; i < WAKES; i++) {
		while (atomic_load(&waking->woken) < i)
			sched_yield();
		wake_send(wake);
	}
	wake_close(wake);
	return NULL;
}

static void give_up(void *context)
{
	loop_stop(context);
}

static void a_wake_from_another_thread_ends_the_wait(void **state)
{
	struct waking waking = { .loop = loop_new(), .zmq = zmq_ctx_new() };
	pthread_t thread;

	(void)state;
	waking.wake = wake_bind(waking.zmq, "test");
	assert_non_null(waking.wake);
	assert_null(wake_bind(waking.zmq, "test"));
	assert_int_equal(loop_add_socket(waking.loop, waking.wake, on_wake, &waking), 0);
	assert_int_equal(loop_add_timer(waking.loop, MUCH_LESS_MS, give_up, waking.loop, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, wake_from_another_thread, &waking), 0);
	loop_run(waking.loop);
	assert_int_equal(waking.woken, WAKES);
	pthread_join(thread, NULL);
	wake_close(waking.wake);
	zmq_ctx_term(waking.zmq);
	loop_free(waking.loop);
}

/* Many, which nobody takes: the thread that sends them goes on. */
static void a_wake_never_blocks(void **state)
{
	void *zmq = zmq_ctx_new(), *wake = wake_bind(zmq, "test"),
	     *from = wake_connect(zmq, "test");

	(void)state;
	assert_true(wake && from);
	for (int i = 0; i < 10000; i++)
		wake_send(from);
	wake_close(from);
	wake_close(wake);
	zmq_ctx_term(zmq);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_keep_their_beat),
		cmocka_unit_test(a_late_timer_is_called_once),
		cmocka_unit_test(a_timer_rests_until_it_is_set_again),
		cmocka_unit_test(a_round_reads_then_looks_at_timers_then_works),
		cmocka_unit_test(work_that_is_left_over_does_not_wait),
		cmocka_unit_test(more_than_there_is_room_for_is_refused),
		cmocka_unit_test(a_wake_from_another_thread_ends_the_wait),
		cmocka_unit_test(a_wake_never_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
