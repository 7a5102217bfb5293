/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/learner/months.h"
#include "proto/grow.h"

#include <stdlib.h>

void months_free(struct months *months)
{
	free(months->items);
	*months = (struct months){ 0 };
}

static int32_t month_of_day(int32_t day)
{
	int32_t year, month, mday;

	day_to_date(day, &year, &month, &mday);
	return (year - 1970) * 12 + month - 1;
}

int months_add(struct months *months, const struct standing *fact)
{
	int32_t month;
	size_t at;

	if (fact->type != EVENT_ATTENDED)
		return 0;
	month = month_of_day(fact->day);
	for (at = months->n; at > 0 && months->items[at - 1].month > month; at--)
		;
	if (at > 0 && months->items[at - 1].month == month) {
		months->items[at - 1].minutes += fact->minutes;
		return 0;
	}
	if (grow(&months->items, &months->room, months->n + 1, sizeof(*months->items)) != 0)
		return LIFT_E_MEMORY;
	memmove(months->items + at + 1, months->items + at,
		(months->n - at) * sizeof(*months->items));
	months->items[at] = (struct month){ month, fact->minutes };
	months->n++;
	return 0;
}

int64_t months_minutes(const struct months *months)
{
	int64_t minutes = 0;

	for (size_t i = 0; i < months->n; i++)
		minutes += months->items[i].minutes;
	return minutes;
}

int64_t months_hours(const struct months *months)
{
	int64_t hours = 0;

	for (size_t i = 0; i < months->n; i++)
		hours += months->items[i].minutes / 60;
	return hours;
}
