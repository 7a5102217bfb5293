/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Refused events: a platform hears of its own, an operator of all, and nobody of whom they were about.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

static const char rows[] = "type,time,learner,module,region,score,passed\n"
			   "started,2024-11-05T09:00:00Z,ada,dementia,rana,,\n"
			   "assessed,2024-11-05T09:00:00Z,bo-the-learner,dementia,rana,7,\n"
			   "finished,5,cy-the-learner,dementia,rana,,\n";

static void publish(struct daemon *daemon, const char *source, const char *text)
{
	char path[PATH_SIZE];

	path_make(path, "%s/%s.csv", daemon->dir, source);
	file_write(path, text);
	free(daemon_lift_out(daemon, 1, "publish", "--source", source, path, NULL));
}

static json_t *line_of(const char *text)
{
	json_t *json = json_loads(text, JSON_DISABLE_EOF_CHECK, NULL);

	if (!json)
		fail_msg("no JSON: %s", text);
	return json;
}

static void a_platform_hears_of_its_own_refused_events_also_after_a_restart(void **state)
{
	struct daemon *daemon = *state;
	char *out, *again;
	json_t *row;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "one", rows);
	publish(daemon, "other", rows);
	out = daemon_lift_out(daemon, 0, "rejections", "--source", "other", "--json", NULL);
	row = line_of(out);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), 5);
	assert_int_equal(json_integer_value(json_array_get(row, 2)), 2);
	assert_string_equal(json_string_value(json_array_get(row, 3)), "score");
	json_decref(row);
	row = line_of(strchr(out, '\n') + 1);
	assert_int_equal(json_integer_value(json_array_get(row, 0)), 6);
	assert_string_equal(json_string_value(json_array_get(row, 3)), "type");
	json_decref(row);
	/* Those behind a number; nobody else's; the same when the daemon has been killed. */
	again = daemon_lift_out(daemon, 0, "rejections", "--source", "other", "--json", "--after",
				"5", NULL);
	assert_string_equal(again, strchr(out, '\n') + 1);
	free(again);
	again = daemon_lift_out(daemon, 0, "rejections", "--source", "third", NULL);
	assert_string_equal(again, "");
	free(again);
	daemon_crash(daemon);
	daemon_start(daemon);
	again = daemon_lift_out(daemon, 0, "rejections", "--source", "other", "--json", NULL);
	assert_string_equal(again, out);
	free(again);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

static void an_operator_sees_what_was_sent_but_for_who_it_was_about(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char *out;

	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "one", rows);
	publish(daemon, "other", rows);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", NULL);
	assert_non_null(strstr(out, " one "));
	assert_non_null(strstr(out, " other "));
	assert_null(strstr(out, "the-learner"));
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "list", "--source", "one", NULL);
	assert_null(strstr(out, " other "));
	free(out);
	out = daemon_lift_out(daemon, 0, "quarantine", "show", "2", NULL);
	assert_non_null(strstr(out, "\"score\":7"));
	assert_non_null(strstr(out, "\"module\":\"dementia\""));
	assert_null(strstr(out, "the-learner"));
	free(out);
	outcome = daemon_lift(daemon, "quarantine", "show", "1", NULL);
	assert_int_equal(outcome.status, 1);
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* More refused events than a page holds: 1,200 rows of one source, in three questions. */
static void a_long_list_comes_page_by_page_and_whole(void **state)
{
	enum { ROWS = 1200 };
	struct daemon *daemon = *state;
	static char text[ROWS * 48];
	size_t size = (size_t)sprintf(text, "type,time,learner,module,region\n"), lines = 0;
	char *out;

	for (int i = 0; i < ROWS; i++)
		size += (size_t)sprintf(text + size, "never,%d,l,m,r\n", i);
	daemon_configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, "long", text);
	out = daemon_lift_out(daemon, 0, "rejections", "--source", "long", "--json", NULL);
	for (const char *at = out; *at; at++) {
		char start[16];

		if (at == out || at[-1] == '\n') {
			snprintf(start, sizeof(start), "[%zu,", ++lines);
			assert_memory_equal(at, start, strlen(start));
		}
	}
	assert_int_equal(lines, ROWS);
	free(out);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_platform_hears_of_its_own_refused_events_also_after_a_restart),
		TEST(an_operator_sees_what_was_sent_but_for_who_it_was_about),
		TEST(a_long_list_comes_page_by_page_and_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
