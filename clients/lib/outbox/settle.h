/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settle.h - what who delivers changes in the file, each change in a transaction of its own.
 */
#ifndef LIFT_OUTBOX_SETTLE_H
#define LIFT_OUTBOX_SETTLE_H

#include "clients/lib/outbox/file.h"

/* An event that the daemon refused. */
struct settle_refused {
	int64_t id;
	char code[32], text[200];
};

/* All events up to `last` have their verdict: take them out, and keep those that were refused, as
 * far as there is room; count both. */
int settle(struct outbox_file *file, int64_t last, const struct settle_refused *refused, size_t n,
	   int64_t now_ms);

/* What waits goes into another stream, drawn by chance. */
int settle_stream(struct outbox_file *file);

/* Nothing waits: give back what the file does not need, and leave nothing of what was in it. Does
 * nothing where another process is at work in it. */
int settle_tidy(struct outbox_file *file);

#endif
