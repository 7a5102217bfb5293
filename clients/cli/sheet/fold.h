/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - texts that people take for the same: capitals or small.
 */
#ifndef LIFT_CLI_SHEET_FOLD_H
#define LIFT_CLI_SHEET_FOLD_H

#include "proto/bytes.h"

/* The text with small letters: A to Z, and the capitals of Latin-1 and Latin Extended-A, which have
 * those of the North, Sami ones too. It is as long, and `to` may be the text itself. */
void fold_small(char *to, struct text text);

/* Are two texts the same but for that? */
bool fold_equal(struct text a, struct text b);

#endif
