/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit.h - who has asked about lists of people: a line for each request in the state's
 * rosters.log, which nobody but its owner reads.
 *
 *   2026-11-29T15:04:05Z key=rana source=moodle-rana ids=120 programme="welfare"
 *
 * Which people is never in it.
 */
#ifndef LIFTD_ROSTER_AUDIT_H
#define LIFTD_ROSTER_AUDIT_H

#include <stddef.h>

#include "proto/bytes.h"

struct audit {
	int64_t time;	 /* ms */
	const char *key; /* its name; NULL: an operator, without one */
	const char *source;
	struct text programme;
	size_t ids;
};

/* Append it, and have it on disk. LIFT_E_AUDIT, and errno says why: nothing may be answered. */
int audit_write(const char *state, const struct audit *audit);

#endif
