/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/frozen/causes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/frozen/figures.h"

static const struct {
	const char *name, *words;
} causes[CAUSES] = {
	[CAUSE_NONE] = { "", "" },
	[CAUSE_CATALOGUE] = { "catalogue", "the catalogue was changed" },
	[CAUSE_OTHERWISE] = { "otherwise", "counted otherwise" },
	[CAUSE_MOVED] = { "moved", "people moved, or have other attributes" },
	[CAUSE_CORRECTED] = { "corrected", "taken back" },
	[CAUSE_LATE] = { "late", "arrived late" },
	[CAUSE_DAY] = { "day", "of another day" },
	[CAUSE_UNKNOWN] = { "unknown", "why is not known" },
};

const char *cause_name(enum cause cause)
{
	return causes[cause].name;
}

const char *cause_words(enum cause cause)
{
	return causes[cause].words;
}

/* The rows of one key, step by step, and their figures. */
struct track {
	const struct steps *steps;
	const json_t *rows[STEPS_MAX];
	json_t *figures[STEPS_MAX];
};

static void track_clear(struct track *track)
{
	for (size_t i = 0; i < track->steps->n; i++)
		json_decref(track->figures[i]);
}

/* Names in order, each once. */
static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **sorted(const json_t *names)
{
	const char **list = calloc(json_object_size(names) + 1, sizeof(*list)), *name;
	json_t *value;
	size_t n = 0;

	if (!list)
		return NULL;
	json_object_foreach((json_t *)names, name, value) list[n++] = name;
	qsort(list, n, sizeof(*list), compare_names);
	return list;
}

/* Those in which a step differs from the one before, as far as they may be about a figure. */
static json_t *months_of(const struct track *track, size_t step, const char *path)
{
	json_t *months = json_object(), *list = json_array();
	const char **names = NULL;

	if (figures_months(track->rows[step - 1], track->rows[step], path, months) == 0)
		names = sorted(months);
	for (size_t i = 0; names && names[i]; i++)
		json_array_append_new(list, json_string(names[i]));
	free(names);
	json_decref(months);
	return list;
}

static int track_begin(struct track *track, const struct steps *steps, const char *key)
{
	int err = 0;

	*track = (struct track){ .steps = steps };
	for (size_t i = 0; i < steps->n && !err; i++) {
		track->rows[i] = json_object_get(steps->items[i].rows, key);
		track->figures[i] = figures_of(track->rows[i]);
		err = track->figures[i] ? 0 : -1;
	}
	return err;
}

/* Is a figure a number, in whichever steps it is there? */
static bool is_number(const struct track *track, const char *path)
{
	for (size_t i = 0; i < track->steps->n; i++) {
		const json_t *value = json_object_get(track->figures[i], path);

		if (value && !json_is_number(value))
			return false;
	}
	return true;
}

static double number(const struct track *track, size_t step, const char *path)
{
	return json_number_value(json_object_get(track->figures[step], path));
}

static bool differ(const struct track *track, size_t a, size_t b, const char *path)
{
	if (is_number(track, path))
		return number(track, a, path) < number(track, b, path) ||
		       number(track, a, path) > number(track, b, path);
	return !json_equal(json_object_get(track->figures[a], path),
			   json_object_get(track->figures[b], path));
}

/* Whole numbers stay whole. */
static json_t *difference(const struct track *track, size_t a, size_t b, const char *path)
{
	const json_t *x = json_object_get(track->figures[a], path);
	const json_t *y = json_object_get(track->figures[b], path);

	if (!is_number(track, path))
		return json_null();
	if (json_is_real(x) || json_is_real(y))
		return json_real(number(track, b, path) - number(track, a, path));
	return json_integer(json_integer_value(y) - json_integer_value(x));
}

static json_t *why(const struct track *track, const char *path)
{
	json_t *list = json_array();

	for (size_t i = 1; list && i < track->steps->n; i++)
		if (differ(track, i - 1, i, path))
			json_array_append_new(list,
					      json_pack("{s:s,s:o,s:o}", "cause",
							cause_name(track->steps->items[i].cause),
							"by", difference(track, i - 1, i, path),
							"months", months_of(track, i, path)));
	return list;
}

static json_t *value_at(const struct track *track, size_t step, const char *path)
{
	json_t *value = json_object_get(track->figures[step], path);

	if (value)
		return json_incref(value);
	return is_number(track, path) ? json_integer(0) : json_null();
}

static int note(const struct track *track, const char *key, const char *path, json_t *found)
{
	size_t last = track->steps->n - 1, with = last;

	while (with > 0 && !track->rows[with])
		with--;
	return json_array_append_new(
		found, json_pack("{s:s,s:O,s:s,s:o,s:o,s:o}", "key", key, "row", track->rows[with],
				 "figure", path, "then", value_at(track, 0, path), "now",
				 value_at(track, last, path), "why", why(track, path)));
}

static int find_of_key(const struct steps *steps, const char *key, json_t *found)
{
	json_t *paths = json_object();
	const char **names = NULL;
	struct track track;
	int err = track_begin(&track, steps, key);

	for (size_t i = 0; i < steps->n && !err; i++)
		err = json_object_update(paths, track.figures[i]);
	if (!err)
		names = sorted(paths);
	err = err || !names ? -1 : 0;
	for (size_t i = 0; !err && names[i]; i++)
		if (differ(&track, 0, steps->n - 1, names[i]))
			err = note(&track, key, names[i], found);
	free(names);
	json_decref(paths);
	track_clear(&track);
	return err;
}

json_t *causes_find(const struct steps *steps)
{
	json_t *keys = json_object(), *found = json_array();
	const char **names = NULL;
	int err = 0;

	for (size_t i = 0; i < steps->n && !err; i++)
		err = json_object_update(keys, (json_t *)steps->items[i].rows);
	if (!err)
		names = sorted(keys);
	err = err || !names ? -1 : 0;
	for (size_t i = 0; !err && names[i]; i++)
		err = find_of_key(steps, names[i], found);
	free(names);
	json_decref(keys);
	if (!err)
		return found;
	json_decref(found);
	return NULL;
}
