/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a key may do once it is in: as which source, about which regions, and how much; and keys
 * that change, or are wrong.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/e2e/check.h"
#include "tests/e2e/doors.h"
#include "tests/raw.h"

static struct key_pair ours, theirs;

/* The public keys of ours and theirs in the place of @1 and @2. */
static char *keys_with(const char *pattern)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	for (; *pattern; pattern++)
		if (*pattern == '@')
			fputs(*++pattern == '1' ? ours.public : theirs.public, file);
		else
			fputc(*pattern, file);
	assert_int_equal(fclose(file), 0);
	return text;
}

static void open_with(struct doors *doors, struct daemon *daemon, const char *lines,
		      const char *pattern)
{
	char *keys;

	assert_int_equal(key_pair_make("ours", &ours), 0);
	assert_int_equal(key_pair_make("theirs", &theirs), 0);
	keys = keys_with(pattern);
	doors_open(doors, daemon, lines, keys);
	free(keys);
}

static void change_to(struct doors *doors, const char *pattern)
{
	char *keys = keys_with(pattern);

	doors_change_keys(doors, keys);
	free(keys);
}

static void end(struct doors *doors, struct daemon *daemon)
{
	doors_close(doors);
	daemon_stop(daemon, SIGTERM);
}

static void come(struct visitor *visitor, struct doors *doors, enum door door, const char *source)
{
	visitor_open(visitor, doors, door, &ours, doors->server.public, source);
}

static void check_nack(json_t *answer, const char *code, bool retry)
{
	if (strcmp(word(answer, "op"), "nack") != 0 || strcmp(word(answer, "code"), code) != 0 ||
	    json_is_true(json_object_get(answer, "retry")) != retry)
		fail_msg("not %s, but: %s", code, json_dumps(answer, 0));
	json_decref(answer);
}

/* An ack that refuses one number for this reason; NULL: it refuses none. */
static void check_ack(json_t *answer, const char *code)
{
	json_t *rejected = json_object_get(answer, "rejected");

	if (strcmp(word(answer, "op"), "ack") != 0 || json_array_size(rejected) != (code != NULL) ||
	    (code &&
	     strcmp(json_string_value(json_array_get(json_array_get(rejected, 0), 1)), code) != 0))
		fail_msg("not %s, but: %s", code ? code : "an ack", json_dumps(answer, 0));
	json_decref(answer);
}

/* What keys have done, by `keys`. */
static int64_t done_by(struct doors *doors, const char *key, const char *what)
{
	json_t *answer = peer_ask(&doors->local, json_pack("{s:i, s:s}", "v", 1, "op", "keys"));
	json_t *keys = json_object_get(answer, "keys"), *row;
	int64_t n = -1;
	size_t i;

	json_array_foreach(keys, i, row) if (strcmp(word(row, "name"), key) == 0) n =
		whole(row, what);
	json_decref(answer);
	return n;
}

#define OURS   "keys:\n- {name: ours, public: \"@1\", "
#define THEIRS "}\n- {name: theirs, public: \"@2\", publish: {sources: [canvas]}}\n"

static void a_key_speaks_for_its_own_sources_about_its_own_regions(void **state)
{
	static const struct {
		const char *region, *code;
	} cases[] = {
		{ "rana", NULL },
		{ "nordland", NULL },
		{ "1833", NULL }, /* rana's other name */
		{ "0301", "region-denied" },
		{ "NO", "region-denied" },
		{ "nobody has heard of it", "region-denied" },
	};
	struct daemon *daemon = *state;
	struct visitor visitor;
	struct doors doors;
	struct peer local, *peer = &visitor.peer;

	open_with(&doors, daemon, "",
		  OURS "publish: {sources: [moodle], regions: [nordland]}" THEIRS);
	peer_open(&local, ZMQ_DEALER, daemon->intake, NULL);
	come(&visitor, &doors, AT_INTAKE, "moodle");
	check_nack(peer_batch(peer, "canvas", "s", 1, "a", "rana"), "source-denied", false);
	check_nack(peer_batch(peer, "nobodys", "s", 1, "a", "rana"), "source-denied", false);
	check_nack(peer_batch(&local, "moodle", "s", 1, "a", "rana"), "source-denied", false);
	check_ack(peer_batch(&local, "nobodys", "s", 1, "a", "0301"), NULL);
	assert_int_equal(stream_next(&local, "moodle", "s"), -1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_ack(peer_batch(peer, "moodle", "s", i + 1, "a", cases[i].region),
			  cases[i].code);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 4);
	assert_int_equal(daemon_counter(daemon, "events_rejected"), 3);
	assert_int_equal(done_by(&doors, "ours", "accepted"), 3);
	assert_int_equal(done_by(&doors, "ours", "refused"), 5);
	assert_int_equal(done_by(&doors, "theirs", "refused"), 0);
	assert_int_equal(done_by(&doors, "ours", "connections"), 1);
	visitor_close(&visitor);
	peer_close(&local);
	end(&doors, daemon);
}

static json_t *event_of(const char *region)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started", "time",
			 (json_int_t)1730797200000, "learner", region, "module", "medication",
			 "region", region);
}

/* By both ways in. */
static void the_rest_of_a_batch_is_taken(void **state)
{
	struct daemon *daemon = *state;
	struct visitor visitor, aloud;
	struct doors doors;
	json_t *batch, *answer;

	open_with(&doors, daemon, "", OURS "publish: {sources: [moodle], regions: [rana]}" THEIRS);
	come(&visitor, &doors, AT_INTAKE, "moodle");
	batch = json_pack("{s:i, s:s, s:s, s:s, s:i, s:[o, o, o]}", "v", 1, "op", "events",
			  "source", "moodle", "stream", "s", "seq", 1, "events", event_of("rana"),
			  event_of("vefsn"), event_of("rana"));
	answer = peer_ask(&visitor.peer, batch);
	assert_int_equal(json_integer_value(json_array_get(
				 json_array_get(json_object_get(answer, "rejected"), 0), 0)),
			 2);
	check_ack(answer, "region-denied");
	come(&aloud, &doors, AT_EVENTS, "moodle");
	aloud.region = "vefsn";
	while (stream_next(&visitor.peer, "moodle", aloud.stream) < 2)
		visitor_try(&aloud);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 2);
	assert_int_equal(daemon_counter(daemon, "events_rejected"), 2);
	visitor_close(&visitor);
	visitor_close(&aloud);
	end(&doors, daemon);
}

/* Limits. */

static void what_is_above_the_rate_is_refused_for_a_while_and_arrives(void **state)
{
	enum { N = 250, MANY = 50 };
	struct daemon *daemon = *state;
	struct visitor visitor;
	struct doors doors;
	unsigned refused = 0;

	open_with(&doors, daemon, "",
		  OURS "publish: {sources: [moodle]}, limits: {events: 100}" THEIRS);
	come(&visitor, &doors, AT_INTAKE, "moodle");
	/* Many at once: how long a single one takes is the machine's affair. */
	for (uint64_t seq = 1, next; seq <= N; seq = next) {
		next = seq + MANY < N + 1 ? seq + MANY : N + 1;
		for (uint64_t i = seq; i < next; i++)
			peer_send(&visitor.peer, event_batch("moodle", "s", i, "a", "rana"));
		for (uint64_t n = next - seq; n > 0; n--) {
			json_t *answer = peer_receive(&visitor.peer, LIMIT_MS, NULL);

			assert_non_null(answer);
			if (strcmp(word(answer, "op"), "ack") == 0) {
				json_decref(answer);
				continue;
			}
			if ((uint64_t)whole(answer, "first") < next)
				next = (uint64_t)whole(answer, "first");
			check_nack(answer, "rate", true);
			refused++;
		}
		if (next <= seq)
			look_again();
	}
	assert_true(refused > 0);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), N);
	visitor_close(&visitor);
	end(&doors, daemon);
}

static void check_window(struct visitor *visitor)
{
	json_t *answer =
		peer_ask(&visitor->peer, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello",
						   "source", "moodle", "stream", "w"));
	bool refused = false;

	assert_int_equal(whole(answer, "window"), 2);
	json_decref(answer);
	/* How many come to one commit is chance; those of many, sometimes. */
	for (int64_t end_ms = clock_ms() + LIMIT_MS; !refused && clock_ms() < end_ms;) {
		enum { MANY = 50 };

		for (int i = 0; i < MANY; i++)
			peer_send(&visitor->peer, event_batch("moodle", "s", 1, "a", "rana"));
		for (int i = 0; i < MANY; i++) {
			answer = peer_receive(&visitor->peer, LIMIT_MS, NULL);
			assert_non_null(answer);
			refused = refused || json_object_get(answer, "code") != NULL;
			if (json_object_get(answer, "code"))
				check_nack(answer, "window", true);
			else
				check_ack(answer, NULL);
		}
	}
	assert_true(refused);
}

static void a_key_has_limits_of_its_own(void **state)
{
	struct daemon *daemon = *state;
	struct visitor visitor, other;
	char long_text[1100];
	struct doors doors;

	open_with(&doors, daemon, "",
		  OURS "publish: {sources: [moodle]}, limits: {batches: 2, message: 1024, "
		       "names: 2, streams: 1}" THEIRS);
	come(&visitor, &doors, AT_INTAKE, "moodle");
	check_window(&visitor);
	memset(long_text, 'x', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = 0;
	check_nack(peer_batch(&visitor.peer, "moodle", "s", 2, long_text, "rana"), "size", false);
	check_nack(peer_batch(&visitor.peer, "moodle", "another", 1, "a", "rana"), "streams",
		   false);
	for (int i = 2; i <= 4; i++) {
		char name[16];

		snprintf(name, sizeof(name), "place-%d", i);
		check_ack(peer_batch(&visitor.peer, "moodle", "s", (uint64_t)i, "a", name),
			  i == 4 ? "names" : NULL);
	}
	/* Others have theirs. */
	visitor_open(&other, &doors, AT_INTAKE, &theirs, doors.server.public, "canvas");
	check_ack(peer_batch(&other.peer, "canvas", "another", 1, "a", "place-9"), NULL);
	check_ack(peer_batch(&other.peer, "canvas", "yet another", 1, long_text + 1000, "rana"),
		  NULL);
	visitor_close(&visitor);
	visitor_close(&other);
	end(&doors, daemon);
}

static void a_key_has_so_many_connections(void **state)
{
	struct daemon *daemon = *state;
	struct visitor visitors[3];
	struct doors doors;

	open_with(&doors, daemon, "",
		  OURS "publish: {sources: [moodle]}, limits: {connections: 2}" THEIRS);
	for (int i = 0; i < 2; i++) {
		come(&visitors[i], &doors, AT_INTAKE, "moodle");
		visitor_await_served(&visitors[i]);
	}
	come(&visitors[2], &doors, AT_INTAKE, "moodle");
	while (visitors[2].cut < 3) {
		visitor_try(&visitors[2]);
		look_again();
	}
	assert_int_equal(visitors[2].served, 0);
	assert_int_equal(done_by(&doors, "ours", "connections"), 2);
	visitor_close(&visitors[0]);
	visitor_await_served(&visitors[2]);
	visitor_close(&visitors[1]);
	visitor_close(&visitors[2]);
	end(&doors, daemon);
}

/* Keys that change. */

static void other_rights_count_at_once_on_connections_that_stand(void **state)
{
	struct daemon *daemon = *state;
	struct visitor visitor, control;
	struct doors doors;
	struct peer *peer = &visitor.peer;

	open_with(&doors, daemon, "",
		  OURS "publish: {sources: [moodle], regions: [rana]}, control: yes" THEIRS);
	come(&visitor, &doors, AT_INTAKE, "moodle");
	come(&control, &doors, AT_CONTROL, "moodle");
	visitor_await_served(&control);
	check_ack(peer_batch(peer, "moodle", "s", 1, "a", "vefsn"), "region-denied");
	check_nack(peer_batch(peer, "itslearning", "s", 1, "a", "rana"), "source-denied", false);

	change_to(&doors, OURS "publish: {sources: [moodle, itslearning], regions: [rana, vefsn]}, "
			       "control: yes" THEIRS);
	check_ack(peer_batch(peer, "moodle", "s", 2, "a", "vefsn"), NULL);
	check_ack(peer_batch(peer, "itslearning", "s", 1, "a", "rana"), NULL);

	change_to(&doors, OURS "publish: {sources: [itslearning], regions: [vefsn]}, "
			       "control: yes" THEIRS);
	check_nack(peer_batch(peer, "moodle", "s", 3, "a", "vefsn"), "source-denied", false);
	check_ack(peer_batch(peer, "itslearning", "s", 2, "a", "rana"), "region-denied");
	visitor_hear(&visitor);
	visitor_hear(&control);
	assert_int_equal(visitor.cut + control.cut, 0);

	/* Without control its connections end; those that it may still have, it gets anew. */
	change_to(&doors, OURS "publish: {sources: [itslearning]}" THEIRS);
	visitor_renew(&control);
	while (control.cut < 2) {
		visitor_try(&control);
		look_again();
	}
	assert_int_equal(control.served, 0);
	visitor.source = "itslearning";
	visitor_await_served(&visitor);
	visitor_close(&visitor);
	visitor_close(&control);
	end(&doors, daemon);
}

/* Both halves of a pair that is changed are good for a while. */
static void a_key_may_have_an_old_and_a_new_pair(void **state)
{
	struct daemon *daemon = *state;
	struct visitor before, behind;
	struct doors doors;

	open_with(&doors, daemon, "",
		  "keys:\n- {name: one, public: [\"@1\", \"@2\"], publish: {sources: [moodle]}}\n");
	come(&before, &doors, AT_INTAKE, "moodle");
	visitor_open(&behind, &doors, AT_INTAKE, &theirs, doors.server.public, "moodle");
	visitor_await_served(&before);
	visitor_await_served(&behind);
	assert_int_equal(done_by(&doors, "one", "connections"), 2);
	doors_change_keys(&doors, "keys: []\n");
	visitor_renew(&before);
	while (before.cut == 0 || behind.cut == 0) {
		visitor_hear(&before);
		visitor_hear(&behind);
	}
	visitor_close(&before);
	visitor_close(&behind);
	end(&doors, daemon);
}

/* Keys that are wrong. */

static const struct {
	const char *keys;
	unsigned line;
	const char *said;
} wrong[] = {
	{ OURS "control: maybe" THEIRS, 2, "control" },
	{ "keys:\n- {name: ours, public: short}\n", 2, "public must be the 40 characters" },
	{ "keys:\n- {name: a, public: \"@1\", control: yes}\n"
	  "- {name: b, public: \"@1\", control: yes}\n",
	  3, "is there twice: key `a` has it in line 2" },
	{ "keys:\n- {name: a, public: \"@1\", control: yes}\n"
	  "- {name: a, public: \"@2\", control: yes}\n",
	  3, "there is a key `a` already, in line 2" },
	{ OURS "publish: {sources: [canvas]}" THEIRS, 3, "is there twice: key `ours`" },
	{ OURS "publish: {sources: [Not A Source]}" THEIRS, 2, "a source must be" },
	{ OURS "publish: {sources: [moodle], regions: [rana, nowhere]}" THEIRS, 2,
	  "the catalogue has no region nowhere" },
	{ OURS "audiences: [nobody]" THEIRS, 2, "liftd.yaml has no audience `nobody`" },
	{ OURS "audience: [rana]" THEIRS, 2, "audience" },
	{ OURS "limits: {events: 0}" THEIRS, 2, "events" },
};

static void check_said(const char *text, size_t i)
{
	char place[64];

	snprintf(place, sizeof(place), "keys.yaml:%u:", wrong[i].line);
	if (!strstr(text, place) || !strstr(text, wrong[i].said))
		fail_msg("not '%s %s' but: %.2000s", place, wrong[i].said, text);
}

static void wrong_keys_refuse_the_start(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;

	assert_int_equal(key_pair_make("ours", &ours), 0);
	assert_int_equal(key_pair_make("theirs", &theirs), 0);
	doors_configure(&doors, daemon, "", "");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *keys = keys_with(wrong[i].keys);
		struct outcome outcome;

		doors_write_keys(&doors, keys);
		outcome = daemon_fail(daemon);
		assert_int_not_equal(outcome.status, 0);
		check_said(outcome.err, i);
		outcome_free(&outcome);
		free(keys);
	}
}

static void wrong_keys_refuse_the_reload_and_the_old_ones_stay(void **state)
{
	struct daemon *daemon = *state;
	struct visitor visitor;
	struct doors doors;

	open_with(&doors, daemon, "", OURS "publish: {sources: [moodle]}" THEIRS);
	come(&visitor, &doors, AT_INTAKE, "moodle");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char *keys = keys_with(wrong[i].keys), *text;
		json_t *answer;

		doors_write_keys(&doors, keys);
		answer = peer_ask(&doors.local, json_pack("{s:i, s:s}", "v", 1, "op", "reload"));
		assert_true(json_is_false(json_object_get(answer, "ok")));
		text = json_dumps(json_object_get(answer, "errors"), JSON_ENCODE_ANY);
		check_said(text, i);
		check_ack(peer_batch(&visitor.peer, "moodle", "s", i + 1, "a", "rana"), NULL);
		json_decref(answer);
		free(keys);
		free(text);
	}
	assert_int_equal(visitor.cut, 0);
	visitor_close(&visitor);
	end(&doors, daemon);
}

/* Who says by itself who it is. */

static size_t property(uint8_t *to, const char *name, const char *value)
{
	size_t n = strlen(name), v = strlen(value);

	to[0] = (uint8_t)n;
	memcpy(to + 1, name, n);
	memset(to + 1 + n, 0, 3);
	to[4 + n] = (uint8_t)v;
	memcpy(to + 5 + n, value, v);
	return 5 + n + v;
}

/* Until what the server has sent has this in it; an ack must not be in it. */
static void await_bytes(const struct raw *raw, const char *said)
{
	static const char ack[] = { '\xa3', 'a', 'c', 'k' };
	char heard[2048];
	size_t n = 0;

	while (!memmem(heard, n, said, strlen(said))) {
		ssize_t got = recv(raw->fd, heard + n, sizeof(heard) - n, 0);

		if (got <= 0 || memmem(heard, n + (size_t)got, ack, sizeof(ack)))
			fail_msg("no %s in %zu bytes", said, n);
		n += (size_t)got;
	}
}

static void a_local_peer_does_not_become_a_key_by_saying_so(void **state)
{
	json_t *batch = event_batch("moodle", "s", 1, "a", "rana");
	uint8_t ready[256] = "\5READY";
	struct daemon *daemon = *state;
	struct doors doors;
	struct text bytes;
	struct raw raw;
	size_t size = 6;

	open_with(&doors, daemon, "", OURS "publish: {sources: [moodle]}" THEIRS);
	size += property(ready + size, "Socket-Type", "DEALER");
	size += property(ready + size, "User-Id", ours.public);
	assert_true(raw_open(&raw, daemon->intake, NULL, "DEALER", NULL, RAW_GREETED));
	assert_true(raw_put_frame(&raw, RAW_COMMAND, ready, size));
	await_bytes(&raw, "READY");
	bytes = peer_bytes(&doors.local, batch);
	assert_true(raw_put_frame(&raw, 0, bytes.data, bytes.size));
	await_bytes(&raw, "source-denied");
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 0);
	assert_int_equal(done_by(&doors, "ours", "refused"), 0);
	raw_close(&raw);
	json_decref(batch);
	end(&doors, daemon);
}

/* A platform's own publisher, with keys. */

static void open_publisher(struct peer *publisher, const struct key_pair *pair, char *endpoint,
			   size_t size)
{
	int server = 1, linger_ms = 0;

	*publisher = (struct peer){ zmq_ctx_new(), NULL, msg_reader_new(), msg_writer_new() };
	publisher->socket = zmq_socket(publisher->zmq, ZMQ_PUB);
	zmq_setsockopt(publisher->socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	zmq_setsockopt(publisher->socket, ZMQ_CURVE_SERVER, &server, sizeof(server));
	zmq_setsockopt(publisher->socket, ZMQ_CURVE_SECRETKEY, pair->secret, sizeof(pair->secret));
	assert_int_equal(zmq_bind(publisher->socket, "tcp://127.0.0.1:*"), 0);
	assert_int_equal(zmq_getsockopt(publisher->socket, ZMQ_LAST_ENDPOINT, endpoint, &size), 0);
}

static void say(struct peer *publisher, const char *source, uint64_t seq)
{
	json_t *batch = event_batch(source, "s", seq, source, "rana");
	char topic[80];

	snprintf(topic, sizeof(topic), "event/%s", source);
	peer_send_bytes(publisher, text_of(topic), ZMQ_SNDMORE);
	peer_send_bytes(publisher, peer_bytes(publisher, batch), 0);
	json_decref(batch);
}

/* One has the key that the configuration says, and may speak for a key's source because that says
 * so; the other one is somebody else in its place. */
static void liftd_connects_to_a_publisher_that_has_the_right_key(void **state)
{
	struct daemon *daemon = *state;
	struct peer right, other, local;
	char at[2][64], lines[512];
	struct key_pair pairs[2];
	struct doors doors;

	assert_int_equal(key_pair_make("right", &pairs[0]), 0);
	assert_int_equal(key_pair_make("wrong", &pairs[1]), 0);
	open_publisher(&right, &pairs[0], at[0], sizeof(at[0]));
	open_publisher(&other, &pairs[1], at[1], sizeof(at[1]));
	snprintf(lines, sizeof(lines),
		 "connect:\n"
		 "- {endpoint: '%s', server_key: \"%s\", sources: [canvas]}\n"
		 "- {endpoint: '%s', server_key: \"%s\", sources: [elsewhere]}\n",
		 at[0], pairs[0].public, at[1], pairs[0].public);
	open_with(&doors, daemon, lines, OURS "publish: {sources: [moodle]}" THEIRS);
	peer_open(&local, ZMQ_DEALER, daemon->intake, NULL);
	/* Both have said it as often; what comes behind it that was taken, counts. */
	for (uint64_t seq = 1; daemon_counter(daemon, "events_accepted") < 20; seq++) {
		say(&other, "elsewhere", seq);
		say(&right, "moodle", seq);
		say(&right, "canvas", seq);
	}
	assert_int_equal(stream_next(&local, "elsewhere", "s"), 1);
	assert_int_equal(done_by(&doors, "ours", "accepted"), 0);
	assert_true(daemon_counter(daemon, "batches_refused") >= 19); /* as moodle */
	peer_close(&local);
	peer_close(&right);
	peer_close(&other);
	end(&doors, daemon);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_speaks_for_its_own_sources_about_its_own_regions),
		TEST(the_rest_of_a_batch_is_taken),
		TEST(what_is_above_the_rate_is_refused_for_a_while_and_arrives),
		TEST(a_key_has_limits_of_its_own),
		TEST(a_key_has_so_many_connections),
		TEST(other_rights_count_at_once_on_connections_that_stand),
		TEST(a_key_may_have_an_old_and_a_new_pair),
		TEST(wrong_keys_refuse_the_start),
		TEST(wrong_keys_refuse_the_reload_and_the_old_ones_stay),
		TEST(a_local_peer_does_not_become_a_key_by_saying_so),
		TEST(liftd_connects_to_a_publisher_that_has_the_right_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
