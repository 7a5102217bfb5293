/* SPDX-License-Identifier: Apache-2.0 */
/*
 * escape.h - texts of others in HTML and in the SVG within it.
 */
#ifndef LIFT_CLI_REPORT_PRINT_ESCAPE_H
#define LIFT_CLI_REPORT_PRINT_ESCAPE_H

#include <stdio.h>

/* What means something to HTML is escaped; a control character, which it may not have, is a '?'. */
void print_escaped(FILE *out, const char *text);

/* An element with a text in it, and a new line. */
void print_element(FILE *out, const char *name, const char *text);

#endif
