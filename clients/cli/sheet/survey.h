/* SPDX-License-Identifier: Apache-2.0 */
/*
 * survey.h - the days of whole columns, looked at before the first row is sent: "03/04/2025" is
 * 3 April where another row of the column has "31/12/2025".
 *
 * All days of a column that are written with the same sign are read in the same order. If more than
 * one order is left, and the days would differ, or none is left, nothing of the file may be sent.
 */
#ifndef LIFT_CLI_SHEET_SURVEY_H
#define LIFT_CLI_SHEET_SURVEY_H

#include "clients/cli/sheet/local_time.h"
#include "clients/cli/sheet/row.h"

struct survey;

struct survey *survey_new(void); /* NULL: out of memory */
void survey_free(struct survey *survey);

/* A day of a column, which is called so, from the line; `cell` tells columns apart, from 0.
 * LIFT_E_MEMORY. */
int survey_see(struct survey *survey, size_t cell, struct text column, uint64_t line,
	       const struct local_time *time, struct text text);

/* A local time was seen whose order is known: a zone is needed. */
void survey_see_local(struct survey *survey);
bool survey_is_local(const struct survey *survey);

/* Is each order known? Else what is wrong, and what would be right. */
bool survey_conclude(struct survey *survey, char problem[static ROWS_PROBLEM_MAX]);

/* In which order a column's days are read that are written with that sign. */
enum day_order survey_order(const struct survey *survey, size_t cell, enum day_sign sign);

/* One day by itself: its order where it has but one, or where all come to the same day; else 0,
 * and what it could mean. */
enum day_order survey_order_alone(const struct local_time *time, struct text text,
				  char problem[static ROWS_PROBLEM_MAX]);

#endif
