/* SPDX-License-Identifier: Apache-2.0 */
/*
 * releases_diff.h - the rows and figures in which two releases differ.
 */
#ifndef LIFT_CLI_RELEASES_DIFF_H
#define LIFT_CLI_RELEASES_DIFF_H

#include "clients/text/csv.h"

#include <jansson.h>

/* The rows of a release: an array of objects as an export has them, in its order, and the day. */
struct released {
	int64_t number;
	char day[11]; /* DAY_TEXT */
	json_t *rows;
};

enum diff_format { DIFF_TEXT, DIFF_JSONL, DIFF_CSV };

struct diff_wish {
	enum diff_format format;
	struct csv_form form; /* of CSV */
};

/* Print it on standard output. LIFT_E_MEMORY; LIFT_E_MALFORMED. */
int releases_diff_print(const struct released *a, const struct released *b,
			const struct diff_wish *wish);

#endif
