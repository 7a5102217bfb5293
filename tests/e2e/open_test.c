/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open audiences of a real daemon, beside an exact one: what they hear and may ask for is what has
 * been released of their regions, and nothing of what happens since.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define CATALOGUE "daemon/examples/demo.yaml"
#define TODAY	  "2025-11-14"
#define COUNT(a)  (sizeof(a) / sizeof((a)[0]))

enum { EXACT, EVERYONE, VEGA, BRONNOY, AUDIENCES, BYTES_MAX = 1 << 16, BEATS = 5, LATER = 10 };

static const struct {
	const char *name, *region; /* NULL: all */
} audiences[AUDIENCES] = {
	{ "default", NULL }, { "everyone", NULL }, { "vega", "1815" }, { "bronnoy", "1813" }
};

struct place {
	struct daemon *daemon;
	struct peer peers[AUDIENCES]; /* that hear all of it */
};

static const char *endpoint(const struct place *place, int audience, const char *what)
{
	static char text[PATH_SIZE];

	snprintf(text, sizeof(text), "ipc://%s/run/%s-%s", place->daemon->dir,
		 audiences[audience].name, what);
	return text;
}

static void configure(struct place *place)
{
	char lines[4000];
	int at = snprintf(lines, sizeof(lines),
			  "catalogue: %s\nas_of: %s\ntick_ms: 50\nopen: {every: quarter}\n"
			  "audiences:\n",
			  CATALOGUE, TODAY);

	for (int i = 0; i < AUDIENCES; i++) {
		at += snprintf(lines + at, sizeof(lines) - (size_t)at,
			       "  - {name: %s, plane: %s, regions: ['%s']", audiences[i].name,
			       i == EXACT ? "exact" : "open",
			       audiences[i].region ? audiences[i].region : "all");
		at += snprintf(lines + at, sizeof(lines) - (size_t)at, ", publish: ['%s']",
			       endpoint(place, i, "publish"));
		at += snprintf(lines + at, sizeof(lines) - (size_t)at, ", snapshot: ['%s']",
			       endpoint(place, i, "snapshot"));
		at += snprintf(lines + at, sizeof(lines) - (size_t)at, ", ask: ['%s']}\n",
			       endpoint(place, i, "ask"));
	}
	daemon_configure(place->daemon, lines);
}

static void release_now(struct place *place)
{
	free(daemon_lift_out(place->daemon, 0, "releases", "--now", "--yes", NULL));
}

/* An autumn of some hundred people, and its first release. */
static void place_open(struct place *place, void **state)
{
	*place = (struct place){ .daemon = *state };
	configure(place);
	daemon_start(place->daemon);
	free(daemon_lift_out(place->daemon, 0, "simulate", CATALOGUE, NULL));
	release_now(place);
	for (int i = 0; i < AUDIENCES; i++)
		peer_open(&place->peers[i], ZMQ_SUB, endpoint(place, i, "publish"), "");
}

static void place_close(struct place *place)
{
	for (int i = 0; i < AUDIENCES; i++)
		peer_close(&place->peers[i]);
	daemon_stop(place->daemon, SIGTERM);
}

static void publish(struct place *place, const char *learner, const char *region)
{
	char path[2 * PATH_SIZE];
	struct outcome outcome;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s.csv", place->daemon->dir, learner);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"type,time,learner,module,region\n"
		"started,2025-11-13T10:00:00+01:00,%s,vt-basics,%s\n",
		learner, region);
	assert_int_equal(fclose(file), 0);
	outcome = daemon_lift(place->daemon, "publish", "--source", "newcomer", path, NULL);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
}

/* Messages as bytes. */

struct heard {
	char topic[TOPIC_SIZE];
	uint8_t body[BYTES_MAX];
	size_t size;
};

/* The next message, without the moment that a beat is of. */
static void hear(struct peer *peer, struct heard *heard)
{
	zmq_pollitem_t item = { .socket = peer->socket, .events = ZMQ_POLLIN };
	uint8_t *time;
	int size;

	assert_int_equal(zmq_poll(&item, 1, LIMIT_MS), 1);
	size = zmq_recv(peer->socket, heard->topic, TOPIC_SIZE - 1, 0);
	assert_in_range(size, 1, TOPIC_SIZE - 1);
	heard->topic[size] = 0;
	size = zmq_recv(peer->socket, heard->body, BYTES_MAX, 0);
	assert_in_range(size, 1, BYTES_MAX);
	heard->size = (size_t)size;
	time = memmem(heard->body, heard->size, "\xa4time\xcf", 6);
	if (strcmp(heard->topic, "beat") == 0) {
		assert_non_null(time);
		memset(time + 6, 0, 8);
	}
}

/* The next one is a beat, like this one. */
static void hear_beat(struct peer *peer, const struct heard *like)
{
	struct heard heard;

	hear(peer, &heard);
	assert_string_equal(heard.topic, "beat");
	assert_int_equal(heard.size, like->size);
	assert_memory_equal(heard.body, like->body, like->size);
}

/* A beat of this release has come, and of another epoch than this one: its epoch. */
static int64_t await_epoch(struct peer *peer, int64_t release, int64_t before)
{
	char topic[TOPIC_SIZE];
	int64_t epoch = before;

	while (epoch == before) {
		json_t *body = peer_receive(peer, LIMIT_MS, topic);

		assert_non_null(body);
		if (strcmp(topic, "beat") == 0 &&
		    json_integer_value(json_object_get(body, "release")) == release)
			epoch = whole(body, "epoch");
		json_decref(body);
	}
	return epoch;
}

static int64_t await_release(struct peer *peer, int64_t release)
{
	return await_epoch(peer, release, -1);
}

/* Until the exact audience has heard of somebody here, and of some ticks behind that. */
static void await_exact(struct place *place, const char *topic)
{
	struct heard heard = { .topic = "" };

	while (strcmp(heard.topic, topic) != 0)
		hear(&place->peers[EXACT], &heard);
	for (int beats = 0; beats < BEATS; beats += strcmp(heard.topic, "beat") == 0)
		hear(&place->peers[EXACT], &heard);
}

/* Topics. */

/* What a snapshot has: topic to metrics. */
static json_t *snapshot(struct place *place, int audience)
{
	json_t *all = json_object(), *body;
	char topic[TOPIC_SIZE] = "";
	struct peer peer;

	peer_open(&peer, ZMQ_DEALER, endpoint(place, audience, "snapshot"), NULL);
	peer_send(&peer,
		  json_pack("{s:i, s:s, s:[s]}", "v", 1, "op", "snapshot", "topics", "metric/"));
	for (;;) {
		body = peer_receive(&peer, LIMIT_MS, topic);
		assert_non_null(body);
		if (strcmp(topic, "end") == 0)
			break;
		assert_string_equal(word(body, "plane"), "open");
		assert_string_equal(word(body, "as_of"), TODAY);
		assert_true(json_is_true(json_object_get(body, "protected")));
		assert_null(json_object_get(body, "sources"));
		json_object_set(all, topic, json_object_get(body, "metrics"));
		json_decref(body);
	}
	assert_true(json_is_null(json_object_get(body, "next")) || !json_object_get(body, "next"));
	json_decref(body);
	peer_close(&peer);
	return all;
}

/* The same by an export: of a region (NULL: all) that an operator asks for. */
static json_t *released(struct place *place, const char *region)
{
	char *text = daemon_lift_out(place->daemon, 0, "export", "--plane", "open", NULL);
	json_t *all = json_object();

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		json_t *row = json_loads(line, 0, NULL);
		char topic[TOPIC_SIZE];

		assert_non_null(row);
		snprintf(topic, sizeof(topic), "metric/%s/%s/%s", word(row, "region"),
			 word(row, "kind"), word(row, "id"));
		if (!region || strcmp(region, word(row, "region")) == 0) {
			json_object_del(row, "region");
			json_object_del(row, "kind");
			json_object_del(row, "id");
			json_object_set_new(all, topic, row);
		} else {
			json_decref(row);
		}
	}
	free(text);
	return all;
}

/* Nulls are not printed, and not read. */
static void check_equal(json_t *found, json_t *expected, const char *who)
{
	if (!json_equal(found, expected)) {
		char *a = json_dumps(found, JSON_SORT_KEYS | JSON_INDENT(1));
		char *b = json_dumps(expected, JSON_SORT_KEYS | JSON_INDENT(1));

		print_message("%s\n%s\n", a, b);
		fail_msg("%s is told something else", who);
	}
	assert_true(json_object_size(found) > 2);
	json_decref(found);
	json_decref(expected);
}

/* Stories. */

static void nothing_is_heard_until_there_is_another_release(void **state)
{
	static const char *const newcomers[][2] = { { "n-1", "1815" },
						    { "n-2", "1813" },
						    { "n-3", "1820" } };
	struct heard beats[AUDIENCES];
	struct place place;
	char topic[TOPIC_SIZE];
	json_t *before, *body;

	(void)state;
	place_open(&place, state);
	for (int i = EVERYONE; i < AUDIENCES; i++) {
		await_release(&place.peers[i], 1);
		hear(&place.peers[i], &beats[i]);
		while (strcmp(beats[i].topic, "beat") !=
		       0) /* the catalogue, as somebody subscribed */
			hear(&place.peers[i], &beats[i]);
	}
	before = snapshot(&place, EVERYONE);
	for (size_t i = 0; i < COUNT(newcomers); i++) {
		publish(&place, newcomers[i][0], newcomers[i][1]);
		snprintf(topic, sizeof(topic), "metric/%s/module/vt-basics", newcomers[i][1]);
		await_exact(&place, topic);
		for (int a = EVERYONE; a < AUDIENCES; a++)
			for (int n = 0; n < BEATS; n++)
				hear_beat(&place.peers[a], &beats[a]);
	}
	check_equal(snapshot(&place, EVERYONE), before, "who asks");

	release_now(&place);
	for (int i = EVERYONE; i < AUDIENCES; i++) {
		char beginning[TOPIC_SIZE] = "metric/";
		int metrics = 0;

		if (audiences[i].region)
			snprintf(beginning, sizeof(beginning), "metric/%s/", audiences[i].region);
		while ((body = peer_receive(&place.peers[i], LIMIT_MS, topic)) &&
		       (strcmp(topic, "beat") != 0 || whole(body, "release") == 1)) {
			if (strcmp(topic, "beat") != 0) {
				assert_int_equal(strncmp(topic, beginning, strlen(beginning)), 0);
				assert_int_equal(whole(body, "release"), 2);
				metrics++;
			}
			json_decref(body);
		}
		assert_non_null(body);
		assert_int_equal(whole(body, "seq"), 3);
		assert_true(metrics > 2);
		json_decref(body);
	}
	place_close(&place);
}

static void each_municipality_sees_its_own_rows_alone(void **state)
{
	struct place place;
	int64_t epoch = -1;

	place_open(&place, state);
	for (int i = EVERYONE; i < AUDIENCES; i++) {
		epoch = await_release(&place.peers[i], 1);
		check_equal(snapshot(&place, i), released(&place, audiences[i].region),
			    audiences[i].name);
	}
	/* Started again, the same stands. */
	daemon_stop(place.daemon, SIGTERM);
	daemon_start(place.daemon);
	await_epoch(&place.peers[VEGA], 1, epoch);
	check_equal(snapshot(&place, VEGA), released(&place, audiences[VEGA].region), "vega");
	place_close(&place);
}

static json_t *asks(const char *op)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s}", "v", 1, "op", op, "region", "1815", "kind",
			 "module", "id", "vt-basics");
}

/* The code of a refusal. */
static void check_refused(struct peer *peer, json_t *message, const char *code)
{
	char *asked = json_dumps(message, 0);
	json_t *answer = peer_ask(peer, message);

	if (strcmp(code, word(answer, "code")) != 0)
		fail_msg("%s: %s", asked, word(answer, "code"));
	free(asked);
	json_decref(answer);
}

static void who_asks_is_told_what_has_been_released_and_nothing_else(void **state)
{
	static const char *const others[] = { "status",	      "explain", "roster", "quarantine",
					      "reload",	      "backup",	 "verify", "close",
					      "accept-clock", "keys",	 "drop",   "retry",
					      "release",      "compact" };
	struct place place;
	struct peer peer;
	json_t *message, *answer;
	char *noted;

	place_open(&place, state);
	await_release(&place.peers[VEGA], 1);
	peer_open(&peer, ZMQ_DEALER, endpoint(&place, VEGA, "ask"), NULL);
	answer = peer_ask(&peer, asks("export"));
	assert_true(json_is_true(json_object_get(answer, "ok")));
	assert_int_equal(json_array_size(json_object_get(answer, "rows")), 1);
	assert_int_equal(whole(answer, "release"), 1);
	assert_null(json_object_get(answer, "applied")); /* how many events there are */
	json_decref(answer);
	answer = peer_ask(&peer, asks("releases"));
	message = json_pack("{s:i, s:b, s:[{s:i, s:s}]}", "v", 1, "ok", 1, "releases", "release", 1,
			    "day", TODAY);
	assert_true(json_equal(answer, message)); /* nothing of the journal, or when the next is */
	json_decref(message);
	json_decref(answer);
	for (size_t i = 0; i < COUNT(others); i++)
		check_refused(&peer, asks(others[i]), "open");
	check_refused(&peer, asks("nothing"), "op");
	message = asks("export");
	json_object_set_new(message, "region", json_string("1813"));
	check_refused(&peer, message, "unknown-region");
	message = asks("export");
	json_object_set_new(message, "plane", json_string("exact"));
	check_refused(&peer, message, "open");
	message = asks("export");
	json_object_set_new(message, "known_at", json_integer(LATER));
	check_refused(&peer, message, "open");
	message = asks("export");
	json_object_set_new(message, "as_of", json_string("2025-10-01"));
	check_refused(&peer, message, "release");
	message = asks("export");
	json_object_set_new(message, "release", json_integer(LATER));
	check_refused(&peer, message, "release");
	/* It is for anybody: nothing that is noted. */
	noted = daemon_lift_out(place.daemon, 0, "audit", NULL);
	assert_non_null(strstr(noted, "release 1"));
	assert_null(strstr(noted, "export"));
	free(noted);
	peer_close(&peer);
	place_close(&place);
}

/* What lift prints of it; and what takes exact figures says why there are none. */
static void lift_says_that_it_is_a_release(void **state)
{
	struct place place;
	struct outcome outcome;
	char *out;

	place_open(&place, state);
	await_release(&place.peers[VEGA], 1);
	out = daemon_lift_out(place.daemon, 0, "watch", "--audience", "vega", "--count", "1",
			      "metric/1815/people/", NULL);
	assert_non_null(strstr(out, "(release 1 of " TODAY ", protected)"));
	free(out);
	out = daemon_lift_out(place.daemon, 0, "status", NULL);
	assert_non_null(strstr(out, "\naudience vega (open): "));
	assert_non_null(strstr(out, "\naudience default: "));
	free(out);
	out = daemon_lift_out(place.daemon, 0, "top", "--audience", "vega", "--once", NULL);
	assert_non_null(strstr(out, "release 1, protected: may be off by a few"));
	assert_non_null(strstr(out, "Vega"));
	free(out);
	outcome = daemon_lift(place.daemon, "report", "--audience", "vega", "autumn-2025", NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "(open)"));
	outcome_free(&outcome);
	outcome = daemon_lift(place.daemon, "explain", "--audience", "vega", "1815", "module",
			      "vt-basics", NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "(open)"));
	outcome_free(&outcome);
	place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_heard_until_there_is_another_release,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(each_municipality_sees_its_own_rows_alone,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(
			who_asks_is_told_what_has_been_released_and_nothing_else, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(lift_says_that_it_is_a_release, daemon_setup,
						daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
