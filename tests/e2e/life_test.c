/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What systemd is told while liftd runs: how it is, in a line, and that all of its threads go on.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define EVENTS "tests/golden/events.csv"

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n";

/* In the place of systemd. */
struct manager {
	int fd;
	char setting[PATH_SIZE];
	const char *env[4];
	struct surroundings in;
};

static void manager_open(struct manager *manager, const char *dir, const char *watchdog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct timeval limit = { .tv_sec = LIMIT_MS / 1000 };

	path_make(manager->setting, "NOTIFY_SOCKET=%s/notify", dir);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/notify", dir);
	manager->env[0] = manager->setting;
	manager->env[1] = watchdog;
	manager->env[2] = "WATCHDOG_PID";
	manager->env[3] = NULL;
	manager->in = (struct surroundings){ .env = manager->env };
	manager->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(manager->fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(setsockopt(manager->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)),
			 0);
}

/* The next notice that says this must come; the whole of it. */
static void await_notice(struct manager *manager, const char *said, char notice[static 1024])
{
	do {
		memset(notice, 0, 1024);
		if (recv(manager->fd, notice, 1023, 0) < 0)
			fail_msg("nothing says: %s", said);
	} while (!strstr(notice, said));
}

/* How it is. */

static void the_status_says_what_comes_in_and_what_is_wrong(void **state)
{
	struct daemon *daemon = *state;
	char catalogue[PATH_SIZE], lines[2 * PATH_SIZE], notice[1024], *right;
	struct manager manager;

	path_make(catalogue, "%s/catalogue.yaml", daemon->dir);
	right = file_text("tests/golden/catalogue.yaml", NULL);
	file_write(catalogue, right);
	snprintf(lines, sizeof(lines), "catalogue: %s\nas_of: 2024-11-30\n", catalogue);
	daemon_configure(daemon, lines);
	manager_open(&manager, daemon->dir, "WATCHDOG_USEC");
	daemon_start_in(daemon, &manager.in);
	await_notice(&manager, "STATUS=receiving: no events yet", notice);
	assert_null(strstr(notice, "trouble"));
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle", EVENTS, NULL));
	await_notice(&manager, "events/s from 1 source, last event ", notice);
	assert_non_null(strstr(notice, " UTC"));
	assert_null(strstr(notice, "STATUS=receiving: 0 events/s"));

	file_write(catalogue, "regions:\n  - {code: all, name: A}\n");
	process_signal(&daemon->process, SIGHUP);
	await_notice(&manager, "; trouble: files: the catalogue was refused", notice);
	file_write(catalogue, right);
	do
		await_notice(&manager, "STATUS=", notice);
	while (strstr(notice, "trouble"));
	daemon_stop(daemon, SIGTERM);
	await_notice(&manager, "STOPPING=1", notice);
	close(manager.fd);
	free(right);
}

/* Its threads. */

enum { BEAT_MS = 1000 }; /* with WATCHDOG_USEC=3000000 */

/* The threads of a process that are called like this: the last one. */
static pid_t thread_of(pid_t pid, const char *name)
{
	struct dirent *entry;
	char path[PATH_SIZE];
	pid_t found = 0;
	DIR *tasks;

	path_make(path, "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	assert_non_null(tasks);
	while ((entry = readdir(tasks))) {
		char is[64] = "";
		FILE *file;

		path_make(path, "/proc/%d/task/%.20s/comm", (int)pid, entry->d_name);
		file = fopen(path, "re");
		if (file && fgets(is, sizeof(is), file) && strncmp(is, name, strlen(name)) == 0)
			found = (pid_t)atoi(entry->d_name);
		if (file)
			fclose(file);
	}
	closedir(tasks);
	return found;
}

/* It does not go on until it is let go. */
static bool hold(pid_t thread)
{
	int status;

	return ptrace(PTRACE_SEIZE, thread, NULL, NULL) == 0 &&
	       ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0 &&
	       waitpid(thread, &status, __WALL) == thread && WIFSTOPPED(status);
}

static void await_line(struct daemon *daemon, const char *line, int n)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	int found = 0;

	while (found < n) {
		char *log = file_text(daemon->log, NULL);

		found = 0;
		for (const char *at = log; (at = strstr(at, line)); at++)
			found++;
		if (found < n && clock_ms() > end_ms)
			fail_msg("no line: %s, in:\n%s", line, log);
		free(log);
		look_again();
	}
}

/* Those that were sent before it was held are there already: two more would have come by then. */
static void expect_no_beat(struct manager *manager)
{
	int64_t end_ms = clock_ms() + 2 * BEAT_MS + BEAT_MS / 2;
	char notice[1024];

	while (recv(manager->fd, notice, sizeof(notice), MSG_DONTWAIT) > 0)
		;
	while (clock_ms() < end_ms) {
		ssize_t size = recv(manager->fd, notice, sizeof(notice) - 1, MSG_DONTWAIT);

		notice[size > 0 ? size : 0] = 0;
		assert_null(strstr(notice, "WATCHDOG=1"));
		look_again();
	}
}

static void a_thread_that_hangs_is_named_and_the_watchdog_is_not_told(void **state)
{
	static const struct {
		const char *thread, *name;
	} cases[] = { { "intake", "intake" },
		      { "ledger", "ledger" },
		      { "control", "control" },
		      { "ZMQbg/IO", "libzmq" },
		      { "ZMQbg/Reaper", "libzmq" } };
	struct daemon *daemon = *state;
	struct manager manager;
	char notice[1024], line[128];
	int n_libzmq = 0;

	daemon_configure(daemon, configuration);
	manager_open(&manager, daemon->dir, "WATCHDOG_USEC=3000000");
	daemon_start_in(daemon, &manager.in);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t thread = thread_of(daemon->process.pid, cases[i].thread);
		bool is_libzmq = strcmp(cases[i].name, "libzmq") == 0;

		assert_int_not_equal(thread, 0);
		await_notice(&manager, "WATCHDOG=1", notice);
		if (!hold(thread)) {
			print_message("skipped: this user cannot hold a thread\n");
			skip();
		}
		snprintf(line, sizeof(line), "a thread does not go on: thread=%s ", cases[i].name);
		n_libzmq += is_libzmq;
		await_line(daemon, line, is_libzmq ? n_libzmq : 1);
		expect_no_beat(&manager);
		assert_int_equal(ptrace(PTRACE_DETACH, thread, NULL, NULL), 0);
		await_notice(&manager, "WATCHDOG=1", notice);
	}
	daemon_stop(daemon, SIGTERM);
	close(manager.fd);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_status_says_what_comes_in_and_what_is_wrong),
		TEST(a_thread_that_hangs_is_named_and_the_watchdog_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
