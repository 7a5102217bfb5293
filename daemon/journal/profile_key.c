/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/profile_key.h"

#include <assert.h>
#include <stdlib.h>

#include "proto/err.h"

void profile_key_add(struct profile_key *key, struct profile_attr attr)
{
	uint32_t at = key->n;

	assert(key->n < ATTRS_MAX);
	for (; at > 0 && key->attrs[at - 1].dimension > attr.dimension; at--)
		key->attrs[at] = key->attrs[at - 1];
	key->attrs[at] = attr;
	key->n++;
}

struct text profile_key_encode(const struct profile_key *key, uint8_t to[static PROFILE_MAX])
{
	uint8_t *at = to;

	put_be(at, key->region, 4);
	at += 4;
	for (uint32_t i = 0; i < key->n; i++, at += 8) {
		put_be(at, key->attrs[i].dimension, 4);
		put_be(at + 4, key->attrs[i].value, 4);
	}
	return (struct text){ (const char *)to, (size_t)(at - to) };
}

int profile_key_decode(struct text from, struct profile_key *ret_key)
{
	const uint8_t *at = (const uint8_t *)from.data;

	if (from.size < 4 || from.size % 8 != 4 || from.size > PROFILE_MAX)
		return LIFT_E_CORRUPT;
	ret_key->region = (uint32_t)get_be(at, 4);
	ret_key->n = (uint32_t)(from.size / 8);
	at += 4;
	for (uint32_t i = 0; i < ret_key->n; i++, at += 8) {
		ret_key->attrs[i].dimension = (uint32_t)get_be(at, 4);
		ret_key->attrs[i].value = (uint32_t)get_be(at + 4, 4);
	}
	return 0;
}

/* What came last. */

struct profiles {
	struct profile_known known[PROFILES_MAX];
};

struct profiles *profiles_new(void)
{
	return calloc(1, sizeof(struct profiles));
}

void profiles_free(struct profiles *profiles)
{
	free(profiles);
}

void profiles_forget(struct profiles *profiles)
{
	for (size_t i = 0; i < PROFILES_MAX; i++)
		profiles->known[i].said.size = 0;
}

/* With its length in front: no two events give the same bytes. */
static bool say(struct profile_said *said, struct text text)
{
	if (text.size > UINT8_MAX || said->size + 1 + text.size > PROFILES_SAID_MAX)
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
	return (hash * UINT64_C(0x9e3779b97f4a7c15) >> 40) % PROFILES_MAX;
}

const struct profile_known *profiles_find(const struct profiles *profiles,
					  const struct profile_said *said)
{
	const struct profile_known *known = &profiles->known[place_of(said)];

	return said->size > 0 && known->said.size == said->size &&
			       memcmp(known->said.bytes, said->bytes, said->size) == 0
		       ? known
		       : NULL;
}

void profiles_keep(struct profiles *profiles, const struct profile_known *known)
{
	if (known->said.size > 0)
		profiles->known[place_of(&known->said)] = *known;
}
