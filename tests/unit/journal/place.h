/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h - a journal alone, in a directory of its own.
 */
#ifndef LIFT_TESTS_JOURNAL_PLACE_H
#define LIFT_TESTS_JOURNAL_PLACE_H

#include "daemon/journal/journal.h"
#include "tests/unit/world.h"

struct place {
	struct dir dir;
	struct journal *journal; /* in `journal` of the directory */
};

/* The digest of the secret that it is of. */
extern const uint8_t place_secret[16];

void place_begin(struct place *place);
void place_end(struct place *place);

/* Open it again after it was closed; close it and open it again: what is not committed is lost. */
void place_open(struct place *place);
void place_reopen(struct place *place);

/* The number of the name "textN" of a journal, which has it then. */
uint32_t name_numbered(struct journal *journal, enum name_kind kind, const char *text, uint32_t n);

#endif
