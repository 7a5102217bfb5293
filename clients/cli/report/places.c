/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/places.h"

#include <string.h>
#include <strings.h>

#include "clients/cli/text/print.h"
#include "proto/err.h"

size_t places_find(const struct places *places, const char *code)
{
	const json_t *at = json_object_get(places->index, code);

	return at ? (size_t)json_integer_value(at) : PLACE_NONE;
}

static int read_place(struct places *places, const json_t *region, struct arena *arena,
		      struct place *place)
{
	const json_t *parents = json_object_get(region, "parents"), *code;
	size_t i;

	place->parents = arena_take(arena, json_array_size(parents), sizeof(*place->parents));
	if (!place->parents)
		return LIFT_E_MEMORY;
	json_array_foreach(parents, i, code)
	{
		size_t parent = places_find(places, json_string_value(code));

		if (parent == PLACE_NONE)
			continue;
		place->parents[place->n_parents++] = parent;
		places->items[parent].leaf = false;
	}
	return 0;
}

/* The county of what is below one; again, until nothing changes, as a region may stand before its
 * parents. */
static void find_counties(struct places *places)
{
	bool changed = true;

	for (size_t i = 0; i < places->n; i++)
		places->items[i].county =
			strcasecmp(places->items[i].level, "county") == 0 ? i : PLACE_NONE;
	while (changed) {
		changed = false;
		for (size_t i = 0; i < places->n; i++) {
			struct place *place = &places->items[i];

			for (size_t p = 0; p < place->n_parents && place->county == PLACE_NONE;
			     p++) {
				place->county = places->items[place->parents[p]].county;
				changed |= place->county != PLACE_NONE;
			}
		}
	}
}

int places_read(const json_t *regions, struct arena *arena, struct places *ret_places)
{
	struct places places = { .n = json_array_size(regions), .index = json_object() };
	int err = 0;

	places.items = arena_take(arena, places.n, sizeof(*places.items));
	if (!places.items || !places.index)
		err = LIFT_E_MEMORY;
	for (size_t i = 0; i < places.n && !err; i++) {
		const json_t *region = json_array_get(regions, i);
		struct place *place = &places.items[i];

		place->code = json_text(region, "code");
		place->name = json_text(region, "name");
		place->level = json_text(region, "level");
		place->leaf =
			strcmp(place->code, "all") != 0 && strcmp(place->code, "unassigned") != 0;
		if (json_object_set_new(places.index, place->code, json_integer((json_int_t)i)))
			err = LIFT_E_MEMORY;
	}
	for (size_t i = 0; i < places.n && !err; i++)
		err = read_place(&places, json_array_get(regions, i), arena, &places.items[i]);
	if (err) {
		places_clear(&places);
		return err;
	}
	find_counties(&places);
	*ret_places = places;
	return 0;
}

void places_clear(struct places *places)
{
	json_decref(places->index);
	*places = (struct places){ 0 };
}

bool *places_inside(const struct places *places, const json_t *codes, struct arena *arena)
{
	bool *inside = arena_take(arena, places->n, sizeof(*inside)), changed = true;
	const json_t *code;
	size_t i;

	if (!inside)
		return NULL;
	json_array_foreach(codes, i, code)
	{
		size_t place = places_find(places, json_string_value(code));

		/* It is everything, also for who does not see it. */
		if (json_is_string(code) && strcmp(json_string_value(code), "all") == 0)
			memset(inside, true, places->n * sizeof(*inside));
		else if (place != PLACE_NONE)
			inside[place] = true;
	}
	while (changed) {
		changed = false;
		for (i = 0; i < places->n; i++) {
			const struct place *place = &places->items[i];

			for (size_t p = 0; p < place->n_parents && !inside[i]; p++) {
				inside[i] = inside[place->parents[p]];
				changed |= inside[i];
			}
		}
	}
	return inside;
}
