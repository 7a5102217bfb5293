/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - the {words} that stand in definitions for what the catalogue, the region and
 * the day say. Pure.
 */
#ifndef LIFTD_FIGURES_WORDS_WORDS_H
#define LIFTD_FIGURES_WORDS_WORDS_H

#include <stdio.h>

#include "daemon/figures/words/definition.h"

/* Write a text, with what each {word} in it stands for. A word that is none is a mistake of
 * ours. */
void words_write(FILE *out, const struct definition_of *of, const char *text);

#endif
