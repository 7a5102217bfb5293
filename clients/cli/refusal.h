/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusal.h - why an event of a file was refused, in words for people: what the daemon says, what
 * else a file may have, and what this row has.
 *
 * A value that its key cannot have may be somebody's id, where cells have slipped. It is said only
 * where it is nearly what the key may have.
 */
#ifndef LIFT_CLI_REFUSAL_H
#define LIFT_CLI_REFUSAL_H

#include <jansson.h>

#include "clients/lib/lift.h"
#include "proto/bytes.h"

enum {
	REFUSAL_MAX = 512,	/* bytes, ended with 0 */
	REFUSAL_HINT_MAX = 160, /* likewise */
};

/* What an event has where it is refused for a key, and what that probably is: "; it is 7: ...", or
 * nothing. */
void refusal_hint(const char *key, const json_t *event, char to[static REFUSAL_HINT_MAX]);

/* The event that was refused. */
static inline struct text refused_event(const struct lift_rejection *rejection)
{
	return (struct text){ (const char *)rejection->event.data, rejection->event.size };
}

/* The length of what was written. */
int refusal_text(const struct lift_rejection *rejection, char to[static REFUSAL_MAX]);

#endif
