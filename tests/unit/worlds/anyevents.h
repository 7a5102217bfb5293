/* SPDX-License-Identifier: Apache-2.0 */
/*
 * anyevents.h - what happens in a random world, and the names that it goes by.
 */
#ifndef LIFT_TESTS_ANYEVENTS_H
#define LIFT_TESTS_ANYEVENTS_H

#include "tests/unit/worlds/anyworld.h"

/* Names that a catalogue takes some of; events use any, and some that no catalogue has. */
enum { ANYEVENTS_PLACES = 16, ANYEVENTS_UNITS = 12 };
extern const char *const anyevents_places[], *const anyevents_units[];

/* At some of the times (ANYTIMES); the catalogue is known. */
void anyevents_make(struct anyworld *world, const int64_t *times);

#endif
