/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/day.h"

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
