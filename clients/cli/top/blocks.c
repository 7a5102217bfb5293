/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/blocks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"
#include "clients/cli/top/spark.h"

enum {
	LEFT = 1,	 /* column of all lines */
	PAIR_WIDTH = 19, /* least columns of a label and its count */
	LABEL_WIDTH = 13,
	BAR_LEAST = 10,
	BAR_MOST = 40,
	DAYS_LEAST = 14,
	TABLE_MOST = 100, /* columns: the eye has to find from a name to its figures */
	NAMES_LEAST = 12,
	SHARE_BAR = 16,
	SHARE_BAR_SMALL = 8,
	SHARE_FIGURES = 37, /* what stands beside the name and the bar */
};

static int table_width(const struct pen *pen)
{
	return pen->page->columns < TABLE_MOST ? pen->page->columns : TABLE_MOST;
}

void pen_heading(struct pen *pen, const char *text)
{
	if (pen->row > 0)
		pen->row++;
	if (!page_need(pen->page, pen->row))
		return;
	page_style(pen->page, pen->row, 0, -1, STYLE_HEAD);
	page_put(pen->page, pen->row++, LEFT, -1, STYLE_HEAD, text);
}

void pen_line(struct pen *pen, const char *text)
{
	if (page_need(pen->page, pen->row))
		page_put(pen->page, pen->row++, LEFT, -1, STYLE_PLAIN, text);
}

void pen_pairs(struct pen *pen, const struct pair *pairs, size_t n)
{
	int a_line = (pen->page->columns - LEFT) / PAIR_WIDTH, at = 0, width;
	char text[FIGURE_TEXT * 2];

	if (a_line < 1)
		a_line = 1;
	width = (pen->page->columns - LEFT) / a_line;
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_object_get(pen->metrics, pairs[i].metric);

		if (!value || !page_need(pen->page, pen->row))
			continue;
		figure_count(value, text);
		strcat(text, pairs[i].unit);
		page_put(pen->page, pen->row, LEFT + at * width, width, STYLE_DIM, pairs[i].label);
		page_put_right(pen->page, pen->row, LEFT + at * width, width - 2, STYLE_STRONG,
			       text);
		if (++at == a_line) {
			at = 0;
			pen->row++;
		}
	}
	pen->row += at > 0;
}

void pen_rate(struct pen *pen, const char *label, const json_t *rate, const char *of_what)
{
	int width = pen->page->columns - LEFT - LABEL_WIDTH - 40, at = LEFT + LABEL_WIDTH;
	char percent[FIGURE_TEXT];

	if (!json_is_object(rate) || !page_need(pen->page, pen->row))
		return;
	width = width > BAR_MOST ? BAR_MOST : width < BAR_LEAST ? BAR_LEAST : width;
	page_put(pen->page, pen->row, LEFT, LABEL_WIDTH, STYLE_DIM, label);
	figure_bar(pen->page, pen->row, at, width, rate, -1);
	figure_percent(rate, percent);
	page_put_right(pen->page, pen->row, at + width, 7, STYLE_STRONG, percent);
	page_say(pen->page, pen->row, at + width + 9, STYLE_PLAIN,
		 "%" JSON_INTEGER_FORMAT " of %" JSON_INTEGER_FORMAT " %s", json_number(rate, "n"),
		 json_number(rate, "of"), of_what);
	pen->row++;
}

/* Where the figures of a share begin, and how wide its bar is. */
static int share_at(const struct pen *pen, int *ret_bar)
{
	int width = table_width(pen), at;

	*ret_bar = width >= 76 ? SHARE_BAR : width >= 60 ? SHARE_BAR_SMALL : 0;
	at = width - SHARE_FIGURES - *ret_bar;
	return at < NAMES_LEAST ? NAMES_LEAST : at;
}

void pen_share_heads(struct pen *pen, const char *title, const char *n, const char *of,
		     const char *bar, const char *rest)
{
	int width, at = share_at(pen, &width), row;

	pen_heading(pen, title);
	row = pen->row - 1;
	page_put_right(pen->page, row, at, 7, STYLE_HEAD, n);
	page_put_right(pen->page, row, at + 7, 8, STYLE_HEAD, of);
	page_put(pen->page, row, at + 16, width, STYLE_HEAD, bar);
	page_put(pen->page, row, at + 16 + width + 8, -1, STYLE_HEAD, rest);
}

void pen_share(struct pen *pen, const char *name, const json_t *rate, int64_t mark,
	       enum style style, const char *rest)
{
	int width, at = share_at(pen, &width);
	char text[FIGURE_TEXT];

	if (!page_need(pen->page, pen->row))
		return;
	page_put(pen->page, pen->row, LEFT, at - LEFT, STYLE_PLAIN, name);
	figure_count(json_object_get(rate, "n"), text);
	page_put_right(pen->page, pen->row, at, 7, STYLE_STRONG, text);
	figure_count(json_object_get(rate, "of"), text);
	page_put_right(pen->page, pen->row, at + 7, 8, STYLE_PLAIN, text);
	figure_bar(pen->page, pen->row, at + 16, width, rate, mark);
	figure_percent(rate, text);
	page_put_right(pen->page, pen->row, at + 16 + width, 7, STYLE_STRONG, text);
	page_put(pen->page, pen->row, at + 16 + width + 8, -1, style, rest);
	pen->row++;
}

static void put_trend(struct pen *pen, const char *label, size_t column, int days)
{
	const json_t *daily = json_object_get(pen->metrics, "daily");
	int64_t values[SPARK_MAX], sum = 0;
	char text[SPARK_TEXT];

	if (!page_need(pen->page, pen->row))
		return;
	spark_days(daily, scene_as_of(pen->scene), column, 1, days, values);
	for (int i = 0; i < days; i++)
		if (__builtin_add_overflow(sum, values[i], &sum))
			sum = INT64_MAX;
	spark_line(values, days, pen->page->ascii, text);
	page_put(pen->page, pen->row, LEFT, LABEL_WIDTH, STYLE_DIM, label);
	page_put(pen->page, pen->row, LEFT + LABEL_WIDTH, days, STYLE_BAR, text);
	page_say(pen->page, pen->row++, LEFT + LABEL_WIDTH + days + 1, STYLE_STRONG, "%" PRId64,
		 sum);
}

void pen_trend(struct pen *pen, const char *first, const char *second)
{
	int days = pen->page->columns - LEFT - LABEL_WIDTH - 8;
	char text[64];

	if (!json_object_get(pen->metrics, "daily"))
		return;
	days = days > SPARK_MAX ? SPARK_MAX : days < DAYS_LEAST ? DAYS_LEAST : days;
	snprintf(text, sizeof(text), "Day by day, the last %d days, and their sum", days);
	pen_heading(pen, text);
	put_trend(pen, first, 1, days);
	put_trend(pen, second, 2, days);
}

/* Words of the catalogue. */

static const json_t *dimension_of(const struct scene *scene, const char *name)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(scene->catalogue, "dimensions"), i, row)
	{
		if (strcmp(json_text(row, "name"), name) == 0)
			return row;
	}
	return NULL;
}

static const char *value_label(const struct scene *scene, const json_t *dimension,
			       const char *value)
{
	const char *label = label_in(scene->language,
				     json_object_get(json_object_get(dimension, "labels"), value));

	return label ? label : value;
}

void where_print(const struct scene *scene, const json_t *where, char *to, size_t size)
{
	const json_t *value;
	const char *name;
	size_t n = 0;

	to[0] = 0;
	json_object_foreach((json_t *)where, name, value)
	{
		const char *text = json_string_value(value);

		if (text && n < size)
			n += (size_t)snprintf(to + n, size - n, "%s%s", n ? ", " : "",
					      value_label(scene, dimension_of(scene, name), text));
	}
}

/* What `by` counts, by kind: the second as a share of the first. */
static const char *const counted[KINDS][2] = {
	[KIND_PEOPLE] = { "learners", NULL },
	[KIND_PROGRAMME] = { "participants", "completed" },
	[KIND_MODULE] = { "started", "passed" },
	[KIND_COMPETENCE] = { "holders", NULL },
};

/* A value's share, of all that there are where there is no second count. */
static void put_value(struct pen *pen, const char *label, const json_t *counts)
{
	const char *const *names = counted[pen->scene->subjects[pen->subject].kind];
	int width = pen->page->columns, at = width / 3;
	json_t *rate;
	char text[FIGURE_TEXT];
	bool is_given;

	/* What the open plane leaves out is not 0. */
	is_given = !names[1] || json_object_get(counts, names[1]) || !scene_is_open(pen->scene);
	if (!page_need(pen->page, pen->row))
		return;
	page_put(pen->page, pen->row, LEFT, at - LEFT, STYLE_PLAIN, label);
	figure_count(json_object_get(counts, names[0]), text);
	page_put_right(pen->page, pen->row, at, 9, STYLE_PLAIN, text);
	if (names[1]) {
		figure_count(json_object_get(counts, names[1]), text);
		page_put_right(pen->page, pen->row, at + 9, 10, STYLE_PLAIN,
			       json_object_get(counts, names[1]) || !is_given ? text : "0");
	}
	rate = json_pack("{s:I, s:I}", "n", json_number(counts, names[1] ? names[1] : names[0]),
			 "of",
			 is_given ? json_number(names[1] ? counts : pen->metrics, names[0]) : 0);
	figure_bar(pen->page, pen->row, at + 21, BAR_LEAST, rate, -1);
	figure_percent(rate, text);
	page_put_right(pen->page, pen->row, at + 21 + BAR_LEAST, 7, STYLE_PLAIN, text);
	json_decref(rate);
	pen->row++;
}

static void put_dimension(struct pen *pen, const char *name, const json_t *values)
{
	const char *const *names = counted[pen->scene->subjects[pen->subject].kind];
	const json_t *dimension = dimension_of(pen->scene, name), *value;
	const char *label = label_in(pen->scene->language, json_object_get(dimension, "label"));
	int at = pen->page->columns / 3;
	char text[128];
	size_t i;

	snprintf(text, sizeof(text), "By %s", label ? label : name);
	pen_heading(pen, text);
	page_put_right(pen->page, pen->row - 1, at, 9, STYLE_HEAD,
		       strcmp(names[0], "participants") == 0 ? "partic." : names[0]);
	if (names[1])
		page_put_right(pen->page, pen->row - 1, at + 9, 10, STYLE_HEAD, names[1]);
	json_array_foreach(json_object_get(dimension, "values"), i, value)
	{
		const char *code = json_string_value(value);
		const json_t *counts = code ? json_object_get(values, code) : NULL;

		if (counts)
			put_value(pen, value_label(pen->scene, dimension, code), counts);
	}
	if (json_object_get(values, "unknown"))
		put_value(pen, "unknown", json_object_get(values, "unknown"));
}

void pen_by(struct pen *pen)
{
	const json_t *dimension, *by = json_object_get(pen->metrics, "by");
	size_t i;

	json_array_foreach(json_object_get(pen->scene->catalogue, "dimensions"), i, dimension)
	{
		const char *name = json_text(dimension, "name");

		if (json_object_size(json_object_get(by, name)) > 0)
			put_dimension(pen, name, json_object_get(by, name));
	}
}

/* Tables. */

static void put_line(struct pen *pen, const struct columns *columns, const char *label,
		     size_t region, size_t subject)
{
	const json_t *metrics = scene_metrics(pen->scene, region, subject);

	if (!page_need(pen->page, pen->row))
		return;
	page_put(pen->page, pen->row, LEFT, columns->names - LEFT,
		 metrics ? STYLE_PLAIN : STYLE_DIM, label);
	if (metrics)
		figures_put(pen->page, pen->row, columns->names, columns, scene_as_of(pen->scene),
			    scene_metrics(pen->scene, region, 0), metrics);
	else
		page_put_right(pen->page, pen->row, columns->names, columns->columns[0].width,
			       STYLE_DIM, scene_is_open(pen->scene) ? "-" : "0");
	pen->row++;
}

struct place {
	size_t region;
	double n; /* of the first column */
};

/* Where most is, first; else as the catalogue has them. */
static int compare_places(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	return a->region < b->region ? -1 : a->region > b->region;
}

static size_t list_places(const struct pen *pen, const bool *marks, const struct column *first,
			  struct place *places)
{
	const struct scene *scene = pen->scene;
	bool *inside = calloc(scene->n_regions + 1, sizeof(*inside));
	size_t n = 0;

	if (!inside)
		return 0;
	scene_mark(scene, pen->region, inside);
	for (size_t i = 0; i < scene->n_regions; i++) {
		const json_t *metrics = scene_metrics(scene, i, pen->subject);

		if (!inside[i] || (marks && !marks[i]) || !scene_is_place(scene, i) ||
		    i == pen->region)
			continue;
		places[n++] =
			(struct place){ i, metrics ? figure_value(first, metrics, metrics) : -1 };
	}
	free(inside);
	qsort(places, n, sizeof(*places), compare_places);
	return n;
}

void pen_places(struct pen *pen, const bool *marks)
{
	struct place *places = calloc(pen->scene->n_regions + 1, sizeof(*places));
	struct columns columns;
	size_t n;

	if (!places)
		return;
	columns_choose_own(pen->scene, pen->scene->subjects[pen->subject].kind, table_width(pen),
			   &columns);
	n = list_places(pen, marks, &columns.columns[0], places);
	if (n > 0) {
		pen_heading(pen, "Places");
		figures_put_heads(pen->page, pen->row - 1, columns.names, &columns, -1, false);
	}
	for (size_t i = 0; i < n; i++)
		put_line(pen, &columns, pen->scene->regions[places[i].region].label,
			 places[i].region, pen->subject);
	free(places);
}

static bool is_in(const json_t *ids, const char *id)
{
	const json_t *value;
	size_t i;

	json_array_foreach(ids, i, value)
	{
		if (json_is_string(value) && strcmp(json_string_value(value), id) == 0)
			return true;
	}
	return !ids;
}

void pen_subjects(struct pen *pen, enum kind kind, const json_t *ids)
{
	const struct scene *scene = pen->scene;
	struct columns columns;
	char text[32];
	size_t n = 0;

	columns_choose_own(pen->scene, kind, table_width(pen), &columns);
	for (size_t i = 0; i < scene->n_subjects; i++) {
		if (scene->subjects[i].kind != kind || !is_in(ids, scene->subjects[i].id))
			continue;
		if (n++ == 0) {
			snprintf(text, sizeof(text), "%s", kind_plural(kind));
			text[0] = (char)(text[0] - 'a' + 'A');
			pen_heading(pen, text);
			figures_put_heads(pen->page, pen->row - 1, columns.names, &columns, -1,
					  false);
		}
		put_line(pen, &columns, scene->subjects[i].label, pen->region, i);
	}
}
