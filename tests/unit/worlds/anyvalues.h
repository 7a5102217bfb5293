/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anyvalues.h - the dimensions of a random world: their values, aliases, and what platforms send.
 */
#ifndef LIFT_TESTS_ANYVALUES_H
#define LIFT_TESTS_ANYVALUES_H

#include "proto/event.h"
#include "tests/unit/worlds/anyplan.h"

enum { ANYVALUES_ATTRS = 4 /* a dimension that no catalogue has is among them */ };

/* Some of the dimensions, with some of their values, called by any of their aliases. */
void anyvalues_write(FILE *file, struct anyplan *plan);

/* The name of an attribute, and a text that is sent for it. */
const char *anyvalues_name(uint32_t attr);
const char *anyvalues_text(uint32_t attr);

#endif
