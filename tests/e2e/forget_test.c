/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is forgotten was never there, for whoever asks; who may have people forgotten, and be told
 * all that is held on one; and what stays of it: lines in the audit log.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/doors.h"
#include "tests/e2e/figures.h"

#define CATALOGUE "tests/golden/catalogue.yaml"
#define EVENTS	  "tests/golden/events.jsonl"
#define REFERENCE "tests/reference/lift_oracle.py"

static struct key_pair ours, theirs;

static void open_doors(struct doors *doors, struct daemon *daemon, const char *lines)
{
	char *keys = NULL;

	assert_int_equal(key_pair_make("ours", &ours), 0);
	assert_int_equal(key_pair_make("theirs", &theirs), 0);
	assert_true(asprintf(&keys,
			     "keys:\n- {name: ours, public: \"%s\", forget: {sources: [moodle]}}\n"
			     "- {name: theirs, public: \"%s\", control: yes, "
			     "roster: {sources: [moodle]}}\n",
			     ours.public, theirs.public) > 0);
	doors_open(doors, daemon, lines, keys);
	free(keys);
}

static void close_doors(struct doors *doors, struct daemon *daemon)
{
	doors_close(doors);
	daemon_stop(daemon, SIGTERM);
}

static json_t *about(const char *op, const char *source, const char *learner)
{
	return json_pack("{s:i, s:s, s:s, s:[s]}", "v", 1, "op", op, "source", source, "learners",
			 learner);
}

/* Accepted, or refused with this code. */
static void send_event(const struct daemon *daemon, const char *source, uint64_t seq,
		       const char *learner, const char *code)
{
	struct peer peer;
	json_t *ack, *rejected;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	ack = peer_batch(&peer, source, "s", seq, learner, "rana");
	rejected = json_object_get(ack, "rejected");
	assert_int_equal(json_array_size(rejected), code ? 1 : 0);
	if (code)
		assert_string_equal(
			json_string_value(json_array_get(json_array_get(rejected, 0), 1)), code);
	json_decref(ack);
	peer_close(&peer);
}

/* Learners of all figures of people. */
static int64_t count_people(struct daemon *daemon)
{
	char *out =
		daemon_lift_out(daemon, 0, "export", "--kind", "people", "--region", "all", NULL);
	json_t *row = json_loads(out, 0, NULL);
	int64_t n = row ? whole(row, "learners") : 0;

	json_decref(row);
	free(out);
	return n;
}

static void check_log(const struct daemon *daemon, const char *expected)
{
	char path[PATH_SIZE], *text, *line, *save = NULL, found[4096] = "";

	path_make(path, "%s/audit.log", daemon->state);
	text = file_text(path, NULL);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (strstr(line, " op=forget") || strstr(line, " op=access"))
			strcat(strcat(found, line + 20), "\n");
	if (strcmp(found, expected) != 0)
		fail_msg("not\n%s\nbut\n%s", expected, found);
	free(text);
}

/* Figures. */

/* The events of the others. */
static void write_others(const char *path, const char *const gone[])
{
	char *text = file_text(EVENTS, NULL), *line, *save = NULL;
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *event = json_loads(line, 0, NULL);
		bool is_gone = false;

		for (size_t i = 0; gone[i]; i++)
			is_gone |= strcmp(word(event, "learner"), gone[i]) == 0;
		if (!is_gone)
			fprintf(file, "%s\n", line);
		json_decref(event);
	}
	assert_int_equal(fclose(file), 0);
	free(text);
}

static json_t *ask_reference(const struct daemon *daemon, const char *events, const char *day)
{
	const char *const argv[] = { "/usr/bin/python3", REFERENCE, CATALOGUE, events,
				     "--as-of",		 day,	    NULL };
	struct process process;
	struct outcome outcome;
	json_t *rows;

	process_start(&process, daemon->dir, day, argv, NULL);
	outcome = process_wait(&process);
	if (outcome.status != 0)
		fail_msg("%s", outcome.err);
	rows = figures_of_lines(outcome.out);
	outcome_free(&outcome);
	return rows;
}

static void check_figures(struct daemon *daemon, const char *events, const char *when)
{
	static const char *const days[] = { "2024-10-27", "2024-11-30", "2024-12-31" };

	for (size_t d = 0; d < sizeof(days) / sizeof(days[0]); d++) {
		json_t *expected = ask_reference(daemon, events, days[d]);
		char *out = daemon_lift_out(daemon, 0, "export", "--as-of", days[d], NULL);
		json_t *rows = figures_of_lines(out);

		figures_check(expected, rows, when);
		json_decref(expected);
		json_decref(rows);
		free(out);
	}
}

static void start_golden(struct daemon *daemon)
{
	struct outcome outcome;

	daemon_configure(daemon, "catalogue: " CATALOGUE "\nas_of: 2024-11-30\n"
				 "security: none\n");
	daemon_start(daemon);
	outcome = daemon_lift(daemon, "publish", "--source", "moodle", EVENTS, NULL);
	outcome_free(&outcome);
}

/* The daemon begins anew with what was compacted, some time after it has said so. */
static void await_unknown(struct daemon *daemon, const char *learner)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	struct outcome outcome;

	for (;;) {
		outcome = daemon_lift(daemon, "access", "--source", "moodle", "--learner", learner,
				      NULL);
		if (outcome.status == 1 && strstr(outcome.err, "unknown-learner"))
			break;
		if (clock_ms() > end_ms)
			fail_msg("%s%s", outcome.out, outcome.err);
		outcome_free(&outcome);
		look_again();
	}
	outcome_free(&outcome);
}

static void figures_are_those_of_the_others_from_now_on_and_of_any_day(void **state)
{
	static const char *const nobody[] = { NULL };
	static const char *const gone[] = { "staff-046", "Åse Ødegård", NULL };
	struct daemon *daemon = *state;
	char path[PATH_SIZE], list[PATH_SIZE], last[32], *out;
	json_t *before, *after, *known, *status;

	start_golden(daemon);
	status = daemon_status(daemon);
	snprintf(last, sizeof(last), "%lld",
		 (long long)whole(json_object_get(status, "journal"), "last"));
	json_decref(status);
	path_make(path, "%s/others.jsonl", daemon->dir);
	path_make(list, "%s/list.csv", daemon->dir);
	write_others(path, nobody);
	check_figures(daemon, path, "before");
	before = ask_reference(daemon, path, "2024-11-30");
	write_others(path, gone);
	after = ask_reference(daemon, path, "2024-11-30");
	assert_false(json_equal(before, after));
	file_write(list, "name;learner\nA;staff-046\nB; Åse Ødegård \nC;nobody-7\n"
			 "D;staff-046\nE;\n");
	out = daemon_lift_out(daemon, 0, "forget", "--source", "moodle", "--learners", list,
			      "--yes", NULL);
	if (!strstr(out, "forgotten: 2, journal number ") ||
	    !strstr(out, "not known, and nothing done: 1\n") ||
	    !strstr(out, "taken in, as of somebody new"))
		fail_msg("%s", out);
	free(out);
	check_figures(daemon, path, "forgotten");
	/* Nor is it known any more that they were known. */
	out = daemon_lift_out(daemon, 0, "export", "--known-at", last, NULL);
	known = figures_of_lines(out);
	figures_check(after, known, "as it was known before they were forgotten");
	json_decref(known);
	free(out);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	daemon_stop(daemon, SIGTERM);
	daemon_start(daemon);
	check_figures(daemon, path, "after a restart");
	/* Until it is compacted it is there, and told. */
	free(daemon_lift_out(daemon, 0, "access", "--source", "moodle", "--learner", "staff-046",
			     NULL));
	free(daemon_lift_out(daemon, 0, "compact", NULL));
	await_unknown(daemon, "staff-046");
	check_figures(daemon, path, "compacted");
	/* There is nothing left to do. */
	out = daemon_lift_out(daemon, 1, "forget", "--source", "moodle", "--learner", "staff-046",
			      "--yes", NULL);
	assert_string_equal(out, "");
	free(out);
	/* At once, down to the bytes. */
	out = daemon_lift_out(daemon, 0, "forget", "--source", "moodle", "--learner", "staff-001",
			      "--yes", "--compact", NULL);
	if (!strstr(out, "out of the files: it comes next.\n") || strstr(out, "eleven") ||
	    !strstr(out, "Taken out: "))
		fail_msg("%s", out);
	free(out);
	await_unknown(daemon, "staff-001");
	json_decref(before);
	json_decref(after);
	daemon_stop(daemon, SIGTERM);
}

/* Rights. */

static void it_takes_a_right_for_these_people(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *answer;

	open_doors(&doors, daemon, "namespaces: {moodle: staff, lms: staff}\n");
	send_event(daemon, "moodle", 1, "anna", NULL);
	send_event(daemon, "lms", 1, "bo", NULL);
	send_event(daemon, "canvas", 1, "anna", NULL);
	/* An operator's key has it only where it says so, nor is a list's right enough. */
	expect_code(doors_ask(&doors, AT_CONTROL, &theirs, about("forget", "moodle", "anna")),
		    "denied");
	expect_code(doors_ask(&doors, AT_CONTROL, &theirs, about("access", "moodle", "anna")),
		    "denied");
	expect_code(doors_ask(&doors, AT_CONTROL, &ours, about("forget", "canvas", "anna")),
		    "denied");
	expect_code(doors_ask(&doors, AT_CONTROL, &ours, about("access", "canvas", "anna")),
		    "denied");
	/* And nothing else by that right. */
	expect_code(doors_ask(&doors, AT_CONTROL, &ours,
			      json_pack("{s:i, s:s}", "v", 1, "op", "status")),
		    "denied");
	expect_code(doors_ask(&doors, AT_CONTROL, &ours,
			      json_pack("{s:i, s:s}", "v", 1, "op", "audit")),
		    "denied");
	assert_int_equal(count_people(daemon), 3);
	/* The same ids mean the same people in all of a namespace. */
	answer = doors_ask(&doors, AT_CONTROL, &ours, about("forget", "lms", "anna"));
	assert_int_equal(whole(answer, "known"), 1);
	assert_int_equal(whole(answer, "number"), 4);
	json_decref(answer);
	assert_int_equal(count_people(daemon), 2);
	/* Who may open the socket may do it for all. */
	answer = peer_ask(&doors.local, about("forget", "canvas", "anna"));
	assert_int_equal(whole(answer, "number"), 5);
	json_decref(answer);
	assert_int_equal(count_people(daemon), 1);
	check_log(daemon, " key=ours op=forget source=lms ids=1 result=asked\n"
			  " key=ours op=forget source=lms ids=1 number=4 result=ok\n"
			  " key=- op=forget source=canvas ids=1 result=asked\n"
			  " key=- op=forget source=canvas ids=1 number=5 result=ok\n");
	close_doors(&doors, daemon);
}

static void who_is_not_known_is_said_and_nothing_is_done(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *answer, *request, *learners;
	struct outcome outcome;
	char list[PATH_SIZE];

	open_doors(&doors, daemon, "");
	send_event(daemon, "moodle", 1, "anna", NULL);
	path_make(list, "%s/nobody.csv", daemon->dir);
	file_write(list, "learner\n");
	outcome = daemon_lift(daemon, "forget", "--source", "moodle", "--learners", list, "--yes",
			      NULL);
	assert_int_equal(outcome.status, 1);
	if (!strstr(outcome.err, "nobody is in it"))
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
	expect_code(peer_ask(&doors.local, about("forget", "moodle", "nobody")), "unknown-learner");
	expect_code(peer_ask(&doors.local, about("access", "moodle", "nobody")), "unknown-learner");
	expect_code(peer_ask(&doors.local, about("forget", "No source", "anna")),
		    "unknown-learner");
	expect_code(peer_ask(&doors.local, about("forget", "", "anna")), "source");
	/* In a list: how many; each once, however often it is there. */
	request = about("forget", "moodle", "anna");
	learners = json_object_get(request, "learners");
	for (int i = 0; i < 255; i++)
		json_array_append_new(learners, json_string(i % 2 ? "anna" : "x"));
	json_object_set_new(request, "dry_run", json_true());
	answer = peer_ask(&doors.local, json_incref(request));
	assert_int_equal(whole(answer, "known"), 1);
	assert_int_equal(whole(answer, "unknown"), 1);
	assert_null(json_object_get(answer, "number"));
	json_decref(answer);
	json_array_append_new(learners, json_string("one too many"));
	expect_code(peer_ask(&doors.local, request), "learners");
	request = about("forget", "moodle", "anna");
	json_object_set_new(request, "learners", json_array());
	expect_code(peer_ask(&doors.local, request), "learners");
	request = about("access", "moodle", "anna");
	json_array_append_new(json_object_get(request, "learners"), json_string("bo"));
	expect_code(peer_ask(&doors.local, request), "learners");
	assert_int_equal(count_people(daemon), 1);
	check_log(daemon, " key=- op=forget source=moodle ids=1 result=unknown-learner\n"
			  " key=- op=access source=moodle ids=1 number=1 result=unknown-learner\n"
			  " key=- op=forget source=No?source ids=1 result=unknown-learner\n"
			  " key=- op=forget source=moodle ids=2 result=looked\n");
	close_doors(&doors, daemon);
}

static void without_a_yes_or_a_line_in_the_log_nobody_is_forgotten(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	struct outcome outcome;
	char path[PATH_SIZE];

	open_doors(&doors, daemon, "");
	send_event(daemon, "moodle", 1, "anna", NULL);
	outcome = daemon_lift(daemon, "forget", "--source", "moodle", "--learner", "anna", NULL);
	assert_int_equal(outcome.status, 4);
	assert_non_null(strstr(outcome.err, "1 would be forgotten: nothing was done"));
	outcome_free(&outcome);
	path_make(path, "%s/audit.log", daemon->state);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0700), 0);
	expect_code(peer_ask(&doors.local, about("forget", "moodle", "anna")), "audit");
	expect_code(peer_ask(&doors.local, about("access", "moodle", "anna")), "audit");
	expect_code(peer_ask(&doors.local, about("access", "moodle", "nobody")), "audit");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(count_people(daemon), 1);
	daemon_await_journal(daemon, 1);
	close_doors(&doors, daemon);
}

/* What comes later. */

static void later_events_are_of_somebody_new(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *answer;

	open_doors(&doors, daemon, "");
	send_event(daemon, "moodle", 1, "anna", NULL);
	answer = peer_ask(&doors.local, about("forget", "moodle", "anna"));
	assert_string_equal(word(answer, "forgotten"), "afresh");
	json_decref(answer);
	assert_int_equal(count_people(daemon), 0);
	/* A number that was received revives nothing. */
	send_event(daemon, "moodle", 1, "anna", NULL);
	assert_int_equal(count_people(daemon), 0);
	send_event(daemon, "moodle", 2, "anna", NULL);
	assert_int_equal(count_people(daemon), 1);
	close_doors(&doors, daemon);
}

static void later_events_are_refused_where_that_is_configured(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *answer;

	open_doors(&doors, daemon, "forgotten: refuse\n");
	send_event(daemon, "moodle", 1, "anna", NULL);
	answer = peer_ask(&doors.local, about("forget", "moodle", "anna"));
	assert_string_equal(word(answer, "forgotten"), "refuse");
	json_decref(answer);
	send_event(daemon, "moodle", 2, "anna", "forgotten");
	send_event(daemon, "moodle", 3, "bo", NULL);
	assert_int_equal(count_people(daemon), 1);
	answer = peer_ask(&doors.local, about("access", "moodle", "anna"));
	assert_true(json_is_true(json_object_get(answer, "objection")));
	json_decref(answer);
	close_doors(&doors, daemon);
}

/* What is held. */

static json_t *access_of(struct daemon *daemon, const char *source, const char *learner)
{
	char *out = daemon_lift_out(daemon, 0, "access", "--source", source, "--learner", learner,
				    NULL);
	json_t *all = json_loads(out, 0, NULL);

	assert_non_null(all);
	free(out);
	return all;
}

static void all_that_two_sources_have_told_of_one_person_is_told(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *all, *entry, *row;

	open_doors(&doors, daemon, "namespaces: {moodle: staff, lms: staff}\n");
	send_event(daemon, "moodle", 1, "anna", NULL);
	send_event(daemon, "moodle", 2, "bo", NULL);
	send_event(daemon, "lms", 1, "anna", NULL);
	all = access_of(daemon, "lms", "anna");
	assert_null(json_object_get(all, "ok"));
	assert_string_equal(word(all, "source"), "lms");
	assert_string_equal(word(all, "first_source"), "moodle");
	assert_string_equal(word(all, "as_of"), "2024-11-30");
	assert_string_equal(word(all, "home"), "rana");
	assert_string_equal(word(json_object_get(all, "values"), "role"), "unknown");
	assert_true(json_is_false(json_object_get(all, "objection")));
	assert_int_equal(whole(all, "last"), 3);
	/* The same fact, twice told. */
	assert_int_equal(json_array_size(json_object_get(all, "facts")), 1);
	row = json_array_get(json_object_get(all, "facts"), 0);
	assert_string_equal(word(row, "region"), "rana");
	assert_int_equal(json_array_size(json_object_get(all, "entries")), 2);
	entry = json_array_get(json_object_get(all, "entries"), 1);
	assert_int_equal(whole(entry, "number"), 3);
	assert_int_equal(whole(entry, "seq"), 1);
	assert_string_equal(word(entry, "source"), "lms");
	assert_string_equal(word(entry, "stream"), "s");
	assert_string_equal(word(entry, "type"), word(row, "type"));
	assert_int_equal(whole(entry, "time"), whole(row, "time"));
	assert_true(whole(entry, "received") > whole(entry, "time"));
	assert_int_equal(json_array_size(json_object_get(all, "quarantine")), 0);
	assert_non_null(json_object_get(json_object_get(all, "programmes"), "basics"));
	assert_true(json_is_object(json_object_get(all, "holds")));
	json_decref(all);
	/* What was forgotten lies in the journal until it is compacted, and says so. */
	json_decref(peer_ask(&doors.local, about("forget", "moodle", "anna")));
	all = access_of(daemon, "moodle", "anna");
	assert_int_equal(whole(all, "forgotten"), 4);
	assert_int_equal(json_array_size(json_object_get(all, "facts")), 0);
	assert_int_equal(json_array_size(json_object_get(all, "entries")), 3);
	assert_string_equal(word(json_array_get(json_object_get(all, "entries"), 2), "type"),
			    "forget");
	json_decref(all);
	check_log(daemon, " key=- op=access source=lms ids=1 number=3 result=ok\n"
			  " key=- op=forget source=moodle ids=1 result=asked\n"
			  " key=- op=forget source=moodle ids=1 number=4 result=ok\n"
			  " key=- op=access source=moodle ids=1 number=4 result=ok\n");
	close_doors(&doors, daemon);
}

static void what_was_refused_is_told_where_it_is_kept_whose_it_was(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	struct peer peer;
	json_t *all, *row, *batch;

	open_doors(&doors, daemon, "");
	batch = event_batch("moodle", "s", 1, "anna", "rana");
	json_object_set_new(json_array_get(json_object_get(batch, "events"), 0), "time",
			    json_integer(INT64_C(4000000000000)));
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	json_decref(peer_ask(&peer, batch));
	peer_close(&peer);
	all = access_of(daemon, "moodle", "anna");
	assert_int_equal(json_array_size(json_object_get(all, "facts")), 0);
	assert_int_equal(json_array_size(json_object_get(all, "entries")), 0);
	row = json_array_get(json_object_get(all, "quarantine"), 0);
	assert_string_equal(word(row, "code"), "time");
	assert_string_equal(word(row, "source"), "moodle");
	assert_true(json_is_object(json_object_get(row, "sent")));
	json_decref(all);
	close_doors(&doors, daemon);
}

static void many_events_of_one_come_page_by_page_each_once(void **state)
{
	enum { BATCHES = 5, EVENTS_OF_ONE = 5000 };
	struct daemon *daemon = *state;
	struct doors doors;
	struct peer peer;
	json_t *all, *entry, *batch, *events;
	size_t i;

	open_doors(&doors, daemon, "");
	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	for (int b = 0; b < BATCHES; b++) {
		batch = event_batch("moodle", "s", (uint64_t)(EVENTS_OF_ONE * b + 1), "anna",
				    "rana");
		events = json_object_get(batch, "events");
		for (int e = 1; e < EVENTS_OF_ONE; e++)
			json_array_append_new(events, json_deep_copy(json_array_get(events, 0)));
		for (int e = 0; e < EVENTS_OF_ONE; e++)
			json_object_set_new(
				json_array_get(events, (size_t)e), "time",
				json_integer(INT64_C(1700000000000) + EVENTS_OF_ONE * b + e));
		json_decref(peer_ask(&peer, batch));
	}
	peer_close(&peer);
	all = access_of(daemon, "moodle", "anna");
	assert_int_equal(json_array_size(json_object_get(all, "facts")), BATCHES * EVENTS_OF_ONE);
	assert_int_equal(json_array_size(json_object_get(all, "entries")), BATCHES * EVENTS_OF_ONE);
	json_array_foreach(json_object_get(all, "entries"), i, entry)
	{
		assert_int_equal(whole(entry, "number"), i + 1);
		assert_int_equal(whole(entry, "seq"), i + 1);
	}
	json_decref(all);
	close_doors(&doors, daemon);
}

/* And backups. */

static void backups_that_have_them_still_are_named(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *answer, *backups;
	char path[PATH_SIZE];

	open_doors(&doors, daemon, "");
	send_event(daemon, "moodle", 1, "anna", NULL);
	free(daemon_lift_out(daemon, 0, "backup", NULL));
	path_make(path, "%s/elsewhere", daemon->dir);
	free(daemon_lift_out(daemon, 0, "backup", path, NULL));
	path_make(path, "%s/backups/half", daemon->state);
	assert_int_equal(mkdir(path, 0700), 0);
	answer = peer_ask(&doors.local, about("forget", "moodle", "anna"));
	backups = json_object_get(answer, "backups");
	assert_int_equal(json_array_size(backups), 1);
	path_make(path, "%s/backups/20", daemon->state);
	assert_memory_equal(json_string_value(json_array_get(backups, 0)), path, strlen(path));
	backups = json_object_get(answer, "elsewhere");
	assert_int_equal(json_array_size(backups), 1);
	path_make(path, "%s/elsewhere", daemon->dir);
	assert_string_equal(json_string_value(json_array_get(backups, 0)), path);
	json_decref(answer);
	close_doors(&doors, daemon);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, daemon_setup, daemon_teardown)

/* Until it is done. Whoever hears that it was not finds it undone, and the person known. */
static void forget_at_last(struct daemon *daemon, const char *learner)
{
	struct outcome outcome;
	int status = 3;

	for (int64_t end_ms = clock_ms() + LIMIT_MS; status == 3 && clock_ms() < end_ms;) {
		outcome = daemon_lift(daemon, "forget", "--source", "moodle", "--learner", learner,
				      "--yes", NULL);
		status = outcome.status;
		if (status != 0 && status != 3)
			fail_msg("%s: %s", learner, outcome.err);
		outcome_free(&outcome);
		if (status == 3)
			look_again();
	}
	assert_int_equal(status, 0);
}

static void nobodys_answer_is_lost_when_the_daemon_begins_anew(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	struct process process;
	char learner[16];

	start_golden(daemon);
	for (int i = 9; i < 51; i += 14) { /* all of these are there */
		daemon_lift_start(daemon, &process, "compact", NULL);
		for (int k = 0; k < 14; k++) {
			snprintf(learner, sizeof(learner), "staff-%03d", i + k);
			forget_at_last(daemon, learner);
		}
		outcome = process_wait(&process);
		outcome_free(&outcome);
	}
	daemon_stop(daemon, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nobodys_answer_is_lost_when_the_daemon_begins_anew,
						daemon_setup, daemon_teardown),
		TEST(figures_are_those_of_the_others_from_now_on_and_of_any_day),
		TEST(it_takes_a_right_for_these_people),
		TEST(who_is_not_known_is_said_and_nothing_is_done),
		TEST(without_a_yes_or_a_line_in_the_log_nobody_is_forgotten),
		TEST(later_events_are_of_somebody_new),
		TEST(later_events_are_refused_where_that_is_configured),
		TEST(all_that_two_sources_have_told_of_one_person_is_told),
		TEST(what_was_refused_is_told_where_it_is_kept_whose_it_was),
		TEST(many_events_of_one_come_page_by_page_each_once),
		TEST(backups_that_have_them_still_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
