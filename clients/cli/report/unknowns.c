/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "clients/cli/report/sections.h"
#include "clients/cli/text/print.h"
#include "proto/err.h"
#include "proto/iso8601.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static const struct column_of unknown_columns[] = {
	{ WORDS, NULL, IS_WORDS },
	{ WORD_HOW_MANY, "", 0 },
	{ WORD_WHAT, NULL, IS_WORDS },
};

enum { TEXTS_SHOWN = 12, REASONS_MAX = 64 };

/* The rows as they come; there is room for all that there can be. */
struct unknowns {
	struct draft *draft;
	struct table *table;
	size_t n;
};

static struct row *add_row(struct unknowns *unknowns, const char *measure, const char *title,
			   int64_t n, const char *texts)
{
	struct row *row = &unknowns->table->rows[unknowns->n++];

	row->measure = measure;
	row->cells[0] = cell_of_text(title);
	row->cells[1] = cell_of_count(n);
	row->cells[2] = cell_of_text(texts);
	return row;
}

/* Texts one after the other, as many as are shown. */
static const char *list_texts(struct draft *draft, const json_t *texts)
{
	const char *list = "";
	const json_t *text;
	size_t i;

	json_array_foreach(texts, i, text)
	{
		if (i == TEXTS_SHOWN)
			return document_text(draft->document, "%s, …", list);
		list = document_text(draft->document, "%s%s%s", list, i ? ", " : "",
				     json_is_string(text) ? json_string_value(text) : "");
	}
	return list;
}

static void add_places_and_modules(struct unknowns *unknowns, const json_t *unknown)
{
	struct draft *draft = unknowns->draft;
	const json_t *regions = json_object_get(unknown, "regions");
	const json_t *modules = json_object_get(unknown, "modules");
	int64_t learners = json_number(unknown, "learners"), counted;

	/* Of a programme that is everywhere they are participants. */
	counted = json_number(json_object_get(draft->input->end, "unassigned"), "participants");
	if (counted > 0)
		add_row(unknowns, "unknown.participants",
			draft_word(draft, WORD_UNKNOWN_PLACES_COUNTED), counted, "");
	if (learners > 0)
		add_row(unknowns, "unknown.learners", draft_word(draft, WORD_UNKNOWN_PLACES),
			learners, "");
	if (json_number(regions, "n") > 0)
		add_row(unknowns, "unknown.regions", draft_word(draft, WORD_UNKNOWN_PLACE_TEXTS),
			json_number(regions, "n"),
			list_texts(draft, json_object_get(regions, "latest")));
	if (json_number(modules, "n") > 0)
		add_row(unknowns, "unknown.modules", draft_word(draft, WORD_UNKNOWN_MODULES),
			json_number(modules, "n"),
			list_texts(draft, json_object_get(modules, "latest")));
}

/* Of each dimension: participants without a value that is known, and what texts were sent. */
static void add_values(struct unknowns *unknowns, const json_t *unknown)
{
	struct draft *draft = unknowns->draft;
	const json_t *dimension,
		*dimensions = json_object_get(draft->input->catalogue, "dimensions");
	const json_t *by = json_object_get(draft->rows[END], "by"), *texts;
	size_t i;

	json_array_foreach(dimensions, i, dimension)
	{
		const char *name = json_text(dimension, "name");
		const char *label = draft_dimension_label(draft, name);
		int64_t n = json_number(json_object_get(json_object_get(by, name), "unknown"),
					"participants");

		texts = json_object_get(json_object_get(unknown, "values"), name);
		if (n > 0)
			add_row(unknowns, "unknown.participants",
				draft_say(draft, WORD_UNKNOWN_OF_DIMENSION, label, NULL), n, "")
				->dimension = name;
		if (json_number(texts, "n") > 0)
			add_row(unknowns, "unknown.values",
				draft_say(draft, WORD_UNKNOWN_VALUES, label, NULL),
				json_number(texts, "n"),
				list_texts(draft, json_object_get(texts, "latest")))
				->dimension = name;
	}
}

/* What is refused for one reason, of all sources. */
struct reason {
	const char *code;
	int64_t n;
};

static size_t gather_reasons(const json_t *sources, struct reason reasons[static REASONS_MAX])
{
	const json_t *source, *refused;
	size_t i, k, n = 0;

	json_array_foreach(sources, i, source)
	{
		json_array_foreach(json_object_get(source, "refused"), k, refused)
		{
			const char *code = json_text(refused, "code");
			size_t at = 0;

			while (at < n && strcmp(reasons[at].code, code) != 0)
				at++;
			if (at == REASONS_MAX)
				continue;
			if (at == n)
				reasons[n++] = (struct reason){ code, 0 };
			reasons[at].n += json_number(refused, "n");
		}
	}
	return n;
}

/* What people call a code; the code itself where it has no word. */
static const char *reason_text(const struct draft *draft, const char *code)
{
	static const struct {
		int err;
		enum word word;
	} words[] = {
		{ LIFT_E_TYPE, WORD_REFUSED_TYPE },
		{ LIFT_E_TIME, WORD_REFUSED_TIME },
		{ LIFT_E_LEARNER, WORD_REFUSED_LEARNER },
		{ LIFT_E_MODULE, WORD_REFUSED_MODULE },
		{ LIFT_E_REGION, WORD_REFUSED_REGION },
		{ LIFT_E_SCORE, WORD_REFUSED_SCORE },
		{ LIFT_E_PASSED, WORD_REFUSED_PASSED },
		{ LIFT_E_PHASE, WORD_REFUSED_PHASE },
		{ LIFT_E_RESULT, WORD_REFUSED_RESULT },
		{ LIFT_E_ATTRS, WORD_REFUSED_ATTRS },
		{ LIFT_E_VOIDS, WORD_REFUSED_VOIDS },
		{ LIFT_E_VALUE, WORD_REFUSED_VALUE },
		{ LIFT_E_REUSED, WORD_REFUSED_REUSED },
		{ LIFT_E_REGION_DENIED, WORD_REFUSED_REGION_DENIED },
		{ LIFT_E_MINUTES, WORD_REFUSED_MINUTES },
		{ LIFT_E_STATE, WORD_REFUSED_STATE },
		{ LIFT_E_VALID_UNTIL, WORD_REFUSED_VALID_UNTIL },
		{ LIFT_E_NAMES, WORD_REFUSED_NAMES },
		{ LIFT_E_TRIMMED, WORD_REFUSED_TRIMMED },
		{ LIFT_E_FORGOTTEN, WORD_REFUSED_FORGOTTEN },
		{ LIFT_E_NAME, WORD_REFUSED_NAME },
	};

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(lift_err_code(words[i].err), code) == 0)
			return draft_word(draft, words[i].word);
	return code;
}

/* Refused events of all sources, by reason. */
static void add_refused(struct unknowns *unknowns)
{
	struct draft *draft = unknowns->draft;
	struct reason reasons[REASONS_MAX];
	size_t n = gather_reasons(json_object_get(draft->input->status, "sources"), reasons);
	const char *texts = "";
	int64_t all = 0;

	for (size_t i = 0; i < n; i++) {
		all += reasons[i].n;
		texts = document_text(draft->document, "%s%s%s %s", texts, i ? ", " : "",
				      reason_text(draft, reasons[i].code),
				      document_count(draft->document, reasons[i].n));
	}
	if (n > 0)
		add_row(unknowns, "refused", draft_word(draft, WORD_UNKNOWN_REFUSED), all, texts);
}

static void add_missing(struct unknowns *unknowns)
{
	struct draft *draft = unknowns->draft;
	const json_t *source;
	bool any = false;
	int64_t since;
	size_t i;

	json_array_foreach(draft_all_sources(draft), i, source)
	{
		int64_t missing = draft_missing(source, &since);
		char when[ISO8601_TEXT];

		if (!missing)
			continue;
		any = true;
		iso8601_print(since, when);
		when[DAY_TEXT - 1] = 0;
		add_row(unknowns, "missing",
			draft_say(draft, WORD_UNKNOWN_MISSING, json_text(source, "source"),
				  document_day(draft->document, when)),
			missing, "")
			->name = json_text(source, "source");
	}
	if (!any && draft_is_whole(draft) && json_number(draft->input->status, "missing") > 0)
		add_row(unknowns, "missing", draft_word(draft, WORD_UNKNOWN_MISSING_ALL),
			json_number(draft->input->status, "missing"), ""); /* of sources left out */
}

/* Those from whom something should have come by now; of a day that is over it says nothing. */
static bool note_late(struct draft *draft, const char *today)
{
	const json_t *source;
	const char *names = "";
	size_t i, n = 0;

	json_array_foreach(draft_all_sources(draft), i, source)
	{
		if (json_number(source, "late_since") == 0 || strcmp(draft->input->to, today) != 0)
			continue;
		if (n++ >= TEXTS_SHOWN)
			continue;
		names = document_text(draft->document, "%s%s%s", names, n > 1 ? ", " : "",
				      json_text(source, "source"));
	}
	if (n > TEXTS_SHOWN)
		names = document_text(draft->document, "%s, …", names);
	if (n > 0)
		draft_note(draft, draft_say(draft, WORD_UNKNOWN_LATE, names, NULL));
	return n > 0;
}

/* Of the sources of these figures, those whose people are not told to be the same as those of one
 * before. */
static void add_told_apart(struct unknowns *unknowns)
{
	struct draft *draft = unknowns->draft;
	const json_t *status = json_object_get(draft->input->status, "sources"), *source;
	json_t *seen = json_object();
	const char *names = "";
	size_t i;

	json_array_foreach(json_object_get(draft->input->explained, "sources"), i, source)
	{
		const char *name = json_text(source, "source");
		const char *space = json_text(draft_find(status, "source", name), "namespace");

		space = *space ? space : name;
		if (json_object_get(seen, space))
			continue;
		names = document_text(draft->document, "%s%s%s", names, *names ? ", " : "", space);
		json_object_set_new(seen, space, json_true());
	}
	if (json_object_size(seen) > 1)
		add_row(unknowns, "told_apart", draft_word(draft, WORD_UNKNOWN_TOLD_APART),
			(int64_t)json_object_size(seen), names);
	json_decref(seen);
}

static size_t rows_at_most(const struct draft *draft)
{
	return 8 + 2 * json_array_size(json_object_get(draft->input->catalogue, "dimensions")) +
	       json_array_size(draft_all_sources(draft));
}

int draft_unknowns(struct draft *draft)
{
	bool all = draft_is_whole(draft) && draft->input->whole;
	const json_t *unknown = all ? json_object_get(draft->input->explained, "unknown") : NULL;
	const char *today = json_text(draft->input->status, "as_of");
	struct unknowns unknowns = { .draft = draft };
	bool late;

	unknowns.table = draft_table(draft, "unknown", draft_word(draft, WORD_UNKNOWN_TITLE),
				     unknown_columns, COUNT(unknown_columns), rows_at_most(draft));
	if (!unknowns.table)
		return LIFT_E_MEMORY;
	if (strcmp(draft->input->to, today) != 0)
		draft_note(draft, draft_say(draft, WORD_UNKNOWN_AS_OF,
					    document_day(draft->document, draft->input->to),
					    document_day(draft->document, today)));
	if (json_is_false(json_object_get(draft->input->status, "healthy")))
		draft_note(draft, draft_word(draft, WORD_UNKNOWN_UNHEALTHY));
	late = note_late(draft, today);
	if (all)
		add_places_and_modules(&unknowns, unknown);
	add_values(&unknowns, unknown);
	if (all)
		add_refused(&unknowns);
	add_missing(&unknowns);
	if (draft->input->whole)
		add_told_apart(&unknowns);
	unknowns.table->n_rows = unknowns.n;
	if (unknowns.n == 0) {
		draft->document->last->table = NULL;
		if (!late)
			draft_note(draft, draft_word(draft, all ? WORD_UNKNOWN_NONE
								: WORD_UNKNOWN_NONE_HERE));
	}
	return 0;
}
