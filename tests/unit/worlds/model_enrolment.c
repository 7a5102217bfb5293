/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 3 and 4 of what a module and a programme have in common: who has begun, has withdrawn, is
 * enrolled, and minutes by month.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

bool model_has_begun(const struct event *fact)
{
	return fact->type != EVENT_WITHDRAWN && fact->type != EVENT_ENROLLED;
}

bool model_is_passed(const struct event *fact, const struct module *module)
{
	const struct event_result *result = &fact->result;

	return fact->type == EVENT_ASSESSED &&
	       (result->passed >= 0 ? result->passed == 1 : result->score >= module->pass_mark);
}

bool model_last_is_withdrawal(const struct event *const *facts, size_t n)
{
	int64_t last = INT64_MIN;
	bool is = false;

	for (size_t i = 0; i < n; i++)
		last = facts[i]->time > last ? facts[i]->time : last;
	for (size_t i = 0; i < n; i++)
		is |= facts[i]->type == EVENT_WITHDRAWN && facts[i]->time == last;
	return is;
}

int model_enrolled_state(const struct event *const *facts, size_t n)
{
	int64_t at = INT64_MIN;
	int state = STATE_NONE;

	for (size_t i = 0; i < n; i++) {
		const struct event *fact = facts[i];

		if (fact->type != EVENT_ENROLLED || fact->time < at ||
		    (fact->time == at && fact->result.state < state))
			continue;
		at = fact->time;
		state = fact->result.state;
	}
	return state;
}

int model_enrolment(const struct event *const *facts, size_t n)
{
	bool completed = false;

	for (size_t i = 0; i < n; i++)
		completed |= facts[i]->type == EVENT_COMPLETED;
	return !completed && model_last_is_withdrawal(facts, n) ? STATE_NONE
								: model_enrolled_state(facts, n);
}

/* Minutes. */

void model_months_add(struct model_months *months, const struct catalogue *c,
		      const struct event *fact)
{
	int32_t year, month, day;
	size_t i = 0;

	if (fact->type != EVENT_ATTENDED)
		return;
	day_to_date(calendar_day(c->calendar, fact->time), &year, &month, &day);
	month += 12 * (year - 1970) - 1;
	while (i < months->n && months->items[i].month != month)
		i++;
	if (i == months->n) {
		months->items = realloc(months->items, (i + 1) * sizeof(*months->items));
		assert_non_null(months->items);
		months->items[months->n++] = (struct model_month){ month, 0 };
	}
	months->items[i].minutes += fact->result.minutes;
}

json_int_t model_minutes(const struct model_months *months)
{
	json_int_t sum = 0;

	for (size_t i = 0; i < months->n; i++)
		sum += months->items[i].minutes;
	return sum;
}

json_int_t model_whole_hours(const struct model_months *months)
{
	json_int_t sum = 0;

	for (size_t i = 0; i < months->n; i++)
		sum += months->items[i].minutes / 60;
	return sum;
}

/* Tallies. */

void model_count_months(struct model_counts *to, const struct catalogue *c,
			const struct model_profile *profile, const struct model_months *months)
{
	for (size_t i = 0; i < months->n; i++) {
		uint32_t month = (uint32_t)months->items[i].month;

		model_count(to, FACET_MONTH_LEARNERS, 0, month, 1);
		model_count(to, FACET_MONTH_MINUTES, 0, month, months->items[i].minutes);
		model_count(to, FACET_MONTH_HOURS, 0, month, months->items[i].minutes / 60);
	}
	model_count_values(to, c, profile, FACET_BY_MINUTES, 0, model_minutes(months));
}

void model_count_enrolment(struct model_counts *to, int enrolment, bool started)
{
	if (enrolment)
		model_count(to, FACET_ENROLLED, (uint32_t)enrolment, 0, 1);
	model_count(to, FACET_NOT_STARTED, 0, 0, enrolment == STATE_ADMITTED && !started);
}
