/* SPDX-License-Identifier: Apache-2.0 */
/* Who listens hears what has changed, however slow he is, and whatever becomes of liftd. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/web/site.h"

enum { SLOW_TICKS = 300 };

static void close_both(struct site *site)
{
	server_stop(&site->server);
	daemon_stop(site->daemon, SIGTERM);
}

static json_int_t started_in_all(struct site *site)
{
	json_t *answer = site_json(
		site, "/api/v1/figures?region=all&kind=module&id=medication&keys=started", 200);
	json_int_t started = json_integer_value(json_object_get(
		json_object_get(json_array_get(json_object_get(answer, "figures"), 0), "metrics"),
		"started"));

	json_decref(answer);
	return started;
}

static void publish_one(struct site *site, const char *learner)
{
	char path[PATH_SIZE], *text = NULL;

	path_make(path, "%s/one.jsonl", site->daemon->dir);
	assert_true(asprintf(&text,
			     "{\"type\":\"started\",\"time\":\"2024-11-29T08:00:00Z\","
			     "\"learner\":\"%s\",\"module\":\"medication\",\"region\":\"1833\"}\n",
			     learner) > 0);
	file_write(path, text);
	free(text);
	free(daemon_lift_out(site->daemon, 0, "publish", "--source", "one", path, NULL));
}

static void a_change_is_told_and_can_be_fetched_at_once(void **state)
{
	struct site *site = *state;
	struct listener listener;
	json_t *first, *next;
	json_int_t before;

	site_open(site, "title: Helse Nord\n");
	assert_int_equal(listener_open(&listener, site, SITE_HOST), 200);
	first = listener_next(&listener);
	assert_true(json_is_null(json_object_get(first, "changed")));
	assert_string_equal(word(first, "title"), "Helse Nord");
	assert_string_equal(word(first, "as_of"), SITE_DAY);
	assert_string_equal(word(first, "plane"), "exact");
	assert_true(json_is_false(json_object_get(first, "stale")));

	/* One each tick, whether something has changed or not. */
	next = listener_next(&listener);
	assert_int_equal(whole(next, "tick"), whole(first, "tick") + 1);
	json_decref(first);
	json_decref(next);

	before = started_in_all(site);
	publish_one(site, "somebody-new");
	listener_await(&listener, "metric/all/module/medication");
	assert_int_equal(started_in_all(site), before + 1);
	listener_close(&listener);
	close_both(site);
}

/* It has read nothing for many ticks: more than there is room for on the way. */
static void who_is_slow_is_told_to_fetch_all(void **state)
{
	struct site *site = *state;
	struct listener slow, quick;
	json_t *event = NULL;
	bool is_null = false;

	site_open(site, "");
	assert_int_equal(listener_open_small(&slow, site, SITE_HOST), 200);
	assert_int_equal(listener_open(&quick, site, SITE_HOST), 200);
	for (int i = 0; i < SLOW_TICKS; i++) {
		event = listener_next(&quick);
		assert_non_null(event);
		if (i > 0)
			assert_true(json_is_array(json_object_get(event, "changed")));
		json_decref(event);
	}
	json_decref(listener_next(&slow));
	while (!is_null) {
		event = listener_next(&slow);
		assert_non_null(event);
		is_null = json_is_null(json_object_get(event, "changed"));
		json_decref(event);
	}
	listener_close(&slow);
	listener_close(&quick);
	close_both(site);
}

static void when_liftd_is_silent_the_figures_stay_and_it_is_said(void **state)
{
	struct site *site = *state;
	struct listener listener;
	json_t *event, *answer;
	json_int_t epoch, before;
	bool is_stale = false, is_whole = false;

	site_open(site, "");
	before = started_in_all(site);
	assert_int_equal(listener_open(&listener, site, SITE_HOST), 200);
	event = listener_next(&listener);
	epoch = whole(event, "epoch");
	json_decref(event);
	daemon_stop(site->daemon, SIGTERM);
	while (!is_stale) {
		event = listener_next(&listener);
		assert_non_null(event);
		is_stale = json_is_true(json_object_get(event, "stale"));
		json_decref(event);
	}
	/* And again and again: who hears nothing at all must think that lift-web has gone. */
	for (int i = 0; i < 3; i++) {
		event = listener_next(&listener);
		assert_non_null(event);
		assert_true(json_is_true(json_object_get(event, "stale")));
		assert_int_equal(json_array_size(json_object_get(event, "changed")), 0);
		assert_true(json_is_array(json_object_get(event, "changed")));
		json_decref(event);
	}
	assert_int_equal(started_in_all(site), before);
	answer = site_json(site, "/api/v1/state", 200);
	assert_true(json_is_true(json_object_get(answer, "stale")));
	json_decref(answer);
	json_decref(site_json(site, "/api/v1/figures?day=2024-10-27", 503));

	daemon_start(site->daemon);
	while (!is_whole) {
		event = listener_next(&listener);
		assert_non_null(event);
		if (json_is_false(json_object_get(event, "stale")) &&
		    whole(event, "epoch") != epoch) {
			is_whole = true;
			assert_true(json_is_null(json_object_get(event, "changed")));
		}
		json_decref(event);
	}
	assert_int_equal(started_in_all(site), before);
	publish_one(site, "somebody-later");
	listener_await(&listener, "metric/all/module/medication");
	site_settle(site);
	assert_int_equal(started_in_all(site), before + 1);
	listener_close(&listener);
	close_both(site);
}

static void before_there_are_figures_it_says_so(void **state)
{
	static const char *const paths[] = { "/api/v1/state", "/api/v1/catalogue",
					     "/api/v1/figures", "/api/v1/figures.csv" };
	struct site *site = *state;
	struct reply reply;

	site_configure(site, "", "");
	server_start(&site->server);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char *retry;

		reply = site_get(site, paths[i], 503);
		retry = reply_header(&reply, "Retry-After");
		assert_string_equal(retry, "1");
		free(retry);
		reply_free(&reply);
	}
	reply = site_get(site, "/metrics", 200);
	assert_non_null(strstr(reply.body, "\nlift_web_figures_stale 1\n"));
	reply_free(&reply);
	reply = site_get(site, "/", 200);
	assert_non_null(strstr(reply.body, "the page"));
	reply_free(&reply);
	server_stop(&site->server);
}

#define OF_SITE(test) cmocka_unit_test_setup_teardown(test, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OF_SITE(a_change_is_told_and_can_be_fetched_at_once),
		OF_SITE(who_is_slow_is_told_to_fetch_all),
		OF_SITE(when_liftd_is_silent_the_figures_stay_and_it_is_said),
		OF_SITE(before_there_are_figures_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
