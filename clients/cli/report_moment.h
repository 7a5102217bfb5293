/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_moment.h - the figures of an export that a report has asked for once, of another moment of
 * the daemon's journal.
 */
#ifndef LIFT_CLI_REPORT_MOMENT_H
#define LIFT_CLI_REPORT_MOMENT_H

#include <jansson.h>

#include "clients/cli/asked.h"

/* Of which day, and of which events: known_at 0: all; `later` (NULL: nothing) and `to` as in the
 * protocol. */
struct moment {
	const char *as_of;
	json_int_t known_at;
	const char *later;
	json_int_t to;
};

/* Its rows by region or id, as the report of a region keeps them (report_ask.h), and `applied` and
 * `catalogue` of the answer, as far as they are told: the caller's. While the daemon builds another
 * ledger of then, wait. NULL, and complained about: *ret_status. */
json_t *moment_ask(const struct asked *asked, const json_t *export, const char *region,
		   const struct moment *moment, json_t **ret_head, int *ret_status);

#endif
