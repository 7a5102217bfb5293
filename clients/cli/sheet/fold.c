/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/fold.h"

/* Of a character of two bytes; all of these have two when they are small. */
static unsigned small_of(unsigned code)
{
	if (code >= 0xc0 && code <= 0xde && code != 0xd7)
		return code + 0x20;
	if (code == 0x178)
		return 0xff;
	if ((code >= 0x139 && code <= 0x148) || (code >= 0x179 && code <= 0x17e))
		return code + (code & 1);
	if (code >= 0x100 && code <= 0x177 && code != 0x130 && code != 0x131 && code != 0x138)
		return code | 1;
	return code;
}

/* The next character, or byte that is of none of two: how many bytes it has. */
static size_t next_small(struct text text, size_t at, uint8_t to[2])
{
	uint8_t a = (uint8_t)text.data[at], b = at + 1 < text.size ? (uint8_t)text.data[at + 1] : 0;
	unsigned code;

	to[0] = a >= 'A' && a <= 'Z' ? (uint8_t)(a + 0x20) : a;
	if (a < 0xc2 || a > 0xdf || (b & 0xc0) != 0x80)
		return 1;
	code = small_of((unsigned)(a & 0x1f) << 6 | (b & 0x3f));
	to[0] = (uint8_t)(0xc0 | code >> 6);
	to[1] = (uint8_t)(0x80 | (code & 0x3f));
	return 2;
}

void fold_small(char *to, struct text text)
{
	uint8_t small[2];
	size_t n;

	for (size_t i = 0; i < text.size; i += n) {
		n = next_small(text, i, small);
		memcpy(to + i, small, n);
	}
}

bool fold_equal(struct text a, struct text b)
{
	uint8_t x[2], y[2];
	size_t n;

	if (a.size != b.size)
		return false;
	for (size_t i = 0; i < a.size; i += n) {
		n = next_small(a, i, x);
		if (next_small(b, i, y) != n || memcmp(x, y, n) != 0)
			return false;
	}
	return true;
}
