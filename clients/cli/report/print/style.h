/* SPDX-License-Identifier: Apache-2.0 */
/*
 * style.h - how a report's page looks, on a screen and on A4.
 */
#ifndef LIFT_CLI_REPORT_PRINT_STYLE_H
#define LIFT_CLI_REPORT_PRINT_STYLE_H

#include <stdio.h>

#include "clients/cli/report/words/words.h"

/* The style sheet: pages are numbered in this language. */
void print_style(enum language language, FILE *out);

#endif
