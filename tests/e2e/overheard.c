/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/overheard.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { KEY_SIZE = 256 };

/* What no text to Rana may have in it: what Bodø alone has, and what is for those who see the
 * county. */
static const char *const secrets[] = { "bodo",	 "Bodø",     "1804",	 "lifting", "cranes",
				       "theirs", "atlantis", "juggling", "shaman",  "7771",
				       "7772",	 "7773",     "7774",	 "7775" };

/* Asking: all answers of one request, as an array. A picture has them by their requests. */

static json_t *answers(struct peer *peer, const json_t *request, bool has_topics)
{
	json_t *all = json_array();
	bool more = true;

	peer_send_bytes(peer, peer_bytes(peer, request), 0);
	while (more) {
		char topic[TOPIC_SIZE] = "";
		json_t *body = peer_receive(peer, LIMIT_MS, has_topics ? topic : NULL);

		if (!body)
			fail_msg("no answer: %s", json_dumps(request, JSON_SORT_KEYS));
		more = has_topics ? strcmp(topic, "end") != 0 && strcmp(topic, "error") != 0
				  : json_is_true(json_object_get(body, "more"));
		if (strncmp(topic, "metric/", 7) == 0)
			json_object_del(body, "n");
		normalise(body);
		json_array_append_new(all, has_topics ? json_pack("[s, o]", topic, body) : body);
	}
	return all;
}

static void ask(json_t *picture, struct peer *peer, json_t *request, bool has_topics)
{
	char *text, *key = NULL;

	assert_non_null(request);
	json_object_set_new(request, "v", json_integer(1));
	text = json_dumps(request, JSON_SORT_KEYS);
	assert_true(asprintf(&key, "%s %s", has_topics ? "snapshot" : "ask", text) > 0);
	json_object_set_new(picture, key, answers(peer, request, has_topics));
	json_decref(request);
	free(text);
	free(key);
}

static const char *const days[] = { NULL,	  "today",	"2024-09-05",
				    "2024-10-05", "2031-01-01", "some day" };
static const char *const regions[] = { NULL,	"all",	      "unassigned", "county",
				       "trust", "rana",	      "rana-east",  "fjord",
				       "bodo",	"bodo-south", "1804",	    "atlantis",
				       "" };
static const char *const kinds[] = {
	NULL, "module", "programme", "competence", "people", "learner"
};
static const char *const ids[] = { NULL,      "all",	  "first-aid",	"hygiene", "alone-at-sea",
				   "lifting", "together", "everywhere", "wide",	   "theirs",
				   "care",    "cranes",	  "juggling",	"" };

static void ask_figures(json_t *picture, struct peer *peer)
{
	for (size_t r = 0; r < COUNT(regions); r++)
		for (size_t k = 0; k < COUNT(kinds); k++) {
			for (size_t d = 0; d < COUNT(days); d++)
				ask(picture, peer,
				    json_pack("{s:s, s:s*, s:s*, s:s*}", "op", "export", "as_of",
					      days[d], "region", regions[r], "kind", kinds[k]),
				    false);
			for (size_t i = 0; i < COUNT(ids); i++) {
				ask(picture, peer,
				    json_pack("{s:s, s:s*, s:s*, s:s*}", "op", "explain", "region",
					      regions[r], "kind", kinds[k], "id", ids[i]),
				    false);
				ask(picture, peer,
				    json_pack("{s:s, s:s, s:s*, s:s*, s:s*}", "op",
					      i % 2 ? "export" : "explain", "as_of", "2024-10-05",
					      "region", regions[r], "kind", kinds[k], "id", ids[i]),
				    false);
			}
		}
}

/* What an audience may not ask for, and what nobody may. */
static const char *const others_ops[] = { "status",	  "keys",   "quarantine", "rejections",
					  "reload",	  "close",  "drop",	  "retry",
					  "accept-clock", "backup", "verify",	  "snapshot",
					  "compact",	  "audit",  "access",	  "forget",
					  "learners",	  "" };

static void ask_others(json_t *picture, struct peer *peer)
{
	ask(picture, peer, json_pack("{s:s}", "op", "catalogue"), false);
	for (size_t i = 0; i < COUNT(others_ops); i++) {
		ask(picture, peer, json_pack("{s:s}", "op", others_ops[i]), false);
		ask(picture, peer,
		    json_pack("{s:s, s:s, s:s}", "op", others_ops[i], "source", "lms-bodo",
			      "stream", "s"),
		    false);
	}
	ask(picture, peer, json_pack("{}"), false);
	ask(picture, peer, json_pack("{s:s, s:s}", "op", "export", "plane", "open"), false);
	ask(picture, peer, json_pack("{s:i}", "op", 7), false);
}

/* What is no request, and then one: all answers up to that one's. */
static void ask_garbage(json_t *picture, struct peer *peer)
{
	static const struct text garbage[] = { { "\xc1", 1 },
					       { "", 0 },
					       { "\x81", 1 },
					       { "\xdf\xff\xff\xff\xff", 5 },
					       { "bodo", 4 } };
	json_t *all = json_array(), *body = NULL;

	for (size_t i = 0; i < COUNT(garbage); i++) {
		peer_send_bytes(peer, garbage[i], 0);
		peer_send_bytes(peer, garbage[i], ZMQ_SNDMORE);
		peer_send_bytes(peer, garbage[i], 0);
	}
	peer_send(peer, json_pack("{s:i, s:s}", "v", 1, "op", "catalogue"));
	do {
		body = peer_receive(peer, LIMIT_MS, NULL);
		assert_non_null(body);
		normalise(body);
		json_array_append_new(all, body);
	} while (!json_object_get(body, "regions"));
	json_object_set_new(picture, "garbage", all);
}

static const char *const prefixes[] = { "",
					"metric/",
					"metric/rana/",
					"metric/bodo/",
					"metric/fjord/",
					"metric/all/",
					"metric/unassigned/",
					"metric/county/",
					"beat",
					"catalogue",
					"metric/rana/module/lifting" };

static void ask_snapshots(json_t *picture, struct peer *peer)
{
	for (size_t i = 0; i < COUNT(prefixes); i++) {
		ask(picture, peer,
		    json_pack("{s:s, s:[s]}", "op", "snapshot", "topics", prefixes[i]), true);
		ask(picture, peer,
		    json_pack("{s:s, s:[s], s:s, s:i}", "op", "snapshot", "topics", prefixes[i],
			      "after", "metric/bodo/people/all", "limit", 2),
		    true);
	}
	ask(picture, peer, json_pack("{s:s, s:[]}", "op", "snapshot", "topics"), true);
	ask(picture, peer, json_pack("{s:s}", "op", "export"), true);
}

/* What stands behind these words is a moment of the clock, or a directory. */
static void mask(const struct daemon *daemon, char *text)
{
	static const char *const words[] = { "last received ",
					     "\"last_received\":", "\"since\":", "asked for at " };
	char *at;

	for (size_t i = 0; i < COUNT(words); i++)
		for (at = text; (at = strstr(at, words[i]));) {
			at += strlen(words[i]);
			if (*at >= '0' && *at <= '9')
				memset(at, '-', strcspn(at, ",}\n"));
		}
	while ((at = strstr(text, daemon->dir)))
		memset(at, '-', strlen(daemon->dir));
}

void overhear_lift(json_t *picture, struct daemon *daemon, const char *const args[])
{
	struct outcome outcome = daemon_lift_in(daemon, NULL, args);
	char key[KEY_SIZE] = "lift";

	for (size_t i = 0; args[i]; i++) {
		strcat(key, " ");
		strcat(key, args[i]);
	}
	mask(daemon, outcome.out);
	mask(daemon, outcome.err);
	json_object_set_new(picture, key,
			    json_pack("{s:i, s:s, s:s}", "status", outcome.status, "out",
				      outcome.out, "err", outcome.err));
	outcome_free(&outcome);
}

static const char *const rana[] = { "--audience", "rana" };

static void run_commands(json_t *picture, struct daemon *daemon)
{
	static const char *const formats[] = { "text", "csv", "html" };
	static const char *const where[] = { "rana", "fjord", "bodo", "county", "all", NULL };

	for (size_t f = 0; f < COUNT(formats); f++)
		for (size_t p = 6; p < 10; p++) {
			const char *const args[] = { "report",	 rana[0], rana[1], "--format",
						     formats[f], ids[p],  NULL };

			overhear_lift(picture, daemon, args);
		}
	for (size_t r = 0; r < COUNT(where); r++) {
		const char *region = where[r] ? where[r] : "rana";
		const char *const all[][10] = {
			{ "report", rana[0], rana[1], "--region", region, "together" },
			{ "export", rana[0], rana[1], "--region", region },
			{ "export", rana[0], rana[1], "--format", "csv", "--as-of", "2024-10-05" },
			{ "explain", rana[0], rana[1], region, "programme", "together" },
			{ "explain", rana[0], rana[1], "--json", region, "competence", "care" },
			{ "explain", rana[0], rana[1], region, "module", "lifting" },
			{ "catalogue", rana[0], rana[1] },
			{ "catalogue", rana[0], rana[1], "--json" },
		};

		for (size_t i = 0; where[r] && i < COUNT(all); i++)
			overhear_lift(picture, daemon, all[i]);
	}
	/* An operator's report of the one is about that one. */
	for (size_t f = 0; f < COUNT(formats); f++) {
		const char *const args[] = { "report",	 "--region", "rana", "--format",
					     formats[f], "wide",     NULL };

		overhear_lift(picture, daemon, args);
	}
}

json_t *overheard(struct place *place)
{
	json_t *picture = json_pack("{s:O}", "heard", place->heard);
	char endpoint[PATH_SIZE];
	struct peer peer;

	path_make(endpoint, "ipc://%s/run/rana-ask", place->daemon->dir);
	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	ask_figures(picture, &peer);
	ask_others(picture, &peer);
	ask_garbage(picture, &peer);
	peer_close(&peer);
	path_make(endpoint, "ipc://%s/run/rana-snapshot", place->daemon->dir);
	peer_open(&peer, ZMQ_DEALER, endpoint, NULL);
	ask_snapshots(picture, &peer);
	peer_close(&peer);
	run_commands(picture, place->daemon);
	return picture;
}

/* Comparing. */

char *printed(const json_t *value)
{
	return json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
}

void overheard_same(const json_t *whole_world, const json_t *alone, const char *when)
{
	const char *key;
	json_t *value;

	assert_int_equal(json_object_size(whole_world), json_object_size(alone));
	json_object_foreach((json_t *)whole_world, key, value)
	{
		char *a = printed(value), *b = printed(json_object_get(alone, key));
		size_t at = 0;

		while (a[at] && a[at] == b[at])
			at++;
		at = at > 200 ? at - 200 : 0;
		if (strcmp(a, b) != 0)
			fail_msg("%s: %s:\nwith the other:    ...%.900s\nwithout the other: "
				 "...%.900s",
				 when, key, a + at, b + (strlen(b) < at ? 0 : at));
		free(a);
		free(b);
	}
}

/* Where a text has it: a number, not digits of another one. */
static const char *heard(const char *text, const char *secret)
{
	const char *at = strstr(text, secret);
	size_t size = strlen(secret);

	while (at && isdigit((unsigned char)secret[0]) &&
	       ((at > text && isdigit((unsigned char)at[-1])) || isdigit((unsigned char)at[size])))
		at = strstr(at + 1, secret);
	return at;
}

const char *other_word(const char *text, const char *but)
{
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (strcmp(secrets[i], but) != 0 && heard(text, secrets[i]))
			return secrets[i];
	return NULL;
}

void overheard_silent(const json_t *picture)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)picture, key, value)
	{
		char *text = printed(value);

		for (size_t i = 0; i < COUNT(secrets); i++)
			if (heard(text, secrets[i]) && !heard(key, secrets[i]))
				fail_msg("'%s' is in the answer to %s: %.300s...", secrets[i], key,
					 heard(text, secrets[i]));
		free(text);
	}
}
