/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "clients/cli/text/print.h"

const char *draft_text(struct draft *draft, const char *format, ...)
{
	char *text = NULL;
	va_list args, again;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (size >= 0)
		text = arena_take(&draft->report->arena, (size_t)size + 1, 1);
	if (text)
		vsnprintf(text, (size_t)size + 1, format, args);
	va_end(args);
	draft->failed |= !text;
	return text ? text : "";
}

struct report_section *draft_section(struct draft *draft, const char *key, const char *title,
				     const struct report_column *columns, size_t n_columns,
				     size_t n_rows)
{
	static const struct report_row empty = { "", "", "", "", "", "", NULL, NULL, NULL, 0, 0 };
	struct report *report = draft->report;
	struct report_section *section;
	struct report_cell *cells = arena_take(&report->arena, n_rows * n_columns, sizeof(*cells));

	if (report->n_sections == REPORT_SECTIONS_MAX)
		return NULL;
	section = &report->sections[report->n_sections];
	*section = (struct report_section){ key, title, "", columns, n_columns, NULL, n_rows };
	section->rows = arena_take(&report->arena, n_rows, sizeof(*section->rows));
	if (!section->rows || !cells)
		return NULL;
	for (size_t i = 0; i < n_rows; i++) {
		section->rows[i] = empty;
		section->rows[i].region = draft->input->region;
		section->rows[i].cells = cells + i * n_columns;
	}
	report->n_sections++;
	return section;
}

bool draft_is_whole(const struct draft *draft)
{
	return strcmp(draft->input->region, "all") == 0;
}

const json_t *draft_all_sources(const struct draft *draft)
{
	return draft->input->sources   ? draft->input->sources
	       : draft_is_whole(draft) ? json_object_get(draft->input->status, "sources")
				       : NULL;
}

int64_t draft_missing(const json_t *source, int64_t *ret_since)
{
	const json_t *stream, *gap;
	int64_t missing = 0;
	size_t i, k;

	*ret_since = 0;
	if (!json_object_get(source, "streams")) { /* of an explanation */
		*ret_since = json_number(source, "since");
		return json_number(source, "missing");
	}
	json_array_foreach(json_object_get(source, "streams"), i, stream)
	{
		int64_t since = json_number(stream, "since");

		if (since && (!*ret_since || since < *ret_since))
			*ret_since = since;
		json_array_foreach(json_object_get(stream, "missing"), k, gap)
		{
			int64_t first = json_integer_value(json_array_get(gap, 0)),
				last = json_integer_value(json_array_get(gap, 1)), n;

			/* As many as there can be said to be. */
			if (__builtin_sub_overflow(last, first - 1, &n) ||
			    __builtin_add_overflow(missing, n, &missing))
				missing = INT64_MAX;
		}
	}
	return missing;
}
