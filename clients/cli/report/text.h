/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - a report as aligned tables, for a terminal.
 */
#ifndef LIFT_CLI_REPORT_TEXT_H
#define LIFT_CLI_REPORT_TEXT_H

#include <stdio.h>

#include "clients/cli/report/report.h"

void report_write_text(const struct report *report, FILE *out);

#endif
