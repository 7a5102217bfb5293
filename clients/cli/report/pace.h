/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pace.h - how fast a programme comes nearer to its targets, and where that leads.
 *
 * The pace is that of the days between the draft's day PACE and the report's last, or today, where
 * that is to come.
 */
#ifndef LIFT_CLI_REPORT_PACE_H
#define LIFT_CLI_REPORT_PACE_H

#include "clients/cli/report/draft.h"

struct pace {
	int32_t days; /* that it is taken from, above 0 */
	int32_t left; /* until the programme's last day, above 0 */
};

/* False where there is none: the programme has no last day, or it is over, or there were no days to
 * take it from. */
bool draft_pace(const struct draft *draft, struct pace *ret_pace);

/* What has to come in each month of 365.25 / 12 days, up. */
int64_t pace_a_month(const struct pace *pace, int64_t missing);

/* What there is on the last day if it goes on like this, to the nearest. */
int64_t pace_ahead(const struct pace *pace, int64_t was, int64_t is);

/* A paragraph of the last section, which says of what days the pace is, or why there is none. */
void draft_pace_note(struct draft *draft);

#endif
