/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/process.h"

enum { KEY_SIZE = 1024, SAID_MAX = 8 /* differences */ };

/* What a row of a kind has: all of it, and nothing else. */
static const struct {
	const char *kind, *fields[20];
} kinds[] = {
	{ "module",
	  { "started", "withdrawn", "completed", "assessed", "passed", "passed_first", "attempts",
	    "score", "gain", "days_to_complete", "completion_rate", "pass_rate", "active_7d",
	    "active_30d", "stalled", "by", "daily", "hours" } },
	{ "people", { "learners", "active_7d", "active_30d", "reached", "by" } },
};

/* Reading. */

static void key_of(const json_t *row, char to[static KEY_SIZE])
{
	snprintf(to, KEY_SIZE, "%s %s %s", word(row, "region"), word(row, "kind"), word(row, "id"));
}

static int compare_rows(const json_t *a, const json_t *b)
{
	static const char *const by[] = { "kind", "id", "region" };
	int order = 0;

	for (int i = 0; i < 3 && !order; i++)
		order = strcmp(word(a, by[i]), word(b, by[i]));
	return order;
}

json_t *figures_of_lines(const char *lines)
{
	json_t *figures = json_object(), *row, *previous = NULL;
	char key[KEY_SIZE];
	json_error_t error;

	while (*lines) {
		size_t size = strcspn(lines, "\n");

		row = json_loadb(lines, size, 0, &error);
		if (!row)
			fail_msg("no JSON (%s): %.*s", error.text, (int)size, lines);
		if (previous && compare_rows(previous, row) >= 0)
			fail_msg("not in order: %.*s", (int)size, lines);
		key_of(row, key);
		json_object_set_new(figures, key, row);
		previous = row;
		lines += size + (lines[size] == '\n');
	}
	return figures;
}

json_t *figures_of_file(const char *path)
{
	char *text = file_text(path, NULL);
	json_t *figures = figures_of_lines(text);

	free(text);
	return figures;
}

/* One cell of CSV; what is behind it and its comma. */
static const char *take_cell(const char *text, char to[static KEY_SIZE])
{
	bool quoted = *text == '"';
	size_t n = 0;

	text += quoted;
	while (*text && (quoted || !strchr(",\n", *text))) {
		if (quoted && *text == '"' && *++text != '"')
			break;
		to[n++] = *text++;
		assert_in_range(n, 0, KEY_SIZE - 1);
	}
	to[n] = 0;
	return *text == ',' ? text + 1 : text;
}

json_t *figures_of_csv(const char *text)
{
	static const char header[] = "region,kind,id,metric,value\n";
	char cells[5][KEY_SIZE], key[5 * KEY_SIZE];
	json_t *values = json_object();

	assert_memory_equal(text, header, sizeof(header) - 1);
	text += sizeof(header) - 1;
	while (*text) {
		for (int i = 0; i < 5; i++)
			text = take_cell(text, cells[i]);
		assert_int_equal(*text, '\n');
		text++;
		snprintf(key, sizeof(key), "%s %s %s %s", cells[0], cells[1], cells[2], cells[3]);
		assert_null(json_object_get(values, key));
		json_object_set_new(values, key, json_string(cells[4]));
	}
	return values;
}

json_t *figures_select(const json_t *figures, const char *region, const char *kind)
{
	json_t *selected = json_object(), *row;
	const char *key;

	json_object_foreach((json_t *)figures, key, row)
	{
		if ((!region || strcmp(word(row, "region"), region) == 0) &&
		    (!kind || strcmp(word(row, "kind"), kind) == 0))
			json_object_set(selected, key, row);
	}
	return selected;
}

/* Comparing. */

static bool arrays_equal(const json_t *a, const json_t *b)
{
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!figures_equal(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

static bool objects_equal(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach((json_t *)a, key, value)
	{
		if (!figures_equal(value, json_object_get(b, key)))
			return false;
	}
	return true;
}

bool figures_equal(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return fabs(json_number_value(a) - json_number_value(b)) <= 1e-6;
	if (json_is_array(a) && json_is_array(b))
		return arrays_equal(a, b);
	if (json_is_object(a) && json_is_object(b))
		return objects_equal(a, b);
	return a && b && json_equal(a, b);
}

struct said {
	const char *why;
	unsigned n;
};

/* Each difference, up to a few: what is expected, what is there. */
static void say(struct said *said, const char *key, const char *field, const json_t *expected,
		const json_t *actual)
{
	char *wanted = expected ? json_dumps(expected, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	char *got = actual ? json_dumps(actual, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	if (said->n++ < SAID_MAX)
		print_error("%s: %s: %s: expected %.300s, got %.300s\n", said->why, key, field,
			    wanted ? wanted : "nothing", got ? got : "nothing");
	free(wanted);
	free(got);
}

static const char *const optional[] = { "minutes",     "monthly", "enrolment",
					"not_started", "moves",	  "targets" };

static void check_fields(struct said *said, const char *key, const json_t *expected,
			 const json_t *row)
{
	const char *kind = word(row, "kind");
	size_t k = 0, f;

	while (k < sizeof(kinds) / sizeof(kinds[0]) && strcmp(kinds[k].kind, kind) != 0)
		k++;
	if (k == sizeof(kinds) / sizeof(kinds[0]))
		return; /* a kind that is compared by what it has */
	for (f = 0; kinds[k].fields[f]; f++)
		if (!json_object_get(row, kinds[k].fields[f]))
			say(said, key, kinds[k].fields[f],
			    json_object_get(expected, kinds[k].fields[f]), NULL);
	/* They, region, kind and id, and what is there only where there is some of it. */
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		f += json_object_get(row, optional[i]) != NULL;
	if (json_object_size(row) != f + 3 || json_object_size(expected) != f + 3)
		say(said, key, "fields", expected, row);
}

static void check_row(struct said *said, const char *key, const json_t *expected, const json_t *row)
{
	const char *field;
	json_t *value;

	json_object_foreach((json_t *)row, field, value)
	{
		if (!figures_equal(json_object_get(expected, field), value))
			say(said, key, field, json_object_get(expected, field), value);
	}
	check_fields(said, key, expected, row);
}

void figures_check(const json_t *expected, const json_t *actual, const char *why)
{
	struct said said = { why, 0 };
	const char *key;
	json_t *row;

	assert_true(json_object_size(expected) > 0);
	json_object_foreach((json_t *)actual, key, row)
	{
		if (json_object_get(expected, key))
			check_row(&said, key, json_object_get(expected, key), row);
		else
			say(&said, key, "row", NULL, row);
	}
	json_object_foreach((json_t *)expected, key, row)
	{
		if (!json_object_get(actual, key))
			say(&said, key, "row", row, NULL);
	}
	if (said.n > 0)
		fail_msg("%s: %u differences", why, said.n);
}

/* As CSV. */

static bool text_is(const json_t *expected, const char *text)
{
	char *end;

	if (json_is_null(expected))
		return *text == 0;
	if (json_is_string(expected))
		return strcmp(json_string_value(expected), text) == 0;
	if (!json_is_number(expected) || !*text)
		return false;
	return fabs(strtod(text, &end) - json_number_value(expected)) <= 1e-6 && *end == 0;
}

/* Take each value of an expected one out of the values: what is left in the end should not be
 * there. */
static void check_values(struct said *said, json_t *values, const char *path,
			 const json_t *expected)
{
	char below[KEY_SIZE + 64];
	const char *key, *text;
	json_t *part;
	size_t i;

	json_object_foreach((json_t *)expected, key, part)
	{
		snprintf(below, sizeof(below), "%s.%s", path, key);
		check_values(said, values, below, part);
	}
	json_array_foreach(expected, i, part)
	{
		snprintf(below, sizeof(below), "%s.%zu", path, i);
		check_values(said, values, below, part);
	}
	if (json_is_object(expected) || json_is_array(expected))
		return;
	text = json_string_value(json_object_get(values, path));
	if (!text || !text_is(expected, text))
		say(said, path, "value", expected, json_object_get(values, path));
	json_object_del(values, path);
}

void figures_check_csv(const json_t *expected, const json_t *values, const char *why)
{
	static const char *const not_metrics[] = { "region", "kind", "id" };
	json_t *left = json_copy((json_t *)values), *row, *value;
	struct said said = { why, 0 };
	const char *key, *field;
	char path[KEY_SIZE + 64];

	json_object_foreach((json_t *)expected, key, row)
	{
		json_object_foreach(row, field, value)
		{
			int i = 0;

			while (i < 3 && strcmp(field, not_metrics[i]) != 0)
				i++;
			snprintf(path, sizeof(path), "%s %s", key, field);
			if (i == 3)
				check_values(&said, left, path, value);
		}
	}
	json_object_foreach(left, key, value) say(&said, key, "value", NULL, value);
	json_decref(left);
	if (said.n > 0)
		fail_msg("%s: %u differences", why, said.n);
}
