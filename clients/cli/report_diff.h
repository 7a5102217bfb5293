/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_diff.h - which figures of a frozen report are others now, or in another frozen report, and
 * why.
 */
#ifndef LIFT_CLI_REPORT_DIFF_H
#define LIFT_CLI_REPORT_DIFF_H

#include "clients/cli/report_keep.h"

struct diff_wish {
	const struct keep_wish *keep;
	const char *dir;	    /* of the frozen reports */
	const char *audience;	    /* as of endpoints_find, or NULL */
	const char *first, *second; /* names; second NULL: now */
};

/* Find them, and print them. A status. */
int report_diff(const struct cli *cli, const struct diff_wish *wish);

#endif
