/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/headcount.h"

#include "clients/cli/text/print.h"

/* A region's own figure; -1: it has none. */
static int64_t own(const json_t *region, const json_t *where)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(region, "headcount"), i, row)
	{
		const json_t *is = json_object_get(row, "where");

		if (json_object_size(is) == json_object_size(where) &&
		    (json_object_size(is) == 0 || json_equal(is, where)))
			return json_number(row, "count");
	}
	return -1;
}

/* Which places are in a region: NULL where memory ran out. */
static bool *inside_of(struct draft *draft, const char *region)
{
	json_t *codes = json_pack("[s]", region);
	bool *inside = places_inside(&draft->places, codes, &draft->document->arena);

	draft->document->failed |= !inside;
	json_decref(codes);
	return inside;
}

int64_t headcount_of(struct draft *draft, const char *code, const json_t *where)
{
	const json_t *regions = json_object_get(draft->input->catalogue, "regions");
	size_t place = places_find(&draft->places, code), leaves = 0;
	int64_t count = place == PLACE_NONE ? -1 : own(json_array_get(regions, place), where);
	bool *inside;

	if (count >= 0 || (place != PLACE_NONE && draft->places.items[place].leaf))
		return count;
	inside = inside_of(draft, code);
	for (size_t i = 0; inside && i < draft->places.n; i++) {
		int64_t more;

		if (!inside[i] || !draft->places.items[i].leaf)
			continue;
		more = own(json_array_get(regions, i), where);
		if (more < 0)
			return -1;
		count = leaves++ ? count + more : more;
	}
	return count;
}

int64_t headcount_leaves(struct draft *draft, const char *code)
{
	bool *inside = inside_of(draft, code);
	int64_t n = 0;

	for (size_t i = 0; inside && i < draft->places.n; i++)
		n += inside[i] && draft->places.items[i].leaf;
	return n;
}
