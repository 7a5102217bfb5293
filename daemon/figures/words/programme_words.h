/* SPDX-License-Identifier: Apache-2.0 */
/*
 * programme_words.h - the {words} of definitions that say what a programme says of itself.
 */
#ifndef LIFTD_FIGURES_WORDS_PROGRAMME_WORDS_H
#define LIFTD_FIGURES_WORDS_PROGRAMME_WORDS_H

#include <stdio.h>

#include "daemon/figures/words/definition.h"

struct word {
	const char *word;
	void (*write)(FILE *out, const struct definition_of *of);
};

enum { PROGRAMME_WORDS = 13 };
extern const struct word programme_words[PROGRAMME_WORDS];

/* How many of a programme's targets stand in the metric of a region (METRICS 5). */
uint32_t programme_targets_shown(const struct definition_of *of);

#endif
