/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/process.h"

void lines_read(struct lines *lines, const char *path, bool header)
{
	size_t room = 0, size;
	const char *at;

	*lines = (struct lines){ .text = file_text(path, NULL) };
	at = lines->header = lines->text;
	lines->header_size = header ? strcspn(at, "\n") + 1 : 0;
	for (at += lines->header_size; *at; at += size) {
		size = strcspn(at, "\n") + 1;
		assert_int_equal(at[size - 1], '\n');
		if (lines->n == room) {
			room = room ? 2 * room : 1024;
			lines->rows = realloc(lines->rows, room * sizeof(*lines->rows));
			assert_non_null(lines->rows);
		}
		lines->rows[lines->n].data = at;
		lines->rows[lines->n++].size = size;
	}
}

void lines_free(struct lines *lines)
{
	free(lines->rows);
	free(lines->text);
}

static void swap(struct lines *lines, size_t a, size_t b)
{
	const char *data = lines->rows[a].data;
	size_t size = lines->rows[a].size;

	lines->rows[a] = lines->rows[b];
	lines->rows[b].data = data;
	lines->rows[b].size = size;
}

void lines_reverse(struct lines *lines)
{
	for (size_t i = 0; i < lines->n / 2; i++)
		swap(lines, i, lines->n - 1 - i);
}

void lines_shuffle_with_twice(struct lines *lines, unsigned long seed)
{
	unsigned short state[3] = { (unsigned short)seed, (unsigned short)(seed >> 16), 0x330e };
	size_t n = lines->n;

	lines->rows = realloc(lines->rows, (n + n / 10 + 1) * sizeof(*lines->rows));
	assert_non_null(lines->rows);
	for (size_t i = 0; i < n; i += 10)
		lines->rows[lines->n++] = lines->rows[i];
	for (size_t i = lines->n - 1; i > 0; i--)
		swap(lines, i, (size_t)nrand48(state) % (i + 1));
}

void lines_write(const struct lines *lines, const char *path, size_t first, size_t step)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fwrite(lines->header, 1, lines->header_size, file);
	for (size_t i = first; i < lines->n; i += step)
		fwrite(lines->rows[i].data, 1, lines->rows[i].size, file);
	assert_int_equal(fclose(file), 0);
}
