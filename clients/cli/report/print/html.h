/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - a report as one page of HTML that needs nothing else, made to be printed on A4.
 */
#ifndef LIFT_CLI_REPORT_PRINT_HTML_H
#define LIFT_CLI_REPORT_PRINT_HTML_H

#include <stdio.h>

#include "clients/cli/report/document/document.h"

void print_as_html(const struct document *document, FILE *out);

#endif
