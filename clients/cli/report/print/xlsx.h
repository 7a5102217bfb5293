/* SPDX-License-Identifier: Apache-2.0 */
/*
 * xlsx.h - a report as a workbook: page one, and a sheet for each table behind it. Numbers are
 * numbers there, shares percent, days days.
 */
#ifndef LIFT_CLI_REPORT_PRINT_XLSX_H
#define LIFT_CLI_REPORT_PRINT_XLSX_H

#include <stdio.h>

#include "clients/cli/report/document/document.h"

/* 0, or LIFT_E_IO: it could not be made, or not written. The same report gives the same bytes. */
int print_as_xlsx(const struct document *document, FILE *out);

#endif
