/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/values.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "proto/iso8601.h"

enum { NUMBER_MAX = 64 /* bytes of a number, ended with 0 */ };

/* Spaces, and what has no width. */
static const struct {
	uint32_t first, last;
} blanks[] = {
	{ 0x09, 0x0d },	    { 0x20, 0x20 },	{ 0x85, 0x85 },	    { 0xa0, 0xa0 },
	{ 0xad, 0xad },	    { 0x61c, 0x61c },	{ 0x1680, 0x1680 }, { 0x180e, 0x180e },
	{ 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },
	{ 0xfeff, 0xfeff },
};

/* The size of the blank character of UTF-8 that begins here, or 0. None has four bytes. */
static size_t blank_size(const char *at, size_t size)
{
	uint8_t first = (uint8_t)*at;
	size_t n = first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
	uint32_t code = n == 1 ? first : first & (0x7fu >> n);

	if (n > size)
		return 0;
	for (size_t i = 1; i < n; i++)
		code = code << 6 | ((uint8_t)at[i] & 0x3f);
	for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++)
		if (code >= blanks[i].first && code <= blanks[i].last)
			return n;
	return 0;
}

struct text value_trim(struct text text)
{
	size_t n, last;

	while (text.size > 0 && (n = blank_size(text.data, text.size)) > 0)
		text = (struct text){ text.data + n, text.size - n };
	while (text.size > 0) {
		for (last = text.size - 1; last > 0 && (text.data[last] & 0xc0) == 0x80;)
			last--;
		n = blank_size(text.data + last, text.size - last);
		if (n == 0 || n != text.size - last)
			break;
		text.size = last;
	}
	return text;
}

bool value_time(struct text text, int64_t *ret_ms)
{
	const char *point = text.size ? memchr(text.data, '.', text.size) : NULL;
	size_t whole = point ? (size_t)(point - text.data) : text.size;

	if (iso8601_parse(text, ret_ms))
		return true;
	/* 1786950000000.0, as programs write it that know floating point only. */
	for (size_t i = 0; i < text.size; i++)
		if (i != whole && (text.data[i] < '0' || text.data[i] > '9'))
			return false;
	return point && iso8601_parse((struct text){ text.data, whole }, ret_ms);
}

/* strtod would take more: hexadecimals, infinity. */
bool value_score(struct text text, double *ret_score)
{
	char digits[NUMBER_MAX], *end, *comma;
	bool per_cent = text.size > 0 && text.data[text.size - 1] == '%';
	double value;

	if (per_cent)
		text = value_trim((struct text){ text.data, text.size - 1 });
	if (text.size == 0 || text.size >= sizeof(digits))
		return false;
	memcpy(digits, text.data, text.size);
	digits[text.size] = 0;
	if (strspn(digits, "0123456789.,eE+-") != text.size)
		return false;
	comma = strchr(digits, ',');
	if (comma && !strchr(digits, '.'))
		*comma = '.';
	value = strtod(digits, &end);
	if (*end != 0 || end == digits || !isfinite(value))
		return false;
	*ret_score = per_cent ? value / 100 : value;
	return true;
}

bool value_passed(struct text text, bool *ret_passed)
{
	static const struct {
		struct text yes, no;
	} words[] = {
		{ TEXT("TRUE"), TEXT("FALSE") },
		{ TEXT("SANN"), TEXT("USANN") },  /* Norwegian */
		{ TEXT("SANT"), TEXT("FALSKT") }, /* Swedish */
		{ TEXT("SAND"), TEXT("FALSK") },  /* Danish */
		{ TEXT("TOSI"), TEXT("EP\xc3\x84TOSI") },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (int passed = 0; passed < 2; passed++) {
			struct text word = passed ? words[i].yes : words[i].no;

			if (word.size == text.size &&
			    strncasecmp(word.data, text.data, word.size) == 0) {
				*ret_passed = passed;
				return true;
			}
		}
	}
	return false;
}
