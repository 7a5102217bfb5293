/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/cli/json_rows.h"
#include "clients/cli/json_scan.h"
#include "clients/cli/sheet/csv_rows.h"
#include "clients/cli/sheet/separator.h"
#include "proto/visible.h"

enum {
	BUFFER_MAX = 4 * ROW_MAX,
	DECODED_AT_ONCE = 4096, /* bytes */
	HELD_MAX = 16,		/* rows without one that can be read: a file of something else */
	REASON_EXCERPT = 200,	/* bytes of what is wrong with the first of them */
};

/* A row that was refused before it was known whether the file is one of events. */
struct held {
	uint64_t place;
	char reason[ROWS_PROBLEM_MAX];
};

struct rows {
	struct rows_sink sink;
	struct encoding_decoder decoder;
	char first[ENCODING_ARCHIVE]; /* bytes of the file, as far as they must be looked at */
	size_t n_first;
	bool looked;	      /* at all of these: it may be text */
	struct csv_rows *csv; /* NULL for JSON */
	struct msg_writer *writer;
	uint64_t line;		 /* of the next byte to be read */
	uint64_t last_line, nth; /* of the last row: its place */
	bool settled;		 /* it is known to be a file of events */
	bool begun;		 /* a byte-order mark can no longer come */
	bool skipping;		 /* to the end of a line that is too long */
	bool ended;		 /* nothing more will come */
	size_t size;
	struct json_scan json;
	const char *shape; /* of rows that lack keys, the first one's; NULL: there is none */
	size_t n_held;
	struct held held[HELD_MAX];
	struct csv_scan scan;
	size_t searched; /* bytes of the first record in which it is known not to end */
	char problem[ROWS_PROBLEM_MAX]; /* of the header; of a row while it is read */
	char buffer[BUFFER_MAX + 1];	/* what is not yet read; room for a last newline */
};

static const char byte_order_mark[] = "\xef\xbb\xbf";

/* Formats. */

enum rows_format rows_format_of(const char *name, enum encoding encoding, struct text beginning)
{
	enum { LOOKED_AT = 64 };
	struct encoding_decoder decoder = { .encoding = encoding };
	char text[ENCODING_ROOM(LOOKED_AT)];

	static const struct {
		const char *ending;
		enum rows_format format;
	} endings[] = { { ".csv", ROWS_CSV },
			{ ".jsonl", ROWS_JSONL },
			{ ".ndjson", ROWS_JSONL },
			{ ".json", ROWS_JSONL } };
	size_t i;

	for (i = 0; name && i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t size = strlen(endings[i].ending);

		if (strlen(name) > size &&
		    strcasecmp(name + strlen(name) - size, endings[i].ending) == 0)
			return endings[i].format;
	}
	beginning.size =
		encoding_decode(&decoder, beginning.data,
				beginning.size < LOOKED_AT ? beginning.size : LOOKED_AT, text);
	beginning.data = text;
	i = beginning.size >= 3 && memcmp(beginning.data, byte_order_mark, 3) == 0 ? 3 : 0;
	while (i < beginning.size && memchr(" \t\r\n", beginning.data[i], 4))
		i++;
	return i < beginning.size && (beginning.data[i] == '{' || beginning.data[i] == '[')
		       ? ROWS_JSONL
		       : ROWS_CSV;
}

int rows_open(enum rows_format format, enum encoding encoding, const struct sheet *sheet,
	      const struct rows_sink *sink, struct rows **ret_rows)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (!rows)
		return LIFT_E_MEMORY;
	rows->decoder.encoding = encoding;
	rows->sink = *sink;
	rows->line = 1;
	rows->writer = msg_writer_new();
	rows->csv = format == ROWS_CSV ? csv_rows_new(sheet) : NULL;
	rows->settled = format == ROWS_CSV;
	if (!rows->writer || (format == ROWS_CSV && !rows->csv)) {
		rows_free(rows);
		return LIFT_E_MEMORY;
	}
	*ret_rows = rows;
	return 0;
}

void rows_free(struct rows *rows)
{
	if (!rows)
		return;
	csv_rows_free(rows->csv);
	msg_writer_free(rows->writer);
	free(rows);
}

const char *rows_problem(const struct rows *rows)
{
	return rows->problem;
}

/* Records. */

/* A problem may quote the file, also the beginning of a character: what is not to be seen, and what
 * is no UTF-8, becomes '?'. */
static void make_printable(char *problem)
{
	uint32_t code;
	bool hidden;
	size_t size;

	for (char *c = problem; (size = visible_next(c, &code, &hidden)) > 0; c += size)
		if (hidden || (size == 1 && code >= 0x80))
			memset(c, '?', size);
}

/* Of the row that begins here. */
static uint64_t next_place(struct rows *rows)
{
	rows->nth = rows->line == rows->last_line ? rows->nth + 1 : 0;
	rows->last_line = rows->line;
	return row_place(rows->line, rows->nth);
}

/* What was held back: the file is one of events. */
static void release(struct rows *rows)
{
	for (size_t i = 0; i < rows->n_held; i++)
		rows->sink.refused(rows->sink.context, rows->held[i].place, rows->held[i].reason);
	rows->n_held = 0;
	rows->settled = true;
}

/* None of the rows was one, as far as they were read: it is said once, of the file. */
static int refuse_file(struct rows *rows)
{
	char first[32] = "";

	if (!rows->ended)
		snprintf(first, sizeof(first), "first %zu ", rows->n_held);
	if (rows->shape && *rows->shape)
		snprintf(rows->problem, ROWS_PROBLEM_MAX,
			 "these are %s, which lift publish does not read; it wants objects with "
			 "the keys " JSON_ROW_KEYS,
			 rows->shape);
	else
		snprintf(rows->problem, ROWS_PROBLEM_MAX,
			 "none of its %srows is an event, an object with the keys " JSON_ROW_KEYS
			 "; line %" PRIu64 ": %.*s",
			 first, row_line(rows->held[0].place), REASON_EXCERPT,
			 rows->held[0].reason);
	return LIFT_E_MALFORMED;
}

/* A row that cannot be read. CSV has its header; what JSON is for, its first rows tell: up to the
 * first that can be read, the others are held back. */
static int refuse(struct rows *rows, const char *reason)
{
	uint64_t place = next_place(rows);
	struct held *held;

	if (rows->settled) {
		rows->sink.refused(rows->sink.context, place, reason);
		return 0;
	}
	held = &rows->held[rows->n_held++];
	held->place = place;
	snprintf(held->reason, sizeof(held->reason), "%s", reason);
	return rows->n_held == HELD_MAX ? refuse_file(rows) : 0;
}

static int take_event(struct rows *rows)
{
	struct text event = msg_written(rows->writer);

	if (!event.size)
		return LIFT_E_MEMORY;
	if (!rows->settled)
		release(rows);
	return rows->sink.event(rows->sink.context, event, next_place(rows));
}

/* Refuse what has been found wrong with a row. */
static int refuse_problem(struct rows *rows)
{
	char reason[ROWS_PROBLEM_MAX];

	make_printable(rows->problem);
	memcpy(reason, rows->problem, sizeof(reason));
	rows->problem[0] = 0;
	return refuse(rows, reason);
}

static bool is_utf8(struct rows *rows, struct text record, const char *what)
{
	if (msg_is_utf8(record.data, record.size))
		return true;
	snprintf(rows->problem, ROWS_PROBLEM_MAX, "the %s is not UTF-8", what);
	return false;
}

/* The events of a row that has been read. */
static int take_events(struct rows *rows)
{
	bool event = true;
	int err = 0;

	while (!err && event) {
		msg_writer_clear(rows->writer);
		err = csv_rows_next(rows->csv, rows->writer, &event, rows->problem);
		if (err == LIFT_E_MALFORMED)
			err = refuse_problem(rows);
		else if (!err && event)
			err = take_event(rows);
	}
	return err;
}

/* Read one whole record. A row that cannot be read is reported; an error is of the header, the sink
 * or memory. */
static int read_record(struct rows *rows, struct text record)
{
	bool header = !csv_rows_has_header(rows->csv);
	int err = LIFT_E_MALFORMED;

	if (is_utf8(rows, record, header ? "header" : "row"))
		err = csv_rows_read(rows->csv, record, rows->line, rows->problem);
	rows->scan.separator = csv_rows_separator(rows->csv);
	if (err && header) {
		make_printable(rows->problem);
		return err;
	}
	return err ? refuse_problem(rows) : take_events(rows);
}

static int read_object(struct rows *rows, struct text object)
{
	const char *shape = NULL;
	int err = LIFT_E_MALFORMED;

	msg_writer_clear(rows->writer);
	if (is_utf8(rows, object, "row"))
		err = json_row_read(object, rows->writer, &shape, rows->problem);
	if (!err)
		return take_event(rows);
	if (err != LIFT_E_MALFORMED)
		return err;
	if (shape && !rows->shape)
		rows->shape = shape;
	return refuse_problem(rows);
}

/* What begins here is longer than a row may be, or does not end at all: refuse its first line, and
 * go on behind that. */
static int refuse_endless(struct rows *rows, const char *data, size_t size, size_t *ret_used)
{
	const char *newline = memchr(data, '\n', size);

	if (!csv_rows_has_header(rows->csv)) {
		snprintf(rows->problem, ROWS_PROBLEM_MAX,
			 "the header does not end within %d bytes: is a quote not closed?",
			 ROW_MAX);
		return LIFT_E_MALFORMED;
	}
	rows->skipping = !newline;
	*ret_used = newline ? (size_t)(newline - data) + 1 : size;
	return refuse(rows, newline && newline - data < ROW_MAX
				    ? "a quote in the row is not closed"
				    : "the row is longer than 65536 bytes");
}

static uint64_t count_lines(const char *data, size_t size)
{
	const char *end = data + size;
	uint64_t lines = 0;

	while ((data = memchr(data, '\n', (size_t)(end - data)))) {
		lines++;
		data++;
	}
	return lines;
}

/* Read one step of what the buffer holds: how much it used, 0 where more must come first. */
static int read_csv(struct rows *rows, const char *data, size_t size, size_t *ret_used)
{
	const char *newline;
	size_t end;

	if (rows->skipping) {
		newline = memchr(data, '\n', size);
		rows->skipping = !newline;
		*ret_used = newline ? (size_t)(newline - data) + 1 : size;
		return 0;
	}
	/* Many small pieces do not search the same bytes again and again. */
	newline = memchr(data + rows->searched, '\n', size - rows->searched);
	end = newline ? csv_record_size(data, size, &rows->scan) : 0;
	rows->searched = 0;
	if (end > ROW_MAX || (end == 0 && (rows->ended || size > ROW_MAX)))
		return refuse_endless(rows, data, size, ret_used);
	rows->searched = end ? 0 : size;
	*ret_used = end;
	return end ? read_record(rows, (struct text){ data, end }) : 0;
}

static int read_json(struct rows *rows, const char *data, size_t size, size_t *ret_used)
{
	const char *reason;

	switch (json_scan_next(&rows->json, data, size, rows->ended, ret_used, &reason)) {
	case JSON_OBJECT:
		return read_object(rows, (struct text){ data, *ret_used });
	case JSON_REFUSED:
		return refuse(rows, reason);
	default:
		return 0;
	}
}

/* Read all whole records of the buffer, and keep what is left. */
static int drain(struct rows *rows)
{
	size_t at = 0, used = 1;
	int err = 0;

	if (!rows->begun && rows->size >= 3) {
		rows->begun = true;
		at = memcmp(rows->buffer, byte_order_mark, 3) == 0 ? 3 : 0;
	}
	while (!err && used > 0 && at < rows->size && rows->begun) {
		used = 0;
		err = (rows->csv ? read_csv : read_json)(rows, rows->buffer + at, rows->size - at,
							 &used);
		rows->line += count_lines(rows->buffer + at, used);
		csv_scan_skip(&rows->scan, used);
		at += used;
	}
	rows->size -= at;
	memmove(rows->buffer, rows->buffer + at, rows->size);
	return err;
}

/* Bytes that are UTF-8. */
static int feed_decoded(struct rows *rows, const char *data, size_t size)
{
	int err = 0;

	while (!err && size > 0) {
		size_t space = BUFFER_MAX - rows->size;
		size_t piece = size < space ? size : space;

		memcpy(rows->buffer + rows->size, data, piece);
		rows->size += piece;
		data += piece;
		size -= piece;
		err = drain(rows);
	}
	return err;
}

/* The first bytes, until they tell whether it is text at all. */
static int look_at_first(struct rows *rows, const char *data, size_t size, bool ended)
{
	struct text first = { rows->first, 0 };
	const char *problem;

	for (size_t i = 0; i < size && rows->n_first < ENCODING_ARCHIVE; i++)
		rows->first[rows->n_first++] = data[i];
	first.size = rows->n_first;
	if (first.size < (encoding_is_archive(first) && !ended ? ENCODING_ARCHIVE : ENCODING_FIRST))
		return 0;
	rows->looked = true;
	problem = encoding_problem(first);
	if (!problem)
		return 0;
	snprintf(rows->problem, ROWS_PROBLEM_MAX, "%s", problem);
	return LIFT_E_MALFORMED;
}

int rows_feed(struct rows *rows, const char *data, size_t size)
{
	char text[ENCODING_ROOM(DECODED_AT_ONCE)];
	int err = rows->looked ? 0 : look_at_first(rows, data, size, false);

	if (err || encoding_is_archive((struct text){ rows->first, rows->n_first }))
		return err;
	if (rows->decoder.encoding == ENCODING_UTF8)
		return feed_decoded(rows, data, size);
	while (!err && size > 0) {
		size_t piece = size < DECODED_AT_ONCE ? size : DECODED_AT_ONCE;

		err = feed_decoded(rows, text, encoding_decode(&rows->decoder, data, piece, text));
		data += piece;
		size -= piece;
	}
	return err;
}

int rows_finish(struct rows *rows)
{
	char last;
	int err = rows->looked ? 0 : look_at_first(rows, "", 0, true);

	if (!err)
		err = feed_decoded(rows, &last, encoding_end(&rows->decoder, &last));
	if (err)
		return err;
	rows->begun = rows->begun || rows->size < 3;
	rows->ended = true;
	if (rows->size > 0 && rows->buffer[rows->size - 1] != '\n')
		rows->buffer[rows->size++] = '\n';
	err = drain(rows);
	if (!err && rows->json.in_array)
		err = refuse(rows, "the array is not closed: the file may be cut off");
	if (!err && rows->shape && rows->n_held > 0)
		return refuse_file(rows);
	if (!err)
		release(rows);
	return err;
}
