/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/releases_diff.h"

#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "proto/err.h"
#include "proto/json.h"

enum { PATH_ROOM = 1024 /* bytes of a figure's dotted path */ };

static const char *const names[] = { "kind", "id", "region" }; /* as rows are ordered */
enum { NAMES = sizeof(names) / sizeof(names[0]) };

struct diff {
	const struct diff_wish *wish;
	struct csv csv;
	size_t n_new, n_gone, n_other, n_same; /* rows */
	size_t n_figures;		       /* of rows that are in both */
};

/* A row as its figures: "by.role.nurse.started.n" to the value. */

static bool is_name(const char *key)
{
	for (size_t i = 0; i < NAMES; i++)
		if (strcmp(key, names[i]) == 0)
			return true;
	return false;
}

static int flatten(json_t *flat, const char *path, const json_t *value)
{
	char below[PATH_ROOM];
	const char *key;
	json_t *part;
	size_t i;
	int err = 0;

	if (!json_is_object(value) && !json_is_array(value))
		return json_object_set(flat, path, (json_t *)value) ? LIFT_E_MEMORY : 0;
	json_object_foreach((json_t *)value, key, part)
	{
		if (!*path && is_name(key))
			continue;
		if (snprintf(below, sizeof(below), "%s%s%s", path, *path ? "." : "", key) >=
		    PATH_ROOM)
			return LIFT_E_MALFORMED;
		err = err ? err : flatten(flat, below, part);
	}
	json_array_foreach(value, i, part)
	{
		snprintf(below, sizeof(below), "%.*s.%zu", PATH_ROOM - 32, path, i);
		err = err ? err : flatten(flat, below, part);
	}
	return err;
}

/* Of either, what the other has not, or has otherwise: path to [before, after]. */
static int compare_figures(const json_t *a, const json_t *b, json_t *ret_changes)
{
	json_t *before = json_object(), *after = json_object(), *value;
	const char *path;
	int err = before && after ? 0 : LIFT_E_MEMORY;

	if (!err && a)
		err = flatten(before, "", a);
	if (!err && b)
		err = flatten(after, "", b);
	json_object_foreach(before, path, value)
	{
		json_t *other = json_object_get(after, path);

		if (!err && !(other && json_equal(value, other)))
			err = json_object_set_new(ret_changes, path,
						  json_pack("[O, O?]", value, other))
				      ? LIFT_E_MEMORY
				      : 0;
	}
	json_object_foreach(after, path, value)
	{
		if (!err && !json_object_get(before, path))
			err = json_object_set_new(ret_changes, path, json_pack("[n, O]", value))
				      ? LIFT_E_MEMORY
				      : 0;
	}
	json_decref(before);
	json_decref(after);
	return err;
}

/* Printing. */

static char *value_text(const json_t *value)
{
	return json_is_string(value) ? strdup(json_string_value(value))
	       : json_is_null(value) ? strdup("")
				     : json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}

static void print_line(const json_t *row, const char *what, const json_t *changes)
{
	const char *path, *between = ": ";
	json_t *change;

	print_text(stdout, json_text(row, "kind"), 0);
	putchar(' ');
	print_text(stdout, json_text(row, "id"), 0);
	fputs(" in ", stdout);
	print_text(stdout, json_text(row, "region"), 0);
	if (strcmp(what, "other") != 0)
		printf(": %s", what);
	else
		json_object_foreach((json_t *)changes, path, change)
		{
			char *a = value_text(json_array_get(change, 0));
			char *b = value_text(json_array_get(change, 1));

			fputs(between, stdout);
			print_text(stdout, path, 0);
			fputs(a && *a ? " " : " -", stdout);
			print_text(stdout, a ? a : "", 0);
			fputs(b && *b ? " > " : " > -", stdout);
			print_text(stdout, b ? b : "", 0);
			between = ", ";
			free(a);
			free(b);
		}
	putchar('\n');
}

static int print_object(const json_t *row, const char *what, const json_t *changes)
{
	json_t *object = json_pack("{s:s, s:O, s:O, s:O, s:O}", "row", what, "kind",
				   json_object_get(row, "kind"), "id", json_object_get(row, "id"),
				   "region", json_object_get(row, "region"), "figures", changes);
	char *line = object ? json_line(object) : NULL;

	if (line)
		print_json_line(stdout, line);
	json_decref(object);
	free(line);
	return line ? 0 : LIFT_E_MEMORY;
}

static void print_cell(struct csv *csv, const json_t *value)
{
	char *text = value_text(value);

	if (json_is_string(value))
		csv_text(csv, text ? text : "");
	else
		csv_number(csv, text ? text : "");
	free(text);
}

static void print_rows(struct csv *csv, const json_t *row, const char *what, const json_t *changes)
{
	const char *path;
	json_t *change;

	json_object_foreach((json_t *)changes, path, change)
	{
		csv_text(csv, json_text(row, "region"));
		csv_word(csv, json_text(row, "kind"));
		csv_text(csv, json_text(row, "id"));
		csv_word(csv, path);
		csv_word(csv, what);
		print_cell(csv, json_array_get(change, 0));
		print_cell(csv, json_array_get(change, 1));
		csv_end_row(csv);
	}
}

static void print_header(struct csv *csv)
{
	static const char *const header[] = { "region", "kind",	  "id",	  "metric",
					      "row",	"before", "after" };

	csv_begin(csv);
	for (size_t i = 0; i < sizeof(header) / sizeof(header[0]); i++)
		csv_word(csv, header[i]);
	csv_end_row(csv);
}

static int print_change(struct diff *diff, const json_t *row, const char *what,
			const json_t *changes)
{
	switch (diff->wish->format) {
	case DIFF_JSONL:
		return print_object(row, what, changes);
	case DIFF_CSV:
		print_rows(&diff->csv, row, what, changes);
		return 0;
	default:
		print_line(row, what, changes);
		return 0;
	}
}

/* Both in order, side by side. */

static int compare_rows(const json_t *a, const json_t *b)
{
	int order = 0;

	if (!a || !b)
		return a ? -1 : 1;
	for (size_t i = 0; i < NAMES && !order; i++)
		order = strcmp(json_text(a, names[i]), json_text(b, names[i]));
	return order;
}

static int tell(struct diff *diff, const json_t *a, const json_t *b)
{
	const char *what = !a ? "new" : !b ? "gone" : "other";
	json_t *changes = json_object();
	int err = changes ? compare_figures(a, b, changes) : LIFT_E_MEMORY;
	size_t n = json_object_size(changes);

	diff->n_new += !a;
	diff->n_gone += !b;
	diff->n_other += a && b && n > 0;
	diff->n_same += a && b && n == 0;
	diff->n_figures += a && b ? n : 0;
	if (!err && (!a || !b || n > 0))
		err = print_change(diff, a ? a : b, what, changes);
	json_decref(changes);
	return err;
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static void print_sum(const struct diff *diff, const struct released *a, const struct released *b)
{
	if (diff->n_new + diff->n_gone + diff->n_other > 0)
		putchar('\n');
	printf("from release %lld (%s) to %lld (%s): %zu row%s new, %zu gone, %zu with %zu other "
	       "figure%s, %zu the same\n",
	       (long long)a->number, a->day, (long long)b->number, b->day, diff->n_new,
	       plural(diff->n_new), diff->n_gone, diff->n_other, diff->n_figures,
	       plural(diff->n_figures), diff->n_same);
	if (diff->n_other > 0)
		puts("where one learner of a subject in a region changes, all its figures are "
		     "drawn anew");
}

int releases_diff_print(const struct released *a, const struct released *b,
			const struct diff_wish *wish)
{
	struct diff diff = { .wish = wish, .csv = { .out = stdout, .form = wish->form } };
	size_t i = 0, k = 0, n_a = json_array_size(a->rows), n_b = json_array_size(b->rows);
	int err = 0;

	if (wish->format == DIFF_CSV)
		print_header(&diff.csv);
	while (!err && (i < n_a || k < n_b)) {
		const json_t *x = json_array_get(a->rows, i), *y = json_array_get(b->rows, k);
		int order = compare_rows(x, y);

		err = tell(&diff, order <= 0 ? x : NULL, order >= 0 ? y : NULL);
		i += order <= 0;
		k += order >= 0;
	}
	if (!err && wish->format == DIFF_TEXT)
		print_sum(&diff, a, b);
	return err;
}
