/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a dashboard receives: the figures of the export, numbered, tick by tick, and nothing that it
 * may not see.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"

#define EVENTS	   "tests/golden/events.csv"
#define TODAY	   "2024-11-30"
#define DAILY_FROM "2024-09-02" /* 89 days before */
#define TIME	   INT64_C(1730797200000)

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: " TODAY "\n"
				    "tick_ms: 100\n";

/* A dashboard. */

struct dashboard {
	struct peer peer;
	json_t *topics;		  /* topic -> the last body of it */
	json_t *catalogue, *beat; /* the last ones; NULL: none yet */
	int64_t epoch, seq, beats, metrics;
	int64_t last_beat; /* its seq; 0: none yet */
};

static void dashboard_open(struct dashboard *dashboard, const char *endpoint)
{
	*dashboard = (struct dashboard){ .topics = json_object() };
	peer_open(&dashboard->peer, ZMQ_SUB, endpoint, "");
}

static void dashboard_close(struct dashboard *dashboard)
{
	peer_close(&dashboard->peer);
	json_decref(dashboard->topics);
	json_decref(dashboard->catalogue);
	json_decref(dashboard->beat);
}

/* Another epoch begins: nothing of the old one holds. */
static void dashboard_restart(struct dashboard *dashboard)
{
	struct peer peer = dashboard->peer;

	json_decref(dashboard->topics);
	json_decref(dashboard->catalogue);
	json_decref(dashboard->beat);
	*dashboard = (struct dashboard){ .peer = peer, .topics = json_object() };
}

static void take_metric(struct dashboard *dashboard, const char *topic, json_t *body)
{
	const json_t *before = json_object_get(dashboard->topics, topic);
	char named[TOPIC_SIZE];

	snprintf(named, sizeof(named), "metric/%s/%s/%s", word(body, "region"), word(body, "kind"),
		 word(body, "id"));
	assert_string_equal(topic, named);
	assert_string_equal(word(body, "plane"), "exact");
	assert_string_equal(word(body, "as_of"), TODAY);
	assert_int_equal(whole(body, "n"), before ? whole(before, "n") + 1 : 1);
	/* A tick's messages are all there before its beat. */
	assert_true(whole(body, "seq") > dashboard->last_beat);
	assert_true(before || json_is_object(json_object_get(body, "metrics")));
	dashboard->metrics++;
	json_object_set(dashboard->topics, topic, body);
}

static void take_beat(struct dashboard *dashboard, json_t *body)
{
	assert_string_equal(word(body, "as_of"), TODAY);
	assert_true(json_is_array(json_object_get(body, "sources")));
	if (dashboard->last_beat)
		assert_int_equal(whole(body, "seq"), dashboard->last_beat + 1);
	dashboard->last_beat = whole(body, "seq");
	dashboard->beats++;
	json_decref(dashboard->beat);
	dashboard->beat = json_incref(body);
}

/* Takes `body`. */
static void take_message(struct dashboard *dashboard, const char *topic, json_t *body)
{
	assert_int_equal(whole(body, "v"), 1);
	if (!dashboard->epoch)
		dashboard->epoch = whole(body, "epoch");
	assert_int_equal(whole(body, "epoch"), dashboard->epoch);
	assert_true(whole(body, "seq") >= dashboard->seq);
	dashboard->seq = whole(body, "seq");
	if (strcmp(topic, "beat") == 0) {
		take_beat(dashboard, body);
	} else if (strcmp(topic, "catalogue") == 0) {
		json_decref(dashboard->catalogue);
		dashboard->catalogue = json_incref(body);
	} else {
		take_metric(dashboard, topic, body);
	}
	json_decref(body);
}

static void dashboard_take(struct dashboard *dashboard)
{
	char topic[TOPIC_SIZE];
	json_t *body = peer_receive(&dashboard->peer, LIMIT_MS, topic);

	assert_non_null(body);
	take_message(dashboard, topic, body);
}

/* Pass over what is left of this epoch, and take the first message of the next one. */
static void dashboard_await_epoch(struct dashboard *dashboard)
{
	int64_t end_ms = clock_ms() + LIMIT_MS, epoch = dashboard->epoch;
	char topic[TOPIC_SIZE];
	json_t *body = NULL;

	do {
		json_decref(body);
		assert_true(clock_ms() < end_ms);
		body = peer_receive(&dashboard->peer, LIMIT_MS, topic);
		assert_non_null(body);
	} while (whole(body, "epoch") == epoch);
	dashboard_restart(dashboard);
	take_message(dashboard, topic, body);
}

/* Take in so many more ticks, whole. */
static void dashboard_ticks(struct dashboard *dashboard, int64_t ticks)
{
	int64_t until = dashboard->beats + ticks;

	while (dashboard->beats < until)
		dashboard_take(dashboard);
}

/* Once the export has everything, one of the next ticks has it, too. */
static void dashboard_settle(struct dashboard *dashboard, struct daemon *daemon)
{
	free(daemon_lift_out(daemon, 0, "export", "--kind", "people", NULL));
	/* What has come meanwhile, a beat of which may be older than the export. */
	while (zmq_poll(&(zmq_pollitem_t){ .socket = dashboard->peer.socket, .events = ZMQ_POLLIN },
			1, 0) > 0)
		dashboard_take(dashboard);
	/* Beats are on time, topics may follow: all is there when nothing comes between. */
	for (int quiet = 0; quiet < 3;) {
		int64_t metrics = dashboard->metrics;

		dashboard_ticks(dashboard, 1);
		quiet = dashboard->metrics == metrics &&
					json_is_true(json_object_get(dashboard->beat, "complete"))
				? quiet + 1
				: 0;
	}
}

static const json_t *metrics_of(const struct dashboard *dashboard, const char *topic)
{
	const json_t *body = json_object_get(dashboard->topics, topic);

	if (!body)
		fail_msg("nothing of %s", topic);
	return json_object_get(body, "metrics");
}

/* With a dashboard that hears all from here on. */
static void start(struct daemon *daemon, struct dashboard *dashboard, const char *lines)
{
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	/* The first ledger, of nothing, begins an epoch of its own. */
	daemon_await_counter(daemon, "takeovers", 1);
	dashboard_open(dashboard, daemon->publish);
	dashboard_ticks(dashboard, 1);
}

/* Events, one by one. */

static void publish_event(struct daemon *daemon, const char *source, const char *type,
			  int64_t minute, const char *module, const char *region)
{
	static int number;
	char stream[24];
	struct peer peer;
	json_t *event, *ack;

	snprintf(stream, sizeof(stream), "stream-%d", ++number);
	event = json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", type, "time",
			  (json_int_t)(TIME + minute * 60000), "learner", "ada", "module", module,
			  "region", region);
	if (strcmp(type, "voided") == 0)
		json_object_set_new(event, "voids", json_pack("{s:s}", "type", "started"));
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	ack = peer_ask(&peer,
		       json_pack("{s:i, s:s, s:s, s:s, s:i, s:[o]}", "v", 1, "op", "events",
				 "source", source, "stream", stream, "seq", 1, "events", event));
	assert_string_equal(word(ack, "op"), "ack");
	assert_int_equal(json_array_size(json_object_get(ack, "rejected")), 0);
	json_decref(ack);
	peer_close(&peer);
}

/* Figures. */

/* What was published as rows of an export. */
static json_t *rows_of(const struct dashboard *dashboard)
{
	json_t *rows = json_object(), *body;
	const char *topic;
	char key[TOPIC_SIZE];

	json_object_foreach(dashboard->topics, topic, body)
	{
		json_t *row = json_copy(json_object_get(body, "metrics"));

		if (!json_is_object(row)) {
			json_decref(row);
			continue;
		}
		snprintf(key, sizeof(key), "%s %s %s", word(body, "region"), word(body, "kind"),
			 word(body, "id"));
		json_object_set(row, "region", json_object_get(body, "region"));
		json_object_set(row, "kind", json_object_get(body, "kind"));
		json_object_set(row, "id", json_object_get(body, "id"));
		json_object_set_new(rows, key, row);
	}
	return rows;
}

/* The expected rows, with the days that are published. */
static json_t *expected_rows(void)
{
	json_t *rows = figures_of_file("tests/golden/expected-" TODAY ".jsonl"), *row, *days;
	size_t cut = 0;
	const char *key;

	json_object_foreach(rows, key, row)
	{
		days = json_object_get(row, "daily");
		for (; json_array_size(days) > 0; cut++) {
			const json_t *day = json_array_get(json_array_get(days, 0), 0);

			if (strcmp(json_string_value(day), DAILY_FROM) >= 0)
				break;
			json_array_remove(days, 0);
		}
	}
	assert_true(cut > 0); /* else it would not be seen that they are cut */
	return rows;
}

static void what_is_published_is_what_is_exported(void **state)
{
	struct dashboard dashboard;
	json_t *expected = expected_rows(), *rows, *body;
	const char *topic;

	start(*state, &dashboard, configuration);
	free(daemon_lift_out(*state, 0, "publish", EVENTS, NULL));
	dashboard_settle(&dashboard, *state);
	rows = rows_of(&dashboard);
	figures_check(expected, rows, "published");
	json_object_foreach(dashboard.topics, topic, body)
	{
		const json_t *sources = json_object_get(body, "sources");

		assert_int_equal(json_array_size(sources), 1);
		assert_string_equal(json_string_value(json_array_get(sources, 0)), "lift");
	}
	json_decref(rows);
	json_decref(expected);
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

static void what_does_not_change_is_not_sent_again(void **state)
{
	struct dashboard dashboard;
	int64_t before;

	start(*state, &dashboard, configuration);
	free(daemon_lift_out(*state, 0, "publish", EVENTS, NULL));
	dashboard_settle(&dashboard, *state);
	before = dashboard.metrics;
	assert_true(before >= (int64_t)json_object_size(dashboard.topics));
	free(daemon_lift_out(*state, 0, "publish", EVENTS, NULL)); /* the same numbers */
	free(daemon_lift_out(*state, 0, "publish", "tests/golden/events.jsonl", NULL)); /* others */
	dashboard_settle(&dashboard, *state);
	assert_int_equal(dashboard.metrics, before);
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

static void each_change_is_numbered_in_its_topic_and_the_tick(void **state)
{
	static const char *const types[] = { "started", "withdrawn", "completed" };
	static const char topic[] = "metric/NO/module/fire-drill";
	struct dashboard dashboard;
	int64_t seq = 0;

	start(*state, &dashboard, configuration);
	for (int64_t i = 0; i < 3; i++) {
		const json_t *body;

		publish_event(*state, "moodle", types[i], i, "fire-drill", "rana");
		dashboard_settle(&dashboard, *state);
		body = json_object_get(dashboard.topics, topic);
		assert_int_equal(whole(body, "n"), i + 1);
		assert_true(whole(body, "seq") > seq);
		seq = whole(body, "seq");
		assert_int_equal(whole(metrics_of(&dashboard, topic), types[i]), 1);
	}
	assert_int_equal(whole(metrics_of(&dashboard, topic), "withdrawn"), 0);
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

/* Beats and the catalogue. */

static const char at_its_own_pace[] = "catalogue: tests/golden/catalogue.yaml\n"
				      "as_of: " TODAY "\n";

/* A tick may be late, but never comes before its time: since the start there have been as many as
 * seconds, at most. How late is the machine's affair. */
static void beats_come_though_nothing_happens_and_no_more_than_one_a_second(void **state)
{
	struct dashboard dashboard;
	int64_t begun_ms = clock_ms();

	start(*state, &dashboard, at_its_own_pace);
	for (int n = 0; n < 4; n++) {
		dashboard_ticks(&dashboard, 1);
		assert_true(clock_ms() - begun_ms >= 1000 * dashboard.last_beat);
	}
	assert_int_equal(dashboard.metrics, 0);
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

static void a_beat_says_what_has_come_and_what_is_missing(void **state)
{
	struct daemon *daemon = *state;
	struct dashboard dashboard;
	struct peer peer;
	json_t *row, *event;

	start(daemon, &dashboard, configuration);
	assert_int_equal(json_array_size(json_object_get(dashboard.beat, "sources")), 0);
	publish_event(daemon, "moodle", "started", 7, "dementia", "rana");
	dashboard_settle(&dashboard, daemon);
	row = json_array_get(json_object_get(dashboard.beat, "sources"), 0);
	assert_string_equal(word(row, "source"), "moodle");
	assert_int_equal(whole(row, "last_event"), TIME + 7 * 60000);
	assert_true(whole(row, "last_received") > whole(row, "last_event"));
	assert_int_equal(whole(row, "missing"), 0);
	assert_true(json_is_null(json_object_get(row, "since")));
	event = json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", "started", "time", (json_int_t)TIME,
			  "learner", "bo", "module", "dementia", "region", "rana");
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	json_decref(peer_ask(&peer, json_pack("{s:i, s:s, s:s, s:s, s:i, s:[o]}", "v", 1, "op",
					      "events", "source", "moodle", "stream", "late", "seq",
					      6, "events", event)));
	peer_close(&peer);
	dashboard_settle(&dashboard, daemon);
	row = json_array_get(json_object_get(dashboard.beat, "sources"), 0);
	assert_int_equal(whole(row, "missing"), 5);
	assert_true(whole(row, "since") > whole(row, "last_event"));
	dashboard_close(&dashboard);
	daemon_stop(daemon, SIGTERM);
}

static bool has_code(const json_t *rows, const char *key, const char *code)
{
	const json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		if (strcmp(word(row, key), code) == 0)
			return true;
	}
	return false;
}

static void the_catalogue_is_sent_at_the_beginning_of_an_epoch_and_to_who_comes_late(void **state)
{
	static const struct {
		const char *part, *key, *code;
		size_t n;
	} parts[] = { { "regions", "code", "1815", 13 },
		      { "modules", "id", "fire-drill", 5 },
		      { "programmes", "id", "basics", 1 },
		      { "competences", "id", "wounds", 1 } };
	struct dashboard dashboard;

	start(*state, &dashboard, at_its_own_pace);
	dashboard_ticks(&dashboard, 1); /* it may have come in the middle of the first one */
	assert_non_null(dashboard.catalogue);
	daemon_stop(*state, SIGTERM);
	daemon_start(*state);
	dashboard_await_epoch(&dashboard);
	assert_non_null(dashboard.catalogue);
	assert_int_equal(whole(dashboard.catalogue, "seq"), 1);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const json_t *rows = json_object_get(dashboard.catalogue, parts[i].part);

		assert_true(json_array_size(rows) >= parts[i].n);
		assert_true(has_code(rows, parts[i].key, parts[i].code));
	}
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

/* What empties. */

/* Those who counted there count no more: nil, once, numbered; then they count again. */
static void a_topic_that_empties_is_sent_once_as_nil(void **state)
{
	static const char topic[] = "metric/bodo/module/fire-drill";
	struct dashboard dashboard;
	int64_t metrics;

	start(*state, &dashboard, configuration);
	publish_event(*state, "moodle", "started", 0, "fire-drill", "bodo");
	dashboard_settle(&dashboard, *state);
	assert_int_equal(whole(metrics_of(&dashboard, topic), "started"), 1);
	publish_event(*state, "moodle", "voided", 1, "fire-drill", "bodo");
	dashboard_settle(&dashboard, *state);
	assert_true(json_is_null(metrics_of(&dashboard, topic)));
	assert_true(json_is_null(metrics_of(&dashboard, "metric/all/people/all")));
	assert_int_equal(whole(json_object_get(dashboard.topics, topic), "n"), 2);
	metrics = dashboard.metrics;
	publish_event(*state, "moodle", "voided", 2, "fire-drill", "bodo");
	dashboard_settle(&dashboard, *state);
	assert_int_equal(dashboard.metrics, metrics);
	publish_event(*state, "moodle", "started", 3, "fire-drill", "bodo");
	dashboard_settle(&dashboard, *state);
	assert_int_equal(whole(metrics_of(&dashboard, topic), "started"), 1);
	assert_int_equal(whole(json_object_get(dashboard.topics, topic), "n"), 3);
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

static void who_moves_leaves_nothing_behind(void **state)
{
	struct dashboard dashboard;

	start(*state, &dashboard, configuration);
	publish_event(*state, "moodle", "started", 0, "fire-drill", "bodo");
	dashboard_settle(&dashboard, *state);
	publish_event(*state, "moodle", "started", 9, "not-in-the-catalogue", "leka");
	dashboard_settle(&dashboard, *state);
	assert_true(json_is_null(metrics_of(&dashboard, "metric/bodo/module/fire-drill")));
	assert_true(json_is_null(metrics_of(&dashboard, "metric/nordland/people/all")));
	assert_int_equal(whole(metrics_of(&dashboard, "metric/leka/module/fire-drill"), "started"),
			 1);
	assert_int_equal(
		whole(metrics_of(&dashboard, "metric/island-project/people/all"), "learners"), 1);
	assert_int_equal(whole(metrics_of(&dashboard, "metric/all/people/all"), "learners"), 1);
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

/* Sources. */

static void check_sources(const struct dashboard *dashboard, const char *topic,
			  const char *expected)
{
	const json_t *body = json_object_get(dashboard->topics, topic);
	char *sources = json_dumps(json_object_get(body, "sources"), JSON_COMPACT);

	assert_non_null(sources);
	assert_string_equal(sources, expected);
	free(sources);
}

static void a_metric_names_the_sources_that_it_stands_on(void **state)
{
	struct dashboard dashboard;

	start(*state, &dashboard, configuration);
	publish_event(*state, "moodle", "started", 0, "fire-drill", "rana");
	publish_event(*state, "canvas", "started", 0, "fire-drill", "namsos");
	publish_event(*state, "canvas", "started", 0, "dementia", "namsos");
	dashboard_settle(&dashboard, *state);
	check_sources(&dashboard, "metric/NO/module/fire-drill", "[\"canvas\",\"moodle\"]");
	check_sources(&dashboard, "metric/nordland/module/fire-drill", "[\"moodle\"]");
	check_sources(&dashboard, "metric/trondelag/module/fire-drill", "[\"canvas\"]");
	check_sources(&dashboard, "metric/NO/module/dementia", "[\"canvas\"]");
	check_sources(&dashboard, "metric/all/people/all", "[\"canvas\",\"moodle\"]");
	dashboard_close(&dashboard);
	daemon_stop(*state, SIGTERM);
}

/* Audiences. */

static const char two_audiences[] =
	"catalogue: tests/golden/catalogue.yaml\n"
	"as_of: " TODAY "\n"
	"audiences:\n"
	"  - {name: everyone}\n"
	"  - {name: north, regions: [nordland], "
	"publish: ['ipc://RUNTIME/north'], snapshot: ['ipc://RUNTIME/north-snapshot']}\n";

static bool is_north(const char *region)
{
	static const char *const regions[] = { "nordland", "rana", "vefsn", "1815", "bodo" };

	for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		if (strcmp(regions[i], region) == 0)
			return true;
	return false;
}

/* What the north sees is what everyone sees of it: no more, no less. */
static void check_north(const struct dashboard *everyone, const struct dashboard *north)
{
	const char *topic;
	size_t expected = 0;
	json_t *body, *row;

	json_object_foreach(north->topics, topic, body)
	{
		assert_true(is_north(word(body, "region")));
		row = json_object_get(everyone->topics, topic);
		assert_true(json_equal(json_object_get(row, "metrics"),
				       json_object_get(body, "metrics")));
	}
	json_object_foreach(everyone->topics, topic, body)
	{
		expected += is_north(word(body, "region"));
	}
	assert_int_equal(json_object_size(north->topics), expected);
	assert_true(expected > 0 && expected < json_object_size(everyone->topics));
}

static void an_audience_gets_its_regions_and_nothing_else(void **state)
{
	struct daemon *daemon = *state;
	struct dashboard everyone, north;
	char endpoint[PATH_SIZE], *text;

	path_make(endpoint, "ipc://%s/run/north", daemon->dir);
	start(daemon, &everyone, two_audiences);
	dashboard_open(&north, endpoint);
	dashboard_ticks(&north, 1);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	publish_event(daemon, "south-only", "started", 0, "dementia", "namsos");
	dashboard_settle(&everyone, daemon);
	dashboard_settle(&north, daemon);
	check_north(&everyone, &north);
	assert_true(has_code(json_object_get(everyone.beat, "sources"), "source", "south-only"));
	assert_false(has_code(json_object_get(north.beat, "sources"), "source", "south-only"));
	assert_true(has_code(json_object_get(north.beat, "sources"), "source", "lift"));
	assert_true(has_code(json_object_get(north.catalogue, "regions"), "code", "bodo"));
	text = json_dumps(north.catalogue, 0);
	assert_null(strstr(text, "leka"));
	assert_null(strstr(text, "island-project"));
	free(text);
	dashboard_close(&everyone);
	dashboard_close(&north);
	daemon_stop(daemon, SIGTERM);
}

/* Restarts. */

static void a_restart_is_a_new_epoch_in_which_everything_comes_again(void **state)
{
	struct daemon *daemon = *state;
	json_t *expected = expected_rows(), *rows;
	int64_t end_ms = clock_ms() + LIMIT_MS;
	struct dashboard dashboard;

	start(daemon, &dashboard, at_its_own_pace);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	dashboard_settle(&dashboard, daemon);
	do { /* until it is connected again before the first tick, which begins with the catalogue
	      */
		assert_true(clock_ms() < end_ms);
		daemon_crash(daemon);
		daemon_start(daemon);
		dashboard_await_epoch(&dashboard);
	} while (dashboard.seq != 1 || !dashboard.catalogue);
	/* take_metric checks that each topic's n begins at 1 */
	dashboard_ticks(&dashboard, 3);
	rows = rows_of(&dashboard);
	figures_check(expected, rows, "after a restart");
	json_decref(rows);
	json_decref(expected);
	dashboard_close(&dashboard);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_published_is_what_is_exported),
		TEST(what_does_not_change_is_not_sent_again),
		TEST(each_change_is_numbered_in_its_topic_and_the_tick),
		TEST(beats_come_though_nothing_happens_and_no_more_than_one_a_second),
		TEST(a_beat_says_what_has_come_and_what_is_missing),
		TEST(the_catalogue_is_sent_at_the_beginning_of_an_epoch_and_to_who_comes_late),
		TEST(a_topic_that_empties_is_sent_once_as_nil),
		TEST(who_moves_leaves_nothing_behind),
		TEST(a_metric_names_the_sources_that_it_stands_on),
		TEST(an_audience_gets_its_regions_and_nothing_else),
		TEST(a_restart_is_a_new_epoch_in_which_everything_comes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
