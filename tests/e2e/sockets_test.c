/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the daemon's sockets: removed by others, and by itself when it ends.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

static const char configuration[] =
	"catalogue: tests/golden/catalogue.yaml\n"
	"as_of: 2024-11-30\n"
	"tick_ms: 50\n"
	"audiences:\n"
	"  - {name: one}\n"
	"  - {name: two, publish: ['ipc://RUNTIME/sub/publish'], snapshot: "
	"['ipc://RUNTIME/sub/snapshot']}\n";

static const char *const names[] = { "control",	 "events",	"intake",      "publish",
				     "snapshot", "sub/publish", "sub/snapshot" };
enum { NAMES = sizeof(names) / sizeof(names[0]) };

static void run_path(const struct daemon *daemon, const char *name, char to[static PATH_SIZE])
{
	path_make(to, "%s/run/%s", daemon->dir, name);
}

static void await_file(const struct daemon *daemon, const char *name)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	char path[PATH_SIZE];

	run_path(daemon, name, path);
	while (access(path, F_OK) != 0) {
		if (clock_ms() > end_ms)
			fail_msg("%s is not made anew", path);
		look_again();
	}
}

static void a_socket_that_is_removed_is_made_anew(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	for (int i = 0; i < NAMES; i++) {
		run_path(daemon, names[i], path);
		assert_int_equal(unlink(path), 0);
	}
	for (int i = 0; i < NAMES; i++)
		await_file(daemon, names[i]);
	daemon_await_counter(daemon, "sockets_anew", NAMES);
	free(daemon_lift_out(daemon, 0, "publish", "tests/golden/events.csv", NULL));
	free(daemon_lift_out(daemon, 0, "watch", "--count", "1", "beat", NULL));
	free(daemon_lift_out(daemon, 0, "snapshot", "--audience", "two", NULL));
	daemon_stop(daemon, SIGTERM);
}

static json_t *request(const char *op)
{
	return json_pack("{s:i, s:s}", "v", 1, "op", op);
}

static bool is_healthy(struct peer *control, const char *trouble)
{
	json_t *answer = peer_ask(control, request("status")), *text;
	bool healthy = json_is_true(json_object_get(answer, "healthy")), found = !trouble;
	size_t i;

	json_array_foreach(json_object_get(answer, "troubles"), i, text) found |=
		trouble && strstr(json_string_value(text), trouble);
	if (!healthy && trouble && !found)
		fail_msg("another trouble than '%s'", trouble);
	json_decref(answer);
	return healthy;
}

static void say_hello(struct peer *intake)
{
	json_decref(peer_ask(intake, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello",
					       "source", "a", "stream", "b")));
}

/* Who is connected goes on, and hears of it. */
static void a_directory_that_is_removed_is_made_anew(void **state)
{
	struct daemon *daemon = *state;
	char run[PATH_SIZE], away[PATH_SIZE], path[PATH_SIZE];
	struct peer control, intake;
	struct outcome outcome;
	struct daemon second;

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	peer_open(&control, ZMQ_DEALER, daemon->control, NULL);
	peer_open(&intake, ZMQ_DEALER, daemon->intake, NULL);
	/* Both are connected. */
	assert_true(is_healthy(&control, NULL));
	say_hello(&intake);
	path_make(run, "%s/run", daemon->dir);
	path_make(away, "%s/away", daemon->dir);
	assert_int_equal(rename(run, away), 0);
	file_write(run, ""); /* so that no directory can be made there */
	while (is_healthy(&control, "is gone, and cannot be made anew"))
		look_again();
	say_hello(&intake);
	assert_int_equal(unlink(run), 0);
	while (!is_healthy(&control, NULL))
		look_again();
	for (int i = 0; i < NAMES; i++)
		await_file(daemon, names[i]);
	await_file(daemon, "lock");
	free(daemon_lift_out(daemon, 0, "status", NULL));

	/* Another one is kept out, as before. */
	second = *daemon;
	path_make(second.state, "%s/second", daemon->dir);
	path_make(second.config, "%s/second.yaml", daemon->dir);
	daemon_configure(&second, configuration);
	outcome = daemon_fail(&second);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "another liftd uses this directory"));
	outcome_free(&outcome);

	peer_close(&control);
	peer_close(&intake);
	daemon_stop(daemon, SIGTERM);
	for (int i = 0; i < NAMES; i++) {
		run_path(daemon, names[i], path);
		if (access(path, F_OK) == 0)
			fail_msg("%s is there after the end", path);
	}
}

/* Two daemons cannot have one place: who has it now keeps it. */
static void a_socket_of_somebody_else_in_its_place_is_left_alone(void **state)
{
	struct daemon *daemon = *state;
	struct peer control, other;
	char path[PATH_SIZE];

	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	peer_open(&control, ZMQ_DEALER, daemon->control, NULL);
	assert_true(is_healthy(&control, NULL));
	other = control;
	other.zmq = zmq_ctx_new();
	other.socket = zmq_socket(other.zmq, ZMQ_ROUTER);
	run_path(daemon, "intake", path);
	assert_int_equal(zmq_bind(other.socket, daemon->intake), 0); /* takes it away */
	while (is_healthy(&control, "intake is gone, and cannot be made anew"))
		look_again();
	zmq_close(other.socket);
	zmq_ctx_term(other.zmq);
	/* What it has left is nobody's. */
	assert_int_equal(access(path, F_OK), 0);
	while (!is_healthy(&control, NULL))
		look_again();
	assert_int_equal(daemon_counter(daemon, "sockets_anew"), 1);
	peer_close(&control);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_socket_that_is_removed_is_made_anew),
		TEST(a_directory_that_is_removed_is_made_anew),
		TEST(a_socket_of_somebody_else_in_its_place_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
