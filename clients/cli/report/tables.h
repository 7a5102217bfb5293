/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tables.h - the tables of a report, each from what the daemon answered.
 */
#ifndef LIFT_CLI_REPORT_TABLES_H
#define LIFT_CLI_REPORT_TABLES_H

#include "clients/cli/report/draft.h"

/* In the report's order, behind draft_dimensions the places (reach.h). LIFT_E_MEMORY. */
int draft_summary(struct draft *draft);
int draft_targets(struct draft *draft);
int draft_dimensions(struct draft *draft);
int draft_months(struct draft *draft);
int draft_sources(struct draft *draft);

/* Has the programme targets, and are they not the report's region's? */
bool draft_lacks_targets(const struct draft *draft);

#endif
