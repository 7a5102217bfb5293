/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More connections than there is room for: who was there is answered, who is honest gets in, and
 * the daemon rests.
 *
 * LIFT_FLOOD=10 makes the floods ten times as large; memory and processor time are printed.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/fleet.h"
#include "tests/e2e/peer.h"
#include "tests/raw.h"

enum {
	TICK_MS = 50,
	FEW = 128,	 /* descriptors of a daemon */
	HALF_OPEN = 500, /* connections that say nothing, or little */
	OPEN = 300,	 /* that say all */
	ASK_EACH = 100,	 /* so many of them, an honest one comes */
	ENDPOINT = 64,
};

static unsigned flood_of(unsigned n)
{
	const char *factor = getenv("LIFT_FLOOD");

	return factor ? n * (unsigned)atoi(factor) : n;
}

/* This process may have so many descriptors; else the test is skipped, and that is said. */
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

/* A daemon whose intake is on TCP, too. */
static void start(struct daemon *daemon, char endpoint[static ENDPOINT], unsigned descriptors)
{
	const struct surroundings in = { .descriptors = descriptors };
	char lines[2 * PATH_SIZE];
	int port;

	ports_find(&port, 1);
	snprintf(endpoint, ENDPOINT, "tcp://127.0.0.1:%d", port);
	snprintf(lines, sizeof(lines),
		 "catalogue: tests/golden/catalogue.yaml\n"
		 "tick_ms: %d\n"
		 "security: none\n"
		 "intake: [\"%s\", \"%s\"]\n",
		 TICK_MS, daemon->intake, endpoint);
	daemon_configure(daemon, lines);
	daemon_start_in(daemon, &in);
}

static void hello(struct peer *peer)
{
	json_t *answer = peer_ask(peer, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello",
						  "source", "crowd", "stream", "s"));

	assert_string_equal(word(answer, "op"), "welcome");
	json_decref(answer);
}

static void come_and_go(const char *endpoint)
{
	struct peer peer;

	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	hello(&peer);
	peer_close(&peer);
}

/* Of the process, as the kernel has it. */

static long status_kib(const struct daemon *daemon, const char *key)
{
	char path[64], line[256];
	long kib = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)daemon->process.pid);
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			kib = atol(line + strlen(key));
	fclose(file);
	assert_true(kib > 0);
	return kib;
}

static double processor_s(const struct daemon *daemon)
{
	char path[64], line[1024], *at;
	unsigned long user, system;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)daemon->process.pid);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(line, sizeof(line), file));
	fclose(file);
	at = strrchr(line, ')');
	assert_non_null(at);
	assert_int_equal(sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
				&user, &system),
			 2);
	return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

/* What spins takes all of a processor. It is a part of that what work there is for 40 ticks. */
static void expect_rest(struct daemon *daemon, const char *what)
{
	enum { TICKS = 40 };
	int64_t tick = daemon_counter(daemon, "ticks");
	double before = processor_s(daemon), used;

	daemon_await_counter(daemon, "ticks", tick + TICKS);
	used = processor_s(daemon) - before;
	print_message("%s: %.0f %% of a processor\n", what, 100e3 * used / (TICKS * TICK_MS));
	assert_true(used < TICKS * TICK_MS / 1000.0 / 2);
}

struct crowd {
	struct raw *raws;
	unsigned n, most;
};

static struct crowd crowd_of(unsigned most)
{
	struct crowd crowd = { .raws = calloc(most, sizeof(*crowd.raws)), .most = most };

	assert_non_null(crowd.raws);
	return crowd;
}

/* One more: did it come as far as it wanted? */
static bool join(struct crowd *crowd, const char *endpoint, const char *from, enum raw_stage stage)
{
	assert_true(crowd->n < crowd->most);
	return raw_open(&crowd->raws[crowd->n++], endpoint, from, "DEALER", NULL, stage);
}

static void leave(struct crowd *crowd)
{
	for (unsigned i = 0; i < crowd->n; i++)
		raw_close(&crowd->raws[i]);
	free(crowd->raws);
}

/* Beyond the limit of descriptors a socket of TCP of libzmq spins, and answers nobody. */
static void beyond_the_limit_those_who_are_there_are_answered(void **state)
{
	struct daemon *daemon = *state;
	char endpoint[ENDPOINT];
	struct crowd crowd = crowd_of(OPEN);
	struct peer before, local;
	unsigned inside = 0;

	if (!has_descriptors(OPEN + 200))
		skip();
	start(daemon, endpoint, FEW);
	peer_open(&before, ZMQ_DEALER, endpoint, NULL);
	hello(&before);
	peer_open(&local, ZMQ_DEALER, daemon->intake, NULL);
	hello(&local);
	for (unsigned i = 0; i < OPEN; i++)
		inside += join(&crowd, endpoint, "127.0.0.2", RAW_OPEN);
	assert_in_range(inside, 1, FEW);
	daemon_await_counter(daemon, "connections_refused", OPEN / 4);
	assert_in_range(daemon_counter(daemon, "connections_most"), FEW / 4, FEW);
	assert_in_range(daemon_counter(daemon, "connections"), FEW / 4, FEW);
	hello(&before);
	hello(&local);
	expect_rest(daemon, "at the limit");
	hello(&before);
	leave(&crowd);
	come_and_go(endpoint);
	peer_close(&before);
	peer_close(&local);
	daemon_stop(daemon, SIGTERM);
}

/* They try again, all of them, each 50 ms. */
static void those_who_come_again_and_again_are_no_work(void **state)
{
	struct daemon *daemon = *state;
	char endpoint[ENDPOINT];
	struct fleet fleet;
	struct peer before;

	if (!has_descriptors(OPEN * FLEET_DESCRIPTORS + 200))
		skip();
	start(daemon, endpoint, FEW);
	peer_open(&before, ZMQ_DEALER, endpoint, NULL);
	hello(&before);
	fleet_open(&fleet, OPEN, endpoint);
	daemon_await_counter(daemon, "connections_refused", 2 * OPEN);
	hello(&before);
	expect_rest(daemon, "with those who try again");
	hello(&before);
	fleet_close(&fleet);
	come_and_go(endpoint);
	peer_close(&before);
	daemon_stop(daemon, SIGTERM);
}

/* Half of them say nothing at all. */
static void flood_half_open(const char *endpoint, unsigned first, unsigned addresses)
{
	unsigned n = flood_of(HALF_OPEN);
	struct crowd crowd = crowd_of(n);
	char address[32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(address, sizeof(address), "127.0.0.%u", first + i % addresses);
		join(&crowd, endpoint, address, i % 2 ? RAW_SILENT : RAW_GREETED);
		if (i % ASK_EACH == ASK_EACH - 1)
			come_and_go(endpoint);
	}
	leave(&crowd);
}

static void a_flood_of_half_open_connections_keeps_nobody_out(void **state)
{
	static const struct {
		const char *what;
		unsigned first, addresses, descriptors;
	} floods[] = { { "of one address", 2, 1, 0 },
		       { "of many addresses", 2, 250, 0 },
		       { "of the honest ones' own", 1, 1, 0 },
		       { "with few descriptors", 2, 250, FEW } };
	struct daemon *daemon = *state;
	char endpoint[ENDPOINT];

	if (!has_descriptors(flood_of(HALF_OPEN) + 200))
		skip();
	for (size_t i = 0; i < sizeof(floods) / sizeof(floods[0]); i++) {
		struct peer before;
		double used;
		long kib;

		start(daemon, endpoint, floods[i].descriptors);
		peer_open(&before, ZMQ_DEALER, endpoint, NULL);
		hello(&before);
		kib = status_kib(daemon, "VmHWM:");
		used = processor_s(daemon);
		flood_half_open(endpoint, floods[i].first, floods[i].addresses);
		hello(&before);
		print_message("%u half open ones, %s: memory +%ld KiB, %.2f s of a processor, "
			      "%lld made room\n",
			      flood_of(HALF_OPEN), floods[i].what,
			      status_kib(daemon, "VmHWM:") - kib, processor_s(daemon) - used,
			      (long long)daemon_counter(daemon, "connections_displaced"));
		assert_int_equal(daemon_counter(daemon, "connections_refused"), 0);
		peer_close(&before);
		daemon_stop(daemon, SIGTERM);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(beyond_the_limit_those_who_are_there_are_answered),
		TEST(those_who_come_again_and_again_are_no_work),
		TEST(a_flood_of_half_open_connections_keeps_nobody_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
