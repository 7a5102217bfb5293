/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h - a file of events that is read as often as it takes, and is the same each time.
 */
#ifndef LIFT_CLI_READING_H
#define LIFT_CLI_READING_H

#include "clients/cli/input.h"
#include "clients/cli/sheet_setup.h"

struct reading {
	struct input input;
	char stream[INPUT_STREAM]; /* its name, by all that says what its rows are */
	struct sheet sheet;
	char *piece;
	char problem[ROWS_PROBLEM_MAX]; /* of the header; "" where nothing is wrong with it */
	bool changed; /* it was another file when it was read again: its rows are not these */
};

/* Open and survey a file: a status; what is not well has been complained about. Closing takes what
 * this leaves. */
int reading_open(struct reading *reading, const char *name, struct sheet_setup *setup);
void reading_close(struct reading *reading);

/* Read all rows, from the first on; `tick` hears how many bytes it has read, and may be NULL.
 * LIFT_E_IO, which has been complained about; the errors of rows_feed. */
int reading_rows(struct reading *reading, const struct rows_sink *sink,
		 void (*tick)(void *context, uint64_t done));

/* Complain where an error, or a change, is the file's, and set the status: false where it is
 * not. */
bool reading_complain(const struct reading *reading, int err, int *ret_status);

#endif
