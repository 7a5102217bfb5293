/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/frozen/causes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "clients/cli/frozen/figures.h"

static json_t *json(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);

	if (!value)
		fail_msg("%s", text);
	return value;
}

static void assert_json(json_t *actual, const char *expected)
{
	json_t *wanted = json(expected);

	if (!json_equal(actual, wanted))
		fail_msg("%s\nand not\n%s", json_dumps(actual, JSON_SORT_KEYS), expected);
	json_decref(wanted);
	json_decref(actual);
}

static void each_figure_has_a_path_that_stays_its_own(void **state)
{
	json_t *row = json(
		"{\"region\":\"rana\",\"kind\":\"programme\",\"id\":\"basics\",\"participants\":4,"
		"\"completion_rate\":{\"n\":1,\"of\":4,\"value\":0.25},\"score\":{\"mean\":null,"
		"\"histogram\":[0,2]},\"by\":{\"role\":{\"nurse\":{\"participants\":3}}},"
		"\"daily\":[[\"2024-02-03\",1,0]],\"monthly\":[[\"2024-02\",2,90,1]],"
		"\"moves\":{\"role\":[[\"nurse\",\"carer\",2]]},\"hours\":[1,0,4],"
		"\"targets\":[{\"measure\":\"hours\",\"where\":{},\"n\":1,\"of\":9,"
		"\"value\":0.1111}]}");

	(void)state;
	assert_json(figures_of(row),
		    "{\"participants\":4,\"completion_rate.n\":1,\"completion_rate.of\":4,"
		    "\"score.mean\":null,\"score.histogram.0\":0,\"score.histogram.1\":2,"
		    "\"by.role.nurse.participants\":3,\"monthly.2024-02.learners\":2,"
		    "\"monthly.2024-02.minutes\":90,\"monthly.2024-02.hours\":1,"
		    "\"moves.role.nurse>carer\":2,\"hours\":5,\"targets.0.measure\":\"hours\","
		    "\"targets.0.n\":1,\"targets.0.of\":9}");
	json_decref(row);
	assert_json(figures_of(NULL), "{}");
}

static void the_months_are_those_of_the_days_that_differ(void **state)
{
	json_t *a = json("{\"daily\":[[\"2024-02-03\",1,0],[\"2024-03-01\",2,0]],"
			 "\"monthly\":[[\"2024-02\",2,90,1]]}");
	json_t *b = json("{\"daily\":[[\"2024-01-09\",1,0],[\"2024-03-01\",2,0]],"
			 "\"monthly\":[[\"2024-02\",2,90,1],[\"2024-05\",1,30,0]]}");
	static const struct {
		const char *figure, *months;
	} cases[] = {
		{ "stalled", "{\"2024-01\":true,\"2024-02\":true,\"2024-05\":true}" },
		{ "by.role.nurse.participants", "{\"2024-01\":true,\"2024-02\":true}" },
		{ "completed", "{}" },
		{ "minutes.reported", "{\"2024-05\":true}" },
		{ "monthly.2024-05.hours", "{\"2024-05\":true}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *months = json_object(), *none = json_object();

		assert_int_equal(figures_months(a, b, cases[i].figure, months), 0);
		assert_json(months, cases[i].months);
		assert_int_equal(figures_months(a, a, "stalled", none), 0);
		assert_json(none, "{}");
	}
	json_decref(a);
	json_decref(b);
}

static json_t *find(const char *const rows[], const enum cause *why, size_t n)
{
	struct steps steps = { .n = n };
	json_t *all[STEPS_MAX], *found;

	for (size_t i = 0; i < n; i++) {
		all[i] = json(rows[i]);
		steps.items[i].rows = all[i];
		steps.items[i].cause = why[i];
	}
	found = causes_find(&steps);
	for (size_t i = 0; i < n; i++)
		json_decref(all[i]);
	return found;
}

/* Two more by the catalogue, one gone to the other place, one taken back, three late. */
static void what_a_figure_changes_by_is_the_sum_over_its_causes(void **state)
{
	static const char *const rows[] = {
		"{\"a\":{\"participants\":10,\"daily\":[[\"2024-01-01\",10]]}}",
		"{\"a\":{\"participants\":12,\"daily\":[[\"2024-01-01\",12]]}}",
		"{\"a\":{\"participants\":11,\"daily\":[[\"2024-01-01\",11]]},"
		"\"b\":{\"participants\":1,\"daily\":[[\"2024-01-01\",1]]}}",
		"{\"a\":{\"participants\":10,\"daily\":[[\"2024-01-01\",10]]},"
		"\"b\":{\"participants\":1,\"daily\":[[\"2024-01-01\",1]]}}",
		"{\"a\":{\"participants\":13,\"daily\":[[\"2024-01-01\",10],[\"2024-02-07\",3]]},"
		"\"b\":{\"participants\":1,\"daily\":[[\"2024-01-01\",1]]}}",
	};
	static const enum cause why[] = { CAUSE_NONE, CAUSE_CATALOGUE, CAUSE_MOVED, CAUSE_CORRECTED,
					  CAUSE_LATE };
	json_t *found = find(rows, why, 5), *whys;

	(void)state;
	assert_int_equal(json_array_size(found), 2);
	whys = json_object_get(json_array_get(found, 0), "why");
	assert_json(json_incref(whys),
		    "[{\"cause\":\"catalogue\",\"by\":2,\"months\":[\"2024-01\"]},"
		    "{\"cause\":\"moved\",\"by\":-1,\"months\":[\"2024-01\"]},"
		    "{\"cause\":\"corrected\",\"by\":-1,\"months\":[\"2024-01\"]},"
		    "{\"cause\":\"late\",\"by\":3,\"months\":[\"2024-02\"]}]");
	/* The other place was not there. */
	assert_json(
		json_incref(json_array_get(found, 1)),
		"{\"key\":\"b\",\"row\":{\"participants\":1,\"daily\":[[\"2024-01-01\",1]]},"
		"\"figure\":\"participants\",\"then\":0,\"now\":1,\"why\":[{\"cause\":\"moved\","
		"\"by\":1,\"months\":[\"2024-01\"]}]}");
	json_decref(found);
}

static void what_is_the_same_in_the_end_is_not_told(void **state)
{
	static const char *const rows[] = {
		"{\"a\":{\"n\":1,\"mean\":0.5,\"text\":\"x\"}}",
		"{\"a\":{\"n\":2,\"mean\":null,\"text\":\"y\"}}",
		"{\"a\":{\"n\":1,\"mean\":0.75,\"text\":\"x\"},\"b\":{\"n\":0}}",
	};
	static const enum cause why[] = { CAUSE_NONE, CAUSE_CORRECTED, CAUSE_LATE };
	json_t *found = find(rows, why, 3);

	(void)state;
	assert_json(found,
		    "[{\"key\":\"a\",\"row\":{\"n\":1,\"mean\":0.75,\"text\":\"x\"},"
		    "\"figure\":\"mean\","
		    "\"then\":0.5,\"now\":0.75,\"why\":[{\"cause\":\"corrected\",\"by\":null,"
		    "\"months\":[]},{\"cause\":\"late\",\"by\":null,\"months\":[]}]}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_figure_has_a_path_that_stays_its_own),
		cmocka_unit_test(the_months_are_those_of_the_days_that_differ),
		cmocka_unit_test(what_a_figure_changes_by_is_the_sum_over_its_causes),
		cmocka_unit_test(what_is_the_same_in_the_end_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
