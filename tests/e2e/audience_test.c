/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An audience is told nothing of others: all that one municipality can listen to and ask for is
 * compared with a world in which the other does not exist.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/key_file.h"
#include "tests/e2e/check.h"
#include "tests/e2e/overheard.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct deed deeds[] = {
	/* The platform of both speaks of Bodø before anybody speaks of Rana. */
	{ "w", "regional", "started", "bo-1", "first-aid", "bodo", "nurse", 1, 0 },
	{ "wa", "lms-rana", "started", "ra-1", "first-aid", "rana", "nurse", 2, 0 },
	{ "wa", "lms-rana", "completed", "ra-1", "first-aid", "1833", "nurse", 9, 0 },
	{ "wa", "lms-rana", "started", "ra-2", "hygiene", "rana-east", "carer", 3, 0 },
	{ "wa", "regional", "completed", "ra-2", "hygiene", "rana-east", "carer", 10, 0 },
	{ "wa", "regional", "completed", "fj-1", "alone-at-sea", "fjord", "welder", 12, 0 },
	{ "wa", "lms-rana", "started", "ra-3", "nonsense", "rana", "nurse", 13, 0 },
	{ "wa", "lms-rana", "started", "ra-3", "hygiene", "nowhere", "nurse", 14, 0 },
	{ "wa", "lms-rana", "finished", "ra-3", "hygiene", "rana", "nurse", 14, 0 },
	/* Bodø's own, with what is unknown, refused and missing. */
	{ "w", "lms-bodo", "started", "bo-2", "lifting", "bodo", "nurse", 2, 0 },
	{ "w", "lms-bodo", "completed", "bo-2", "lifting", "bodo-south", "nurse", 20, 2 },
	{ "w", "lms-bodo", "started", "bo-3", "hygiene", "1804", "carer", 4, 0 },
	{ "w", "lms-bodo", "started", "bo-4", "juggling", "bodo", "shaman", 5, 0 },
	{ "w", "lms-bodo", "started", "bo-4", "first-aid", "atlantis", "nurse", 6, 0 },
	{ "w", "lms-bodo", "finished", "bo-4", "first-aid", "bodo", "nurse", 6, 0 },
	{ "w", "regional", "finished", "bo-1", "first-aid", "bodo", "nurse", 7, 0 },
	{ "w", "regional", "completed", "bo-3", "hygiene", "bodo", "carer", 8, 0 },
	/* One moves to Bodø, and one comes from there: that they leave and come is told, and where
	 * to and from is not. In the other world it is Oslo. */
	{ "wa", "lms-rana", "started", "mo-1", "hygiene", "rana", "nurse", 5, 0 },
	{ "w", "lms-bodo", "completed", "mo-1", "first-aid", "bodo", "nurse", 25, 0 },
	{ "a", "lms-oslo", "completed", "mo-1", "first-aid", "oslo", "nurse", 25, 0 },
	{ "w", "lms-bodo", "started", "mi-1", "first-aid", "bodo", "nurse", 4, 0 },
	{ "a", "lms-oslo", "started", "mi-1", "first-aid", "oslo", "nurse", 4, 0 },
	{ "wa", "regional", "completed", "mi-1", "first-aid", "rana", "nurse", 26, 0 },
	{ "wa", "regional", "started", "fj-2", "hygiene", "fjord", "carer", 30, 0 },
};

/* Of Bodø alone, while Rana listens. */
static const struct deed others_deeds[] = {
	{ "w", "lms-bodo", "completed", "bo-3", "hygiene", "bodo", "carer", 40, 0 },
	{ "w", "lms-bodo", "started", "bo-5", "first-aid", "bodo-south", "carer", 41, 3 },
	{ "w", "lms-bodo", "finished", "bo-5", "first-aid", "bodo", "nurse", 41, 0 },
	{ "w", "regional", "started", "bo-6", "together", "atlantis", "nurse", 1, 0 },
	{ "w", "regional", "started", "bo-6", "hygiene", "bodo", "nurse", 2, 0 },
};

/* The platform of both goes on, in Bodø, with three numbers missing. */
static const struct deed fresh_deeds[] = {
	{ "w", "regional", "completed", "bo-6", "hygiene", "bodo", "nurse", 50, 3 },
};

/* One who has taken Bodø's own module moves to Rana. */
static const struct deed moving_deeds[] = {
	{ "w", "lms-bodo", "started", "mi-2", "lifting", "bodo", "nurse", 21, 0 },
	{ "wa", "lms-rana", "started", "mi-2", "hygiene", "rana", "nurse", 51, 0 },
};

/* Whatever the programme: of those that are for both, too, an operator's report of the one has
 * nothing of the other. */
static void check_reports(struct daemon *daemon)
{
	static const char *const formats[] = { "text", "csv", "html" };
	static const char *const programmes[] = { "wide", "everywhere", "own", "together" };
	json_t *picture = json_object();

	for (size_t f = 0; f < COUNT(formats); f++)
		for (size_t p = 0; p < COUNT(programmes); p++) {
			const char *const args[] = { "report",	 "--region",	"rana", "--format",
						     formats[f], programmes[p], NULL };

			overhear_lift(picture, daemon, args);
		}
	overheard_silent(picture);
	json_decref(picture);
}

static void open_both(struct place places[static WORLDS])
{
	for (int w = 0; w < WORLDS; w++) {
		place_open(&places[w], w, "", "");
		place_send(&places[w], deeds, COUNT(deeds));
	}
}

static void close_both(struct place places[static WORLDS], json_t *pictures[static WORLDS])
{
	for (int w = 0; w < WORLDS; w++)
		daemon_stop(places[w].daemon, SIGTERM);
	for (int w = 0; w < WORLDS; w++) {
		place_close(&places[w]);
		json_decref(pictures[w]);
	}
}

static void an_audience_is_told_the_same_as_if_the_other_were_not_there(void **state)
{
	struct place places[WORLDS];
	json_t *pictures[WORLDS];
	size_t others;

	(void)state;
	open_both(places);
	for (int w = 0; w < WORLDS; w++)
		pictures[w] = overheard(&places[w]);
	overheard_same(pictures[WHOLE], pictures[ALONE], "after the first deeds");
	overheard_silent(pictures[WHOLE]);
	assert_true(json_object_size(places[WHOLE].heard) > 10);
	check_reports(places[WHOLE].daemon);

	/* Whatever the other does, nothing is sent. */
	others = places[WHOLE].others;
	place_send(&places[WHOLE], others_deeds, COUNT(others_deeds));
	assert_int_equal(places[WHOLE].others, others);
	json_decref(pictures[WHOLE]);
	pictures[WHOLE] = overheard(&places[WHOLE]);
	overheard_same(pictures[WHOLE], pictures[ALONE], "after the other's deeds");
	overheard_silent(pictures[WHOLE]);
	close_both(places, pictures);
}

/* What differs rightly. */

/* Without how fresh sources are: also where lift prints it. */
static json_t *without_freshness(const json_t *value)
{
	static const char *const gone[] = { "last_event", "missing", "since" };
	json_t *copy = json_is_array(value) ? json_array() : json_object(), *member;
	const char *key;
	size_t i;

	if (!json_is_object(value) && !json_is_array(value)) {
		json_decref(copy);
		return json_incref((json_t *)value);
	}
	json_array_foreach((json_t *)value, i, member)
		json_array_append_new(copy, without_freshness(member));
	json_object_foreach((json_t *)value, key, member) if (strncmp(key, "lift ", 5) != 0)
		json_object_set_new(copy, key, without_freshness(member));
	for (i = 0; json_is_object(copy) && i < COUNT(gone); i++)
		json_object_del(copy, gone[i]);
	return copy;
}

static const json_t *beat_of(const struct place *place, const char *source)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(place->heard, "beat"), "sources"), i,
			   row) if (strcmp(word(row, "source"), source) == 0) return row;
	fail_msg("%s is not in the beat", source);
	return NULL;
}

/* A platform that sends for both is one: how fresh it is, and what is missing of it, concerns both,
 * as nobody knows what an event was about that has not come. How much it has sent does not. */
static void of_a_shared_platform_its_freshness_is_told_and_nothing_else(void **state)
{
	struct place places[WORLDS];
	json_t *pictures[WORLDS], *fresh[WORLDS];
	size_t others;

	(void)state;
	open_both(places);
	others = places[WHOLE].others;
	place_send(&places[WHOLE], fresh_deeds, COUNT(fresh_deeds));
	assert_int_equal(places[WHOLE].others, others);
	for (int w = 0; w < WORLDS; w++) {
		pictures[w] = overheard(&places[w]);
		fresh[w] = without_freshness(pictures[w]);
	}
	assert_int_equal(whole(beat_of(&places[WHOLE], "regional"), "last_event"),
			 (FIRST_DAY_S + 50 * DAY_S) * INT64_C(1000));
	assert_int_equal(whole(beat_of(&places[ALONE], "regional"), "last_event"),
			 (FIRST_DAY_S + 30 * DAY_S) * INT64_C(1000));
	assert_int_equal(whole(beat_of(&places[WHOLE], "regional"), "missing"), 3);
	assert_int_equal(whole(beat_of(&places[ALONE], "regional"), "missing"), 0);
	overheard_same(fresh[WHOLE], fresh[ALONE], "but for freshness");
	overheard_silent(pictures[WHOLE]);
	for (int w = 0; w < WORLDS; w++)
		json_decref(fresh[w]);
	close_both(places, pictures);
}

/* Who moves in takes along what was done elsewhere, so that figures of a module which Rana does not
 * know begin there; where and by whom it was told is not said. */
static void who_moves_in_brings_what_was_done_and_not_where(void **state)
{
	static const char lifting[] = "metric/rana/module/lifting";
	struct place places[WORLDS];
	json_t *pictures[WORLDS], *body;
	char *text;

	(void)state;
	open_both(places);
	for (int w = 0; w < WORLDS; w++) {
		place_send(&places[w], moving_deeds, COUNT(moving_deeds));
		pictures[w] = json_object();
	}
	body = json_incref(json_object_get(places[WHOLE].heard, lifting));
	assert_int_equal(whole(json_object_get(body, "metrics"), "started"), 1);
	assert_int_equal(json_array_size(json_object_get(body, "sources")), 0);
	text = printed(body);
	assert_null(other_word(text, "lifting"));
	free(text);
	json_decref(body);
	assert_int_equal(json_object_del(places[WHOLE].heard, lifting), 0);
	overheard_same(places[WHOLE].heard, places[ALONE].heard, "but for what was brought");

	text = daemon_lift_out(places[WHOLE].daemon, 0, "explain", "--audience", "rana", "rana",
			       "module", "lifting", NULL);
	assert_non_null(strstr(text, "1 learner counts here"));
	assert_null(other_word(text, "lifting"));
	free(text);
	close_both(places, pictures);
}

/* After a start sources come from the journal, which has them in the order of all. (What is
 * published before this dashboard is there again it has by snapshot.) */
static void a_start_tells_no_more(void **state)
{
	struct place places[WORLDS];
	json_t *pictures[WORLDS];

	(void)state;
	open_both(places);
	for (int w = 0; w < WORLDS; w++) {
		daemon_stop(places[w].daemon, SIGTERM);
		daemon_start(places[w].daemon);
		place_settle(&places[w]);
		do { /* the last beat alone */
			json_object_clear(places[w].heard);
			assert_true(place_hear(&places[w], LIMIT_MS));
		} while (!json_is_true(
			json_object_get(json_object_get(places[w].heard, "beat"), "complete")));
		pictures[w] = overheard(&places[w]);
	}
	overheard_same(pictures[WHOLE], pictures[ALONE], "after a start");
	overheard_silent(pictures[WHOLE]);
	close_both(places, pictures);
}

/* Keys. */

struct keys {
	struct key_pair server, rana, bodo;
	int port;
	char lines[3 * PATH_SIZE];
};

static void write_key(const char *path, const struct key_pair *pair)
{
	char text[KEY_FILE_MAX];

	key_file_print(pair, true, text);
	file_write(path, text);
	assert_int_equal(chmod(path, 0600), 0);
}

/* In a directory that is there before the daemon's own. */
static void make_keys(struct keys *keys, const char *dir)
{
	char path[PATH_SIZE], text[1024];

	assert_int_equal(key_pair_make("server", &keys->server), 0);
	assert_int_equal(key_pair_make("rana", &keys->rana), 0);
	assert_int_equal(key_pair_make("bodo", &keys->bodo), 0);
	ports_find(&keys->port, 1);
	path_make(path, "%s/server.key", dir);
	write_key(path, &keys->server);
	path_make(path, "%s/keys.yaml", dir);
	snprintf(text, sizeof(text),
		 "keys:\n- {name: rana, public: \"%s\", audiences: [rana]}\n"
		 "- {name: bodo, public: \"%s\", audiences: [bodo]}\n",
		 keys->rana.public, keys->bodo.public);
	file_write(path, text);
	snprintf(keys->lines, sizeof(keys->lines),
		 "keys: %s/keys.yaml\nserver_key: %s/server.key\n", dir, dir);
}

/* A lift.yaml of audiences alone, as on a dashboard's machine. */
static void write_client(struct daemon *client, const struct keys *keys,
			 const struct key_pair *pair)
{
	char path[PATH_SIZE], text[1024];

	path_make(path, "%s/own.key", client->dir);
	write_key(path, pair);
	path_make(client->config, "%s/lift.yaml", client->dir);
	snprintf(text, sizeof(text),
		 "server: \"%s\"\nkey: own.key\naudiences:\n"
		 "- {name: rana, ask: \"tcp://127.0.0.1:%d\"}\n"
		 "- {name: listening, publish: \"tcp://127.0.0.1:%d\"}\n",
		 keys->server.public, keys->port, keys->port);
	file_write(client->config, text);
}

static const char *const commands[][6] = {
	{ "export", "--as-of", "2024-10-05" },
	{ "export", "--format", "csv" },
	{ "explain", "rana", "people", "all" },
	{ "explain", "bodo", "people", "all" },
	{ "report", "together" },
	{ "report", "--format", "csv", "own" },
	{ "report", "theirs" },
	{ "catalogue", "--json" },
};

/* lift, with more arguments in front of its own. */
static struct outcome lift_with(struct daemon *daemon, const char *const command[],
				const char *audience)
{
	const char *args[10] = { command[0] };
	size_t n = 1;

	if (audience) {
		args[n++] = "--audience";
		args[n++] = audience;
	}
	for (size_t i = 1; command[i]; i++)
		args[n++] = command[i];
	return daemon_lift_in(daemon, NULL, args);
}

/* A report says when it was asked for, to the second. */
static void hide_moment(char *text)
{
	char *at = strstr(text, "asked for at ");

	if (at)
		memset(at, '-', strcspn(at, "\n"));
}

/* The same over TCP, by the key that the client has, as over ipc with the audience's name. */
static void check_commands(struct daemon *daemon, struct daemon *client)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct outcome local = lift_with(daemon, commands[i], "rana");
		struct outcome first = lift_with(client, commands[i], NULL);
		struct outcome named = lift_with(client, commands[i], "rana");

		hide_moment(local.out);
		hide_moment(first.out);
		hide_moment(named.out);
		assert_int_equal(first.status, local.status);
		assert_int_equal(named.status, local.status);
		assert_string_equal(first.out, local.out);
		assert_string_equal(named.out, local.out);
		assert_string_equal(first.err, local.err);
		outcome_free(&local);
		outcome_free(&first);
		outcome_free(&named);
	}
}

static void check_complaints(struct daemon *client, const char *audience, int status,
			     const char *text)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct outcome outcome = lift_with(client, commands[i], audience);

		if (outcome.status != status || !strstr(outcome.err, text))
			fail_msg("%s: status %d and not %d with '%s': %s", commands[i][0],
				 outcome.status, status, text, outcome.err);
		assert_string_equal(outcome.out, "");
		outcome_free(&outcome);
	}
}

static void by_its_key_an_audience_asks_over_tcp(void **state)
{
	struct daemon *client = *state;
	struct keys keys;
	struct place place;
	char ask[64];

	make_keys(&keys, client->dir);
	snprintf(ask, sizeof(ask), ", 'tcp://127.0.0.1:%d'", keys.port);
	place_open(&place, WHOLE, keys.lines, ask);
	place_send(&place, deeds, COUNT(deeds));
	write_client(client, &keys, &keys.rana);
	check_commands(place.daemon, client);
	check_complaints(client, "listening", 3, "audience 'listening' has no `ask` endpoint");
	check_complaints(client, "bodo", 1, "there is no audience 'bodo'");
	check_complaints(place.daemon, "nobody", 1, "there is no audience 'nobody'");
	write_client(client, &keys, &keys.bodo);
	check_complaints(client, NULL, 1, "does not know this key");
	daemon_stop(place.daemon, SIGTERM);
	place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_audience_is_told_the_same_as_if_the_other_were_not_there),
		cmocka_unit_test(of_a_shared_platform_its_freshness_is_told_and_nothing_else),
		cmocka_unit_test(who_moves_in_brings_what_was_done_and_not_where),
		cmocka_unit_test(a_start_tells_no_more),
		cmocka_unit_test_setup_teardown(by_its_key_an_audience_asks_over_tcp, daemon_setup,
						daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
