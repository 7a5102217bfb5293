/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/z85.h"

/* Z85, rfc.zeromq.org/spec/32: five characters are a number below 2^32. */
static const char z85[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  ".-:+=^!/*?&<>()[]{}@%$#";

enum { GROUP = 5 /* characters of a number */ };

static bool read_group(const char *letters, uint32_t *ret_number)
{
	uint64_t number = 0;

	for (size_t i = 0; i < GROUP; i++) {
		const char *letter = letters[i] ? strchr(z85, letters[i]) : NULL;

		if (!letter)
			return false;
		number = number * 85 + (uint64_t)(letter - z85);
	}
	*ret_number = (uint32_t)number;
	return number <= UINT32_MAX;
}

bool z85_decode(struct text text, uint8_t to[static Z85_KEY_BYTES])
{
	uint32_t numbers[Z85_KEY / GROUP];
	bool is_key = text.size == Z85_KEY;

	for (size_t i = 0; i < Z85_KEY / GROUP && is_key; i++)
		is_key = read_group(text.data + i * GROUP, &numbers[i]);
	for (size_t i = 0; i < Z85_KEY / GROUP && is_key; i++)
		put_be(to + i * sizeof(numbers[i]), numbers[i], sizeof(numbers[i]));
	explicit_bzero(numbers, sizeof(numbers)); /* it may be a secret */
	return is_key;
}

bool z85_is_key(struct text text)
{
	uint8_t bytes[Z85_KEY_BYTES];
	bool is_key = z85_decode(text, bytes);

	explicit_bzero(bytes, sizeof(bytes));
	return is_key;
}

void z85_encode(const uint8_t from[static Z85_KEY_BYTES], char to[static Z85_KEY + 1])
{
	for (size_t i = 0; i < Z85_KEY / GROUP; i++) {
		uint64_t number = get_be(from + i * sizeof(uint32_t), sizeof(uint32_t));

		for (size_t letter = GROUP; letter-- > 0; number /= 85)
			to[i * GROUP + letter] = z85[number % 85];
	}
	to[Z85_KEY] = 0;
}
