/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - a report as CSV.
 */
#ifndef LIFT_CLI_REPORT_PRINT_CSV_H
#define LIFT_CLI_REPORT_PRINT_CSV_H

#include <stdio.h>

#include "clients/cli/report/document/document.h"
#include "clients/text/csv.h"

/* A line a figure: section, region, name, within, dimension, value, measure, from, to, figure. */
void print_as_csv(const struct document *document, const struct csv_form *form, FILE *out);

#endif
