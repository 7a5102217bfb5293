/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an outbox takes, and what it refuses at once; from one thread, and from several.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "proto/event.h"
#include "tests/unit/lib/outbox/box.h"

enum { THREADS = 8, EACH = 200, JOIN_US = 100000 };

static void an_event_that_is_wrong_puts_none_in(void **state)
{
	static const uint8_t half[] = { 0x82, 0xa1, 'a', 0x01 }, no_map[] = { 0x91, 0x01 };
	struct place place;
	struct lift_outbox *outbox;
	struct lift_event events[3];
	char learners[3][32];
	size_t bad = 99;
	const struct lift_encoded encoded[] = { { half, sizeof(half) },
						{ no_map, sizeof(no_map) } };

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, false);
	for (uint32_t i = 0; i < 3; i++)
		box_fill_event(&events[i], learners[i], i + 1);
	events[1].module = "";
	assert_int_equal(lift_publish_many(outbox, events, 3, &bad), LIFT_E_MODULE);
	assert_int_equal(bad, 1);
	assert_non_null(strstr(lift_error_text(), "module"));
	assert_int_equal(lift_publish(outbox, &events[1]), LIFT_E_MODULE);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(lift_publish_encoded(outbox, encoded + i, 1, &bad),
				 LIFT_E_MALFORMED);
		assert_int_equal(bad, 0);
	}
	assert_int_equal(box_look(outbox).waiting, 0);
	box_end(&place, outbox, NULL);
}

static void encoded_events_are_judged_as_the_others(void **state)
{
	/* {"type": "started"}: no learner; as the second of two */
	static const uint8_t poor[] = { 0x81, 0xa4, 't', 'y', 'p', 'e', 0xa7,
					's',  't',  'a', 'r', 't', 'e', 'd' };
	struct place place;
	struct lift_outbox *outbox;
	struct lift_event event;
	char learner[32];
	uint8_t good[200];
	size_t size = sizeof(good), bad = 99;
	struct lift_encoded encoded[2];

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, false);
	box_fill_event(&event, learner, 1);
	assert_int_equal(lift_event_encode(&event, good, &size), 0);
	encoded[0] = (struct lift_encoded){ good, size };
	encoded[1] = (struct lift_encoded){ poor, sizeof(poor) };
	assert_true(lift_publish_encoded(outbox, encoded, 2, &bad) < 0);
	assert_int_equal(bad, 1);
	assert_int_equal(box_look(outbox).waiting, 0);
	encoded[1] = encoded[0];
	assert_int_equal(lift_publish_encoded(outbox, encoded, 2, &bad), 0);
	assert_int_equal(box_look(outbox).waiting, 2);
	box_end(&place, outbox, NULL);
}

static void a_time_that_the_daemon_would_refuse_is_refused_at_once(void **state)
{
	struct timespec now;
	struct place place;
	struct lift_outbox *outbox;
	struct lift_event event;
	char learner[32];
	uint8_t bytes[200];
	size_t size = sizeof(bytes), bad = 99;
	int64_t now_ms;

	(void)state;
	box_begin(&place);
	outbox = box_open(&place, false);
	box_fill_event(&event, learner, 1);
	clock_gettime(CLOCK_REALTIME, &now);
	now_ms = now.tv_sec * INT64_C(1000);
	event.time_ms = now_ms + EVENT_AHEAD_MS + 60000;
	assert_int_equal(lift_publish(outbox, &event), LIFT_E_TIME);
	assert_non_null(strstr(lift_error_text(), "at most ten minutes from now"));
	assert_int_equal(lift_event_encode(&event, bytes, &size), 0);
	assert_int_equal(
		lift_publish_encoded(outbox, &(struct lift_encoded){ bytes, size }, 1, &bad),
		LIFT_E_TIME);
	assert_int_equal(bad, 0);
	event.time_ms = EVENT_TIME_MIN - 1;
	assert_int_equal(lift_publish(outbox, &event), LIFT_E_TIME);
	assert_int_equal(box_look(outbox).waiting, 0);
	event.time_ms = now_ms + EVENT_AHEAD_MS - 60000;
	assert_int_equal(lift_publish(outbox, &event), 0);
	assert_int_equal(box_look(outbox).waiting, 1);
	box_end(&place, outbox, NULL);
}

/* Several threads. */

struct calls {
	struct lift_outbox *outbox;
	unsigned each;
	atomic_uint n; /* begun, all told */
};

/* Of a hundred one is wrong: whose it is hears of it, and nobody else. */
static void *put_each(void *context)
{
	struct calls *calls = context;

	for (unsigned i = 0; i < calls->each; i++) {
		unsigned content = atomic_fetch_add(&calls->n, 1) + 1;
		bool is_wrong = content % 100 == 3;
		struct lift_event event;
		char learner[32];

		box_fill_event(&event, learner, content);
		event.module = is_wrong ? "" : event.module;
		assert_int_equal(lift_publish(calls->outbox, &event), is_wrong ? LIFT_E_MODULE : 0);
		if (is_wrong)
			assert_non_null(strstr(lift_error_text(), "module"));
	}
	return NULL;
}

static void start_threads(pthread_t threads[THREADS], struct calls *calls)
{
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, put_each, calls), 0);
}

static void threads_put_in_at_once_and_each_hears_of_its_own(void **state)
{
	struct calls calls = { .each = EACH };
	pthread_t threads[THREADS];
	struct place place;
	struct fake_liftd *fake;
	unsigned n = THREADS * EACH;

	(void)state;
	box_begin(&place);
	fake = box_fake(&place);
	calls.outbox = box_open(&place, true);
	start_threads(threads, &calls);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(lift_outbox_wait(calls.outbox, WAIT_MS), 0);
	for (uint32_t i = 1; i <= n; i++)
		assert_int_equal(fake_liftd_times(fake, i), i % 100 != 3);
	assert_int_equal(box_look(calls.outbox).delivered, n - n / 100);
	box_end(&place, calls.outbox, fake);
}

/* Commits in the -wal: in the header of a commit's last frame is the size of the database. */
static unsigned count_commits(const struct place *place)
{
	enum { HEADER = 32, FRAME = 24, PAGE = 4096 };
	uint8_t frame[FRAME + PAGE];
	char path[300];
	unsigned n = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s-wal", place->path);
	file = fopen(path, "rb");
	assert_non_null(file);
	fseek(file, HEADER, SEEK_SET);
	while (fread(frame, sizeof(frame), 1, file) == 1)
		n += frame[4] || frame[5] || frame[6] || frame[7];
	fclose(file);
	return n;
}

static void those_who_wait_share_a_commit(void **state)
{
	struct calls calls = { .each = 1 };
	pthread_t threads[THREADS];
	struct place place;
	sqlite3 *db = NULL;
	unsigned before;

	(void)state;
	box_begin(&place);
	calls.outbox = box_open(&place, false);
	assert_int_equal(box_put(calls.outbox, 100, 1), 0);
	before = count_commits(&place);
	assert_int_equal(sqlite3_open(place.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	start_threads(threads, &calls);
	while (atomic_load(&calls.n) < THREADS)
		usleep(LOOK_US);
	usleep(JOIN_US); /* so that the last of them is in its call; if not, that is one more */
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(box_look(calls.outbox).waiting, 1 + THREADS - 1);
	assert_in_range(count_commits(&place) - before, 1, THREADS - 3);
	sqlite3_close(db);
	box_end(&place, calls.outbox, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_that_is_wrong_puts_none_in),
		cmocka_unit_test(encoded_events_are_judged_as_the_others),
		cmocka_unit_test(a_time_that_the_daemon_would_refuse_is_refused_at_once),
		cmocka_unit_test(threads_put_in_at_once_and_each_hears_of_its_own),
		cmocka_unit_test(those_who_wait_share_a_commit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
