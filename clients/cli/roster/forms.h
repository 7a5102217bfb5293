/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forms.h - a list and its answers as rows: the list itself with what its people have done (METRICS
 * 8), and what is handed in, or looked after, of it.
 *
 * Columns of the list stay, and come first; those that are called like one of a form's own are
 * replaced.
 */
#ifndef LIFT_CLI_ROSTER_FORMS_H
#define LIFT_CLI_ROSTER_FORMS_H

#include "clients/cli/roster/answers.h"
#include "clients/cli/roster/out.h"

/* A list with its answers. */
struct roster {
	const struct list *list;
	const struct answers *answers;
	int column; /* of the ids */
};

/* Does a column of the list stay: it is neither METRICS 8's nor one of `others` (to NULL)? */
bool form_stays(const char *name, const char *const *others);

/* The headings, or the cells of a row, of the list's columns that stay; `others` may be NULL. */
void form_headings(struct out *out, const struct list *list, const char *const *others);
void form_cells(struct out *out, const struct list *list, size_t row, const char *const *others);

/* All rows, with METRICS 8's columns. */
void form_list(struct out *out, const struct roster *roster);

/* Those who have not started: admitted or not, or never seen. */
void form_not_started(struct out *out, const struct roster *roster);

/* What ends before a day, or has ended: a row for each person and competence, by day. 0, or
 * LIFT_E_MEMORY. */
int form_expiry(struct out *out, const struct roster *roster, int32_t before);

#endif
