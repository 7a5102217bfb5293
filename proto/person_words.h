/* SPDX-License-Identifier: Apache-2.0 */
/*
 * person_words.h - two capitalised words beside one another, as a person's name has them. Pure.
 */
#ifndef LIFT_PROTO_PERSON_WORDS_H
#define LIFT_PROTO_PERSON_WORDS_H

#include "proto/bytes.h"

/* A word: a capital, and at least one small letter; behind a hyphen, an apostrophe, Mc and Mac
 * there may be a capital again. Letters are Latin, Greek and Cyrillic ones. Between two of them
 * there are spaces (also no-break ones, and %20), in front of these perhaps a comma, and among them
 * an initial or a particle such as "von". */
bool person_words(struct text text);

#endif
