/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person_like.h - does a text that is kept readable look like a person? An id of a module, a
 * region, a value of an attribute, a name of a source or of a stream should be none.
 *
 * It is told by the look alone, so a place of two words looks like a name: who asks passes over
 * what the catalogue has. Pure.
 */
#ifndef LIFT_PROTO_PERSON_LIKE_H
#define LIFT_PROTO_PERSON_LIKE_H

#include "proto/bytes.h"

/* In the order in which they are asked; the first that says yes is said. */
enum person_rule {
	PERSON_NONE,
	PERSON_EMAIL,	  /* an @ (or %40) between two words */
	PERSON_NORWEGIAN, /* a national number: a date, and two check digits */
	PERSON_SWEDISH,	  /* a date, and a check digit */
	PERSON_DANISH,	  /* a date; without a separator, a check digit, too */
	PERSON_WORDS,	  /* two capitalised words beside one another */
	PERSON_RULES
};

enum {
	/* Who learns at work is of such an age: dates of now are no births. */
	PERSON_AGE_MIN = 10,
	PERSON_AGE_MAX = 90,
	PERSON_MASK = 40, /* bytes of person_mask, with the 0 at its end */
};

/* By which rule, in a year such as 2026. */
enum person_rule person_like(struct text text, int year);

/* A rule's code, as in `e-mail`, and in words, as in "looks like an e-mail address". */
const char *person_rule_code(enum person_rule rule);
const char *person_rule_words(enum person_rule rule);
/* PERSON_NONE where no rule has this code. */
enum person_rule person_rule_of(struct text code);

/* The first character and how many there are, as in "K... (13)". */
void person_mask(struct text text, char to[static PERSON_MASK]);

#endif
