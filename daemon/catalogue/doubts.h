/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doubts.h - what a catalogue says that is right, and yet hardly meant: words, days and targets of
 * nothing.
 */
#ifndef LIFTD_CATALOGUE_DOUBTS_H
#define LIFTD_CATALOGUE_DOUBTS_H

#include <stdio.h>

#include "daemon/catalogue/catalogue.h"

/* A line for each, "catalogue: programme p: ..."; how many there are. */
size_t doubts_print(FILE *out, const struct catalogue *catalogue);

#endif
