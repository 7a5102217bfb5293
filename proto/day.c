/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/day.h"

#include <assert.h>

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* days_from_civil and civil_from_days of Howard Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms": a year begins in March there, so that the leap day is its last. */
int32_t day_of_date(int32_t year, int32_t month, int32_t mday)
{
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = floor_div(y, 400);
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + mday - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (int32_t)(era * 146097 + doe - 719468);
}

void day_to_date(int32_t day, int32_t *ret_year, int32_t *ret_month, int32_t *ret_mday)
{
	int64_t z = (int64_t)day + 719468;
	int64_t era = floor_div(z, 146097);
	int32_t doe = (int32_t)(z - era * 146097);
	int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int32_t mp = (5 * doy + 2) / 153;

	*ret_month = mp < 10 ? mp + 3 : mp - 9;
	*ret_mday = doy - (153 * mp + 2) / 5 + 1;
	*ret_year = (int32_t)(yoe + era * 400) + (*ret_month <= 2);
}

int32_t day_month_days(int32_t year, int32_t month)
{
	int32_t after = month == 12 ? day_of_date(year + 1, 1, 1) : day_of_date(year, month + 1, 1);

	return after - day_of_date(year, month, 1);
}

static bool digits_read(const char *from, size_t n, int32_t *ret_value)
{
	int32_t value = 0;

	for (size_t i = 0; i < n; i++) {
		if (from[i] < '0' || from[i] > '9')
			return false;
		value = value * 10 + (from[i] - '0');
	}
	*ret_value = value;
	return true;
}

int day_parse(struct text text, int32_t *ret_day)
{
	const char *at = text.data;
	int32_t year, month, mday;

	if (text.size != DAY_TEXT - 1 || at[4] != '-' || at[7] != '-' ||
	    !digits_read(at, 4, &year) || !digits_read(at + 5, 2, &month) ||
	    !digits_read(at + 8, 2, &mday))
		return LIFT_E_DAY;
	if (year < 1 || month < 1 || month > 12 || mday < 1 || mday > day_month_days(year, month))
		return LIFT_E_DAY;
	*ret_day = day_of_date(year, month, mday);
	return 0;
}

void day_print(int32_t day, char to[static DAY_TEXT])
{
	int32_t year, month, mday;

	day_to_date(day, &year, &month, &mday);
	assert(year >= 1 && year <= 9999);
	for (int i = 3; i >= 0; i--, year /= 10)
		to[i] = (char)('0' + year % 10);
	to[4] = to[7] = '-';
	to[5] = (char)('0' + month / 10);
	to[6] = (char)('0' + month % 10);
	to[8] = (char)('0' + mday / 10);
	to[9] = (char)('0' + mday % 10);
	to[10] = 0;
}

int32_t day_add_months(int32_t day, int months)
{
	int32_t year, month, mday, last;
	int64_t count;

	day_to_date(day, &year, &month, &mday);
	count = (int64_t)year * 12 + month - 1 + months;
	year = (int32_t)floor_div(count, 12);
	month = (int32_t)(count - (int64_t)year * 12) + 1;
	last = day_month_days(year, month);
	return day_of_date(year, month, mday < last ? mday : last);
}
