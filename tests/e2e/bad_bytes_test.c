/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every bad byte: what is sent to a socket that it should not get, what is answered, and that the
 * next good batch goes through as if nothing had been.
 */
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "proto/event.h"
#include "proto/snapshot.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define TIME   INT64_C(1730797200000) /* 2024-11-05 */
#define DAY_MS INT64_C(86400000)

static const char configuration[] =
	"catalogue: tests/golden/catalogue.yaml\n"
	"as_of: 2024-11-30\n"
	"tick_ms: 60000\n"
	"namespaces: {hr: staff, lms: staff}\n"; /* so that no source may be called staff */

/* A daemon and its three sockets that read. */

enum where { INTAKE, CONTROL, SNAPSHOT, SOCKETS };

struct rig {
	struct daemon *daemon;
	char endpoints[SOCKETS][PATH_SIZE];
	struct peer peers[SOCKETS];
	int64_t good; /* batches that were acknowledged */
};

static void rig_open(struct rig *rig, struct daemon *daemon)
{
	static const char *const names[SOCKETS] = { "intake", "control", "snapshot" };

	*rig = (struct rig){ .daemon = daemon };
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	for (int i = 0; i < SOCKETS; i++) {
		path_make(rig->endpoints[i], "ipc://%s/run/%s", daemon->dir, names[i]);
		peer_open(&rig->peers[i], ZMQ_DEALER, rig->endpoints[i], NULL);
	}
}

static void rig_close(struct rig *rig)
{
	for (int i = 0; i < SOCKETS; i++)
		peer_close(&rig->peers[i]);
	daemon_stop(rig->daemon, SIGTERM);
}

static json_t *good_event(void)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started", "time", (json_int_t)TIME,
			 "learner", "ada", "module", "dementia", "region", "rana");
}

static json_t *batch(const char *stream, int64_t seq, json_t *events)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events", "source",
			 "moodle", "stream", stream, "seq", (json_int_t)seq, "events", events);
}

/* What each socket would answer well. */
static json_t *good_message(enum where where)
{
	if (where == CONTROL)
		return json_pack("{s:i, s:s}", "v", 1, "op", "export");
	if (where == SNAPSHOT)
		return json_pack("{s:i, s:s, s:[s]}", "v", 1, "op", "snapshot", "topics", "none/");
	return batch("bad", 1, json_pack("[o]", good_event()));
}

static bool is(const json_t *message, const char *key, const char *value)
{
	const char *got = json_string_value(json_object_get(message, key));

	return got && strcmp(got, value) == 0;
}

/* On the connection that the bad message came from, where that still stands. */
static void check_alive(struct rig *rig, enum where where, const char *why)
{
	json_t *answer = peer_ask(&rig->peers[INTAKE],
				  batch("good", rig->good + 1, json_pack("[o]", good_event())));
	char topic[TOPIC_SIZE];

	if (!is(answer, "op", "ack") || whole(answer, "first") != rig->good + 1 ||
	    whole(answer, "next") != rig->good + 2 ||
	    json_array_size(json_object_get(answer, "rejected")) != 0)
		fail_msg("after %s: %s", why, json_dumps(answer, 0));
	json_decref(answer);
	rig->good++;
	if (where == INTAKE)
		return;
	peer_send(&rig->peers[where], good_message(where));
	answer = peer_receive(&rig->peers[where], LIMIT_MS, where == SNAPSHOT ? topic : NULL);
	if (!answer || (where == SNAPSHOT ? strcmp(topic, "end") != 0
					  : !json_is_true(json_object_get(answer, "ok"))))
		fail_msg("after %s: no good answer", why);
	json_decref(answer);
}

static void check_refusal(struct rig *rig, enum where where, const char *code, const char *why)
{
	char topic[TOPIC_SIZE] = "";
	json_t *answer =
		peer_receive(&rig->peers[where], LIMIT_MS, where == SNAPSHOT ? topic : NULL);
	bool refused;

	if (!answer)
		fail_msg("%s: no answer", why);
	if (where == INTAKE)
		refused =
			is(answer, "op", "nack") && json_is_false(json_object_get(answer, "retry"));
	else if (where == CONTROL)
		refused = json_is_false(json_object_get(answer, "ok"));
	else
		refused = strcmp(topic, "error") == 0;
	if (!refused || !is(answer, "code", code) || whole(answer, "v") != 1 ||
	    strlen(word(answer, "text")) == 0)
		fail_msg("%s: must be refused as %s: %s %s", why, code, topic,
			 json_dumps(answer, 0));
	json_decref(answer);
}

/* What cannot be said in a line. */

#define LONG_65	 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define LONG_260 LONG_65 LONG_65 LONG_65 LONG_65

enum { DEEP = 1000, FIVE_MEBIBYTES = 5 << 20 };

static void send_zeros(struct peer *peer, size_t size)
{
	char *zeros = calloc(1, size);

	assert_non_null(zeros);
	peer_send_bytes(peer, (struct text){ zeros, size }, 0);
	free(zeros);
}

static void five_mebibytes(struct peer *peer, enum where where)
{
	(void)where;
	send_zeros(peer, FIVE_MEBIBYTES);
}

static void a_byte_too_many(struct peer *peer, enum where where)
{
	(void)where;
	send_zeros(peer, MSG_SIZE_MAX + 1);
}

static void as_long_as_it_may_be(struct peer *peer, enum where where)
{
	(void)where;
	send_zeros(peer, MSG_SIZE_MAX);
}

/* A good message with one pair more: its bytes. The good one's head is one byte (a map of less than
 * 15). */
static void send_with_pair(struct peer *peer, const json_t *message, struct text pair, int flags)
{
	struct text good = peer_bytes(peer, message);
	struct msg_writer *to = msg_writer_new();

	assert_in_range((uint8_t)good.data[0], 0x80, 0x8e);
	msg_map(to, (size_t)(good.data[0] & 0x0f) + 1);
	msg_raw(to, (struct text){ good.data + 1, good.size - 1 });
	msg_raw(to, pair);
	peer_send_bytes(peer, msg_written(to), flags);
	msg_writer_free(to);
}

static void send_deep(struct peer *peer, enum where where, struct text level)
{
	json_t *message = good_message(where);
	struct msg_writer *pair = msg_writer_new();

	msg_str(pair, "x");
	for (int i = 0; i < DEEP; i++)
		msg_raw(pair, level);
	msg_nil(pair);
	send_with_pair(peer, message, msg_written(pair), 0);
	msg_writer_free(pair);
	json_decref(message);
}

static void lists_in_lists(struct peer *peer, enum where where)
{
	send_deep(peer, where, text_of("\x91"));
}

static void maps_in_maps(struct peer *peer, enum where where)
{
	send_deep(peer, where, text_of("\x81\xa1x"));
}

static void too_many_events(struct peer *peer, enum where where)
{
	json_t *message = good_message(where), *events = json_object_get(message, "events");

	while (json_array_size(events) <= BATCH_EVENTS_MAX)
		json_array_append_new(events, good_event());
	peer_send(peer, message);
}

static void too_many_topics(struct peer *peer, enum where where)
{
	json_t *message = good_message(where), *topics = json_object_get(message, "topics");

	while (json_array_size(topics) <= SNAPSHOT_PREFIXES_MAX)
		json_array_append_new(topics, json_string("none/"));
	peer_send(peer, message);
}

static void add_keys(json_t *to, size_t keys)
{
	char key[16];

	for (int i = 0; json_object_size(to) < keys; i++) {
		snprintf(key, sizeof(key), "x%d", i);
		json_object_set_new(to, key, json_true());
	}
}

static void too_many_keys(struct peer *peer, enum where where)
{
	json_t *message = good_message(where);

	add_keys(message, MSG_KEYS_MAX + 1);
	peer_send(peer, message);
}

/* A good message as one frame of several. */
static void send_frames(struct peer *peer, enum where where, int before, int after)
{
	json_t *message = good_message(where);

	while (before-- > 0)
		peer_send_bytes(peer, text_of(""), ZMQ_SNDMORE);
	peer_send_bytes(peer, peer_bytes(peer, message), after ? ZMQ_SNDMORE : 0);
	while (after-- > 0)
		peer_send_bytes(peer, text_of("x"), after ? ZMQ_SNDMORE : 0);
	json_decref(message);
}

static void as_a_req_does(struct peer *peer, enum where where)
{
	send_frames(peer, where, 1, 0);
}

static void a_frame_more(struct peer *peer, enum where where)
{
	send_frames(peer, where, 0, 1);
}

static void a_hundred_frames_more(struct peer *peer, enum where where)
{
	send_frames(peer, where, 0, 100);
}

static void two_empty_frames(struct peer *peer, enum where where)
{
	(void)where;
	peer_send_bytes(peer, text_of(""), ZMQ_SNDMORE);
	peer_send_bytes(peer, text_of(""), 0);
}

static void a_byte_behind(struct peer *peer, enum where where)
{
	json_t *message = good_message(where);
	struct msg_writer *to = msg_writer_new();

	msg_raw(to, peer_bytes(peer, message));
	msg_nil(to);
	peer_send_bytes(peer, msg_written(to), 0);
	msg_writer_free(to);
	json_decref(message);
}

static void it_twice(struct peer *peer, enum where where)
{
	json_t *message = good_message(where);
	struct msg_writer *to = msg_writer_new();

	msg_raw(to, peer_bytes(peer, message));
	msg_raw(to, peer_bytes(peer, message));
	peer_send_bytes(peer, msg_written(to), 0);
	msg_writer_free(to);
	json_decref(message);
}

/* Bad messages. */

/* What is changed in a good message: members (JSON; null takes one out), then one pair
 * (MessagePack) is added. Or the whole message, or a function that sends it. */
struct change {
	const char *why, *code; /* of the answer; NULL: the connection is closed without one */
	enum where where;
	const char *members;
	struct text pair, whole;
	void (*send)(struct peer *peer, enum where where);
};

static const struct change bad_messages[] = {
	/* intake: a batch's own keys */
	{ "no version", "malformed", INTAKE, .members = "{\"v\": null}" },
	{ "a version that is a text", "malformed", INTAKE, .members = "{\"v\": \"1\"}" },
	{ "a version that is a float", "malformed", INTAKE, .members = "{\"v\": 1.0}" },
	{ "another version", "version", INTAKE, .members = "{\"v\": 2}" },
	{ "version 0", "version", INTAKE, .members = "{\"v\": 0}" },
	{ "a version below 0", "version", INTAKE, .members = "{\"v\": -1}" },
	{ "no op", "op", INTAKE, .members = "{\"op\": null}" },
	{ "an op that is no text", "malformed", INTAKE, .members = "{\"op\": 1}" },
	{ "an op that there is not", "op", INTAKE, .members = "{\"op\": \"dance\"}" },
	{ "an op without a name", "op", INTAKE, .members = "{\"op\": \"\"}" },
	{ "an op of another socket", "op", INTAKE, .members = "{\"op\": \"status\"}" },
	{ "an op that is an answer", "op", INTAKE, .members = "{\"op\": \"ack\"}" },
	{ "no source", "source", INTAKE, .members = "{\"source\": null}" },
	{ "a source that is no text", "source", INTAKE, .members = "{\"source\": 7}" },
	{ "a source without a name", "source", INTAKE, .members = "{\"source\": \"\"}" },
	{ "a source in capitals", "source", INTAKE, .members = "{\"source\": \"Moodle\"}" },
	{ "a source with a slash", "source", INTAKE, .members = "{\"source\": \"moodle/rana\"}" },
	{ "a source with a letter that is not ASCII", "source", INTAKE,
	  .members = "{\"source\": \"bodø\"}" },
	{ "a source that is too long", "source", INTAKE,
	  .members = "{\"source\": \"" LONG_65 "\"}" },
	{ "a source called as others' namespace", "namespace", INTAKE,
	  .members = "{\"source\": \"staff\"}" },
	{ "no stream", "stream", INTAKE, .members = "{\"stream\": null}" },
	{ "a stream that is no text", "stream", INTAKE, .members = "{\"stream\": [1]}" },
	{ "a stream without a name", "stream", INTAKE, .members = "{\"stream\": \"\"}" },
	{ "a stream that is too long", "stream", INTAKE,
	  .members = "{\"stream\": \"0123456789012345678901234567890123456\"}" },
	{ "no number", "seq", INTAKE, .members = "{\"seq\": null}" },
	{ "number 0", "seq", INTAKE, .members = "{\"seq\": 0}" },
	{ "a number below 0", "seq", INTAKE, .members = "{\"seq\": -1}" },
	{ "a number above 2^53", "seq", INTAKE, .members = "{\"seq\": 9007199254740993}" },
	{ "the greatest number of all", "seq", INTAKE,
	  .members = "{\"seq\": 9223372036854775807}" },
	{ "a number that is a text", "seq", INTAKE, .members = "{\"seq\": \"1\"}" },
	{ "a number that is no integer", "seq", INTAKE, .members = "{\"seq\": 1.0}" },
	{ "numbers that end above 2^53", "seq", INTAKE,
	  .members = "{\"seq\": 9007199254740992, \"events\": [{}, {}]}" },
	{ "a number above 2^63-1", "malformed", INTAKE, .members = "{\"seq\": null}",
	  .pair = TEXT("\xa3seq\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "a NaN for a number", "malformed", INTAKE, .members = "{\"seq\": null}",
	  .pair = TEXT("\xa3seq\xcb\x7f\xf8\0\0\0\0\0\0") },
	{ "a source that is no UTF-8", "malformed", INTAKE, .members = "{\"source\": null}",
	  .pair = TEXT("\xa6source\xa1\xff") },
	{ "a stream that is no UTF-8", "malformed", INTAKE, .members = "{\"stream\": null}",
	  .pair = TEXT("\xa6stream\xa1\xff") },
	{ "an infinity for events", "malformed", INTAKE, .members = "{\"events\": null}",
	  .pair = TEXT("\xa6"
		       "events\xca\x7f\x80\0\0") },
	{ "no events", "count", INTAKE, .members = "{\"events\": null}" },
	{ "an empty list of events before all numbers", "seq", INTAKE,
	  .members = "{\"events\": [], \"seq\": 0}" },
	{ "events that are a map", "count", INTAKE, .members = "{\"events\": {}}" },
	{ "an event that is no map", "count", INTAKE, .members = "{\"events\": [{}, 1]}" },
	{ "an event that is a list", "count", INTAKE, .members = "{\"events\": [[]]}" },
	{ "10,001 events", "count", INTAKE, .send = too_many_events },
	{ "an event nested too deep", "malformed", INTAKE,
	  .members = "{\"events\": [{\"attrs\": {\"a\": {}}}]}" },
	{ "an event nested too deep, in lists", "malformed", INTAKE,
	  .members = "{\"events\": [{\"x\": [[1]]}]}" },
	/* intake: what its requests need */
	{ "a hello of no one", "source", INTAKE,
	  .members = "{\"op\": \"hello\", \"source\": null}" },
	{ "a hello in capitals", "source", INTAKE,
	  .members = "{\"op\": \"hello\", \"source\": \"HR\"}" },
	{ "a hello without a stream", "stream", INTAKE,
	  .members = "{\"op\": \"hello\", \"stream\": null}" },
	{ "a hello of another version", "version", INTAKE,
	  .members = "{\"op\": \"hello\", \"v\": 2}" },
	{ "a hello of a number", "source", INTAKE,
	  .members = "{\"op\": \"hello\", \"source\": 7}" },
	{ "a hello of a stream that is no text", "stream", INTAKE,
	  .members = "{\"op\": \"hello\", \"stream\": 7}" },
	{ "a hello of a stream that is no UTF-8", "malformed", INTAKE,
	  .members = "{\"op\": \"hello\", \"stream\": null}", .pair = TEXT("\xa6stream\xa1\xff") },
	{ "a hello with a region that is no text", "malformed", INTAKE,
	  .members = "{\"op\": \"hello\", \"seq\": null, \"region\": 1833}" },
	{ "rejections of no one", "source", INTAKE,
	  .members = "{\"op\": \"rejections\", \"source\": \"\"}" },
	{ "rejections of another version", "version", INTAKE,
	  .members = "{\"op\": \"rejections\", \"v\": 2}" },
	{ "rejections from below 0", "malformed", INTAKE,
	  .members = "{\"op\": \"rejections\", \"stream\": null, \"after\": -1}" },
	{ "rejections from a text", "malformed", INTAKE,
	  .members = "{\"op\": \"rejections\", \"after\": \"1\"}" },
	{ "rejections from above 2^63-1", "malformed", INTAKE,
	  .members = "{\"op\": \"rejections\"}",
	  .pair = TEXT("\xa5"
		       "after\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
	/* intake: values that no text says */
	{ "a NaN for a version", "malformed", INTAKE, .members = "{\"v\": null}",
	  .pair = TEXT("\xa1v\xcb\x7f\xf8\0\0\0\0\0\0") },
	{ "an infinity for an op", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xca\xff\x80\0\0") },
	{ "a version above 2^63-1", "malformed", INTAKE, .members = "{\"v\": null}",
	  .pair = TEXT("\xa1v\xcf\x80\0\0\0\0\0\0\0") },
	{ "an op that is binary", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xc4\x06"
		       "events") },
	{ "an op that is an extension", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xd4\x01\x02") },
	{ "a stream that is binary", "stream", INTAKE, .members = "{\"stream\": null}",
	  .pair = TEXT("\xa6stream\xc4\x01s") },
	{ "a number that is a timestamp", "seq", INTAKE, .members = "{\"seq\": null}",
	  .pair = TEXT("\xa3seq\xd6\xff\0\0\0\x01") },
	{ "events that are binary", "count", INTAKE, .members = "{\"events\": null}",
	  .pair = TEXT("\xa6"
		       "events\xc4\x01\x80") },
	{ "an op with a lone byte that goes on", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xa1\x80") },
	{ "an op with a byte that UTF-8 never has", "malformed", INTAKE,
	  .members = "{\"op\": null}", .pair = TEXT("\xa2op\xa1\xff") },
	{ "an op in a longer form than need be", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xa2\xc0\xaf") },
	{ "an op with half of a pair", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xa3\xed\xa0\x80") },
	{ "an op above U+10FFFF", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xa4\xf4\x90\x80\x80") },
	{ "an op that ends in a letter's middle", "malformed", INTAKE, .members = "{\"op\": null}",
	  .pair = TEXT("\xa2op\xa2\xe2\x82") },
	{ "a doubled version", "malformed", INTAKE, .pair = TEXT("\xa1v\x01") },
	{ "doubled events", "malformed", INTAKE,
	  .pair = TEXT("\xa6"
		       "events\x91\x80") },
	{ "a doubled key, once in a longer form", "malformed", INTAKE,
	  .pair = TEXT("\xd9\x01v\x01") },
	{ "a key that is a number", "malformed", INTAKE, .pair = TEXT("\x01\x01") },
	{ "a key that is nil", "malformed", INTAKE, .pair = TEXT("\xc0\x01") },
	{ "a key that is a map", "malformed", INTAKE, .pair = TEXT("\x80\x01") },
	{ "a key that is binary", "malformed", INTAKE, .pair = TEXT("\xc4\x01x\x01") },
	{ "a key that is no UTF-8", "malformed", INTAKE, .pair = TEXT("\xa1\xfe\x01") },
	{ "a list of 2^32-1", "malformed", INTAKE, .pair = TEXT("\xa1x\xdd\xff\xff\xff\xff") },
	{ "a map of 2^32-1", "malformed", INTAKE, .pair = TEXT("\xa1x\xdf\xff\xff\xff\xff") },
	{ "a map of 2^31, of which twice is 0 in 32 bits", "malformed", INTAKE,
	  .pair = TEXT("\xa1x\xdf\x80\0\0\0") },
	{ "a text of 2^32-1 bytes", "malformed", INTAKE,
	  .pair = TEXT("\xa1x\xdb\xff\xff\xff\xff"
		       "abc") },
	{ "binary of 2^32-1 bytes", "malformed", INTAKE,
	  .pair = TEXT("\xa1x\xc6\xff\xff\xff\xff"
		       "abc") },
	{ "an extension of 2^32-1 bytes", "malformed", INTAKE,
	  .pair = TEXT("\xa1x\xc9\xff\xff\xff\xff\x01"
		       "abc") },
	{ "a list of one more than there is", "malformed", INTAKE,
	  .pair = TEXT("\xa1x\x93\x01\x02") },
	{ "lists in lists, 1,000 deep", "malformed", INTAKE, .send = lists_in_lists },
	{ "maps in maps, 1,000 deep", "malformed", INTAKE, .send = maps_in_maps },
	{ "65 keys", "malformed", INTAKE, .send = too_many_keys },
	/* intake: whole messages */
	{ "nothing", "malformed", INTAKE, .whole = TEXT("") },
	{ "a byte that MessagePack never uses", "malformed", INTAKE, .whole = TEXT("\xc1") },
	{ "JSON", "malformed", INTAKE, .whole = TEXT("{\"v\":1,\"op\":\"events\"}") },
	{ "nil", "malformed", INTAKE, .whole = TEXT("\xc0") },
	{ "a number", "malformed", INTAKE, .whole = TEXT("\x01") },
	{ "a list", "malformed", INTAKE, .whole = TEXT("\x91\x01") },
	{ "an extension", "malformed", INTAKE, .whole = TEXT("\xd4\x01\x02") },
	{ "an empty map", "malformed", INTAKE, .whole = TEXT("\x80") },
	{ "a map of which there is only the head", "malformed", INTAKE, .whole = TEXT("\x82") },
	{ "a map of 2^32-1 and nothing else", "malformed", INTAKE,
	  .whole = TEXT("\xdf\xff\xff\xff\xff") },
	{ "a head cut in its count", "malformed", INTAKE, .whole = TEXT("\xde\x00") },
	{ "a key cut short", "malformed", INTAKE, .whole = TEXT("\x81\xa2o") },
	{ "a key without a value", "malformed", INTAKE, .whole = TEXT("\x82\xa1v\x01\xa2op") },
	{ "a text cut in its length", "malformed", INTAKE, .whole = TEXT("\x81\xa1v\xda\x00") },
	{ "an integer cut short", "malformed", INTAKE,
	  .whole = TEXT("\x81\xa1v\xcf\0\0\0\0\0\0\0") },
	{ "a float cut short", "malformed", INTAKE, .whole = TEXT("\x81\xa1v\xca\0\0\0") },
	{ "an extension cut before its type", "malformed", INTAKE,
	  .whole = TEXT("\x81\xa1v\xc7\x00") },
	{ "a byte behind a good batch", "malformed", INTAKE, .send = a_byte_behind },
	{ "a good batch twice in one message", "malformed", INTAKE, .send = it_twice },
	{ "1 MiB of zeros", "malformed", INTAKE, .send = as_long_as_it_may_be },
	{ "1 MiB and a byte", NULL, INTAKE, .send = a_byte_too_many },
	{ "5 MiB", NULL, INTAKE, .send = five_mebibytes },
	{ "an empty frame in front", "frames", INTAKE, .send = as_a_req_does },
	{ "a frame behind", "frames", INTAKE, .send = a_frame_more },
	{ "a hundred frames behind", "frames", INTAKE, .send = a_hundred_frames_more },
	{ "two empty frames", "frames", INTAKE, .send = two_empty_frames },
	/* control */
	{ "nothing to control", "malformed", CONTROL, .whole = TEXT("") },
	{ "no MessagePack to control", "malformed", CONTROL, .whole = TEXT("\xc1") },
	{ "a list to control", "malformed", CONTROL, .whole = TEXT("\x90") },
	{ "a request without a version", "malformed", CONTROL, .members = "{\"v\": null}" },
	{ "a request of another version", "version", CONTROL, .members = "{\"v\": 2}" },
	{ "a request without an op", "op", CONTROL, .members = "{\"op\": null}" },
	{ "a request of which there is none", "op", CONTROL, .members = "{\"op\": \"dance\"}" },
	{ "a request of another socket", "op", CONTROL, .members = "{\"op\": \"hello\"}" },
	{ "a request whose op is a number", "malformed", CONTROL, .members = "{\"op\": 1}" },
	{ "a plane that there is not", "plane", CONTROL, .members = "{\"plane\": \"half\"}" },
	{ "a release before there is any", "release", CONTROL, .members = "{\"plane\": \"open\"}" },
	{ "a plane that is a number", "malformed", CONTROL, .members = "{\"plane\": 1}" },
	{ "a kind that there is not", "kind", CONTROL, .members = "{\"kind\": \"planet\"}" },
	{ "a region that there is not", "unknown-region", CONTROL,
	  .members = "{\"region\": \"atlantis\"}" },
	{ "a day in words", "day", CONTROL, .members = "{\"as_of\": \"yesterday\"}" },
	{ "a day that no year has", "day", CONTROL, .members = "{\"as_of\": \"2024-02-30\"}" },
	{ "a day in another form", "day", CONTROL, .members = "{\"as_of\": \"2024-2-3\"}" },
	{ "a day that is a number", "malformed", CONTROL, .members = "{\"as_of\": 20241105}" },
	{ "an explanation of no region", "unknown-region", CONTROL,
	  .members = "{\"op\": \"explain\", \"kind\": \"people\", \"id\": \"all\"}" },
	{ "an explanation of no kind", "kind", CONTROL,
	  .members = "{\"op\": \"explain\", \"region\": \"all\", \"id\": \"all\"}" },
	{ "an explanation of no id", "unknown-id", CONTROL,
	  .members = "{\"op\": \"explain\", \"region\": \"all\", \"kind\": \"people\"}" },
	{ "quarantine from below 0", "malformed", CONTROL,
	  .members = "{\"op\": \"quarantine\", \"after\": -1}" },
	{ "quarantine from a text", "malformed", CONTROL,
	  .members = "{\"op\": \"quarantine\", \"after\": \"1\"}" },
	{ "quarantine from above 2^63-1", "malformed", CONTROL,
	  .members = "{\"op\": \"quarantine\"}",
	  .pair = TEXT("\xa5"
		       "after\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "a region that is no UTF-8", "malformed", CONTROL,
	  .pair = TEXT("\xa6region\xa2\xc3\x28") },
	{ "a doubled op", "malformed", CONTROL, .pair = TEXT("\xa2op\xa6status") },
	{ "a request of 65 keys", "malformed", CONTROL, .send = too_many_keys },
	{ "a request of lists in lists", "malformed", CONTROL, .send = lists_in_lists },
	{ "a request of maps in maps", "malformed", CONTROL, .send = maps_in_maps },
	{ "a request and a byte", "malformed", CONTROL, .send = a_byte_behind },
	{ "a request behind an empty frame", "frames", CONTROL, .send = as_a_req_does },
	{ "a request and a hundred frames", "frames", CONTROL, .send = a_hundred_frames_more },
	{ "5 MiB to control", NULL, CONTROL, .send = five_mebibytes },
	/* snapshot */
	{ "nothing for a snapshot", "malformed", SNAPSHOT, .whole = TEXT("") },
	{ "no MessagePack for a snapshot", "malformed", SNAPSHOT, .whole = TEXT("\xc1") },
	{ "a snapshot without a version", "malformed", SNAPSHOT, .members = "{\"v\": null}" },
	{ "a snapshot of another version", "version", SNAPSHOT, .members = "{\"v\": 2}" },
	{ "a snapshot without an op", "op", SNAPSHOT, .members = "{\"op\": null}" },
	{ "another op than snapshot", "op", SNAPSHOT, .members = "{\"op\": \"status\"}" },
	{ "a snapshot whose op is a number", "malformed", SNAPSHOT, .members = "{\"op\": 1}" },
	{ "no topics", "topics", SNAPSHOT, .members = "{\"topics\": null}" },
	{ "an empty list of topics", "topics", SNAPSHOT, .members = "{\"topics\": []}" },
	{ "topics that are a text", "topics", SNAPSHOT, .members = "{\"topics\": \"\"}" },
	{ "a topic that is a number", "topics", SNAPSHOT, .members = "{\"topics\": [\"\", 1]}" },
	{ "65 topics", "topics", SNAPSHOT, .send = too_many_topics },
	{ "a topic that is no UTF-8", "malformed", SNAPSHOT, .members = "{\"topics\": null}",
	  .pair = TEXT("\xa6topics\x91\xa1\xff") },
	{ "a page of nothing", "limit", SNAPSHOT, .members = "{\"limit\": 0}" },
	{ "a page of less than nothing", "limit", SNAPSHOT, .members = "{\"limit\": -1}" },
	{ "a page of 1,001", "limit", SNAPSHOT, .members = "{\"limit\": 1001}" },
	{ "a page of 10.5", "limit", SNAPSHOT, .members = "{\"limit\": 10.5}" },
	{ "a page of 2^32", "limit", SNAPSHOT, .members = "{\"limit\": 4294967297}" },
	{ "after a number", "malformed", SNAPSHOT, .members = "{\"after\": 7}" },
	{ "since a tick of no epoch", "malformed", SNAPSHOT, .members = "{\"since\": 1}" },
	{ "since above 2^63-1", "malformed", SNAPSHOT, .members = "{\"epoch\": 1}",
	  .pair = TEXT("\xa5since\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "a page of 2^64-1", "malformed", SNAPSHOT,
	  .pair = TEXT("\xa5limit\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "since a text", "malformed", SNAPSHOT, .members = "{\"since\": \"1\", \"epoch\": 1}" },
	{ "an epoch that is a text", "malformed", SNAPSHOT,
	  .members = "{\"since\": 1, \"epoch\": \"1\"}" },
	{ "a doubled limit", "malformed", SNAPSHOT, .members = "{\"limit\": 1}",
	  .pair = TEXT("\xa5limit\x01") },
	{ "a snapshot of lists in lists", "malformed", SNAPSHOT, .send = lists_in_lists },
	{ "a snapshot of 65 keys", "malformed", SNAPSHOT, .send = too_many_keys },
	{ "a snapshot and a byte", "malformed", SNAPSHOT, .send = a_byte_behind },
	{ "a snapshot behind an empty frame", "frames", SNAPSHOT, .send = as_a_req_does },
	{ "a snapshot and a hundred frames", "frames", SNAPSHOT, .send = a_hundred_frames_more },
	{ "5 MiB for a snapshot", NULL, SNAPSHOT, .send = five_mebibytes },
};

enum { N_MESSAGES = sizeof(bad_messages) / sizeof(bad_messages[0]) };
static_assert(N_MESSAGES >= 60, "a table of at least 60 bad messages");

/* A member that is null is taken out: that a key is nil is another row's matter. */
static void change_members(json_t *message, const char *members)
{
	json_t *changes = json_loads(members, 0, NULL), *value;
	const char *key;

	assert_non_null(changes);
	json_object_foreach(changes, key, value)
	{
		if (json_is_null(value))
			assert_int_equal(json_object_del(message, key), 0);
		else
			json_object_set(message, key, value);
	}
	json_decref(changes);
}

static void send_changed(struct peer *peer, const struct change *change)
{
	json_t *message = good_message(change->where);

	if (change->members)
		change_members(message, change->members);
	if (change->send)
		change->send(peer, change->where);
	else if (change->whole.data)
		peer_send_bytes(peer, change->whole, 0);
	else if (change->pair.data)
		send_with_pair(peer, message, change->pair, 0);
	else
		peer_send_bytes(peer, peer_bytes(peer, message), 0);
	json_decref(message);
}

/* What closes the connection: libzmq says when it is lost, and nothing has come over it. */
static void send_and_lose(struct rig *rig, const struct change *change)
{
	struct peer *peer = &rig->peers[change->where];
	zmq_pollitem_t lost = { .events = ZMQ_POLLIN };

	assert_int_equal(
		zmq_socket_monitor(peer->socket, "inproc://monitor", ZMQ_EVENT_DISCONNECTED), 0);
	lost.socket = zmq_socket(peer->zmq, ZMQ_PAIR);
	assert_int_equal(zmq_connect(lost.socket, "inproc://monitor"), 0);
	send_changed(peer, change);
	if (zmq_poll(&lost, 1, LIMIT_MS) != 1)
		fail_msg("%s: the connection stands", change->why);
	assert_null(peer_receive(peer, 0, NULL));
	zmq_socket_monitor(peer->socket, NULL, 0);
	zmq_close(lost.socket);
	peer_close(peer);
	peer_open(peer, ZMQ_DEALER, rig->endpoints[change->where], NULL);
}

static void check_message_counts(struct rig *rig, const int64_t refused[SOCKETS], int64_t snapshots)
{
	json_t *status = daemon_status(rig->daemon), *sources = json_object_get(status, "sources");
	const json_t *counters = json_object_get(status, "counters");
	const json_t *source = json_array_get(sources, 0);

	assert_int_equal(whole(counters, "batches_refused"), refused[INTAKE]);
	assert_int_equal(whole(counters, "requests_refused"), refused[CONTROL] + refused[SNAPSHOT]);
	assert_int_equal(whole(counters, "snapshots"), snapshots);
	assert_int_equal(whole(counters, "batches"), rig->good);
	assert_int_equal(whole(counters, "events_accepted"), rig->good);
	assert_int_equal(whole(counters, "events_rejected"), 0);
	assert_int_equal(whole(counters, "hellos"), 0);
	assert_int_equal(whole(counters, "answers_dropped"), 0);
	assert_int_equal(whole(json_object_get(status, "journal"), "last"), rig->good);
	assert_int_equal(json_array_size(sources), 1);
	assert_int_equal(whole(source, "accepted"), rig->good);
	assert_int_equal(whole(source, "rejected"), 0);
	assert_int_equal(json_array_size(json_object_get(source, "streams")), 1);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	json_decref(status);
}

static void a_bad_message_is_refused_with_its_code_and_a_good_batch_goes_through(void **state)
{
	int64_t refused[SOCKETS] = { 0 }, snapshots = 0;
	struct rig rig;

	rig_open(&rig, *state);
	for (size_t i = 0; i < N_MESSAGES; i++) {
		const struct change *change = &bad_messages[i];

		if (change->code) {
			send_changed(&rig.peers[change->where], change);
			check_refusal(&rig, change->where, change->code, change->why);
			refused[change->where]++;
		} else {
			/* There must be a connection that can be lost. */
			check_alive(&rig, change->where, change->why);
			send_and_lose(&rig, change);
		}
		check_alive(&rig, change->where, change->why);
		snapshots += change->where == SNAPSHOT ? 1 + !change->code : 0;
	}
	assert_true(rig.good >= N_MESSAGES);
	check_message_counts(&rig, refused, snapshots);
	rig_close(&rig);
}

static void a_good_message_cut_anywhere_is_malformed(void **state)
{
	struct rig rig;

	rig_open(&rig, *state);
	for (enum where where = INTAKE; where < SOCKETS; where++) {
		json_t *message = good_message(where);
		struct text bytes = peer_bytes(&rig.peers[where], message);
		char why[64];

		for (size_t size = 1; size < bytes.size; size++) {
			snprintf(why, sizeof(why), "socket %d: %zu bytes of %zu", (int)where, size,
				 bytes.size);
			peer_send_bytes(&rig.peers[where], (struct text){ bytes.data, size }, 0);
			check_refusal(&rig, where, "malformed", why);
		}
		check_alive(&rig, where, "a message cut short");
		json_decref(message);
	}
	assert_int_equal(daemon_counter(rig.daemon, "events_accepted"), SOCKETS);
	rig_close(&rig);
}

/* Bad events. */

/* Likewise, of a good event; days_ahead of now, where it is not 0, is its time. */
static const struct {
	const char *why, *code, *members;
	struct text pair;
	int days_ahead;
} bad_events[] = {
	{ "no type", "type", .members = "{\"type\": null}" },
	{ "a type that is nil", "type", .members = "{\"type\": null}",
	  .pair = TEXT("\xa4type\xc0") },
	{ "a type that there is not", "type", .members = "{\"type\": \"finished\"}" },
	{ "a type in capitals", "type", .members = "{\"type\": \"Started\"}" },
	{ "a type that is a number", "type", .members = "{\"type\": 1}" },
	{ "a type that is binary", "type", .members = "{\"type\": null}",
	  .pair = TEXT("\xa4type\xc4\x07started") },
	{ "no time", "time", .members = "{\"time\": null}" },
	{ "a time that is a text", "time", .members = "{\"time\": \"2024-11-05T09:00:00Z\"}" },
	{ "a time in seconds, in 1970 therefore", "time", .members = "{\"time\": 1730797200}" },
	{ "the first day of 1970", "time", .members = "{\"time\": 0}" },
	{ "a time before 1970", "time", .members = "{\"time\": -1}" },
	{ "the least integer", "time", .members = "{\"time\": -9223372036854775808}" },
	{ "the greatest integer", "time", .members = "{\"time\": 9223372036854775807}" },
	{ "a time that is no whole number", "time", .members = "{\"time\": 1730797200000.5}" },
	{ "a time that is a float", "time", .members = "{\"time\": 1730797200000.0}" },
	{ "a time that is a timestamp of MessagePack", "time", .members = "{\"time\": null}",
	  .pair = TEXT("\xa4time\xd6\xff\x67\x29\xe0\0") },
	{ "a time before 2000", "time", .members = "{\"time\": 946684799999}" },
	{ "2^48", "time", .members = "{\"time\": 281474976710656}" },
	{ "tomorrow", "time", .days_ahead = 1 },
	{ "next year", "time", .days_ahead = 366 },
	{ "no learner", "learner", .members = "{\"learner\": null}" },
	{ "a learner without a name", "learner", .members = "{\"learner\": \"\"}" },
	{ "a learner that is a number", "learner", .members = "{\"learner\": 7}" },
	{ "a learner's id that is too long", "learner",
	  .members = "{\"learner\": \"" LONG_260 "\"}" },
	{ "a learner that is binary", "learner", .members = "{\"learner\": null}",
	  .pair = TEXT("\xa7learner\xc4\x03"
		       "ada") },
	{ "a learner that is an extension", "learner", .members = "{\"learner\": null}",
	  .pair = TEXT("\xa7learner\xc7\x03\x05"
		       "ada") },
	{ "no module", "module", .members = "{\"module\": null}" },
	{ "a module without a name", "module", .members = "{\"module\": \"\"}" },
	{ "a module that is a list", "module", .members = "{\"module\": [\"dementia\"]}" },
	{ "a module that is too long", "module",
	  .members = "{\"module\": \"" LONG_260 LONG_260 "\"}" },
	{ "no region", "region", .members = "{\"region\": null}" },
	{ "a region that is a number", "region", .members = "{\"region\": 1833}" },
	{ "a region without a name", "region", .members = "{\"region\": \"\"}" },
	{ "a region that is too long", "region", .members = "{\"region\": \"" LONG_65 "\"}" },
	{ "neither score nor passed", "result", .members = "{\"type\": \"assessed\"}" },
	{ "a phase, but neither score nor passed", "result",
	  .members = "{\"type\": \"assessed\", \"phase\": \"pre\"}" },
	{ "a score of 1.2", "score", .members = "{\"type\": \"assessed\", \"score\": 1.2}" },
	{ "a score of 2", "score", .members = "{\"type\": \"assessed\", \"score\": 2}" },
	{ "a score in percent", "score", .members = "{\"type\": \"assessed\", \"score\": 85}" },
	{ "a score that is above 1 in ten-thousandths", "score",
	  .members = "{\"type\": \"assessed\", \"score\": 1.00005}" },
	{ "a score below 0", "score", .members = "{\"type\": \"assessed\", \"score\": -0.1}" },
	{ "a score of -1", "score", .members = "{\"type\": \"assessed\", \"score\": -1}" },
	{ "a score that is a text", "score",
	  .members = "{\"type\": \"assessed\", \"score\": \"1\"}" },
	{ "a score that is true", "score", .members = "{\"type\": \"assessed\", \"score\": true}" },
	{ "a bad score beside a good passed", "score",
	  .members = "{\"type\": \"assessed\", \"score\": 1.2, \"passed\": true}" },
	{ "passed as a text", "passed",
	  .members = "{\"type\": \"assessed\", \"passed\": \"yes\"}" },
	{ "passed as a number", "passed", .members = "{\"type\": \"assessed\", \"passed\": 1}" },
	{ "a phase that there is not", "phase",
	  .members = "{\"type\": \"assessed\", \"passed\": true, \"phase\": \"mid\"}" },
	{ "a phase that is a number", "phase",
	  .members = "{\"type\": \"assessed\", \"passed\": true, \"phase\": 1}" },
	{ "attrs that are a list", "attrs", .members = "{\"attrs\": [\"nurse\"]}" },
	{ "attrs that are a text", "attrs", .members = "{\"attrs\": \"nurse\"}" },
	{ "an attribute that is a number", "attrs", .members = "{\"attrs\": {\"role\": 3}}" },
	{ "an attribute that is true", "attrs", .members = "{\"attrs\": {\"role\": true}}" },
	{ "an attribute that is binary", "attrs",
	  .pair = TEXT("\xa5"
		       "attrs\x81\xa4role\xc4\x05nurse") },
	{ "an attribute without a name", "attrs", .members = "{\"attrs\": {\"\": \"nurse\"}}" },
	{ "an attribute that is too long", "attrs",
	  .members = "{\"attrs\": {\"role\": \"" LONG_65 "\"}}" },
	{ "an attribute whose name is too long", "attrs",
	  .members = "{\"attrs\": {\"" LONG_65 "\": \"nurse\"}}" },
	{ "17 attributes", "attrs",
	  .members = "{\"attrs\": "
		     "{\"a\":\"\",\"b\":\"\",\"c\":\"\",\"d\":\"\",\"e\":\"\",\"f\":\"\",\"g\":"
		     "\"\",\"h\":\"\",\"i\":\"\","
		     "\"j\":\"\",\"k\":\"\",\"l\":\"\",\"m\":\"\",\"n\":\"\",\"o\":\"\",\"p\":\"\","
		     "\"q\":\"\"}}" },
	{ "nothing to take back", "voids", .members = "{\"type\": \"voided\"}" },
	{ "a voiding that is a text", "voids",
	  .members = "{\"type\": \"voided\", \"voids\": \"started\"}" },
	{ "a voiding of everything", "voids", .members = "{\"type\": \"voided\", \"voids\": {}}" },
	{ "a voiding of a voiding", "voids",
	  .members = "{\"type\": \"voided\", \"voids\": {\"type\": \"voided\"}}" },
	{ "a voiding of what there is not", "voids",
	  .members = "{\"type\": \"voided\", \"voids\": {\"type\": \"x\"}}" },
	{ "a voiding of 1970", "voids",
	  .members = "{\"type\": \"voided\", \"voids\": {\"type\": \"started\", \"time\": 0}}" },
	{ "a voiding of 2^48", "voids",
	  .members = "{\"type\": \"voided\", \"voids\": {\"type\": \"started\", \"time\": "
		     "281474976710656}}" },
	{ "a voiding of a score of 1.2", "voids",
	  .members =
		  "{\"type\": \"voided\", \"voids\": {\"type\": \"assessed\", \"score\": 1.2}}" },
	{ "a voiding of passed 1", "voids",
	  .members = "{\"type\": \"voided\", \"voids\": {\"type\": \"assessed\", \"passed\": 1}}" },
	{ "a voiding of no phase", "voids",
	  .members =
		  "{\"type\": \"voided\", \"voids\": {\"type\": \"assessed\", \"phase\": \"\"}}" },
	/* values that no event may hold, wherever they stand */
	{ "a NaN", "value", .pair = TEXT("\xa5score\xcb\x7f\xf8\0\0\0\0\0\0") },
	{ "a short NaN", "value", .pair = TEXT("\xa1x\xca\x7f\xc0\0\0") },
	{ "infinity", "value", .pair = TEXT("\xa5score\xcb\x7f\xf0\0\0\0\0\0\0") },
	{ "less than everything", "value", .pair = TEXT("\xa1x\xca\xff\x80\0\0") },
	{ "a NaN in a list of an unknown key", "value", .pair = TEXT("\xa1x\x91\xca\x7f\xc0\0\0") },
	{ "an integer above 2^63-1", "value", .members = "{\"time\": null}",
	  .pair = TEXT("\xa4time\xcf\x80\0\0\0\0\0\0\0") },
	{ "2^64-1 under an unknown key", "value",
	  .pair = TEXT("\xa1x\xcf\xff\xff\xff\xff\xff\xff\xff\xff") },
	{ "a learner with a letter cut short", "value", .members = "{\"learner\": null}",
	  .pair = TEXT("\xa7learner\xa2"
		       "a\xc3") },
	{ "a learner with a letter that does not go on", "value", .members = "{\"learner\": null}",
	  .pair = TEXT("\xa7learner\xa2\xc3\x28") },
	{ "a learner in a longer form than need be", "value", .members = "{\"learner\": null}",
	  .pair = TEXT("\xa7learner\xa3\xe0\x80\xaf") },
	{ "a learner with half of a pair", "value", .members = "{\"learner\": null}",
	  .pair = TEXT("\xa7learner\xa3\xed\xbf\xbf") },
	{ "a learner above U+10FFFF", "value", .members = "{\"learner\": null}",
	  .pair = TEXT("\xa7learner\xa4\xf5\x80\x80\x80") },
	{ "a region in Latin 1", "value", .members = "{\"region\": null}",
	  .pair = TEXT("\xa6region\xa4"
		       "bod\xf8") },
	{ "an attribute that is no UTF-8", "value",
	  .pair = TEXT("\xa5"
		       "attrs\x81\xa4role\xa1\xff") },
	{ "a doubled key", "value", .pair = TEXT("\xa4type\xa7started") },
	{ "a doubled key that is unknown", "value", .members = "{\"x\": 1}",
	  .pair = TEXT("\xa1x\x01") },
	{ "a doubled attribute", "value",
	  .pair = TEXT("\xa5"
		       "attrs\x82\xa4role\xa5nurse\xa4role\xa5nurse") },
	{ "a doubled key of a voiding", "value", .members = "{\"type\": \"voided\"}",
	  .pair = TEXT("\xa5voids\x82\xa4type\xa7started\xa4type\xa7started") },
	{ "a key that is a number", "value", .pair = TEXT("\x01\x01") },
	{ "a key that is no UTF-8", "value", .pair = TEXT("\xa1\xff\x01") },
	{ "an attribute's name that is a number", "value",
	  .pair = TEXT("\xa5"
		       "attrs\x81\x01\xa5nurse") },
};

enum { N_EVENTS = sizeof(bad_events) / sizeof(bad_events[0]) };
static_assert(N_EVENTS >= 40, "a table of at least 40 bad events");

/* A bad event's bytes. */
static void add_event(struct peer *peer, struct msg_writer *to, size_t i)
{
	json_t *event = good_event();
	struct text bytes;

	if (bad_events[i].members)
		change_members(event, bad_events[i].members);
	if (bad_events[i].days_ahead)
		json_object_set_new(event, "time",
				    json_integer((json_int_t)time(NULL) * 1000 +
						 bad_events[i].days_ahead * DAY_MS));
	bytes = peer_bytes(peer, event);
	msg_map(to, json_object_size(event) + (bad_events[i].pair.data != NULL));
	msg_raw(to, (struct text){ bytes.data + 1, bytes.size - 1 });
	msg_raw(to, bad_events[i].pair);
	json_decref(event);
}

static void check_verdict(const json_t *row, int64_t seq, size_t i)
{
	const char *got = json_string_value(json_array_get(row, 1));

	if (!got || strcmp(got, bad_events[i].code) != 0)
		fail_msg("%s: %s instead of %s", bad_events[i].why, got ? got : "accepted",
			 bad_events[i].code);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), seq);
	assert_true(json_string_length(json_array_get(row, 2)) > 0);
}

static json_t *ask_bytes(struct peer *peer, struct text bytes)
{
	json_t *answer;

	peer_send_bytes(peer, bytes, 0);
	answer = peer_receive(peer, LIMIT_MS, NULL);
	assert_non_null(answer);
	if (!is(answer, "op", "ack"))
		fail_msg("no ack: %s", json_dumps(answer, 0));
	return answer;
}

static void check_event_counts(struct rig *rig, int64_t accepted, int64_t rejected)
{
	json_t *status = daemon_status(rig->daemon);
	const json_t *counters = json_object_get(status, "counters");
	const json_t *source = json_array_get(json_object_get(status, "sources"), 0);

	assert_int_equal(whole(counters, "events_accepted"), accepted);
	assert_int_equal(whole(counters, "events_rejected"), rejected);
	assert_int_equal(whole(counters, "batches_refused"), 0);
	assert_int_equal(whole(source, "accepted"), accepted);
	assert_int_equal(whole(source, "rejected"), rejected);
	assert_int_equal(whole(status, "missing"), 0);
	assert_int_equal(whole(json_object_get(status, "journal"), "last"), accepted + rejected);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	json_decref(status);
}

static void a_bad_event_is_rejected_with_its_code_and_a_good_batch_goes_through(void **state)
{
	struct msg_writer *to = msg_writer_new();
	struct rig rig;

	rig_open(&rig, *state);
	for (size_t i = 0; i < N_EVENTS; i++) {
		const json_t *rejected;
		json_t *ack;

		msg_writer_clear(to);
		batch_begin(to, "events", text_of("moodle"), text_of("bad"), i + 1, 1);
		add_event(&rig.peers[INTAKE], to, i);
		ack = ask_bytes(&rig.peers[INTAKE], msg_written(to));
		rejected = json_object_get(ack, "rejected");
		check_verdict(json_array_get(rejected, 0), (int64_t)i + 1, i);
		assert_int_equal(json_array_size(rejected), 1);
		assert_int_equal(whole(ack, "next"), i + 2);
		json_decref(ack);
		check_alive(&rig, INTAKE, bad_events[i].why);
	}
	check_event_counts(&rig, N_EVENTS, N_EVENTS);
	msg_writer_free(to);
	rig_close(&rig);
}

static void bad_events_among_good_ones_are_rejected_alone_and_a_resend_gets_the_same(void **state)
{
	enum { ALL = N_EVENTS + 2 };
	struct msg_writer *to = msg_writer_new();
	json_t *first, *again, *event = good_event();
	struct rig rig;

	rig_open(&rig, *state);
	batch_begin(to, "events", text_of("moodle"), text_of("bad"), 1, ALL);
	msg_raw(to, peer_bytes(&rig.peers[INTAKE], event));
	for (size_t i = 0; i < N_EVENTS; i++)
		add_event(&rig.peers[INTAKE], to, i);
	msg_raw(to, peer_bytes(&rig.peers[INTAKE], event));
	first = ask_bytes(&rig.peers[INTAKE], msg_written(to));
	assert_int_equal(whole(first, "next"), ALL + 1);
	assert_int_equal(json_array_size(json_object_get(first, "rejected")), N_EVENTS);
	for (size_t i = 0; i < N_EVENTS; i++)
		check_verdict(json_array_get(json_object_get(first, "rejected"), i), (int64_t)i + 2,
			      i);
	check_event_counts(&rig, 2, N_EVENTS);
	for (int i = 0; i < 2; i++) {
		again = ask_bytes(&rig.peers[INTAKE], msg_written(to));
		assert_true(json_equal(first, again));
		json_decref(again);
		if (i == 0) {
			daemon_crash(rig.daemon);
			daemon_start(rig.daemon);
		}
	}
	assert_int_equal(daemon_counter(rig.daemon, "events_resent"), ALL);
	assert_int_equal(daemon_counter(rig.daemon, "events_rejected"), 0);
	json_decref(first);
	json_decref(event);
	msg_writer_free(to);
	rig_close(&rig);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_bad_message_is_refused_with_its_code_and_a_good_batch_goes_through),
		TEST(a_good_message_cut_anywhere_is_malformed),
		TEST(a_bad_event_is_rejected_with_its_code_and_a_good_batch_goes_through),
		TEST(bad_events_among_good_ones_are_rejected_alone_and_a_resend_gets_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
