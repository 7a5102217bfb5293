/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A platform goes quiet, under a clock that the test moves: the beat, status and its exit status
 * say so, until it is heard again.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/moved_clock.h"
#include "tests/e2e/peer.h"

#define MINUTE_MS INT64_C(60000)
#define TIME	  INT64_C(1730797200000) /* 2024-11-05 */

enum { STEP_MINUTES = 9, EXIT_LATE = 5 };

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "tick_ms: 50\n"
				    "cadence: {moodle: 1 h, modle: 1 h, import: never}\n";

struct scene {
	struct daemon *daemon;
	_Atomic int64_t *by_ms;
	struct peer platform, dashboard;
	int seq; /* of moodle's last event */
};

static void connect_peers(struct scene *scene)
{
	peer_open(&scene->platform, ZMQ_DEALER, scene->daemon->intake, NULL);
	peer_open(&scene->dashboard, ZMQ_SUB, scene->daemon->publish, "beat");
}

static void disconnect_peers(struct scene *scene)
{
	peer_close(&scene->platform);
	peer_close(&scene->dashboard);
}

/* Weeks and weekends are the rhythm's: it begins on a Wednesday at noon, whenever the test runs. */
static int64_t until_wednesday_ms(void)
{
	const int64_t day_ms = 24 * 60 * MINUTE_MS, week_ms = 7 * day_ms;
	const int64_t wednesday_ms = 6 * day_ms + day_ms / 2; /* 1970 began on a Thursday */

	return week_ms - ((int64_t)time(NULL) * 1000 - wednesday_ms) % week_ms;
}

static void start(struct scene *scene, struct daemon *daemon, const char *text)
{
	memset(scene, 0, sizeof(*scene));
	scene->daemon = daemon;
	daemon_configure(daemon, text);
	scene->by_ms = moved_clock_start(daemon);
	daemon_await_counter(daemon, "takeovers", 1);
	moved_clock_set(daemon, scene->by_ms, until_wednesday_ms());
	connect_peers(scene);
}

static void stop(struct scene *scene)
{
	disconnect_peers(scene);
	daemon_stop(scene->daemon, SIGTERM);
	moved_clock_free(scene->by_ms);
}

/* The daemon is not there while the clock goes on. */
static void restart(struct scene *scene, int64_t away_ms)
{
	disconnect_peers(scene);
	daemon_stop(scene->daemon, SIGTERM);
	atomic_store(scene->by_ms, atomic_load(scene->by_ms) + away_ms);
	moved_clock_again(scene->daemon);
	connect_peers(scene);
}

static int count_text(const char *path, const char *wanted)
{
	char *text = file_text(path, NULL);
	int n = 0;

	for (const char *at = text; (at = strstr(at, wanted)); at++)
		n++;
	free(text);
	return n;
}

static void await_text(const char *path, const char *wanted)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	while (count_text(path, wanted) == 0) {
		if (clock_ms() > end_ms)
			fail_msg("%s does not say: %s", path, wanted);
		usleep(20000);
	}
}

/* The log of this start. */
static int count_lines(const struct daemon *daemon, const char *text)
{
	return count_text(daemon->log, text);
}

static void await_line(const struct daemon *daemon, const char *text)
{
	await_text(daemon->log, text);
}

/* One that is accepted, or is refused for its time: that of a clock that is years ahead. */
static void send_of(struct scene *scene, const char *source, int seq, int64_t time, bool accepted)
{

	json_t *answer =
		peer_ask(&scene->platform,
			 json_pack("{s:i, s:s, s:s, s:s, s:i, s:[{s:s, s:I, s:s, s:s, s:s}]}", "v",
				   1, "op", "events", "source", source, "stream", "s", "seq", seq,
				   "events", "type", "started", "time", (json_int_t)time, "learner",
				   "anna", "module", "dementia", "region", "rana"));

	assert_string_equal(word(answer, "op"), "ack");
	assert_int_equal(json_array_size(json_object_get(answer, "rejected")), accepted ? 0 : 1);
	json_decref(answer);
}

static void send(struct scene *scene, const char *source, int seq)
{
	send_of(scene, source, seq, TIME + seq, true);
}

/* In steps: it is a day that goes by, not a clock that is put right. */
static void pass(struct scene *scene, int minutes)
{
	for (int step; minutes > 0; minutes -= step) {
		step = minutes < STEP_MINUTES ? minutes : STEP_MINUTES;
		moved_clock_set(scene->daemon, scene->by_ms,
				atomic_load(scene->by_ms) + step * MINUTE_MS);
	}
}

static json_t *row_of(const json_t *message, const char *source)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(message, "sources"), i,
			   row) if (strcmp(word(row, "source"), source) == 0) return row;
	return NULL;
}

/* The next beats: until one says that the source is late, or that it is not. */
static int64_t await_beat(struct scene *scene, const char *source, bool late)
{
	int64_t end_ms = clock_ms() + LIMIT_MS, since_ms = 0;
	char topic[TOPIC_SIZE];

	while (clock_ms() < end_ms) {
		json_t *beat = peer_receive(&scene->dashboard, LIMIT_MS, topic);
		json_t *row = row_of(beat, source);
		json_t *since = json_object_get(row, "late_since");
		bool found = row && late == (since != NULL);

		assert_non_null(beat);
		if (found && late) {
			since_ms = json_integer_value(since);
			assert_int_equal(whole(row, "expected_ms"), 60 * MINUTE_MS);
			assert_int_equal(since_ms, whole(row, "last_received") + 60 * MINUTE_MS);
		}
		json_decref(beat);
		if (found)
			return since_ms;
	}
	fail_msg("no beat says that %s is %slate", source, late ? "" : "not ");
	return 0;
}

static void assert_status(struct scene *scene, int status, const char *said)
{
	char *text = daemon_lift_out(scene->daemon, status, "status", NULL);

	if (said && !strstr(text, said))
		fail_msg("%s", text);
	if (!said)
		assert_null(strstr(text, " late "));
	free(text);
	free(daemon_lift_out(scene->daemon, status, "status", "--json", NULL));
}

static void a_platform_that_goes_quiet_is_late_until_it_is_heard_again(void **state)
{
	struct process watch;
	struct outcome watched;
	struct scene scene;
	json_t *answer;
	char *text;

	start(&scene, *state, configuration);
	send(&scene, "moodle", ++scene.seq);
	send(&scene, "import", 1);
	daemon_lift_start(scene.daemon, &watch, "watch", NULL);
	pass(&scene, 50);
	await_beat(&scene, "moodle", false);
	assert_status(&scene, 0, NULL);

	pass(&scene, 11);
	await_beat(&scene, "moodle", true);
	await_beat(&scene, "import", false);
	assert_status(&scene, EXIT_LATE, "WRONG  source moodle: late since ");
	answer = daemon_status(scene.daemon);
	assert_int_equal(whole(answer, "late"), 1);
	assert_int_equal(whole(row_of(answer, "moodle"), "expected_ms"), 60 * MINUTE_MS);
	assert_string_equal(word(row_of(answer, "moodle"), "expected_by"), "configured");
	assert_null(json_object_get(row_of(answer, "import"), "expected_ms"));
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(answer, "unheard"), 0)), "modle");
	json_decref(answer);
	/* A wrong number is more than a late source, and whom nobody waits for is noted. */
	text = daemon_lift_out(scene.daemon, 0, "status", "--ignore", "late", NULL);
	assert_non_null(strstr(text, "note   source moodle: late since "));
	assert_non_null(strstr(text, "note   source modle: has never sent anything"));
	free(text);
	free(daemon_lift_out(scene.daemon, 0, "status", "--wait", "healthy", NULL));

	/* It is said once, also where liftd is started again. */
	await_line(scene.daemon, "a source is late: since=");
	assert_int_equal(count_lines(scene.daemon, "expected_min=60 by=configured heard=no "
						   "source=moodle\n"),
			 1);
	restart(&scene, 0);
	await_line(scene.daemon, "sources are late since before the start: n=1\n");
	await_beat(&scene, "moodle", true);

	send(&scene, "moodle", ++scene.seq);
	await_beat(&scene, "moodle", false);
	await_line(scene.daemon, "a source that was late is heard again: source=moodle\n");
	assert_int_equal(count_lines(scene.daemon, "a source is late: "), 0);
	assert_status(&scene, 0, NULL);
	await_text(watch.err, "source moodle is heard again\n");
	assert_int_equal(count_text(watch.err, "source moodle is late since "), 1);
	process_signal(&watch, SIGTERM);
	watched = process_wait(&watch);
	assert_int_equal(watched.status, 0);
	outcome_free(&watched);
	stop(&scene);
}

static void a_platform_all_of_whose_events_are_refused_is_late(void **state)
{
	struct scene scene;

	start(&scene, *state, configuration);
	send(&scene, "moodle", ++scene.seq);
	for (int n = 0; n < 7; n++) {
		pass(&scene, STEP_MINUTES);
		send_of(&scene, "moodle", ++scene.seq, INT64_C(4000000000000), false);
	}
	await_line(scene.daemon, "by=configured heard=refused source=moodle\n");
	assert_status(&scene, EXIT_LATE, "UTC: it is heard, and");
	send(&scene, "moodle", ++scene.seq);
	await_beat(&scene, "moodle", false);
	stop(&scene);
}

static void a_silence_without_a_daemon_is_nobody_s(void **state)
{
	struct scene scene;

	start(&scene, *state, configuration);
	send(&scene, "moodle", ++scene.seq);
	restart(&scene, 7 * 24 * 60 * MINUTE_MS);
	await_beat(&scene, "moodle", false);
	assert_status(&scene, 0, NULL);
	/* Nor is that of a machine that sleeps. */
	moved_clock_set(scene.daemon, scene.by_ms,
			atomic_load(scene.by_ms) + 3 * 24 * 60 * MINUTE_MS);
	send(&scene, "import", 1);
	await_beat(&scene, "import", false);
	assert_status(&scene, 0, NULL);
	pass(&scene, 50);
	assert_status(&scene, 0, NULL);
	pass(&scene, 11);
	assert_status(&scene, EXIT_LATE, "WRONG  source moodle: late since ");
	assert_int_equal(count_lines(scene.daemon, "late since before the start"), 0);
	stop(&scene);
}

static void who_has_closed_all_its_streams_is_not_expected(void **state)
{
	struct scene scene;

	start(&scene, *state, configuration);
	send(&scene, "moodle", ++scene.seq);
	pass(&scene, 61);
	await_line(scene.daemon, "source=moodle\n");
	assert_status(&scene, EXIT_LATE, "WRONG  source moodle: late since ");
	free(daemon_lift_out(scene.daemon, 0, "stream", "--source", "moodle", "close", "s", NULL));
	await_beat(&scene, "moodle", false);
	assert_status(&scene, 0, NULL);
	assert_int_equal(count_lines(scene.daemon, "is heard again"), 0);
	stop(&scene);
}

static void after_four_weeks_it_is_known_how_long_a_platform_is_silent(void **state)
{
	struct scene scene;
	json_t *answer;

	start(&scene, *state, "catalogue: tests/golden/catalogue.yaml\ntick_ms: 50\n");
	for (int week = 0; week < 4; week++) {
		for (int n = 0; n < 3; n++) {
			send(&scene, "moodle", ++scene.seq);
			pass(&scene, STEP_MINUTES);
		}
		answer = daemon_status(scene.daemon);
		assert_int_equal(json_object_get(row_of(answer, "moodle"), "expected_ms") != NULL,
				 week == 3);
		json_decref(answer);
		moved_clock_set(scene.daemon, scene.by_ms,
				atomic_load(scene.by_ms) + 7 * 24 * 60 * MINUTE_MS);
	}
	send(&scene, "moodle", ++scene.seq);
	restart(&scene, 0);
	pass(&scene, 61);
	await_beat(&scene, "moodle", true);
	await_line(scene.daemon, "expected_min=60 by=learnt heard=no source=moodle\n");
	assert_status(&scene, EXIT_LATE, "expected within 60 min (learnt)");
	stop(&scene);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_platform_that_goes_quiet_is_late_until_it_is_heard_again),
		TEST(a_platform_all_of_whose_events_are_refused_is_late),
		TEST(a_silence_without_a_daemon_is_nobody_s),
		TEST(who_has_closed_all_its_streams_is_not_expected),
		TEST(after_four_weeks_it_is_known_how_long_a_platform_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
