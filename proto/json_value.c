/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/json_value.h"

#include <math.h>

#include "proto/json.h"

enum {
	DECIMALS = 1000000, /* a real that has six decimals at most is so many of these parts */
	SMALLEST = 100,	    /* parts: from there on "%.15g" writes no exponent */
};

static const double LARGEST = 1e15; /* parts: up to there it has 15 digits */

/* What is rare is printed by jansson itself. */
static int put_json(char **to, json_t *value, size_t room)
{
	if (!value)
		return LIFT_E_MEMORY;
	*to += json_dumpb(value, *to, room,
			  JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	json_decref(value);
	return 0;
}

static char *put_whole(char *to, uint64_t value)
{
	char digits[JSON_INT_MAX], *end = digits + sizeof(digits), *from = end;

	do
		*--from = (char)('0' + value % 10);
	while (value /= 10);
	memcpy(to, from, (size_t)(end - from));
	return to + (end - from);
}

char *json_put_int(char *to, int64_t value)
{
	if (value >= 0)
		return put_whole(to, (uint64_t)value);
	*to++ = '-';
	return put_whole(to, -(uint64_t)value);
}

/* So many parts of a real, as short as it is exact; one decimal at least. */
static char *put_parts(char *to, uint64_t parts)
{
	uint64_t rest = parts % DECIMALS;

	to = put_whole(to, parts / DECIMALS);
	*to++ = '.';
	do {
		rest *= 10;
		*to++ = (char)('0' + rest / DECIMALS);
		rest %= DECIMALS;
	} while (rest);
	return to;
}

/* Parts and their number are whole and exact: where their quotient is the real, it is the one next
 * to a number of 15 digits, and these are what "%.15g" makes of it. */
int json_put_real(char **to, double value)
{
	double parts = rint(fabs(value) * DECIMALS);

	if (!isfinite(value))
		return LIFT_E_MALFORMED;
	if (parts < SMALLEST || parts >= LARGEST || parts / DECIMALS != fabs(value))
		return put_json(to, json_real(value), JSON_REAL_MAX);
	if (value < 0)
		*(*to)++ = '-';
	*to = put_parts(*to, (uint64_t)parts);
	return 0;
}

int json_put_text(char **to, struct text text)
{
	bool escapes = false, wide = false;

	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = (uint8_t)text.data[i];

		escapes |= byte < 0x20 || byte == '"' || byte == '\\';
		wide |= byte >= 0x80;
	}
	if (wide && !msg_is_utf8(text.data, text.size))
		return LIFT_E_MALFORMED;
	if (escapes)
		return put_json(to, json_stringn(text.data, text.size),
				JSON_BYTE_MAX * text.size + 2);
	*(*to)++ = '"';
	if (text.size > 0)
		memcpy(*to, text.data, text.size);
	*to += text.size;
	*(*to)++ = '"';
	return 0;
}
