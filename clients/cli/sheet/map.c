/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/map.h"

#include <stdlib.h>

#include "clients/cli/sheet/fold.h"

void map_free(struct sheet_map *map)
{
	struct arena arena;

	if (!map)
		return;
	arena = *map->arena;
	arena_free(&arena); /* which the map is in, too */
}

static bool any_folds(const struct map_fields *fields)
{
	for (size_t i = 0; i < fields->n; i++)
		if (fields->fields[i].fold)
			return true;
	return false;
}

bool map_folds(const struct sheet_map *map)
{
	bool folds = map->fold_places || any_folds(&map->fields);

	for (size_t i = 0; i < map->n_events; i++)
		folds |= any_folds(&map->events[i].fields);
	return folds;
}

struct text map_value_of(const struct map_field *field, struct text value)
{
	for (size_t i = 0; i < field->n_values; i++)
		if (fold_equal(field->values[i].from, value))
			return field->values[i].to ? text_of(field->values[i].to)
						   : (struct text){ "", 0 };
	return value;
}

bool map_texts_have(const struct map_texts *texts, struct text text)
{
	for (size_t i = 0; i < texts->n; i++)
		if (fold_equal(text_of(texts->texts[i]), text))
			return true;
	return false;
}
