/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A lift-web of one municipality says nothing of another: all that can be asked of it by HTTP is
 * compared with a world in which the other does not exist.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/overheard.h"
#include "tests/e2e/web/site.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct deed deeds[] = {
	{ "w", "regional", "started", "bo-1", "first-aid", "bodo", "nurse", 1, 0 },
	{ "wa", "lms-rana", "started", "ra-1", "first-aid", "rana", "nurse", 2, 0 },
	{ "wa", "lms-rana", "completed", "ra-1", "first-aid", "1833", "nurse", 9, 0 },
	{ "wa", "regional", "completed", "ra-2", "hygiene", "rana-east", "carer", 10, 0 },
	{ "wa", "regional", "completed", "fj-1", "alone-at-sea", "fjord", "welder", 12, 0 },
	{ "w", "lms-bodo", "started", "bo-2", "lifting", "bodo", "nurse", 2, 0 },
	{ "w", "lms-bodo", "completed", "bo-2", "lifting", "bodo-south", "nurse", 20, 2 },
	{ "w", "lms-bodo", "started", "bo-4", "juggling", "bodo", "shaman", 5, 0 },
	{ "w", "lms-bodo", "started", "bo-4", "first-aid", "atlantis", "nurse", 6, 0 },
	{ "w", "regional", "completed", "bo-3", "hygiene", "bodo", "carer", 8, 0 },
	/* One moves to Bodø, and one comes from there; in the other world it is Oslo. */
	{ "wa", "lms-rana", "started", "mo-1", "hygiene", "rana", "nurse", 5, 0 },
	{ "w", "lms-bodo", "completed", "mo-1", "first-aid", "bodo", "nurse", 25, 0 },
	{ "a", "lms-oslo", "completed", "mo-1", "first-aid", "oslo", "nurse", 25, 0 },
	{ "w", "lms-bodo", "started", "mi-1", "first-aid", "bodo", "nurse", 4, 0 },
	{ "a", "lms-oslo", "started", "mi-1", "first-aid", "oslo", "nurse", 4, 0 },
	{ "wa", "regional", "completed", "mi-1", "first-aid", "rana", "nurse", 26, 0 },
	/* At the end of both worlds the platform of both is as fresh. */
	{ "wa", "regional", "started", "fj-2", "hygiene", "fjord", "carer", 30, 0 },
};

/* Of Bodø alone, while Rana listens. */
static const struct deed others_deeds[] = {
	{ "w", "lms-bodo", "completed", "bo-3", "hygiene", "bodo", "carer", 40, 0 },
	{ "w", "lms-bodo", "started", "bo-5", "first-aid", "bodo-south", "carer", 41, 3 },
	{ "w", "regional", "started", "bo-6", "together", "atlantis", "nurse", 1, 0 },
	{ "w", "regional", "started", "bo-6", "hygiene", "bodo", "nurse", 2, 0 },
};

/* Rana's own, which is heard. */
static const struct deed own_deeds[] = {
	{ "wa", "lms-rana", "started", "ra-9", "hygiene", "rana", "nurse", 42, 0 },
};

static const char *const regions[] = { "",	"all",	"unassigned", "county",	  "rana",
				       "fjord", "bodo", "bodo-south", "atlantis", "1804" };
static const char *const kinds[] = { "", "people", "programme", "competence", "module" };
static const char *const ids[] = {
	"", "all", "first-aid", "lifting", "together", "theirs", "cranes"
};
static const char *const forms[] = { "", ".csv", ".xlsx" };
static const char *const days[] = { "", "2024-10-05" };
static const char *const others[] = {
	"/",
	"/api/v1/catalogue",
	"/api/v1/outlines",
	"/api/v1/openapi.json",
	"/api/v1/figures?keys=targets,by.role.nurse.completed,headcount",
	"/api/v1/figures?region=rana&region=bodo",
	"/api/v1/figures.csv?region=bodo&region=bodo-south",
	"/../../state/journal/data.mdb",
	"/%2e%2e/bodo",
};

/* Without headers: the moment is in them. */
static void ask_path(json_t *picture, struct site *site, const char *path)
{
	struct reply reply = site_ask(site, path, SITE_HOST);
	json_t *body = json_loadb(reply.body ? reply.body : "", reply.size, 0, NULL);

	if (body)
		normalise(body);
	json_object_del(body, "tick");
	if (!body && strstr(path, ".xlsx")) /* the moment is in it, too */
		body = json_integer(reply.status);
	if (!body)
		body = json_string(reply.body ? reply.body : "");
	json_object_set_new(picture, path,
			    json_pack("{s:i, s:o*}", "status", reply.status, "body", body));
	reply_free(&reply);
}

static void ask_figures(json_t *picture, struct site *site)
{
	char path[PATH_SIZE];

	for (size_t r = 0; r < COUNT(regions); r++)
		for (size_t k = 0; k < COUNT(kinds); k++)
			for (size_t d = 0; d < COUNT(days); d++) {
				size_t i = (r + k) % COUNT(ids), f = (r + k + d) % COUNT(forms);

				path_make(path, "/api/v1/figures%s?%s%s%s%s%s%s%s%s", forms[f],
					  *regions[r] ? "&region=" : "", regions[r],
					  *kinds[k] ? "&kind=" : "", kinds[k],
					  *ids[i] && *kinds[k] ? "&id=" : "",
					  *kinds[k] ? ids[i] : "", *days[d] ? "&day=" : "",
					  days[d]);
				ask_path(picture, site, path);
			}
}

/* Figures and names of /metrics, without what is of moments and of the process. */
static void ask_metrics(json_t *picture, struct site *site)
{
	struct reply reply = site_get(site, "/metrics", 200);
	json_t *lines = json_array();
	char *rest = reply.body;

	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
		if (strncmp(line, "lift_web_", 9) != 0 && !strstr(line, "_timestamp_seconds"))
			json_array_append_new(lines, json_string(line));
	assert_true(json_array_size(lines) > 50);
	json_object_set_new(picture, "/metrics", lines);
	reply_free(&reply);
}

static json_t *all_of(struct site *site)
{
	json_t *picture = json_object(), *state;

	site_settle(site);
	ask_figures(picture, site);
	for (size_t i = 0; i < COUNT(others); i++)
		ask_path(picture, site, others[i]);
	ask_metrics(picture, site);
	state = site_json(site, "/api/v1/state", 200);
	normalise(state);
	json_object_del(state, "tick");
	json_object_set_new(picture, "/api/v1/state", state);
	return picture;
}

/* Topics that are told to who listens, up to Rana's own. */
static void listen_up_to_own(json_t *picture, struct listener *listener)
{
	json_t *topics = json_object();
	bool is_there = false;

	while (!is_there) {
		json_t *event = listener_next(listener), *topic;
		size_t i;

		assert_non_null(event);
		json_array_foreach(json_object_get(event, "changed"), i, topic)
			json_object_set_new(topics, json_string_value(topic), json_true());
		is_there = json_object_get(topics, "metric/rana/module/hygiene") != NULL;
		json_decref(event);
	}
	json_object_set_new(picture, "told", topics);
}

static void a_site_says_the_same_as_if_the_other_were_not_there(void **state)
{
	struct place places[WORLDS];
	struct site sites[WORLDS] = { 0 };
	struct listener listeners[WORLDS];
	json_t *pictures[WORLDS];

	(void)state;
	for (int w = 0; w < WORLDS; w++) {
		place_open(&places[w], w, "", "");
		place_send(&places[w], deeds, COUNT(deeds));
		site_make(&sites[w], places[w].daemon);
		site_configure(&sites[w], "rana-",
			       "metrics: {kinds: [people, programme, competence, module]}\n");
		server_start(&sites[w].server);
		pictures[w] = all_of(&sites[w]);
	}
	assert_true(json_object_size(pictures[WHOLE]) > 90);
	overheard_same(pictures[WHOLE], pictures[ALONE], "after the first deeds");
	overheard_silent(pictures[WHOLE]);

	/* Whatever the other does, nothing is told, until Rana's own comes. */
	for (int w = 0; w < WORLDS; w++) {
		json_decref(pictures[w]);
		assert_int_equal(listener_open(&listeners[w], &sites[w], SITE_HOST), 200);
		json_decref(listener_next(&listeners[w]));
		place_send(&places[w], others_deeds, COUNT(others_deeds));
		pictures[w] = all_of(&sites[w]);
		place_send(&places[w], own_deeds, COUNT(own_deeds));
		listen_up_to_own(pictures[w], &listeners[w]);
	}
	overheard_same(pictures[WHOLE], pictures[ALONE], "after the other's deeds");
	overheard_silent(pictures[WHOLE]);
	for (int w = 0; w < WORLDS; w++) {
		listener_close(&listeners[w]);
		server_stop(&sites[w].server);
		daemon_stop(places[w].daemon, SIGTERM);
	}
	for (int w = 0; w < WORLDS; w++) {
		place_close(&places[w]);
		json_decref(pictures[w]);
	}
}

/* Also where the operator lets it ask liftd how it is: totals of the daemon, and no platform. */
static void health_names_no_platform_of_the_other(void **state)
{
	struct place place;
	struct site site = { 0 };
	json_t *picture = json_object();
	char lines[PATH_SIZE];
	bool is_up = false;

	(void)state;
	place_open(&place, WHOLE, "", "");
	place_send(&place, deeds, COUNT(deeds));
	place_send(&place, others_deeds, COUNT(others_deeds));
	site_make(&site, place.daemon);
	path_make(lines, "control: %s\n", place.daemon->control);
	site_configure(&site, "rana-", lines);
	server_start(&site.server);
	site_settle(&site);
	while (!is_up) {
		struct reply reply = site_get(&site, "/metrics", 200);

		is_up = strstr(reply.body, "\nlift_daemon_up 1\n") != NULL;
		reply_free(&reply);
	}
	ask_metrics(picture, &site);
	overheard_silent(picture);
	json_decref(picture);
	server_stop(&site.server);
	daemon_stop(place.daemon, SIGTERM);
	place_close(&place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_site_says_the_same_as_if_the_other_were_not_there),
		cmocka_unit_test(health_names_no_platform_of_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
