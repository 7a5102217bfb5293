/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who goes away while messages of his wait to be read takes nobody with him, as libzmq's
 * heartbeats would (tests/preload/hurry.c makes them come soon, where there are any).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

enum {
	BATCH_EVENTS = 100,
	FULL_MS = 500,	 /* nothing more goes in for so long */
	LIVES_MS = 2000, /* twenty heartbeats of the daemon's former ones, a hundred of lift's */
	REGIONS = 60,
	MODULES = 25,
};

struct preloads {
	char setting[2 * PATH_SIZE + 16], still[PATH_SIZE], naming[PATH_SIZE + 16];
	const char *env[4];
};

static void preloads_make(struct preloads *preloads, const struct daemon *daemon)
{
	char hurry[PATH_SIZE], still[PATH_SIZE];

	program_path(hurry, "tests/preload/hurry.so");
	program_path(still, "tests/preload/still.so");
	snprintf(preloads->setting, sizeof(preloads->setting), "LD_PRELOAD=%s:%s", hurry, still);
	path_make(preloads->still, "%s/still", daemon->dir);
	snprintf(preloads->naming, sizeof(preloads->naming), "LIFT_STILL=%s", preloads->still);
	preloads->env[0] = preloads->setting;
	preloads->env[1] = preloads->naming;
	preloads->env[2] = "ASAN_OPTIONS=verify_asan_link_order=0";
	preloads->env[3] = NULL;
}

/* It lives on for as long as many heartbeats would have taken. */
static void check_lives(struct process *process)
{
	int64_t end_ms = clock_ms() + LIVES_MS;
	int status;

	while (clock_ms() < end_ms) {
		if (process_ended(process, &status))
			fail_msg("it ended with status %d; it said:\n%s", status,
				 file_text(process->err, NULL));
		look_again();
	}
}

static json_t *batch(const char *stream, int number)
{
	json_t *events = json_array();
	char learner[32];

	for (int i = 0; i < BATCH_EVENTS; i++) {
		snprintf(learner, sizeof(learner), "l%d-%d", number, i);
		json_array_append_new(events,
				      json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started",
						"time", (json_int_t)1730797200000, "learner",
						learner, "module", "fire-drill", "region", "bodo"));
	}
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:o}", "v", 1, "op", "events", "source",
			 "platform", "stream", stream, "seq", 1 + number * BATCH_EVENTS, "events",
			 events);
}

/* Send batches, until none goes in any more. */
static void fill(struct peer *platform)
{
	zmq_pollitem_t item = { .socket = platform->socket, .events = ZMQ_POLLOUT };

	for (int number = 0; zmq_poll(&item, 1, FULL_MS) == 1; number++) {
		assert_in_range(number, 0, 10000);
		peer_send(platform, batch("one", number));
	}
}

static void await_waiting(const char *path)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	struct stat info;

	while (stat(path, &info) != 0 || info.st_size == 0) {
		assert_true(clock_ms() < end_ms);
		look_again();
	}
}

static void a_platform_that_goes_while_the_disk_stands_still_ends_nobody(void **state)
{
	struct daemon *daemon = *state;
	struct preloads preloads;
	const struct surroundings in = { .env = preloads.env };
	struct peer platform, other;
	int few = 4;
	json_t *answer;

	preloads_make(&preloads, daemon);
	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\n");
	daemon_start_in(daemon, &in);
	daemon_await_counter(daemon, "takeovers", 1);
	peer_open(&platform, ZMQ_DEALER, daemon->intake, NULL);
	assert_int_equal(zmq_setsockopt(platform.socket, ZMQ_SNDHWM, &few, sizeof(few)), 0);
	assert_int_equal(zmq_disconnect(platform.socket, daemon->intake), 0);
	assert_int_equal(zmq_connect(platform.socket, daemon->intake), 0);
	file_write(preloads.still, "");
	peer_send(&platform, batch("first", 0));
	await_waiting(preloads.still);
	fill(&platform);
	peer_close(&platform);
	check_lives(&daemon->process);
	assert_int_equal(unlink(preloads.still), 0);
	peer_open(&other, ZMQ_DEALER, daemon->intake, NULL);
	answer = peer_ask(&other, batch("other", 0));
	assert_string_equal(word(answer, "op"), "ack");
	json_decref(answer);
	peer_close(&other);
	daemon_stop(daemon, SIGTERM);
}

static void configure_wide(struct daemon *daemon)
{
	char path[PATH_SIZE], lines[2 * PATH_SIZE];
	FILE *file;

	path_make(path, "%s/wide.yaml", daemon->dir);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("regions:\n", file);
	for (int r = 0; r < REGIONS; r++)
		fprintf(file, "  - {code: 'r%d', name: R}\n", r);
	fputs("modules:\n", file);
	for (int m = 0; m < MODULES; m++)
		fprintf(file, "  - {id: 'm%d', name: M}\n", m);
	assert_int_equal(fclose(file), 0);
	snprintf(lines, sizeof(lines), "catalogue: %s\nas_of: 2024-11-30\ntick_ms: 50\n", path);
	daemon_configure(daemon, lines);
}

/* Change each topic, and wait until that is published. */
static void publish_wide(struct daemon *daemon, int round)
{
	int64_t published = daemon_counter(daemon, "metrics_published");
	char path[PATH_SIZE];
	FILE *file;

	path_make(path, "%s/wide-%d.csv", daemon->dir, round);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (int r = 0; r < REGIONS; r++)
		for (int m = 0; m < MODULES; m++)
			fprintf(file, "started,1730797200000,u%d-%d,m%d,r%d\n", r, round, m, r);
	assert_int_equal(fclose(file), 0);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
	daemon_await_counter(daemon, "metrics_published", published + (int64_t)REGIONS * MODULES);
}

/* A pipe's end that nobody reads from, where the command's output will go; it has so many bytes. */
static int open_deaf(const struct daemon *daemon, int *ret_space)
{
	char path[PATH_SIZE];
	int fd;

	path_make(path, "%s/deaf.out", daemon->dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	*ret_space = fcntl(fd, F_GETPIPE_SZ);
	assert_true(*ret_space > 0);
	return fd;
}

/* Publish until the command has no room to print, and some rounds more, which it cannot take in. */
static void fill_deaf(struct daemon *daemon, int fd, int space)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	int held = 0, round = 0;

	while (held <= space - BUFSIZ) {
		publish_wide(daemon, round++);
		assert_int_equal(ioctl(fd, FIONREAD, &held), 0);
		assert_true(clock_ms() < end_ms);
	}
	for (int i = 0; i < 4; i++)
		publish_wide(daemon, round++);
}

static void a_watcher_that_nobody_reads_outlives_the_daemon(void **state)
{
	struct daemon *daemon = *state;
	struct preloads preloads;
	const struct surroundings in = { .env = preloads.env };
	char lift[PATH_SIZE];
	const char *const argv[] = { lift,	 "--config", daemon->config,  "watch", "--json",
				     "--buffer", "1",	     "--no-snapshot", NULL };
	struct process watcher;
	int space, fd;

	preloads_make(&preloads, daemon);
	program_path(lift, "lift");
	configure_wide(daemon);
	daemon_start(daemon);
	fd = open_deaf(daemon, &space);
	process_start(&watcher, daemon->dir, "deaf", argv, &in);
	fill_deaf(daemon, fd, space);
	daemon_crash(daemon);
	check_lives(&watcher);
	close(fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_platform_that_goes_while_the_disk_stands_still_ends_nobody),
		TEST(a_watcher_that_nobody_reads_outlives_the_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
