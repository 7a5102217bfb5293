/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lift command, and a directory of sockets that somebody else has made where it looks for the
 * daemon's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define INSTALLED "/etc/liftd/liftd.yaml"

enum { USERS = 2000000 /* far from all that are there; one a test */, QUIET_MS = 300 };

/* Somebody who listens in /tmp/liftd-UID. */
struct scene {
	char dir[64], input[PATH_SIZE];
	uid_t user;
	void *zmq, *socket;
	unsigned runs;
};

static void scene_open(struct scene *scene, const struct daemon *daemon, bool is_ours)
{
	char endpoint[PATH_SIZE];
	int linger_ms = 0;

	memset(scene, 0, sizeof(*scene));
	scene->user = USERS + 2 * (uid_t)getpid() + is_ours;
	snprintf(scene->dir, sizeof(scene->dir), "/tmp/liftd-%u", (unsigned)scene->user);
	assert_int_equal(mkdir(scene->dir, 0755), 0);
	scene->zmq = zmq_ctx_new();
	scene->socket = zmq_socket(scene->zmq, ZMQ_ROUTER);
	assert_non_null(scene->socket);
	zmq_setsockopt(scene->socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	path_make(endpoint, "ipc://%s/intake", scene->dir);
	assert_int_equal(zmq_bind(scene->socket, endpoint), 0);
	assert_int_equal(chmod(endpoint + strlen("ipc://"), 0777), 0);
	assert_int_equal(chown(endpoint + strlen("ipc://"), scene->user, 0), 0);
	assert_int_equal(chown(scene->dir, scene->user + !is_ours, 0), 0);
	path_make(scene->input, "%s/one.csv", daemon->dir);
	file_write(scene->input, "type,time,learner,module,region\n"
				 "started,1730797200000,anna.hansen@kommune.no,m,r\n");
}

static void scene_close(struct scene *scene)
{
	char path[PATH_SIZE];

	zmq_close(scene->socket);
	zmq_ctx_term(scene->zmq);
	path_make(path, "%s/intake", scene->dir);
	unlink(path);
	assert_int_equal(rmdir(scene->dir), 0);
}

/* Run lift as that user, who has neither a configuration nor XDG_RUNTIME_DIR. */
static void run(struct scene *scene, struct daemon *daemon, const char *const args[],
		struct process *process)
{
	static const char *const env[] = { "LIFT_CONFIG", "XDG_RUNTIME_DIR", NULL };
	const struct surroundings in = { .env = env, .input = scene->input, .user = scene->user };
	char lift[PATH_SIZE], name[32];
	const char *argv[8] = { lift }; /* ends with NULL */

	program_path(lift, "lift");
	for (size_t i = 0; args[i]; i++)
		argv[i + 1] = args[i];
	snprintf(name, sizeof(name), "whose-%u", scene->runs++);
	process_start(process, daemon->dir, name, argv, &in);
}

static bool hears(const struct scene *scene, int timeout_ms)
{
	zmq_pollitem_t item = { .socket = scene->socket, .events = ZMQ_POLLIN };

	return zmq_poll(&item, 1, timeout_ms) == 1;
}

/* Can the test be run here? */
static bool is_possible(void)
{
	if (geteuid() != 0)
		print_message("skipped: only root can be two users\n");
	else if (access(INSTALLED, F_OK) == 0)
		print_message("skipped: %s names the sockets\n", INSTALLED);
	else
		return true;
	return false;
}

static const char *const commands[][5] = {
	{ "publish", "-" },
	{ "publish", "--pub", "-" },
	{ "watch" },
	{ "snapshot" },
	{ "status" },
	{ "export" },
	{ "explain", "r", "module", "m" },
	{ "report", "p" },
	{ "reload" },
	{ "rejections" },
	{ "verify" },
	{ "compact" },
	{ "audit" },
	{ "access", "--source=s", "--learner=x" },
	{ "forget", "--source=s", "--learner=x", "--yes" },
	{ "backup", "/tmp/liftd-no-backup" },
	{ "quarantine", "list" },
	{ "simulate", "tests/golden/catalogue.yaml" },
};

static void a_stranger_in_the_daemons_place_gets_nothing(void **state)
{
	struct scene scene;
	char told[128];

	if (!is_possible())
		skip();
	scene_open(&scene, *state, false);
	snprintf(told, sizeof(told), "%s belongs to uid %u, not to you or root", scene.dir,
		 (unsigned)scene.user + 1);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		struct process process;
		struct outcome outcome;

		run(&scene, *state, commands[i], &process);
		outcome = process_wait(&process);
		if (outcome.status != 3 || !strstr(outcome.err, told))
			fail_msg("lift %s: %d, %s", commands[i][0], outcome.status, outcome.err);
		outcome_free(&outcome);
	}
	assert_false(hears(&scene, QUIET_MS));
	scene_close(&scene);
}

static void ones_own_daemon_in_the_same_place_is_spoken_to(void **state)
{
	struct process process;
	struct scene scene;

	if (!is_possible())
		skip();
	scene_open(&scene, *state, true);
	run(&scene, *state, commands[0], &process);
	assert_true(hears(&scene, LIMIT_MS));
	process_kill_all();
	scene_close(&scene);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stranger_in_the_daemons_place_gets_nothing),
		TEST(ones_own_daemon_in_the_same_place_is_spoken_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
