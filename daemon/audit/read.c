/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/audit/audit.h"
#include "proto/err.h"

/* A place: bytes into the log of former versions, or so many more into today's. */
#define TODAYS (UINT64_C(1) << 52)

struct page {
	const struct audit_wish *wish;
	audit_fn fn;
	void *context;
	size_t rows, looks;
};

static bool is_wished(const struct audit_wish *wish, const struct audit *audit)
{
	bool without_key = text_equal(wish->key, text_of("-"));

	return audit->time >= wish->since &&
	       (wish->op.size == 0 || text_equal(wish->op, audit->op)) &&
	       (wish->key.size == 0 ||
		(without_key ? audit->key.size == 0 : text_equal(wish->key, audit->key)));
}

static bool is_full(const struct page *page)
{
	return page->rows == AUDIT_PAGE_ROWS || page->looks == AUDIT_PAGE_LOOKS;
}

/* The lines of one file from a byte on; *at is where the page ends, or the file. A line that is
 * being written has no end yet. */
static int read_lines(struct page *page, FILE *file, uint64_t *at)
{
	char *line = NULL;
	size_t room = 0;
	struct audit audit;
	ssize_t size = 0;

	while (!is_full(page) && (size = getline(&line, &room, file)) > 0 &&
	       line[size - 1] == '\n') {
		*at += (uint64_t)size;
		page->looks++;
		if (!audit_parse((struct text){ line, (size_t)size - 1 }, &audit) ||
		    !is_wished(page->wish, &audit))
			continue;
		page->fn(page->context, &audit);
		page->rows++;
	}
	free(line);
	return ferror(file) ? LIFT_E_IO : 0;
}

static int read_file(struct page *page, const char *state, enum state_part part, uint64_t *at)
{
	FILE *file = audit_open(state, part);
	int err;

	if (!file)
		return errno == ENOENT ? 0 : LIFT_E_IO;
	err = fseek(file, (long)*at, SEEK_SET) == 0 ? read_lines(page, file, at) : LIFT_E_IO;
	fclose(file);
	return err;
}

int audit_read(const char *state, const struct audit_wish *wish, uint64_t from, audit_fn fn,
	       void *context, uint64_t *ret_next)
{
	struct page page = { wish, fn, context, 0, 0 };
	uint64_t at = from & (TODAYS - 1);
	int err = 0;

	if (from < TODAYS) {
		err = read_file(&page, state, STATE_ROSTERS, &at);
		if (!err && is_full(&page)) {
			*ret_next = at;
			return 0;
		}
		at = 0;
	}
	if (!err)
		err = read_file(&page, state, STATE_AUDIT, &at);
	if (!err)
		*ret_next = is_full(&page) ? TODAYS + at : 0;
	return err;
}
