/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/pulse.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

enum { LIMIT_MS = 20000, PAUSE_MS = 500 };

static void rest(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

static void await_more(struct pulse *pulse, uint64_t than)
{
	int left = LIMIT_MS;

	while (pulse_count(pulse) <= than && left-- > 0)
		rest();
	assert_true(left > 0);
}

static void libzmq_that_goes_on_has_one(void **state)
{
	void *zmq = zmq_ctx_new();
	struct pulse *pulse;

	(void)state;
	assert_int_equal(pulse_open(zmq, &pulse), 0);
	for (uint64_t n = 0; n < 50; n++)
		await_more(pulse, n);
	pulse_close(pulse);
	assert_int_equal(zmq_ctx_term(zmq), 0);
}

/* The thread of this process that is called so. */
static pid_t thread_of(const char *name)
{
	DIR *tasks = opendir("/proc/self/task");
	struct dirent *entry;
	pid_t found = 0;

	assert_non_null(tasks);
	while ((entry = readdir(tasks))) {
		char path[64], is[64] = "";
		FILE *file;

		snprintf(path, sizeof(path), "/proc/self/task/%.20s/comm", entry->d_name);
		file = fopen(path, "re");
		if (file && fgets(is, sizeof(is), file) && strncmp(is, name, strlen(name)) == 0)
			found = (pid_t)atoi(entry->d_name);
		if (file)
			fclose(file);
	}
	closedir(tasks);
	return found;
}

/* A process of its own holds it, until its pipe is closed. */
/* Does it wait for something to do? Anywhere else it may hold a lock that we need. */
static bool is_idle(pid_t thread)
{
	char path[64];
	long call = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/syscall", (int)getppid(), (int)thread);
	file = fopen(path, "re");
	if (file) {
		if (fscanf(file, "%ld", &call) != 1)
			call = -1;
		fclose(file);
	}
	return call == SYS_epoll_wait || call == SYS_epoll_pwait;
}

/* Stop it while it waits. */
static bool stop_idle(pid_t thread)
{
	int status;

	while (ptrace(PTRACE_INTERRUPT, thread, NULL, NULL) == 0 &&
	       waitpid(thread, &status, __WALL) == thread) {
		if (is_idle(thread))
			return true;
		if (ptrace(PTRACE_CONT, thread, NULL, NULL) != 0)
			return false;
	}
	return false;
}

static pid_t hold(pid_t thread, int *ret_end)
{
	int ends[2], ready[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		if (ptrace(PTRACE_SEIZE, thread, NULL, NULL) == 0)
			byte = stop_idle(thread);
		if (write(ready[1], &byte, 1) != 1 || read(ends[0], &byte, 1) != 0)
			_exit(1);
		_exit(0);
	}
	close(ends[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	*ret_end = ends[1];
	if (byte)
		return pid;
	close(ends[1]);
	waitpid(pid, NULL, 0);
	return 0;
}

/* A thread is held: what it had done its part of by then may still come, and nothing more. */
static uint64_t await_end(struct pulse *pulse)
{
	uint64_t first = pulse_count(pulse), count = first;

	for (int ms = 0; ms < PAUSE_MS; ms++) {
		uint64_t now = pulse_count(pulse);

		if (now != count)
			ms = 0;
		count = now;
		assert_in_range(count, first, first + 1);
		rest();
	}
	return count;
}

/* As where a lock never comes free in it. */
static void a_thread_of_libzmq_that_hangs_has_none(void **state)
{
	static const char *const names[] = { "ZMQbg/IO", "ZMQbg/Reaper" };
	void *zmq = zmq_ctx_new();
	struct pulse *pulse;

	(void)state;
	assert_int_equal(pulse_open(zmq, &pulse), 0);
	await_more(pulse, 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pid_t thread = thread_of(names[i]), holder;
		uint64_t count;
		int end;

		assert_int_not_equal(thread, 0);
		holder = hold(thread, &end);
		if (!holder) {
			print_message("skipped: this machine does not let a thread be held\n");
			skip();
		}
		count = await_end(pulse);
		close(end);
		waitpid(holder, NULL, 0);
		await_more(pulse, count);
	}
	pulse_close(pulse);
	assert_int_equal(zmq_ctx_term(zmq), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libzmq_that_goes_on_has_one),
		cmocka_unit_test(a_thread_of_libzmq_that_hangs_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
