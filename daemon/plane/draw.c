/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/draw.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>

enum { FURTHEST = 5, CHANGES = 2 * FURTHEST + 1, ROWS = 10, DRAW_HASH_BYTES = 16 };

/* By n, from 1, the last row for all that are greater: how many of the million draws change it by
 * -5, -4 ... 5. Mean 0 and the least variance that leaves nothing below 0, or at 1 to 4, but at
 * least 3. */
static const uint32_t table[ROWS][CHANGES] = {
	{ 0, 0, 0, 0, 800000, 0, 0, 0, 0, 200000, 0 },
	{ 0, 0, 0, 600000, 0, 0, 0, 0, 400000, 0, 0 },
	{ 0, 0, 400000, 0, 0, 0, 0, 600000, 0, 0, 0 },
	{ 0, 200000, 0, 0, 0, 0, 800000, 0, 0, 0, 0 },
	{ 91029, 0, 0, 0, 0, 565952, 250702, 74948, 15119, 2060, 190 },
	{ 0, 0, 0, 0, 624845, 162637, 61767, 34226, 27675, 32649, 56201 },
	{ 0, 0, 0, 233216, 227712, 195367, 147277, 97557, 56781, 29040, 13050 },
	{ 0, 0, 72030, 136717, 197351, 216653, 180883, 114850, 55460, 20368, 5688 },
	{ 0, 18439, 55484, 121621, 194209, 225913, 191442, 118180, 53146, 17411, 4155 },
	{ 3792, 16590, 52294, 118730, 194194, 228800, 194194, 118730, 52294, 16590, 3792 },
};

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
	return (uint32_t)(get_number(hash) % DRAWS);
}

int64_t draw_protect(int64_t n, uint32_t draw)
{
	const uint32_t *row = table[(n < ROWS ? n : ROWS) - 1];
	int change = 0;

	assert(n > 0 && draw < DRAWS);
	while (draw >= row[change])
		draw -= row[change++];
	return n + change - FURTHEST;
}
