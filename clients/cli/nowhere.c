/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/nowhere.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/cli.h"
#include "proto/visible.h"

enum { TOLD_MAX = 8 /* texts in a line */ };

static const struct {
	const char *what, *counts;
} kinds[LIFT_UNKNOWN_KINDS] = {
	[LIFT_UNKNOWN_MODULE] = { "modules that the catalogue does not have",
				  "they count in no module until it has them" },
	[LIFT_UNKNOWN_REGION] = { "regions that the catalogue does not have",
				  "they count as unassigned" },
	[LIFT_UNKNOWN_ATTR] = { "attributes that the catalogue does not count by",
				"they are dropped" },
	[LIFT_UNKNOWN_VALUE] = { "values that the catalogue does not list",
				 "they count as unknown" },
};

/* Spaces that are none: a figure that depends on one shall not look like another. */
static bool is_odd_space(uint32_t code)
{
	return code == 0xa0 || code == 0x1680 || (code >= 0x2000 && code <= 0x200a) ||
	       code == 0x202f || code == 0x205f || code == 0x3000;
}

char *nowhere_quote(struct text text)
{
	char *copy = strndup(text.data ? text.data : "", text.size), *quoted = NULL;
	size_t room;
	FILE *out = copy ? open_memstream(&quoted, &room) : NULL;
	uint32_t code;
	bool hidden;

	if (!out) {
		free(copy);
		return NULL;
	}
	fputc('"', out);
	for (size_t at = 0, n; (n = visible_next(copy + at, &code, &hidden)) > 0; at += n) {
		if (hidden || is_odd_space(code))
			fprintf(out, "\\u{%" PRIx32 "}", code);
		else if (code == '"' || code == '\\')
			fprintf(out, "\\%c", (char)code);
		else
			fwrite(copy + at, 1, n, out);
	}
	fputc('"', out);
	free(copy);
	if (fclose(out) == 0)
		return quoted;
	free(quoted);
	return NULL;
}

/* role "Nurse": the attribute of a value is said, too. */
static char *words_of(const struct lift_unknown_text *row)
{
	char *text = nowhere_quote(text_of(row->text)), *attr, *words;

	if (!text || !row->attr)
		return text;
	attr = nowhere_quote(text_of(row->attr));
	if (!attr || asprintf(&words, "%s of %s", text, attr) < 0)
		words = NULL;
	free(attr);
	free(text);
	return words;
}

static void add_text(struct nowhere *nowhere, const struct lift_unknown_text *row)
{
	char *words = words_of(row);
	size_t i = 0;

	while (words && i < nowhere->n_texts &&
	       (nowhere->texts[i].kind != row->kind || strcmp(nowhere->texts[i].words, words) != 0))
		i++;
	if (!words || i == NOWHERE_TEXTS_MAX) { /* it is counted, but not named */
		free(words);
		return;
	}
	if (i < nowhere->n_texts) {
		free(words);
	} else {
		nowhere->news = true;
		nowhere->texts[nowhere->n_texts++] = (struct nowhere_text){
			.kind = row->kind,
			.words = words,
			.meant = row->meant ? nowhere_quote(text_of(row->meant)) : NULL
		};
	}
	nowhere->texts[i].n += row->n;
}

void nowhere_add(struct nowhere *nowhere, const struct lift_unknown *unknown)
{
	for (int kind = 0; kind < LIFT_UNKNOWN_KINDS; kind++)
		nowhere->n[kind] += unknown->n[kind];
	for (size_t i = 0; i < unknown->n_texts; i++)
		add_text(nowhere, &unknown->texts[i]);
}

static void print_texts(FILE *out, struct nowhere *nowhere, int kind)
{
	uint64_t left = nowhere->n[kind];
	unsigned told = 0;

	for (size_t i = 0; i < nowhere->n_texts; i++) {
		struct nowhere_text *text = &nowhere->texts[i];

		if ((int)text->kind != kind || text->n == 0)
			continue;
		if (told < TOLD_MAX) {
			fprintf(out, "%s%s (%" PRIu64, told ? ", " : "", text->words, text->n);
			if (text->meant)
				fprintf(out, ", %s was probably meant", text->meant);
			fputc(')', out);
			left -= text->n < left ? text->n : left;
			told++;
		}
		text->n = 0;
	}
	if (left > 0)
		fprintf(out, "%s%" PRIu64 " others", told ? ", " : "", left);
}

void nowhere_complain(struct nowhere *nowhere, const char *name)
{
	for (int kind = 0; kind < LIFT_UNKNOWN_KINDS; kind++) {
		uint64_t n = nowhere->n[kind];
		char *list = NULL;
		size_t size;
		FILE *out = n ? open_memstream(&list, &size) : NULL;

		if (!out)
			continue;
		print_texts(out, nowhere, kind);
		if (fclose(out) == 0)
			complain("%s: %" PRIu64 " event%s bring%s %s: %s: %s", name, n,
				 n == 1 ? "" : "s", n == 1 ? "s" : "", kinds[kind].what, list,
				 kinds[kind].counts);
		free(list);
		nowhere->n[kind] = 0;
	}
	nowhere->news = false;
}

void nowhere_clear(struct nowhere *nowhere)
{
	for (size_t i = 0; i < nowhere->n_texts; i++) {
		free(nowhere->texts[i].words);
		free(nowhere->texts[i].meant);
	}
	*nowhere = (struct nowhere){ .n_texts = 0 };
}
