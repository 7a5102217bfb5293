/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/rhythm.h"

enum { MONDAY_OFFSET = 3 /* 1970-01-01 was a Thursday */, WEEK_DAYS = 7, SATURDAY = 5 };

static const int64_t minute_ms = 60000, day_ms = 86400000;

static int64_t day_of(int64_t ms)
{
	return ms / day_ms;
}

static int64_t week_of(int64_t ms)
{
	return (day_of(ms) + MONDAY_OFFSET) / WEEK_DAYS;
}

int64_t rhythm_weekend(int64_t ms)
{
	int64_t weekday = (day_of(ms) + MONDAY_OFFSET) % WEEK_DAYS;

	return weekday >= SATURDAY ? ms : (day_of(ms) + SATURDAY - weekday) * day_ms;
}

static bool is_kept(const struct rhythm *rhythm, int64_t week)
{
	return week >= 0 && week <= rhythm->latest && week > rhythm->latest - RHYTHM_WEEKS;
}

static void forget_all(struct rhythm *rhythm, int64_t week)
{
	*rhythm = (struct rhythm){ .latest = (uint16_t)week };
}

/* Weeks of which nothing was heard are between, and take the places of old ones. */
static void go_on_to(struct rhythm *rhythm, int64_t week)
{
	if (week - rhythm->latest >= RHYTHM_WEEKS) {
		forget_all(rhythm, week);
		return;
	}
	while (rhythm->latest < week) {
		uint16_t *minutes = rhythm->minutes[++rhythm->latest % RHYTHM_WEEKS];

		for (int kind = 0; kind < SILENCE_KINDS; kind++)
			minutes[kind] = 0;
	}
}

void rhythm_add(struct rhythm *rhythm, int64_t from_ms, int64_t until_ms, int64_t silent_ms)
{
	int64_t week = week_of(from_ms), minutes = (silent_ms + minute_ms - 1) / minute_ms;
	enum silence_kind kind = SILENCE_WITHIN;
	uint16_t *longest;

	if (from_ms <= 0 || until_ms <= from_ms || silent_ms <= 0 || week > UINT16_MAX)
		return;
	go_on_to(rhythm, week);
	if (!is_kept(rhythm, week))
		return;
	if (minutes > RHYTHM_LONG_MINUTES)
		kind = SILENCE_LONG;
	else if (until_ms >= rhythm_weekend(from_ms))
		kind = SILENCE_OVER;
	longest = &rhythm->minutes[week % RHYTHM_WEEKS][kind];
	if (minutes > UINT16_MAX)
		minutes = UINT16_MAX;
	if (minutes > *longest)
		*longest = (uint16_t)minutes;
}

void rhythm_cut(struct rhythm *rhythm, int64_t now_ms)
{
	if (rhythm->latest > week_of(now_ms))
		forget_all(rhythm, week_of(now_ms));
}

/* The longest of each kind in some weeks; in how many of them there was any. */
static int longest_of(const struct rhythm *rhythm, int64_t first, int64_t last,
		      uint16_t longest[static SILENCE_KINDS])
{
	int heard = 0;

	for (int64_t week = first; week <= last; week++) {
		bool any = false;

		for (int kind = 0; kind < SILENCE_KINDS && is_kept(rhythm, week); kind++) {
			uint16_t minutes = rhythm->minutes[week % RHYTHM_WEEKS][kind];

			any |= minutes > 0;
			if (minutes > longest[kind])
				longest[kind] = minutes;
		}
		heard += any;
	}
	return heard;
}

bool rhythm_expect(const struct rhythm *rhythm, int64_t from_ms,
		   int64_t ret_ms[static SILENCE_EXPECTED])
{
	uint16_t longest[SILENCE_KINDS] = { 0 };
	int64_t week = week_of(from_ms), then = week - RHYTHM_YEAR;
	int heard = longest_of(rhythm, week - RHYTHM_RECENT + 1, week, longest);

	if (heard < RHYTHM_HEARD || (longest[SILENCE_WITHIN] == 0 && longest[SILENCE_OVER] == 0))
		return false;
	longest[SILENCE_LONG] = 0;
	longest_of(rhythm, then - RHYTHM_AROUND, then + RHYTHM_AROUND, longest);
	if (longest[SILENCE_OVER] < longest[SILENCE_LONG])
		longest[SILENCE_OVER] = longest[SILENCE_LONG];
	/* Of whom no silence within a week is known, the weekend says; none is shorter there. */
	if (longest[SILENCE_WITHIN] == 0)
		longest[SILENCE_WITHIN] = longest[SILENCE_OVER];
	if (longest[SILENCE_OVER] < longest[SILENCE_WITHIN])
		longest[SILENCE_OVER] = longest[SILENCE_WITHIN];
	for (int kind = 0; kind < SILENCE_EXPECTED; kind++) {
		ret_ms[kind] = longest[kind] * minute_ms * 3 / 2;
		if (ret_ms[kind] < RHYTHM_LEAST_MS)
			ret_ms[kind] = RHYTHM_LEAST_MS;
	}
	return true;
}
