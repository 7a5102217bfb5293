/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan.h - where the objects are in a text of JSON: one a line, over several lines, one behind
 * another, or in an array.
 *
 * Fed in pieces of any size. What is broken costs itself: an object that does not end before the
 * next line that begins with '{', or whose text is not closed on its line, ends there.
 */
#ifndef LIFT_CLI_JSON_SCAN_H
#define LIFT_CLI_JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

/* Zeros to begin with. */
struct json_scan {
	enum json_scan_state {
		JSON_BETWEEN,	     /* objects */
		JSON_IN_OBJECT,	     /* which is kept until it ends */
		JSON_PASSING_OBJECT, /* one that is too long */
		JSON_PASSING_LINE,   /* of what is no object */
	} state;
	bool in_array;
	size_t at; /* bytes of the object that were looked at */
	/* In an object. */
	size_t depth;
	bool in_text, escaped, at_line;
	char last; /* that is no space and in no text */
};

enum json_found {
	JSON_MORE,    /* bytes must come first */
	JSON_NOTHING, /* for anybody */
	JSON_OBJECT,
	JSON_REFUSED, /* for a reason */
};

/* What the data begin with, and how many bytes that is. `data` go on where the last bytes that were
 * used ended; `ended`: nothing comes after them. Objects are at most ROW_MAX long. */
enum json_found json_scan_next(struct json_scan *scan, const char *data, size_t size, bool ended,
			       size_t *ret_used, const char **ret_reason);

#endif
