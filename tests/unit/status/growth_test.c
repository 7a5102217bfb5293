/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast events come, and how long the disk lasts: by what the journal has received, and when.
 */
#include "daemon/status/growth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/status/pace.h"
#include "proto/json.h"
#include "tests/unit/house.h"

#define DAY_MS INT64_C(86400000)

enum { BATCH = 500 };

/* So many events at a moment, in a stream of that name. */
static void send_at(struct house *house, int64_t clock_ms, const char *source, uint64_t first,
		    uint32_t n)
{
	static struct event events[BATCH];

	for (uint32_t i = 0; i < n; i++)
		events[i] = (struct event){ .type = EVENT_STARTED,
					    .time = WORLD_BEGIN,
					    .learner = text_of("a"),
					    .module = text_of("lift"),
					    .region = text_of("rana") };
	house->clock = clock_ms;
	assert_int_equal(house_send(house, source, "autumn", first, events, n), 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

static json_t *disk_of(struct house *house, int64_t utc_ms)
{
	struct config config = *house->config;
	const struct status_parts parts = { .config = &config,
					    .journal = house->journal,
					    .ledger = house->ledger };
	struct journal_view view;
	json_t *json, *disk;

	config.state = house->dir.path;
	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	msg_writer_clear(house->writer);
	msg_map_begin(house->writer);
	growth_write(&parts, &view, utc_ms, house->writer);
	msg_map_end(house->writer);
	journal_view_end(&view);
	assert_int_equal(json_from_msg(house->reader, msg_written(house->writer), &json), 0);
	disk = json_incref(json_object_get(json, "disk"));
	json_decref(json);
	assert_true(json_integer_value(json_object_get(disk, "bytes")) > 0);
	return disk;
}

static int64_t whole(const json_t *map, const char *key)
{
	const json_t *value = json_object_get(map, key);

	return json_is_integer(value) ? json_integer_value(value) : -1;
}

/* An event takes what all take on average; only the last week is looked at. */
static void the_days_are_by_the_events_of_the_last_week(void **state)
{
	struct house house;
	int64_t begin_ms, bytes, now_ms;
	json_t *disk;

	(void)state;
	house_open(&house, "{}", world_catalogue);
	begin_ms = house.clock;
	for (uint64_t n = 0; n < 10; n++) /* an import, long ago */
		send_at(&house, begin_ms, "a", 1 + n * BATCH, BATCH);
	for (int day = 0; day < 7; day++) /* and then 500 a day */
		send_at(&house, begin_ms + 20 * DAY_MS + day * DAY_MS, "b",
			1 + (uint64_t)day * BATCH, BATCH);
	house_ledger_open(&house, "ledger", 0);
	now_ms = begin_ms + 27 * DAY_MS - 1;
	disk = disk_of(&house, now_ms);
	bytes = (int64_t)(journal_bytes(house.journal) + ledger_bytes(house.ledger)) * 500 / 8500;
	assert_int_equal(whole(disk, "over_ms"), GROWTH_DAYS * DAY_MS);
	assert_in_range(whole(disk, "bytes_a_day"), bytes - 1, bytes + 1);
	assert_in_range(whole(disk, "days"), 1, whole(disk, "free") / (bytes - 1));
	json_decref(disk);

	/* The journal's own limit comes first. */
	journal_set_quota(house.journal,
			  journal_bytes(house.journal) + journal_bytes(house.journal) * 10 / 17);
	disk = disk_of(&house, now_ms);
	assert_in_range(whole(disk, "days"), 9, 10);
	json_decref(disk);
	house_ledger_close(&house);
	house_close(&house);
}

static void nothing_is_said_where_there_is_too_little_to_go_by(void **state)
{
	static const struct {
		const char *why;
		int64_t days; /* after the first event */
		bool is_known;
	} cases[] = {
		{ "half a day", 0, false },
		{ "a day", 1, true },
		{ "a week", 7, true },
		{ "a week in which nothing came", 8, false },
	};
	struct house house;
	int64_t begin_ms;

	(void)state;
	house_open(&house, "{}", world_catalogue);
	begin_ms = house.clock;
	house_ledger_open(&house, "ledger", 0);
	json_decref(disk_of(&house, begin_ms)); /* of nothing */
	send_at(&house, begin_ms, "a", 1, BATCH);
	send_at(&house, begin_ms + DAY_MS / 4, "a", 1 + BATCH, BATCH - 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *disk = disk_of(&house, begin_ms + cases[i].days * DAY_MS);

		if (whole(disk, "days") >= 0) /* one event is missing */
			fail_msg("%s: too few", cases[i].why);
		json_decref(disk);
	}
	send_at(&house, begin_ms + DAY_MS / 4, "b", 1, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *disk = disk_of(&house, begin_ms + cases[i].days * DAY_MS);

		if ((whole(disk, "days") >= 0) != cases[i].is_known)
			fail_msg("%s: %lld days", cases[i].why, (long long)whole(disk, "days"));
		json_decref(disk);
	}
	house_ledger_close(&house);
	house_close(&house);
}

static const struct source_record *record_of(struct source_rows *rows, struct journal_view *view,
					     struct house *house, size_t source)
{
	source_rows_free(rows);
	*rows = (struct source_rows){ 0 };
	journal_view_end(view);
	assert_int_equal(journal_view_begin(house->journal, view), 0);
	assert_int_equal(source_rows_read(rows, view), 0);
	assert_true(source < rows->n);
	return &rows->rows[source].record;
}

/* What came before the oldest note is not of the last minute; a source that is new has sent all. */
static void the_pace_is_of_the_last_minute(void **state)
{
	struct pace *pace = pace_new();
	struct source_rows rows = { 0 };
	struct journal_view view = { NULL };
	struct house house;
	int64_t now_ms = 1000000;

	(void)state;
	assert_non_null(pace);
	house_open(&house, "{}", world_catalogue);
	assert_int_equal(pace_ms(pace, now_ms), 0);
	send_at(&house, house.clock, "a", 1, 100);
	pace_note(pace, house.journal, now_ms);
	assert_int_equal(pace_ms(pace, now_ms + PACE_LEAST_MS - 1), 0);
	send_at(&house, house.clock, "a", 101, 7);
	send_at(&house, house.clock, "b", 1, 9);
	assert_int_equal(pace_ms(pace, now_ms + PACE_EVERY_MS), PACE_EVERY_MS);
	assert_int_equal(pace_of(pace, 0, record_of(&rows, &view, &house, 0)), 7);
	assert_int_equal(pace_of(pace, 1, record_of(&rows, &view, &house, 1)), 9);
	for (int i = 1; i < 3 * PACE_NOTES; i++) {
		pace_note(pace, house.journal, now_ms + i * PACE_EVERY_MS);
		send_at(&house, house.clock, "a", 107 + (uint64_t)i, 1);
	}
	now_ms += 3 * PACE_NOTES * PACE_EVERY_MS;
	assert_int_equal(pace_ms(pace, now_ms), PACE_NOTES * PACE_EVERY_MS);
	assert_int_equal(pace_of(pace, 0, record_of(&rows, &view, &house, 0)), PACE_NOTES);
	assert_int_equal(pace_of(pace, 1, record_of(&rows, &view, &house, 1)), 0);
	source_rows_free(&rows);
	journal_view_end(&view);
	house_close(&house);
	pace_free(pace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_days_are_by_the_events_of_the_last_week),
		cmocka_unit_test(nothing_is_said_where_there_is_too_little_to_go_by),
		cmocka_unit_test(the_pace_is_of_the_last_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
