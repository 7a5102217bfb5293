/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/sections.h"
#include "proto/err.h"

enum { WEEKDAYS = 7, HOURS = 24, TOGETHER = 3, PARTS = HOURS / TOGETHER };

/* Hours together, day by day: what is read where there is no picture. */
static int add_table(struct draft *draft, struct section *section, const int64_t *week)
{
	struct column_of of[1 + PARTS] = { { WORD_WEEKDAY, NULL, IS_WORDS } };
	struct column *columns;
	struct table *table;

	for (int p = 0; p < PARTS; p++)
		of[p + 1] = (struct column_of){ WORDS, NULL, 0 };
	columns = draft_columns(draft, of, 1 + PARTS);
	table = columns ? section_add_table(draft->document, section, columns, 1 + PARTS, WEEKDAYS,
					    draft->input->region)
			: NULL;
	if (!table)
		return LIFT_E_MEMORY;
	for (int p = 0; p < PARTS; p++)
		columns[p + 1].title = document_text(draft->document, "%02d–%02d", p * TOGETHER,
						     (p + 1) * TOGETHER);
	for (int d = 0; d < WEEKDAYS; d++) {
		table->rows[d].cells[0] =
			cell_of_text(draft_word(draft, WORD_MONDAY + (enum word)d));
		for (int p = 0; p < PARTS; p++) {
			const int64_t *hour = week + d * HOURS + p * TOGETHER;

			table->rows[d].cells[p + 1] = cell_of_count(hour[0] + hour[1] + hour[2]);
		}
	}
	return 0;
}

int draft_week(struct draft *draft)
{
	const json_t *hours = json_object_get(draft->rows[END], "hours");
	struct arena *arena = &draft->document->arena;
	int64_t *week, any = 0;
	struct picture *picture;
	struct section *section;

	if (json_array_size(hours) != WEEK_HOURS)
		return 0;
	week = arena_take(arena, WEEK_HOURS, sizeof(*week));
	picture = arena_take(arena, 1, sizeof(*picture));
	if (!week || !picture)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < WEEK_HOURS; i++) {
		week[i] = json_integer_value(json_array_get(hours, i));
		any |= week[i];
	}
	if (!any)
		return 0;
	picture->week = week;
	section = document_add_section(draft->document, "week", draft_word(draft, WORD_WEEK));
	section->picture = picture;
	draft_note(draft, draft_word(draft, WORD_WEEK_NOTE));
	return add_table(draft, section, week);
}
