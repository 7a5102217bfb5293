/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/kept/said_profiles.h"

#include <stdlib.h>

struct said_profiles {
	struct profile_known known[SAID_PROFILES_MAX];
};

struct said_profiles *said_profiles_new(void)
{
	return calloc(1, sizeof(struct said_profiles));
}

void said_profiles_free(struct said_profiles *profiles)
{
	free(profiles);
}

void said_profiles_forget(struct said_profiles *profiles)
{
	for (size_t i = 0; i < SAID_PROFILES_MAX; i++)
		profiles->known[i].said.size = 0;
}

/* With its length in front: no two events give the same bytes. */
static bool say(struct profile_said *said, struct text text)
{
	if (text.size > UINT8_MAX || said->size + 1 + text.size > PROFILE_SAID_MAX)
		return false;
	said->bytes[said->size] = (char)text.size;
	memcpy(said->bytes + said->size + 1, text.data, text.size);
	said->size += 1 + (uint32_t)text.size;
	return true;
}

void profile_said_of(const struct event *event, struct profile_said *ret_said)
{
	bool fits;

	ret_said->size = 0;
	fits = say(ret_said, event->region);
	for (size_t i = 0; i < event->n_attrs && fits; i++)
		fits = say(ret_said, event->attrs[i].name) && say(ret_said, event->attrs[i].value);
	if (!fits)
		ret_said->size = 0;
}

/* FNV-1a, of eight bytes at a time. Who chooses words that meet has only their own forgotten. */
static size_t place_of(const struct profile_said *said)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325), word;

	for (uint32_t at = 0; at < said->size; at += 8) {
		uint32_t left = said->size - at;

		word = 0;
		memcpy(&word, said->bytes + at, left < 8 ? left : 8);
		hash = (hash ^ word) * UINT64_C(0x100000001b3);
		hash ^= hash >> 29;
	}
	return (hash * UINT64_C(0x9e3779b97f4a7c15) >> 40) % SAID_PROFILES_MAX;
}

const struct profile_known *said_profiles_find(const struct said_profiles *profiles,
					       const struct profile_said *said)
{
	const struct profile_known *known = &profiles->known[place_of(said)];

	return said->size > 0 && known->said.size == said->size &&
			       memcmp(known->said.bytes, said->bytes, said->size) == 0
		       ? known
		       : NULL;
}

void said_profiles_keep(struct said_profiles *profiles, const struct profile_known *known)
{
	if (known->said.size > 0)
		profiles->known[place_of(&known->said)] = *known;
}
