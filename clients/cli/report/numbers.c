/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/sections.h"

#include <inttypes.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct column_of number_columns[] = {
	{ WORDS, NULL, IS_WORDS },
	{ WORD_ON_LAST_DAY, "", 0 },
	{ WORD_IN_PERIOD, "", IS_IN_PERIOD },
	{ WORD_SHARE, "share", 0 },
};

enum { NUMBERS = 6 };

struct number {
	const char *title, *measure;
	struct cell cells[3]; /* on the last day, in the period, as a share */
};

/* A measure, and its share of all participants (of: 0: not said). */
static struct number number_of(const struct draft *draft, enum word title, const char *measure,
			       int64_t of)
{
	const json_t *const *rows = draft->rows;
	struct number number = { draft_word(draft, title),
				 measure,
				 { cell_of_count(draft_at_end(rows, measure)),
				   cell_of_change(draft_change(rows, measure)),
				   { 0 } } };

	if (of > 0)
		number.cells[2] = cell_of_share(draft_at_end(rows, measure), of);
	return number;
}

static const char *stalled_title(struct draft *draft)
{
	return draft_say(draft, WORD_STALLED,
			 document_count(draft->document,
					json_number(draft->programme, "stalled_after_days")),
			 NULL);
}

/* The last of the six: hours, where presence is reported; else who has stopped. */
static struct number hours_or_stalled(struct draft *draft, int64_t participants)
{
	int64_t hours = draft_hours(draft->rows[END]);
	struct number number = number_of(draft, WORD_HOURS_ATTENDED, "stalled", participants);

	if (hours > 0) {
		number.measure = "hours_attended";
		number.cells[0] = cell_of_count(hours);
		number.cells[1] = cell_of_change(hours - draft_hours(draft->rows[BEFORE]));
		number.cells[2] = (struct cell){ 0 };
		return number;
	}
	number.title = stalled_title(draft);
	number.cells[1] = (struct cell){ 0 };
	return number;
}

static struct number places_reached(const struct draft *draft)
{
	const json_t *reached = json_object_get(draft->rows[END], "reached");
	const json_t *before = json_object_get(draft->rows[BEFORE], "reached");
	int64_t n = json_number(reached, "n");

	return (struct number){ draft_word(draft, WORD_PLACES_REACHED),
				"reached",
				{ cell_of_count(n), cell_of_change(n - json_number(before, "n")),
				  cell_of_share(n, (int64_t)draft->n_leaves) } };
}

int draft_numbers(struct draft *draft)
{
	int64_t participants = draft_at_end(draft->rows, "participants");
	const struct number numbers[NUMBERS] = {
		number_of(draft, WORD_PARTICIPANTS, "participants", 0),
		number_of(draft, WORD_COMPLETED, "completed", participants),
		number_of(draft, WORD_WITHDRAWN, "withdrawn", participants),
		number_of(draft, WORD_ACTIVE_30D, "active_30d", participants),
		places_reached(draft),
		hours_or_stalled(draft, participants),
	};
	struct table *table = draft_table(draft, "summary", draft_word(draft, WORD_SIX_NUMBERS),
					  number_columns, COUNT(number_columns), NUMBERS);

	if (!table)
		return LIFT_E_MEMORY;
	table->tiles = true;
	for (size_t i = 0; i < NUMBERS; i++) {
		table->rows[i].measure = numbers[i].measure;
		table->rows[i].cells[0] = cell_of_text(numbers[i].title);
		for (size_t c = 0; c < 3; c++)
			table->rows[i].cells[c + 1] = numbers[i].cells[c];
	}
	/* Who was active then is not of this period. */
	table->rows[3].cells[2] = (struct cell){ 0 };
	if (strcmp(draft->input->to, draft->input->known_to) > 0)
		draft_note(draft, draft_say(draft, WORD_TO_COME,
					    document_day(draft->document, draft->input->to),
					    document_day(draft->document, draft->input->known_to)));
	return 0;
}

static const struct column_of enrolment_columns[] = {
	{ WORDS, NULL, IS_WORDS },
	{ WORD_PEOPLE, "", 0 },
};

static void fill_line(struct row *row, const char *measure, const char *title, int64_t n)
{
	row->measure = measure;
	row->cells[0] = cell_of_text(title);
	row->cells[1] = cell_of_count(n);
}

int draft_enrolment(struct draft *draft)
{
	static const struct {
		enum word title;
		const char *measure;
	} states[] = {
		{ WORD_APPLIED, "applied" },
		{ WORD_WAITING, "waiting" },
		{ WORD_ADMITTED, "admitted" },
	};
	const json_t *row = draft->rows[END], *enrolment = json_object_get(row, "enrolment");
	bool stalled = draft_hours(row) > 0; /* it is not among the six numbers then */
	struct table *table;
	size_t n = 0;

	if (!enrolment && !stalled)
		return 0;
	table = draft_table(draft, "enrolment",
			    draft_word(draft, enrolment ? WORD_ENROLMENT : WORD_ON_THE_WAY),
			    enrolment_columns, COUNT(enrolment_columns), COUNT(states) + 2);
	if (!table)
		return LIFT_E_MEMORY;
	for (size_t i = 0; enrolment && i < COUNT(states); i++)
		fill_line(&table->rows[n++],
			  document_text(draft->document, "enrolment.%s", states[i].measure),
			  draft_word(draft, states[i].title),
			  json_number(enrolment, states[i].measure));
	if (enrolment)
		fill_line(&table->rows[n++], "not_started", draft_word(draft, WORD_NOT_STARTED),
			  json_number(row, "not_started"));
	if (stalled)
		fill_line(&table->rows[n++], "stalled", stalled_title(draft),
			  json_number(row, "stalled"));
	table->n_rows = n;
	return 0;
}
