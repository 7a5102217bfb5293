/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - a report as CSV.
 */
#ifndef LIFT_CLI_REPORT_CSV_H
#define LIFT_CLI_REPORT_CSV_H

#include <stdio.h>

#include "clients/cli/report/report.h"
#include "clients/cli/text/csv.h"

/* A line a figure: section, region, name, within, dimension, value, measure, from, to, figure. */
void report_write_csv(const struct report *report, const struct csv_form *form, FILE *out);

#endif
