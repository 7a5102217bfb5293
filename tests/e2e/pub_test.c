/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Platforms that publish their batches and are told nothing: what is taken, what is not, and how a
 * gap shows and closes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/event.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define TIME INT64_C(1730797200000) /* 2024-11-05 */
#define SUBSCRIBED \
	"\x01"     \
	"event/"
#define CONFIGURATION                              \
	"catalogue: tests/golden/catalogue.yaml\n" \
	"as_of: 2024-11-30\n"                      \
	"tick_ms: 50\n"

enum { HOLES_MAX = 64 }; /* stretches of numbers above a stream's first gap */

/* A platform. */

/* Until liftd has subscribed, which an XPUB is told, what is published is lost. Other than that it
 * is a PUB. */
static void await_subscription(struct peer *platform)
{
	zmq_pollitem_t item = { .socket = platform->socket, .events = ZMQ_POLLIN };
	char frame[64];
	int size;

	do {
		assert_int_equal(zmq_poll(&item, 1, LIMIT_MS), 1);
		size = zmq_recv(platform->socket, frame, sizeof(frame), 0);
	} while (size != sizeof(SUBSCRIBED) - 1 || memcmp(frame, SUBSCRIBED, (size_t)size) != 0);
}

static void platform_open(struct peer *platform, const struct daemon *daemon)
{
	char endpoint[PATH_SIZE];
	int each_time = 1; /* after a connection was lost, too */

	path_make(endpoint, "ipc://%s/run/events", daemon->dir);
	peer_open(platform, ZMQ_XPUB, endpoint, NULL);
	assert_int_equal(
		zmq_setsockopt(platform->socket, ZMQ_XPUB_VERBOSE, &each_time, sizeof(each_time)),
		0);
	await_subscription(platform);
}

/* One that liftd connects to. */
static void platform_bind(struct peer *platform, const char *endpoint)
{
	int none = 0;

	platform->zmq = zmq_ctx_new();
	platform->socket = zmq_socket(platform->zmq, ZMQ_XPUB);
	platform->reader = msg_reader_new();
	platform->writer = msg_writer_new();
	assert_int_equal(zmq_setsockopt(platform->socket, ZMQ_LINGER, &none, sizeof(none)), 0);
	assert_int_equal(zmq_bind(platform->socket, endpoint), 0);
}

/* Each number has a learner of its own: a fact of its own. */
static json_t *batch(const char *source, const char *stream, int64_t first, int64_t last)
{
	json_t *events = json_array();

	for (int64_t n = first; n <= last; n++) {
		char learner[32];

		snprintf(learner, sizeof(learner), "learner-%d", (int)n);
		json_array_append_new(events,
				      json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started",
						"time", (json_int_t)TIME, "learner", learner,
						"module", "dementia", "region", "rana"));
	}
	return json_pack("{s:i, s:s, s:s, s:I, s:o}", "v", 1, "source", source, "stream", stream,
			 "seq", (json_int_t)first, "events", events);
}

static void publish_message(struct peer *platform, const char *topic, json_t *message)
{
	peer_send_bytes(platform, text_of(topic), ZMQ_SNDMORE);
	peer_send(platform, message);
}

static void publish(struct peer *platform, const char *source, int64_t first, int64_t last)
{
	char topic[TOPIC_SIZE];

	snprintf(topic, sizeof(topic), "event/%s", source);
	publish_message(platform, topic, batch(source, "autumn", first, last));
}

/* Nothing is answered: only the counters say that it has come. */
static void await_counter(struct daemon *daemon, const char *name, int64_t value)
{
	assert_int_equal(daemon_await_counter(daemon, name, value), value);
}

static json_t *acknowledged(struct peer *intake, json_t *message)
{
	json_t *answer;

	json_object_set_new(message, "op", json_string("events"));
	answer = peer_ask(intake, message);
	if (strcmp(word(answer, "op"), "ack") != 0)
		fail_msg("%s", json_dumps(answer, 0));
	assert_int_equal(json_array_size(json_object_get(answer, "rejected")), 0);
	return answer;
}

/* What is taken. */

static void a_published_batch_is_taken_and_survives_a_loss_of_power(void **state)
{
	struct daemon *daemon = *state;
	struct peer platform;
	json_t *status, *source;

	daemon_configure(daemon, CONFIGURATION);
	daemon_start(daemon);
	platform_open(&platform, daemon);
	publish(&platform, "moodle", 1, 3);
	await_counter(daemon, "batches", 1);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 3);
	assert_int_equal(daemon_counter(daemon, "batches_refused"), 0);
	daemon_crash(daemon);
	daemon_start(daemon);
	status = daemon_status(daemon);
	source = json_array_get(json_object_get(status, "sources"), 0);
	assert_string_equal(word(source, "source"), "moodle");
	assert_int_equal(whole(source, "accepted"), 3);
	assert_int_equal(whole(json_array_get(json_object_get(source, "streams"), 0), "next"), 4);
	json_decref(status);
	await_subscription(&platform);
	publish(&platform, "moodle", 4, 4);
	await_counter(daemon, "batches", 1);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
}

static void a_published_bad_event_is_in_rejections(void **state)
{
	struct daemon *daemon = *state;
	struct peer platform, intake;
	json_t *message = batch("moodle", "autumn", 1, 2), *answer, *row;

	daemon_configure(daemon, CONFIGURATION);
	daemon_start(daemon);
	platform_open(&platform, daemon);
	peer_open(&intake, ZMQ_DEALER, daemon->intake, NULL);
	json_object_set_new(json_array_get(json_object_get(message, "events"), 1), "region",
			    json_integer(1833));
	publish_message(&platform, "event/moodle", message);
	await_counter(daemon, "batches", 1);
	assert_int_equal(daemon_counter(daemon, "events_rejected"), 1);
	answer = peer_ask(&intake, json_pack("{s:i, s:s, s:s}", "v", 1, "op", "rejections",
					     "source", "moodle"));
	assert_int_equal(json_array_size(json_object_get(answer, "rows")), 1);
	row = json_array_get(json_object_get(answer, "rows"), 0);
	assert_string_equal(json_string_value(json_array_get(row, 1)), "autumn");
	assert_int_equal(json_integer_value(json_array_get(row, 2)), 2);
	assert_string_equal(json_string_value(json_array_get(row, 3)), "region");
	json_decref(answer);
	peer_close(&intake);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
}

/* On this way in nothing says so but rejections. */
static void a_published_number_with_other_content_is_in_rejections_once(void **state)
{
	struct daemon *daemon = *state;
	struct peer platform, intake;
	json_t *answer, *row, *message;

	daemon_configure(daemon, CONFIGURATION);
	daemon_start(daemon);
	platform_open(&platform, daemon);
	peer_open(&intake, ZMQ_DEALER, daemon->intake, NULL);
	publish(&platform, "moodle", 1, 3);
	for (int i = 0; i < 3; i++) {
		message = batch("moodle", "autumn", 1, 3);
		json_object_set_new(json_array_get(json_object_get(message, "events"), 1), "region",
				    json_string("bodo"));
		publish_message(&platform, "event/moodle", message);
	}
	await_counter(daemon, "batches", 4);
	assert_int_equal(daemon_counter(daemon, "events_reused"), 3);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 3);
	answer = peer_ask(&intake, json_pack("{s:i, s:s, s:s}", "v", 1, "op", "rejections",
					     "source", "moodle"));
	assert_int_equal(json_array_size(json_object_get(answer, "rows")), 1);
	row = json_array_get(json_object_get(answer, "rows"), 0);
	assert_string_equal(json_string_value(json_array_get(row, 1)), "autumn");
	assert_int_equal(json_integer_value(json_array_get(row, 2)), 2);
	assert_string_equal(json_string_value(json_array_get(row, 3)), "reused");
	json_decref(answer);
	peer_close(&intake);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
}

/* What is refused. */

#define LONG_65 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

/* A topic; then a body: a good batch of moodle's with other members (null takes one out), or bytes;
 * then further frames. */
static const struct {
	const char *why, *topic;
	const char *members;
	struct text bytes;
	bool no_body;
	int further;
} bad[] = {
	{ .why = "a topic of another source", .topic = "event/canvas" },
	{ .why = "a topic of a source whose name begins so", .topic = "event/moodle-rana" },
	{ .why = "a topic of the beginning of the name", .topic = "event/mood" },
	{ .why = "a topic in capitals", .topic = "event/MOODLE" },
	{ .why = "a topic of no source", .topic = "event/" },
	{ .why = "a topic that goes on", .topic = "event/moodle/autumn" },
	{ .why = "a topic that is too long", .topic = "event/" LONG_65 },
	{ .why = "a topic that is far too long",
	  .topic = "event/moodle" LONG_65 LONG_65 LONG_65 LONG_65 },
	{ .why = "a batch of another source", .members = "{\"source\": \"canvas\"}" },
	{ .why = "a topic without a batch", .no_body = true },
	{ .why = "a topic of no source without a batch", .topic = "event/", .no_body = true },
	{ .why = "a frame behind", .further = 1 },
	{ .why = "a hundred frames behind", .further = 100 },
	{ .why = "an empty batch", .bytes = TEXT("") },
	{ .why = "no MessagePack", .bytes = TEXT("\xc1") },
	{ .why = "a list", .bytes = TEXT("\x90") },
	{ .why = "a batch cut short", .bytes = TEXT("\x85\xa1v\x01\xa6source\xa6moo") },
	{ .why = "2^32-1 events",
	  .bytes = TEXT("\x81\xa6"
			"events\xdd\xff\xff\xff\xff") },
	{ .why = "a doubled key", .bytes = TEXT("\x82\xa1v\x01\xa1v\x01") },
	{ .why = "no version", .members = "{\"v\": null}" },
	{ .why = "another version", .members = "{\"v\": 2}" },
	{ .why = "no source", .members = "{\"source\": null}" },
	{ .why = "a source in capitals",
	  .topic = "event/Moodle",
	  .members = "{\"source\": \"Moodle\"}" },
	{ .why = "a source called as others' namespace",
	  .topic = "event/staff",
	  .members = "{\"source\": \"staff\"}" },
	{ .why = "no stream", .members = "{\"stream\": null}" },
	{ .why = "number 0", .members = "{\"seq\": 0}" },
	{ .why = "a number above 2^53", .members = "{\"seq\": 9007199254740993}" },
	{ .why = "no events", .members = "{\"events\": null}" },
	{ .why = "a map of events", .members = "{\"events\": {}}" },
	{ .why = "an event that is no map", .members = "{\"events\": [1]}" },
	{ .why = "nested too deep", .members = "{\"x\": [[[[1]]]]}" },
};

enum { N_BAD = sizeof(bad) / sizeof(bad[0]) };

static json_t *bad_batch(const char *members)
{
	json_t *message = batch("moodle", "bad", 1, 1);
	json_t *changes = json_loads(members ? members : "{}", 0, NULL);

	assert_non_null(changes);
	json_object_update(message, changes);
	json_decref(changes);
	return message;
}

static void publish_bad(struct peer *platform, size_t i)
{
	json_t *message = bad_batch(bad[i].members);
	struct text bytes = bad[i].bytes.data ? bad[i].bytes : peer_bytes(platform, message);

	peer_send_bytes(platform, text_of(bad[i].topic ? bad[i].topic : "event/moodle"),
			bad[i].no_body ? 0 : ZMQ_SNDMORE);
	if (!bad[i].no_body)
		peer_send_bytes(platform, bytes, bad[i].further ? ZMQ_SNDMORE : 0);
	for (int left = bad[i].further; left > 0; left--)
		peer_send_bytes(platform, text_of("x"), left > 1 ? ZMQ_SNDMORE : 0);
	json_decref(message);
}

static void a_bad_one_is_refused_and_counted_and_the_next_goes_through(void **state)
{
	struct daemon *daemon = *state;
	struct peer platform;
	json_t *status, *sources;

	daemon_configure(daemon, CONFIGURATION "namespaces: {hr: staff, lms: staff}\n");
	daemon_start(daemon);
	platform_open(&platform, daemon);
	for (size_t i = 0; i < N_BAD; i++) {
		int64_t refused;

		publish_bad(&platform, i);
		publish(&platform, "moodle", (int64_t)i + 1, (int64_t)i + 1);
		await_counter(daemon, "batches", (int64_t)i + 1);
		refused = daemon_counter(daemon, "batches_refused");
		if (refused != (int64_t)i + 1)
			fail_msg("%s: %d refused instead of %d", bad[i].why, (int)refused,
				 (int)i + 1);
	}
	status = daemon_status(daemon);
	sources = json_object_get(status, "sources");
	assert_int_equal(json_array_size(sources), 1);
	assert_int_equal(json_array_size(json_object_get(json_array_get(sources, 0), "streams")),
			 1);
	assert_int_equal(whole(json_array_get(sources, 0), "accepted"), N_BAD);
	assert_int_equal(whole(json_array_get(sources, 0), "rejected"), 0);
	assert_int_equal(whole(status, "missing"), 0);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	json_decref(status);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
}

static void more_than_a_mebibyte_closes_the_connection_and_nothing_else(void **state)
{
	struct daemon *daemon = *state;
	struct peer platform, other;
	char *zeros = calloc(1, MSG_SIZE_MAX + 1);

	assert_non_null(zeros);
	daemon_configure(daemon, CONFIGURATION);
	daemon_start(daemon);
	platform_open(&platform, daemon);
	platform_open(&other, daemon);
	publish(&platform, "moodle", 1, 1);
	await_counter(daemon, "batches", 1);
	peer_send_bytes(&platform, text_of("event/moodle"), ZMQ_SNDMORE);
	peer_send_bytes(&platform, (struct text){ zeros, MSG_SIZE_MAX + 1 }, 0);
	await_subscription(&platform); /* anew */
	publish(&other, "canvas", 1, 1);
	await_counter(daemon, "batches", 2);
	publish(&platform, "moodle", 2, 2);
	await_counter(daemon, "batches", 3);
	assert_int_equal(daemon_counter(daemon, "batches_refused"), 0);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 3);
	free(zeros);
	peer_close(&other);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
}

/* Gaps. */

/* The next beat that says of moodle that so many numbers are missing; since when (0: nil). */
static int64_t beat_since(struct peer *dashboard, int64_t missing)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (clock_ms() < end_ms) {
		char topic[TOPIC_SIZE];
		json_t *beat = peer_receive(dashboard, LIMIT_MS, topic);
		const json_t *row = json_array_get(json_object_get(beat, "sources"), 0);
		const json_t *since = json_object_get(row, "since");

		assert_non_null(beat);
		if (row && whole(row, "missing") == missing) {
			int64_t when = json_integer_value(since);

			assert_string_equal(word(row, "source"), "moodle");
			assert_true(json_is_integer(since) || json_is_null(since));
			json_decref(beat);
			return when;
		}
		json_decref(beat);
	}
	fail_msg("no beat says that %d are missing", (int)missing);
	return 0;
}

/* What status says of moodle's one stream: the caller owns it. */
static json_t *stream_status(struct daemon *daemon)
{
	json_t *status = daemon_status(daemon);
	json_t *source = json_array_get(json_object_get(status, "sources"), 0);
	json_t *stream = json_array_get(json_object_get(source, "streams"), 0);

	assert_string_equal(word(source, "source"), "moodle");
	json_incref(stream);
	json_decref(status);
	return stream;
}

static void check_stream(struct daemon *daemon, int64_t next, const char *missing, int64_t since)
{
	json_t *stream = stream_status(daemon), *want = json_loads(missing, 0, NULL);

	assert_int_equal(whole(stream, "next"), next);
	if (!json_equal(json_object_get(stream, "missing"), want))
		fail_msg("missing: %s instead of %s",
			 json_dumps(json_object_get(stream, "missing"), 0), missing);
	if (since)
		assert_int_equal(whole(stream, "since"), since);
	else
		assert_true(json_is_null(json_object_get(stream, "since")));
	json_decref(want);
	json_decref(stream);
}

/* What was lost, and what was not, comes again with an answer: only what was lost is new. */
static void a_gap_is_shown_and_the_acknowledged_way_closes_it_and_changes_nothing_else(void **state)
{
	struct daemon *daemon = *state;
	struct peer platform, intake, dashboard;
	int64_t since, before, after;
	json_t *ack;

	daemon_configure(daemon, CONFIGURATION);
	daemon_start(daemon);
	platform_open(&platform, daemon);
	peer_open(&intake, ZMQ_DEALER, daemon->intake, NULL);
	peer_open(&dashboard, ZMQ_SUB, daemon->publish, "beat");
	publish(&platform, "moodle", 1, 2);
	await_counter(daemon, "batches", 1);
	check_stream(daemon, 3, "[]", 0);
	assert_int_equal(beat_since(&dashboard, 0), 0);

	before = (int64_t)time(NULL) * 1000;
	publish(&platform, "moodle", 5, 6);
	await_counter(daemon, "batches", 2);
	after = ((int64_t)time(NULL) + 1) * 1000;
	since = beat_since(&dashboard, 2);
	assert_in_range(since, before, after);
	check_stream(daemon, 3, "[[3, 4]]", since);
	publish(&platform, "moodle", 9, 9); /* a second gap: the first is the older one */
	await_counter(daemon, "batches", 3);
	assert_int_equal(beat_since(&dashboard, 4), since);
	check_stream(daemon, 3, "[[3, 4], [7, 8]]", since);
	daemon_crash(daemon);
	daemon_start(daemon);
	check_stream(daemon, 3, "[[3, 4], [7, 8]]", since);

	ack = acknowledged(&intake, batch("moodle", "autumn", 1, 9));
	assert_int_equal(whole(ack, "next"), 10);
	json_decref(ack);
	assert_int_equal(beat_since(&dashboard, 0), 0);
	check_stream(daemon, 10, "[]", 0);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 4);
	assert_int_equal(daemon_counter(daemon, "events_resent"), 5);
	assert_int_equal(daemon_counter(daemon, "events_reused"), 0);
	ack = acknowledged(&intake, batch("moodle", "autumn", 10, 10));
	json_decref(ack);
	peer_close(&dashboard);
	peer_close(&intake);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
}

static void a_stream_with_too_many_holes_is_refused_and_recovers(void **state)
{
	enum { BEYOND = 3 + 2 * HOLES_MAX };
	struct daemon *daemon = *state;
	struct peer platform, intake;
	json_t *answer, *message, *stream;

	daemon_configure(daemon, CONFIGURATION);
	daemon_start(daemon);
	platform_open(&platform, daemon);
	peer_open(&intake, ZMQ_DEALER, daemon->intake, NULL);
	for (int i = 0; i < HOLES_MAX; i++)
		publish(&platform, "moodle", 3 + 2 * i, 3 + 2 * i);
	await_counter(daemon, "batches", HOLES_MAX);
	publish(&platform, "moodle", BEYOND, BEYOND);
	await_counter(daemon, "batches_refused", 1);
	message = batch("moodle", "autumn", BEYOND, BEYOND);
	json_object_set_new(message, "op", json_string("events"));
	answer = peer_ask(&intake, message);
	assert_string_equal(word(answer, "op"), "nack");
	assert_string_equal(word(answer, "code"), "holes");
	assert_true(json_is_true(json_object_get(answer, "retry")));
	json_decref(answer);

	publish(&platform, "moodle", 4, 4); /* what joins two stretches has room */
	await_counter(daemon, "batches", HOLES_MAX + 1);
	publish(&platform, "moodle", BEYOND, BEYOND);
	await_counter(daemon, "batches", HOLES_MAX + 2);
	publish(&platform, "moodle", BEYOND + 2, BEYOND + 2);
	await_counter(daemon, "batches_refused", 3);
	answer = acknowledged(&intake, batch("moodle", "autumn", 1, BEYOND));
	assert_int_equal(whole(answer, "next"), BEYOND + 1);
	json_decref(answer);
	publish(&platform, "moodle", BEYOND + 2, BEYOND + 2);
	await_counter(daemon, "batches", HOLES_MAX + 4);
	stream = stream_status(daemon);
	assert_int_equal(whole(stream, "next"), BEYOND + 1);
	assert_int_equal(json_array_size(json_object_get(stream, "missing")), 1);
	json_decref(stream);
	assert_int_equal(daemon_counter(daemon, "batches_refused"), 3);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), BEYOND + 1);
	peer_close(&intake);
	peer_close(&platform);
	daemon_stop(daemon, SIGTERM);
}

/* Connecting. */

static void a_publisher_that_is_connected_to_speaks_for_its_sources_only(void **state)
{
	struct daemon *daemon = *state;
	struct peer limited, any;
	char endpoints[2][PATH_SIZE], *lines;
	json_t *status, *row;
	size_t i;

	path_make(endpoints[0], "ipc://%s/limited", daemon->dir);
	path_make(endpoints[1], "ipc://%s/any", daemon->dir);
	assert_true(asprintf(&lines,
			     CONFIGURATION
			     "connect: [{endpoint: \"%s\", sources: [moodle, canvas]}, \"%s\"]\n",
			     endpoints[0], endpoints[1]) > 0);
	daemon_configure(daemon, lines);
	free(lines);
	daemon_start(daemon); /* before they are there */
	platform_bind(&limited, endpoints[0]);
	platform_bind(&any, endpoints[1]);
	await_subscription(&limited);
	await_subscription(&any);

	publish(&limited, "moodle", 1, 2);
	publish(&limited, "canvas", 1, 1);
	publish(&limited, "hr", 1, 1);
	publish(&limited, "mood", 1, 1);
	publish(&limited, "moodle", 3, 3);
	await_counter(daemon, "batches", 3);
	assert_int_equal(daemon_counter(daemon, "batches_refused"), 2);
	publish(&any, "hr", 1, 1);
	publish(&any, "moodle", 4, 4);
	await_counter(daemon, "batches", 5);
	assert_int_equal(daemon_counter(daemon, "batches_refused"), 2);
	status = daemon_status(daemon);
	assert_int_equal(json_array_size(json_object_get(status, "sources")), 3);
	json_array_foreach(json_object_get(status, "sources"), i, row)
	{
		const char *source = word(row, "source");

		assert_string_not_equal(source, "mood");
		assert_int_equal(whole(row, "accepted"), strcmp(source, "moodle") == 0 ? 4 : 1);
	}
	assert_int_equal(whole(status, "missing"), 0);
	json_decref(status);
	peer_close(&any);
	peer_close(&limited);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_published_batch_is_taken_and_survives_a_loss_of_power),
		TEST(a_published_bad_event_is_in_rejections),
		TEST(a_published_number_with_other_content_is_in_rejections_once),
		TEST(a_bad_one_is_refused_and_counted_and_the_next_goes_through),
		TEST(more_than_a_mebibyte_closes_the_connection_and_nothing_else),
		TEST(a_gap_is_shown_and_the_acknowledged_way_closes_it_and_changes_nothing_else),
		TEST(a_stream_with_too_many_holes_is_refused_and_recovers),
		TEST(a_publisher_that_is_connected_to_speaks_for_its_sources_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
