/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/draw.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

#include "proto/protection.h"

enum { DRAW_HASH_BYTES = 16 };

static void put_number(uint8_t *to, uint64_t number)
{
	number = htole64(number);
	memcpy(to, &number, sizeof(number));
}

static uint64_t get_number(const uint8_t *from)
{
	uint64_t number;

	memcpy(&number, from, sizeof(number));
	return le64toh(number);
}

uint64_t draw_record_key(const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	return get_number(pseudonym);
}

static int compare_keys(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void draw_state(const uint8_t open_key[static OPEN_KEY_BYTES], uint64_t *cell_keys, size_t n,
		uint8_t to[static OPEN_STATE_BYTES])
{
	crypto_generichash_state hash;
	uint8_t number[8];

	if (n)
		qsort(cell_keys, n, sizeof(*cell_keys), compare_keys);
	crypto_generichash_init(&hash, open_key, OPEN_KEY_BYTES, OPEN_STATE_BYTES);
	for (size_t i = 0; i < n; i++) {
		put_number(number, cell_keys[i]);
		crypto_generichash_update(&hash, number, sizeof(number));
	}
	crypto_generichash_final(&hash, to, OPEN_STATE_BYTES);
}

uint32_t draw_number(const uint8_t open_key[static OPEN_KEY_BYTES],
		     const uint8_t state[static OPEN_STATE_BYTES], uint64_t cell_key)
{
	uint8_t bytes[OPEN_STATE_BYTES + 8], hash[DRAW_HASH_BYTES];

	memcpy(bytes, state, OPEN_STATE_BYTES);
	put_number(bytes + OPEN_STATE_BYTES, cell_key);
	crypto_generichash(hash, sizeof(hash), bytes, sizeof(bytes), open_key, OPEN_KEY_BYTES);
	return (uint32_t)(get_number(hash) % PROTECTION_DRAWS);
}

int64_t draw_protect(int64_t n, uint32_t draw)
{
	const uint32_t *row = protection_table[(n < PROTECTION_ROWS ? n : PROTECTION_ROWS) - 1];
	int change = 0;

	assert(n > 0 && draw < PROTECTION_DRAWS);
	while (draw >= row[change])
		draw -= row[change++];
	return n + change - PROTECTION_FURTHEST;
}
