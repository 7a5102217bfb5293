/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overheard.h - all that Rana's audience can hear and ask for, and whether the other is in it.
 *
 * A picture is a JSON object: a question (to `ask`, to `snapshot`, or a command line of lift) to
 * all of its answer, and `heard` to what was published; normalised.
 */
#ifndef LIFT_TESTS_E2E_OVERHEARD_H
#define LIFT_TESTS_E2E_OVERHEARD_H

#include "tests/e2e/neighbours.h"

/* Everything; the caller's. */
json_t *overheard(struct place *place);

/* Add what a command of lift prints. */
void overhear_lift(json_t *picture, struct daemon *daemon, const char *const args[]);

/* The test fails unless both have the same answers to the same questions. */
void overheard_same(const json_t *with_other, const json_t *alone, const char *when);

/* The test fails if a word of the other's is in an answer, but where it was in the question. */
void overheard_silent(const json_t *picture);

/* A word of the other's that is in a text, but for one that may be; NULL: none. */
const char *other_word(const char *text, const char *but);

/* As one line; the caller frees it. */
char *printed(const json_t *value);

#endif
