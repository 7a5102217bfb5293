/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capitals.h - capital letters made small: A to Z, and U+00C0 to U+00DE but for U+00D7 (METRICS 2).
 *
 * In UTF-8 the small letter has as many bytes as the capital.
 */
#ifndef LIFTD_CATALOGUE_CAPITALS_H
#define LIFTD_CATALOGUE_CAPITALS_H

#include "proto/bytes.h"

/* Write a text with its capitals made small to `to`, which has room for its bytes. */
void capitals_fold(struct text text, char *to);

#endif
