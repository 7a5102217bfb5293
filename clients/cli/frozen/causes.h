/* SPDX-License-Identifier: Apache-2.0 */
/*
 * causes.h - why figures differ from those of then: step by step from the ones to the others, each
 * step for one cause. Pure.
 *
 * The steps are exports that differ in one thing alone: so what a figure changes by in a step is
 * due to the step's cause, and the changes of all steps add up to the whole.
 */
#ifndef LIFT_CLI_FROZEN_CAUSES_H
#define LIFT_CLI_FROZEN_CAUSES_H

#include <jansson.h>

enum cause {
	CAUSE_NONE,	 /* of the first step */
	CAUSE_CATALOGUE, /* another catalogue */
	CAUSE_OTHERWISE, /* the same one: by another liftd, pinned day ... */
	CAUSE_MOVED,	 /* homes and attributes of people are other ones */
	CAUSE_CORRECTED, /* taken back */
	CAUSE_LATE,	 /* came later */
	CAUSE_DAY,	 /* as of another day */
	CAUSE_UNKNOWN,	 /* nothing is there to tell it by */
	CAUSES
};

enum { STEPS_MAX = 8 };

struct steps {
	struct {
		const json_t *rows; /* a key -> its row; borrowed */
		enum cause cause;   /* of what differs from the step before */
	} items[STEPS_MAX];
	size_t n;
};

/* As a file has it, and as a person reads it. */
const char *cause_name(enum cause cause);
const char *cause_words(enum cause cause);

/*
 * Each figure that differs between the first step and the last, in order of key and path:
 * {"key", "row": the latest one that is there, "figure": path, "then", "now": nil where there is
 * none, "why": [{"cause", "by": the difference, nil of what is no number, "months": [...]}, ...]}.
 * A number that is not there is 0. The caller's; NULL: out of memory.
 */
json_t *causes_find(const struct steps *steps);

#endif
