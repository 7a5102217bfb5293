/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scb.h - persons and hours month by month, as funders of the Swedish ESF council hand them to
 * Statistics Sweden: a row for each person and month, whole hours, the first day and the last.
 *
 * Beside an answer that was handed in earlier each row says what must be handed in again: `new`,
 * `changed`, `gone` (0 hours now), `again` (as it was, of somebody of whom a month was corrected:
 * then all of them are handed in again); nothing where it stands.
 */
#ifndef LIFT_CLI_ROSTER_SCB_H
#define LIFT_CLI_ROSTER_SCB_H

#include "clients/cli/roster/forms.h"

/* Days of the minutes, both inclusive: earlier rows of other months are not looked at. */
struct scb_period {
	int32_t from, to;
};

/* `since` is an answer of this form, or NULL. LIFT_E_MALFORMED with the problem where it is none;
 * LIFT_E_MEMORY. Nothing is written then. */
int form_scb(struct out *out, const struct roster *roster, const struct list *since,
	     struct scb_period period, char problem[static LIST_PROBLEM_MAX]);

#endif
