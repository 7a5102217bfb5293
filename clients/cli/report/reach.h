/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reach.h - the table of a report that says which places are reached.
 */
#ifndef LIFT_CLI_REPORT_REACH_H
#define LIFT_CLI_REPORT_REACH_H

#include "clients/cli/report/draft.h"

/* LIFT_E_MEMORY. */
int draft_reach(struct draft *draft);

#endif
