/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/z85.h"

/* Z85, rfc.zeromq.org/spec/32: five characters are a number below 2^32. */
static const char z85[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  ".-:+=^!/*?&<>()[]{}@%$#";

bool z85_is_key(struct text text)
{
	uint64_t number = 0;

	if (text.size != Z85_KEY)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		const char *letter = text.data[i] ? strchr(z85, text.data[i]) : NULL;

		if (!letter)
			return false;
		number = i % 5 == 0 ? 0 : number;
		number = number * 85 + (uint64_t)(letter - z85);
		if (number > UINT32_MAX)
			return false;
	}
	return true;
}
