/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one event, one line on standard error: `what: key=value`. No learner in any of them.
 *
 * Each line begins with its syslog priority in angle brackets when systemd's journal reads it
 * (sd-daemon(3)).
 */
#ifndef LIFTD_BASE_LOG_H
#define LIFTD_BASE_LOG_H

enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5,
	LOG_LEVEL_INFO = 6
};

__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);

#define log_error(...)	 log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_line(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_notice(...)	 log_line(LOG_LEVEL_NOTICE, __VA_ARGS__)

/* For lines that a peer can trigger: true at most once a second for each limit. */
struct log_limit {
	long long second; /* of the last line */
};
int log_allowed(struct log_limit *limit);

#endif
