/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names that look like people: counted, told without being spread, and refused where that is
 * configured.
 */
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

#define PERSON "Kari Nordmann"
#define NUMBER "01819012365"

static const char catalogue[] = "timezone: Europe/Oslo\n"
				"dimensions: {role: [nurse]}\n"
				"regions: [{code: '3020', name: Nordre Follo}]\n"
				"modules: [{id: fire, name: Fire Drill}]\n";
static const char catalogue_that_knows[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse]}\n"
	"regions: [{code: '3020', name: Nordre Follo}]\n"
	"modules: [{id: fire, name: Fire Drill}, {id: cold, name: Cold Drill}]\n";

/* Two that look like people; a place and a course that the catalogue has under such names. */
static const char rows[] = "type,time,learner,module,region,attrs.role\n"
			   "started,2024-11-05T09:00:00Z,ada,Samtale med " PERSON ",3020,nurse\n"
			   "started,2024-11-05T09:00:00Z,bo,fire,3020," NUMBER "\n"
			   "started,2024-11-05T09:00:00Z,cy,Fire Drill,Nordre Follo,nurse\n";
static const char drill[] = "type,time,learner,module,region\n"
			    "started,2024-11-05T09:00:00Z,ada,Cold Drill,3020\n";

static void start(struct daemon *daemon, const char *more)
{
	char path[PATH_SIZE], lines[PATH_SIZE + 64];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, catalogue);
	snprintf(lines, sizeof(lines), "catalogue: %s\n%s", path, more);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

/* With --again, or on a stream; NULL: neither. */
static struct outcome publish(struct daemon *daemon, const char *text, const char *option,
			      const char *stream)
{
	char path[PATH_SIZE];

	path_make(path, "%s/rows.csv", daemon->dir);
	file_write(path, text);
	return stream	? daemon_lift(daemon, "publish", "--source", "moodle", option, stream, path,
				      NULL)
	       : option ? daemon_lift(daemon, "publish", "--source", "moodle", option, path, NULL)
			: daemon_lift(daemon, "publish", "--source", "moodle", path, NULL);
}

static void assert_says(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("'%s' is not said: %s", what, text);
}

/* The answer and the page: how many, and of nobody who it is. */
static void assert_told(struct daemon *daemon, const char *what, const char *more)
{
	char *page = daemon_lift_out(daemon, 0, "status", NULL);
	char *json = daemon_lift_out(daemon, 0, "status", "--json", NULL);

	for (char *at = page; (at = strstr(at, "\n       "));) /* lines that go on */
		memmove(at + 1, at + 8, strlen(at + 8) + 1), *at = ' ';
	assert_says(page, what);
	if (more)
		assert_says(page, more);
	assert_null(strstr(page, "Nordmann"));
	assert_null(strstr(json, "Nordmann"));
	assert_null(strstr(page, NUMBER));
	assert_null(strstr(json, NUMBER));
	free(page);
	free(json);
}

/* What the journal has is looked at beside all else. */
static void await_held(struct daemon *daemon, size_t n)
{
	size_t found;

	do {
		json_t *status = daemon_status(daemon);

		found = json_array_size(
			json_object_get(json_object_get(status, "persons"), "held"));
		json_decref(status);
		look_again();
	} while (found != n);
}

static void names_that_look_like_people_are_counted_and_not_spread(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	start(daemon, "");
	outcome = publish(daemon, rows, NULL, NULL);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	await_held(daemon, 2);
	assert_told(daemon,
		    "note   source moodle: 1 module looks like a person's name, two capitalised "
		    "words: S... (25)",
		    "note   source moodle: 1 value of an attribute looks like a Norwegian national "
		    "number: 0... (11)");
	assert_told(daemon, "the journal has 1 module that looks like a person's name",
		    "names_strict");
	/* What is there is found again. */
	daemon_crash(daemon);
	daemon_start(daemon);
	await_held(daemon, 2);
	assert_told(daemon, "the journal has 1 value of an attribute that looks like", NULL);
	daemon_stop(daemon, SIGTERM);
}

static int has_no_person(const char *path, const struct stat *about, int kind, struct FTW *at)
{
	size_t size;
	char *bytes;

	(void)at;
	if (kind != FTW_F || !S_ISREG(about->st_mode))
		return 0;
	bytes = file_text(path, &size);
	if (memmem(bytes, size, "Nordmann", 8) || memmem(bytes, size, NUMBER, strlen(NUMBER)))
		fail_msg("a person is in %s", path);
	free(bytes);
	return 0;
}

static void where_it_is_strict_nothing_of_them_is_kept(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char backup[PATH_SIZE], *out;

	start(daemon, "names_strict: yes\n");
	for (int again = 0; again < 2; again++) {
		outcome = publish(daemon, rows, NULL, NULL);
		assert_int_equal(outcome.status, 1);
		assert_says(outcome.err,
			    ".csv:2: refused: name: a module, region, value, stream or source "
			    "must not look like a person");
		assert_says(outcome.err, ".csv:3: refused: name: ");
		assert_null(strstr(outcome.err, ".csv:4:"));
		outcome_free(&outcome);
	}
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 1);
	assert_told(daemon,
		    "source moodle: refused 1 time, for a module that looks like a person's",
		    "source moodle: refused 1 time, for a value of an attribute that looks like a");
	out = daemon_lift_out(daemon, 0, "quarantine", "show", "1", NULL);
	assert_says(out, "(text of 25 bytes)");
	assert_says(out, "names_strict");
	free(out);
	/* A stream is refused whole. */
	outcome = publish(daemon, drill, "--stream", PERSON);
	assert_int_equal(outcome.status, 1);
	assert_says(outcome.err, "must not look like a person");
	outcome_free(&outcome);
	path_make(backup, "%s/backup", daemon->dir);
	free(daemon_lift_out(daemon, 0, "backup", backup, NULL));
	daemon_stop(daemon, SIGTERM);
	assert_int_equal(nftw(daemon->state, has_no_person, 16, FTW_PHYS), 0);
	assert_int_equal(nftw(backup, has_no_person, 16, FTW_PHYS), 0);
	assert_int_equal(
		has_no_person(daemon->log, &(struct stat){ .st_mode = S_IFREG }, FTW_F, NULL), 0);
}

/* A course of two words is nobody as soon as the catalogue has it. */
static void what_the_catalogue_learns_is_taken_when_it_is_sent_again(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char path[PATH_SIZE];

	start(daemon, "names_strict: yes\n");
	outcome = publish(daemon, drill, NULL, NULL);
	assert_int_equal(outcome.status, 1);
	outcome_free(&outcome);
	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, catalogue_that_knows);
	free(daemon_lift_out(daemon, 0, "reload", "--wait", NULL));
	outcome = publish(daemon, drill, NULL, NULL);
	assert_int_equal(outcome.status, 1); /* the verdict stands */
	assert_says(outcome.err, "--again");
	outcome_free(&outcome);
	outcome = publish(daemon, drill, "--again", NULL);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* Who asks where a stream stands is told at once. */
static void a_hello_of_such_a_name_is_answered_by_a_nack(void **state)
{
	static const struct {
		const char *source, *stream;
	} names[] = { { "moodle", PERSON }, { "moodle", "kari@nordmann.no" }, { NUMBER, "s" } };
	struct daemon *daemon = *state;
	struct peer peer;
	json_t *answer;

	start(daemon, "names_strict: yes\n");
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		answer = peer_ask(&peer,
				  json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello", "source",
					    names[i].source, "stream", names[i].stream));
		assert_string_equal(word(answer, "op"), "nack");
		assert_string_equal(word(answer, "code"), "name");
		assert_false(json_is_true(json_object_get(answer, "retry")));
		json_decref(answer);
	}
	answer = peer_ask(&peer, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello", "source",
					   "moodle", "stream", "2025-autumn"));
	assert_string_equal(word(answer, "op"), "welcome");
	json_decref(answer);
	peer_close(&peer);
	daemon_stop(daemon, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			names_that_look_like_people_are_counted_and_not_spread, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(where_it_is_strict_nothing_of_them_is_kept,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(
			what_the_catalogue_learns_is_taken_when_it_is_sent_again, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(a_hello_of_such_a_name_is_answered_by_a_nack,
						daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
