/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/cut.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_separator(char c)
{
	return c == ',' || c == ';' || c == '\t';
}

/* "sep=;": what separates cells, and no row. */
static bool is_hint(const struct cut *cut)
{
	return cut->header == 0 && cut->begun == sizeof(cut->begin) &&
	       memcmp(cut->begin, "sep=", 4) == 0;
}

static void end_row(struct cut *cut)
{
	if (is_hint(cut)) {
		cut->separator = cut->begin[4];
	} else if (cut->filled && cut->header == 0) {
		cut->header = cut->cells + 1;
	} else if (cut->filled) {
		cut->short_before |= cut->last_cells && cut->last_cells < cut->header;
		cut->last_cells = cut->cells + 1;
		cut->last_line = cut->row_line;
	}
	cut->filled = false;
	cut->begun = 0;
	cut->cells = 0;
}

static void look_at_cell(struct cut *cut, char c)
{
	if (cut->header == 0 && cut->begun == 0 && strchr("\xef\xbb\xbf", c))
		return; /* a byte-order mark */
	if (!cut->filled)
		cut->row_line = cut->line;
	cut->filled = true;
	if (cut->begun < sizeof(cut->begin))
		cut->begin[cut->begun++] = c;
	if (c == '"')
		cut->quoted = !cut->quoted;
	if (cut->quoted)
		return;
	if (cut->separator == 0 && is_separator(c))
		cut->separator = c;
	cut->cells += cut->separator && c == cut->separator;
}

void cut_look(struct cut *cut, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char c = data[i];

		if (!memchr(" \t\r\n", c, 4)) {
			cut->first = cut->first ? cut->first : c;
			cut->last = c;
		}
		cut->ends = c == '\n' && !cut->quoted;
		if (!cut->json && cut->ends)
			end_row(cut);
		else if (!cut->json && c != '\r')
			look_at_cell(cut, c);
		cut->line += c == '\n';
	}
}

bool cut_is(const struct cut *cut, uint64_t *ret_line, char ret_problem[static CUT_PROBLEM_MAX])
{
	bool array = cut->json && cut->first == '[';

	*ret_line = cut->line + cut->ends == 0 ? 1 : cut->line + !cut->ends;
	if (array && cut->last != ']') {
		snprintf(ret_problem, CUT_PROBLEM_MAX, "the array is not closed");
		return true;
	}
	if (!array && cut->first && !cut->ends) {
		*ret_line = cut->filled ? cut->row_line + 1 : *ret_line;
		snprintf(ret_problem, CUT_PROBLEM_MAX, "the last row has no end of line");
		return true;
	}
	if (cut->last_cells < cut->header && cut->last_cells && !cut->short_before) {
		*ret_line = cut->last_line + 1;
		snprintf(ret_problem, CUT_PROBLEM_MAX,
			 "the last row has %" PRIu32 " of %" PRIu32
			 " cells, and no other one lacks "
			 "any",
			 cut->last_cells, cut->header);
		return true;
	}
	return false;
}
