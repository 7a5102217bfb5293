/* SPDX-License-Identifier: Apache-2.0 */
/* What a platform sends, through a gateway and a daemon, to the figures. */
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "tests/e2e/check.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/xapi/gateway.h"

#define MODULE "https://moodle.example/course/vt-basics"
#define TIME   "2025-09-01T08:00:00+02:00"

static void start_both(struct gateway *gateway)
{
	gateway_map(gateway);
	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	daemon_start(gateway->daemon);
	gateway_configure(gateway, GATEWAY_MAPPING);
	gateway_start(gateway);
}

static void post_one(struct gateway *gateway, const char *learner, const char *verb,
		     const char *more, int status)
{
	char *text = statement_make(learner, verb, MODULE, TIME, more);

	gateway_post(gateway, text, status);
	free(text);
}

static void a_statement_becomes_a_figure(void **state)
{
	struct gateway *gateway = *state;

	start_both(gateway);
	post_one(gateway, "anna", "completed", "", 200);
	post_one(gateway, "berit", "completed", "", 200);
	gateway_await_accepted(gateway, 2);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 2);
	gateway_stop(gateway);
}

static void what_comes_again_changes_nothing(void **state)
{
	struct gateway *gateway = *state;
	const char *id = ",\"id\":\"6f1a5e2c-0000-4000-8000-000000000001\"";
	json_t *status;

	start_both(gateway);
	for (int i = 0; i < 3; i++) {
		post_one(gateway, "anna", "completed", "", 200);
		post_one(gateway, "berit", "completed", id, 200);
	}
	post_one(gateway, "carl", "completed", id, 409);
	gateway_stop(gateway);
	gateway_start(gateway);
	post_one(gateway, "anna", "completed", "", 200);
	post_one(gateway, "carl", "completed", id, 409);
	status = gateway_status(gateway);
	assert_int_equal(whole(status, "statements"), 1);
	assert_int_equal(whole(status, "known_before"), 1);
	assert_int_equal(whole(status, "failed_requests"), 1);
	json_decref(status);
	gateway_await_accepted(gateway, 2);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 2);
}

/* As a crash leaves it when the events are in the outbox, and the shelf is not written. */
static void forget_what_came_of_them(struct gateway *gateway)
{
	char path[PATH_SIZE];
	sqlite3 *db = NULL;

	path_make(path, "%s/shelf.db", gateway->state);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE statement SET content = NULL, n_events = 0, events = NULL",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void what_has_no_time_is_dated_once(void **state)
{
	static const char statement[] =
		"{\"actor\":{\"account\":{\"homePage\":\"https://moodle.example\",\"name\":"
		"\"anna\"}},\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/failed\"},"
		"\"object\":{\"id\":\"" MODULE "\"}}";
	time_t tomorrow = time(NULL) + 86400;
	struct gateway *gateway = *state;
	char day[11];

	start_both(gateway);
	gateway_post(gateway, statement, 200);
	gateway_await_accepted(gateway, 1);
	gateway_stop(gateway);
	forget_what_came_of_them(gateway);
	gateway_start(gateway);
	gateway_post(gateway, statement, 200);
	gateway_await_accepted(gateway, 2);
	strftime(day, sizeof(day), "%Y-%m-%d", gmtime(&tomorrow));
	assert_int_equal(gateway_figure(gateway, day, "attempts"), 1);
}

static void void_it(struct gateway *gateway, const char *id, const char *own)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "{\"id\":\"%s\",\"actor\":{\"mbox\":\"mailto:admin@moodle.example\"},"
		 "\"verb\":{\"id\":"
		 "\"http://adlnet.gov/expapi/verbs/voided\"},\"object\":{\"objectType\":"
		 "\"StatementRef\",\"id\":\"%s\"}}",
		 own, id);
	gateway_post(gateway, text, 200);
}

static void a_voided_statement_is_taken_back(void **state)
{
	struct gateway *gateway = *state;
	const char *later = "6f1a5e2c-0000-4000-8000-000000000002";

	start_both(gateway);
	post_one(gateway, "anna", "completed", ",\"id\":\"6f1a5e2c-0000-4000-8000-000000000001\"",
		 200);
	post_one(gateway, "berit", "completed", "", 200);
	void_it(gateway, "6F1A5E2C-0000-4000-8000-000000000001",
		"6f1a5e2c-0000-4000-8000-0000000000a1");
	/* One that has not come yet. */
	void_it(gateway, later, "6f1a5e2c-0000-4000-8000-0000000000a2");
	post_one(gateway, "carl", "completed", ",\"id\":\"6f1a5e2c-0000-4000-8000-000000000002\"",
		 200);
	gateway_await_accepted(gateway, 4); /* two, and a voiding of each of the others */
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 1);
}

#define VOID_ID "6f1a5e2c-0000-4000-8000-0000000000"

/* A result, what takes it back, and what it is now, at once: the right one is last, and lower. */
static void post_correction(struct gateway *gateway, const char *learner, const char *id,
			    bool at_the_end)
{
	char more[100], voiding[600], *batch = NULL, *wrong, *right;

	snprintf(more, sizeof(more), ",\"id\":\"" VOID_ID "%s\"", id);
	wrong = statement_make(learner, "passed", MODULE, TIME, more);
	right = statement_make(learner, "failed", MODULE, TIME, "");
	snprintf(voiding, sizeof(voiding),
		 "{\"actor\":{\"mbox\":\"mailto:admin@moodle.example\"},\"verb\":{\"id\":"
		 "\"http://adlnet.gov/expapi/verbs/voided\"},\"object\":{\"objectType\":"
		 "\"StatementRef\",\"id\":\"" VOID_ID "%s\"}}",
		 id);
	assert_true(asprintf(&batch, "[%s,%s,%s]", wrong, at_the_end ? right : voiding,
			     at_the_end ? voiding : right) > 0);
	gateway_post(gateway, batch, 200);
	free(batch);
	free(wrong);
	free(right);
}

static void what_is_void_takes_the_place_of_nothing(void **state)
{
	struct gateway *gateway = *state;
	json_t *status;

	start_both(gateway);
	post_correction(gateway, "anna", "b1", false);
	post_correction(gateway, "berit", "b2", true);
	/* It has been here, and is void; the right one comes with it. */
	post_correction(gateway, "anna", "b1", false);
	void_it(gateway, VOID_ID "b3", VOID_ID "c3");
	post_correction(gateway, "carl", "b3", false);
	status = gateway_status(gateway);
	assert_null(
		json_object_get(json_object_get(status, "ignored"), "told twice in one request"));
	json_decref(status);
	/* Each has one that is right, and one that is wrong with what takes it back: of Carl, this
	 * alone. */
	gateway_await_accepted(gateway, 3 + 3 + 2);
}

static int64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* It was when it came, not when it could become an event. */
static void what_was_held_without_a_time_was_when_it_came(void **state)
{
	static const char statement[] =
		"{\"actor\":{\"account\":{\"homePage\":\"https://moodle.example\",\"name\":"
		"\"anna\"}},\"verb\":{\"id\":\"http://adlnet.gov/expapi/verbs/completed\"},"
		"\"object\":{\"id\":\"" MODULE "\"}}";
	struct gateway *gateway = *state;
	char path[PATH_SIZE], lines[512];
	json_t *status;
	int64_t came_ms;

	gateway_map(gateway);
	path_make(path, "%s/people.csv", gateway->server.dir);
	file_write(path, "id,region\n");
	snprintf(lines, sizeof(lines),
		 "mapping: map.yaml\npeople: people.csv\nplatforms:\n  - {name: " GATEWAY_NAME
		 ", password: \"%s\", homepage: https://moodle.example}\n",
		 gateway->hash);
	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	daemon_start(gateway->daemon);
	gateway_configure(gateway, lines);
	gateway_start(gateway);
	gateway_post(gateway, statement, 200);
	came_ms = wall_ms();
	while (wall_ms() <= came_ms)
		look_again();
	file_write(path, "id,region\nanna,1813\n");
	process_signal(&gateway->server.process, SIGHUP);
	gateway_await_accepted(gateway, 1);
	status = daemon_status(gateway->daemon);
	assert_true(whole(json_array_get(json_object_get(status, "sources"), 0), "last_event") <=
		    came_ms);
	json_decref(status);
	/* It comes again, and is known. */
	gateway_post(gateway, statement, 200);
	gateway_await_accepted(gateway, 1);
}

static void what_was_refused_counts_when_the_people_are_known(void **state)
{
	struct gateway *gateway = *state;
	char path[PATH_SIZE], lines[512];
	struct outcome outcome;
	json_t *status;

	gateway_map(gateway);
	path_make(path, "%s/people.csv", gateway->server.dir);
	file_write(path, "id,region\n");
	snprintf(lines, sizeof(lines),
		 "mapping: map.yaml\npeople: people.csv\nplatforms:\n  - {name: " GATEWAY_NAME
		 ", password: \"%s\", homepage: https://moodle.example}\n",
		 gateway->hash);
	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	daemon_start(gateway->daemon);
	gateway_configure(gateway, lines);
	gateway_start(gateway);
	post_one(gateway, "anna", "completed", "", 200);
	post_one(gateway, "berit", "completed", "", 200);
	status = gateway_status(gateway);
	assert_int_equal(json_object_size(json_object_get(status, "refused")), 1);
	assert_int_equal(json_object_size(json_object_get(status, "events")), 0);
	json_decref(status);
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config,
			     "--refused", NULL);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.out, "       2  " GATEWAY_NAME));
	assert_null(strstr(outcome.out, "anna"));
	outcome_free(&outcome);
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config,
			     "--refused", "--json", NULL);
	assert_int_equal(outcome.status, 0);
	assert_non_null(strstr(outcome.out, "\"id\":\""));
	assert_null(strstr(outcome.out, "anna"));
	outcome_free(&outcome);

	file_write(path, "id,region\nanna,1813\n");
	process_signal(&gateway->server.process, SIGHUP);
	gateway_await_accepted(gateway, 1);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 1);
	/* A start tries it again, too. */
	gateway_stop(gateway);
	file_write(path, "id,region\nanna,1813\nberit,1813\n");
	gateway_start(gateway);
	gateway_await_accepted(gateway, 2);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 2);
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config,
			     "--refused", NULL);
	assert_string_equal(outcome.out, "nothing is held\n");
	outcome_free(&outcome);
}

static void what_the_daemon_does_not_take_is_kept_until_it_does(void **state)
{
	struct gateway *gateway = *state;
	json_t *status;

	start_both(gateway);
	daemon_crash(gateway->daemon);
	post_one(gateway, "anna", "completed", "", 200);
	status = gateway_status(gateway);
	assert_int_equal(whole(status, "waiting"), 1);
	json_decref(status);
	gateway_await_log(gateway, "nothing is delivered");
	gateway_crash(gateway);
	daemon_start(gateway->daemon);
	gateway_start(gateway);
	gateway_await_accepted(gateway, 1);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 1);
}

/* Another key would seal what nobody can open any more. */
static void a_seal_that_is_gone_is_said_and_not_made_anew(void **state)
{
	struct gateway *gateway = *state;
	char seal[PATH_SIZE], away[PATH_SIZE];
	struct outcome outcome;

	start_both(gateway);
	post_one(gateway, "anna", "completed", "", 200);
	gateway_stop(gateway);
	path_make(seal, "%s/seal.key", gateway->state);
	path_make(away, "%s/seal.away", gateway->state);
	assert_int_equal(rename(seal, away), 0);
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "seal.key: No such file"));
	outcome_free(&outcome);
	file_write(seal, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
	assert_int_equal(chmod(seal, 0644), 0);
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "others may read it"));
	outcome_free(&outcome);
	assert_int_equal(chmod(seal, 0600), 0);
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config, NULL);
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.err, "sealed with another key"));
	outcome_free(&outcome);
	assert_int_equal(rename(away, seal), 0);
	gateway_start(gateway);
	gateway_await_accepted(gateway, 1);
}

/* Two platforms, of which one is taken away while its events wait. */
static void what_waits_of_a_platform_that_is_gone_is_delivered(void **state)
{
	struct gateway *gateway = *state;
	char lines[1024];

	gateway_map(gateway);
	snprintf(lines, sizeof(lines),
		 GATEWAY_MAPPING "platforms:\n"
				 "  - {name: " GATEWAY_NAME ", source: old, password: \"%s\","
				 " region: \"1813\"}\n"
				 "  - {name: other, password: \"%s\"}\n",
		 gateway->hash, gateway->hash);
	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE);
	gateway_configure(gateway, lines);
	gateway_start(gateway);
	post_one(gateway, "anna", "completed", "", 200);
	gateway_stop(gateway);
	gateway_configure(gateway, GATEWAY_MAPPING);
	gateway_start(gateway);
	daemon_start(gateway->daemon);
	daemon_await_counter(gateway->daemon, "events_accepted", 1);
	assert_int_equal(gateway_completed(gateway, "2025-10-01"), 1);
}

/* An id of an activity that says who somebody is: the daemon refuses it, and it is held as all that
 * the daemon refuses. The log and the list have nothing of it. */
static void an_activity_that_looks_like_a_person_is_held(void **state)
{
	struct gateway *gateway = *state;
	struct outcome outcome;
	json_t *status;
	char *text, *log;

	daemon_configure(gateway->daemon, GATEWAY_CATALOGUE "names_strict: yes\n");
	daemon_start(gateway->daemon);
	gateway_configure(gateway, "");
	gateway_start(gateway);
	text = statement_make("anna", "completed", "https://moodle.example/plan/kari@nordmann.no",
			      TIME, "");
	gateway_post(gateway, text, 200);
	free(text);
	daemon_await_counter(gateway->daemon, "events_rejected", 1);
	gateway_await_log(gateway, "code=name");
	status = gateway_status(gateway);
	assert_int_equal(whole(status, "refused_by_daemon"), 1);
	json_decref(status);
	gateway_stop(gateway);
	outcome = server_run(&gateway->server, NULL, "--config", gateway->server.config,
			     "--refused", NULL);
	assert_non_null(strstr(outcome.out, "1  " GATEWAY_NAME "  name\n"));
	assert_null(strstr(outcome.out, "nordmann"));
	outcome_free(&outcome);
	log = file_text(gateway->daemon->log, NULL);
	assert_null(strstr(log, "nordmann"));
	free(log);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, gateway_setup, gateway_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_statement_becomes_a_figure),
		TEST(what_comes_again_changes_nothing),
		TEST(what_has_no_time_is_dated_once),
		TEST(a_voided_statement_is_taken_back),
		TEST(what_is_void_takes_the_place_of_nothing),
		TEST(what_was_held_without_a_time_was_when_it_came),
		TEST(what_was_refused_counts_when_the_people_are_known),
		TEST(a_seal_that_is_gone_is_said_and_not_made_anew),
		TEST(what_waits_of_a_platform_that_is_gone_is_delivered),
		TEST(what_the_daemon_does_not_take_is_kept_until_it_does),
		TEST(an_activity_that_looks_like_a_person_is_held),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
