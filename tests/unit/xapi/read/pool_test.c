/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/xapi/read/pool.h"

static const char text[] = "{\"id\": \"a\", \"list\": [1, 2.5, true, null, {\"b\": \"c\"}]}";

static int open_pool(void **state)
{
	(void)state;
	return pool_open();
}

static int close_pool(void **state)
{
	(void)state;
	pool_close();
	return 0;
}

/* Sanitized builds have none: what is asked of it holds there, too, with ordinary memory. */
static void drop(json_t *value)
{
	if (!pool_has(value))
		json_decref(value);
}

static void what_is_read_in_a_round_is_as_it_was_sent(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		json_t *value;
		char *printed;

		pool_begin();
		value = json_loads(text, 0, NULL);
		json_object_set_new(value, "id", json_string("another one"));
		pool_end();
		printed = json_dumps(value, 0);
		assert_string_equal(printed,
				    "{\"id\": \"another one\", \"list\": [1, 2.5, true, null, "
				    "{\"b\": \"c\"}]}");
		free(printed);
		drop(value);
		pool_clear();
	}
}

static void what_was_made_before_a_round_outlives_it(void **state)
{
	json_t *before = json_loads(text, 0, NULL), *within;

	(void)state;
	assert_false(pool_has(before));
	pool_begin();
	within = json_loads(text, 0, NULL);
	/* one that is freed in a round, and was not made in it */
	json_object_del(before, "list");
	pool_end();
	assert_int_equal(json_object_size(within), 2);
	drop(within);
	pool_clear();
	assert_string_equal(json_string_value(json_object_get(before, "id")), "a");
	json_decref(before);
}

static void a_round_may_be_larger_than_what_stays(void **state)
{
	json_t *values;

	(void)state;
	pool_begin();
	values = json_array();
	for (int i = 0; i < 200000; i++)
		json_array_append_new(values, json_object());
	assert_int_equal(json_array_size(values), 200000);
	pool_end();
	drop(values);
	pool_clear();
	what_is_read_in_a_round_is_as_it_was_sent(NULL);
}

struct maker {
	pthread_t thread;
	json_t *values;
	int first;
};

enum { MAKERS = 4, VALUES = 20000 };

static void *make(void *context)
{
	struct maker *maker = context;

	pool_begin();
	maker->values = json_array();
	for (int i = 0; i < VALUES; i++)
		json_array_append_new(maker->values, json_integer(maker->first + i));
	pool_end();
	return NULL;
}

static void threads_take_of_it_at_the_same_time(void **state)
{
	struct maker makers[MAKERS];

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int m = 0; m < MAKERS; m++) {
			makers[m].first = m * VALUES;
			pthread_create(&makers[m].thread, NULL, make, &makers[m]);
		}
		for (int m = 0; m < MAKERS; m++)
			pthread_join(makers[m].thread, NULL);
		for (int m = 0; m < MAKERS; m++) {
			for (int i = 0; i < VALUES; i++)
				assert_int_equal(
					json_integer_value(json_array_get(makers[m].values, i)),
					m * VALUES + i);
			drop(makers[m].values);
		}
		pool_clear();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_in_a_round_is_as_it_was_sent),
		cmocka_unit_test(what_was_made_before_a_round_outlives_it),
		cmocka_unit_test(a_round_may_be_larger_than_what_stays),
		cmocka_unit_test(threads_take_of_it_at_the_same_time),
	};

	return cmocka_run_group_tests(tests, open_pool, close_pool);
}
