/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how far a long work is: a bar with rate and time left on a terminal, plain lines
 * elsewhere.
 *
 * It goes to standard error; the summary at the end to standard output.
 */
#ifndef LIFT_CLI_PROGRESS_H
#define LIFT_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct progress {
	const char *name; /* borrowed */
	bool terminal, drawn;
	int64_t begun_ms, shown_ms;
};

void progress_begin(struct progress *progress, const char *name);

/* Show where things stand, if it is time to: `done` of `all` (in any unit; 0: not known), and
 * events. */
void progress_show(struct progress *progress, uint64_t done, uint64_t all, uint64_t events);

/* Report one refused row, by its place (row_place), above the bar: "NAME:LINE: refused: CODE:
 * TEXT". */
void progress_report(struct progress *progress, uint64_t place, const char *code, int code_size,
		     const char *text, int text_size);

/* The last line: what became of the events. */
void progress_end(struct progress *progress, uint64_t events, uint64_t refused);

/* Likewise where nobody has said what became of them: how many were sent, and how many rows were
 * not. */
void progress_end_sent(struct progress *progress, uint64_t sent, uint64_t refused);

/* Likewise where they were put into an outbox. */
void progress_end_put(struct progress *progress, uint64_t put, uint64_t refused);

/* Likewise where there was nothing to send. */
void progress_end_empty(struct progress *progress);

/* Take the bar away, so that something else can be printed. */
void progress_clear(struct progress *progress);

#endif
