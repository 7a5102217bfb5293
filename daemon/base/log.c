/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/visible.h"

enum { LINE_MAX_BYTES = 1024, KEY_MAX = 32 };

const struct log_alert log_alerts[ALERTS_COUNT] = {
#define X(constant, name, priority, id) [ALERT_##constant] = { name, id, LOG_LEVEL_##priority },
	ALERTS(X)
#undef X
};

static log_sink sink;

void log_set_sink(log_sink to)
{
	sink = to;
}

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

/* The next key of a format: `key=` behind a space. */
static const char *next_key(const char *format, struct text *ret_key)
{
	const char *space = format, *at;

	while ((space = strchr(space, ' '))) {
		at = ++space;
		while ((*at >= 'a' && *at <= 'z') || *at == '_')
			at++;
		if (*at == '=' && at > space && at - space <= KEY_MAX) {
			*ret_key = (struct text){ space, (size_t)(at - space) };
			return at + 1;
		}
	}
	return NULL;
}

/* Where a key's value begins in the line; NULL: it was cut off before. */
static const char *find_value(const char *line, struct text key)
{
	while ((line = strchr(line, ' ')) &&
	       (strncmp(line + 1, key.data, key.size) != 0 || line[1 + key.size] != '='))
		line++;
	return line ? line + 2 + key.size : NULL;
}

static struct text trim(const char *from, const char *end)
{
	while (end > from && end[-1] == ' ')
		end--;
	if (end - from >= 2 && *from == '"' && end[-1] == '"') {
		from++;
		end--;
	}
	return (struct text){ from, (size_t)(end - from) };
}

/* A value reaches to the next key of the format, the last one to the end of the line. */
static void find_fields(const char *format, struct log_message *message)
{
	const char *value = NULL, *next = message->line;
	struct text key;

	while (message->n_fields < LOG_FIELDS_MAX && (format = next_key(format, &key)) &&
	       (next = find_value(next, key))) {
		if (value)
			message->fields[message->n_fields - 1].value =
				trim(value, next - key.size - 2);
		value = next;
		message->fields[message->n_fields++].key = key;
	}
	if (value)
		message->fields[message->n_fields - 1].value = trim(value, value + strlen(value));
}

__attribute__((format(printf, 3, 0))) static void write_line(enum log_level level,
							     const struct log_alert *alert,
							     const char *format, va_list args)
{
	char line[LINE_MAX_BYTES];
	struct log_message message = { .level = level, .alert = alert, .line = line };

	vsnprintf(line, sizeof(line), format, args);
	/* What a peer has named cannot begin a line of its own, or turn what stands in it. */
	visible_only(line, "");
	if (!is_read_by_journal()) {
		fprintf(stderr, "liftd: %s\n", line);
		return;
	}
	find_fields(format, &message);
	if (!sink || !sink(&message))
		fprintf(stderr, "<%d>%s\n", level, line);
}

void log_line(enum log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(level, NULL, format, args);
	va_end(args);
}

void log_alert(enum alert alert, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	write_line(log_alerts[alert].level, &log_alerts[alert], format, args);
	va_end(args);
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
