/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/person_number.h"

#include "proto/person_like.h"

enum { DIGITS_MAX = 12, CENTURY = 100 };

/* The form of a number: digits, and behind how many of them there may be a separator. */
struct form {
	size_t digits, before;
};

struct found {
	uint8_t digits[DIGITS_MAX];
	bool separated, is_plus;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A letter of any script, or a digit. */
static bool is_of_word(char c)
{
	return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (unsigned char)c >= 0x80;
}

/* A separator's bytes, or 0. */
static size_t separator(struct text text, size_t at)
{
	if (at < text.size &&
	    (text.data[at] == '-' || text.data[at] == '+' || text.data[at] == ' '))
		return 1;
	return text.size - at >= 2 && memcmp(text.data + at, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

/* Does the number end here, and not go on as a longer one? */
static bool ends(struct text text, size_t at)
{
	if (at == text.size)
		return true;
	if (is_of_word(text.data[at]))
		return text.size - at >= 2 && memcmp(text.data + at, "\xc2\xa0", 2) == 0;
	return !((text.data[at] == '-' || text.data[at] == '.') && at + 1 < text.size &&
		 is_of_word(text.data[at + 1]));
}

static bool read_form(struct text text, size_t at, struct form form, struct found *ret_found)
{
	struct found found = { .separated = false };
	size_t size;

	for (size_t i = 0; i < form.digits; i++) {
		if (i == form.before && (size = separator(text, at)) > 0) {
			found.separated = true;
			found.is_plus = text.data[at] == '+';
			at += size;
		}
		if (at == text.size || !is_digit(text.data[at]))
			return false;
		found.digits[i] = (uint8_t)(text.data[at++] - '0');
	}
	*ret_found = found;
	return ends(text, at);
}

/* Is there one of a form anywhere that is as it should be? */
static bool find(struct text text, struct form form, int year,
		 bool (*is_right)(const struct found *found, int year))
{
	struct found found;

	for (size_t at = 0; at < text.size; at++)
		if (is_digit(text.data[at]) && (at == 0 || !is_of_word(text.data[at - 1])) &&
		    read_form(text, at, form, &found) && is_right(&found, year))
			return true;
	return false;
}

static int two(const struct found *found, size_t at)
{
	return 10 * found->digits[at] + found->digits[at + 1];
}

static bool is_date(int month, int day)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1];
}

static bool is_of_age(int born, int year)
{
	return year - born >= PERSON_AGE_MIN && year - born <= PERSON_AGE_MAX;
}

/* Of two digits of a year. */
static bool is_of_age_in_any(int yy, int year)
{
	int century = year - year % CENTURY;

	return is_of_age(century + yy, year) || is_of_age(century - CENTURY + yy, year);
}

/* The sum of the first `n` digits by their weights, by 11. */
static int weighted(const struct found *found, const uint8_t *weights, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += weights[i] * found->digits[i];
	return sum % 11;
}

static bool is_norwegian(const struct found *found, int year)
{
	static const uint8_t first[] = { 3, 7, 6, 1, 8, 9, 4, 5, 2, 1 };
	static const uint8_t second[] = { 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1 };
	int day = two(found, 0), month = two(found, 2);

	(void)year; /* two check digits say enough */
	day -= day > 40 ? 40 : 0;
	month -= month > 80 ? 80 : month > 40 ? 40 : 0;
	return is_date(month, day) && weighted(found, first, sizeof(first)) <= 3 &&
	       weighted(found, second, sizeof(second)) == 0;
}

bool person_number_norwegian(struct text text, int year)
{
	return find(text, (struct form){ 11, 6 }, year, is_norwegian);
}

/* Luhn's, over ten digits. */
static bool has_luhn(const uint8_t *digits)
{
	int sum = 0;

	for (size_t i = 0; i < 10; i++) {
		int twice = digits[i] * (i % 2 ? 1 : 2);

		sum += twice / 10 + twice % 10;
	}
	return sum % 10 == 0;
}

/* Month and day behind the year. */
static bool has_swedish_date(const struct found *found, size_t at)
{
	int day = two(found, at + 2);

	return is_date(two(found, at), day > 60 ? day - 60 : day);
}

static bool is_short_swedish(const struct found *found, int year)
{
	/* A plus is for who is a hundred years old, or more. */
	return (found->is_plus || is_of_age_in_any(two(found, 0), year)) &&
	       has_swedish_date(found, 2) && has_luhn(found->digits);
}

static bool is_long_swedish(const struct found *found, int year)
{
	return is_of_age(CENTURY * two(found, 0) + two(found, 2), year) &&
	       has_swedish_date(found, 4) && has_luhn(found->digits + 2);
}

bool person_number_swedish(struct text text, int year)
{
	return find(text, (struct form){ 10, 6 }, year, is_short_swedish) ||
	       find(text, (struct form){ 12, 8 }, year, is_long_swedish);
}

static bool is_danish(const struct found *found, int year)
{
	static const uint8_t weights[] = { 4, 3, 2, 7, 6, 5, 4, 3, 2, 1 };
	int day = two(found, 0);

	return is_date(two(found, 2), day > 60 ? day - 60 : day) &&
	       is_of_age_in_any(two(found, 4), year) &&
	       (found->separated || weighted(found, weights, sizeof(weights)) == 0);
}

bool person_number_danish(struct text text, int year)
{
	return find(text, (struct form){ 10, 6 }, year, is_danish);
}
