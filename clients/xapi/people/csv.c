/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/people/csv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/msg.h"

struct reading {
	char *at, *end; /* changed in place: doubled quotes become one */
	char separator;
	unsigned line;
	struct csv_row row;
};

static char separator_of(const char *at, const char *end)
{
	size_t counts[256] = { 0 };

	for (bool quoted = false; at < end && (quoted || *at != '\n'); at++) {
		quoted ^= *at == '"';
		counts[(uint8_t)*at] += !quoted;
	}
	if (counts[';'] >= counts[','] && counts[';'] >= counts['\t'] && counts[';'])
		return ';';
	return counts['\t'] > counts[','] ? '\t' : ',';
}

static struct text trim(const char *from, const char *to)
{
	while (from < to && (*from == ' ' || *from == '\r'))
		from++;
	while (to > from && (to[-1] == ' ' || to[-1] == '\r'))
		to--;
	return (struct text){ from, (size_t)(to - from) };
}

/* A cell in quotes: up to its end. False where the file ends in it. */
static bool quoted_cell(struct reading *reading, struct text *ret_cell)
{
	char *from = ++reading->at, *to = from;

	while (reading->at < reading->end) {
		if (*reading->at == '"') {
			reading->at++;
			if (reading->at == reading->end || *reading->at != '"') {
				*ret_cell = trim(from, to);
				return true;
			}
		}
		reading->line += *reading->at == '\n';
		*to++ = *reading->at++;
	}
	return false;
}

static bool is_cell_end(const struct reading *reading)
{
	return reading->at == reading->end || *reading->at == '\n' ||
	       *reading->at == reading->separator;
}

/* The cell at hand; a problem, or NULL. */
static const char *read_cell(struct reading *reading, struct text *ret_cell)
{
	char *from = reading->at;

	while (!is_cell_end(reading) && *reading->at == ' ')
		reading->at++;
	if (reading->at < reading->end && *reading->at == '"') {
		if (!quoted_cell(reading, ret_cell))
			return "a quote is opened and not closed";
		while (!is_cell_end(reading) && (*reading->at == ' ' || *reading->at == '\r'))
			reading->at++;
		return is_cell_end(reading) ? NULL
					    : "quotes enclose a whole cell, and quotes in it are "
					      "doubled";
	}
	while (!is_cell_end(reading))
		reading->at++;
	*ret_cell = trim(from, reading->at);
	return NULL;
}

static const char *read_row(struct reading *reading)
{
	struct csv_row *row = &reading->row;

	row->line = reading->line;
	row->n = 0;
	for (;;) {
		struct text cell;
		const char *problem = read_cell(reading, &cell);

		if (problem)
			return problem;
		if (row->n == CSV_CELLS_MAX)
			return "it has more than 200 cells";
		if (!msg_is_utf8(cell.data, cell.size) ||
		    (cell.size && memchr(cell.data, 0, cell.size)))
			return "it is not UTF-8: save the sheet as \"CSV UTF-8\"";
		row->cells[row->n++] = cell;
		if (reading->at == reading->end || *reading->at == '\n')
			break;
		reading->at++;
	}
	if (reading->at < reading->end) {
		reading->at++;
		reading->line++;
	}
	return NULL;
}

static bool is_empty(const struct csv_row *row)
{
	for (size_t i = 0; i < row->n; i++)
		if (row->cells[i].size)
			return false;
	return true;
}

static int read_rows(struct reading *reading, struct yaml_errors *errors, csv_take *take,
		     void *context)
{
	static const char mark[] = "\xef\xbb\xbf";
	int err = 0;

	if (reading->end - reading->at >= 3 && memcmp(reading->at, mark, 3) == 0)
		reading->at += 3;
	reading->separator = separator_of(reading->at, reading->end);
	while (!err && reading->at < reading->end) {
		const char *problem = read_row(reading);

		if (problem) {
			yaml_error(errors, reading->row.line, "%s", problem);
			return LIFT_E_CONFIG;
		}
		if (!is_empty(&reading->row))
			err = take(context, &reading->row);
	}
	return err;
}

/* The whole file, which may be changed by others meanwhile; LIFT_E_MEMORY, LIFT_E_IO. */
static int read_file(int fd, struct yaml_errors *errors, char **ret_file, size_t *ret_size)
{
	struct stat status;
	size_t used = 0;
	ssize_t n = 1;
	char *file;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size > CSV_SIZE_MAX) {
		yaml_error(errors, 0, "it is no file of at most %d bytes", CSV_SIZE_MAX);
		return LIFT_E_IO;
	}
	file = malloc((size_t)status.st_size + 1);
	if (!file)
		return LIFT_E_MEMORY;
	while (n > 0 && used < (size_t)status.st_size) {
		n = read(fd, file + used, (size_t)status.st_size - used);
		used += n > 0 ? (size_t)n : 0;
	}
	if (n < 0) {
		yaml_error(errors, 0, "%s", strerror(errno));
		free(file);
		return LIFT_E_IO;
	}
	*ret_file = file;
	*ret_size = used;
	return 0;
}

int csv_read(const char *path, struct yaml_errors *errors, csv_take *take, void *context)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	char *file = NULL;
	size_t size;

	if (fd < 0) {
		yaml_error(errors, 0, "%s", strerror(errno));
		err = LIFT_E_IO;
	}
	if (!reading)
		err = LIFT_E_MEMORY;
	if (!err)
		err = read_file(fd, errors, &file, &size);
	if (!err) {
		*reading = (struct reading){ .at = file, .end = file + size, .line = 1 };
		err = read_rows(reading, errors, take, context);
	}
	if (fd >= 0)
		close(fd);
	free(file);
	free(reading);
	return err;
}
