/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/iso8601.h"

#include <stdio.h>
#include <time.h>

#include "proto/day.h"

enum { MINUTE_MS = 60000, BASIC_DAY = 8 /* characters of 20260817 */ };

/* What is still to be read. */
struct cursor {
	const char *at, *end;
};

static bool take(struct cursor *cursor, char c)
{
	if (cursor->at == cursor->end || *cursor->at != c)
		return false;
	cursor->at++;
	return true;
}

static bool take_word(struct cursor *cursor, const char *word)
{
	size_t size = strlen(word);

	if ((size_t)(cursor->end - cursor->at) < size || memcmp(cursor->at, word, size) != 0)
		return false;
	cursor->at += size;
	return true;
}

static bool is_digit_next(const struct cursor *cursor)
{
	return cursor->at < cursor->end && *cursor->at >= '0' && *cursor->at <= '9';
}

/* Exactly so many digits, within most. */
static bool take_digits(struct cursor *cursor, int digits, int least, int most, int *ret_value)
{
	int value = 0;

	if (cursor->end - cursor->at < digits)
		return false;
	for (int i = 0; i < digits; i++) {
		char c = *cursor->at++;

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (c - '0');
	}
	*ret_value = value;
	return value >= least && value <= most;
}

/* A day, with its hyphens or without: then what follows has no colons, either. */
static bool take_day(struct cursor *cursor, int32_t *ret_day, bool *ret_basic)
{
	char day[DAY_TEXT] = "";
	size_t size;

	*ret_basic = cursor->end - cursor->at > 4 && cursor->at[4] != '-';
	size = *ret_basic ? BASIC_DAY : DAY_TEXT - 1;
	if ((size_t)(cursor->end - cursor->at) < size)
		return false;
	if (*ret_basic)
		snprintf(day, sizeof(day), "%.4s-%.2s-%.2s", cursor->at, cursor->at + 4,
			 cursor->at + 6);
	else
		memcpy(day, cursor->at, size);
	cursor->at += size;
	return day_parse((struct text){ day, DAY_TEXT - 1 }, ret_day) == 0;
}

/* Digits after the point; what is finer than a ms is cut, so that 23:59:59.9999 is that day's. */
static bool take_fraction(struct cursor *cursor, int *ret_ms)
{
	const char *begin = cursor->at;

	*ret_ms = 0;
	for (int worth = 100; is_digit_next(cursor); cursor->at++, worth /= 10)
		*ret_ms += (*cursor->at - '0') * worth;
	return cursor->at > begin;
}

static bool take_clock(struct cursor *cursor, bool basic, int64_t *ret_ms)
{
	int hour, minute, second = 0, ms = 0;

	if (!take_digits(cursor, 2, 0, 23, &hour) || (!basic && !take(cursor, ':')) ||
	    !take_digits(cursor, 2, 0, 59, &minute))
		return false;
	if (basic ? is_digit_next(cursor) : take(cursor, ':')) {
		if (!take_digits(cursor, 2, 0, 59, &second))
			return false;
		if ((take(cursor, '.') || take(cursor, ',')) && !take_fraction(cursor, &ms))
			return false;
	}
	*ret_ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + ms;
	return true;
}

static bool take_offset(struct cursor *cursor, int64_t *ret_ms)
{
	int hour, minute = 0;
	bool west;

	*ret_ms = 0;
	take(cursor, ' ');
	if (take(cursor, 'Z') || take(cursor, 'z') || take_word(cursor, "UTC"))
		return true;
	west = take(cursor, '-');
	if ((!west && !take(cursor, '+')) || !take_digits(cursor, 2, 0, 23, &hour))
		return false;
	if (cursor->at < cursor->end) {
		take(cursor, ':');
		if (!take_digits(cursor, 2, 0, 59, &minute))
			return false;
	}
	*ret_ms = (hour * 60 + minute) * (west ? -MINUTE_MS : MINUTE_MS);
	return true;
}

static bool parse_integer(struct text text, int64_t *ret_value)
{
	bool negative = text.size > 0 && text.data[0] == '-';
	int64_t value = 0;

	if (text.size == negative)
		return false;
	for (size_t i = negative; i < text.size; i++) {
		char c = text.data[i];

		if (c < '0' || c > '9' || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, c - '0', &value))
			return false;
	}
	*ret_value = negative ? -value : value;
	return true;
}

bool iso8601_parse(struct text text, int64_t *ret_ms)
{
	struct cursor cursor = { text.data, text.data + text.size };
	int64_t clock_ms, offset_ms;
	int32_t day;
	bool basic;

	if (parse_integer(text, ret_ms))
		return true;
	if (!take_day(&cursor, &day, &basic) ||
	    !(take(&cursor, 'T') || take(&cursor, 't') || take(&cursor, ' ')) ||
	    !take_clock(&cursor, basic, &clock_ms) || !take_offset(&cursor, &offset_ms) ||
	    cursor.at != cursor.end)
		return false;
	*ret_ms = day * ISO8601_DAY_MS + clock_ms - offset_ms;
	return true;
}

void iso8601_print(int64_t ms, char to[static ISO8601_TEXT])
{
	time_t seconds = (time_t)(ms / 1000 - (ms % 1000 < 0));
	struct tm tm;

	if (!gmtime_r(&seconds, &tm) || strftime(to, ISO8601_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(to, ISO8601_TEXT, "%lld", (long long)ms);
}
