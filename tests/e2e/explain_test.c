/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift explain: an operator asks a real daemon what a figure stands on, with two sources, a gap,
 * refusals and events of places and modules that nobody knows.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

static const char catalogue[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, carer]}\n"
	"regions:\n"
	"  - {code: NO, name: Norway}\n"
	"  - {code: rana, parents: [NO], aliases: ['1833']}\n"
	"  - {code: bodo, parents: [NO]}\n"
	"  - {code: leka, parents: [NO]}\n"
	"  - {code: '0301', parents: [NO]}\n"
	"  - {code: roros, name: Røros where nobody takes part, parents: [NO]}\n"
	"modules:\n"
	"  - {id: infection-control, name: Infection control, aliases: [IC-1]}\n"
	"  - {id: medication}\n"
	"  - {id: wound-care, grants: [{competence: wounds, level: 2, earned_by: passed, "
	"valid_months: 24}]}\n"
	"programmes:\n"
	"  - {id: basics, name: The basics, modules: [infection-control, medication], from: "
	"2024-08-01, to: 2024-12-31,\n"
	"     targets: [{measure: participants, value: 50}]}\n"
	"competences:\n"
	"  - {id: wounds, name: Care of wounds, requirements: [{level: 1, where: {role: "
	"nurse}}]}\n";

/* Learner ids are words that no text of ours has. */
static const char of_north[] = "type,time,learner,module,region,passed,score\n"
			       "started,2024-09-02T08:00:00Z,kari-xyz,infection-control,rana,,\n"
			       "completed,2024-09-09T08:00:00Z,kari-xyz,IC-1,rana,,\n"
			       "assessed,2024-10-01T08:00:00Z,kari-xyz,wound-care,rana,true,\n"
			       "assessed,2024-10-02T08:00:00Z,ola-xyz,wound-care,bodo,,7\n"
			       "finished,2024-10-02T08:00:00Z,ola-xyz,wound-care,bodo,,\n"
			       "started,2024-10-03T08:00:00Z,ola-xyz,infection-control,atlantis,,\n"
			       "started,2024-10-03T08:00:00Z,ola-xyz,juggling,atlantis,,\n";

static void publish(struct daemon *daemon, const char *source, const char *text, int status)
{
	char path[PATH_SIZE];

	path_make(path, "%s/%s.csv", daemon->dir, source);
	file_write(path, text);
	free(daemon_lift_out(daemon, status, "publish", "--source", source, path, NULL));
}

/* Numbers 1 and 4 of a stream: 2 and 3 are missing. */
static void send_with_a_gap(struct daemon *daemon)
{
	struct peer peer;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	for (int seq = 1; seq <= 4; seq += 3) {
		json_t *ack = peer_ask(
			&peer, json_pack("{s:i, s:s, s:s, s:s, s:i, s:[{s:s, s:I, s:s, s:s, s:s}]}",
					 "v", 1, "op", "events", "source", "lms-south", "stream",
					 "autumn", "seq", seq, "events", "type", "started", "time",
					 INT64_C(1730797200000) + seq, "learner", "per-xyz",
					 "module", "medication", "region", "leka"));

		assert_string_equal(word(ack, "op"), "ack");
		assert_int_equal(json_array_size(json_object_get(ack, "rejected")), 0);
		json_decref(ack);
	}
	peer_close(&peer);
}

static void start(struct daemon *daemon)
{
	char path[PATH_SIZE], lines[2 * PATH_SIZE];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	file_write(path, catalogue);
	snprintf(lines, sizeof(lines), "catalogue: %s\nas_of: 2024-11-30\ntick_ms: 50\n", path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	publish(daemon, "lms-north", of_north, 1);
	send_with_a_gap(daemon);
}

static json_t *explained(struct daemon *daemon, const char *region, const char *kind,
			 const char *id, const char *day)
{
	char *out = daemon_lift_out(daemon, 0, "explain", "--json", "--as-of", day, region, kind,
				    id, NULL);
	json_t *answer = json_loads(out, 0, NULL);

	if (!answer)
		fail_msg("no JSON: %s", out);
	free(out);
	assert_string_equal(word(answer, "region"), region);
	assert_string_equal(word(answer, "kind"), kind);
	assert_string_equal(word(answer, "id"), id);
	assert_string_equal(word(answer, "as_of"), day);
	return answer;
}

static const struct {
	const char *why, *region, *kind, *id, *day;
	int64_t learners, facts;
	const char *sources; /* each with a space behind it */
} cases[] = {
	{ "a module where someone is", "rana", "module", "infection-control", "2024-11-30", 1, 2,
	  "lms-north " },
	{ "a module on a day before the second fact", "rana", "module", "infection-control",
	  "2024-09-08", 1, 1, "lms-north " },
	{ "a module before anything", "rana", "module", "infection-control", "2024-01-01", 0, 0,
	  "lms-north " },
	{ "a module where nobody is", "0301", "module", "infection-control", "2024-11-30", 0, 0,
	  "" },
	{ "a programme of both sources", "all", "programme", "basics", "2024-11-30", 3, 5,
	  "lms-north lms-south " },
	{ "a programme in a place of one source", "leka", "programme", "basics", "2024-11-30", 1, 2,
	  "lms-south " },
	{ "a competence", "NO", "competence", "wounds", "2024-11-30", 1, 1, "lms-north " },
	{ "people", "all", "people", "all", "2024-11-30", 3, 6, "lms-north lms-south " },
	{ "people whose place nobody knows", "unassigned", "people", "all", "2024-11-30", 1, 1,
	  "lms-north " },
};

static void each_kind_says_who_counts_by_which_facts_of_which_sources(void **state)
{
	start(*state);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		json_t *answer = explained(*state, cases[c].region, cases[c].kind, cases[c].id,
					   cases[c].day);
		char sources[PATH_SIZE] = "";
		const json_t *row;
		size_t i;

		json_array_foreach(json_object_get(answer, "sources"), i, row)
		{
			strcat(sources, word(row, "source"));
			strcat(sources, " ");
		}
		if (whole(answer, "learners") != cases[c].learners ||
		    whole(answer, "facts") != cases[c].facts ||
		    strcmp(sources, cases[c].sources) != 0)
			fail_msg("%s: %d learners, %d facts, of %s", cases[c].why,
				 (int)whole(answer, "learners"), (int)whole(answer, "facts"),
				 sources);
		json_decref(answer);
	}
	daemon_stop(*state, SIGTERM);
}

static const json_t *source_of(const json_t *answer, const char *name)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "sources"), i,
			   row) if (strcmp(word(row, "source"), name) == 0) return row;
	fail_msg("%s is no source", name);
	return NULL;
}

static void a_source_has_its_last_event_its_gap_and_its_refusals(void **state)
{
	json_t *answer;
	const json_t *north, *south, *refused;

	start(*state);
	answer = explained(*state, "all", "people", "all", "2024-11-30");
	north = source_of(answer, "lms-north");
	south = source_of(answer, "lms-south");
	assert_int_equal(whole(north, "accepted"), 5);
	assert_int_equal(whole(north, "rejected"), 2);
	assert_int_equal(whole(north, "quarantined"), 2);
	assert_int_equal(whole(north, "missing"), 0);
	assert_true(json_is_null(json_object_get(north, "since")));
	assert_int_equal(whole(north, "last_event"), INT64_C(1727942400000));
	refused = json_object_get(north, "refused");
	assert_int_equal(json_array_size(refused), 2);
	assert_string_equal(word(json_array_get(refused, 0), "code"), "type");
	assert_string_equal(word(json_array_get(refused, 1), "code"), "score");
	assert_int_equal(whole(json_array_get(refused, 1), "n"), 1);
	assert_int_equal(whole(south, "missing"), 2);
	assert_int_equal(whole(south, "since"), whole(south, "last_received"));
	assert_int_equal(json_array_size(json_object_get(south, "refused")), 0);
	json_decref(answer);
	daemon_stop(*state, SIGTERM);
}

static void what_the_catalogue_does_not_know_is_said(void **state)
{
	const json_t *unknown, *texts;
	json_t *answer;

	start(*state);
	answer = explained(*state, "rana", "module", "infection-control", "2024-11-30");
	unknown = json_object_get(answer, "unknown");
	assert_int_equal(whole(unknown, "learners"), 1);
	texts = json_object_get(unknown, "modules");
	assert_int_equal(whole(texts, "n"), 1);
	assert_string_equal(json_string_value(json_array_get(json_object_get(texts, "latest"), 0)),
			    "juggling");
	texts = json_object_get(unknown, "regions");
	assert_string_equal(json_string_value(json_array_get(json_object_get(texts, "latest"), 0)),
			    "atlantis");
	json_decref(answer);
	daemon_stop(*state, SIGTERM);
}

/* As published: a subscriber that connects a moment too late would wait for ever. */
static json_t *sources_published(struct daemon *daemon, const char *topic)
{
	char *out = daemon_lift_out(daemon, 0, "snapshot", "--json", topic, NULL);
	json_t *message = json_loads(out, 0, NULL), *sources;

	assert_non_null(message);
	sources = json_incref(json_object_get(json_object_get(message, "body"), "sources"));
	json_decref(message);
	free(out);
	return sources;
}

static void the_sources_are_those_that_are_published(void **state)
{
	struct daemon *daemon = *state;
	json_t *answer, *published;
	const json_t *name;
	size_t i;

	start(daemon);
	answer = explained(daemon, "all", "programme", "basics", "2024-11-30");
	daemon_stop(daemon, SIGTERM);
	daemon_start(daemon);
	published = sources_published(daemon, "metric/all/programme/basics");
	assert_int_equal(json_array_size(published), 2);
	json_array_foreach(published, i, name) assert_string_equal(
		json_string_value(name),
		word(json_array_get(json_object_get(answer, "sources"), i), "source"));
	json_decref(published);
	json_decref(answer);
	daemon_stop(daemon, SIGTERM);
}

/* For people. */

static void assert_says(const char *out, const char *part)
{
	if (!strstr(out, part))
		fail_msg("'%s' is not in:\n%s", part, out);
}

static void check_width(const char *out)
{
	for (const char *line = out; *line; line++) {
		size_t size = strcspn(line, "\n"), width = 0;

		for (size_t i = 0; i < size; i++)
			width += ((unsigned char)line[i] & 0xc0) != 0x80;
		if (width > 80)
			fail_msg("longer than 80: %.*s", (int)size, line);
		line += size;
	}
}

static void a_person_reads_it_in_lines_of_eighty_characters(void **state)
{
	char *out;

	start(*state);
	out = daemon_lift_out(*state, 0, "explain", "all", "programme", "basics", NULL);
	check_width(out);
	assert_says(out, "programme The basics (basics)\nin all, as of 2024-11-30\n");
	assert_says(out, "3 learners count here, by 5 facts.");
	assert_says(out,
		    "\n  completed         Participants who have completed all 2 of its modules");
	assert_says(out, "\n  targets ");
	assert_says(out, "50 participants.");
	assert_says(out, "\n  lms-north\n    last event 2024-10-03T08:00:00Z, last received ");
	assert_says(out, "1 refused: score    score must be a number from 0 to 1, rounded to");
	assert_says(out, "2 numbers missing, since ");
	assert_says(out, "\n    atlantis\n");
	free(out);
	out = daemon_lift_out(*state, 0, "explain", "roros", "people", "all", NULL);
	check_width(out);
	assert_says(out, "Nobody counts here: there are no figures.");
	assert_says(out, "No source has sent an accepted event for this.");
	assert_says(out, "accepted: 2, with 2 events");
	free(out);
	daemon_stop(*state, SIGTERM);
}

/* Neither of who has sent something good, nor of who was refused. */
static void no_learner_is_in_an_explanation(void **state)
{
	static const char *const kinds[][2] = { { "module", "wound-care" },
						{ "programme", "basics" },
						{ "competence", "wounds" },
						{ "people", "all" } };

	start(*state);
	for (size_t k = 0; k < 4; k++) {
		char *text = daemon_lift_out(*state, 0, "explain", "all", kinds[k][0], kinds[k][1],
					     NULL);
		char *json = daemon_lift_out(*state, 0, "explain", "--json", "all", kinds[k][0],
					     kinds[k][1], NULL);

		assert_null(strstr(text, "xyz"));
		assert_null(strstr(json, "xyz"));
		free(text);
		free(json);
	}
	daemon_stop(*state, SIGTERM);
}

/* What is wrong. */

static const struct {
	const char *why, *args[6];
	int status;
	const char *says, *also;
} refused[] = {
	{ "a region that is not there",
	  { "atlantis", "people", "all" },
	  1,
	  "(unknown-region)",
	  "known regions: all, unassigned, NO, rana, bodo, leka, 0301, roros\n" },
	{ "a kind that is not there",
	  { "rana", "modules", "all" },
	  2,
	  "not 'modules'",
	  "module, programme, competence or people" },
	{ "a module that is not there",
	  { "rana", "module", "juggling" },
	  1,
	  "(unknown-id)",
	  "known ids: infection-control, medication, wound-care\n" },
	{ "a programme that is not there",
	  { "rana", "programme", "" },
	  1,
	  "(unknown-id)",
	  "known ids: basics\n" },
	{ "people have one id",
	  { "rana", "people", "kari-xyz" },
	  1,
	  "(unknown-id)",
	  "known ids: all\n" },
	{ "a day that is none",
	  { "--as-of", "2024-02-30", "rana", "people", "all" },
	  2,
	  "must be a day",
	  "YYYY-MM-DD" },
	{ "no id", { "rana", "people" }, 2, "expected a region, a kind and an id", "--help" },
	{ "too much", { "rana", "people", "all", "all" }, 2, "expected a region", "--help" },
};

static void what_is_not_there_is_refused_with_what_there_is(void **state)
{
	start(*state);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		const char *args[8] = { "explain" };
		struct outcome outcome;

		for (size_t a = 0; a < 6 && refused[i].args[a]; a++)
			args[1 + a] = refused[i].args[a];
		outcome = daemon_lift_in(*state, NULL, args);
		if (outcome.status != refused[i].status || !strstr(outcome.err, refused[i].says) ||
		    !strstr(outcome.err, refused[i].also) || *outcome.out)
			fail_msg("%s: status %d: %s", refused[i].why, outcome.status, outcome.err);
		outcome_free(&outcome);
	}
	daemon_stop(*state, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_says_who_counts_by_which_facts_of_which_sources),
		TEST(a_source_has_its_last_event_its_gap_and_its_refusals),
		TEST(what_the_catalogue_does_not_know_is_said),
		TEST(the_sources_are_those_that_are_published),
		TEST(a_person_reads_it_in_lines_of_eighty_characters),
		TEST(no_learner_is_in_an_explanation),
		TEST(what_is_not_there_is_refused_with_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
