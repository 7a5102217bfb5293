/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut.h - does a file end where its last row does? A reader takes what is there; of a list, what is
 * not there would be taken back.
 */
#ifndef LIFT_CLI_SYNC_CUT_H
#define LIFT_CLI_SYNC_CUT_H

#include <stdint.h>

#include "proto/bytes.h"

enum { CUT_PROBLEM_MAX = 200 };

/* What has been seen of a file; zeros to begin with, but for `json`. */
struct cut {
	bool json;
	uint64_t line;	  /* of the next byte, from 0 */
	char first, last; /* that are no spaces; 0: none yet */
	char separator;	  /* of cells; 0: none yet */
	bool quoted;
	bool ends; /* the last byte was an end of line that is no part of a cell */

	/* The row at hand: CSV. */
	uint64_t row_line;
	bool filled; /* it is not empty */
	char begin[5];
	uint8_t begun;
	uint32_t cells;

	/* Those before. */
	uint32_t header, last_cells;
	uint64_t last_line;
	bool short_before; /* one before the last has fewer cells than the header, too */
};

/* Look at the next bytes, which are UTF-8. */
void cut_look(struct cut *cut, const char *data, size_t size);

/* At the end: is it cut, where, from 1, and why? */
bool cut_is(const struct cut *cut, uint64_t *ret_line, char ret_problem[static CUT_PROBLEM_MAX]);

#endif
