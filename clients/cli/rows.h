/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows.h - files of events, CSV and JSON, read as encoded events.
 *
 * Fed bytes, not files, in pieces of any size. Values are not judged here, the daemon does that: a
 * cell that is no number goes on as the text that it is. Only what cannot be a row at all is
 * refused, by its line; the next row is read as if nothing had happened. A file of which no row is
 * one is refused as a whole: of JSON, refusals are told from the first row that is one, or at the
 * end. Memory is bounded by ROW_MAX.
 */
#ifndef LIFT_CLI_ROWS_H
#define LIFT_CLI_ROWS_H

#include "clients/cli/sheet/encoding.h"
#include "clients/cli/sheet/row.h"
#include "clients/cli/sheet/sheet.h"
#include "proto/msg.h"

enum rows_format { ROWS_CSV, ROWS_JSONL };

struct rows_sink {
	void *context;
	/* An event, encoded as event_encode does it, valid during the call, and its row's place
	 * (row_place). 0, or an error
	 * that ends the reading and is returned. */
	int (*event)(void *context, struct text event, uint64_t place);
	/* A row that could not be read: it has no number. */
	void (*refused)(void *context, uint64_t place, const char *reason);
};

struct rows;

/* CSV or JSON: by a name's ending, else by the content's first bytes. `name` may be NULL. */
enum rows_format rows_format_of(const char *name, enum encoding encoding, struct text beginning);

/* A reader; LIFT_E_MEMORY. `sheet`, which is borrowed, is of CSV. */
int rows_open(enum rows_format format, enum encoding encoding, const struct sheet *sheet,
	      const struct rows_sink *sink, struct rows **ret_rows);
void rows_free(struct rows *rows);

/* Read on. LIFT_E_MALFORMED: the header is not one of events, or the first rows are none
 * (rows_problem); the sink's own errors; LIFT_E_MEMORY. */
int rows_feed(struct rows *rows, const char *data, size_t size);

/* The end: read the last row, if no newline came after it. Errors as above; a file without
 * anything has no rows, and no header is needed. */
int rows_finish(struct rows *rows);

/* What is wrong with the whole file, and what would be right; "" where nothing is. */
const char *rows_problem(const struct rows *rows);

#endif
