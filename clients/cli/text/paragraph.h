/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paragraph.h - text for people, broken into lines of a width.
 */
#ifndef LIFT_CLI_TEXT_PARAGRAPH_H
#define LIFT_CLI_TEXT_PARAGRAPH_H

#include <stdio.h>

enum { PARAGRAPH_WIDTH = 80 };

/* Print a text, its words apart by single spaces, and end its last line. Lines begin with `indent`
 * spaces; the first one goes on behind `column` characters that are there already. A word that is
 * longer than a line has one to itself. What could steer a terminal is printed as '?'. */
void paragraph_print(FILE *out, const char *text, int column, int indent);

#endif
