/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"
#include "proto/iso8601.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* What a source has sent in all says nothing of one region. */
static const struct column_of region_columns[] = {
	{ WORD_SOURCE, NULL, IS_WORDS },
	{ WORD_LAST_EVENT, NULL, IS_WORDS },
	{ WORD_MISSING, "missing", 0 },
};

static const struct column_of all_columns[] = {
	{ WORD_SOURCE, NULL, IS_WORDS }, { WORD_LAST_EVENT, NULL, IS_WORDS },
	{ WORD_MISSING, "missing", 0 },	 { WORD_EVENTS_ACCEPTED, "accepted", 0 },
	{ WORD_REFUSED, "rejected", 0 },
};

static void fill_source(struct draft *draft, struct row *row, const json_t *source, bool all)
{
	int64_t last = json_number(source, "last_event"), since;
	char when[ISO8601_TEXT];

	row->region = "";
	row->name = json_text(source, "source");
	row->from = "";
	row->to = json_text(draft->input->status, "as_of");
	row->cells[0] = cell_of_text(row->name);
	if (last > 0) {
		iso8601_print(last, when);
		row->cells[1] = cell_of_day(document_text(draft->document, "%.10s", when));
	}
	row->cells[2] = cell_of_count(draft_missing(source, &since));
	if (!all)
		return;
	row->cells[3] = cell_of_count(json_number(source, "accepted"));
	row->cells[4] = cell_of_count(json_number(source, "rejected"));
}

int draft_sources(struct draft *draft)
{
	const json_t *sources = draft_all_sources(draft), *source;
	bool all = draft_is_whole(draft) && draft->input->whole;
	struct table *table = draft_table(draft, "sources", draft_word(draft, WORD_SOURCES),
					  all ? all_columns : region_columns,
					  all ? COUNT(all_columns) : COUNT(region_columns),
					  json_array_size(sources));
	size_t i;

	if (!table)
		return LIFT_E_MEMORY;
	json_array_foreach(sources, i, source) fill_source(draft, &table->rows[i], source, all);
	return 0;
}
