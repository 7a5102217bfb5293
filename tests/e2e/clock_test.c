/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real daemon under a time of day that jumps, by tests/preload/clock.c.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/e2e/check.h"
#include "tests/e2e/moved_clock.h"
#include "tests/e2e/peer.h"

#define ZONE	"Europe/Oslo" /* tests/golden/catalogue.yaml's */
#define HOUR_MS INT64_C(3600000)
#define DAY_MS	(24 * HOUR_MS)
#define YEAR_MS (365 * DAY_MS)
#define TIME	INT64_C(1730797200000) /* 2024-11-05 */

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "tick_ms: 50\n";

struct scene {
	struct daemon *daemon;
	_Atomic int64_t *by_ms; /* the clock's move */
	struct peer platform, dashboard;
	int seq; /* of the last event */
};

static int64_t utc_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void day_text(int64_t ms, char to[static 16])
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;

	localtime_r(&seconds, &local);
	strftime(to, 16, "%Y-%m-%d", &local);
}

static void start(struct scene *scene, struct daemon *daemon)
{
	memset(scene, 0, sizeof(*scene));
	scene->daemon = daemon;
	setenv("TZ", ZONE, 1);
	tzset();
	daemon_configure(daemon, configuration);
	scene->by_ms = moved_clock_start(daemon);
	/* The first ledger, of nothing, begins an epoch of its own. */
	daemon_await_counter(daemon, "takeovers", 1);
	peer_open(&scene->platform, ZMQ_DEALER, daemon->intake, NULL);
	peer_open(&scene->dashboard, ZMQ_SUB, daemon->publish, "");
}

static void stop(struct scene *scene)
{
	peer_close(&scene->platform);
	peer_close(&scene->dashboard);
	daemon_stop(scene->daemon, SIGTERM);
	moved_clock_free(scene->by_ms);
}

static json_t *batch_of(int seq, const char *learner, int64_t time)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:i, s:[{s:s, s:I, s:s, s:s, s:s}]}", "v", 1, "op",
			 "events", "source", "moodle", "stream", "s", "seq", seq, "events", "type",
			 "started", "time", (json_int_t)time, "learner", learner, "module",
			 "dementia", "region", "rana");
}

/* Send an event of a learner of its own: is it accepted? */
static bool is_accepted(struct scene *scene, int64_t time)
{
	char learner[32];
	json_t *answer;
	bool accepted;

	snprintf(learner, sizeof(learner), "learner-%d", ++scene->seq);
	answer = peer_ask(&scene->platform, batch_of(scene->seq, learner, time));
	assert_string_equal(word(answer, "op"), "ack");
	accepted = json_array_size(json_object_get(answer, "rejected")) == 0;
	if (!accepted)
		assert_string_equal(
			json_string_value(json_array_get(
				json_array_get(json_object_get(answer, "rejected"), 0), 1)),
			"time");
	json_decref(answer);
	return accepted;
}

/* The batch is to be sent again: the clock is known to be wrong. */
static void assert_refused_by_clock(struct scene *scene, int64_t time)
{
	json_t *answer = peer_ask(&scene->platform, batch_of(scene->seq + 1, "nobody", time));

	assert_string_equal(word(answer, "op"), "nack");
	assert_string_equal(word(answer, "code"), "clock");
	assert_true(json_is_true(json_object_get(answer, "retry")));
	json_decref(answer);
}

/* Move the clock, and wait until the daemon has found it out. */
static void move_clock(struct scene *scene, int64_t by_ms)
{
	moved_clock_set(scene->daemon, scene->by_ms, by_ms);
}

/* The next message whose topic begins like that, and whose `as_of` is the day. */
static json_t *await_message(struct scene *scene, const char *prefix, const char *day)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	char topic[TOPIC_SIZE];

	while (clock_ms() < end_ms) {
		json_t *message = peer_receive(&scene->dashboard, LIMIT_MS, topic);

		assert_non_null(message);
		if (strncmp(topic, prefix, strlen(prefix)) == 0 &&
		    strcmp(word(message, "as_of"), day) == 0)
			return message;
		json_decref(message);
	}
	fail_msg("no %s as of %s", prefix, day);
	return NULL;
}

static int64_t await_beat(struct scene *scene, const char *day)
{
	json_t *beat = await_message(scene, "beat", day);
	int64_t seq = whole(beat, "seq");

	json_decref(beat);
	return seq;
}

static void check_status(struct scene *scene, const char *day, int64_t behind_min_ms,
			 int64_t behind_max_ms)
{
	json_t *status = daemon_status(scene->daemon), *clock = json_object_get(status, "clock");

	assert_string_equal(word(status, "as_of"), day);
	assert_true(json_is_true(json_object_get(status, "healthy")));
	assert_in_range(whole(clock, "behind_ms"), behind_min_ms, behind_max_ms);
	json_decref(status);
}

static int64_t count_learners(struct scene *scene)
{
	char *lines = daemon_lift_out(scene->daemon, 0, "export", "--kind", "people", "--region",
				      "all", NULL);
	json_t *row = json_loads(lines, 0, NULL);
	int64_t n = whole(row, "learners");

	json_decref(row);
	free(lines);
	return n;
}

static int count_in_log(const struct daemon *daemon, const char *text)
{
	char *log = file_text(daemon->log, NULL);
	int n = 0;

	for (const char *at = log; (at = strstr(at, text)); at++)
		n++;
	free(log);
	return n;
}

static void ten_years_forward_and_back_no_verdict_is_given(void **state)
{
	char today[16], then[16], *text;
	struct scene scene;
	int64_t now = utc_ms();

	start(&scene, *state);
	day_text(now, today);
	day_text(now + 10 * YEAR_MS, then);
	assert_true(is_accepted(&scene, now));
	assert_false(is_accepted(&scene, now + YEAR_MS));
	check_status(&scene, today, 0, 0);

	move_clock(&scene, 10 * YEAR_MS);
	assert_true(is_accepted(&scene, now));
	assert_true(is_accepted(&scene, now + YEAR_MS));
	assert_true(is_accepted(&scene, now + 10 * YEAR_MS));
	assert_false(is_accepted(&scene, now + 11 * YEAR_MS));
	check_status(&scene, then, 0, 0);

	/* It is behind what has been received: known to be wrong, it gives no verdicts. */
	move_clock(&scene, 0);
	assert_refused_by_clock(&scene, now);
	text = daemon_lift_out(scene.daemon, 1, "status", NULL);
	assert_non_null(strstr(text, "clock: the time of day is before"));
	free(text);
	/* Each that was accepted counts, on whatever day it happens. */
	assert_int_equal(count_learners(&scene), 4);
	assert_int_equal(count_in_log(scene.daemon, "clock jumped: by_ms=+"), 1);
	assert_int_equal(count_in_log(scene.daemon, "clock jumped: by_ms=-"), 1);
	stop(&scene);

	/* The same after a restart: the journal knows. */
	daemon_start(scene.daemon);
	peer_open(&scene.platform, ZMQ_DEALER, scene.daemon->intake, NULL);
	assert_refused_by_clock(&scene, now);
	assert_int_equal(count_learners(&scene), 4);
	/* An operator knows better. */
	free(daemon_lift_out(scene.daemon, 0, "accept-clock", NULL));
	check_status(&scene, today, 0, 0);
	assert_true(is_accepted(&scene, now));
	assert_false(is_accepted(&scene, now + YEAR_MS));
	peer_close(&scene.platform);
	daemon_stop(scene.daemon, SIGTERM);
	daemon_start(scene.daemon);
	check_status(&scene, today, 0, 0);
	peer_open(&scene.platform, ZMQ_DEALER, scene.daemon->intake, NULL);
	assert_true(is_accepted(&scene, now));
	peer_close(&scene.platform);
	daemon_stop(scene.daemon, SIGTERM);
}

static void ticks_and_beats_keep_their_pace_whatever_the_clock_says(void **state)
{
	static const int64_t moves[] = { 10 * YEAR_MS, -10 * YEAR_MS, 0 };
	char day[16];
	struct scene scene;
	int64_t seq;

	start(&scene, *state);
	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		day_text(utc_ms() + moves[i], day);
		atomic_store(scene.by_ms, moves[i]);
		seq = await_beat(&scene, day);
		for (int n = 1; n <= 5; n++)
			assert_int_equal(await_beat(&scene, day), seq + n);
	}
	assert_true(is_accepted(&scene, TIME));
	stop(&scene);
}

/* The first moment of the next day. */
static int64_t next_midnight_ms(int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm local;

	localtime_r(&seconds, &local);
	local.tm_mday++;
	local.tm_hour = local.tm_min = local.tm_sec = 0;
	local.tm_isdst = -1;
	return (int64_t)mktime(&local) * 1000;
}

static void at_midnight_all_figures_are_published_as_of_the_new_day(void **state)
{
	char today[16], tomorrow[16];
	struct scene scene;
	int64_t midnight;

	start(&scene, *state);
	midnight = next_midnight_ms(utc_ms());
	day_text(midnight - 1, today);
	day_text(midnight, tomorrow);
	/* An hour before midnight: time enough for all of this. */
	atomic_store(scene.by_ms, midnight - utc_ms() - HOUR_MS);
	assert_true(is_accepted(&scene, TIME));
	json_decref(await_message(&scene, "metric/rana/module/dementia", today));
	/* Half a second before: it comes by itself. */
	atomic_store(scene.by_ms, midnight - utc_ms() - 500);
	json_decref(await_message(&scene, "metric/rana/module/dementia", tomorrow));
	await_beat(&scene, tomorrow);
	check_status(&scene, tomorrow, 0, 0);
	stop(&scene);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ten_years_forward_and_back_no_verdict_is_given),
		TEST(ticks_and_beats_keep_their_pace_whatever_the_clock_says),
		TEST(at_midnight_all_figures_are_published_as_of_the_new_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
