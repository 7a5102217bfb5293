/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/status/roll_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/log.h"
#include "tests/unit/house.h"

enum { SOURCES = 15 };
#define HOUR_MS 3600000

/* What it says, by a standard error that the journal is said to read. */
static struct {
	int alerts[ALERTS_COUNT], others;
	char last[256];
} said;

static bool note(const struct log_message *message)
{
	if (message->alert)
		said.alerts[message->alert - log_alerts]++;
	else
		said.others++;
	snprintf(said.last, sizeof(said.last), "%s", message->line);
	return true;
}

static void listen_to_log(void)
{
	FILE *file = tmpfile();
	struct stat info;
	char own[64];

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &info), 0);
	snprintf(own, sizeof(own), "%llu:%llu", (unsigned long long)info.st_dev,
		 (unsigned long long)info.st_ino);
	setenv("JOURNAL_STREAM", own, 1);
	dup2(fileno(file), STDERR_FILENO);
	fclose(file);
	log_set_sink(note);
}

struct scene {
	struct house house;
	struct now now;
	struct clock clock;
	struct loop *loop;
	struct roll_call call;
};

static void read_time(void *context, struct now *now)
{
	*now = *(struct now *)context;
}

static void send_all(struct scene *scene, uint64_t seq)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("a"),
				     .module = text_of("lift"),
				     .region = text_of("rana") };
	char source[16];

	scene->house.clock = scene->now.utc_ms;
	for (int i = 0; i < SOURCES; i++) {
		snprintf(source, sizeof(source), "lms-%02d", i);
		assert_int_equal(house_send(&scene->house, source, "autumn", seq, &event, 1), 0);
	}
	assert_int_equal(journal_commit(scene->house.journal), 0);
}

static void call_open(struct scene *scene)
{
	memset(&said, 0, sizeof(said));
	scene->call = (struct roll_call){ .config = scene->house.config,
					  .journal = scene->house.journal };
	scene->clock = (struct clock){ read_time, &scene->now };
	scene->loop = loop_new(&scene->clock);
	assert_int_equal(roll_call_open(&scene->call, scene->loop, &scene->now), 0);
}

static void call_close(struct scene *scene)
{
	roll_call_close(&scene->call);
	loop_free(scene->loop);
}

static void scene_open(struct scene *scene)
{
	house_open(&scene->house, "cadence: {'*': 1 h}", world_catalogue);
	scene->now = (struct now){ 1000, scene->house.clock };
	send_all(scene, 1);
	call_open(scene);
}

static void scene_close(struct scene *scene)
{
	call_close(scene);
	house_close(&scene->house);
}

/* Time goes by, and it is called. */
static void pass(struct scene *scene, int64_t ms)
{
	scene->now.steady_ms += ms;
	scene->now.utc_ms += ms;
	loop_step(scene->loop);
}

static void of_many_that_are_late_ten_are_named_and_the_others_counted(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	pass(&scene, HOUR_MS);
	assert_int_equal(said.alerts[ALERT_SOURCE_LATE], 0);
	pass(&scene, ROLL_CALL_MS);
	assert_int_equal(said.alerts[ALERT_SOURCE_LATE], ROLL_CALL_LINES + 1);
	assert_string_equal(said.last, "more sources are late: n=5");
	/* Once for each silence. */
	pass(&scene, HOUR_MS);
	assert_int_equal(said.alerts[ALERT_SOURCE_LATE], ROLL_CALL_LINES + 1);
	send_all(&scene, 2);
	pass(&scene, ROLL_CALL_MS);
	assert_int_equal(said.alerts[ALERT_SOURCE_HEARD], ROLL_CALL_LINES + 1);
	assert_string_equal(said.last, "more sources that were late are heard again: n=5");
	pass(&scene, 2 * HOUR_MS);
	assert_int_equal(said.alerts[ALERT_SOURCE_LATE], 2 * (ROLL_CALL_LINES + 1));
	scene_close(&scene);
}

static void who_is_late_at_the_start_is_only_counted_until_it_is_heard(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene);
	pass(&scene, 2 * HOUR_MS);
	call_close(&scene);
	call_open(&scene);
	assert_int_equal(said.others, 1);
	assert_string_equal(said.last, "sources are late since before the start: n=15");
	pass(&scene, HOUR_MS);
	assert_int_equal(said.alerts[ALERT_SOURCE_LATE], 0);
	send_all(&scene, 2);
	pass(&scene, ROLL_CALL_MS);
	assert_int_equal(said.alerts[ALERT_SOURCE_HEARD], ROLL_CALL_LINES + 1);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_many_that_are_late_ten_are_named_and_the_others_counted),
		cmocka_unit_test(who_is_late_at_the_start_is_only_counted_until_it_is_heard),
	};

	listen_to_log();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
