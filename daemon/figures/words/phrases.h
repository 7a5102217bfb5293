/* SPDX-License-Identifier: Apache-2.0 */
/*
 * phrases.h - names, numbers, days and lists of the catalogue, as they stand in sentences.
 */
#ifndef LIFTD_FIGURES_WORDS_PHRASES_H
#define LIFTD_FIGURES_WORDS_PHRASES_H

#include <stdio.h>

#include "daemon/figures/words/definition.h"

/* "First aid (first-aid)", or the id alone where it is the name. */
void phrase_name(FILE *out, const char *id, const char *name);

void phrase_region(FILE *out, const struct catalogue *catalogue, uint32_t region);
void phrase_module(FILE *out, const struct catalogue *catalogue, uint32_t module);
void phrase_count(FILE *out, int64_t n, const char *one, const char *many);
void phrase_day(FILE *out, int32_t day);
/* " from DAY to DAY", as far as it is said. */
void phrase_days(FILE *out, int32_t from, int32_t to);

/* What comes before item i of a list; false where the list ends there: the others are counted. */
bool phrase_goes_on(FILE *out, uint32_t i, uint32_t n);

void phrase_where(FILE *out, const struct catalogue *catalogue, const struct where *where);

/* METRICS 2: its own row, else the sum over its leaves, else nothing. */
void phrase_headcount(FILE *out, const struct definition_of *of, const struct where *where);

/* Is a region one of the leaves that the subject may reach, and how many of them are inside? */
bool places_has(const struct definition_of *of, uint32_t home);
uint32_t places_count(const struct definition_of *of);

#endif
