/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/as_of.h"

int32_t as_of_day(struct as_of as_of, const struct calendar *calendar, int64_t utc_ms)
{
	return as_of.pinned ? as_of.day : calendar_day(calendar, utc_ms);
}

int64_t as_of_until(struct as_of as_of, const struct calendar *calendar)
{
	return as_of.pinned ? calendar_day_start(calendar, as_of.day + 1) : INT64_MAX;
}
