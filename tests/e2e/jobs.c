/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/jobs.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"

enum { NAME_SIZE = 32 };

/* A word of a file of a thread; empty where there is none. */
static void thread_word(const struct daemon *daemon, const char *thread, const char *name,
			char to[static NAME_SIZE])
{
	char path[2 * PATH_SIZE];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/task/%s/%s", (int)daemon->process.pid, thread, name);
	file = fopen(path, "re");
	if (!file || fscanf(file, "%31s", to) != 1)
		*to = 0;
	if (file)
		fclose(file);
}

/* The thread that answers operators, whose children are jobs. */
static void find_control(const struct daemon *daemon, char thread[static NAME_SIZE])
{
	char tasks[PATH_SIZE], name[NAME_SIZE] = "";
	struct dirent *entry;
	DIR *dir;

	path_make(tasks, "/proc/%d/task", (int)daemon->process.pid);
	dir = opendir(tasks);
	assert_non_null(dir);
	while (strcmp(name, "control") != 0 && (entry = readdir(dir))) {
		snprintf(thread, NAME_SIZE, "%.31s", entry->d_name);
		thread_word(daemon, thread, "comm", name);
	}
	closedir(dir);
	assert_string_equal(name, "control");
}

pid_t job_await(const struct daemon *daemon, struct process *asking)
{
	char thread[NAME_SIZE], pid[NAME_SIZE] = "";
	int status;

	find_control(daemon, thread);
	while (!*pid && !process_ended(asking, &status))
		thread_word(daemon, thread, "children", pid);
	return (pid_t)atoi(pid);
}

/* Until it is begun it has the daemon's memory, which waits for it. */
static bool is_begun(pid_t child, const char *option)
{
	char path[PATH_SIZE], line[4096];
	FILE *file;
	size_t n = 0;

	path_make(path, "/proc/%d/cmdline", (int)child);
	file = fopen(path, "re");
	if (file) {
		n = fread(line, 1, sizeof(line), file);
		fclose(file);
	}
	return memmem(line, n, option, strlen(option)) != NULL;
}

pid_t job_hold(const struct daemon *daemon, struct process *asking, const char *option)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	pid_t child = job_await(daemon, asking);
	int status;

	while (child > 0 && !is_begun(child, option)) {
		if (process_ended(asking, &status))
			return 0;
		assert_true(clock_ms() < end_ms);
	}
	return child > 0 && kill(child, SIGSTOP) == 0 ? child : 0;
}
