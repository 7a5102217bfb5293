/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "clients/http/failures.h"

static const struct text moodle = TEXT("moodle"), canvas = TEXT("canvas");

static struct address house(const char *text)
{
	struct address_range range;

	assert_true(address_parse_range(text, &range));
	return address_house(range.first);
}

static void pauses_double_and_are_forgotten(void **state)
{
	static const int pauses_s[] = { 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60 };
	struct failures *failures = failures_new();
	struct address one = house("10.0.0.1");
	int64_t now_ms = 1000;

	(void)state;
	for (size_t i = 0; i < sizeof(pauses_s) / sizeof(pauses_s[0]); i++) {
		failures_add(failures, moodle, one, now_ms);
		assert_int_equal(failures_pause_s(failures, moodle, one, now_ms), pauses_s[i]);
		now_ms += pauses_s[i] * 1000;
		assert_int_equal(failures_pause_s(failures, moodle, one, now_ms), 0);
	}
	now_ms += FAILURES_FORGET_MS + 1;
	failures_add(failures, moodle, one, now_ms);
	assert_int_equal(failures_pause_s(failures, moodle, one, now_ms), 0);
	for (int i = 0; i < FAILURES_FREE; i++)
		failures_add(failures, moodle, one, now_ms);
	assert_int_equal(failures_pause_s(failures, moodle, one, now_ms), 1);
	failures_forgive(failures, moodle, one);
	assert_int_equal(failures_pause_s(failures, moodle, one, now_ms), 0);
	failures_free(failures);
}

static void a_name_is_paused_from_one_address_only(void **state)
{
	struct failures *failures = failures_new();

	(void)state;
	for (int i = 0; i < 1000; i++)
		failures_add(failures, moodle, house("10.0.0.1"), 1000);
	assert_true(failures_pause_s(failures, moodle, house("10.0.0.1"), 1000) > 0);
	assert_int_equal(failures_pause_s(failures, moodle, house("10.0.0.2"), 1000), 0);
	/* By then the address is paused, whatever the name. */
	assert_true(failures_pause_s(failures, canvas, house("10.0.0.1"), 1000) > 0);
	failures_free(failures);
}

static void names_without_end_are_counted_by_their_address(void **state)
{
	struct failures *failures = failures_new();
	char name[32];

	(void)state;
	for (int i = 0; i <= FAILURES_FREE_OF_ADDRESS; i++) {
		assert_int_equal(failures_pause_s(failures, moodle, house("10.0.0.1"), 1000), 0);
		snprintf(name, sizeof(name), "name%d", i);
		failures_add(failures, text_of(name), house("10.0.0.1"), 1000);
	}
	assert_int_equal(failures_pause_s(failures, moodle, house("10.0.0.1"), 1000), 1);
	failures_free(failures);
}

static void the_half_of_an_ipv6_address_that_its_owner_chooses_does_not_count(void **state)
{
	struct failures *failures = failures_new();

	(void)state;
	for (int i = 0; i <= FAILURES_FREE; i++)
		failures_add(failures, moodle, house("2001:db8:0:1::1"), 1000);
	assert_int_equal(failures_pause_s(failures, moodle, house("2001:db8:0:1:ffff::9"), 1000),
			 1);
	assert_int_equal(failures_pause_s(failures, moodle, house("2001:db8:0:2::1"), 1000), 0);
	failures_free(failures);
}

static void the_table_of_failures_has_an_end(void **state)
{
	struct failures *failures = failures_new();
	char name[32];

	(void)state;
	for (int i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "10.%d.%d.%d", i / 65536, i / 256 % 256, i % 256);
		failures_add(failures, moodle, house(name), i);
	}
	failures_free(failures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses_double_and_are_forgotten),
		cmocka_unit_test(a_name_is_paused_from_one_address_only),
		cmocka_unit_test(names_without_end_are_counted_by_their_address),
		cmocka_unit_test(the_half_of_an_ipv6_address_that_its_owner_chooses_does_not_count),
		cmocka_unit_test(the_table_of_failures_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
