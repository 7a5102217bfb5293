/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/claims.h"

void claims_begin(struct claims *claims, const struct catalogue *catalogue, int64_t moment)
{
	claims->catalogue = catalogue;
	claims->moment = moment;
	claims->first = CATALOGUE_NONE;
	claims->moved = false;
	claims->home = (struct best_claim){ INT64_MIN, { NULL, 0 }, REGION_UNASSIGNED };
	for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
		claims->values[d] = (struct best_claim){ INT64_MIN,
							 { NULL, 0 },
							 catalogue->dimensions[d].n_values };
}

static bool is_better(const struct best_claim *best, int64_t time, struct text text, int64_t moment)
{
	if (time == best->time)
		return text_compare(text, best->text) > 0;
	if (best->time == INT64_MIN)
		return true;
	/* Of two that are later, the earlier one. */
	if (best->time > moment)
		return time < best->time;
	return time > best->time && time <= moment;
}

static void claim(struct best_claim *best, int64_t time, struct text text, uint32_t meaning,
		  int64_t moment)
{
	if (is_better(best, time, text, moment))
		*best = (struct best_claim){ time, text, meaning };
}

void claims_add(struct claims *claims, const struct profile *profile, int64_t time)
{
	if (claims->first == CATALOGUE_NONE)
		claims->first = profile->home;
	claims->moved |= profile->home != claims->first;
	claim(&claims->home, time, profile->region, profile->home, claims->moment);
	for (uint32_t c = 0; c < profile->n_claims; c++)
		claim(&claims->values[profile->claims[c].dimension], time, profile->claims[c].text,
		      profile->claims[c].value, claims->moment);
}

void claims_end(const struct claims *claims, struct learner_profile *ret_profile)
{
	ret_profile->moved = claims->moved;
	ret_profile->home = claims->home.meaning;
	for (uint32_t d = 0; d < claims->catalogue->n_dimensions; d++)
		ret_profile->values[d] = claims->values[d].meaning;
}

bool claims_agree(const struct profile *profile, const struct learner_profile *with)
{
	if (profile->home != with->home)
		return false;
	for (uint32_t c = 0; c < profile->n_claims; c++)
		if (profile->claims[c].value != with->values[profile->claims[c].dimension])
			return false;
	return true;
}
