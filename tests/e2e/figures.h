/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.h - figures as `lift export` prints them, and as they should be.
 *
 * Figures are a JSON object: "REGION KIND ID" to the row. Numbers are equal within 1e-6.
 */
#ifndef LIFT_TESTS_E2E_FIGURES_H
#define LIFT_TESTS_E2E_FIGURES_H

#include <jansson.h>
#include <stdbool.h>

/* Rows of JSON Lines; the test fails where they are not in order of kind, id, region, each once. */
json_t *figures_of_lines(const char *lines);
json_t *figures_of_file(const char *path);

/* Rows of `--format csv`: "REGION KIND ID path" to the value's text. */
json_t *figures_of_csv(const char *text);

/* The rows of a region and a kind; NULL: of all. */
json_t *figures_select(const json_t *figures, const char *region, const char *kind);

/* The test fails, and says why and where, unless the rows are the same, each has the fields of its
 * kind and no others, and each field is equal to that of the expected row. */
void figures_check(const json_t *expected, const json_t *actual, const char *why);

/* The same for what figures_of_csv has read. */
void figures_check_csv(const json_t *expected, const json_t *values, const char *why);

/* Are two values equal? */
bool figures_equal(const json_t *a, const json_t *b);

#endif
