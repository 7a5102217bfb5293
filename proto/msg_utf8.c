/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/msg.h"

/* The bytes that follow a lead byte and the least code point that needs so many; 0: not a lead
 * byte. */
static int utf8_follow(uint8_t lead, uint32_t *ret_bits, uint32_t *ret_least)
{
	if (lead >= 0xc2 && lead <= 0xdf) {
		*ret_bits = lead & 0x1f;
		*ret_least = 0x80;
		return 1;
	}
	if (lead >= 0xe0 && lead <= 0xef) {
		*ret_bits = lead & 0x0f;
		*ret_least = 0x800;
		return 2;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		*ret_bits = lead & 0x07;
		*ret_least = 0x10000;
		return 3;
	}
	return 0;
}

/* Most texts are: many bytes at a time. */
static bool is_ascii(const uint8_t *data, size_t size)
{
	uint64_t word, all = 0;
	uint32_t half[2];

	if (size >= sizeof(word)) {
		for (size_t i = 0; i + sizeof(word) < size; i += sizeof(word)) {
			memcpy(&word, data + i, sizeof(word));
			all |= word;
		}
		memcpy(&word, data + size - sizeof(word), sizeof(word));
		all |= word;
	} else if (size >= sizeof(half[0])) {
		memcpy(&half[0], data, sizeof(half[0]));
		memcpy(&half[1], data + size - sizeof(half[0]), sizeof(half[0]));
		all = half[0] | half[1];
	} else {
		for (size_t i = 0; i < size; i++)
			all |= data[i];
	}
	return (all & UINT64_C(0x8080808080808080)) == 0;
}

bool msg_is_utf8(const char *text, size_t size)
{
	const uint8_t *data = (const uint8_t *)text;
	uint32_t point, least;

	if (is_ascii(data, size))
		return true;
	for (size_t i = 0; i < size;) {
		int follow;

		if (data[i] < 0x80) {
			i++;
			continue;
		}
		follow = utf8_follow(data[i], &point, &least);
		if (follow == 0 || (size_t)follow >= size - i)
			return false;
		i++;
		for (; follow > 0; follow--, i++) {
			if ((data[i] & 0xc0) != 0x80)
				return false;
			point = point << 6 | (data[i] & 0x3f);
		}
		if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
			return false;
	}
	return true;
}
