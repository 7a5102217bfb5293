/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An audience is told nothing of others: two municipalities share a daemon, a platform and some of
 * the catalogue. All that the one can listen to and ask for is compared with a world in which the
 * other does not exist.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "proto/key_file.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TICK_MS = 50, ROWS_MAX = 64, KEY_SIZE = 256 };

enum world { WHOLE, ALONE, WORLDS };

static const int64_t FIRST_DAY_MS = INT64_C(1725177600000), DAY_MS = INT64_C(86400000);

/* Lines that end with a world's mark are in that one only. Bodø has a place of its own, and one
 * that is Rana's as well; a module, a programme, a competence, targets and a headcount that nobody
 * else has. What is told of its programmes with others is what they would be without it:
 * `together` has no targets where Bodø is not, as a programme's targets are for all of its places
 * together, and are not told to who does not see all of these. */
static const char catalogue[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, carer]}\n"
	"regions:\n"
	"- {code: county, name: The county}\n"
	"- {code: trust, name: The trust}\n"
	"- {code: oslo, name: Oslo}\n"
	"- {code: rana, name: Rana, parents: [county, trust], aliases: ['1833'], headcount: "
	"[{count: 20}, {count: 5, where: {role: nurse}}]}\n"
	"- {code: rana-east, parents: [rana]}\n"
	"- {code: bodo, name: Bodø, parents: [county, trust], aliases: ['1804'], headcount: "
	"[{count: 7771}]} # WHOLE\n"
	"- {code: bodo-south, parents: [bodo]} # WHOLE\n"
	"- {code: fjord, parents: [rana, bodo]} # WHOLE\n"
	"- {code: fjord, parents: [rana]} # ALONE\n"
	"modules:\n"
	"- {id: first-aid, grants: [{competence: care, earned_by: completed}]}\n"
	"- {id: hygiene}\n"
	"- {id: alone-at-sea}\n"
	"- {id: lifting, grants: [{competence: care, level: 3, earned_by: completed}, "
	"{competence: cranes, earned_by: completed}]} # WHOLE\n"
	"programmes:\n"
	"- {id: wide, modules: [hygiene], regions: [county], targets: "
	"[{measure: participants, value: 7772}]}\n"
	"- {id: everywhere, modules: [first-aid], targets: [{measure: completed, value: 7773}]}\n"
	"- {id: own, modules: [alone-at-sea], regions: [rana], targets: "
	"[{measure: participants, value: 9}]}\n"
	"- {id: together, modules: [hygiene, first-aid], regions: [rana, bodo], targets: "
	"[{measure: participants, value: 7774}]} # WHOLE\n"
	"- {id: together, modules: [hygiene, first-aid], regions: [rana]} # ALONE\n"
	"- {id: theirs, modules: [lifting], regions: [bodo-south], targets: "
	"[{measure: participants, value: 7775}]} # WHOLE\n"
	"competences:\n"
	"- {id: care, requirements: [{level: 1, where: {role: nurse}}]}\n"
	"- {id: cranes} # WHOLE\n";

/* What no text to Rana may have in it: what Bodø alone has, and what is for those who see the
 * county. */
static const char *const secrets[] = { "bodo",	 "Bodø",     "1804",	 "lifting", "cranes",
				       "theirs", "atlantis", "juggling", "shaman",  "7771",
				       "7772",	 "7773",     "7774",	 "7775" };

/* Who has done what where, told by whom: each a message of its own, the stream's next number, or
 * one further on. */
struct deed {
	const char *worlds, *source, *type, *learner, *module, *region, *role;
	int day, skip;
};

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

/* A daemon of a world, and what Rana has heard. */
struct place {
	enum world world;
	struct daemon *daemon;
	struct peer intake, dashboard;
	json_t *numbers; /* source -> its last number */
	json_t *heard;	 /* topic -> its last body */
	size_t beats, others;
};

/* Listening. */

/* What differs between two runs of the same is taken out: numbers of ticks, and moments of the
 * clock. */
static void normalise(json_t *value)
{
	static const char *const gone[] = { "epoch", "seq", "time", "now" };
	static const char *const moments[] = { "last_received", "since" };
	const char *key;
	json_t *member;
	size_t i;

	json_array_foreach(value, i, member) normalise(member);
	if (!json_is_object(value))
		return;
	for (i = 0; i < COUNT(gone); i++)
		json_object_del(value, gone[i]);
	for (i = 0; i < COUNT(moments); i++)
		if (json_is_integer(json_object_get(value, moments[i])))
			json_object_set_new(value, moments[i], json_true());
	json_object_foreach(value, key, member) normalise(member);
}

/* The next message, a beat or another one; false: none has come. */
static bool hear(struct place *place, int timeout_ms)
{
	char topic[TOPIC_SIZE];
	json_t *body = peer_receive(&place->dashboard, timeout_ms, topic);

	if (!body)
		return false;
	if (strcmp(topic, "beat") == 0)
		place->beats++;
	else
		place->others++;
	json_object_del(body, "n"); /* of this message in its topic: several deeds are in a tick */
	normalise(body);
	json_object_set_new(place->heard, topic, body);
	return true;
}

/* Starting. */

static void write_catalogue(const struct place *place, char path[static PATH_SIZE])
{
	const char *other = place->world == WHOLE ? " # ALONE" : " # WHOLE";
	char *text = calloc(1, sizeof(catalogue)), *to = text;

	for (const char *line = catalogue; *line;) {
		size_t size = strcspn(line, "\n") + 1;
		const char *mark = strstr(line, other);

		if (!mark || mark > line + size) {
			memcpy(to, line, size);
			to += size;
		}
		line += size;
	}
	path_make(path, "%s/catalogue.yaml", place->daemon->dir);
	file_write(path, text);
	free(text);
}

static const char audience_of[] =
	"- {name: %s, regions: [%s], publish: ['ipc://RUNTIME/%s-publish'], "
	"snapshot: ['ipc://RUNTIME/%s-snapshot'], "
	"ask: ['ipc://RUNTIME/%s-ask'%s]}\n";

/* `lines` are added to the configuration, `ask` to Rana's endpoints. */
static void place_open(struct place *place, enum world world, const char *lines, const char *ask)
{
	char path[PATH_SIZE], rana[1024], bodo[1024], *text = NULL;
	void *state;

	*place = (struct place){ .world = world, .numbers = json_object(), .heard = json_object() };
	assert_int_equal(daemon_setup(&state), 0);
	place->daemon = state;
	write_catalogue(place, path);
	snprintf(rana, sizeof(rana), audience_of, "rana", "rana", "rana", "rana", "rana", ask);
	snprintf(bodo, sizeof(bodo), audience_of, "bodo", "bodo", "bodo", "bodo", "bodo", "");
	assert_true(
		asprintf(&text,
			 "catalogue: %s\nas_of: 2024-11-30\ntick_ms: %d\nnamespaces: {%slms-rana: "
			 "people, lms-oslo: people, regional: people}\n%saudiences:\n%s%s",
			 path, TICK_MS, world == WHOLE ? "lms-bodo: people, " : "", lines, rana,
			 world == WHOLE ? bodo : "") > 0);
	daemon_configure(place->daemon, text);
	free(text);
	daemon_start(place->daemon);
	peer_open(&place->intake, ZMQ_DEALER, place->daemon->intake, NULL);
	path_make(path, "ipc://%s/run/rana-publish", place->daemon->dir);
	peer_open(&place->dashboard, ZMQ_SUB, path, "");
	assert_true(hear(place, LIMIT_MS)); /* nothing is missed from now on */
}

/* Its daemon has stopped, and so have all others of the test. */
static void place_close(struct place *place)
{
	void *state = place->daemon;

	peer_close(&place->intake);
	peer_close(&place->dashboard);
	json_decref(place->numbers);
	json_decref(place->heard);
	assert_int_equal(daemon_teardown(&state), 0);
}

/* Everything that was sent is in the figures, and has been published. */
static void settle(struct place *place)
{
	struct peer operator;
	size_t beats;

	peer_open(&operator, ZMQ_DEALER, place->daemon->control, NULL);
	json_decref(peer_ask(&operator, json_pack("{s:i, s:s}", "v", 1, "op", "export")));
	peer_close(&operator);
	while (hear(place, 0)) /* what has come already can be of before */
		;
	for (beats = place->beats + 3; place->beats < beats;)
		assert_true(hear(place, LIMIT_MS));
}

/* Sending. */

static bool is_of(const struct deed *deed, enum world world)
{
	return strchr(deed->worlds, world == WHOLE ? 'w' : 'a') != NULL;
}

static json_t *event_of(const struct deed *deed)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:{s:s}}", "type", deed->type, "time",
			 FIRST_DAY_MS + deed->day * DAY_MS, "learner", deed->learner, "module",
			 deed->module, "region", deed->region, "attrs", "role", deed->role);
}

static void send_deeds(struct place *place, const struct deed *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct deed *deed = &all[i];
		json_int_t seq = json_integer_value(json_object_get(place->numbers, deed->source)) +
				 1 + deed->skip;
		json_t *ack;

		if (!is_of(deed, place->world))
			continue;
		json_object_set_new(place->numbers, deed->source, json_integer(seq));
		ack = peer_ask(&place->intake,
			       json_pack("{s:i, s:s, s:s, s:s, s:I, s:[o]}", "v", 1, "op", "events",
					 "source", deed->source, "stream", "s", "seq", seq,
					 "events", event_of(deed)));
		assert_string_equal(word(ack, "op"), "ack");
		assert_int_equal(json_array_size(json_object_get(ack, "rejected")),
				 strcmp(deed->type, "finished") == 0);
		json_decref(ack);
	}
	settle(place);
}

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
	char *key;

	assert_non_null(request);
	json_object_set_new(request, "v", json_integer(1));
	key = json_dumps(request, JSON_SORT_KEYS);
	json_object_set_new(picture, key, answers(peer, request, has_topics));
	json_decref(request);
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
	static const char *const words[] = { "last received ", "\"last_received\":", "\"since\":" };
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

static void run_lift(json_t *picture, struct daemon *daemon, const char *const args[])
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

			run_lift(picture, daemon, args);
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
			run_lift(picture, daemon, all[i]);
	}
	/* An operator's report of the one is about that one. */
	for (size_t f = 0; f < COUNT(formats); f++) {
		const char *const args[] = { "report",	 "--region", "rana", "--format",
					     formats[f], "wide",     NULL };

		run_lift(picture, daemon, args);
	}
}

static json_t *take_picture(struct place *place)
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

static char *printed(const json_t *value)
{
	return json_dumps(value, JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY);
}

static void check_same(const json_t *whole_world, const json_t *alone, const char *when)
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

/* No word of the other's is in an answer, but where it was in the question. */
static void check_silent(const json_t *picture)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)picture, key, value)
	{
		char *text = printed(value);

		for (size_t i = 0; i < COUNT(secrets); i++)
			if (strstr(text, secrets[i]) && !strstr(key, secrets[i]))
				fail_msg("'%s' is in the answer to %s: ...%.300s", secrets[i], key,
					 strstr(text, secrets[i]) - 100);
		free(text);
	}
}

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

			run_lift(picture, daemon, args);
		}
	check_silent(picture);
	json_decref(picture);
}

static void open_both(struct place places[static WORLDS])
{
	for (int w = 0; w < WORLDS; w++) {
		place_open(&places[w], w, "", "");
		send_deeds(&places[w], deeds, COUNT(deeds));
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
		pictures[w] = take_picture(&places[w]);
	check_same(pictures[WHOLE], pictures[ALONE], "after the first deeds");
	check_silent(pictures[WHOLE]);
	assert_true(json_object_size(places[WHOLE].heard) > 10);
	check_reports(places[WHOLE].daemon);

	/* Whatever the other does, nothing is sent. */
	others = places[WHOLE].others;
	send_deeds(&places[WHOLE], others_deeds, COUNT(others_deeds));
	assert_int_equal(places[WHOLE].others, others);
	json_decref(pictures[WHOLE]);
	pictures[WHOLE] = take_picture(&places[WHOLE]);
	check_same(pictures[WHOLE], pictures[ALONE], "after the other's deeds");
	check_silent(pictures[WHOLE]);
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
	send_deeds(&places[WHOLE], fresh_deeds, COUNT(fresh_deeds));
	assert_int_equal(places[WHOLE].others, others);
	for (int w = 0; w < WORLDS; w++) {
		pictures[w] = take_picture(&places[w]);
		fresh[w] = without_freshness(pictures[w]);
	}
	assert_int_equal(whole(beat_of(&places[WHOLE], "regional"), "last_event"),
			 FIRST_DAY_MS + 50 * DAY_MS);
	assert_int_equal(whole(beat_of(&places[ALONE], "regional"), "last_event"),
			 FIRST_DAY_MS + 30 * DAY_MS);
	assert_int_equal(whole(beat_of(&places[WHOLE], "regional"), "missing"), 3);
	assert_int_equal(whole(beat_of(&places[ALONE], "regional"), "missing"), 0);
	check_same(fresh[WHOLE], fresh[ALONE], "but for freshness");
	check_silent(pictures[WHOLE]);
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
		send_deeds(&places[w], moving_deeds, COUNT(moving_deeds));
		pictures[w] = json_object();
	}
	body = json_incref(json_object_get(places[WHOLE].heard, lifting));
	assert_int_equal(whole(json_object_get(body, "metrics"), "started"), 1);
	assert_int_equal(json_array_size(json_object_get(body, "sources")), 0);
	text = printed(body);
	for (size_t i = 0; i < COUNT(secrets); i++)
		assert_true(strcmp(secrets[i], "lifting") == 0 || !strstr(text, secrets[i]));
	free(text);
	json_decref(body);
	assert_int_equal(json_object_del(places[WHOLE].heard, lifting), 0);
	check_same(places[WHOLE].heard, places[ALONE].heard, "but for what was brought");

	text = daemon_lift_out(places[WHOLE].daemon, 0, "explain", "--audience", "rana", "rana",
			       "module", "lifting", NULL);
	assert_non_null(strstr(text, "1 learner counts here"));
	for (size_t i = 0; i < COUNT(secrets); i++)
		if (strcmp(secrets[i], "lifting") != 0 && strstr(text, secrets[i]))
			fail_msg("'%s' is in: %s", secrets[i], text);
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
		settle(&places[w]);
		do { /* the last beat alone */
			json_object_clear(places[w].heard);
			assert_true(hear(&places[w], LIMIT_MS));
		} while (!json_is_true(
			json_object_get(json_object_get(places[w].heard, "beat"), "complete")));
		pictures[w] = take_picture(&places[w]);
	}
	check_same(pictures[WHOLE], pictures[ALONE], "after a start");
	check_silent(pictures[WHOLE]);
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

/* The same over TCP, by the key that the client has, as over ipc with the audience's name. */
static void check_commands(struct daemon *daemon, struct daemon *client)
{
	for (size_t i = 0; i < COUNT(commands); i++) {
		struct outcome local = lift_with(daemon, commands[i], "rana");
		struct outcome first = lift_with(client, commands[i], NULL);
		struct outcome named = lift_with(client, commands[i], "rana");

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
	send_deeds(&place, deeds, COUNT(deeds));
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
