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

#include "clients/lib/lift.h"

enum { REFUSAL_MAX = 512 /* bytes, ended with 0 */ };

/* The length of what was written. */
int refusal_text(const struct lift_rejection *rejection, char to[static REFUSAL_MAX]);

#endif
