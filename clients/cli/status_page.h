/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status_page.h - the daemon's status as one screen: healthy or not, what is wrong, then what there
 * is, the worst first.
 */
#ifndef LIFT_CLI_STATUS_PAGE_H
#define LIFT_CLI_STATUS_PAGE_H

#include "clients/cli/troubles/troubles.h"

enum { STATUS_PAGE_SOURCES = 12 /* unless all are asked for */ };

struct status_page {
	struct troubles_wish wish;
	bool all_sources, counters;
};

/* Print an answer that has its shape: how much of it is wrong. */
unsigned status_page_print(FILE *out, const json_t *status, const struct status_page *page);

#endif
