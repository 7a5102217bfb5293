/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anyplan.h - what a region of a random world has planned: headcounts, programmes, competences and
 * what grants them.
 */
#ifndef LIFT_TESTS_ANYPLAN_H
#define LIFT_TESTS_ANYPLAN_H

#include <stdio.h>

#include "daemon/catalogue/catalogue.h"

enum {
	ANYPLAN_NAMES = 8,  /* regions, modules at most */
	ANYPLAN_VALUES = 5, /* of a dimension, with `unknown` */
	ANYPLAN_WHERES = 3, /* that the rows of a catalogue share, so that they meet */
};

/* What has been chosen so far; texts are constants. */
struct anyplan {
	struct {
		const char *name, *values[ANYPLAN_VALUES];
		uint32_t n_values;
	} dimensions[3];
	uint32_t n_dimensions;
	int wheres[ANYPLAN_WHERES][3]; /* a value of each dimension; -1: any */
	const char *regions[ANYPLAN_NAMES], *modules[ANYPLAN_NAMES];
	uint32_t n_regions, n_modules, n_competences, headcount_percent;
};

/* Days around which windows begin and end. */
struct anydays {
	const int32_t *items;
	uint32_t n;
};

/* Quoted, as YAML wants it. */
void write_name(FILE *file, const char *name);

/* When the dimensions are known. */
void anyplan_begin(struct anyplan *plan);
/* Keys of a region's row, and of a module's. */
void anyplan_write_headcount(FILE *file, const struct anyplan *plan);
void anyplan_write_grants(FILE *file, const struct anyplan *plan);
/* When all modules and regions are known. */
void anyplan_write_programmes(FILE *file, const struct anyplan *plan, const struct anydays *days);
void anyplan_write_competences(FILE *file, const struct anyplan *plan);

/* Of a day on which grants may have been earned: one around which something ends or is about to. */
int32_t anyplan_later_day(const struct catalogue *catalogue, int32_t day);

#endif
