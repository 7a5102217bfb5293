/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text.h - a report as aligned tables, for a terminal.
 */
#ifndef LIFT_CLI_REPORT_PRINT_TEXT_H
#define LIFT_CLI_REPORT_PRINT_TEXT_H

#include <stdio.h>

#include "clients/cli/report/document/document.h"

void print_as_text(const struct document *document, FILE *out);

#endif
