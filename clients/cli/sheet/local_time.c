/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/local_time.h"

#include <stdio.h>
#include <strings.h>

#include "proto/day.h"

enum {
	MONTHS = 12,
	CENTURY = 2000, /* of a year of two digits: there were no events before */
	COMPACT = 8,	/* digits of "20251231" */
	MINUTE_MS = 60000,
	HOUR_MS = 60 * MINUTE_MS,
};

/* The first three letters tell a month in each of the four languages. */
static const char *const months[][MONTHS] = {
	{ "jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des" },
	{ "jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "oct", "nov", "dec" },
	{ "", "", "", "", "may", "", "", "", "", "", "", "" },
};

static const char *const weekdays[] = {
	"man",	      "tir",	    "ons", "tor",	 "fre",	       "l\xc3\xb8r",
	"s\xc3\xb8n", "m\xc3\xa5n", "tis", "l\xc3\xb6r", "s\xc3\xb6n", "mon",
	"tue",	      "wed",	    "thu", "fri",	 "sat",	       "sun",
};

static const uint8_t places[][3] = {
	/* where day, month and year stand, by the bits of orders */
	[ORDER_DMY] = { 0, 1, 2 },
	[ORDER_MDY] = { 1, 0, 2 },
	[ORDER_YMD] = { 2, 1, 0 },
};

/* What is not yet read. */

static char next(const struct text *rest)
{
	return rest->size ? *rest->data : 0;
}

static void skip(struct text *rest, size_t size)
{
	*rest = (struct text){ rest->data + size, rest->size - size };
}

static bool take_sign(struct text *rest, char sign)
{
	if (next(rest) != sign)
		return false;
	skip(rest, 1);
	return true;
}

static bool skip_blanks(struct text *rest)
{
	bool any = false;

	while (next(rest) == ' ' || (rest->size > 1 && memcmp(rest->data, "\xc2\xa0", 2) == 0) ||
	       (rest->size > 2 && memcmp(rest->data, "\xe2\x80\xaf", 3) == 0)) {
		skip(rest, next(rest) == ' ' ? 1 : *rest->data == '\xc2' ? 2 : 3);
		any = true;
	}
	return any;
}

static bool take_word(struct text *rest, const char *word)
{
	size_t size = strlen(word);

	if (rest->size < size || strncasecmp(rest->data, word, size) != 0)
		return false;
	skip(rest, size);
	return true;
}

static size_t count_digits(const struct text *rest)
{
	size_t n = 0;

	while (n < rest->size && rest->data[n] >= '0' && rest->data[n] <= '9')
		n++;
	return n;
}

/* `most` digits at most: how many, 0 where there is none. */
static uint8_t take_number(struct text *rest, size_t most, int32_t *ret_number)
{
	size_t n = count_digits(rest);
	int32_t number = 0;

	if (n == 0 || n > most)
		return 0;
	for (size_t i = 0; i < n; i++)
		number = number * 10 + (rest->data[i] - '0');
	skip(rest, n);
	*ret_number = number;
	return (uint8_t)n;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (uint8_t)c >= 0x80;
}

/* A word that begins so is passed over to its end, and the point of an abbreviation with it. */
static bool take_beginning(struct text *rest, const char *beginning)
{
	if (!*beginning || !take_word(rest, beginning))
		return false;
	while (is_letter(next(rest)))
		skip(rest, 1);
	take_sign(rest, '.');
	return true;
}

static bool take_month(struct text *rest, int32_t *ret_month)
{
	for (size_t i = 0; i < sizeof(months) / sizeof(months[0]); i++)
		for (int m = 0; m < MONTHS; m++)
			if (take_beginning(rest, months[i][m])) {
				*ret_month = m + 1;
				return true;
			}
	return false;
}

static void skip_weekday(struct text *rest)
{
	for (size_t i = 0; i < sizeof(weekdays) / sizeof(weekdays[0]); i++)
		if (take_beginning(rest, weekdays[i])) {
			take_sign(rest, ',');
			skip_blanks(rest);
			take_word(rest, "den "); /* Swedish and Danish */
			return;
		}
}

/* Days. */

static int32_t year_of(const struct local_time *time, enum day_order order)
{
	int place = places[order][2];

	return time->numbers[place] + (time->digits[place] <= 2 ? CENTURY : 0);
}

static bool is_day(const struct local_time *time, enum day_order order)
{
	const uint8_t *place = places[order];
	int32_t day = time->numbers[place[0]], month = time->numbers[place[1]];

	if (time->digits[place[0]] > 2 || time->digits[place[1]] > 2 ||
	    (time->digits[place[2]] != 4 && time->digits[place[2]] != 2) ||
	    (time->digits[place[2]] == 4 && time->numbers[place[2]] < 1))
		return false;
	return month >= 1 && month <= MONTHS && day >= 1 &&
	       day <= day_month_days(year_of(time, order), month);
}

/* The orders in which it is a day. With points nobody puts the month first, and a year of two
 * digits is first only with hyphens, as in Sweden. */
static uint8_t orders_of(const struct local_time *time, bool slash_dash)
{
	uint8_t orders = 0;

	for (int order = ORDER_DMY; order <= ORDER_YMD; order <<= 1)
		if (is_day(time, (enum day_order)order))
			orders |= (uint8_t)order;
	if (time->digits[0] <= 2 && (time->sign != SIGN_DASH || slash_dash))
		orders &= (uint8_t)~ORDER_YMD;
	if (time->sign == SIGN_DOT || slash_dash)
		orders &= (uint8_t)~ORDER_MDY;
	return orders;
}

/* "desember 2025" behind a day, "31-Dec-25" too. */
static bool take_named_rest(struct text *rest, struct local_time *time)
{
	take_sign(rest, '.');
	if (!skip_blanks(rest) && !take_sign(rest, '-'))
		take_sign(rest, '/');
	take_word(rest, "of ");
	time->digits[1] = 2;
	if (!take_month(rest, &time->numbers[1]))
		return false;
	take_sign(rest, ',');
	if (!skip_blanks(rest) && !take_sign(rest, '-'))
		take_sign(rest, '/');
	time->digits[2] = take_number(rest, 4, &time->numbers[2]);
	time->orders = is_day(time, ORDER_DMY) ? ORDER_DMY : 0;
	return time->digits[2] > 0;
}

/* "December 31, 2025". */
static bool take_american(struct text *rest, struct local_time *time)
{
	if (!take_month(rest, &time->numbers[1]))
		return false;
	time->digits[1] = 2;
	skip_blanks(rest);
	time->digits[0] = take_number(rest, 2, &time->numbers[0]);
	take_sign(rest, ',');
	if (time->digits[0] == 0 || !skip_blanks(rest))
		return false;
	time->digits[2] = take_number(rest, 4, &time->numbers[2]);
	time->orders = is_day(time, ORDER_DMY) ? ORDER_DMY : 0;
	return time->digits[2] > 0;
}

/* "20251231" */
static bool take_compact(struct text *rest, struct local_time *time)
{
	int32_t number;

	if (count_digits(rest) != COMPACT || take_number(rest, COMPACT, &number) == 0)
		return false;
	*time = (struct local_time){ .sign = SIGN_DASH,
				     .numbers = { number / 10000, number / 100 % 100,
						  number % 100 },
				     .digits = { 4, 2, 2 } };
	time->orders = is_day(time, ORDER_YMD) ? ORDER_YMD : 0;
	return true;
}

static bool take_numbers(struct text *rest, struct local_time *time)
{
	static const char signs[SIGNS] = { '.', '/', '-' };
	struct text named;
	size_t sign = 0;
	bool slash_dash;

	time->digits[0] = take_number(rest, 4, &time->numbers[0]);
	named = *rest;
	if (time->digits[0] == 0)
		return false;
	if (take_named_rest(&named, time)) {
		*rest = named;
		return true;
	}
	while (sign < SIGNS && !take_sign(rest, signs[sign]))
		sign++;
	if (sign == SIGNS)
		return false;
	time->sign = (uint8_t)sign;
	if (sign == SIGN_DOT)
		skip_blanks(rest);
	time->digits[1] = take_number(rest, 2, &time->numbers[1]);
	slash_dash = sign == SIGN_SLASH && next(rest) == '-';
	if (time->digits[1] == 0 || !take_sign(rest, slash_dash ? '-' : signs[sign]))
		return false;
	if (sign == SIGN_DOT)
		skip_blanks(rest);
	time->digits[2] = take_number(rest, 4, &time->numbers[2]);
	if (time->digits[2] == 0)
		return false;
	time->orders = orders_of(time, slash_dash);
	return true;
}

/* Times of the day. */

/* "PM", "p.m."; the hour as a clock of 24 hours has it. False where there is no such hour. */
static bool take_half(struct text *rest, int32_t *hour)
{
	bool pm;

	skip_blanks(rest);
	if (rest->size == 0)
		return true;
	pm = next(rest) == 'p' || next(rest) == 'P';
	if (!take_word(rest, "am") && !take_word(rest, "pm") && !take_word(rest, "a.m.") &&
	    !take_word(rest, "p.m."))
		return false;
	if (*hour < 1 || *hour > 12)
		return false;
	*hour = *hour % 12 + (pm ? 12 : 0);
	return true;
}

/* Thousandths of a second behind a point; what is finer is cut. */
static int32_t take_fraction(struct text *rest)
{
	size_t n = count_digits(rest);
	int32_t ms = 0, unit = 100;

	for (size_t i = 0; i < n; i++, unit /= 10)
		ms += (rest->data[i] - '0') * unit;
	skip(rest, n);
	return ms;
}

static bool take_clock(struct text *rest, int32_t *ret_ms)
{
	int32_t hour, minute, second = 0, ms = 0;
	char sign;

	if (take_number(rest, 2, &hour) == 0)
		return false;
	sign = next(rest);
	if ((sign != ':' && sign != '.') || !take_sign(rest, sign) ||
	    take_number(rest, 2, &minute) != 2)
		return false;
	if (take_sign(rest, sign) && take_number(rest, 2, &second) != 2)
		return false;
	if (take_sign(rest, '.') || take_sign(rest, ','))
		ms = take_fraction(rest);
	if (!take_half(rest, &hour) || hour > 23 || minute > 59 || second > 59)
		return false;
	*ret_ms = hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + ms;
	return rest->size == 0;
}

static bool take_rest(struct text *rest, int32_t *ret_ms)
{
	static const char *const words[] = { "klokken", "klokka", "klockan", "kl.", "kl", "at" };
	bool apart = take_sign(rest, ',');

	apart |= skip_blanks(rest);
	if (rest->size == 0)
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!take_word(rest, words[i]))
			continue;
		apart = true;
		break;
	}
	apart |= skip_blanks(rest);
	apart |= take_word(rest, "T");
	return apart && take_clock(rest, ret_ms);
}

bool local_time_read(struct text text, struct local_time *ret_time)
{
	struct local_time time = { .sign = SIGN_DOT };

	skip_weekday(&text);
	if (!(is_letter(next(&text))	       ? take_american(&text, &time)
	      : count_digits(&text) == COMPACT ? take_compact(&text, &time)
					       : take_numbers(&text, &time)))
		return false;
	if (!take_rest(&text, &time.ms) || !time.orders)
		return false;
	*ret_time = time;
	return true;
}

int32_t local_time_day(const struct local_time *time, enum day_order order)
{
	const uint8_t *place = places[order];

	return day_of_date(year_of(time, order), time->numbers[place[1]], time->numbers[place[0]]);
}

/* The names of orders. */

static const struct {
	enum day_order order;
	char letters[3];
} names[ORDERS] = {
	{ ORDER_DMY, { 'D', 'M', 'Y' } },
	{ ORDER_MDY, { 'M', 'D', 'Y' } },
	{ ORDER_YMD, { 'Y', 'M', 'D' } },
};

enum day_order day_order_of(struct text form)
{
	for (size_t i = 0; i < ORDERS; i++) {
		size_t found = 0;
		bool right = form.size == ORDER_NAME - 1;

		for (size_t at = 0; right && at < form.size; at++)
			right = at % 2 ? memchr("./- ", form.data[at], 4) != NULL
				       : (form.data[at] & ~0x20) == names[i].letters[found++];
		if (right)
			return names[i].order;
	}
	return (enum day_order)0;
}

void day_order_name(enum day_order order, enum day_sign sign, char to[static ORDER_NAME])
{
	static const char signs[SIGNS] = { '.', '/', '-' };

	for (size_t i = 0; i < ORDERS; i++)
		if (names[i].order == order)
			snprintf(to, ORDER_NAME, "%c%c%c%c%c", names[i].letters[0], signs[sign],
				 names[i].letters[1], signs[sign], names[i].letters[2]);
}
