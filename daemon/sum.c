/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/sum.h"

#include <assert.h>
#include <sodium.h>

#include "daemon/store.h"

static_assert(SUM_BYTES == crypto_shorthash_siphashx24_BYTES, "a lane is half a hash");

enum { RECORD_HEAD = 7, RECORD_KEY_MAX = 511 };

/* db 1, size of the key 2, of the value 4, key, value. Nothing that is longer than what the stores write is right: of it, sizes and
 * beginnings do. */
static struct sum hash_of(uint8_t db, struct text key, struct text value)
{
	static const uint8_t hash_key[crypto_shorthash_siphashx24_KEYBYTES] = "liftd records 1";
	uint8_t bytes[RECORD_HEAD + RECORD_KEY_MAX + STORE_VALUE_MAX], hash[SUM_BYTES];
	size_t key_size = key.size < RECORD_KEY_MAX ? key.size : RECORD_KEY_MAX;
	size_t value_size = value.size < STORE_VALUE_MAX ? value.size : STORE_VALUE_MAX;

	bytes[0] = db;
	put_be(bytes + 1, key.size, 2);
	put_be(bytes + 3, value.size, 4);
	if (key_size > 0)
		memcpy(bytes + RECORD_HEAD, key.data, key_size);
	if (value_size > 0)
		memcpy(bytes + RECORD_HEAD + key_size, value.data, value_size);
	crypto_shorthash_siphashx24(hash, bytes, RECORD_HEAD + key_size + value_size, hash_key);
	return (struct sum){ get_be(hash, 8), get_be(hash + 8, 8) };
}

void sum_add(struct sum *sum, uint8_t db, struct text key, struct text value)
{
	struct sum hash = hash_of(db, key, value);

	sum->a += hash.a;
	sum->b += hash.b;
}

void sum_remove(struct sum *sum, uint8_t db, struct text key, struct text value)
{
	struct sum hash = hash_of(db, key, value);

	sum->a -= hash.a;
	sum->b -= hash.b;
}

bool sum_equal(const struct sum *a, const struct sum *b)
{
	return a->a == b->a && a->b == b->b;
}

struct text sum_encode(const struct sum *sum, uint8_t to[static SUM_BYTES])
{
	put_be(to, sum->a, 8);
	put_be(to + 8, sum->b, 8);
	return (struct text){ (const char *)to, SUM_BYTES };
}

int sum_decode(struct text bytes, struct sum *ret_sum)
{
	const uint8_t *from = (const uint8_t *)bytes.data;

	if (bytes.size != SUM_BYTES)
		return LIFT_E_CORRUPT;
	*ret_sum = (struct sum){ get_be(from, 8), get_be(from + 8, 8) };
	return 0;
}
