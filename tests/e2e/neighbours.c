/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/neighbours.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum { TICK_MS = 50, QUIET_BEATS = 3 };

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

/* Listening. */

void normalise(json_t *value)
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

bool place_hear(struct place *place, int timeout_ms)
{
	char topic[TOPIC_SIZE];
	json_t *body = peer_receive(&place->dashboard, timeout_ms, topic);

	if (!body)
		return false;
	place->others += strcmp(topic, "beat") != 0;
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

void place_open(struct place *place, enum world world, const char *lines, const char *ask)
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
	assert_true(place_hear(place, LIMIT_MS)); /* nothing is missed from now on */
}

void place_close(struct place *place)
{
	void *state = place->daemon;

	peer_close(&place->intake);
	peer_close(&place->dashboard);
	json_decref(place->numbers);
	json_decref(place->heard);
	assert_int_equal(daemon_teardown(&state), 0);
}

static bool is_complete(const struct place *place)
{
	return json_is_true(json_object_get(json_object_get(place->heard, "beat"), "complete"));
}

/* Beats are on time, and topics may follow: all is there when nothing comes between beats. */
void place_settle(struct place *place)
{
	struct peer operator;

	peer_open(&operator, ZMQ_DEALER, place->daemon->control, NULL);
	json_decref(peer_ask(&operator, json_pack("{s:i, s:s}", "v", 1, "op", "export")));
	peer_close(&operator);
	while (place_hear(place, 0)) /* what has come already can be of before */
		;
	for (int quiet = 0; quiet < QUIET_BEATS;) {
		size_t others = place->others;

		assert_true(place_hear(place, LIMIT_MS));
		quiet = place->others == others && is_complete(place) ? quiet + 1 : 0;
	}
}

/* Sending. */

static bool is_of(const struct deed *deed, enum world world)
{
	return strchr(deed->worlds, world == WHOLE ? 'w' : 'a') != NULL;
}

static json_t *event_of(const struct deed *deed)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:s, s:{s:s}}", "type", deed->type, "time",
			 (FIRST_DAY_S + deed->day * DAY_S) * INT64_C(1000), "learner",
			 deed->learner, "module", deed->module, "region", deed->region, "attrs",
			 "role", deed->role);
}

void place_send(struct place *place, const struct deed *all, size_t n)
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
	place_settle(place);
}
