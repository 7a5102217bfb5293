/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the daemon's surroundings do to it, the disk apart: too many who come, those who do not
 * read, a process that is stopped.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/fleet.h"
#include "tests/e2e/peer.h"

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n";

/* Connections. */

/* May this process open so many? */
static bool has_descriptors(unsigned n)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	if (limit.rlim_max < n) {
		print_message("skipped: the hard limit of descriptors is %llu, not %u\n",
			      (unsigned long long)limit.rlim_max, n);
		return false;
	}
	limit.rlim_cur = limit.rlim_cur < n ? n : limit.rlim_cur;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	return true;
}

static void await_acks(struct fleet *fleet, unsigned n, bool dismiss)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (fleet->n_acked < n) {
		if (fleet_take(fleet) == 0)
			look_again();
		if (dismiss)
			fleet_dismiss(fleet);
		if (clock_ms() > end_ms)
			fail_msg("%u acks of %u", fleet->n_acked, n);
	}
}

static void two_thousand_platforms_at_once_each_get_their_ack(void **state)
{
	struct daemon *daemon = *state;
	struct fleet fleet;

	if (!has_descriptors(FLEET_MAX * FLEET_DESCRIPTORS + 200))
		skip();
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	fleet_open(&fleet, FLEET_MAX, daemon->intake);
	await_acks(&fleet, FLEET_MAX, false);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), FLEET_MAX);
	fleet_close(&fleet);
	daemon_stop(daemon, SIGTERM);
}

static void without_descriptors_it_says_so_and_serves_those_who_are_there(void **state)
{
	const struct surroundings in = { .descriptors = 256 };
	struct daemon *daemon = *state;
	struct fleet fleet;
	char *log;

	if (!has_descriptors(400 * FLEET_DESCRIPTORS + 200))
		skip();
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &in);
	fleet_open(&fleet, 400, daemon->intake);
	await_acks(&fleet, 100, false);
	daemon_await_counter(daemon, "connections_refused", 1);
	log = file_text(daemon->log, NULL);
	assert_non_null(strstr(log, "connection refused: "));
	free(log);
	/* As some go, others come. */
	await_acks(&fleet, 400, true);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 400);
	fleet_close(&fleet);
	daemon_stop(daemon, SIGTERM);
}

/* For the journal there are enough, and too few for sockets: with some more, ZeroMQ aborts. */
static void with_too_few_descriptors_for_its_threads_it_says_so_and_ends(void **state)
{
	struct daemon *daemon = *state;
	bool said = false;

	daemon_configure(daemon, configuration);
	for (unsigned n = 7; n < 14; n++) {
		const struct surroundings in = { .descriptors = n };
		struct outcome outcome = daemon_fail_in(daemon, &in);

		assert_int_equal(outcome.status, 1);
		if (!strstr(outcome.err, "start failed: at="))
			fail_msg("%u descriptors: %s", n, outcome.err);
		said |= strstr(outcome.err, "start failed: at=\"threads\" code=socket") != NULL;
		outcome_free(&outcome);
	}
	assert_true(said);
}

/* As LimitAS= of a unit and ulimit -v do. */
static void with_little_address_space_it_starts_or_says_which_limit(void **state)
{
	const struct surroundings in = { .address = UINT64_C(16) << 30 };
	struct daemon *daemon = *state;
	struct outcome outcome;
	char lines[256];

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("skipped: a sanitizer needs address space itself\n");
	skip();
#endif
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &in);
	daemon_await_counter(daemon, "takeovers", 1);
	free(daemon_lift_out(daemon, 0, "verify", NULL)); /* in a child that has no more */
	free(daemon_lift_out(daemon, 0, "backup", NULL));
	daemon_stop(daemon, SIGTERM);
	snprintf(lines, sizeof(lines), "%sjournal_max_mib: 20000\n", configuration);
	daemon_configure(daemon, lines);
	outcome = daemon_fail_in(daemon, &in);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "address space is 16384 MiB (RLIMIT_AS: LimitAS="));
	assert_non_null(strstr(outcome.err, "or journal_max_mib: 1"));
	outcome_free(&outcome);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(two_thousand_platforms_at_once_each_get_their_ack),
		TEST(with_too_few_descriptors_for_its_threads_it_says_so_and_ends),
		TEST(with_little_address_space_it_starts_or_says_which_limit),
		TEST(without_descriptors_it_says_so_and_serves_those_who_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
