/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caliper.h - Caliper's events (1EdTech, 1.1 and 1.2) as statements.
 *
 *   verb     VERB_CALIPER, type, #, action
 *   actor    the assignee of the attempt that it is about, else actor: so a grade is the learner's
 *            and not the teacher's. Its IRI, cut at its last / or # or :, is an account
 *   object   object; of an attempt, its assignable. type and name are its definition's
 *   parent   what that is part of; what this is part of, group, and of what it is a part: grouping
 *   result   scoreGiven and maxScore of what was generated, as raw and max; duration of the attempt
 *   context  extensions; a name that is no IRI stands behind VERB_CALIPER "extensions/"
 */
#ifndef LIFT_XAPI_READ_FOREIGN_CALIPER_H
#define LIFT_XAPI_READ_FOREIGN_CALIPER_H

#include <jansson.h>

#include "clients/xapi/read/body.h"

/* An envelope's events, added to `statements`. LIFT_E_MALFORMED with the fault, LIFT_E_MEMORY. */
int caliper_take(const json_t *envelope, json_t *statements, struct fault *ret_fault);

#endif
