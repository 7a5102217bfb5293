/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answers.h - the ids of a list, each once, and what the daemon has said of each.
 */
#ifndef LIFT_CLI_ROSTER_ANSWERS_H
#define LIFT_CLI_ROSTER_ANSWERS_H

#include <jansson.h>

#include "clients/cli/roster/list.h"
#include "proto/bytes.h"

struct answers {
	struct answer_id {
		struct text id;	    /* the list's */
		size_t first;	    /* the row that has it first */
		size_t n;	    /* rows that have it */
		bool askable;	    /* it may be somebody's id */
		const json_t *said; /* a map; NULL: never seen */
	} * ids;		    /* in order of bytes; those that may not be asked last */
	size_t n, n_askable;
	size_t *of_row; /* by row; SIZE_MAX: it has no id */
	json_t *pages;	/* that `said` points into */
	uint64_t there; /* learners of the namespace in the programme */
};

/* Of the column with ids. LIFT_E_MEMORY. */
int answers_begin(struct answers *answers, const struct list *list, int column);
void answers_free(struct answers *answers);

/* Forget what was said. */
void answers_clear(struct answers *answers);
/* What was said of the askable ids from one on, an array; it is kept. */
int answers_take(struct answers *answers, size_t from, json_t *rows);

/* What was said of a row's learner; NULL: it has no id, or was never seen. */
const json_t *answers_of_row(const struct answers *answers, size_t row);

/* Listed and never seen; in the programme and not listed; listed twice or more often. */
struct answer_counts {
	uint64_t never_seen, not_listed, twice;
};
struct answer_counts answers_count(const struct answers *answers);

#endif
