/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/frozen/figures.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
	PATH_SIZE = 1024,
	DEPTH_MAX = 8, /* of what a client reads */
	MONTH = 7,     /* bytes of "2024-02" */
};

/* Where a figure is. What does not fit is cut. */
struct path {
	char text[PATH_SIZE];
	size_t size;
};

static size_t enter(struct path *path, const char *part)
{
	size_t before = path->size;
	int more =
		snprintf(path->text + before, PATH_SIZE - before, "%s%s", before ? "." : "", part);

	path->size += (size_t)more < PATH_SIZE - before ? (size_t)more : PATH_SIZE - before - 1;
	return before;
}

static void leave(struct path *path, size_t before)
{
	path->size = before;
	path->text[before] = 0;
}

static int put(json_t *figures, const struct path *path, const json_t *value)
{
	return json_object_set(figures, path->text, (json_t *)value);
}

static int take(json_t *figures, struct path *path, const json_t *value, int depth);

static int take_part(json_t *figures, struct path *path, const char *name, const json_t *value,
		     int depth)
{
	size_t before = enter(path, name);
	int err = take(figures, path, value, depth);

	leave(path, before);
	return err;
}

/* Rows that begin with texts: a month, its learners, minutes, hours; or two values and how many
 * have gone from one to the other. */
static int take_named(json_t *figures, struct path *path, const json_t *row)
{
	static const char *const of_month[] = { "learners", "minutes", "hours" };
	size_t n = json_array_size(row), texts = 0;
	char name[PATH_SIZE] = "", place[24];
	int err = 0;

	for (; texts < n && json_is_string(json_array_get(row, texts)); texts++)
		snprintf(name + strlen(name), sizeof(name) - strlen(name), "%s%s", texts ? ">" : "",
			 json_string_value(json_array_get(row, texts)));
	if (n - texts == 1)
		return take_part(figures, path, name, json_array_get(row, texts), DEPTH_MAX);
	for (size_t i = texts, before = enter(path, name); i <= n && !err; i++) {
		snprintf(place, sizeof(place), "%zu", i);
		if (i == n)
			leave(path, before);
		else
			err = take_part(figures, path,
					texts == 1 && n == 4 ? of_month[i - 1] : place,
					json_array_get(row, i), DEPTH_MAX);
	}
	return err;
}

static int take_list(json_t *figures, struct path *path, const json_t *list, int depth)
{
	const json_t *part;
	char name[24];
	int err = 0;
	size_t i;

	json_array_foreach(list, i, part)
	{
		snprintf(name, sizeof(name), "%zu", i);
		if (json_is_string(json_array_get(part, 0)))
			err |= take_named(figures, path, part);
		else
			err |= take_part(figures, path, name, part, depth + 1);
	}
	return err;
}

static bool is_rate(const json_t *map)
{
	return json_object_get(map, "n") && json_object_get(map, "of") &&
	       json_object_get(map, "value");
}

static int take_map(json_t *figures, struct path *path, const json_t *map, int depth)
{
	const char *key;
	json_t *part;
	int err = 0;

	json_object_foreach((json_t *)map, key, part)
	{
		if (!is_rate(map) || strcmp(key, "value") != 0)
			err |= take_part(figures, path, key, part, depth + 1);
	}
	return err;
}

static int take(json_t *figures, struct path *path, const json_t *value, int depth)
{
	if (depth > DEPTH_MAX)
		return 0;
	if (json_is_object(value))
		return take_map(figures, path, value, depth);
	if (json_is_array(value))
		return take_list(figures, path, value, depth);
	return put(figures, path, value);
}

static int take_hours(json_t *figures, const json_t *hours)
{
	json_int_t sum = 0;
	size_t i;
	json_t *n;

	json_array_foreach((json_t *)hours, i, n) sum += json_integer_value(n);
	return json_object_set_new(figures, "hours", json_integer(sum));
}

json_t *figures_of(const json_t *row)
{
	static const char *const not_figures[] = { "region", "kind", "id", "daily", "hours" };
	json_t *figures = json_object(), *rest = row ? json_copy((json_t *)row) : NULL;
	const json_t *hours = json_object_get(row, "hours");
	struct path path = { .size = 0 };
	int err = figures ? 0 : -1;

	for (size_t i = 0; i < sizeof(not_figures) / sizeof(not_figures[0]); i++)
		json_object_del(rest, not_figures[i]);
	if (!err && hours)
		err = take_hours(figures, hours);
	if (!err && rest)
		err = take_map(figures, &path, rest, 0);
	json_decref(rest);
	if (!err)
		return figures;
	json_decref(figures);
	return NULL;
}

/* A list's rows by their day or month. */
static json_t *rows_by_date(const json_t *rows)
{
	json_t *by = json_object(), *row;
	size_t i;

	json_array_foreach((json_t *)rows, i, row)
	{
		const char *date = json_string_value(json_array_get(row, 0));

		if (date && strlen(date) >= MONTH)
			json_object_set(by, date, row);
	}
	return by;
}

/* Those of `a` that `b` does not have, or has otherwise: in this column, or (0) in any. */
static int note_months(const json_t *a, const json_t *b, size_t column, json_t *months)
{
	const char *date;
	char month[MONTH + 1];
	json_t *row;
	int err = 0;

	json_object_foreach((json_t *)a, date, row)
	{
		const json_t *other = json_object_get(b, date);

		if (column ? json_integer_value(json_array_get(row, column)) ==
				     json_integer_value(json_array_get(other, column))
			   : json_equal(row, other))
			continue;
		snprintf(month, sizeof(month), "%s", date);
		err |= json_object_set_new(months, month, json_true());
	}
	return err;
}

static int note_list(const json_t *a, const json_t *b, const char *list, size_t column,
		     json_t *months)
{
	json_t *of_a = rows_by_date(json_object_get(a, list));
	json_t *of_b = rows_by_date(json_object_get(b, list));
	int err = of_a && of_b ? 0 : -1;

	if (!err)
		err = note_months(of_a, of_b, column, months);
	if (!err)
		err = note_months(of_b, of_a, column, months);
	json_decref(of_a);
	json_decref(of_b);
	return err;
}

/* In which list, and column of it, days or months of a figure are; NULL: in any. */
static const char *list_of(const char *path, size_t *ret_column)
{
	static const struct {
		const char *figure, *list;
		size_t column;
	} lists[] = {
		{ "participants", "daily", 1 }, { "started", "daily", 1 },
		{ "completed", "daily", 2 },	{ "passed", "daily", 3 },
		{ "minutes", "monthly", 2 },	{ "reported", "monthly", 2 },
	};
	const char *dot = strrchr(path, '.'), *last = dot ? dot + 1 : path;

	*ret_column = 0;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(lists[i].figure, last) == 0) {
			*ret_column = lists[i].column;
			return lists[i].list;
		}
	return NULL;
}

int figures_months(const json_t *a, const json_t *b, const char *path, json_t *months)
{
	static const char of_month[] = "monthly.";
	char month[MONTH + 1];
	const char *list;
	size_t column;
	int err;

	if (strncmp(path, of_month, strlen(of_month)) == 0) {
		snprintf(month, sizeof(month), "%s", path + strlen(of_month));
		return json_object_set_new(months, month, json_true());
	}
	list = list_of(path, &column);
	if (list)
		return note_list(a, b, list, column, months);
	err = note_list(a, b, "daily", 0, months);
	return err ? err : note_list(a, b, "monthly", 0, months);
}
