/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/visible.h"

/* The variable stays with who is started by a service with its output elsewhere: only where
 * standard error is the very stream that it names, the journal reads it (systemd.exec(5)). */
static bool is_read_by_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat info;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &info) == 0 && info.st_dev == device && info.st_ino == inode;
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* What a peer has named cannot begin a line of its own, or turn what stands in it. */
	visible_only(line, "");
	if (is_read_by_journal())
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "liftd: %s\n", line);
}

int log_allowed(struct log_limit *limit)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (limit->second == (long long)now.tv_sec)
		return 0;
	limit->second = now.tv_sec;
	return 1;
}
