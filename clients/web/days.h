/* SPDX-License-Identifier: Apache-2.0 */
/*
 * days.h - figures of other days, which the daemon is asked for: by one thread, a day at a time,
 * and kept for a while.
 */
#ifndef LIFT_WEB_DAYS_H
#define LIFT_WEB_DAYS_H

#include <jansson.h>

#include "clients/lib/lift.h"
#include "proto/event.h"

/* In place of a day: which releases there are, a list of {release, day}. */
#define DAYS_OF_RELEASES "releases"

/* What is asked of the daemon at once: a day, and, where they are not empty, one region and one
 * subject. */
struct day_wish {
	char day[11], region[REGION_MAX + 1], kind[16], id[MODULE_MAX + 1];
};

struct day {
	struct day_wish wish;
	enum { DAY_UNUSED, DAY_WAITS, DAY_ASKED, DAY_HERE, DAY_FAILED } state;
	json_t *rows; /* of figures_of_rows, or releases */
	char as_of[11];
	json_int_t release; /* whose figures they are; 0: they are exact */
	size_t bytes;
	char code[32], text[800]; /* of the daemon's refusal, or of what failed */
	int64_t at_ms;		  /* when it came, or failed */
	uint64_t used;		  /* the greater, the later */
};

struct days;

/* `ask`, of one audience, is copied, the keys are borrowed. NULL: no thread, or out of memory. */
struct days *days_new(const char *ask, const struct lift_keys *keys);
void days_free(struct days *days);
int days_fd(const struct days *days); /* readable: days_take, and something has come */
void days_take(struct days *days);

/* What there is of a wish, if it came a moment ago; else it is asked for. */
enum days_verdict {
	DAYS_HERE, /* or it has failed: the day is the caller's until the next call */
	DAYS_WAIT, /* ask again when something has come */
	DAYS_FULL, /* too many are asked for */
};
enum days_verdict days_ask(struct days *days, const struct day_wish *wish, int64_t now_ms,
			   const struct day **ret_day);

#endif
