/* SPDX-License-Identifier: Apache-2.0 */
/*
 * as_of.h - the day that figures are asked for.
 */
#ifndef LIFT_CLI_AS_OF_H
#define LIFT_CLI_AS_OF_H

#include <jansson.h>

#include "clients/cli/asked.h"
#include "clients/cli/cli.h"
#include "proto/day.h"

/* Is an option's value a day, YYYY-MM-DD? NULL and "today" are. Else complain: a status. */
int as_of_check(const struct usage *usage, const char *option, const char *day);

/* Where a day that as_of_check let pass is to come, say what its figures are. A status. */
int as_of_tell(const struct asked *asked, const char *day);

/* A day, or where it is to come, the last one of which there are figures, by the daemon's status:
 * its own day, or where that is pinned to an earlier one, the clock's. */
void as_of_known(const json_t *status, const char *day, char known_to[static DAY_TEXT]);

/* Say what the figures of a day are that is to come; nothing of another. */
void as_of_say(const json_t *status, const char *day);

#endif
