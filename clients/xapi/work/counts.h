/* SPDX-License-Identifier: Apache-2.0 */
/*
 * counts.h - what has come of what each platform sent, since the start.
 */
#ifndef LIFT_XAPI_WORK_COUNTS_H
#define LIFT_XAPI_WORK_COUNTS_H

#include <jansson.h>

#include "clients/xapi/map/map.h"
#include "clients/xapi/setup/config.h"

enum {
	COUNT_NAME_MAX = OUTCOME_WHY_MAX, /* bytes of a rule, or of a reason */
	COUNT_ROWS_MAX = 100,		  /* of a kind; further ones are under "other" */
	EVENT_TYPES = EVENT_ENROLLED + 1,
};

struct count_row {
	char name[COUNT_NAME_MAX];
	uint64_t n;
};

struct count_rows {
	struct count_row *items;
	size_t n, room;
};

struct platform_counts {
	char name[XAPI_PLATFORM_NAME_MAX + 1];
	int64_t last_ms;     /* a request of it came; 0: never */
	uint64_t statements; /* answered 200 or 204 */
	uint64_t again;	     /* of them, those that were known */
	uint64_t voided;     /* of them, those that take back another */
	uint64_t scores;     /* of them, those whose score was out of range */
	uint64_t failed;     /* requests that were answered otherwise */
	uint64_t events[EVENT_TYPES];
	struct count_rows ignored, refused; /* by rule, by reason */
	bool has_changed;		    /* since the log had it */
	int64_t allowance, filled_ms;	    /* statements in thousandths: counts_allow */
};

struct counts {
	struct platform_counts *items[XAPI_PLATFORMS_MAX];
	size_t n;
};

/* Of a platform, from its first request on; NULL: out of memory, or there are too many. */
struct platform_counts *counts_of(struct counts *counts, const char *name);
void counts_free(struct counts *counts);

/* May it send `n` statements now, at `rate` a second over ten seconds (0: any)? `steady_ms` never
 * goes back. */
bool counts_allow(struct platform_counts *counts, int rate, size_t n, int64_t steady_ms);

void count_add(struct count_rows *rows, const char *name, uint64_t n);

/* As /status shows it; the caller's. */
json_t *counts_show(const struct platform_counts *counts);
/* A line for the log of each platform that has sent since the last one. */
void counts_log(struct counts *counts);

#endif
