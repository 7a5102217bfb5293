/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/view.h"

#include <stdlib.h>
#include <string.h>

#include "proto/grow.h"

static bool is_wished(const char *const wished[], size_t n, struct text text)
{
	for (size_t i = 0; i < n; i++)
		if (text_equal(text_of(wished[i]), text))
			return true;
	return n == 0;
}

static int add(struct figures *figures, const struct wish *wish, const struct figure *figure)
{
	int err;

	if (!is_wished(wish->regions, wish->n_regions, figure->region) ||
	    !is_wished(wish->kinds, wish->n_kinds, figure->kind) ||
	    !is_wished(wish->ids, wish->n_ids, figure->id))
		return 0;
	err = grow(&figures->rows, &figures->room, figures->n + 1, sizeof(*figures->rows));
	if (!err)
		figures->rows[figures->n++] = *figure;
	return err;
}

static int compare_texts(struct text a, struct text b)
{
	size_t least = a.size < b.size ? a.size : b.size;
	int order = least ? memcmp(a.data, b.data, least) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare(const void *a, const void *b)
{
	const struct figure *left = a, *right = b;
	int order = compare_texts(left->kind, right->kind);

	if (!order)
		order = compare_texts(left->id, right->id);
	return order ? order : compare_texts(left->region, right->region);
}

void figures_sort(struct figures *figures)
{
	if (figures->n)
		qsort(figures->rows, figures->n, sizeof(*figures->rows), compare);
}

/* Of a picture. */

struct adding {
	const struct wish *wish;
	struct figures *figures;
};

/* What is up to the next slash of a topic, and behind it. */
static struct text part(const char **at)
{
	const char *begin = *at, *end = strchr(begin, '/');
	struct text text = { begin, end ? (size_t)(end - begin) : strlen(begin) };

	*at = begin + text.size + (end != NULL);
	return text;
}

static int add_topic(void *context, const char *topic, const json_t *body)
{
	struct adding *adding = context;
	const char *at = topic;
	struct figure figure = { .metrics = json_object_get(body, "metrics"),
				 .sources = json_object_get(body, "sources") };

	part(&at);
	figure.region = part(&at);
	figure.kind = part(&at);
	figure.id = text_of(at);
	return json_is_object(figure.metrics) ? add(adding->figures, adding->wish, &figure) : 0;
}

int figures_of_picture(const struct lift_picture *picture, const struct wish *wish,
		       struct figures *ret_figures)
{
	struct adding adding = { wish, ret_figures };
	int err = lift_picture_each(picture, "metric/", add_topic, &adding);

	if (err)
		figures_clear(ret_figures);
	return err;
}

/* Of another day. */

static struct text text_at(const json_t *row, const char *key)
{
	const json_t *value = json_object_get(row, key);

	return (struct text){ json_string_value(value), json_string_length(value) };
}

int figures_of_rows(const json_t *rows, const struct wish *wish, struct figures *ret_figures)
{
	const json_t *row;
	size_t i;
	int err = 0;

	json_array_foreach(rows, i, row)
	{
		const struct figure figure = { text_at(row, "region"), text_at(row, "kind"),
					       text_at(row, "id"), json_object_get(row, "metrics"),
					       NULL };

		err = add(ret_figures, wish, &figure);
		if (err)
			break;
	}
	if (err)
		figures_clear(ret_figures);
	return err;
}

void figures_clear(struct figures *figures)
{
	free(figures->rows);
	*figures = (struct figures){ 0 };
}

/* Paths. */

/* A number in a path, of an array. */
static const json_t *item_at(const json_t *array, const char *name)
{
	char *end;
	unsigned long i = strtoul(name, &end, 10);

	return *name && *end == 0 ? json_array_get(array, i) : NULL;
}

static const json_t *value_at(const json_t *in, const char *name)
{
	return json_is_array(in) ? item_at(in, name) : json_object_get(in, name);
}

const json_t *figure_at(const json_t *metrics, const char *path)
{
	char name[WISH_PATH_MAX];
	const json_t *at = value_at(metrics, path);

	/* The longest name first: values of dimensions may have points. */
	for (size_t size = strlen(path); !at && size > 0; size--) {
		const json_t *in;

		if (path[size - 1] != '.' || size > sizeof(name))
			continue;
		memcpy(name, path, size - 1);
		name[size - 1] = 0;
		in = value_at(metrics, name);
		if (in)
			at = figure_at(in, path + size);
	}
	return at;
}
