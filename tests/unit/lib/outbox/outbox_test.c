/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An outbox on disk: what is put in, what it delivers to a daemon of a few lines, what it says.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/lib/lift.h"
#include "tests/unit/lib/outbox/fake_liftd.h"
#include "tests/unit/world.h"

enum { WAIT_MS = 60000, LOOK_US = 5000 };

struct place {
	struct dir dir;
	char path[256], endpoint[256];
};

static void begin(struct place *place)
{
	dir_begin(&place->dir);
	snprintf(place->path, sizeof(place->path), "%s", dir_path(&place->dir, "outbox"));
	snprintf(place->endpoint, sizeof(place->endpoint), "ipc://%s",
		 dir_path(&place->dir, "intake"));
}

static struct lift_outbox *open_with(const struct lift_outbox_options *options)
{
	struct lift_outbox *outbox = NULL;
	int err = lift_outbox_open(options, &outbox);

	if (err)
		print_message("%s\n", lift_error_text());
	assert_int_equal(err, 0);
	return outbox;
}

/* One that delivers, or not. */
static struct lift_outbox *open_one(const struct place *place, bool delivers)
{
	return open_with(
		&(struct lift_outbox_options){ .path = place->path,
					       .source = "moodle",
					       .endpoint = delivers ? place->endpoint : NULL });
}

static void fill_event(struct lift_event *event, char learner[32], uint32_t content)
{
	snprintf(learner, 32, "u-%u", content);
	*event = (struct lift_event){ .type = LIFT_STARTED,
				      .time_ms = INT64_C(1760428800000) + content,
				      .learner = learner,
				      .module = "first-aid",
				      .region = "1820" };
}

/* Put in the contents first..first + n - 1, by one call: its error. */
static int put(struct lift_outbox *outbox, uint32_t first, uint32_t n)
{
	struct lift_event *events = calloc(n, sizeof(*events));
	char(*learners)[32] = calloc(n, sizeof(*learners));
	int err;

	for (uint32_t i = 0; i < n; i++)
		fill_event(&events[i], learners[i], first + i);
	err = lift_publish_many(outbox, events, n, NULL);
	free(events);
	free(learners);
	return err;
}

static void assert_taken(struct fake_liftd *fake, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(fake_liftd_times(fake, first + i), 1);
}

static struct lift_outbox_state look(struct lift_outbox *outbox)
{
	struct lift_outbox_state state;

	assert_int_equal(lift_outbox_look(outbox, &state), 0);
	return state;
}

/* Wait until its state says that error: the sentence. */
static struct lift_outbox_state wait_for_err(struct lift_outbox *outbox, int err)
{
	struct lift_outbox_state state = look(outbox);

	for (int ms = 0; state.err != err && ms < WAIT_MS; ms += LOOK_US / 1000) {
		usleep(LOOK_US);
		state = look(outbox);
	}
	assert_int_equal(state.err, err);
	return state;
}

static void what_is_put_in_is_delivered_once(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	struct lift_outbox_state found;

	(void)state;
	begin(&place);
	fake = fake_liftd_start(place.endpoint, 1);
	outbox = open_one(&place, true);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(put(outbox, 1 + i * 700, 700), 0);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 7000);
	assert_int_equal(fake_liftd_accepted(fake), 7000);
	assert_int_equal(fake_liftd_streams(fake), 1);
	found = look(outbox);
	assert_int_equal(found.waiting, 0);
	assert_int_equal(found.oldest_ms, 0);
	assert_int_equal(found.delivered, 7000);
	assert_true(found.delivered_ms > 0);
	assert_true(found.delivers);
	assert_int_equal(found.err, 0);
	assert_string_equal(found.source, "moodle");
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void what_waits_outlives_its_process(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;

	(void)state;
	begin(&place);
	outbox = open_one(&place, false);
	assert_int_equal(put(outbox, 1, 50), 0);
	assert_int_equal(look(outbox).waiting, 50);
	assert_int_equal(look(outbox).err, LIFT_E_NOT_FOUND);
	assert_int_equal(lift_outbox_wait(outbox, 0), LIFT_E_NOT_FOUND);
	lift_outbox_close(outbox);
	fake = fake_liftd_start(place.endpoint, 1);
	outbox = open_one(&place, true);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 50);
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

static void a_daemon_that_is_away_is_waited_for(void **state)
{
	struct place place;
	struct fake_liftd *fake;
	struct lift_outbox *outbox;
	struct lift_outbox_state found;

	(void)state;
	begin(&place);
	outbox = open_one(&place, true);
	assert_int_equal(put(outbox, 1, 3), 0);
	found = wait_for_err(outbox, LIFT_E_SOCKET);
	assert_non_null(strstr(found.why, place.endpoint));
	assert_int_equal(found.waiting, 3);
	fake = fake_liftd_start(place.endpoint, 1);
	assert_int_equal(lift_outbox_wait(outbox, WAIT_MS), 0);
	assert_taken(fake, 1, 3);
	assert_int_equal(wait_for_err(outbox, 0).why[0], '\0');
	lift_outbox_close(outbox);
	fake_liftd_stop(fake);
	fake_liftd_free(fake);
	dir_end(&place.dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_in_is_delivered_once),
		cmocka_unit_test(what_waits_outlives_its_process),
		cmocka_unit_test(a_daemon_that_is_away_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
