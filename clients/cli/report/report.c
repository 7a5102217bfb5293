/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/report.h"

#include <inttypes.h>
#include <stdio.h>

/* Tenths of a percent, to the nearest; but what is not whole is below 100%, and what is not nothing
 * above 0%. */
static int64_t tenths(int64_t n, int64_t of)
{
	int64_t rounded = (int64_t)((2000 * (__int128)n + of) / (2 * (__int128)of));

	if (n < of && rounded >= 1000)
		return 999;
	return n > 0 && rounded == 0 ? 1 : rounded;
}

void report_print_cell(const struct report_cell *cell, char to[static REPORT_SHARE_TEXT])
{
	int64_t share;

	switch (cell->what) {
	case REPORT_COUNT:
		snprintf(to, REPORT_SHARE_TEXT, "%" PRId64, cell->n);
		return;
	case REPORT_CHANGE:
		snprintf(to, REPORT_SHARE_TEXT, cell->n > 0 ? "+%" PRId64 : "%" PRId64, cell->n);
		return;
	case REPORT_REACHED:
		snprintf(to, REPORT_SHARE_TEXT, "%s", cell->n ? "yes" : "no");
		return;
	case REPORT_RATE:
		if (cell->of <= 0)
			break;
		share = tenths(cell->n, cell->of);
		snprintf(to, REPORT_SHARE_TEXT, "%" PRId64 ".%" PRId64 "%%", share / 10,
			 share % 10);
		return;
	case REPORT_NOTHING:
	case REPORT_TEXT:
		break;
	}
	snprintf(to, REPORT_SHARE_TEXT, "%s", cell->what == REPORT_TEXT ? "" : "-");
}

void report_clear(struct report *report)
{
	arena_free(&report->arena);
	*report = (struct report){ 0 };
}
