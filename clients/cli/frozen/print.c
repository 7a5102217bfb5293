/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/frozen/print.h"

#include <stdlib.h>
#include <string.h>

#include "clients/cli/frozen/causes.h"
#include "clients/cli/text/print.h"
#include "proto/iso8601.h"

enum {
	FIGURE_WIDTH = 44,
	VALUE_WIDTH = 10,
	VALUE_SIZE = 64,
	MONTHS_SHOWN = 6, /* in text */
};

/* A number or a text; nothing is a dash. */
static void value_text(const json_t *value, char to[static VALUE_SIZE])
{
	if (json_is_integer(value))
		snprintf(to, VALUE_SIZE, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		snprintf(to, VALUE_SIZE, "%.6g", json_real_value(value));
	else
		snprintf(to, VALUE_SIZE, "%s",
			 json_is_string(value) ? json_string_value(value) : "-");
}

static enum cause cause_of(const json_t *why)
{
	enum cause cause = CAUSE_UNKNOWN;

	while (cause > CAUSE_NONE && strcmp(cause_name(cause), json_text(why, "cause")) != 0)
		cause--;
	return cause;
}

/* "+3 arrived late (2024-01, 2024-02)" */
static void print_why(FILE *out, const json_t *why)
{
	const json_t *by = json_object_get(why, "by"), *months = json_object_get(why, "months");
	size_t n = json_array_size(months);
	char text[VALUE_SIZE];

	value_text(by, text);
	if (json_is_number(by))
		fprintf(out, "%s%s ", *text == '-' ? "" : "+", text);
	fputs(cause_words(cause_of(why)), out);
	for (size_t i = 0; i < n && i < MONTHS_SHOWN; i++)
		fprintf(out, "%s%s", i ? ", " : " (", json_string_value(json_array_get(months, i)));
	if (n > 0)
		fputs(n > MONTHS_SHOWN ? ", ...)" : ")", out);
}

static void print_difference(FILE *out, const json_t *one)
{
	const json_t *why = json_object_get(one, "why"), *cause;
	const char *figure = json_text(one, "figure");
	int spaces = FIGURE_WIDTH - text_characters(figure);
	char text[VALUE_SIZE];
	size_t i;

	fputs("  ", out);
	print_text(out, figure, 0);
	fprintf(out, "%*s", spaces > 0 ? spaces : 0, "");
	value_text(json_object_get(one, "then"), text);
	fprintf(out, " %*s", VALUE_WIDTH, text);
	value_text(json_object_get(one, "now"), text);
	fprintf(out, " %*s  ", VALUE_WIDTH, text);
	json_array_foreach(why, i, cause)
	{
		if (i > 0)
			fputs("; ", out);
		print_why(out, cause);
	}
	putc('\n', out);
}

static void print_report(FILE *out, const json_t *record)
{
	const json_t *head = json_object_get(json_object_get(record, "answers"), "head");
	char time[ISO8601_TEXT] = "";

	iso8601_print(json_number(record, "frozen"), time);
	time[sizeof("2024-12-31T14:05") - 1] = 0;
	print_text(out, json_text(record, "name"), 0);
	fprintf(out, ", frozen %s UTC", time);
	if (json_object_get(head, "applied"))
		fprintf(out, ", known at %" JSON_INTEGER_FORMAT, json_number(head, "applied"));
}

/* What a figure is of: the line above those of the same. */
static void print_subject(FILE *out, const json_t *one)
{
	const json_t *row = json_object_get(one, "row");

	putc('\n', out);
	print_text(out, json_text(row, "kind"), 0);
	putc(' ', out);
	print_text(out, json_text(row, "id"), 0);
	fputs(" in ", out);
	print_text(out, json_text(row, "region"), 0);
	fprintf(out, ", as of %s\n", json_text(one, "as_of"));
}

static bool is_same_subject(const json_t *a, const json_t *b)
{
	return a && strcmp(json_text(a, "key"), json_text(b, "key")) == 0 &&
	       strcmp(json_text(a, "export"), json_text(b, "export")) == 0;
}

void differences_print_text(FILE *out, const json_t *first, const json_t *second,
			    const json_t *found)
{
	const json_t *one, *before = NULL;
	size_t i;

	print_report(out, first);
	fputs(", and ", out);
	if (second)
		print_report(out, second);
	else
		fputs("now", out);
	if (json_array_size(found) == 0) {
		fputs(": no figure differs\n", out);
		return;
	}
	fprintf(out, "\n\n%-*s %*s %*s  %s\n", FIGURE_WIDTH + 2, "figure", VALUE_WIDTH, "then",
		VALUE_WIDTH, second ? "later" : "now", "why");
	json_array_foreach(found, i, one)
	{
		if (!is_same_subject(before, one))
			print_subject(out, one);
		print_difference(out, one);
		before = one;
	}
}

/* CSV. */

static void print_value(struct csv *csv, const json_t *value)
{
	char text[VALUE_SIZE];

	value_text(value, text);
	if (json_is_string(value))
		csv_text(csv, text);
	else
		csv_number(csv, json_is_number(value) ? text : "");
}

static void print_months(struct csv *csv, const json_t *months)
{
	char *text = NULL;
	size_t size = 0, i;
	FILE *out = open_memstream(&text, &size);
	const json_t *month;

	json_array_foreach(months, i, month)
	{
		if (out)
			fprintf(out, "%s%s", i ? " " : "", json_string_value(month));
	}
	if (out)
		fclose(out);
	csv_word(csv, text ? text : "");
	free(text);
}

static void print_row(struct csv *csv, const json_t *one, const json_t *why)
{
	const json_t *row = json_object_get(one, "row");

	csv_word(csv, json_text(one, "as_of"));
	csv_word(csv, json_text(row, "kind"));
	csv_text(csv, json_text(row, "id"));
	csv_text(csv, json_text(row, "region"));
	csv_word(csv, json_text(one, "figure")); /* begins with a metric's name */
	print_value(csv, json_object_get(one, "then"));
	print_value(csv, json_object_get(one, "now"));
	csv_word(csv, json_text(why, "cause"));
	print_value(csv, json_object_get(why, "by"));
	print_months(csv, json_object_get(why, "months"));
	csv_end_row(csv);
}

void differences_print_csv(FILE *out, const struct csv_form *form, const json_t *found)
{
	static const char *const header[] = { "as_of", "kind", "id",	"region", "figure",
					      "then",  "now",  "cause", "by",	  "months" };
	struct csv csv = { .out = out, .form = *form };
	const json_t *one, *why;
	size_t i, j;

	csv_begin(&csv);
	for (i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		csv_word(&csv, header[i]);
	csv_end_row(&csv);
	json_array_foreach(found, i, one)
	{
		json_array_foreach(json_object_get(one, "why"), j, why) print_row(&csv, one, why);
	}
}
