/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.h - a report as CSV.
 */
#ifndef LIFT_CLI_REPORT_CSV_H
#define LIFT_CLI_REPORT_CSV_H

#include <stdio.h>

#include "clients/cli/report/report.h"

/* A line a figure: section, region, name, within, dimension, value, measure, from, to, figure
 * (RFC 4180, UTF-8 with a byte order mark, by which spreadsheets know it). */
void report_write_csv(const struct report *report, FILE *out);

#endif
