/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "clients/gateway/loop.h"
#include "proto/err.h"

struct counts {
	struct gateway_loop *loop;
	int fd, reads, timers, works, signal_number;
	int wait_ms;
	char order[16];
	size_t n_order;
};

static void open_counts(struct counts *counts)
{
	*counts = (struct counts){ .wait_ms = -1 };
	counts->loop = gateway_loop_new();
	counts->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_non_null(counts->loop);
	assert_true(counts->fd >= 0);
}

static void close_counts(struct counts *counts)
{
	gateway_loop_free(counts->loop);
	close(counts->fd);
}

static void note(struct counts *counts, char what)
{
	if (counts->n_order < sizeof(counts->order) - 1)
		counts->order[counts->n_order++] = what;
}

static void on_read(void *context, const struct gateway_now *now)
{
	struct counts *counts = context;
	eventfd_t value;

	assert_true(now->steady_ms > 0 && now->utc_ms > 0);
	eventfd_read(counts->fd, &value);
	counts->reads++;
	note(counts, 'r');
}

static void on_read_leave(void *context, const struct gateway_now *now)
{
	struct counts *counts = context;

	(void)now;
	counts->reads++;
	gateway_loop_remove_fd(counts->loop, counts->fd);
}

static void on_timer(void *context, const struct gateway_now *now)
{
	struct counts *counts = context;

	(void)now;
	note(counts, 't');
	if (++counts->timers == 3)
		gateway_loop_stop(counts->loop);
}

static bool on_work(void *context, const struct gateway_now *now)
{
	struct counts *counts = context;

	(void)now;
	note(counts, 'w');
	return ++counts->works < 2;
}

static void on_signal(void *context, int signal_number, const struct gateway_now *now)
{
	struct counts *counts = context;

	(void)now;
	counts->signal_number = signal_number;
	gateway_loop_stop(counts->loop);
}

static int own_wait(const void *context)
{
	return ((const struct counts *)context)->wait_ms;
}

static void a_round_reads_then_keeps_time_then_works(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	assert_int_equal(gateway_loop_add_fd(counts.loop, counts.fd, on_read, NULL, &counts), 0);
	assert_int_equal(gateway_loop_add_timer(counts.loop, 1, on_timer, &counts, NULL), 0);
	gateway_loop_set_work(counts.loop, on_work, &counts);
	/* In each round that has both, and there is one: never in another order. */
	while (!strstr(counts.order, "rt")) {
		counts.n_order = counts.timers = 0;
		memset(counts.order, 0, sizeof(counts.order));
		eventfd_write(counts.fd, 1);
		assert_int_equal(gateway_loop_step(counts.loop, 60000), 0);
		assert_null(strstr(counts.order, "tr"));
		assert_int_equal(counts.order[counts.n_order - 1], 'w');
	}
	counts.timers = 0;
	assert_int_equal(gateway_loop_run(counts.loop), 0);
	assert_int_equal(counts.timers, 3);
	close_counts(&counts);
}

static void what_waits_by_itself_is_called_though_nothing_came(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	assert_int_equal(gateway_loop_add_fd(counts.loop, counts.fd, on_read, own_wait, &counts),
			 0);
	assert_int_equal(gateway_loop_step(counts.loop, 0), 0);
	assert_int_equal(counts.reads, 0);
	counts.wait_ms = 1;
	for (int i = 0; counts.reads == 0 && i < 1000; i++)
		assert_int_equal(gateway_loop_step(counts.loop, 60000), 0);
	assert_int_equal(counts.reads, 1);
	close_counts(&counts);
}

static void who_was_taken_away_is_not_called_any_more(void **state)
{
	struct counts counts;

	(void)state;
	open_counts(&counts);
	assert_int_equal(gateway_loop_add_fd(counts.loop, counts.fd, on_read_leave, NULL, &counts),
			 0);
	eventfd_write(counts.fd, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(gateway_loop_step(counts.loop, 0), 0);
	assert_int_equal(counts.reads, 1);
	/* Its place is free again. */
	for (int i = 0; i < GATEWAY_FDS_MAX + 1; i++) {
		assert_int_equal(
			gateway_loop_add_fd(counts.loop, counts.fd, on_read, NULL, &counts), 0);
		gateway_loop_remove_fd(counts.loop, counts.fd);
	}
	close_counts(&counts);
}

static void a_signal_comes_as_a_call(void **state)
{
	struct counts counts;
	sigset_t signals, now;

	(void)state;
	open_counts(&counts);
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	assert_int_equal(gateway_loop_take_signals(counts.loop, &signals, on_signal, &counts), 0);
	kill(getpid(), SIGTERM);
	assert_int_equal(gateway_loop_run(counts.loop), 0);
	assert_int_equal(counts.signal_number, SIGTERM);
	close_counts(&counts);
	sigprocmask(SIG_SETMASK, NULL, &now);
	assert_false(sigismember(&now, SIGTERM));
}

static void a_timer_may_rest(void **state)
{
	struct counts counts;
	int resting, other;

	(void)state;
	open_counts(&counts);
	assert_int_equal(gateway_loop_add_timer(counts.loop, 1, on_read, &counts, &resting), 0);
	assert_int_equal(gateway_loop_add_timer(counts.loop, 1, on_timer, &counts, &other), 0);
	gateway_loop_set_timer(counts.loop, resting, false);
	assert_int_equal(gateway_loop_run(counts.loop), 0);
	assert_int_equal(counts.reads, 0);
	gateway_loop_set_timer(counts.loop, other, false);
	gateway_loop_set_timer(counts.loop, resting, true);
	while (counts.reads == 0)
		assert_int_equal(gateway_loop_step(counts.loop, 60000), 0);
	assert_int_equal(counts.timers, 3);
	close_counts(&counts);
}

static void it_says_when_it_is_full(void **state)
{
	struct counts counts;
	int fds[GATEWAY_FDS_MAX], one_more = eventfd(0, EFD_CLOEXEC);

	(void)state;
	open_counts(&counts);
	for (int i = 0; i < GATEWAY_FDS_MAX; i++) {
		fds[i] = eventfd(0, EFD_CLOEXEC);
		assert_int_equal(gateway_loop_add_fd(counts.loop, fds[i], on_read, NULL, &counts),
				 0);
	}
	assert_int_equal(gateway_loop_add_fd(counts.loop, one_more, on_read, NULL, &counts),
			 LIFT_E_BUSY);
	for (int i = 0; i < GATEWAY_FDS_MAX; i++)
		close(fds[i]);
	close(one_more);
	for (int i = 0; i < GATEWAY_TIMERS_MAX; i++)
		assert_int_equal(gateway_loop_add_timer(counts.loop, 1000, on_timer, &counts, NULL),
				 0);
	assert_int_equal(gateway_loop_add_timer(counts.loop, 1000, on_timer, &counts, NULL),
			 LIFT_E_BUSY);
	close_counts(&counts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_round_reads_then_keeps_time_then_works),
		cmocka_unit_test(what_waits_by_itself_is_called_though_nothing_came),
		cmocka_unit_test(who_was_taken_away_is_not_called_any_more),
		cmocka_unit_test(a_signal_comes_as_a_call),
		cmocka_unit_test(a_timer_may_rest),
		cmocka_unit_test(it_says_when_it_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
