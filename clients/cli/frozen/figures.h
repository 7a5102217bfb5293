/* SPDX-License-Identifier: Apache-2.0 */
/*
 * figures.h - the figures of an export's row, each under its path, so that two rows can be
 * compared. Pure.
 */
#ifndef LIFT_CLI_FROZEN_FIGURES_H
#define LIFT_CLI_FROZEN_FIGURES_H

#include <jansson.h>

/*
 * A map of paths to numbers, texts and nils, the caller's; NULL: out of memory.
 *
 * Paths are those of `lift export --format csv`, but for what would move when a row comes in
 * between: rows that begin with texts are found by these ("monthly.2024-02.minutes",
 * "moves.role.nurse>carer"). Left out are what follows from others (the value of a rate), `daily`,
 * which figures_months is for, and the single hours of the week, which are one sum. No row: no
 * figures.
 */
json_t *figures_of(const json_t *row);

/* Into a map, whose values are of no interest: the months, "2024-02", of the days and months that
 * differ between two rows, of which either may be NULL, as far as they may be about the figure of a
 * path. 0 or -1: out of memory. */
int figures_months(const json_t *a, const json_t *b, const char *path, json_t *months);

#endif
