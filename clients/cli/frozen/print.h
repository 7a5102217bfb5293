/* SPDX-License-Identifier: Apache-2.0 */
/*
 * print.h - the figures that differ, printed.
 */
#ifndef LIFT_CLI_FROZEN_PRINT_H
#define LIFT_CLI_FROZEN_PRINT_H

#include <jansson.h>
#include <stdio.h>

#include "clients/text/csv.h"

/*
 * What causes_find has found, each with "as_of" beside it, the day of its figures. `first` and
 * `second` are the records of the reports; second NULL: now.
 */
void differences_print_text(FILE *out, const json_t *first, const json_t *second,
			    const json_t *found);

/* A line for each cause of each: as_of, kind, id, region, figure, then, now, cause, by, months. */
void differences_print_csv(FILE *out, const struct csv_form *form, const json_t *found);

#endif
