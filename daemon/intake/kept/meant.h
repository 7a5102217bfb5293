/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meant.h - what was probably meant by a text that the catalogue does not have: one that differs
 * only by what people and spreadsheets change without seeing it. Nothing is corrected by it.
 */
#ifndef LIFTD_INTAKE_KEPT_MEANT_H
#define LIFTD_INTAKE_KEPT_MEANT_H

#include "daemon/catalogue/catalogue.h"
#include "proto/unknown.h"

struct meant;

/* An index of a catalogue, which is borrowed. LIFT_E_MEMORY. */
int meant_new(const struct catalogue *catalogue, struct meant **ret_meant);
void meant_free(struct meant *meant);

/* The catalogue's text (an id, a code, a name of a dimension, a value of the dimension `attr`) that
 * is like this one but for spaces and signs that do not show, hyphens, capital letters, zeros in
 * front of a number, ".0" behind it, K in front of it, "kommune" and its like, or that is a name or
 * an alias, or stands in front of a name. Empty where there is none, or more than one. */
struct text meant_find(const struct meant *meant, enum unknown_kind kind, struct text attr,
		       struct text text);

/* Has the catalogue a module, a region, a dimension or a value of such a text, or of one that is
 * like it? Also where more than one is meant by it. */
bool meant_has(const struct meant *meant, struct text text);

#endif
