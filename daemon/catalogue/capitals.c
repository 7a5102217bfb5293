/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/capitals.h"

enum {
	LATIN = 0xC3, /* first byte of U+00C0 to U+00FF; the second is 0x80 to 0xBF */
	LATIN_FIRST = 0x80,
	LATIN_LAST = 0x9E,
	LATIN_TIMES = 0x97, /* the multiplication sign, which is no letter */
	TO_SMALL = 0x20,
};

void capitals_fold(struct text text, char *to)
{
	uint8_t before = 0;

	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = (uint8_t)text.data[i];
		bool ascii = byte >= 'A' && byte <= 'Z';
		bool latin = before == LATIN && byte >= LATIN_FIRST && byte <= LATIN_LAST &&
			     byte != LATIN_TIMES;

		to[i] = (char)(ascii || latin ? byte + TO_SMALL : byte);
		before = byte;
	}
}
