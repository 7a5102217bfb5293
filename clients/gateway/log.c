/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/gateway/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/visible.h"

enum { LINE_BYTES = 1024 };

/* The variable stays with who is started by a service with its output elsewhere: only where
 * standard error is the very stream that it names, the journal reads it (systemd.exec(5)). */
static bool is_for_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat info;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       fstat(STDERR_FILENO, &info) == 0 && info.st_dev == device && info.st_ino == inode;
}

void gateway_log(enum gateway_log_level level, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* What a peer has named cannot begin a line of its own. */
	visible_only(line, "");
	if (is_for_journal())
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "%s: %s\n", program_invocation_short_name, line);
}

void gateway_log_lines(char *said)
{
	for (char *line = said, *end; line && *line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		gateway_log(GATEWAY_LOG_ERROR, "configuration: %s", line);
	}
}

bool gateway_log_allowed(struct gateway_log_limit *limit, int64_t now_ms, int64_t every_ms)
{
	if (now_ms < limit->next_ms)
		return false;
	limit->next_ms = now_ms + every_ms;
	return true;
}
