/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/profile.h"
#include "proto/grow.h"

#include <stdlib.h>

void profiles_init(struct profiles *profiles, const struct catalogue *catalogue)
{
	*profiles = (struct profiles){ .catalogue = catalogue };
}

static void profile_free(struct profile *profile)
{
	if (!profile)
		return;
	free((char *)profile->region.data);
	for (uint32_t i = 0; i < profile->n_claims; i++)
		free((char *)profile->claims[i].text.data);
	free(profile);
}

void profiles_clear(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->room; i++)
		profile_free(profiles->items[i]);
	free(profiles->items);
	profiles_init(profiles, profiles->catalogue);
}

static int make_room(struct profiles *profiles, uint32_t id)
{
	size_t before = profiles->room;
	int err = grow(&profiles->items, &profiles->room, (size_t)id + 1, sizeof(struct profile *));

	if (!err && profiles->room > before)
		memset(profiles->items + before, 0,
		       (profiles->room - before) * sizeof(struct profile *));
	return err;
}

static int copy_text(struct text text, struct text *ret_copy)
{
	char *data = malloc(text.size ? text.size : 1);

	if (!data)
		return LIFT_E_MEMORY;
	if (text.size)
		memcpy(data, text.data, text.size);
	*ret_copy = (struct text){ data, text.size };
	return 0;
}

/* An attribute that the catalogue counts by; others claim nothing. */
static int add_claim(struct profile *profile, const struct catalogue *catalogue, struct text name,
		     struct text value)
{
	struct claim *claim = &profile->claims[profile->n_claims];
	int err;

	claim->dimension = catalogue_dimension(catalogue, name);
	if (claim->dimension == CATALOGUE_NONE || profile->n_claims == CATALOGUE_DIMENSIONS_MAX)
		return 0;
	claim->value = catalogue_value(catalogue, claim->dimension, value);
	err = copy_text(value, &claim->text);
	if (!err)
		profile->n_claims++;
	return err;
}

static int fill(struct profile *profile, const struct catalogue *catalogue,
		struct journal_view *view, struct text bytes)
{
	struct text name, value;
	struct profile_key key;
	int err = profile_key_decode(bytes, &key);

	if (!err && !journal_view_name(view, NAME_REGION, key.region, &name))
		err = LIFT_E_CORRUPT;
	if (err)
		return err;
	err = copy_text(name, &profile->region);
	profile->home = catalogue_home(catalogue, name);
	for (uint32_t i = 0; i < key.n && !err; i++) {
		if (!journal_view_name(view, NAME_DIMENSION, key.attrs[i].dimension, &name) ||
		    !journal_view_name(view, NAME_VALUE, key.attrs[i].value, &value))
			return LIFT_E_CORRUPT;
		err = add_claim(profile, catalogue, name, value);
	}
	return err;
}

int profiles_resolve(struct profiles *profiles, struct journal_view *view, uint32_t id)
{
	struct profile *profile;
	struct text bytes;
	int err;

	if (id < profiles->room && profiles->items[id])
		return 0;
	if (id >= JOURNAL_NAMES_MAX || !journal_view_name(view, NAME_PROFILE, id, &bytes))
		return LIFT_E_CORRUPT;
	err = make_room(profiles, id);
	if (err)
		return err;
	profile = calloc(1, sizeof(*profile));
	if (!profile)
		return LIFT_E_MEMORY;
	err = fill(profile, profiles->catalogue, view, bytes);
	if (err)
		profile_free(profile);
	else
		profiles->items[id] = profile;
	return err;
}
