/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nowhere.h - what accepted events have brought that counts nowhere, gathered from acks, and said
 * in a line a kind.
 */
#ifndef LIFT_CLI_NOWHERE_H
#define LIFT_CLI_NOWHERE_H

#include "clients/lib/lift.h"
#include "proto/bytes.h"

enum { NOWHERE_TEXTS_MAX = 64 /* that are named, in one input */ };

/* Zeros to begin with. */
struct nowhere {
	uint64_t n[LIFT_UNKNOWN_KINDS]; /* not yet said */
	size_t n_texts;
	struct nowhere_text {
		enum lift_unknown_kind kind;
		uint64_t n;	     /* not yet said */
		char *words, *meant; /* quoted and escaped; NULL: nothing was probably meant */
	} texts[NOWHERE_TEXTS_MAX];
	bool news; /* a text that has not been named before */
};

void nowhere_add(struct nowhere *nowhere, const struct lift_unknown *unknown);

/* Say what has come since it was said last. */
void nowhere_complain(struct nowhere *nowhere, const char *name);
void nowhere_clear(struct nowhere *nowhere);

/* "text", with a backslash before what would end it; characters that nobody sees, or that look like
 * a space and are none, are "\u{a0}". The caller frees it; NULL: out of memory. */
char *nowhere_quote(struct text text);

#endif
