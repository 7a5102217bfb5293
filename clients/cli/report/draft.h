/* SPDX-License-Identifier: Apache-2.0 */
/*
 * draft.h - a report while it is being built.
 */
#ifndef LIFT_CLI_REPORT_DRAFT_H
#define LIFT_CLI_REPORT_DRAFT_H

#include "clients/cli/report/input.h"
#include "clients/cli/report/places.h"

struct draft {
	struct report *report;
	const struct report_input *input;
	struct places places;
	const json_t *programme; /* of the catalogue */
	const json_t *rows[2];	 /* the region's, as of the day before the period and of its last;
				    NULL: nobody */
	bool *leaves;		 /* of places: leaf regions of the programme inside the region */
	size_t n_leaves;
	bool failed; /* memory ran out */
};

enum { BEFORE, END };

/* A text in the report's memory; "" where that ran out, which sticks and ends report_build. */
__attribute__((format(printf, 2, 3))) const char *draft_text(struct draft *draft,
							     const char *format, ...);

/* A table of so many rows; NULL where memory ran out. The columns are borrowed. */
struct report_section *draft_section(struct draft *draft, const char *key, const char *title,
				     const struct report_column *columns, size_t n_columns,
				     size_t n_rows);

/* Is it of all regions, and not of one? */
bool draft_is_whole(const struct draft *draft);

/* The sources that it is about: all, or those of the region. */
const json_t *draft_all_sources(const struct draft *draft);

/* The numbers that have not come from a source, over its streams, and since when the oldest of
 * them, ms (0: none). */
int64_t draft_missing(const json_t *source, int64_t *ret_since);

#endif
