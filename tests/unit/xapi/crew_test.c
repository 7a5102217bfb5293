/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/work/crew.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { ITEMS_MAX = 300, JOBS = 2000 };

struct job {
	atomic_uint times[ITEMS_MAX];
	uint32_t written[ITEMS_MAX]; /* by one thread each, read by the caller */
};

static void take(void *context, size_t i)
{
	struct job *job = context;

	atomic_fetch_add(&job->times[i], 1);
	job->written[i] = (uint32_t)i + 7;
}

static void do_jobs(struct crew *crew)
{
	for (size_t n = 0; n < JOBS; n++) {
		static struct job job;
		size_t items = n % ITEMS_MAX;

		memset(&job, 0, sizeof(job));
		crew_do(crew, take, &job, items);
		for (size_t i = 0; i < ITEMS_MAX; i++) {
			assert_int_equal(job.times[i], i < items);
			assert_int_equal(job.written[i], i < items ? i + 7 : 0);
		}
	}
}

static void each_item_is_done_once_by_any_number_of_threads(void **state)
{
	(void)state;
	for (unsigned threads = 0; threads <= 3; threads++) {
		struct crew *crew = NULL;

		assert_int_equal(crew_open(threads, &crew), 0);
		do_jobs(crew);
		crew_free(crew);
	}
}

struct meeting {
	pthread_barrier_t both;
};

static void meet(void *context, size_t i)
{
	struct meeting *meeting = context;

	(void)i;
	pthread_barrier_wait(&meeting->both);
}

/* Two items that wait for each other: one thread alone would never end. */
static void items_are_done_at_the_same_time(void **state)
{
	struct meeting meeting;
	struct crew *crew = NULL;

	(void)state;
	pthread_barrier_init(&meeting.both, NULL, 2);
	assert_int_equal(crew_open(1, &crew), 0);
	crew_do(crew, meet, &meeting, 2);
	crew_free(crew);
	pthread_barrier_destroy(&meeting.both);
}

static void one_that_never_worked_ends(void **state)
{
	struct crew *crew = NULL;

	(void)state;
	assert_int_equal(crew_open(3, &crew), 0);
	crew_free(crew);
	crew_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_item_is_done_once_by_any_number_of_threads),
		cmocka_unit_test(items_are_done_at_the_same_time),
		cmocka_unit_test(one_that_never_worked_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
