/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/roster/list.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/cli/sheet/encoding.h"
#include "clients/cli/sheet/separator.h"
#include "clients/cli/sheet/values.h"
#include "proto/err.h"
#include "proto/grow.h"

/* Texts. */

static const char mark[] = "\xef\xbb\xbf";

/* As UTF-8, with room for a 0 behind it. */
static int decode(const char *data, size_t size, struct list *list, size_t *ret_size, char *problem)
{
	struct encoding_guess guess = { 0 };
	struct encoding_decoder decoder = { 0 };
	const char *wrong = NULL;

	if (size >= ENCODING_FIRST)
		wrong = encoding_problem((struct text){ data, size });
	if (wrong) {
		snprintf(problem, LIST_PROBLEM_MAX, "%s", wrong);
		return LIFT_E_MALFORMED;
	}
	encoding_look(&guess, data, size);
	decoder.encoding = encoding_guessed(&guess);
	list->foreign = decoder.encoding != ENCODING_UTF8;
	list->bytes = malloc(ENCODING_ROOM(size) + 2);
	if (!list->bytes)
		return LIFT_E_MEMORY;
	*ret_size = encoding_decode(&decoder, data, size, list->bytes);
	*ret_size += encoding_end(&decoder, list->bytes + *ret_size);
	list->bytes[*ret_size] = 0;
	return 0;
}

/* Cells. */

/* What is read from, and written to in its place: a cell is never longer than it was. */
struct reading {
	struct list *list;
	char *at, *end, *to;
	uint64_t line;
	char *problem;
};

static int fail_at(struct reading *reading, const char *what)
{
	snprintf(reading->problem, LIST_PROBLEM_MAX, "line %" PRIu64 ": %s", reading->line, what);
	return LIFT_E_MALFORMED;
}

static bool ends_row(const struct reading *reading)
{
	return reading->at == reading->end || *reading->at == '\n' || *reading->at == '\r';
}

/* Quotes open at the beginning of a cell only; behind those that close, what follows is as it
 * stands. */
static int read_cell(struct reading *reading, char **ret_cell)
{
	bool quoted = reading->at < reading->end && *reading->at == '"';
	uint64_t line = reading->line;

	*ret_cell = reading->to;
	reading->at += quoted;
	while (reading->at < reading->end) {
		char c = *reading->at;

		if (!quoted && (c == reading->list->separator || ends_row(reading)))
			break;
		if (!c)
			return fail_at(reading, "there is a byte 0: this is no text");
		reading->at++;
		reading->line += c == '\n';
		if (quoted && c == '"') {
			quoted = reading->at < reading->end && *reading->at == '"';
			if (!quoted)
				continue;
			reading->at++;
		}
		*reading->to++ = c;
	}
	if (!quoted)
		return 0;
	reading->line = line;
	return fail_at(reading, "a cell begins with quotes that never close: is the file cut?");
}

static int add_cell(struct list *list, char *cell)
{
	if (grow(&list->cells, &list->room, list->n + 1, sizeof(char *)) != 0)
		return LIFT_E_MEMORY;
	list->cells[list->n++] = cell;
	return 0;
}

static void end_row(struct reading *reading)
{
	if (reading->at < reading->end && *reading->at == '\r')
		reading->at++;
	if (reading->at < reading->end && *reading->at == '\n')
		reading->at++;
	reading->line++;
}

/* A row as wide as the header, or the header (n_columns is 0). */
static int read_row(struct reading *reading)
{
	struct list *list = reading->list;
	size_t n = 0, columns = list->n_columns ? list->n_columns : LIST_COLUMNS_MAX;
	bool more = true;
	char *cell;
	int err = 0;

	while (more && !err) {
		err = read_cell(reading, &cell);
		if (err)
			break;
		more = !ends_row(reading);
		reading->at += more;
		if (n < columns) {
			err = add_cell(list, cell);
		} else if (reading->to > cell) {
			err = fail_at(reading, "it has more cells than the header names columns");
		}
		n++;
		/* The end of a cell may be where the next one, or the next row, is read. */
		if (!err && !more)
			end_row(reading);
		*reading->to++ = 0;
	}
	if (!list->n_columns)
		list->n_columns = n < columns ? n : columns;
	for (; n < list->n_columns && !err; n++)
		err = add_cell(list, reading->to - 1);
	return err;
}

static int read_rows(struct reading *reading)
{
	struct text text = { reading->at, (size_t)(reading->end - reading->at) };
	struct csv_scan scan = { 0 };
	size_t first = csv_record_size(text.data, text.size, &scan);
	int err;

	if (!first)
		first = text.size;
	reading->list->separator = separator_told((struct text){ text.data, first });
	if (reading->list->separator) {
		reading->at += first;
		reading->line++;
	} else {
		reading->list->separator = separator_found((struct text){ text.data, first });
	}
	if (reading->at == reading->end)
		return fail_at(reading, "there is no header: its first line must name the columns");
	err = read_row(reading);
	while (!err && reading->at < reading->end) {
		err = read_row(reading);
		reading->list->n_rows += !err;
	}
	return err;
}

int list_read(const char *data, size_t size, struct list *ret_list,
	      char problem[static LIST_PROBLEM_MAX])
{
	struct list list = { 0 };
	struct reading reading = { .list = &list, .line = 1, .problem = problem };
	size_t decoded = 0;
	int err = decode(data, size, &list, &decoded, problem);

	if (!err) {
		reading.at = reading.to = list.bytes;
		reading.end = list.bytes + decoded;
		if (decoded >= sizeof(mark) - 1 && memcmp(reading.at, mark, sizeof(mark) - 1) == 0)
			reading.at += sizeof(mark) - 1;
		err = read_rows(&reading);
	}
	if (err)
		list_free(&list);
	else
		*ret_list = list;
	return err;
}

void list_free(struct list *list)
{
	free(list->bytes);
	free(list->cells);
	*list = (struct list){ 0 };
}

const char *list_name(const struct list *list, size_t column)
{
	return list->cells[column];
}

const char *list_cell(const struct list *list, size_t row, size_t column)
{
	return list->cells[(row + 1) * list->n_columns + column];
}

/* The first column from `at` on that is called so to the letter, or about so. */
static int next_column(const struct list *list, size_t at, const char *name, bool to_the_letter)
{
	for (size_t i = at; i < list->n_columns; i++) {
		struct text there = value_trim(text_of(list_name(list, i)));

		if (to_the_letter ? strcmp(list_name(list, i), name) == 0
				  : there.size == strlen(name) &&
					    strncasecmp(there.data, name, there.size) == 0)
			return (int)i;
	}
	return LIST_NONE;
}

int list_column(const struct list *list, const char *name)
{
	int found = next_column(list, 0, name, true);

	return found != LIST_NONE ? found : next_column(list, 0, name, false);
}

/* Is there another one that could as well be meant? */
static bool is_there_twice(const struct list *list, int found, const char *name)
{
	bool to_the_letter = strcmp(list_name(list, (size_t)found), name) == 0;

	return next_column(list, (size_t)found + 1, name, to_the_letter) != LIST_NONE;
}

int list_need(const struct list *list, const char *name, char problem[static LIST_PROBLEM_MAX])
{
	int found = list_column(list, name);
	size_t at;

	if (found != LIST_NONE && !is_there_twice(list, found, name))
		return found;
	if (found != LIST_NONE) {
		snprintf(problem, LIST_PROBLEM_MAX, "there are two columns '%s'", name);
		return LIST_NONE;
	}
	at = (size_t)snprintf(problem, LIST_PROBLEM_MAX, "there is no column '%s'; there %s", name,
			      list->n_columns == 1 ? "is" : "are");
	for (size_t i = 0; i < list->n_columns && at < LIST_PROBLEM_MAX; i++)
		at += (size_t)snprintf(problem + at, LIST_PROBLEM_MAX - at, "%s '%s'", i ? "," : "",
				       list_name(list, i));
	return LIST_NONE;
}
