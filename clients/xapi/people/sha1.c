/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/people/sha1.h"

enum { BLOCK = 64, ROUNDS = 80 };

static uint32_t rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* FIPS 180-4, 6.1.2. */
static void take_block(uint32_t h[static 5], const uint8_t *block)
{
	static const uint32_t k[] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	uint32_t w[ROUNDS], a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];

	for (unsigned t = 0; t < ROUNDS; t++) {
		uint32_t f, next;

		w[t] = t < 16 ? (uint32_t)get_be(block + t * sizeof(uint32_t), sizeof(uint32_t))
			      : rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
		if (t < 20)
			f = (b & c) | (~b & d);
		else if (t >= 40 && t < 60)
			f = (b & c) | (b & d) | (c & d);
		else
			f = b ^ c ^ d;
		next = rotate(a, 5) + f + e + k[t / 20] + w[t];
		e = d;
		d = c;
		c = rotate(b, 30);
		b = a;
		a = next;
	}
	h[0] += a;
	h[1] += b;
	h[2] += c;
	h[3] += d;
	h[4] += e;
}

void sha1_hex(struct text text, char to[static SHA1_HEX])
{
	uint32_t h[] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t last[2 * BLOCK] = { 0 };
	size_t whole = text.size / BLOCK * BLOCK, rest = text.size - whole;
	size_t size = rest + 1 + sizeof(uint64_t) > BLOCK ? 2 * BLOCK : BLOCK;

	for (size_t i = 0; i < whole; i += BLOCK)
		take_block(h, (const uint8_t *)text.data + i);
	if (rest)
		memcpy(last, text.data + whole, rest);
	last[rest] = 0x80;
	put_be(last + size - sizeof(uint64_t), (uint64_t)text.size * 8, sizeof(uint64_t));
	for (size_t i = 0; i < size; i += BLOCK)
		take_block(h, last + i);
	for (size_t i = 0; i < SHA1_HEX; i++)
		to[i] = "0123456789abcdef"[h[i / 8] >> (28 - i % 8 * 4) & 15];
}
