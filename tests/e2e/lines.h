/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - the rows of a file of events, and other orders of them.
 */
#ifndef LIFT_TESTS_E2E_LINES_H
#define LIFT_TESTS_E2E_LINES_H

#include <stdbool.h>
#include <stddef.h>

struct lines {
	char *text;
	const char *header; /* with its newline; empty for JSON Lines */
	size_t header_size;
	struct {
		const char *data; /* with its newline */
		size_t size;
	} * rows;
	size_t n;
};

/* Read a file whose rows are lines; the first is a header in CSV. */
void lines_read(struct lines *lines, const char *path, bool header);
void lines_free(struct lines *lines);

void lines_reverse(struct lines *lines);

/* Every tenth row once more, and then any order: the seed's. */
void lines_shuffle_with_twice(struct lines *lines, unsigned long seed);

/* Write each `step`th row from `first` on, behind the header. */
void lines_write(const struct lines *lines, const char *path, size_t first, size_t step);

#endif
