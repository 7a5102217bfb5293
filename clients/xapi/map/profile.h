/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile.h - where a learner works, and what else is told: from the statement's extensions, the
 * list of people, the account's home page, or the platform's own entry, in the table's order.
 */
#ifndef LIFT_XAPI_MAP_PROFILE_H
#define LIFT_XAPI_MAP_PROFILE_H

#include "clients/xapi/map/learner.h"

/* Fill region and attrs. Without any region it stays empty, and `why` (OUTCOME_WHY_MAX) says where
 * it was looked for. LIFT_E_MEMORY. */
int profile_fill(const struct statement *statement, const struct learner *learner,
		 struct event *event, char *why);

/* What extensions say beside these; 0: nothing. */
uint8_t profile_phase(const struct statement *statement);
int32_t profile_valid_until(const struct statement *statement);

#endif
