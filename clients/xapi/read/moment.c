/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/moment.h"

#include "proto/iso8601.h"

enum {
	TIME_MAX = 64,	/* bytes: a longer fraction than that tells nobody anything */
	DATE_SIZE = 10, /* 2015-11-18 */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The seconds, where there are any: "T09:30:15" or "T093015". */
static char *seconds_of(char *text, size_t size)
{
	bool basic = text[4] != '-';
	size_t at = basic ? 13 : 17;

	if (size < at + 2 || (!basic && text[at - 1] != ':') || !is_digit(text[at]) ||
	    !is_digit(text[at + 1]))
		return NULL;
	return text + at;
}

bool moment_parse(struct text text, int64_t *ret_ms)
{
	char copy[TIME_MAX + 1];
	struct text moment = { copy, text.size };
	bool leap = false;
	char *seconds;
	int64_t ms;

	if (text.size <= DATE_SIZE || text.size >= TIME_MAX)
		return false;
	memcpy(copy, text.data, text.size);
	/* A number alone is a moment elsewhere, and not here. */
	if (!memchr(copy, 'T', text.size) && !memchr(copy, 't', text.size) &&
	    copy[DATE_SIZE] != ' ')
		return false;
	seconds = seconds_of(copy, text.size);
	if (seconds && memcmp(seconds, "60", 2) == 0) {
		memcpy(seconds, "59", 2);
		leap = true;
	}
	if (!iso8601_parse(moment, &ms)) {
		copy[moment.size++] = 'Z';
		if (!iso8601_parse(moment, &ms))
			return false;
	}
	*ret_ms = ms + (leap ? 1000 : 0);
	return true;
}

/* Digits where the pattern has 0, any of T, t and space where it has T, else the same. */
static bool fits(const char *text, const char *pattern)
{
	for (; *pattern; text++, pattern++) {
		if (*pattern == '0'   ? !is_digit(*text)
		    : *pattern == 'T' ? *text != 'T' && *text != 't' && *text != ' '
				      : *text != *pattern)
			return false;
	}
	return true;
}

bool moment_is_rfc3339(struct text text)
{
	static const struct text pattern = TEXT("0000-00-00T00:00:00"), offset = TEXT("+00:00");
	const char *at = text.data + pattern.size, *end = text.data + text.size;
	int64_t ms;

	if (text.size <= pattern.size || !fits(text.data, pattern.data) || !moment_parse(text, &ms))
		return false;
	if (*at == '.')
		for (at++; at < end && is_digit(*at);)
			at++;
	if (end - at == 1)
		return *at == 'Z' || *at == 'z';
	if (end - at != (ptrdiff_t)offset.size || (*at != '+' && *at != '-') ||
	    !fits(at + 1, offset.data + 1))
		return false;
	return memcmp(at, "-00:00", offset.size) != 0;
}
