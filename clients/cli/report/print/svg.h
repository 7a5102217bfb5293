/* SPDX-License-Identifier: Apache-2.0 */
/*
 * svg.h - the pictures of a report, as SVG within its page.
 */
#ifndef LIFT_CLI_REPORT_PRINT_SVG_H
#define LIFT_CLI_REPORT_PRINT_SVG_H

#include <stdio.h>

#include "clients/cli/report/document/document.h"

/* What was reached day by day, the target, and where this pace leads. */
void svg_print_lines(FILE *out, enum language language, const struct lines *lines);

/* The hours of the week, the fuller the darker. */
void svg_print_week(FILE *out, enum language language, const int64_t *week);

#endif
