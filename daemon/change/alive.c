/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/alive.h"

#include "daemon/base/names.h"

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

static bool find(const struct catalogue *catalogue, struct text dimension, struct text value,
		 uint32_t *ret_dimension, uint32_t *ret_value)
{
	*ret_dimension = catalogue_dimension(catalogue, dimension);
	if (*ret_dimension == CATALOGUE_NONE)
		return false;
	*ret_value = catalogue_value(catalogue, *ret_dimension, value);
	return *ret_value < catalogue->dimensions[*ret_dimension].n_values;
}

static bool knows(const struct catalogue *catalogue, struct text dimension, struct text value)
{
	uint32_t d, v;

	return find(catalogue, dimension, value, &d, &v);
}

static bool has_new_values(const struct catalogue *before, const struct catalogue *after)
{
	for (uint32_t d = 0; d < after->n_dimensions; d++)
		for (uint32_t v = 0; v < after->dimensions[d].n_values; v++)
			if (!knows(before, text_of(after->dimensions[d].name),
				   text_of(after->dimensions[d].values[v])))
				return true;
	return false;
}

struct reviving {
	const struct catalogue *before, *after;
	struct journal_view *view;
	struct names *met; /* attributes as profiles have them: many have the same */
	struct changes *changes;
};

static int revive_attr(struct reviving *r, const struct profile_attr *attr)
{
	uint32_t dimension, value, id, n = names_count(r->met);
	struct text name, text;
	uint8_t key[8];
	int err;

	put_be(key, attr->dimension, 4);
	put_be(key + 4, attr->value, 4);
	err = names_add(r->met, (struct text){ (char *)key, sizeof(key) }, &id);
	if (err || id < n)
		return err;
	if (!journal_view_name(r->view, NAME_DIMENSION, attr->dimension, &name) ||
	    !journal_view_name(r->view, NAME_VALUE, attr->value, &text))
		return LIFT_E_CORRUPT;
	if (find(r->after, name, text, &dimension, &value) && !knows(r->before, name, text))
		add(r->changes, "value", text, r->after->dimensions[dimension].name);
	return 0;
}

static int revive_values(const struct catalogue *before, const struct catalogue *after,
			 struct journal_view *view, struct changes *changes)
{
	struct reviving r = { before, after, view, NULL, changes };
	struct profile_key key;
	struct text profile;
	int err = 0;

	if (!has_new_values(before, after))
		return 0;
	r.met = names_new();
	if (!r.met)
		return LIFT_E_MEMORY;
	for (uint32_t id = 0; !err && journal_view_name(view, NAME_PROFILE, id, &profile); id++) {
		err = profile_key_decode(profile, &key);
		for (uint32_t i = 0; !err && i < key.n; i++)
			err = revive_attr(&r, &key.attrs[i]);
	}
	names_free(r.met);
	return err;
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
