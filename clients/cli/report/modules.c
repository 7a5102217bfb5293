/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct column_of module_columns[] = {
	{ WORD_MODULE, NULL, IS_WORDS },    { WORD_STARTED, "started", 0 },
	{ WORD_COMPLETED, "completed", 0 }, { WORD_ASSESSED, "assessed", 0 },
	{ WORD_PASSED, "passed", 0 },	    { WORD_PASS_RATE, "pass_rate", IS_BAR },
	{ WORD_GAIN, "gain", 0 },
};

enum { COLUMN_RATE = 5, COLUMN_GAIN, HUNDREDTHS = 10000 };

static void fill_module(struct draft *draft, struct row *row, const char *id)
{
	const json_t *figures = json_object_get(draft->input->modules, id);
	const json_t *gain = json_object_get(figures, "gain");
	double mean;

	row->name = draft_label(draft, "modules", id);
	row->value = id;
	row->dimension = "module";
	row->cells[0] = cell_of_text(row->name);
	for (size_t c = 1; c < COLUMN_RATE; c++)
		row->cells[c] = cell_of_count(json_number(figures, module_columns[c].measure));
	row->cells[COLUMN_RATE] =
		cell_of_share(json_number(figures, "passed"), json_number(figures, "assessed"));
	mean = json_number_value(json_object_get(gain, "mean"));
	if (json_number(gain, "n") > 0 && mean >= -1 && mean <= 1)
		row->cells[COLUMN_GAIN] =
			(struct cell){ CELL_POINTS, llround(mean * HUNDREDTHS), 0, "" };
	row->nothing = row->cells[1].n == 0;
}

int draft_modules(struct draft *draft)
{
	const json_t *ids = json_object_get(draft->programme, "modules"), *id;
	struct table *table;
	size_t i;

	if (!draft->input->modules)
		return 0;
	table = draft_table(draft, "modules", draft_word(draft, WORD_MODULES), module_columns,
			    COUNT(module_columns), json_array_size(ids));
	if (!table)
		return LIFT_E_MEMORY;
	json_array_foreach(ids, i, id) fill_module(draft, &table->rows[i], json_string_value(id));
	draft_note(draft, draft_say(draft, WORD_MODULES_NOTE, draft_figures_of(draft), NULL));
	return 0;
}
