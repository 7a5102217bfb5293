/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/stats.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

enum { WRITERS = 2, ADDED = 2000000 };

struct writer {
	pthread_t id;
	struct stats *stats;
	pthread_barrier_t *together;
};

static void *add(void *context)
{
	struct writer *writer = context;

	pthread_barrier_wait(writer->together);
	for (int i = 0; i < ADDED; i++)
		stats_add(writer->stats, STAT_requests, 1);
	return NULL;
}

static void nothing_is_lost_that_two_threads_add(void **state)
{
	static struct stats stats;
	struct writer writers[WRITERS];
	pthread_barrier_t together;

	(void)state;
	assert_int_equal(pthread_barrier_init(&together, NULL, WRITERS), 0);
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = (struct writer){ .stats = &stats, .together = &together };
		assert_int_equal(pthread_create(&writers[i].id, NULL, add, &writers[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++)
		assert_int_equal(pthread_join(writers[i].id, NULL), 0);
	pthread_barrier_destroy(&together);
	assert_int_equal(stats_get(&stats, STAT_requests), WRITERS * ADDED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_that_two_threads_add),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
