/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/lookup.h"
#include "proto/grow.h"

#include <stdlib.h>

int lookup_add(struct lookup *lookup, struct text text, uint32_t index, unsigned line)
{
	uint32_t id, before;

	if (!lookup->names)
		lookup->names = names_new();
	if (!lookup->names)
		return LIFT_E_MEMORY;
	before = names_count(lookup->names);
	if (grow(&lookup->of, &lookup->room_of, (size_t)before + 1, sizeof(*lookup->of)) != 0 ||
	    grow(&lookup->lines, &lookup->room_lines, (size_t)before + 1, sizeof(*lookup->lines)) !=
		    0)
		return LIFT_E_MEMORY;
	if (names_add(lookup->names, text, &id) < 0)
		return LIFT_E_MEMORY;
	if (id < before)
		return LIFT_E_EXISTS;
	lookup->of[id] = index;
	lookup->lines[id] = line;
	return 0;
}

void lookup_free(struct lookup *lookup)
{
	names_free(lookup->names);
	free(lookup->of);
	free(lookup->lines);
}

uint32_t lookup_find(const struct lookup *lookup, struct text text)
{
	uint32_t id = lookup->names ? names_find(lookup->names, text) : NAMES_NONE;

	return id == NAMES_NONE ? CATALOGUE_NONE : lookup->of[id];
}

unsigned lookup_line(const struct lookup *lookup, struct text text)
{
	uint32_t id = lookup->names ? names_find(lookup->names, text) : NAMES_NONE;

	return id == NAMES_NONE ? 0 : lookup->lines[id];
}
