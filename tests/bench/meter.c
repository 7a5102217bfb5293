/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/meter.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static double clock_s(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

double meter_wall_s(void)
{
	return clock_s(CLOCK_MONOTONIC);
}

double meter_cpu_s(void)
{
	return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

void meter_tell(double value, const char *unit, const char *name, ...)
{
	va_list args;

	va_start(args, name);
	vprintf(name, args);
	va_end(args);
	printf("\t%s\t%.6g\n", unit, value);
	fflush(stdout);
}

/* The first line of a file below /proc/PID/task/TID. */
static void read_line(int pid, const char *tid, const char *file, char *line, int size)
{
	char path[128];
	FILE *from;

	line[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%d/task/%.20s/%s", pid, tid, file);
	from = fopen(path, "r");
	if (!from)
		return;
	if (!fgets(line, size, from))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	fclose(from);
}

/* schedstat counts in ns; stat has ticks of 10 ms. */
double meter_thread_s(int pid, const char *name)
{
	char path[64], line[256];
	struct dirent *task;
	double all = 0;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", pid);
	tasks = opendir(path);
	while (tasks && (task = readdir(tasks))) {
		if (task->d_name[0] == '.')
			continue;
		read_line(pid, task->d_name, "comm", line, sizeof(line));
		if (name && strcmp(line, name) != 0)
			continue;
		read_line(pid, task->d_name, "schedstat", line, sizeof(line));
		all += strtod(line, NULL) / 1e9;
	}
	if (tasks)
		closedir(tasks);
	return all;
}

double meter_own_bytes(int pid)
{
	char path[64], line[256];
	double bytes = 0;
	FILE *from;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	from = fopen(path, "r");
	while (from && fgets(line, sizeof(line), from))
		if (strncmp(line, "RssAnon:", 8) == 0)
			bytes = strtod(line + 8, NULL) * 1024;
	if (from)
		fclose(from);
	return bytes;
}

double meter_file_bytes(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (double)status.st_blocks * 512 : 0;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double meter_quantile(double *values, size_t n, unsigned permille)
{
	if (n == 0)
		return 0;
	qsort(values, n, sizeof(*values), compare);
	return values[(n - 1) * permille / 1000];
}
