/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `status` answers of a journal with more sources, streams and gaps than one message has room
 * for.
 */
#include "daemon/base/clock.h"
#include "daemon/control/status.h"

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

static json_t *status_of(struct house *house)
{
	static struct stats stats;
	struct config config = *house->config;
	struct status_parts parts = { .config = &config,
				      .catalogue = house->catalogue,
				      .journal = house->journal,
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

static void a_status_of_any_size_is_a_message_that_clients_take(void **state)
{
	struct house house;
	size_t i, streams = 0;
	json_t *answer, *source;

	(void)state;
	house_open(&house, "{}", world_catalogue);
	send_all(&house);
	answer = status_of(&house);
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
	answer = status_of(&house);
	assert_true(whole(answer, "missing") == INT64_MAX);
	json_array_foreach(json_object_get(answer, "sources"), i, source)
		assert_true(whole(source, "missing") > 0);
	json_decref(answer);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_much_as_can_be_missing_is_missing),
		cmocka_unit_test(a_status_of_any_size_is_a_message_that_clients_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
