/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/lib/outbox/box.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void box_begin(struct place *place)
{
	dir_begin(&place->dir);
	snprintf(place->path, sizeof(place->path), "%s", dir_path(&place->dir, "outbox"));
	snprintf(place->endpoint, sizeof(place->endpoint), "ipc://%s",
		 dir_path(&place->dir, "intake"));
}

struct lift_outbox *box_open_with(const struct lift_outbox_options *options)
{
	struct lift_outbox *outbox = NULL;
	int err = lift_outbox_open(options, &outbox);

	if (err)
		print_message("%s\n", lift_error_text());
	assert_int_equal(err, 0);
	return outbox;
}

/* One that delivers, or not. */
struct lift_outbox *box_open(const struct place *place, bool delivers)
{
	return box_open_with(
		&(struct lift_outbox_options){ .path = place->path,
					       .source = "moodle",
					       .endpoint = delivers ? place->endpoint : NULL });
}

void box_fill_event(struct lift_event *event, char learner[32], uint32_t content)
{
	snprintf(learner, 32, "u-%u", content);
	*event = (struct lift_event){ .type = LIFT_STARTED,
				      .time_ms = INT64_C(1760428800000) + content,
				      .learner = learner,
				      .module = "first-aid",
				      .region = "1820" };
}

/* Put in the contents first..first + n - 1, by one call: its error. */
int box_put(struct lift_outbox *outbox, uint32_t first, uint32_t n)
{
	struct lift_event *events = calloc(n, sizeof(*events));
	char(*learners)[32] = calloc(n, sizeof(*learners));
	int err;

	for (uint32_t i = 0; i < n; i++)
		box_fill_event(&events[i], learners[i], first + i);
	err = lift_publish_many(outbox, events, n, NULL);
	free(events);
	free(learners);
	return err;
}

void box_assert_taken(struct fake_liftd *fake, uint32_t first, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(fake_liftd_times(fake, first + i), 1);
}

struct lift_outbox_state box_look(struct lift_outbox *outbox)
{
	struct lift_outbox_state state;

	assert_int_equal(lift_outbox_look(outbox, &state), 0);
	return state;
}

/* Wait until its state says that error: the sentence. */
struct lift_outbox_state box_await_err(struct lift_outbox *outbox, int err)
{
	struct lift_outbox_state state = box_look(outbox);

	for (int ms = 0; state.err != err && ms < WAIT_MS; ms += LOOK_US / 1000) {
		usleep(LOOK_US);
		state = box_look(outbox);
	}
	assert_int_equal(state.err, err);
	return state;
}

/* The file, looked at by another program: the number that a query gives. */
int64_t box_ask(const struct place *place, const char *query)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *row = NULL;
	int64_t number;

	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, WAIT_MS);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &row, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(row), SQLITE_ROW);
	number = sqlite3_column_int64(row, 0);
	sqlite3_finalize(row);
	sqlite3_close(db);
	return number;
}

void box_change(const struct place *place, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

struct fake_liftd *box_fake(const struct place *place)
{
	return fake_liftd_start(place->endpoint, 1);
}

void box_end(struct place *place, struct lift_outbox *outbox, struct fake_liftd *fake)
{
	lift_outbox_close(outbox);
	if (fake) {
		fake_liftd_stop(fake);
		fake_liftd_free(fake);
	}
	dir_end(&place->dir);
}
