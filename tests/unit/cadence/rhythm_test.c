/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/rhythm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define WEEK   (7 * DAY)
#define MONDAY INT64_C(1735516800000) /* 2024-12-30 00:00 UTC */

enum { MODEL_MAX = 400, ROUNDS = 60 };

/* A source as it is heard: its rhythm, and when last. */
struct heard {
	struct rhythm rhythm;
	int64_t last_ms;
};

static void hear(struct heard *heard, int64_t ms)
{
	if (heard->last_ms > 0)
		rhythm_add(&heard->rhythm, heard->last_ms, ms, ms - heard->last_ms);
	heard->last_ms = ms;
}

/* A municipality's platform: each half hour from 8 to 16 on the five days of a week. */
static void hear_week(struct heard *heard, int64_t monday, int days)
{
	for (int day = 0; day < days; day++)
		for (int64_t at = 8 * HOUR; at <= 16 * HOUR; at += 30 * MINUTE)
			hear(heard, monday + day * DAY + at);
}

static void hear_weeks(struct heard *heard, int64_t monday, int n)
{
	for (int i = 0; i < n; i++)
		hear_week(heard, monday + i * WEEK, 5);
}

static void assert_expects(const struct heard *heard, int64_t from_ms, int64_t within_ms,
			   int64_t over_ms)
{
	int64_t ms[SILENCE_EXPECTED];

	assert_true(rhythm_expect(&heard->rhythm, from_ms, ms));
	assert_int_equal(ms[SILENCE_WITHIN], within_ms);
	assert_int_equal(ms[SILENCE_OVER], over_ms);
}

static bool is_judged(const struct heard *heard)
{
	int64_t ms[SILENCE_EXPECTED];

	return rhythm_expect(&heard->rhythm, heard->last_ms, ms);
}

static void nights_and_weekends_are_half_as_long_again_at_most(void **state)
{
	struct heard heard = { .last_ms = 0 };

	(void)state;
	hear_weeks(&heard, MONDAY, 8);
	/* A night has 16 hours, a weekend from Friday 16:00 to Monday 8:00 has 64. */
	assert_expects(&heard, heard.last_ms, 24 * HOUR, 96 * HOUR);
}

static void nothing_is_said_before_four_weeks(void **state)
{
	struct heard heard = { .last_ms = 0 };

	(void)state;
	hear_weeks(&heard, MONDAY, 3);
	assert_false(is_judged(&heard));
	hear_week(&heard, MONDAY + 3 * WEEK, 1);
	assert_true(is_judged(&heard));
}

static void who_is_heard_now_and_then_is_not_judged(void **state)
{
	struct heard heard = { .last_ms = 0 };

	(void)state;
	for (int month = 0; month < 12; month++)
		hear(&heard, MONDAY + month * 30 * DAY);
	assert_false(is_judged(&heard));
	/* An import, once: many events, and one week. */
	heard = (struct heard){ .last_ms = 0 };
	hear_week(&heard, MONDAY, 5);
	assert_false(is_judged(&heard));
}

static void a_weekly_export_is_late_after_ten_days_and_a_half(void **state)
{
	struct heard heard = { .last_ms = 0 };

	(void)state;
	for (int week = 0; week < 9; week++)
		hear(&heard, MONDAY + week * WEEK + 2 * HOUR);
	assert_expects(&heard, heard.last_ms, 7 * DAY * 3 / 2, 7 * DAY * 3 / 2);
}

static void who_is_heard_each_minute_has_an_hour(void **state)
{
	struct heard heard = { .last_ms = 0 };

	(void)state;
	for (int64_t at = 0; at < 4 * WEEK; at += MINUTE)
		hear(&heard, MONDAY + at);
	assert_expects(&heard, heard.last_ms, HOUR, HOUR);
}

static void what_was_eight_weeks_ago_is_forgotten(void **state)
{
	struct heard heard = { .last_ms = 0 };

	(void)state;
	hear_week(&heard, MONDAY, 5);
	/* A Tuesday was silent: from Monday 16:00 to Wednesday 8:00 are 40 hours. */
	hear_week(&heard, MONDAY + WEEK, 1);
	hear_week(&heard, MONDAY + WEEK + 2 * DAY, 3);
	hear_weeks(&heard, MONDAY + 2 * WEEK, 6);
	assert_expects(&heard, heard.last_ms, 60 * HOUR, 96 * HOUR);
	/* The week of that silence is the eighth before. */
	hear_week(&heard, MONDAY + 8 * WEEK, 5);
	assert_expects(&heard, heard.last_ms, 60 * HOUR, 96 * HOUR);
	hear_week(&heard, MONDAY + 9 * WEEK, 5);
	assert_expects(&heard, heard.last_ms, 24 * HOUR, 96 * HOUR);
}

static void a_summer_is_no_measure_for_the_autumn_but_for_the_next_summer(void **state)
{
	struct heard heard = { .last_ms = 0 };
	const int64_t summer = MONDAY + 26 * WEEK; /* 2025-06-30 */
	int64_t friday;

	(void)state;
	hear_weeks(&heard, MONDAY, 26);
	/* Four weeks; from Friday 16:00 on, that is 30 days and 16 hours less the last two. */
	hear_weeks(&heard, summer + 4 * WEEK, 8);
	assert_expects(&heard, heard.last_ms, 24 * HOUR, 96 * HOUR);
	hear_weeks(&heard, summer + 12 * WEEK, 40);
	friday = summer + 52 * WEEK - 3 * DAY + 16 * HOUR;
	assert_int_equal(friday, heard.last_ms);
	assert_expects(&heard, friday, 24 * HOUR, (4 * WEEK + 64 * HOUR) * 3 / 2);
	/* Two weeks more, and it counts; three, and it does not. */
	hear_weeks(&heard, summer + 52 * WEEK, 2);
	assert_expects(&heard, heard.last_ms, 24 * HOUR, (4 * WEEK + 64 * HOUR) * 3 / 2);
	hear_weeks(&heard, summer + 54 * WEEK, 1);
	assert_expects(&heard, heard.last_ms, 24 * HOUR, 96 * HOUR);
}

static void what_nobody_could_hear_is_not_learnt(void **state)
{
	struct heard heard = { .last_ms = 0 };

	(void)state;
	hear_weeks(&heard, MONDAY, 8);
	/* A day without a daemon. */
	rhythm_add(&heard.rhythm, MONDAY + 8 * WEEK, MONDAY + 8 * WEEK + 30 * HOUR, 6 * HOUR);
	rhythm_add(&heard.rhythm, MONDAY + 8 * WEEK, MONDAY + 8 * WEEK + 30 * HOUR, 0);
	assert_expects(&heard, heard.last_ms, 24 * HOUR, 96 * HOUR);
}

static void by_a_clock_that_was_ahead_nothing_was_learnt(void **state)
{
	struct heard heard = { .last_ms = 0 };
	struct rhythm before;

	(void)state;
	hear_weeks(&heard, MONDAY, 8);
	before = heard.rhythm;
	rhythm_cut(&heard.rhythm, heard.last_ms);
	assert_memory_equal(&heard.rhythm, &before, sizeof(before));
	rhythm_add(&heard.rhythm, MONDAY + 520 * WEEK, MONDAY + 520 * WEEK + HOUR, HOUR);
	rhythm_cut(&heard.rhythm, heard.last_ms);
	assert_false(is_judged(&heard));
	/* And it learns anew. */
	hear_weeks(&heard, MONDAY + 8 * WEEK, 4);
	assert_true(is_judged(&heard));
}

static void a_weekend_begins_on_saturday(void **state)
{
	(void)state;
	assert_int_equal(rhythm_weekend(MONDAY), MONDAY + 5 * DAY);
	assert_int_equal(rhythm_weekend(MONDAY + 5 * DAY - 1), MONDAY + 5 * DAY);
	assert_int_equal(rhythm_weekend(MONDAY + 5 * DAY), MONDAY + 5 * DAY);
	assert_int_equal(rhythm_weekend(MONDAY + 7 * DAY - 1), MONDAY + 7 * DAY - 1);
	assert_int_equal(rhythm_weekend(MONDAY + 7 * DAY), MONDAY + 12 * DAY);
}

/* The rule once more, of a list of all silences. */

struct model {
	struct silence {
		int64_t from_ms, until_ms;
	} silences[MODEL_MAX];
	int n;
};

static int64_t week_of(int64_t ms)
{
	return (ms - MONDAY + 1000 * WEEK) / WEEK;
}

static bool is_over(const struct silence *silence)
{
	for (int64_t day = silence->from_ms / DAY; day <= silence->until_ms / DAY; day++)
		if ((day + 3) % 7 >= 5)
			return true;
	return false;
}

static bool model_expect(const struct model *model, int64_t from_ms, int64_t ms[SILENCE_EXPECTED])
{
	int64_t longest[SILENCE_EXPECTED] = { 0, 0 }, week = week_of(from_ms);
	bool heard[RHYTHM_RECENT] = { false };
	int n_heard = 0, recent = 0;

	for (int i = 0; i < model->n; i++) {
		const struct silence *silence = &model->silences[i];
		int64_t ago = week - week_of(silence->from_ms);
		int64_t minutes = (silence->until_ms - silence->from_ms + MINUTE - 1) / MINUTE;
		bool is_recent = ago >= 0 && ago < RHYTHM_RECENT;
		bool short_enough = minutes <= 10 * 24 * 60;

		if (is_recent && !heard[ago]) {
			heard[ago] = true;
			n_heard++;
		}
		recent += is_recent && short_enough;
		if (minutes > UINT16_MAX)
			minutes = UINT16_MAX;
		if ((is_recent && short_enough) || (ago >= 50 && ago <= 54))
			if (minutes > longest[is_over(silence)])
				longest[is_over(silence)] = minutes;
	}
	if (n_heard < RHYTHM_HEARD || recent == 0)
		return false;
	if (longest[0] == 0)
		longest[0] = longest[1];
	if (longest[1] < longest[0])
		longest[1] = longest[0];
	for (int kind = 0; kind < SILENCE_EXPECTED; kind++) {
		ms[kind] = longest[kind] * MINUTE * 3 / 2;
		ms[kind] = ms[kind] < HOUR ? HOUR : ms[kind];
	}
	return true;
}

static void it_says_what_the_rule_says_of_all_silences(void **state)
{
	int judged = 0;

	(void)state;
	chance_begin();
	for (int round = 0; round < ROUNDS; round++) {
		static struct model model;
		struct heard heard = { .last_ms = 0 };
		int64_t at = MONDAY + chance(52) * WEEK + chance(7) * DAY;
		bool often = chance(2) == 0;

		model.n = 0;
		while (model.n < MODEL_MAX) {
			int64_t got[SILENCE_EXPECTED], wanted[SILENCE_EXPECTED], next;
			bool is_said;

			next = at + 1 + chance(often ? 3 * (uint32_t)DAY : 9 * (uint32_t)DAY);
			if (chance(40) == 0)
				next += 3 * WEEK + chance(5) * WEEK;
			hear(&heard, at);
			is_said = rhythm_expect(&heard.rhythm, at, got);
			assert_int_equal(is_said, model_expect(&model, at, wanted));
			if (is_said) {
				assert_int_equal(got[0], wanted[0]);
				assert_int_equal(got[1], wanted[1]);
				judged++;
			}
			model.silences[model.n++] = (struct silence){ at, next };
			at = next;
		}
	}
	assert_true(judged > ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nights_and_weekends_are_half_as_long_again_at_most),
		cmocka_unit_test(nothing_is_said_before_four_weeks),
		cmocka_unit_test(who_is_heard_now_and_then_is_not_judged),
		cmocka_unit_test(a_weekly_export_is_late_after_ten_days_and_a_half),
		cmocka_unit_test(who_is_heard_each_minute_has_an_hour),
		cmocka_unit_test(what_was_eight_weeks_ago_is_forgotten),
		cmocka_unit_test(a_summer_is_no_measure_for_the_autumn_but_for_the_next_summer),
		cmocka_unit_test(what_nobody_could_hear_is_not_learnt),
		cmocka_unit_test(by_a_clock_that_was_ahead_nothing_was_learnt),
		cmocka_unit_test(a_weekend_begins_on_saturday),
		cmocka_unit_test(it_says_what_the_rule_says_of_all_silences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
