/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/draft.h"

#include <string.h>

#include "clients/cli/text/print.h"

/* Columns' titles begin small, also where the phrase is another table's row. */
static const char *title_of(struct draft *draft, enum word word)
{
	const char *phrase = word == WORDS ? "" : draft_word(draft, word);

	if (*phrase < 'A' || *phrase > 'Z')
		return phrase;
	return document_text(draft->document, "%c%s", *phrase + 'a' - 'A', phrase + 1);
}

struct column *draft_columns(struct draft *draft, const struct column_of *of, size_t n)
{
	struct column *columns = arena_take(&draft->document->arena, n, sizeof(*columns));

	draft->document->failed |= !columns;
	for (size_t i = 0; columns && i < n; i++)
		columns[i] = (struct column){
			.title = title_of(draft, of[i].title),
			.measure = of[i].measure,
			.in_period = of[i].is & IS_IN_PERIOD,
			.words = of[i].is & IS_WORDS,
			.bar = of[i].is & IS_BAR,
			.aside = of[i].is & IS_ASIDE,
		};
	return columns;
}

struct table *draft_table(struct draft *draft, const char *key, const char *title,
			  const struct column_of *of, size_t n_columns, size_t n_rows)
{
	struct section *section = document_add_section(draft->document, key, title);
	struct column *columns = draft_columns(draft, of, n_columns);

	return columns ? section_add_table(draft->document, section, columns, n_columns, n_rows,
					   draft->input->region)
		       : NULL;
}

const char *draft_word(const struct draft *draft, enum word word)
{
	return word_in(draft->document->language, word);
}

const char *draft_say(struct draft *draft, enum word word, const char *first, const char *second)
{
	return document_say(draft->document, word, first, second);
}

void draft_note(struct draft *draft, const char *text)
{
	if (draft->document->last)
		document_add_paragraph(draft->document, &draft->document->last->paragraphs, text);
}

const json_t *draft_find(const json_t *list, const char *key, const char *text)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item) if (strcmp(json_text(item, key), text) == 0) return item;
	return NULL;
}

static const json_t *draft_dimension(const struct draft *draft, const char *name)
{
	return draft_find(json_object_get(draft->input->catalogue, "dimensions"), "name", name);
}

const char *draft_dimension_label(const struct draft *draft, const char *name)
{
	const json_t *dimension = draft_dimension(draft, name);

	return dimension ? label_of(draft->document->language, dimension, "name") : name;
}

const char *draft_value_label(const struct draft *draft, const char *dimension, const char *value)
{
	const json_t *labels = json_object_get(draft_dimension(draft, dimension), "labels");
	const char *label = label_in(draft->document->language, json_object_get(labels, value));

	if (label)
		return label;
	return strcmp(value, "unknown") == 0 ? draft_word(draft, WORD_UNKNOWN_VALUE) : value;
}

const char *draft_label(const struct draft *draft, const char *list, const char *id)
{
	const json_t *item = draft_find(json_object_get(draft->input->catalogue, list), "id", id);

	return item ? label_of(draft->document->language, item, "id") : id;
}

const char *draft_where(struct draft *draft, const json_t *where, struct row *row)
{
	struct document *document = draft->document;
	const char *text = "", *key;
	json_t *value;

	json_object_foreach((json_t *)where, key, value)
	{
		const char *is = json_string_value(value), *between = *text ? "; " : "";

		text = document_text(document, "%s%s%s: %s", text, *text ? ", " : "",
				     draft_dimension_label(draft, key),
				     draft_value_label(draft, key, is));
		row->dimension = document_text(document, "%s%s%s", row->dimension, between, key);
		row->value = document_text(document, "%s%s%s", row->value, between, is);
	}
	return text;
}

int64_t draft_at_end(const json_t *const rows[DAYS], const char *measure)
{
	return json_number(rows[END], measure);
}

int64_t draft_change(const json_t *const rows[DAYS], const char *measure)
{
	return json_number(rows[END], measure) - json_number(rows[BEFORE], measure);
}

int64_t draft_hours(const json_t *row)
{
	const json_t *month;
	int64_t hours = 0;
	size_t i;

	json_array_foreach(json_object_get(row, "monthly"), i, month) hours +=
		json_integer_value(json_array_get(month, 3));
	return hours;
}

const char *draft_figures_of(struct draft *draft)
{
	const char *code = draft->input->figures_of;
	const json_t *region =
		draft_find(json_object_get(draft->input->catalogue, "regions"), "code", code);

	if (strcmp(code, "all") == 0)
		return draft_word(draft, WORD_ALL_PLACES);
	return label_of(draft->document->language, region, "code");
}

bool draft_is_whole(const struct draft *draft)
{
	return strcmp(draft->input->region, "all") == 0;
}

const json_t *draft_all_sources(const struct draft *draft)
{
	if (draft_is_whole(draft) && draft->input->whole)
		return json_object_get(draft->input->status, "sources");
	return json_object_get(draft->input->explained, "sources");
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
