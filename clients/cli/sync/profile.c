/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/profile.h"

#include "proto/grow.h"

void profile_clear(struct profile_claims *profile)
{
	profile->n = 0;
	profile->last = 0;
}

static struct profile_claim *claim_of(const struct profile_claims *profile, struct text name)
{
	for (size_t i = 0; i < profile->n; i++)
		if (text_equal(profile->claims[i].name, name))
			return &profile->claims[i];
	return NULL;
}

static int add(struct profile_claims *profile, struct text name, struct text value, int64_t time)
{
	struct profile_claim *claim = claim_of(profile, name);
	int err;

	if (claim) {
		if (time > claim->time ||
		    (time == claim->time && text_compare(value, claim->value) > 0))
			*claim = (struct profile_claim){ name, value, time };
		return 0;
	}
	err = grow(&profile->claims, &profile->room, profile->n + 1, sizeof(*profile->claims));
	if (!err)
		profile->claims[profile->n++] = (struct profile_claim){ name, value, time };
	return err;
}

int profile_add(struct profile_claims *profile, const struct fact *fact, int64_t time)
{
	int err = add(profile, (struct text){ "", 0 }, fact->region, time);

	for (size_t i = 0; !err && i < fact->n_attrs; i++)
		err = add(profile, fact->attrs[i].name, fact->attrs[i].value, time);
	profile->last = time > profile->last ? time : profile->last;
	return err;
}

bool profile_differs(const struct profile_claims *held, const struct profile_claims *wanted,
		     struct text *ret_region, struct event_attr ret_attrs[static ATTRS_MAX],
		     size_t *ret_n)
{
	bool differs = false;
	size_t n = 0;

	for (size_t i = 0; i < wanted->n; i++) {
		const struct profile_claim *claim = &wanted->claims[i];
		const struct profile_claim *other = claim_of(held, claim->name);
		bool same = other && text_equal(other->value, claim->value);

		differs |= !same;
		if (claim->name.size == 0)
			*ret_region = claim->value;
		else if (!same && n < ATTRS_MAX)
			ret_attrs[n++] = (struct event_attr){ claim->name, claim->value };
	}
	for (size_t i = 0; i < held->n; i++) {
		const struct profile_claim *claim = &held->claims[i];

		if (claim->value.size == 0 || claim_of(wanted, claim->name))
			continue;
		differs = true;
		if (n < ATTRS_MAX)
			ret_attrs[n++] = (struct event_attr){ claim->name, { "", 0 } };
	}
	*ret_n = n;
	return differs;
}
