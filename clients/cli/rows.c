/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "clients/cli/csv_rows.h"
#include "proto/iso8601.h"
#include "proto/json.h"

enum {
	BUFFER_MAX = 4 * ROW_MAX,
	DECODED_AT_ONCE = 4096, /* bytes */
	EVENT_DEPTH = 2,	/* maps in an event, itself counted: what a batch has room for */
};

struct rows {
	struct rows_sink sink;
	struct encoding_decoder decoder;
	struct csv_rows *csv; /* NULL for JSON Lines */
	struct msg_writer *writer;
	uint64_t line; /* of the next byte to be read */
	bool begun;    /* a byte-order mark can no longer come */
	bool skipping; /* to the end of a line that is too long */
	bool ended;    /* nothing more will come */
	size_t size;
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
	return i < beginning.size && beginning.data[i] == '{' ? ROWS_JSONL : ROWS_CSV;
}

int rows_open(enum rows_format format, enum encoding encoding, const struct rows_sink *sink,
	      struct rows **ret_rows)
{
	struct rows *rows = calloc(1, sizeof(*rows));

	if (!rows)
		return LIFT_E_MEMORY;
	rows->decoder.encoding = encoding;
	rows->sink = *sink;
	rows->line = 1;
	rows->writer = msg_writer_new();
	rows->csv = format == ROWS_CSV ? csv_rows_new() : NULL;
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

/* JSON Lines. */

static int json_depth(const json_t *json)
{
	const char *key;
	json_t *value;
	size_t i;
	int deepest = 0, depth;

	if (!json_is_object(json) && !json_is_array(json))
		return 0;
	json_object_foreach((json_t *)json, key, value)
	{
		depth = json_depth(value);
		deepest = depth > deepest ? depth : deepest;
	}
	json_array_foreach(json, i, value)
	{
		depth = json_depth(value);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

/* A time that is a text becomes an integer, where it can. */
static void convert_time(json_t *map)
{
	const json_t *time = json_object_get(map, "time");
	int64_t ms;

	if (json_is_string(time) &&
	    iso8601_parse((struct text){ json_string_value(time), json_string_length(time) }, &ms))
		json_object_set_new(map, "time", json_integer(ms));
}

static int json_row_read(struct text record, struct msg_writer *writer, bool *ret_empty,
			 char *problem)
{
	json_error_t error;
	json_t *json;
	size_t spaces = 0;
	int err = 0;

	while (spaces < record.size && memchr(" \t\r\n", record.data[spaces], 4))
		spaces++;
	*ret_empty = spaces == record.size;
	if (*ret_empty)
		return 0;
	json = json_loadb(record.data, record.size,
			  JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
	if (!json) {
		snprintf(problem, ROWS_PROBLEM_MAX, "no JSON: %.160s (column %d)", error.text,
			 error.column);
		return LIFT_E_MALFORMED;
	}
	if (!json_is_object(json)) {
		snprintf(problem, ROWS_PROBLEM_MAX, "a line must be a JSON object");
		err = LIFT_E_MALFORMED;
	} else if (json_depth(json) > EVENT_DEPTH) {
		snprintf(problem, ROWS_PROBLEM_MAX,
			 "an event holds maps of values (attrs, voids), nothing deeper");
		err = LIFT_E_MALFORMED;
	} else {
		convert_time(json);
		convert_time(json_object_get(json, "voids"));
		json_to_msg(json, writer);
	}
	json_decref(json);
	return err;
}

/* Records. */

static void refuse(struct rows *rows, uint64_t line, const char *reason)
{
	rows->sink.refused(rows->sink.context, line, reason);
}

/* A problem may quote the file: what could steer a terminal becomes '?'. */
static void make_printable(char *problem)
{
	for (unsigned char *c = (unsigned char *)problem; *c; c++) {
		if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) /* a C1 control in UTF-8 */
			c[0] = c[1] = '?';
		else if (*c < ' ' || *c == 0x7f)
			*c = '?';
	}
}

/* Read one whole record. A row that cannot be read is reported; an error is of the header, the sink
 * or memory. */
static int read_record(struct rows *rows, struct text record, uint64_t line)
{
	bool header = rows->csv && !csv_rows_has_header(rows->csv), empty = false;
	struct text event;
	int err;

	msg_writer_clear(rows->writer);
	if (!msg_is_utf8(record.data, record.size)) {
		snprintf(rows->problem, ROWS_PROBLEM_MAX, "the %s is not UTF-8",
			 header ? "header" : "row");
		err = LIFT_E_MALFORMED;
	} else if (rows->csv) {
		err = csv_rows_read(rows->csv, record, rows->writer, &empty, rows->problem);
	} else {
		err = json_row_read(record, rows->writer, &empty, rows->problem);
	}
	if (err)
		make_printable(rows->problem);
	if (err && header)
		return err;
	if (err) {
		refuse(rows, line, rows->problem);
		rows->problem[0] = 0;
		return 0;
	}
	if (empty)
		return 0;
	event = msg_written(rows->writer);
	if (!event.size)
		return LIFT_E_MEMORY;
	return rows->sink.event(rows->sink.context, event, line);
}

/* A record that does not end: refuse its first line, and go on behind it. */
static int refuse_endless(struct rows *rows, const char *data, size_t size, size_t *ret_used)
{
	const char *newline = memchr(data, '\n', size);

	if (rows->csv && !csv_rows_has_header(rows->csv)) {
		snprintf(rows->problem, ROWS_PROBLEM_MAX,
			 "the header does not end within %d bytes: is a quote not closed?",
			 ROW_MAX);
		return LIFT_E_MALFORMED;
	}
	refuse(rows, rows->line,
	       rows->csv && newline && newline - data < ROW_MAX
		       ? "a quote in the row is not closed"
		       : "the row is longer than 65536 bytes");
	rows->skipping = !newline;
	*ret_used = newline ? (size_t)(newline - data) + 1 : size;
	return 0;
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
static int read_step(struct rows *rows, const char *data, size_t size, size_t *ret_used)
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
	if (newline && rows->csv)
		end = csv_record_size(data, size, &rows->scan);
	else
		end = newline ? (size_t)(newline - data) + 1 : 0;
	rows->searched = 0;
	if (end > ROW_MAX || (end == 0 && (rows->ended || size > ROW_MAX)))
		return refuse_endless(rows, data, size, ret_used);
	rows->searched = end ? 0 : size;
	*ret_used = end;
	return end ? read_record(rows, (struct text){ data, end }, rows->line) : 0;
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
		err = read_step(rows, rows->buffer + at, rows->size - at, &used);
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

int rows_feed(struct rows *rows, const char *data, size_t size)
{
	char text[ENCODING_ROOM(DECODED_AT_ONCE)];
	int err = 0;

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
	int err = feed_decoded(rows, &last, encoding_end(&rows->decoder, &last));

	if (err)
		return err;
	rows->begun = rows->begun || rows->size < 3;
	rows->ended = true;
	if (rows->size > 0 && rows->buffer[rows->size - 1] != '\n')
		rows->buffer[rows->size++] = '\n';
	return drain(rows);
}
