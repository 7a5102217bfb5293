/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/document/document.h"

#include <stdarg.h>
#include <stdio.h>

#include "clients/cli/report/words/forms.h"

/* Where memory ran out, what was meant for it is written here, and the document has failed. */
static struct section no_section;

static void *take(struct document *document, size_t n, size_t size)
{
	void *piece = arena_take(&document->arena, n, size);

	document->failed |= !piece;
	return piece;
}

void document_clear(struct document *document)
{
	arena_free(&document->arena);
	*document = (struct document){ 0 };
}

const char *document_text(struct document *document, const char *format, ...)
{
	char *text = NULL;
	va_list args, again;
	int size;

	va_start(args, format);
	va_copy(again, args);
	size = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (size >= 0)
		text = take(document, (size_t)size + 1, 1);
	if (text)
		vsnprintf(text, (size_t)size + 1, format, args);
	va_end(args);
	return text ? text : "";
}

const char *document_say_all(struct document *document, enum word word, const char *const *args,
			     size_t n_args)
{
	const char *text = word_say(&document->arena, document->language, word, args, n_args);

	document->failed |= !*text;
	return text;
}

const char *document_say(struct document *document, enum word word, const char *first,
			 const char *second)
{
	const char *args[] = { first, second };

	if (!first)
		return word_in(document->language, word);
	return document_say_all(document, word, args, second ? 2 : 1);
}

const char *document_count(struct document *document, int64_t n)
{
	char text[FORM_TEXT];

	form_count(document->language, n, false, text);
	return document_text(document, "%s", text);
}

const char *document_day(struct document *document, const char *day)
{
	char text[FORM_TEXT];

	form_day(document->language, day, text);
	return document_text(document, "%s", text);
}

void document_add_fact(struct document *document, const char *name, const char *text)
{
	struct fact *fact = take(document, 1, sizeof(*fact)), **at = &document->facts;

	if (!fact)
		return;
	*fact = (struct fact){ name, text, NULL };
	while (*at)
		at = &(*at)->next;
	*at = fact;
}

void document_add_paragraph(struct document *document, struct paragraph **list, const char *text)
{
	struct paragraph *paragraph = take(document, 1, sizeof(*paragraph));

	if (!paragraph)
		return;
	*paragraph = (struct paragraph){ text, NULL };
	while (*list)
		list = &(*list)->next;
	*list = paragraph;
}

struct section *document_add_section(struct document *document, const char *key, const char *title)
{
	struct section *section = take(document, 1, sizeof(*section));

	if (!section) {
		no_section = (struct section){ .key = key, .title = title };
		return &no_section;
	}
	*section = (struct section){ .key = key, .title = title };
	if (document->last)
		document->last->next = section;
	else
		document->sections = section;
	document->last = section;
	return section;
}

struct table *section_add_table(struct document *document, struct section *section,
				const struct column *columns, size_t n_columns, size_t n_rows,
				const char *region)
{
	struct table *table = take(document, 1, sizeof(*table));
	struct row *rows = take(document, n_rows, sizeof(*rows));
	struct cell *cells = take(document, n_rows * n_columns, sizeof(*cells));

	if (!table || !rows || !cells)
		return NULL;
	*table = (struct table){ columns, n_columns, rows, n_rows, false, false };
	for (size_t i = 0; i < n_rows; i++)
		rows[i] = (struct row){ .region = region,
					.name = "",
					.within = "",
					.dimension = "",
					.value = "",
					.measure = "",
					.cells = cells + i * n_columns };
	section->table = table;
	return table;
}
