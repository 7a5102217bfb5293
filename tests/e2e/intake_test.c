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

/* ---- hello ------------------------------------------------------------------------------------- */

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

/* ---- acks -------------------------------------------------------------------------------------- */

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

static void many_batches_at_once_are_all_answered(void **state)
{
	enum { BATCHES = 200, EVENTS = 50 };
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
	assert_int_equal(daemon_counter(*state, "facts_added"), 1);
	stop(*state, &peer);
}

/* ---- bad events -------------------------------------------------------------------------------- */

#define LONG_65	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_260 LONG_65 LONG_65 LONG_65 LONG_65

/* Members that are put into a good event, or taken out of it (null), as JSON. */
static const struct {
	const char *why, *members, *code;
} bad_events[] = {
	{ "no type", "{\"type\": null}", "type" },
	{ "a type that there is not", "{\"type\": \"finished\"}", "type" },
	{ "a type that is no text", "{\"type\": 1}", "type" },
	{ "no time", "{\"time\": null}", "time" },
	{ "a time that is a text", "{\"time\": \"2024-11-05T09:00:00Z\"}", "time" },
	{ "a time in seconds", "{\"time\": 1730797200}", "time" },
	{ "a time that is no whole number", "{\"time\": 1730797200000.5}", "time" },
	{ "a time before 2000", "{\"time\": 946684799999}", "time" },
	{ "a time far ahead", "{\"time\": 99999999999999}", "time" },
	{ "no learner", "{\"learner\": null}", "learner" },
	{ "a learner without a name", "{\"learner\": \"\"}", "learner" },
	{ "a learner that is a number", "{\"learner\": 7}", "learner" },
	{ "a learner's id that is too long", "{\"learner\": \"" LONG_260 "\"}", "learner" },
	{ "no module", "{\"module\": null}", "module" },
	{ "a module that is too long", "{\"module\": \"" LONG_260 LONG_260 "\"}", "module" },
	{ "no region", "{\"region\": null}", "region" },
	{ "a region without a name", "{\"region\": \"\"}", "region" },
	{ "a region that is too long", "{\"region\": \"" LONG_65 "\"}", "region" },
	{ "neither score nor passed", "{\"type\": \"assessed\"}", "result" },
	{ "a score in percent", "{\"type\": \"assessed\", \"score\": 85}", "score" },
	{ "a score just above 1", "{\"type\": \"assessed\", \"score\": 1.000001}", "score" },
	{ "a score below 0", "{\"type\": \"assessed\", \"score\": -0.1}", "score" },
	{ "a score that is a text", "{\"type\": \"assessed\", \"score\": \"0.5\"}", "score" },
	{ "passed as a text", "{\"type\": \"assessed\", \"passed\": \"yes\"}", "passed" },
	{ "passed as a number", "{\"type\": \"assessed\", \"passed\": 1}", "passed" },
	{ "a phase that there is not",
	  "{\"type\": \"assessed\", \"passed\": true, \"phase\": \"mid\"}", "phase" },
	{ "attrs that are no map", "{\"attrs\": [\"nurse\"]}", "attrs" },
	{ "an attribute that is a number", "{\"attrs\": {\"role\": 3}}", "attrs" },
	{ "an attribute without a name", "{\"attrs\": {\"\": \"nurse\"}}", "attrs" },
	{ "an attribute that is too long", "{\"attrs\": {\"role\": \"" LONG_65 "\"}}", "attrs" },
	{ "17 attributes",
	  "{\"attrs\": {\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":"
	  "\"\",\"h\":\"\",\"i\":\"\",\"j\":\"\",\"k\":\"\",\"l\":\"\",\"m\":\"\",\"n\":\"\",\"o\":"
	  "\"\",\"p\":\"\",\"q\":\"\"}}",
	  "attrs" },
	{ "nothing to take back", "{\"type\": \"voided\"}", "voids" },
	{ "a voiding of a voiding", "{\"type\": \"voided\", \"voids\": {\"type\": \"voided\"}}",
	  "voids" },
};

/* Events as bytes, for what JSON cannot say. */
static const struct {
	const char *why;
	struct text bytes;
} bad_bytes[] = {
	{ "text that is no UTF-8", TEXT("\x81\xa7learner\xa2\xc3\x28") },
	{ "a doubled key", TEXT("\x82\xa4type\xa7started\xa4type\xa7started") },
	{ "no number", TEXT("\x81\xa5score\xcb\x7f\xf8\0\0\0\0\0\0") },
	{ "infinity", TEXT("\x81\xa5score\xcb\x7f\xf0\0\0\0\0\0\0") },
	{ "an integer above 2^63-1", TEXT("\x81\xa4time\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "a key that is no text", TEXT("\x81\x01\x01") },
};

enum {
	N_BAD = sizeof(bad_events) / sizeof(bad_events[0]),
	N_BYTES = sizeof(bad_bytes) / sizeof(bad_bytes[0]),
};

static json_t *bad_event(size_t i)
{
	json_t *event = good_event(), *members = json_loads(bad_events[i].members, 0, NULL);

	assert_non_null(members);
	json_object_update(event, members);
	json_decref(members);
	return event;
}

/* A good event, all the bad ones, a good event: as bytes, since some have no other form. */
static struct text batch_with_all(struct peer *peer, struct msg_writer *to)
{
	batch_begin(to, "events", text_of("moodle"), text_of("bad"), 1, N_BAD + N_BYTES + 2);
	for (size_t i = 0; i < N_BAD + 2; i++) {
		bool good = i == 0 || i == N_BAD + 1;
		json_t *event = good ? good_event() : bad_event(i - 1);

		if (i == N_BAD + 1)
			for (size_t k = 0; k < N_BYTES; k++)
				msg_raw(to, bad_bytes[k].bytes);
		msg_raw(to, peer_bytes(peer, event));
		json_decref(event);
	}
	return msg_written(to);
}

static void check_verdicts(const json_t *ack)
{
	const json_t *rejected = json_object_get(ack, "rejected");

	for (size_t i = 0; i < N_BAD + N_BYTES; i++) {
		const json_t *row = json_array_get(rejected, i);
		const char *why = i < N_BAD ? bad_events[i].why : bad_bytes[i - N_BAD].why;
		const char *code = i < N_BAD ? bad_events[i].code : "value";
		const char *got = json_string_value(json_array_get(row, 1));

		assert_non_null(row);
		assert_int_equal(json_integer_value(json_array_get(row, 0)), i + 2);
		if (!got || strcmp(got, code) != 0)
			fail_msg("%s: %s instead of %s", why, got ? got : "nothing", code);
		assert_true(json_string_length(json_array_get(row, 2)) > 0);
	}
}

static void bad_events_are_rejected_one_by_one_and_a_resend_gets_the_same(void **state)
{
	struct daemon *daemon = *state;
	struct msg_writer *writer = msg_writer_new();
	json_t *first, *again;
	struct text bytes;
	struct peer peer;

	start(daemon, &peer);
	bytes = batch_with_all(&peer, writer);
	peer_send_bytes(&peer, bytes, 0);
	first = peer_receive(&peer, LIMIT_MS, NULL);
	assert_non_null(first);
	check_ack(first, 1, N_BAD + N_BYTES + 2, N_BAD + N_BYTES + 3, N_BAD + N_BYTES);
	check_verdicts(first);
	for (int i = 0; i < 2; i++) {
		peer_send_bytes(&peer, bytes, 0);
		again = peer_receive(&peer, LIMIT_MS, NULL);
		assert_true(json_equal(first, again));
		json_decref(again);
		if (i == 0) {
			daemon_crash(daemon);
			daemon_start(daemon);
		}
	}
	assert_int_equal(daemon_counter(daemon, "events_resent"), N_BAD + N_BYTES + 2);
	assert_int_equal(status_number(daemon, "moodle", "accepted"), 2);
	assert_int_equal(status_number(daemon, "moodle", "rejected"), N_BAD + N_BYTES);
	json_decref(first);
	msg_writer_free(writer);
	stop(daemon, &peer);
}

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

/* ---- numbers that come again ------------------------------------------------------------------- */

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
	assert_int_equal(daemon_counter(*state, "facts_added"), 1);
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

/* ---- bad batches ------------------------------------------------------------------------------- */

/* Members that are put into a good batch or taken out of it. */
static const struct {
	const char *why, *members, *code;
} bad_batches[] = {
	{ "no version", "{\"v\": null}", "malformed" },
	{ "a version that is a text", "{\"v\": \"1\"}", "malformed" },
	{ "another version", "{\"v\": 2}", "version" },
	{ "version 0", "{\"v\": 0}", "version" },
	{ "no op", "{\"op\": null}", "op" },
	{ "an op that is no text", "{\"op\": 1}", "malformed" },
	{ "an op that there is not", "{\"op\": \"dance\"}", "op" },
	{ "an op of another socket", "{\"op\": \"status\"}", "op" },
	{ "no source", "{\"source\": null}", "source" },
	{ "a source that is no text", "{\"source\": 7}", "source" },
	{ "a source without a name", "{\"source\": \"\"}", "source" },
	{ "a source in capitals", "{\"source\": \"Moodle\"}", "source" },
	{ "a source that is too long", "{\"source\": \"" LONG_65 "\"}", "source" },
	{ "a source called as others' namespace", "{\"source\": \"staff\"}", "namespace" },
	{ "no stream", "{\"stream\": null}", "stream" },
	{ "a stream that is no text", "{\"stream\": [1]}", "stream" },
	{ "a stream without a name", "{\"stream\": \"\"}", "stream" },
	{ "a stream that is too long", "{\"stream\": \"0123456789012345678901234567890123456\"}",
	  "stream" },
	{ "no number", "{\"seq\": null}", "seq" },
	{ "number 0", "{\"seq\": 0}", "seq" },
	{ "a number below 0", "{\"seq\": -1}", "seq" },
	{ "a number above 2^53", "{\"seq\": 9007199254740993}", "seq" },
	{ "a number that is a text", "{\"seq\": \"1\"}", "seq" },
	{ "a number that is no integer", "{\"seq\": 1.0}", "seq" },
	{ "numbers that end above 2^53", "{\"seq\": 9007199254740992, \"events\": [{}, {}]}",
	  "seq" },
	{ "no events", "{\"events\": null}", "count" },
	{ "an empty list of events", "{\"events\": []}", "count" },
	{ "events that are a map", "{\"events\": {}}", "count" },
	{ "an event that is no map", "{\"events\": [{}, 1]}", "count" },
	{ "nested too deep", "{\"events\": [{\"attrs\": {\"a\": {}}}]}", "malformed" },
};

/* Whole messages. */
static const struct {
	const char *why;
	struct text bytes;
} bad_messages[] = {
	{ "nothing", TEXT("") },
	{ "a byte that MessagePack never uses", TEXT("\xc1") },
	{ "JSON", TEXT("{\"v\":1,\"op\":\"events\"}") },
	{ "a number", TEXT("\x01") },
	{ "a list", TEXT("\x91\x01") },
	{ "a map cut short", TEXT("\x82\xa1v\x01") },
	{ "bytes after the end", TEXT("\x81\xa1v\x01\x00") },
	{ "a doubled key", TEXT("\x82\xa1v\x01\xa1v\x01") },
	{ "a list that says it is huge", TEXT("\x81\xa1v\xdd\xff\xff\xff\xff") },
	{ "a text that says it is huge", TEXT("\x81\xa1v\xdb\xff\xff\xff\xff") },
	{ "a map in a map in a map ...",
	  TEXT("\x81\xa1v\x81\xa1v\x81\xa1v\x81\xa1v\x81\xa1v\x01") },
};

enum {
	N_BATCHES = sizeof(bad_batches) / sizeof(bad_batches[0]),
	N_MESSAGES = sizeof(bad_messages) / sizeof(bad_messages[0]),
};

static void check_nacked(struct peer *peer, const char *code, const char *why)
{
	json_t *answer = peer_receive(peer, LIMIT_MS, NULL);

	if (!answer)
		fail_msg("%s: no answer", why);
	check_nack(answer, code, why);
	json_decref(answer);
}

static void send_bad_batches(struct peer *peer, int64_t *seq)
{
	for (size_t i = 0; i < N_BATCHES; i++) {
		json_t *message = batch("bad", 1, good_events(1));
		json_t *members = json_loads(bad_batches[i].members, 0, NULL);

		assert_non_null(members);
		json_object_update(message, members);
		json_decref(members);
		peer_send(peer, message);
		check_nacked(peer, bad_batches[i].code, bad_batches[i].why);
		send_good(peer, "good", (*seq)++);
	}
}

static void send_bad_messages(struct peer *peer, int64_t *seq)
{
	for (size_t i = 0; i < N_MESSAGES; i++) {
		peer_send_bytes(peer, bad_messages[i].bytes, 0);
		check_nacked(peer, "malformed", bad_messages[i].why);
		send_good(peer, "good", (*seq)++);
	}
}

/* Frames before, after, empty ones: each time the batch itself would be good. */
static void send_extra_frames(struct peer *peer, int64_t *seq)
{
	json_t *message = batch("bad", 1, good_events(1));

	for (int i = 0; i < 3; i++) {
		if (i == 0)
			peer_send_bytes(peer, text_of(""), ZMQ_SNDMORE); /* as a REQ does */
		peer_send_bytes(peer, peer_bytes(peer, message), i == 0 ? 0 : ZMQ_SNDMORE);
		for (int more = 0; i == 2 && more < 100; more++)
			peer_send_bytes(peer, text_of("more"), ZMQ_SNDMORE);
		if (i > 0)
			peer_send_bytes(peer, text_of(""), 0);
		check_nacked(peer, "frames", "a message of more than one frame");
		send_good(peer, "good", (*seq)++);
	}
	json_decref(message);
}

static void send_too_much(struct peer *peer, int64_t *seq)
{
	static const char zeros[MSG_SIZE_MAX];

	peer_send(peer, batch("bad", 1, good_events(BATCH_EVENTS_MAX + 1)));
	check_nacked(peer, "count", "10,001 events");
	send_good(peer, "good", (*seq)++);
	peer_send_bytes(peer, (struct text){ zeros, sizeof(zeros) }, 0);
	check_nacked(peer, "malformed", "1 MiB of nothing");
	send_good(peer, "good", (*seq)++);
}

static void a_bad_batch_is_refused_with_its_code_and_the_next_goes_through(void **state)
{
	struct daemon *daemon = *state;
	int64_t seq = 1;
	struct peer peer;
	json_t *status;

	start(daemon, &peer);
	send_bad_batches(&peer, &seq);
	send_bad_messages(&peer, &seq);
	send_extra_frames(&peer, &seq);
	send_too_much(&peer, &seq);
	assert_int_equal(seq - 1, N_BATCHES + N_MESSAGES + 5);
	assert_int_equal(daemon_counter(daemon, "batches_refused"), seq - 1);
	assert_int_equal(daemon_counter(daemon, "batches"), seq - 1);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), seq - 1);
	assert_int_equal(daemon_counter(daemon, "events_rejected"), 0);
	status = daemon_status(daemon);
	assert_int_equal(json_array_size(json_object_get(status, "sources")), 1);
	assert_int_equal(whole(json_object_get(status, "journal"), "last"), seq - 1);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	json_decref(status);
	stop(daemon, &peer);
}

static void a_nack_says_which_batch_it_means(void **state)
{
	struct peer peer;
	json_t *nack;

	start(*state, &peer);
	nack = peer_ask(&peer, batch("autumn", 17, json_array()));
	check_nack(nack, "count", "no events");
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

/* A PAIR on which libzmq says when the connection is lost. */
static void *monitor(struct peer *peer)
{
	void *events;

	assert_int_equal(
		zmq_socket_monitor(peer->socket, "inproc://monitor", ZMQ_EVENT_DISCONNECTED), 0);
	events = zmq_socket(peer->zmq, ZMQ_PAIR);
	assert_int_equal(zmq_connect(events, "inproc://monitor"), 0);
	return events;
}

static void more_than_a_mebibyte_closes_the_connection_and_nothing_else(void **state)
{
	static const char zeros[MSG_SIZE_MAX + 1];
	zmq_pollitem_t lost = { .events = ZMQ_POLLIN };
	struct peer peer, other;

	start(*state, &peer);
	peer_open(&other, ZMQ_DEALER, ((struct daemon *)*state)->intake, NULL);
	send_good(&other, "other", 1);
	send_good(&peer, "good", 1);
	lost.socket = monitor(&peer);
	peer_send_bytes(&peer, (struct text){ zeros, sizeof(zeros) }, 0);
	assert_int_equal(zmq_poll(&lost, 1, LIMIT_MS), 1);
	send_good(&other, "other", 2);
	send_good(&peer, "good", 2); /* it connects anew */
	assert_int_equal(daemon_counter(*state, "batches_refused"), 0);
	zmq_socket_monitor(peer.socket, NULL, 0);
	zmq_close(lost.socket);
	peer_close(&other);
	stop(*state, &peer);
}

/* ---- operators --------------------------------------------------------------------------------- */

static const struct {
	const char *why;
	struct text bytes;
	const char *code;
} bad_requests[] = {
	{ "no MessagePack", TEXT("\xc1"), "malformed" },
	{ "nothing", TEXT(""), "malformed" },
	{ "no version", TEXT("\x81\xa2op\xa6status"), "malformed" },
	{ "another version", TEXT("\x82\xa1v\x02\xa2op\xa6status"), "version" },
	{ "no op", TEXT("\x81\xa1v\x01"), "op" },
	{ "an op that there is not",
	  TEXT("\x82\xa1v\x01\xa2op\xa5"
	       "dance"),
	  "op" },
	{ "an op that is a number", TEXT("\x82\xa1v\x01\xa2op\x01"), "malformed" },
	{ "a plane that is not built",
	  TEXT("\x83\xa1v\x01\xa2op\xa6"
	       "export\xa5plane\xa4open"),
	  "plane" },
};

static void an_operators_bad_request_is_refused_and_the_next_is_answered(void **state)
{
	enum { N = sizeof(bad_requests) / sizeof(bad_requests[0]) };
	struct peer intake, peer;
	json_t *answer;

	start(*state, &intake);
	peer_open(&peer, ZMQ_DEALER, ((struct daemon *)*state)->control, NULL);
	for (size_t i = 0; i <= N; i++) {
		const char *why = i < N ? bad_requests[i].why : "two frames";

		if (i < N)
			peer_send_bytes(&peer, bad_requests[i].bytes, 0);
		else
			peer_send_bytes(&peer, text_of(""), ZMQ_SNDMORE);
		if (i == N)
			peer_send_bytes(&peer, bad_requests[0].bytes, 0);
		answer = peer_receive(&peer, LIMIT_MS, NULL);
		if (!answer || !json_is_false(json_object_get(answer, "ok")) ||
		    strcmp(word(answer, "code"), i < N ? bad_requests[i].code : "frames") != 0)
			fail_msg("%s: %s", why, answer ? json_dumps(answer, 0) : "no answer");
		json_decref(answer);
		answer = peer_ask(&peer, json_pack("{s:i, s:s}", "v", 1, "op", "status"));
		assert_true(json_is_true(json_object_get(answer, "ok")));
		json_decref(answer);
	}
	assert_int_equal(daemon_counter(*state, "requests_refused"), N + 1);
	peer_close(&peer);
	stop(*state, &intake);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(hello_says_what_is_next_and_creates_nothing),
		TEST(a_batch_is_acknowledged_once_it_is_on_disk),
		TEST(a_gap_is_said_and_heals),
		TEST(the_last_number_that_a_stream_can_have_is_taken),
		TEST(many_batches_at_once_are_all_answered),
		TEST(bad_events_are_rejected_one_by_one_and_a_resend_gets_the_same),
		TEST(times_reach_ten_minutes_into_the_future),
		TEST(more_than_a_thousand_rejections_are_cut_and_said_to_be),
		TEST(other_content_under_a_number_is_refused_as_reused),
		TEST(what_is_not_counted_by_is_no_other_content),
		TEST(a_bad_batch_is_refused_with_its_code_and_the_next_goes_through),
		TEST(a_nack_says_which_batch_it_means),
		TEST(ten_thousand_events_are_one_batch),
		TEST(more_than_a_mebibyte_closes_the_connection_and_nothing_else),
		TEST(an_operators_bad_request_is_refused_and_the_next_is_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
