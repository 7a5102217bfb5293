/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `status` answers of a journal with more sources, streams and gaps than one message has room
 * for.
 */
#include "daemon/base/clock.h"
#include "daemon/status/limits.h"
#include "daemon/status/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/json.h"
#include "tests/unit/house.h"

enum {
	SOURCES = 2000,
	GAPPY = 900, /* of them have a stream of as many gaps as it may have; the others of one */
};
/* Far numbers are the longest. */
#define FIRST (UINT64_C(1) << 50)

static int64_t whole(const json_t *map, const char *key)
{
	const json_t *value = json_object_get(map, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

/* Each second number: a stretch of its own each. */
static void send_stretches(struct house *house, const char *source, uint64_t stretches)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("a"),
				     .module = text_of("lift"),
				     .region = text_of("rana") };

	for (uint64_t i = 0; i < stretches; i++)
		assert_int_equal(house_send(house, source, "autumn", FIRST + 2 * i, &event, 1), 0);
}

static void send_all(struct house *house)
{
	char source[16];

	for (int i = 0; i < SOURCES; i++) {
		snprintf(source, sizeof(source), "lms-%04d", i);
		send_stretches(house, source, i < GAPPY ? STREAM_RANGES_MAX : 1);
	}
	assert_int_equal(journal_commit(house->journal), 0);
}

/* `board`: or NULL. */
static json_t *status_of(struct house *house, struct board *board)
{
	static struct stats stats;
	struct config config = *house->config;
	struct status_parts parts = { .config = &config,
				      .catalogue = house->catalogue,
				      .journal = house->journal,
				      .board = board,
				      .stats = &stats };
	struct loop *loop = loop_new(&clock_machine);
	struct jobs *jobs;
	json_t *json;

	config.state = house->dir.path;
	assert_int_equal(rebuild_open(config.state, config.as_of, house->journal, &clock_machine,
				      NULL, NULL, &parts.rebuild),
			 0);
	assert_int_equal(jobs_open(loop, NULL, config.state, NULL, NULL, &jobs), 0);
	parts.jobs = jobs;
	msg_writer_clear(house->writer);
	assert_int_equal(status_encode(&parts, house->writer, &(struct now){ 0, house->clock }), 0);
	assert_true(msg_written(house->writer).size > STATUS_STREAMS_BYTES);
	assert_true(msg_written(house->writer).size < MSG_SIZE_MAX);
	assert_int_equal(json_from_msg(house->reader, msg_written(house->writer), &json), 0);
	jobs_close(jobs);
	rebuild_close(parts.rebuild);
	loop_free(loop);
	return json;
}

static json_t *limit_of(const json_t *answer, const char *source, const char *what)
{
	json_t *limit;
	size_t i;

	json_array_foreach(json_object_get(answer, "limits"), i, limit)
	{
		const char *of = json_string_value(json_object_get(limit, "source"));
		const char *name = json_string_value(json_object_get(limit, "what"));

		if (of && strcmp(of, source) == 0 && strcmp(name, what) == 0)
			return limit;
	}
	return NULL;
}

/* A stream that soon takes nothing more is told, with its name. */
static void a_stream_full_of_gaps_is_a_limit(void **state)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("a"),
				     .module = text_of("lift"),
				     .region = text_of("rana") };
	struct house house;
	json_t *answer, *limit = NULL;

	(void)state;
	house_open(&house, "{}", world_catalogue);
	for (uint64_t n = 0; n < 60; n++)
		assert_int_equal(house_send(&house, "gappy", "holes", 2 + 2 * n, &event, 1), 0);
	assert_int_equal(house_send(&house, "gappy", "few", 2, &event, 1), 0);
	send_all(&house); /* and many more */
	answer = status_of(&house, NULL);
	limit = limit_of(answer, "gappy", "ranges");
	assert_non_null(limit);
	assert_string_equal(json_string_value(json_object_get(limit, "stream")), "holes");
	assert_int_equal(whole(limit, "used"), 60);
	assert_int_equal(whole(limit, "most"), STREAM_RANGES_MAX);
	json_decref(answer);
	house_close(&house);
}

static void a_status_of_any_size_is_a_message_that_clients_take(void **state)
{
	struct house house;
	size_t i, streams = 0;
	json_t *answer, *source;

	(void)state;
	house_open(&house, "{}", world_catalogue);
	send_all(&house);
	answer = status_of(&house, NULL);
	json_array_foreach(json_object_get(answer, "sources"), i, source)
	{
		assert_true(whole(source, "missing") ==
			    (int64_t)FIRST - 1 + (i < GAPPY ? STREAM_RANGES_MAX - 1 : 0));
		streams += json_array_size(json_object_get(source, "streams"));
	}
	assert_true(i > 1000 && i < SOURCES);
	assert_int_equal(whole(answer, "sources_left_out"), SOURCES - i);
	assert_true(streams > 300 && streams < GAPPY);
	assert_int_equal(whole(answer, "streams_left_out"), SOURCES - streams);
	assert_int_equal(whole(answer, "gaps_left_out"), SOURCES - streams);
	assert_true(whole(answer, "missing") ==
		    SOURCES * ((int64_t)FIRST - 1) + GAPPY * (STREAM_RANGES_MAX - 1));
	json_decref(answer);
	house_close(&house);
}

/* All have brought texts as long as they may be, that mean some of the same length, of which each
 * source has as many as are noted. */
static void whatever_counts_nowhere_has_room_in_it(void **state)
{
	static char text[MODULE_MAX + 1], meant[MODULE_MAX + 1];
	struct board *board = board_new();
	struct unknown unknown = { .events = INT64_MAX };
	json_t *answer, *source;
	size_t i, noted = 0;
	struct house house;
	char name[16];

	(void)state;
	memset(text, 'x', MODULE_MAX);
	memset(meant, 'y', MODULE_MAX);
	for (int kind = 0; kind < UNKNOWN_KINDS; kind++)
		unknown.n[kind] = INT64_MAX;
	for (int t = 0; t < UNKNOWN_TEXTS_MAX; t++)
		unknown.texts[unknown.n_texts++] =
			(struct unknown_text){ .kind = UNKNOWN_MODULE,
					       .n = INT64_MAX,
					       .text = { text, MODULE_MAX - (size_t)t },
					       .meant = text_of(meant) };
	house_open(&house, "{}", world_catalogue);
	send_all(&house);
	for (int s = 0; s < SOURCES; s++) {
		snprintf(name, sizeof(name), "lms-%04d", s);
		board_note(board, text_of(name), &unknown);
	}
	answer = status_of(&house, board);
	json_array_foreach(json_object_get(answer, "sources"), i, source) noted +=
		json_object_get(source, "unknown") != NULL;
	assert_true(noted > 0);
	json_decref(answer);
	house_close(&house);
	board_free(board);
}

static void what_fills_up_for_all_is_not_crowded_out(void **state)
{
	static struct source_row rows[2 * STATUS_LIMITS_MAX];
	struct source_rows sources = { .rows = rows, .n = 2 * STATUS_LIMITS_MAX, .n_named = 1 };
	struct stats stats = { 0 };
	json_t *json, *limits;
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	for (size_t i = 0; i < sources.n; i++) {
		rows[i].name = text_of("s");
		rows[i].record.names[NAME_MODULE] = JOURNAL_UNKNOWN_OF_SOURCE;
	}
	stats_set(&stats, STAT_connections, 489);
	stats_set(&stats, STAT_connections_most, 976);
	msg_writer_clear(house.writer);
	msg_map_begin(house.writer);
	limits_write(&(struct status_parts){ .config = house.config,
					     .journal = house.journal,
					     .stats = &stats },
		     &sources, house.writer);
	msg_map_end(house.writer);
	assert_int_equal(json_from_msg(house.reader, msg_written(house.writer), &json), 0);
	limits = json_object_get(json, "limits");
	assert_int_equal(json_array_size(limits), STATUS_LIMITS_MAX);
	assert_null(json_object_get(json_array_get(limits, 0), "source"));
	assert_string_equal(json_string_value(json_object_get(json_array_get(limits, 0), "what")),
			    "descriptors");
	assert_int_equal(whole(json_array_get(limits, 0), "used"), 489);
	assert_int_equal(whole(json_array_get(limits, 1), "most"), JOURNAL_UNKNOWN_MAX);
	assert_non_null(json_object_get(json_array_get(limits, 2), "source"));
	json_decref(json);
	house_close(&house);
}

/* Two sources, each with as many streams with gaps as it may have, which have all gone as far as
 * they may. */
static void as_much_as_can_be_missing_is_missing(void **state)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("a"),
				     .module = text_of("lift"),
				     .region = text_of("rana") };
	struct house house;
	char stream[16];
	json_t *answer, *source;
	size_t i;

	(void)state;
	house_open(&house, "{}", world_catalogue);
	send_all(&house);
	for (int n = 0; n < 2 * JOURNAL_GAPS_MAX; n++) {
		snprintf(stream, sizeof(stream), "s%d", n / 2);
		assert_int_equal(house_send(&house, n % 2 ? "far" : "away", stream, EVENT_SEQ_MAX,
					    &event, 1),
				 0);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	answer = status_of(&house, NULL);
	assert_true(whole(answer, "missing") == INT64_MAX);
	json_array_foreach(json_object_get(answer, "sources"), i, source)
		assert_true(whole(source, "missing") > 0);
	json_decref(answer);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_full_of_gaps_is_a_limit),
		cmocka_unit_test(whatever_counts_nowhere_has_room_in_it),
		cmocka_unit_test(what_fills_up_for_all_is_not_crowded_out),
		cmocka_unit_test(as_much_as_can_be_missing_is_missing),
		cmocka_unit_test(a_status_of_any_size_is_a_message_that_clients_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
