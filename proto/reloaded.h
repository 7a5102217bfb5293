/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reloaded.h - what `reload` is answered: what has changed, or would; why it was refused.
 */
#ifndef LIFT_PROTO_RELOADED_H
#define LIFT_PROTO_RELOADED_H

#include "proto/msg.h"

/* What another catalogue changes, in a row. */
struct change_row {
	const char *what, *how; /* "region", "goes" */
	const char *id;		/* of what it is about */
	const char *of;		/* and what that belongs to; NULL: nothing */
	int64_t learners;	/* below 0: not said */
	const char *text;	/* all of it in words */
};

struct change_rows {
	const struct change_row *rows;
	size_t n, left_out; /* others that there are */
};

/* All lists of one answer are bounded: the rest is counted in left_out. */
enum { CHANGE_ROWS_MAX = 1000, CHANGE_ROWS_BYTES = 250 << 10 };

/* reload -> {v:1, ok:true, errors:[], change, changes, alive, loses, taken, restart}, or {v:1,
 * ok:false, code, text, errors:["<file>:<line>: <text>" ...]}, with `loses` where there are some.
 * Lists that are empty are left out of a refusal. */
struct reloaded {
	int err;
	const char *errors; /* lines; NULL: none */
	const char *change; /* "none", "at-once", "after-rebuild" */
	struct change_rows changes, alive, loses;
	const char *const *taken, *const *restart; /* keys of the configuration */
	size_t n_taken, n_restart;
};
void reloaded_encode(struct msg_writer *writer, const struct reloaded *reloaded);

#endif
