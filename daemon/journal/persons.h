/* SPDX-License-Identifier: Apache-2.0 */
/*
 * persons.h - how many names that look like those of people each source has brought, since the
 * daemon's start or the last change of the catalogue; and how many the journal has: for status. The
 * names themselves are not here: a first character and a length are. Any thread may note and read.
 */
#ifndef LIFTD_JOURNAL_PERSONS_H
#define LIFTD_JOURNAL_PERSONS_H

#include "daemon/journal/journal.h"
#include "proto/person_like.h"

enum { PERSONS_ROWS_MAX = 400 /* of more, all are counted, and no source is named */ };

struct persons;

/* A name that was brought: it is kept now, or was refused with its event or its batch. */
struct person_note {
	struct text source, name;
	enum name_kind kind;
	enum person_rule rule;
	bool refused;
};

struct persons *persons_new(void); /* NULL: out of memory */
void persons_free(struct persons *persons);

void persons_note(struct persons *persons, const struct person_note *note);
/* How many names of a kind the journal has by a rule. */
void persons_set_held(struct persons *persons, enum name_kind kind, enum person_rule rule,
		      uint64_t n);
/* Nothing of anyone; all that is noted on one is noted on another, and on the one no more. What is
 * held stays. */
void persons_clear(struct persons *persons);
void persons_move(struct persons *from, struct persons *to);

/* {held: [{kind, rule, n} ...], sources: [{source, kind, rule, kept, refused, like} ...], left_out:
 * rows} */
void persons_write(struct persons *persons, struct msg_writer *writer);

#endif
