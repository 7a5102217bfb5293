/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print.h - a course's events in a file: rows of CSV, or lines of JSON.
 */
#ifndef LIFT_CLI_COURSE_PRINT_H
#define LIFT_CLI_COURSE_PRINT_H

#include <stdio.h>

#include "clients/cli/course/course.h"

void course_print_header(const struct course *course, FILE *out);

/* A row of CSV behind its header, or a line of JSON. LIFT_E_MEMORY; the file has its own errors. */
int course_print_event(const struct course *course, const struct course_event *event, bool csv,
		       FILE *out);

#endif
