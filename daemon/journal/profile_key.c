/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/profile_key.h"

#include <assert.h>

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
