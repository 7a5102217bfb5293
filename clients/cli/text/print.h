/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print.h - texts and figures of answers, printed for people.
 */
#ifndef LIFT_CLI_TEXT_PRINT_H
#define LIFT_CLI_TEXT_PRINT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A text, padded to a width in characters; what could steer a terminal is printed as '?'. */
void print_text(FILE *out, const char *text, int width);

/* How many characters that is. */
int text_characters(const char *text);

/* The same of exactly that width: what is longer is cut, and ends with an ellipsis. */
void print_text_within(FILE *out, const char *text, int width);

/* A line of JSON, and a new line: characters that nobody sees are escaped, so that it says the
 * same. */
void print_json_line(FILE *out, const char *line);

/* A key's text, or "" where it has none. */
const char *json_text(const json_t *map, const char *key);

/* A key's integer, or 0. */
json_int_t json_number(const json_t *map, const char *key);

#endif
