/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift-web of an open audience: what it says by HTTP is a release, and nothing of what happens
 * since, nor of the daemon.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/web/site.h"

#define DAEMON(as_of)                                                           \
	"catalogue: daemon/examples/demo.yaml\nas_of: " as_of "\ntick_ms: 50\n" \
	"open: {every: quarter}\n"                                              \
	"audiences:\n"                                                          \
	"  - {name: everyone, plane: open, publish: ['ipc://RUNTIME/publish']," \
	" snapshot: ['ipc://RUNTIME/snapshot'], ask: ['ipc://RUNTIME/ask']}\n"

#define TODAY	"2025-11-14"
#define EARLIER "2025-09-30"

enum { TICKS = 10, TICK_MS = 50 };

static void release_now(struct site *site)
{
	free(daemon_lift_out(site->daemon, 0, "releases", "--now", "--yes", NULL));
}

/* The state as soon as it is of this release (0: of none), without the moment. */
static json_t *state_of(struct site *site, int64_t release)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	json_t *state = NULL;

	for (;;) {
		struct reply reply = site_ask(site, "/api/v1/state", SITE_HOST);

		json_decref(state);
		state = reply.status == 200 ? json_loads(reply.body, 0, NULL) : NULL;
		reply_free(&reply);
		if (state && json_integer_value(json_object_get(state, "release")) == release)
			break;
		assert_true(clock_ms() < end_ms);
		look_again();
	}
	json_object_del(state, "time");
	return state;
}

static int64_t time_of(struct site *site)
{
	json_t *state = site_json(site, "/api/v1/state", 200);
	int64_t time = whole(state, "time");

	json_decref(state);
	return time;
}

/* What the daemon was told is in its exact figures, and ticks have gone by since. */
static void settle(struct site *site)
{
	int64_t then;

	free(daemon_lift_out(site->daemon, 0, "export", "--kind", "people", NULL));
	then = time_of(site);
	while (time_of(site) < then + TICKS * TICK_MS)
		look_again();
}

static void open_site(struct site *site, const char *as_of)
{
	char lines[2 * PATH_SIZE];

	daemon_configure(site->daemon, strcmp(as_of, TODAY) == 0 ? DAEMON(TODAY) : DAEMON(EARLIER));
	daemon_start(site->daemon);
	snprintf(lines, sizeof(lines),
		 "control: %s\nmetrics: {regions: [all], kinds: [people, module]}\n",
		 site->daemon->control);
	site_configure(site, "", lines);
	server_start(&site->server);
}

static void close_site(struct site *site)
{
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static char *body_of(struct site *site, const char *path)
{
	struct reply reply = site_get(site, path, 200);
	char *body = strdup(reply.body);

	reply_free(&reply);
	return body;
}

/* A download of this name. */
static void assert_file(struct site *site, const char *path, const char *name)
{
	struct reply reply = site_get(site, path, 200);
	char *disposition = reply_header(&reply, "Content-Disposition");

	assert_non_null(disposition);
	assert_non_null(strstr(disposition, name));
	free(disposition);
	reply_free(&reply);
}

static void the_state_is_a_release_that_stands(void **state)
{
	struct site *site = *state;
	json_t *none, *first, *again, *figures;
	char *before, *now;

	open_site(site, TODAY);
	none = state_of(site, 0);
	assert_string_equal(word(none, "plane"), "open");
	assert_true(json_is_true(json_object_get(none, "protected")));
	assert_false(json_is_string(json_object_get(none, "as_of")));
	assert_null(json_object_get(none, "sources"));
	json_decref(none);
	free(daemon_lift_out(site->daemon, 0, "simulate", "daemon/examples/demo.yaml", NULL));
	release_now(site);
	first = state_of(site, 1);
	assert_string_equal(word(first, "as_of"), "2025-11-14");
	figures = site_json(site, "/api/v1/figures?kind=people&region=all", 200);
	assert_int_equal(whole(figures, "release"), 1);
	assert_true(json_is_true(json_object_get(figures, "protected")));
	json_decref(figures);
	before = body_of(site, "/api/v1/figures");
	assert_file(site, "/api/v1/figures.csv?kind=people", "figures-release-1-protected.csv");
	assert_file(site, "/api/v1/figures.xlsx", "figures-release-1-protected.xlsx");

	free(daemon_lift_out(site->daemon, 0, "simulate", "--seed", "2",
			     "daemon/examples/demo.yaml", NULL));
	settle(site);
	again = state_of(site, 1);
	now = body_of(site, "/api/v1/figures");
	assert_true(json_equal(first, again));
	assert_string_equal(before, now);
	free(now);
	json_decref(again);
	release_now(site);
	json_decref(state_of(site, 2));
	now = body_of(site, "/api/v1/figures");
	assert_string_not_equal(before, now);
	free(now);
	free(before);
	json_decref(first);
	close_site(site);
}

/* No release is of this day: why, and which there are. */
static void check_no_such_day(struct site *site, const char *day, const char *why)
{
	static const char *const suffixes[] = { "", ".csv", ".xlsx" };
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		struct reply reply;

		path_make(path, "/api/v1/figures%s?day=%s", suffixes[i], day);
		reply = site_get(site, path, 404);
		if (!strstr(reply.body, "figures of its releases only") || !strstr(reply.body, why))
			fail_msg("%s: %s", path, reply.body);
		reply_free(&reply);
	}
}

static void there_are_days_of_releases_and_no_others(void **state)
{
	struct site *site = *state;
	json_t *earlier, *first, *now;

	open_site(site, EARLIER);
	json_decref(state_of(site, 0));
	check_no_such_day(site, "2025-10-01", "there is none yet");
	free(daemon_lift_out(site->daemon, 0, "simulate", "daemon/examples/demo.yaml", NULL));
	release_now(site);
	json_decref(state_of(site, 1));
	first = site_json(site, "/api/v1/figures?kind=people", 200);

	/* A quarter later. */
	daemon_stop(site->daemon, SIGTERM);
	daemon_configure(site->daemon, DAEMON(TODAY));
	daemon_start(site->daemon);
	release_now(site);
	json_decref(state_of(site, 2));
	check_no_such_day(site, "2025-10-02", "there are 1 (2025-09-30), 2 (2025-11-14)");
	earlier = site_json(site, "/api/v1/figures?kind=people&day=2025-09-30", 200);
	assert_int_equal(whole(earlier, "release"), 1);
	assert_true(json_is_true(json_object_get(earlier, "protected")));
	assert_true(
		json_equal(json_object_get(earlier, "figures"), json_object_get(first, "figures")));
	now = site_json(site, "/api/v1/figures?kind=people", 200);
	assert_int_equal(whole(now, "release"), 2);
	assert_false(
		json_equal(json_object_get(earlier, "figures"), json_object_get(now, "figures")));
	json_decref(first);
	json_decref(earlier);
	json_decref(now);
	now = site_json(site, "/api/v1/releases", 200);
	first = json_pack("{s:[{s:i, s:s}, {s:i, s:s}]}", "releases", "release", 1, "day", EARLIER,
			  "release", 2, "day", TODAY);
	assert_true(json_equal(now, first));
	json_decref(first);
	json_decref(now);
	close_site(site);
}

/* Whatever its configuration says: how much the daemon is told is not for everybody. */
static void metrics_have_what_was_released_alone(void **state)
{
	struct site *site = *state;
	char *metrics, *rest;

	open_site(site, TODAY);
	json_decref(state_of(site, 0));
	free(daemon_lift_out(site->daemon, 0, "simulate", "daemon/examples/demo.yaml", NULL));
	release_now(site);
	json_decref(state_of(site, 1));
	metrics = body_of(site, "/metrics");
	assert_non_null(strstr(metrics, "\nlift_web_release 1"));
	assert_non_null(strstr(metrics, "\nlift_module_started{region=\"all\""));
	rest = metrics;
	for (char *line = strsep(&rest, "\n"); line; line = strsep(&rest, "\n"))
		if (*line && *line != '#' && strncmp(line, "lift_web_", 9) != 0 &&
		    strncmp(line, "lift_people_", 12) != 0 &&
		    strncmp(line, "lift_module_", 12) != 0 &&
		    strncmp(line, "lift_region_", 12) != 0)
			fail_msg("%s", line);
	free(metrics);
	close_site(site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_state_is_a_release_that_stands, site_setup,
						site_teardown),
		cmocka_unit_test_setup_teardown(there_are_days_of_releases_and_no_others,
						site_setup, site_teardown),
		cmocka_unit_test_setup_teardown(metrics_have_what_was_released_alone, site_setup,
						site_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
