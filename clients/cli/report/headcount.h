/* SPDX-License-Identifier: Apache-2.0 */
/*
 * headcount.h - who works in a region, as the catalogue says (METRICS 2): where nobody counts, the
 * daemon gives no figures, and what is needed is to be said all the same.
 */
#ifndef LIFT_CLI_REPORT_HEADCOUNT_H
#define LIFT_CLI_REPORT_HEADCOUNT_H

#include "clients/cli/report/draft.h"

/* Of those with these attributes: the region's own figure, else the sum over its leaves; -1: one of
 * them does not say. */
int64_t headcount_of(struct draft *draft, const char *region, const json_t *where);

/* How many leaf regions are in a region. */
int64_t headcount_leaves(struct draft *draft, const char *region);

#endif
