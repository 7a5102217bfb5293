/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/alive.h"

#include "daemon/change/attributes.h"

static const char how_alive[] = "alive";

/* The journal's texts are no C strings. */
static void add(struct changes *changes, const char *what, struct text text, const char *of)
{
	char *id = arena_text(&changes->arena, text);

	changes->no_memory |= !id;
	if (id)
		changes_add(changes,
			    &(struct change_row){ .what = what,
						  .how = how_alive,
						  .id = id,
						  .of = of,
						  .learners = -1 },
			    "%s %s comes alive: events have it already, and count as %s", what, id,
			    of);
}

static void revive_modules(const struct catalogue *before, const struct catalogue *after,
			   struct journal_view *view, struct changes *changes)
{
	struct text text;

	for (uint32_t id = 0; journal_view_name(view, NAME_MODULE, id, &text); id++) {
		uint32_t at = catalogue_module(after, text);

		if (at != CATALOGUE_NONE && catalogue_module(before, text) == CATALOGUE_NONE)
			add(changes, "module", text, after->modules[at].id);
	}
}

static void revive_regions(const struct catalogue *before, const struct catalogue *after,
			   struct journal_view *view, struct changes *changes)
{
	struct text text;

	for (uint32_t id = 0; journal_view_name(view, NAME_REGION, id, &text); id++) {
		uint32_t at = catalogue_home(after, text);

		if (at != REGION_UNASSIGNED && catalogue_home(before, text) == REGION_UNASSIGNED)
			add(changes, "region", text, after->regions[at].code);
	}
}

/* Values: only profiles say of which dimension a text was one. */

struct reviving {
	const struct catalogue *before, *after;
	struct changes *changes;
};

static void revive_value(void *context, struct text dimension, struct text value)
{
	struct reviving *r = context;
	uint32_t is = catalogue_dimension(r->after, dimension);

	if (attribute_is_known(r->after, dimension, value) &&
	    !attribute_is_known(r->before, dimension, value))
		add(r->changes, "value", value, r->after->dimensions[is].name);
}

static int revive_values(const struct catalogue *before, const struct catalogue *after,
			 struct journal_view *view, struct changes *changes)
{
	struct reviving r = { before, after, changes };

	return attributes_may_be_new(before, after) ? attributes_each(view, revive_value, &r) : 0;
}

int catalogue_revives(const struct catalogue *before, const struct catalogue *after,
		      struct journal_view *view, struct changes *changes)
{
	int err;

	revive_modules(before, after, view, changes);
	revive_regions(before, after, view, changes);
	err = revive_values(before, after, view, changes);
	if (!err)
		err = journal_view_err(view);
	return err ? err : changes_err(changes);
}
