/* SPDX-License-Identifier: Apache-2.0 */
/*
 * head.h - what stands above a report's sections, and below them.
 */
#ifndef LIFT_CLI_REPORT_HEAD_H
#define LIFT_CLI_REPORT_HEAD_H

#include "clients/cli/report/draft.h"

/* The title; the programme, where, when, what completes it, who drew it up. */
void draft_head(struct draft *draft);

/* What has to be known to read the figures; and on what they stand: journal number, catalogue, day
 * and time. */
void draft_foot(struct draft *draft);

#endif
