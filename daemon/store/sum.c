/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/sum.h"

#include <assert.h>
#include <sodium.h>

#include "daemon/store/store.h"

static_assert(SUM_BYTES == crypto_shorthash_siphashx24_BYTES, "a lane is half a hash");

enum { HEAD = 11, KEY_BYTES = 511 };

/* db 1, size of the key 2, of the value 4, block 4, key, a block of the value. Nearly all values
 * are one block. */
static struct sum hash_of(uint8_t db, struct text key, struct text value, size_t block)
{
	static const uint8_t hash_key[crypto_shorthash_siphashx24_KEYBYTES] = "liftd records 1";
	uint8_t bytes[HEAD + KEY_BYTES + STORE_VALUE_MAX], hash[SUM_BYTES];
	size_t from = block * STORE_VALUE_MAX, left = value.size - from;
	size_t key_size = key.size < KEY_BYTES ? key.size : KEY_BYTES;
	size_t size = left < STORE_VALUE_MAX ? left : STORE_VALUE_MAX;

	bytes[0] = db;
	put_be(bytes + 1, key.size, 2);
	put_be(bytes + 3, value.size, 4);
	put_be(bytes + 7, block, 4);
	if (key_size > 0)
		memcpy(bytes + HEAD, key.data, key_size);
	if (size > 0)
		memcpy(bytes + HEAD + key_size, value.data + from, size);
	crypto_shorthash_siphashx24(hash, bytes, HEAD + key_size + size, hash_key);
	return (struct sum){ get_be(hash, 8), get_be(hash + 8, 8) };
}

static size_t n_blocks(struct text value)
{
	return value.size <= STORE_VALUE_MAX ? 1 : (value.size - 1) / STORE_VALUE_MAX + 1;
}

void sum_add(struct sum *sum, uint8_t db, struct text key, struct text value)
{
	for (size_t block = 0; block < n_blocks(value); block++) {
		struct sum hash = hash_of(db, key, value, block);

		sum->a += hash.a;
		sum->b += hash.b;
	}
}

void sum_remove(struct sum *sum, uint8_t db, struct text key, struct text value)
{
	for (size_t block = 0; block < n_blocks(value); block++) {
		struct sum hash = hash_of(db, key, value, block);

		sum->a -= hash.a;
		sum->b -= hash.b;
	}
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
