/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may ask about a list of people, about whom; and what stays of it: a line in the audit
 * log, without which nothing is answered.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/doors.h"

static struct key_pair ours, theirs;

/* Keys of this file, with rights in the place of "%s". */
static char *keys_with(const char *rights)
{
	char *text = NULL;

	assert_true(asprintf(&text,
			     "keys:\n- {name: ours, public: \"%s\", %s}\n"
			     "- {name: theirs, public: \"%s\", control: yes}\n",
			     ours.public, rights, theirs.public) > 0);
	return text;
}

static void open_with(struct doors *doors, struct daemon *daemon, const char *lines,
		      const char *rights)
{
	char *keys;

	assert_int_equal(key_pair_make("ours", &ours), 0);
	assert_int_equal(key_pair_make("theirs", &theirs), 0);
	keys = keys_with(rights);
	doors_open(doors, daemon, lines, keys);
	free(keys);
}

static void close_doors(struct doors *doors, struct daemon *daemon)
{
	doors_close(doors);
	daemon_stop(daemon, SIGTERM);
}

static json_t *roster_of(const char *source, const char *programme)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:b, s:[s, s, s, s]}", "v", 1, "op", "roster",
			 "source", source, "id", programme, "count", 1, "learners", "anna", "bo",
			 "cille", "nobody");
}

/* A letter for each row: '-' nobody, 'p' a participant, 's' only seen; and how many there are. */
static void check_rows(json_t *answer, const char *rows, int64_t there)
{
	json_t *row, *all = json_object_get(answer, "rows");
	char found[16] = "";
	size_t i;

	json_array_foreach(all, i, row)
	{
		found[i] = (char)(json_is_null(row)		  ? '-'
				  : json_object_get(row, "first") ? 'p'
								  : 's');
		found[i + 1] = 0;
	}
	if (strcmp(found, rows) != 0 || whole(answer, "there") != there)
		fail_msg("not %s of %lld, but: %s", rows, (long long)there, json_dumps(answer, 0));
	json_decref(answer);
}

/* anna and bo are in Rana, cille in Vefsn, all of moodle's; canvas' anna is another one. */
static void send_events(struct doors *doors)
{
	static const struct {
		const char *source, *learner, *region;
	} events[] = {
		{ "moodle", "anna", "rana" },	{ "moodle", "bo", "rana" },
		{ "moodle", "cille", "vefsn" }, { "moodle", "dan", "rana" },
		{ "canvas", "anna", "0301" },	{ "lms", "bo", "rana" },
	};
	struct peer peer;

	peer_open(&peer, ZMQ_DEALER, doors->daemon->intake, NULL);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		json_decref(peer_batch(&peer, events[i].source, events[i].learner, 1,
				       events[i].learner, events[i].region));
	peer_close(&peer);
}

static void an_operator_by_ipc_asks_about_any_source_and_all_regions(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;

	open_with(&doors, daemon, "namespaces: {lms: staff, lists: staff}\n", "audiences: [rana]");
	send_events(&doors);
	check_rows(peer_ask(&doors.local, roster_of("moodle", "basics")), "ppp-", 4);
	check_rows(peer_ask(&doors.local, roster_of("canvas", "basics")), "p---", 1);
	/* A source that has sent nothing may be another name of people who are known. */
	check_rows(peer_ask(&doors.local, roster_of("lists", "basics")), "-p--", 1);
	expect_code(peer_ask(&doors.local, roster_of("mooodle", "basics")), "unknown-source");
	expect_code(peer_ask(&doors.local, roster_of("No Source", "basics")), "unknown-source");
	expect_code(peer_ask(&doors.local, roster_of("", "basics")), "source");
	expect_code(peer_ask(&doors.local, roster_of("moodle", "basic")), "unknown-id");
	close_doors(&doors, daemon);
}

static void a_key_asks_about_its_sources_people_at_home_where_it_sees(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;

	open_with(&doors, daemon, "", "roster: {sources: [moodle], regions: [rana]}");
	send_events(&doors);
	/* Whose home is elsewhere has never been seen, and is counted nowhere. */
	check_rows(doors_ask(&doors, AT_CONTROL, &ours, roster_of("moodle", "basics")), "pp--", 3);
	expect_code(doors_ask(&doors, AT_CONTROL, &ours, roster_of("canvas", "basics")), "denied");
	expect_code(doors_ask(&doors, AT_CONTROL, &ours, roster_of("lms", "basics")), "denied");
	/* It is no operator, and an operator's key has no list by that alone. */
	expect_code(doors_ask(&doors, AT_CONTROL, &ours,
			      json_pack("{s:i, s:s}", "v", 1, "op", "status")),
		    "denied");
	expect_code(doors_ask(&doors, AT_CONTROL, &ours,
			      json_pack("{s:i, s:s}", "v", 1, "op", "export")),
		    "denied");
	expect_code(doors_ask(&doors, AT_CONTROL, &theirs, roster_of("moodle", "basics")),
		    "denied");
	close_doors(&doors, daemon);
}

static void a_key_sees_its_own_regions_programmes_alone(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *answer;

	open_with(&doors, daemon, "", "roster: {sources: [moodle], regions: [bodo]}");
	send_events(&doors);
	check_rows(doors_ask(&doors, AT_CONTROL, &ours, roster_of("moodle", "basics")), "----", 0);
	/* One for islands and a hospital trust, in none of which Bodø is. */
	answer = doors_ask(&doors, AT_CONTROL, &ours, roster_of("moodle", "islands-and-trust"));
	assert_int_equal(json_array_size(json_object_get(answer, "known")), 1);
	expect_code(answer, "unknown-id");
	close_doors(&doors, daemon);
}

static void what_a_key_may_ask_changes_with_its_file(void **state)
{
	struct daemon *daemon = *state;
	struct visitor visitor;
	struct doors doors;
	json_t *answer;
	char *keys, *said;

	open_with(&doors, daemon, "", "roster: {sources: [moodle], regions: [rana]}");
	send_events(&doors);
	visitor_open(&visitor, &doors, AT_CONTROL, &ours, doors.server.public, "moodle");
	check_rows(peer_ask(&visitor.peer, roster_of("moodle", "basics")), "pp--", 3);
	keys = keys_with("roster: {sources: [moodle, canvas]}");
	doors_change_keys(&doors, keys);
	free(keys);
	check_rows(peer_ask(&visitor.peer, roster_of("moodle", "basics")), "ppp-", 4);
	check_rows(peer_ask(&visitor.peer, roster_of("canvas", "basics")), "p---", 1);
	answer = peer_ask(&doors.local, json_pack("{s:i, s:s}", "v", 1, "op", "keys"));
	assert_int_equal(
		json_array_size(json_object_get(json_array_get(json_object_get(answer, "keys"), 0),
						"roster_sources")),
		2);
	json_decref(answer);
	keys = daemon_lift_out(daemon, 0, "key", "list", NULL);
	if (!strstr(keys, "  asks about lists of people of moodle, canvas, wherever they are"))
		fail_msg("%s", keys);
	free(keys);
	/* Without the right its connection is cut, and it comes in no more. */
	keys = keys_with("audiences: [rana]");
	doors_change_keys(&doors, keys);
	free(keys);
	while (visitor.cut == 0) {
		visitor_hear(&visitor);
		look_again();
	}
	visitor_close(&visitor);
	/* A region that the catalogue does not have is said, with its line. */
	keys = keys_with("roster: {sources: [moodle], regions: [atlantis]}");
	doors_write_keys(&doors, keys);
	free(keys);
	answer = peer_ask(&doors.local, json_pack("{s:i, s:s}", "v", 1, "op", "reload"));
	said = json_dumps(answer, 0);
	if (!strstr(said, "the catalogue has no region atlantis"))
		fail_msg("%s", said);
	free(said);
	json_decref(answer);
	close_doors(&doors, daemon);
}

static void more_ids_than_may_be_asked_at_once_or_none_at_all_are_refused_or_answered(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *request, *learners, *answer;

	open_with(&doors, daemon, "", "audiences: [rana]");
	send_events(&doors);
	request = roster_of("moodle", "basics");
	learners = json_array();
	for (int i = 0; i < 5000; i++)
		json_array_append_new(learners, json_string(i % 2 ? "anna" : "x"));
	json_object_set_new(request, "learners", learners);
	json_incref(request);
	answer = peer_ask(&doors.local, request);
	assert_int_equal(json_array_size(json_object_get(answer, "rows")), 5000);
	json_decref(answer);
	json_array_append_new(learners, json_string("one too many"));
	expect_code(peer_ask(&doors.local, request), "learners");
	request = roster_of("moodle", "basics");
	json_object_set_new(request, "learners", json_pack("[s, i]", "anna", 1));
	expect_code(peer_ask(&doors.local, request), "learners");
	request = roster_of("moodle", "basics");
	json_object_set_new(request, "learners", json_pack("[s, s]", "anna", ""));
	expect_code(peer_ask(&doors.local, request), "learners");
	request = roster_of("moodle", "basics");
	json_object_del(request, "learners");
	check_rows(peer_ask(&doors.local, request), "", 4);
	close_doors(&doors, daemon);
}

/* So many events that what is asked next waits for them. */
static void send_many(struct peer *peer, uint64_t seq)
{
	json_t *batch = event_batch("moodle", "many", seq, "anna", "rana");
	json_t *events = json_object_get(batch, "events");

	for (int i = 1; i < 5000; i++)
		json_array_append_new(events, json_deep_copy(json_array_get(events, 0)));
	for (int i = 0; i < 5000; i++) {
		char learner[32];

		snprintf(learner, sizeof(learner), "%d of %d", i, (int)seq);
		json_object_set_new(json_array_get(events, (size_t)i), "learner",
				    json_string(learner));
	}
	json_decref(peer_ask(peer, batch));
}

static void many_lists_of_one_key_leave_places_for_others(void **state)
{
	enum { LISTS = 8, OF_KEY = 4, ROUNDS = 50 };
	struct daemon *daemon = *state;
	struct doors doors;
	struct visitor visitor;
	struct peer intake;
	int busy = 0;

	open_with(&doors, daemon, "", "roster: {sources: [moodle]}");
	peer_open(&intake, ZMQ_DEALER, daemon->intake, NULL);
	visitor_open(&visitor, &doors, AT_CONTROL, &ours, doors.server.public, "moodle");
	for (uint64_t round = 1; round <= ROUNDS && busy < LISTS - OF_KEY; round++) {
		busy = 0;
		send_many(&intake, 5000 * (round - 1) + 1);
		for (int i = 0; i < LISTS; i++)
			peer_send(&visitor.peer, roster_of("moodle", "basics"));
		expect_code(peer_ask(&doors.local, roster_of("moodle", "basic")), "unknown-id");
		for (int i = 0; i < LISTS; i++) {
			json_t *answer = peer_receive(&visitor.peer, 10000, NULL);

			if (!json_object_get(answer, "rows")) {
				expect_code(json_incref(answer), "busy");
				busy++;
			}
			json_decref(answer);
		}
	}
	assert_int_equal(busy, LISTS - OF_KEY);
	visitor_close(&visitor);
	peer_close(&intake);
	close_doors(&doors, daemon);
}

/* The log. */

static char *log_text(const struct daemon *daemon)
{
	char path[PATH_SIZE];

	path_make(path, "%s/audit.log", daemon->state);
	return file_text(path, NULL);
}

static void who_has_asked_about_how_many_is_noted_and_never_about_whom(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	char path[PATH_SIZE], *text, *line, *save = NULL;
	struct stat info;
	int n = 0;

	open_with(&doors, daemon, "", "roster: {sources: [moodle], regions: [rana]}");
	send_events(&doors);
	json_decref(doors_ask(&doors, AT_CONTROL, &ours, roster_of("moodle", "basics")));
	json_decref(peer_ask(&doors.local, roster_of("canvas", "basics")));
	/* What is refused has told nothing. */
	json_decref(doors_ask(&doors, AT_CONTROL, &ours, roster_of("canvas", "basics")));
	json_decref(peer_ask(&doors.local, roster_of("canvas", "nothing")));
	text = log_text(daemon);
	assert_null(strstr(text, "anna"));
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		static const char *const expected[] = {
			" key=ours op=roster source=moodle kind=programme id=\"basics\" ids=4 "
			"result=ok",
			" key=- op=roster source=canvas kind=programme id=\"basics\" ids=4 "
			"result=ok",
		};

		assert_true(n < 2);
		assert_true(strlen(line) > 20 && line[10] == 'T' && line[19] == 'Z');
		assert_string_equal(line + 20, expected[n++]);
	}
	assert_int_equal(n, 2);
	free(text);
	path_make(path, "%s/audit.log", daemon->state);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	close_doors(&doors, daemon);
}

static void where_it_cannot_be_noted_nothing_is_answered(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	char path[PATH_SIZE], *text;
	json_t *answer;

	open_with(&doors, daemon, "", "audiences: [rana]");
	send_events(&doors);
	path_make(path, "%s/audit.log", daemon->state);
	assert_int_equal(mkdir(path, 0700), 0);
	answer = peer_ask(&doors.local, roster_of("moodle", "basics"));
	assert_null(json_object_get(answer, "rows"));
	assert_non_null(strstr(word(answer, "text"), "audit.log: Is a directory"));
	expect_code(answer, "audit");
	assert_int_equal(rmdir(path), 0);
	check_rows(peer_ask(&doors.local, roster_of("moodle", "basics")), "ppp-", 4);
	/* It may be moved away, and is made anew. */
	assert_int_equal(unlink(path), 0);
	check_rows(peer_ask(&doors.local, roster_of("moodle", "basics")), "ppp-", 4);
	text = log_text(daemon);
	assert_non_null(strchr(text, '\n'));
	assert_int_equal(strchr(text, '\n')[1], 0);
	free(text);
	close_doors(&doors, daemon);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_operator_by_ipc_asks_about_any_source_and_all_regions, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(
			a_key_asks_about_its_sources_people_at_home_where_it_sees, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(a_key_sees_its_own_regions_programmes_alone,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(what_a_key_may_ask_changes_with_its_file,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(
			more_ids_than_may_be_asked_at_once_or_none_at_all_are_refused_or_answered,
			daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(many_lists_of_one_key_leave_places_for_others,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(
			who_has_asked_about_how_many_is_noted_and_never_about_whom, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(where_it_cannot_be_noted_nothing_is_answered,
						daemon_setup, daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
