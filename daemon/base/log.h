/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one event, one line: `what: key=value key="more words"`. No learner in any of them.
 *
 * Where standard error is read by systemd's journal, a line goes to it with its priority and its
 * pairs as fields (log_set_sink); anywhere else it is a plain line on standard error.
 *
 * The keys are those of the format. What a peer has named comes last in a line: it can look like
 * pairs, and is no more than the last one's value.
 */
#ifndef LIFTD_BASE_LOG_H
#define LIFTD_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>

#include "daemon/base/alerts.h"
#include "proto/bytes.h"

enum log_level {
	LOG_LEVEL_CRITICAL = 2, /* nothing is received, or soon will not be */
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6
};

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

#define log_error(...)	 log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)

/* A line that an operator's tools look for: its priority is the alert's. */
__attribute__((format(printf, 2, 3))) void log_alert(enum alert alert, const char *format, ...);

/* For lines that a peer can trigger: true at most once a second for each limit. */
struct log_limit {
	long long second; /* of the last line */
};
int log_allowed(struct log_limit *limit);

/* What an alert is called for ever. */
struct log_alert {
	const char *name, *id; /* id: 32 hex digits, MESSAGE_ID of systemd.journal-fields(7) */
	enum log_level level;
};
extern const struct log_alert log_alerts[ALERTS_COUNT];

enum { LOG_FIELDS_MAX = 12 };

/* A line as the journal gets it; all is borrowed until the sink returns. */
struct log_message {
	enum log_level level;
	const struct log_alert *alert; /* NULL: none */
	const char *line;
	struct {
		struct text key, value; /* of the value no quotes */
	} fields[LOG_FIELDS_MAX];
	size_t n_fields;
};

/* Takes a message to the journal; false: it could not, and the line goes to standard error.
 * From any thread. */
typedef bool (*log_sink)(const struct log_message *message);

/* Before there are threads. Without one, or where it takes none, a line that the journal reads
 * begins with its priority in angle brackets (sd-daemon(3)). */
void log_set_sink(log_sink sink);

#endif
