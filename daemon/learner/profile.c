/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/profile.h"
#include "proto/grow.h"

#include <stdlib.h>

void profiles_init(struct profiles *profiles, const struct catalogue *catalogue)
{
	*profiles = (struct profiles){ .catalogue = catalogue };
}

static struct text copy_text(struct text text, char **at)
{
	struct text copy = { *at, text.size };

	if (text.size > 0)
		memcpy(*at, text.data, text.size);
	*at += text.size;
	return copy;
}

struct profile *profile_new(uint32_t home, struct text region, const struct claim *claims,
			    uint32_t n_claims)
{
	size_t size = sizeof(struct profile) + n_claims * sizeof(*claims);
	size_t texts = region.size;
	struct profile *profile;
	char *at;

	for (uint32_t i = 0; i < n_claims; i++)
		texts += claims[i].text.size;
	profile = malloc(size + texts);
	if (!profile)
		return NULL;
	at = (char *)profile + size;
	profile->home = home;
	profile->n_claims = n_claims;
	profile->region = copy_text(region, &at);
	for (uint32_t i = 0; i < n_claims; i++) {
		profile->claims[i] = claims[i];
		profile->claims[i].text = copy_text(claims[i].text, &at);
	}
	return profile;
}

void profiles_clear(struct profiles *profiles)
{
	for (size_t i = 0; i < profiles->room; i++)
		free(profiles->items[i]);
	free(profiles->items);
	profiles_init(profiles, profiles->catalogue);
}

void profiles_trim(struct profiles *profiles)
{
	if (profiles->n > PROFILES_KEPT)
		profiles_clear(profiles);
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

/* Attributes that the catalogue counts by; others claim nothing. */
static int read_claims(const struct profile_key *key, const struct catalogue *catalogue,
		       struct journal_view *view, struct claim claims[static ATTRS_MAX],
		       uint32_t *ret_n)
{
	struct text name, value;
	uint32_t n = 0;

	for (uint32_t i = 0; i < key->n; i++) {
		uint32_t dimension;

		if (!journal_view_name(view, NAME_DIMENSION, key->attrs[i].dimension, &name) ||
		    !journal_view_name(view, NAME_VALUE, key->attrs[i].value, &value))
			return LIFT_E_CORRUPT;
		dimension = catalogue_dimension(catalogue, name);
		if (dimension == CATALOGUE_NONE || n == CATALOGUE_DIMENSIONS_MAX)
			continue;
		claims[n++] = (struct claim){ dimension,
					      catalogue_value(catalogue, dimension, value), value };
	}
	*ret_n = n;
	return 0;
}

static int resolve(const struct catalogue *catalogue, struct journal_view *view, struct text bytes,
		   struct profile **ret_profile)
{
	struct claim claims[ATTRS_MAX];
	struct profile_key key;
	struct text region;
	uint32_t n = 0;
	int err = profile_key_decode(bytes, &key);

	if (!err && !journal_view_name(view, NAME_REGION, key.region, &region))
		err = LIFT_E_CORRUPT;
	if (!err)
		err = read_claims(&key, catalogue, view, claims, &n);
	if (err)
		return err;
	*ret_profile = profile_new(catalogue_home(catalogue, region), region, claims, n);
	return *ret_profile ? 0 : LIFT_E_MEMORY;
}

int profiles_resolve(struct profiles *profiles, struct journal_view *view, uint32_t id)
{
	struct profile *profile;
	struct text bytes;
	int err;

	if (id < profiles->room && profiles->items[id])
		return 0;
	if (!journal_view_name(view, NAME_PROFILE, id, &bytes))
		return LIFT_E_CORRUPT;
	err = make_room(profiles, id);
	if (err)
		return err;
	err = resolve(profiles->catalogue, view, bytes, &profile);
	if (err)
		return err;
	profiles->items[id] = profile;
	profiles->n++;
	return 0;
}
