/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report_keep.h - reports that stand: kept under a name with what was asked and all that was
 * answered, and printed byte by byte as they were.
 */
#ifndef LIFT_CLI_REPORT_KEEP_H
#define LIFT_CLI_REPORT_KEEP_H

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>

#include "clients/cli/cli.h"
#include "clients/text/csv.h"

/* What is asked for on the command line. */
struct keep_wish {
	const char *freeze;  /* the name to keep it under, or NULL */
	const char *reports; /* the directory; NULL: the user's */
	bool list, diff;
	const char *output;	    /* a file, or NULL */
	const char *format;	    /* a form's name, as --format has it, or NULL */
	const struct csv_form *csv; /* of differences; NULL: as text */
};

/* A report's forms: writes the one of a file's ending. False: it could not. */
typedef bool keep_draw(void *context, const char *ending, FILE *out);

/* Where kept reports are: false, and complained about. */
bool keep_find_place(const struct keep_wish *wish, char to[static PATH_MAX]);

/* Could a report be kept under the name that was asked for: is it one, and free? A status. */
int keep_check(const struct keep_wish *wish, const char *dir);

/* Keep a report in these forms, with all that it was drawn from (report_ask.h), and what was asked
 * for, in words of the command line. A status. */
int keep_report(const struct keep_wish *wish, const char *dir, const json_t *answers,
		json_t *options, const char *const endings[], keep_draw *draw, void *context);

/* Print one that was kept: in the form that was asked for, else in that in which it was written
 * when it was kept. */
int keep_print(const struct keep_wish *wish, const char *dir, const char *name);
int keep_print_list(const char *dir);

/* Read one: the caller's; NULL, and complained about: *ret_status. */
json_t *keep_read(const char *dir, const char *name, int *ret_status);

#endif
