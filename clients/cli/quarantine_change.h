/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quarantine_change.h - rows of the quarantine that an operator drops, or has judged again.
 */
#ifndef LIFT_CLI_QUARANTINE_CHANGE_H
#define LIFT_CLI_QUARANTINE_CHANGE_H

#include "clients/cli/cli.h"
#include "clients/lib/lift.h"
#include "proto/control.h"

enum { ROW_NUMBER_DIGITS = 15 /* below 2^53 */ };

/* A row's number, or 0 where the text is none. */
uint64_t row_number(const char *text);

/* Which rows, as the request says it; with `n` numbers, only these. */
struct quarantine_change {
	const char *endpoint;
	const struct lift_keys *keys;
	const char *op; /* "drop", "retry" */
	struct request request;
	char *const *numbers;
	int n;
	bool json;
};

/* Ask for it, and print what has become of them: a status. STATUS_REFUSED where a row is not there,
 * or stays. */
int quarantine_change(const struct quarantine_change *change);

#endif
