/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a platform sends, good and bad, and what it is answered.
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

static const char configuration[] =
	"catalogue: tests/golden/catalogue.yaml\n"
	"as_of: 2024-11-30\n"
	"namespaces: {hr: staff, lms: staff}\n"; /* so that no source may be called staff */

static void start(struct daemon *daemon, struct peer *peer)
{
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	/* What the first ledger is built from would not be among the facts added. */
	daemon_await_counter(daemon, "takeovers", 1);
	peer_open(peer, ZMQ_DEALER, daemon->intake, NULL);
}

static void stop(struct daemon *daemon, struct peer *peer)
{
	peer_close(peer);
	daemon_stop(daemon, SIGTERM);
}

static json_t *good_event(void)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started", "time", (json_int_t)TIME,
			 "learner", "ada", "module", "dementia", "region", "rana");
}

static json_t *good_events(size_t count)
{
	json_t *events = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(events, good_event());
	return events;
}

static json_t *batch(const char *stream, int64_t seq, json_t *events)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events", "source",
			 "moodle", "stream", stream, "seq", (json_int_t)seq, "events", events);
}

static json_t *hello(const char *stream)
{
	return json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello", "source", "moodle",
			 "stream", stream);
}

/* An ack of a batch: all of it, the next number after it. */
static void check_ack(json_t *ack, int64_t first, int64_t count, int64_t next, size_t rejected)
{
	if (strcmp(word(ack, "op"), "ack") != 0)
		fail_msg("%s %s", word(ack, "op"), word(ack, "code"));
	assert_int_equal(whole(ack, "v"), 1);
	assert_string_equal(word(ack, "source"), "moodle");
	assert_int_equal(whole(ack, "first"), first);
	assert_int_equal(whole(ack, "count"), count);
	assert_int_equal(whole(ack, "next"), next);
	assert_int_equal(json_array_size(json_object_get(ack, "rejected")), rejected);
}

static void send_good(struct peer *peer, const char *stream, int64_t seq)
{
	json_t *ack = peer_ask(peer, batch(stream, seq, good_events(1)));

	check_ack(ack, seq, 1, seq + 1, 0);
	json_decref(ack);
}

static void check_nack(json_t *answer, const char *code, const char *why)
{
	if (strcmp(word(answer, "op"), "nack") != 0)
		fail_msg("%s: %s instead of a nack", why, word(answer, "op"));
	if (strcmp(word(answer, "code"), code) != 0)
		fail_msg("%s: %s instead of %s", why, word(answer, "code"), code);
	assert_int_equal(whole(answer, "v"), 1);
	assert_true(strlen(word(answer, "text")) > 0);
	assert_true(json_is_false(json_object_get(answer, "retry")));
}

static int64_t status_number(struct daemon *daemon, const char *source, const char *key)
{
	json_t *status = daemon_status(daemon), *row;
	int64_t number = -1;
	size_t i;

	json_array_foreach(json_object_get(status, "sources"), i, row)
	{
		if (strcmp(word(row, "source"), source) == 0)
			number = whole(row, key);
	}
	json_decref(status);
	return number;
}

/* Hello. */

static void hello_says_what_is_next_and_creates_nothing(void **state)
{
	json_t *answer, *status;
	struct peer peer;

	start(*state, &peer);
	answer = peer_ask(&peer, hello("autumn"));
	assert_string_equal(word(answer, "op"), "welcome");
	assert_string_equal(word(answer, "source"), "moodle");
	assert_string_equal(word(answer, "stream"), "autumn");
	assert_int_equal(whole(answer, "next"), 1);
	assert_in_range(whole(answer, "window"), 1, 10000);
	json_decref(answer);
	status = daemon_status(*state);
	assert_int_equal(json_array_size(json_object_get(status, "sources")), 0);
	assert_int_equal(whole(json_object_get(status, "journal"), "last"), 0);
	json_decref(status);
	send_good(&peer, "autumn", 1);
	answer = peer_ask(&peer, hello("autumn"));
	assert_int_equal(whole(answer, "next"), 2);
	json_decref(answer);
	answer = peer_ask(&peer, hello("another"));
	assert_int_equal(whole(answer, "next"), 1);
	json_decref(answer);
	send_good(&peer, "autumn", 2);
	/* Not in what the batches have written, either. */
	status = daemon_status(*state);
	answer = json_array_get(json_object_get(status, "sources"), 0);
	assert_int_equal(json_array_size(json_object_get(answer, "streams")), 1);
	json_decref(status);
	stop(*state, &peer);
}

/* Acks. */

static void a_batch_is_acknowledged_once_it_is_on_disk(void **state)
{
	struct daemon *daemon = *state;
	struct peer peer;
	json_t *ack;

	start(daemon, &peer);
	ack = peer_ask(&peer, batch("autumn", 1, good_events(3)));
	check_ack(ack, 1, 3, 4, 0);
	assert_null(json_object_get(ack, "more"));
	assert_string_equal(word(ack, "stream"), "autumn");
	json_decref(ack);
	daemon_crash(daemon);
	daemon_start(daemon);
	assert_int_equal(status_number(daemon, "moodle", "accepted"), 3);
	stop(daemon, &peer);
}

static void a_gap_is_said_and_heals(void **state)
{
	json_t *ack, *status, *stream;
	struct peer peer;

	start(*state, &peer);
	ack = peer_ask(&peer, batch("autumn", 5, good_events(2)));
	check_ack(ack, 5, 2, 1, 0);
	json_decref(ack);
	status = daemon_status(*state);
	stream = json_array_get(
		json_object_get(json_array_get(json_object_get(status, "sources"), 0), "streams"),
		0);
	assert_int_equal(whole(stream, "next"), 1);
	stream = json_array_get(json_object_get(stream, "missing"), 0);
	assert_int_equal(json_integer_value(json_array_get(stream, 0)), 1);
	assert_int_equal(json_integer_value(json_array_get(stream, 1)), 4);
	assert_int_equal(whole(status, "missing"), 4);
	json_decref(status);
	ack = peer_ask(&peer, batch("autumn", 1, good_events(4)));
	check_ack(ack, 1, 4, 7, 0);
	json_decref(ack);
	status = daemon_status(*state);
	assert_int_equal(whole(status, "missing"), 0);
	json_decref(status);
	stop(*state, &peer);
}

static void the_last_number_that_a_stream_can_have_is_taken(void **state)
{
	int64_t last = INT64_C(1) << 53;
	struct peer peer;
	json_t *ack;

	start(*state, &peer);
	ack = peer_ask(&peer, batch("to-the-end", last, good_events(1)));
	check_ack(ack, last, 1, 1, 0);
	json_decref(ack);
	stop(*state, &peer);
}

/* An export waits for the ledger, which is behind the answers. */
static void check_facts_added(struct daemon *daemon, int64_t n)
{
	free(daemon_lift_out(daemon, 0, "export", NULL));
	assert_int_equal(daemon_await_counter(daemon, "facts_added", n), n);
}

/* More than a count may be, but not more than the protocol lets a sum be. */
static void operators_are_told_of_streams_that_lack_nearly_all_numbers(void **state)
{
	static const char *const streams[] = { "autumn", "spring", "summer" };
	struct daemon *daemon = *state;
	struct peer peer;
	char *said;

	start(daemon, &peer);
	for (int i = 0; i < 3; i++) {
		json_t *ack = peer_ask(&peer, batch(streams[i], INT64_C(1) << 53, good_events(1)));

		check_ack(ack, INT64_C(1) << 53, 1, 1, 0);
		json_decref(ack);
	}
	said = daemon_lift_out(daemon, 0, "status", NULL);
	assert_non_null(strstr(said, "27021597764222973")); /* 3 * (2^53 - 1) */
	free(said);
	said = daemon_lift_out(daemon, 0, "explain", "all", "people", "all", NULL);
	assert_non_null(strstr(said, "27021597764222973"));
	free(said);
	said = daemon_lift_out(daemon, 0, "watch", "--json", "--count", "1", "beat", NULL);
	assert_non_null(strstr(said, "27021597764222973"));
	free(said);
	stop(daemon, &peer);
}

static void many_batches_at_once_are_all_answered(void **state)
{
	enum { BATCHES = 1024 /* the window */, EVENTS = 5 };
	bool answered[BATCHES] = { false };
	struct peer peer;

	start(*state, &peer);
	for (int i = 0; i < BATCHES; i++)
		peer_send(&peer, batch("autumn", 1 + i * EVENTS, good_events(EVENTS)));
	for (int i = 0; i < BATCHES; i++) {
		json_t *ack = peer_receive(&peer, LIMIT_MS, NULL);
		int64_t which;

		assert_non_null(ack);
		which = (whole(ack, "first") - 1) / EVENTS;
		assert_in_range(which, 0, BATCHES - 1);
		assert_false(answered[which]);
		answered[which] = true;
		check_ack(ack, 1 + which * EVENTS, EVENTS, whole(ack, "next"), 0);
		json_decref(ack);
	}
	assert_int_equal(daemon_counter(*state, "events_accepted"), BATCHES * EVENTS);
	check_facts_added(*state, 1);
	stop(*state, &peer);
}

/* The window. */

enum { WINDOW = 1024, TOO_MANY = 1100, WINDOW_EVENTS = 20 };

/* Events of learners of their own, so that each one lost or counted twice shows. */
static json_t *numbered_batch(const char *stream, int which)
{
	json_t *events = json_array();
	char learner[40];

	for (int i = 0; i < WINDOW_EVENTS; i++) {
		json_t *event = good_event();

		snprintf(learner, sizeof(learner), "%s-%d-%d", stream, which, i);
		json_object_set_new(event, "learner", json_string(learner));
		json_array_append_new(events, event);
	}
	return batch(stream, 1 + (int64_t)which * WINDOW_EVENTS, events);
}

/* Answers to so many batches: how many were refused, and which. */
static size_t take_answers(struct peer *peer, const char *stream, size_t n, bool refused[])
{
	size_t n_refused = 0;

	for (size_t i = 0; i < n; i++) {
		json_t *answer = peer_receive(peer, LIMIT_MS, NULL);
		size_t which;

		assert_non_null(answer);
		assert_string_equal(word(answer, "stream"), stream);
		which = (size_t)(whole(answer, "first") - 1) / WINDOW_EVENTS;
		assert_in_range(which, 0, n - 1);
		refused[which] = strcmp(word(answer, "op"), "ack") != 0;
		if (refused[which]) {
			assert_string_equal(word(answer, "code"), "window");
			assert_true(json_is_true(json_object_get(answer, "retry")));
			n_refused++;
		}
		json_decref(answer);
	}
	return n_refused;
}

/* What was refused is not there, and is taken when it comes again. */
static void send_again(struct peer *peer, const char *stream, size_t n, const bool refused[])
{
	json_t *answer = peer_ask(peer, hello(stream));
	size_t first = 0;

	while (first < n && !refused[first])
		first++;
	assert_int_equal(whole(answer, "next"), 1 + first * WINDOW_EVENTS);
	json_decref(answer);
	for (size_t i = first; i < n; i++) {
		if (!refused[i])
			continue;
		answer = peer_ask(peer, numbered_batch(stream, (int)i));
		check_ack(answer, 1 + (int64_t)i * WINDOW_EVENTS, WINDOW_EVENTS,
			  whole(answer, "next"), 0);
		json_decref(answer);
	}
	answer = peer_ask(peer, hello(stream));
	assert_int_equal(whole(answer, "next"), 1 + n * WINDOW_EVENTS);
	json_decref(answer);
}

/* What is sent while the daemon stands still. High water marks are of connections that come later.
 */
static void hold_many(struct peer *peer, const char *endpoint)
{
	assert_int_equal(
		zmq_setsockopt(peer->socket, ZMQ_SNDHWM, &(int){ 2 * TOO_MANY }, sizeof(int)), 0);
	assert_int_equal(zmq_disconnect(peer->socket, endpoint), 0);
	assert_int_equal(zmq_connect(peer->socket, endpoint), 0);
}

/* One client sends too many batches while the daemon stands still, another one as many as it may:
 * how many were refused. */
static size_t overrun(struct daemon *daemon, struct peer *greedy, struct peer *modest, int round)
{
	bool refused[TOO_MANY];
	char streams[2][24];
	size_t n;

	snprintf(streams[0], sizeof(streams[0]), "greedy-%d", round);
	snprintf(streams[1], sizeof(streams[1]), "modest-%d", round);
	process_signal(&daemon->process, SIGSTOP);
	for (int i = 0; i < TOO_MANY; i++) {
		peer_send(greedy, numbered_batch(streams[0], i));
		if (i < WINDOW)
			peer_send(modest, numbered_batch(streams[1], i));
	}
	process_signal(&daemon->process, SIGCONT);
	assert_int_equal(take_answers(modest, streams[1], WINDOW, refused), 0);
	n = take_answers(greedy, streams[0], TOO_MANY, refused);
	for (size_t i = 0; i < WINDOW; i++)
		assert_false(refused[i]);
	send_again(greedy, streams[0], TOO_MANY, refused);
	return n;
}

/* How many it finds waiting when it looks is chance: they come to it through a short queue, and
 * one that is empty for a moment ends a group. So it is tried until it finds too many. */
static void batches_beyond_the_window_are_refused_and_are_taken_when_they_come_again(void **state)
{
	int64_t end_ms = clock_ms() + LIMIT_MS, events = 0;
	struct peer greedy, modest;
	size_t refused = 0;

	start(*state, &greedy);
	peer_open(&modest, ZMQ_DEALER, ((struct daemon *)*state)->intake, NULL);
	hold_many(&greedy, ((struct daemon *)*state)->intake);
	hold_many(&modest, ((struct daemon *)*state)->intake);
	json_decref(peer_ask(&greedy, hello("greedy"))); /* connected */
	json_decref(peer_ask(&modest, hello("modest")));
	for (int round = 0; refused == 0; round++) {
		assert_true(clock_ms() < end_ms);
		refused = overrun(*state, &greedy, &modest, round);
		events += (TOO_MANY + WINDOW) * WINDOW_EVENTS;
	}
	assert_in_range(refused, 1, TOO_MANY - WINDOW);
	assert_int_equal(daemon_counter(*state, "batches_refused"), refused);
	assert_int_equal(daemon_counter(*state, "answers_dropped"), 0);
	assert_int_equal(status_number(*state, "moodle", "accepted"), events);
	assert_int_equal(daemon_counter(*state, "events_resent"), 0);
	daemon_await_journal(*state, events);
	peer_close(&modest);
	stop(*state, &greedy);
}

/* Bad events: what each is answered, bad_bytes_test.c has. */

static void times_reach_ten_minutes_into_the_future(void **state)
{
	int64_t now = (int64_t)time(NULL) * 1000;
	json_t *events = good_events(2), *ack, *row;
	struct peer peer;

	start(*state, &peer);
	json_object_set_new(json_array_get(events, 0), "time", json_integer(now + 9 * 60000));
	json_object_set_new(json_array_get(events, 1), "time", json_integer(now + 15 * 60000));
	ack = peer_ask(&peer, batch("autumn", 1, events));
	check_ack(ack, 1, 2, 3, 1);
	row = json_array_get(json_object_get(ack, "rejected"), 0);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), 2);
	assert_string_equal(json_string_value(json_array_get(row, 1)), "time");
	json_decref(ack);
	stop(*state, &peer);
}

static void more_than_a_thousand_rejections_are_cut_and_said_to_be(void **state)
{
	static const int counts[] = { 1000, 1001, 10000 };
	struct peer peer;

	start(*state, &peer);
	for (size_t c = 0; c < 3; c++) {
		json_t *events = json_array(), *ack, *row;
		char stream[8];

		for (int i = 0; i < counts[c]; i++)
			json_array_append_new(events, json_object());
		snprintf(stream, sizeof(stream), "s%zu", c);
		ack = peer_ask(&peer, batch(stream, 1, events));
		check_ack(ack, 1, counts[c], counts[c] + 1, 1000);
		row = json_array_get(json_object_get(ack, "rejected"), 999);
		assert_int_equal(json_integer_value(json_array_get(row, 0)), 1000);
		if (counts[c] > 1000)
			assert_true(json_is_true(json_object_get(ack, "more")));
		else
			assert_false(json_is_true(json_object_get(ack, "more")));
		json_decref(ack);
	}
	assert_int_equal(status_number(*state, "moodle", "rejected"), 12001);
	stop(*state, &peer);
}

/* Numbers that come again. */

static void other_content_under_a_number_is_refused_as_reused(void **state)
{
	json_t *events = good_events(3), *ack, *row;
	struct peer peer;

	start(*state, &peer);
	ack = peer_ask(&peer, batch("autumn", 1, good_events(3)));
	check_ack(ack, 1, 3, 4, 0);
	json_decref(ack);
	json_object_set_new(json_array_get(events, 1), "learner", json_string("grace"));
	json_array_append_new(events, good_event());
	ack = peer_ask(&peer, batch("autumn", 1, events));
	check_ack(ack, 1, 4, 5, 1);
	row = json_array_get(json_object_get(ack, "rejected"), 0);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), 2);
	assert_string_equal(json_string_value(json_array_get(row, 1)), "reused");
	json_decref(ack);
	check_facts_added(*state, 1);
	assert_int_equal(status_number(*state, "moodle", "accepted"), 4);
	stop(*state, &peer);
}

static void what_is_not_counted_by_is_no_other_content(void **state)
{
	static const char *const attrs[] = { "{\"pet\": \"cat\"}", "{\"pet\": \"dog\"}", "{}" };
	struct peer peer;

	start(*state, &peer);
	for (size_t i = 0; i < 3; i++) {
		json_t *events = good_events(1), *ack;

		json_object_set_new(json_array_get(events, 0), "attrs",
				    json_loads(attrs[i], 0, NULL));
		ack = peer_ask(&peer, batch("autumn", 1, events));
		check_ack(ack, 1, 1, 2, 0);
		json_decref(ack);
	}
	stop(*state, &peer);
}

/* Bad batches. */

static void a_nack_says_which_batch_it_means(void **state)
{
	struct peer peer;
	json_t *nack;

	start(*state, &peer);
	nack = peer_ask(&peer, batch("autumn", 17, json_object()));
	check_nack(nack, "count", "a map of events");
	assert_string_equal(word(nack, "source"), "moodle");
	assert_string_equal(word(nack, "stream"), "autumn");
	assert_int_equal(whole(nack, "first"), 17);
	json_decref(nack);
	stop(*state, &peer);
}

static void ten_thousand_events_are_one_batch(void **state)
{
	struct peer peer;
	json_t *ack;

	start(*state, &peer);
	ack = peer_ask(&peer, batch("autumn", 1, good_events(BATCH_EVENTS_MAX)));
	check_ack(ack, 1, BATCH_EVENTS_MAX, BATCH_EVENTS_MAX + 1, 0);
	json_decref(ack);
	stop(*state, &peer);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_says_what_is_next_and_creates_nothing),
		TEST(a_batch_is_acknowledged_once_it_is_on_disk),
		TEST(a_gap_is_said_and_heals),
		TEST(the_last_number_that_a_stream_can_have_is_taken),
		TEST(operators_are_told_of_streams_that_lack_nearly_all_numbers),
		TEST(many_batches_at_once_are_all_answered),
		TEST(batches_beyond_the_window_are_refused_and_are_taken_when_they_come_again),
		TEST(times_reach_ten_minutes_into_the_future),
		TEST(more_than_a_thousand_rejections_are_cut_and_said_to_be),
		TEST(other_content_under_a_number_is_refused_as_reused),
		TEST(what_is_not_counted_by_is_no_other_content),
		TEST(a_nack_says_which_batch_it_means),
		TEST(ten_thousand_events_are_one_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
