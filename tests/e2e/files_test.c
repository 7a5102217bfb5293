/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of events as spreadsheets and programs write them: whatever their form, the same events
 * give the same figures, and what is no file of events is told so once, and not sent.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEADER	 "type,time,learner,module,region,score,passed,attrs.role\n"

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\nas_of: 2024-11-30\n");
	daemon_start(daemon);
}

/* Write a file in the daemon's directory, and publish it. */
static struct outcome publish(struct daemon *daemon, const char *name, struct text content)
{
	char path[PATH_SIZE];
	FILE *file;

	path_make(path, "%s/%s", daemon->dir, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(content.data, 1, content.size, file), content.size);
	assert_int_equal(fclose(file), 0);
	return daemon_lift(daemon, "publish", path, NULL);
}

/* Two events, about people in Bodø: as in the first file, in other forms. */
static const struct {
	const char *name;
	struct text content;
	const char *said; /* on standard error; "": nothing */
} forms[] = {
	{ "plain.csv",
	  TEXT(HEADER
	       "completed,2024-11-05T09:00:00Z,ada,dementia,Bod\xc3\xb8,,,nurse\n"
	       "assessed,2024-11-05T10:00:00Z,b\xc3\xb8,medication,Bod\xc3\xb8,0.82,true,nurse\n"),
	  "" },
	{ "windows-1252.csv",
	  TEXT(HEADER "completed,2024-11-05T09:00:00Z,ada,dementia,Bod\xf8,,,nurse\n"
		      "assessed,2024-11-05T10:00:00Z,b\xf8,medication,Bod\xf8,0.82,true,nurse\n"),
	  "it is not UTF-8 and was read as Windows-1252" },
};

static void the_same_events_give_the_same_figures_whatever_their_form(void **state)
{
	struct daemon *daemon = *state;
	char *expected = NULL;

	start(daemon);
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct outcome outcome = publish(daemon, forms[i].name, forms[i].content);
		char *figures;

		if (outcome.status != 0 ||
		    !strstr(outcome.out, "2 events, 2 accepted, 0 refused") ||
		    !strstr(outcome.err, forms[i].said) || (!*forms[i].said && *outcome.err))
			fail_msg("%s: status %d, %s%s", forms[i].name, outcome.status, outcome.out,
				 outcome.err);
		outcome_free(&outcome);
		figures = daemon_lift_out(daemon, 0, "export", NULL);
		if (!expected)
			expected = strdup(figures);
		if (strcmp(figures, expected) != 0)
			fail_msg("%s: %s instead of %s", forms[i].name, figures, expected);
		free(figures);
	}
	assert_non_null(strstr(expected, "\"region\":\"bodo\""));
	assert_null(strstr(expected, "unassigned"));
	free(expected);
	daemon_stop(daemon, SIGTERM);
}

static void a_file_without_a_row_is_no_error(void **state)
{
	static const struct text nothing[] = { TEXT(""), TEXT("\xef\xbb\xbf"), TEXT("\n\r\n"),
					       TEXT(HEADER), TEXT("\xff\xfe") };
	static const char *const names[] = { "nothing.csv", "nothing.jsonl", "nothing" };
	struct daemon *daemon = *state;

	start(daemon);
	for (size_t i = 0; i < COUNT(nothing) * COUNT(names); i++) {
		const char *name = names[i % COUNT(names)];
		struct outcome outcome;

		if (strstr(name, "json") && nothing[i / COUNT(names)].size == strlen(HEADER))
			continue;
		outcome = publish(daemon, name, nothing[i / COUNT(names)]);
		if (outcome.status != 0 || !strstr(outcome.out, ": no rows\n") || *outcome.err)
			fail_msg("%zu: status %d, %s%s", i, outcome.status, outcome.out,
				 outcome.err);
		outcome_free(&outcome);
	}
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_events_give_the_same_figures_whatever_their_form),
		TEST(a_file_without_a_row_is_no_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
