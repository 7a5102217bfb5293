/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/publish/unknown_sum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static void add(struct unknown_sum *sum, enum lift_unknown_kind kind, const char *text,
		const char *meant, const char *attr, uint64_t n)
{
	const struct lift_unknown_text row = {
		.kind = kind, .n = n, .text = text, .meant = meant, .attr = attr
	};
	struct lift_unknown unknown = { .events = n, .texts = &row, .n_texts = 1 };

	unknown.n[kind] = n;
	unknown_sum_add(sum, &unknown);
}

static void the_same_text_is_named_once(void **state)
{
	struct unknown_sum sum = { 0 };
	struct lift_unknown found;

	(void)state;
	add(&sum, LIFT_UNKNOWN_MODULE, "fals", "falls", NULL, 2);
	add(&sum, LIFT_UNKNOWN_REGION, "fals", NULL, NULL, 1);
	add(&sum, LIFT_UNKNOWN_VALUE, "w", NULL, "gender", 1);
	add(&sum, LIFT_UNKNOWN_VALUE, "w", NULL, "role", 1);
	add(&sum, LIFT_UNKNOWN_MODULE, "fals", "falls", NULL, 3);
	found = unknown_sum_read(&sum);
	assert_int_equal(found.events, 8);
	assert_int_equal(found.n[LIFT_UNKNOWN_MODULE], 5);
	assert_int_equal(found.n[LIFT_UNKNOWN_VALUE], 2);
	assert_int_equal(found.n_texts, 4);
	assert_int_equal(found.texts[0].n, 5);
	assert_string_equal(found.texts[0].meant, "falls");
	assert_string_equal(found.texts[3].attr, "role");
	unknown_sum_clear(&sum);
	assert_int_equal(unknown_sum_read(&sum).events, 0);
}

static void what_there_is_no_room_for_is_counted(void **state)
{
	struct unknown_sum sum = { 0 };
	struct lift_unknown found;
	char text[16];

	(void)state;
	for (int i = 0; i < LIFT_OUTBOX_UNKNOWN_MAX + 5; i++) {
		snprintf(text, sizeof(text), "m-%d", i);
		add(&sum, LIFT_UNKNOWN_MODULE, text, NULL, NULL, 1);
	}
	add(&sum, LIFT_UNKNOWN_MODULE, "m-0", NULL, NULL, 1);
	found = unknown_sum_read(&sum);
	assert_int_equal(found.n[LIFT_UNKNOWN_MODULE], LIFT_OUTBOX_UNKNOWN_MAX + 6);
	assert_int_equal(found.n_texts, LIFT_OUTBOX_UNKNOWN_MAX);
	assert_int_equal(found.texts[0].n, 2);
	unknown_sum_clear(&sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_text_is_named_once),
		cmocka_unit_test(what_there_is_no_room_for_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
