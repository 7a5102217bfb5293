/* SPDX-License-Identifier: Apache-2.0 */
/*
 * troubles.h - what the daemon's status says that somebody must do something about, and what is
 * worth knowing beside it.
 */
#ifndef LIFT_CLI_TROUBLES_TROUBLES_H
#define LIFT_CLI_TROUBLES_TROUBLES_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum { DISK_DAYS_TOLD = 1095 /* until it is full: more is "years" */ };

struct troubles_wish {
	int64_t silent_days; /* a source that has sent nothing for longer is one; 0: none is */
	const char *ignored; /* "gaps", "silent", "late", "limits", "disk" and names of sources,
				with commas between them; NULL */
};

/* May all of it be ignored? */
bool troubles_may_ignore(const char *ignored);

/* Write what is wrong, then what is not wrong, or ignored, and worth knowing: how many are wrong.
 * `status` is an answer that has its shape. */
unsigned troubles_write(FILE *out, const json_t *status, const struct troubles_wish *wish);

/* The daemon's time, ms. */
int64_t troubles_now(const json_t *status);

#endif
