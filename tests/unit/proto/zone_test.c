/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/day.h"

/* The first change of a year: its date, and the hours of UTC into that; and the offset behind
 * it. */
static const struct {
	const char *why, *rule;
	int32_t year;
	int month, mday, hours, offset;
} rules[] = {
	{ "the last Sunday of March", "CET-1CEST,M3.5.0,M10.5.0/3", 2026, 3, 29, 1, 2 },
	{ "a last one that is the fourth", "CET-1CEST,M2.5.0,M10.5.0/3", 2026, 2, 22, 1, 2 },
	{ "the second Sunday, west", "EST5EDT,M3.2.0,M11.1.0", 2026, 3, 8, 7, -4 },
	{ "the south begins with the end", "NZST-12NZDT,M9.5.0,M4.1.0/3", 2026, 4, 4, 14, 12 },
	{ "summer that is put back", "IST-1GMT0,M10.5.0,M3.5.0/1", 2026, 3, 29, 1, 1 },
	{ "more than a day", "EET-2EEST,M3.4.4/50,M10.4.4/50", 2026, 3, 28, 0, 3 },
	{ "before its day", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 2026, 3, 29, 1, -1 },
	{ "a day without leap days", "AAA-1BBB,J60/1,J300", 2024, 3, 1, 0, 2 },
	{ "the same in other years", "AAA-1BBB,J60/1,J300", 2026, 3, 1, 0, 2 },
	{ "a day with leap days", "AAA-1BBB,59/1,300", 2024, 2, 29, 0, 2 },
	{ "the same in other years", "AAA-1BBB,59/1,300", 2026, 3, 1, 0, 2 },
};

static void a_rule_says_when_clocks_change(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct zone_rule rule;
		struct zone_change changes[2];
		int64_t at = day_of_date(rules[i].year, rules[i].month, rules[i].mday) * 86400LL +
			     rules[i].hours * 3600;

		assert_int_equal(zone_rule_parse(text_of(rules[i].rule), &rule), 0);
		zone_rule_year(&rule, rules[i].year, changes);
		if (changes[0].from != at || changes[0].offset != rules[i].offset * 3600)
			fail_msg("%s: %lld, %d h instead of %lld", rules[i].why,
				 (long long)changes[0].from, changes[0].offset / 3600,
				 (long long)at);
		assert_true(changes[0].from < changes[1].from);
	}
}

static void what_is_no_rule_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     "CET",
					     "CE-1",
					     "<+01-1",
					     "CET-1CEST",
					     "CET-1CEST,M3.5.0",
					     "CET-1CEST,M3.5.0,M10.5.0/3,",
					     "CET-1CEST,M13.5.0,M10.5.0",
					     "CET-1CEST,M3.6.0,M10.5.0",
					     "CET-1CEST,M3.5.7,M10.5.0",
					     "CET-1CEST,J0,J300",
					     "CET-1CEST,J60,J366",
					     "CET-1CEST,60,366",
					     "CET-25",
					     "CET-1CEST,M3.5.0/168,M10.5.0",
					     "CET-99999999999999999999",
					     "CET-1:60",
					     "CET-1 " };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct zone_rule rule;

		if (zone_rule_parse(text_of(texts[i]), &rule) != LIFT_E_NOT_FOUND)
			fail_msg("%s", texts[i]);
	}
}

/* A file of the system, in bytes of its own: one that is read too far shows to a sanitizer. */
static struct text read_oslo(void)
{
	static const char path[] = "/usr/share/zoneinfo/Europe/Oslo";
	FILE *file = fopen(path, "r");
	char *bytes = malloc(1 << 16);
	size_t size;

	if (!file || !bytes)
		fail_msg("%s cannot be read", path);
	size = fread(bytes, 1, 1 << 16, file);
	assert_in_range(size, 100, (1 << 16) - 1);
	fclose(file);
	return (struct text){ bytes, size };
}

static struct text copy_of(struct text bytes, size_t size)
{
	char *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, bytes.data, size);
	return (struct text){ copy, size };
}

static void a_file_that_was_cut_off_is_none(void **state)
{
	struct text oslo = read_oslo();
	struct zone zone;

	(void)state;
	assert_int_equal(zone_decode(oslo, &zone), 0);
	zone_free(&zone);
	for (size_t size = 0; size < oslo.size; size++) {
		struct text cut = copy_of(oslo, size);

		if (zone_decode(cut, &zone) != LIFT_E_NOT_FOUND)
			fail_msg("%zu bytes of %zu", size, oslo.size);
		free((char *)cut.data);
	}
	free((char *)oslo.data);
}

/* Whatever comes, changes ascend. */
static void a_file_with_another_byte_gives_a_table_or_none(void **state)
{
	struct text oslo = read_oslo();

	(void)state;
	for (size_t at = 0; at < oslo.size; at++) {
		for (int bit = 0; bit < 8; bit++) {
			struct text other = copy_of(oslo, oslo.size);
			struct zone zone;

			((char *)other.data)[at] = (char)(other.data[at] ^ 1 << bit);
			if (zone_decode(other, &zone) == 0) {
				assert_int_equal(zone.changes[0].from, INT64_MIN);
				for (size_t i = 1; i < zone.n; i++)
					assert_true(zone.changes[i - 1].from <
						    zone.changes[i].from);
				zone_free(&zone);
			}
			free((char *)other.data);
		}
	}
	free((char *)oslo.data);
}

static void leap_seconds_are_refused(void **state)
{
	struct zone zone;

	(void)state;
	if (access("/usr/share/zoneinfo/right/UTC", R_OK) != 0) {
		print_message("skipped: this machine has no zones with leap seconds "
			      "(/usr/share/zoneinfo/right)\n");
		skip();
	}
	assert_int_equal(zone_read("right/UTC", &zone), LIFT_E_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_says_when_clocks_change),
		cmocka_unit_test(what_is_no_rule_is_refused),
		cmocka_unit_test(a_file_that_was_cut_off_is_none),
		cmocka_unit_test(a_file_with_another_byte_gives_a_table_or_none),
		cmocka_unit_test(leap_seconds_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
