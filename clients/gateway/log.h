/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log.h - one event, one line on standard error: `what: key=value`. No learner in any of them.
 *
 * Where systemd's journal reads it, a line begins with its priority (sd-daemon(3)).
 */
#ifndef LIFT_GATEWAY_LOG_H
#define LIFT_GATEWAY_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum gateway_log_level { GATEWAY_LOG_ERROR = 3, GATEWAY_LOG_WARNING = 4, GATEWAY_LOG_NOTICE = 5 };

__attribute__((format(printf, 2, 3))) void gateway_log(enum gateway_log_level level,
						       const char *format, ...);

/* Each line of what is wrong with a configuration; it is cut up. */
void gateway_log_lines(char *said);

/* For lines that a peer can trigger: true at most once in `every_ms` for each limit. */
struct gateway_log_limit {
	int64_t next_ms;
};
bool gateway_log_allowed(struct gateway_log_limit *limit, int64_t now_ms, int64_t every_ms);

#endif
