/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit log: who has been told what, by which key and door; without which nothing is answered;
 * and for how long.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "proto/iso8601.h"
#include "tests/e2e/check.h"
#include "tests/e2e/doors.h"
#include "tests/e2e/moved_clock.h"

static struct key_pair ours, theirs;

static void open_doors(struct doors *doors, struct daemon *daemon)
{
	char *keys = NULL;

	assert_int_equal(key_pair_make("ours", &ours), 0);
	assert_int_equal(key_pair_make("theirs", &theirs), 0);
	assert_true(asprintf(&keys,
			     "keys:\n- {name: ours, public: \"%s\", audiences: [rana], "
			     "roster: {sources: [moodle]}}\n"
			     "- {name: theirs, public: \"%s\", control: yes}\n",
			     ours.public, theirs.public) > 0);
	doors_open(doors, daemon, "", keys);
	free(keys);
}

static void close_doors(struct doors *doors, struct daemon *daemon)
{
	doors_close(doors);
	daemon_stop(daemon, SIGTERM);
}

static void check_answered(json_t *answer)
{
	if (!json_is_true(json_object_get(answer, "ok")))
		fail_msg("%s", json_dumps(answer, 0));
	json_decref(answer);
}

static json_t *export_of(const char *region, const char *id)
{
	json_t *request = json_pack("{s:i, s:s}", "v", 1, "op", "export");

	if (region)
		json_object_set_new(request, "region", json_string(region));
	if (id)
		json_object_set_new(request, "id", json_string(id));
	return request;
}

static json_t *explain_of(const char *region)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s}", "v", 1, "op", "explain", "region", region,
			 "kind", "people", "id", "all");
}

static json_t *roster_of(const char *source)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:[s, s]}", "v", 1, "op", "roster", "source", source,
			 "id", "basics", "learners", "anna", "bo");
}

static void send_event(const struct daemon *daemon)
{
	struct peer peer;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	json_decref(peer_batch(&peer, "moodle", "s", 1, "anna", "rana"));
	peer_close(&peer);
}

/* Lines behind their times, which must be such. */
static void check_lines(char *text, size_t begin, const char *expected)
{
	char *found = calloc(1, strlen(text) + 1), *line, *save = NULL;

	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		assert_true(strlen(line) > begin && line[10] == 'T' && line[19] == 'Z');
		strcat(strcat(found, line + begin), "\n");
	}
	if (strcmp(found, expected) != 0)
		fail_msg("not\n%s\nbut\n%s", expected, found);
	free(found);
	free(text);
}

static char *log_text(const struct daemon *daemon)
{
	char path[PATH_SIZE];

	path_make(path, "%s/audit.log", daemon->state);
	return file_text(path, NULL);
}

static void await_known(struct peer *peer)
{
	json_t *answer = peer_ask(peer, json_pack("{s:i, s:s, s:i, s:s}", "v", 1, "op", "export",
						  "known_at", 1, "kind", "people"));

	while (!json_object_get(answer, "rows")) {
		assert_true(json_is_true(json_object_get(answer, "more")));
		json_decref(answer);
		answer = peer_receive(peer, LIMIT_MS, NULL);
	}
	check_answered(answer);
}

static void whatever_is_told_has_a_line_by_key_and_door(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;

	open_doors(&doors, daemon);
	send_event(daemon);
	check_answered(peer_ask(&doors.local, export_of(NULL, NULL)));
	check_answered(doors_ask(&doors, AT_CONTROL, &theirs, export_of("rana", "basics")));
	check_answered(doors_ask(&doors, AT_ASK, &ours, explain_of("rana")));
	check_answered(doors_ask(&doors, AT_ASK, &ours, export_of("rana", NULL)));
	check_answered(doors_ask(&doors, AT_CONTROL, &ours, roster_of("moodle")));
	await_known(&doors.local);
	/* An id that there is not may be somebody's. */
	check_answered(peer_ask(&doors.local, export_of(NULL, "anna")));
	/* What is refused has told nothing, nor has the state of the daemon. */
	expect_code(doors_ask(&doors, AT_CONTROL, &ours, roster_of("canvas")), "denied");
	expect_code(peer_ask(&doors.local, explain_of("atlantis")), "unknown-region");
	expect_code(doors_ask(&doors, AT_ASK, &ours, export_of("vefsn", NULL)), "unknown-region");
	check_answered(peer_ask(&doors.local, json_pack("{s:i, s:s}", "v", 1, "op", "status")));
	check_lines(log_text(daemon), 20,
		    " key=- op=export number=1 result=ok\n"
		    " key=theirs op=export region=\"rana\" id=\"basics\" number=1 result=ok\n"
		    " key=ours audience=rana op=explain region=\"rana\" kind=people id=\"all\" "
		    "result=ok\n"
		    " key=ours audience=rana op=export region=\"rana\" number=1 result=ok\n"
		    " key=ours op=roster source=moodle kind=programme id=\"basics\" ids=2 "
		    "result=ok\n"
		    " key=- op=export kind=people number=1 result=ok\n"
		    " key=- op=export id=\"?\" number=1 result=ok\n");
	/* As lift prints it. */
	check_lines(daemon_lift_out(daemon, 0, "audit", "--key", "ours", NULL), 20,
		    "  ours              explain   ok  audience rana, region rana, kind people, id "
		    "all\n"
		    "  ours              export    ok  audience rana, region rana, number 1\n"
		    "  ours              roster    ok  source moodle, kind programme, id basics, "
		    "ids 2\n");
	check_lines(daemon_lift_out(daemon, 0, "audit", "--key", "-", "--op", "export", NULL), 20,
		    "  -                 export    ok  number 1\n"
		    "  -                 export    ok  kind people, number 1\n"
		    "  -                 export    ok  id ?, number 1\n");
	close_doors(&doors, daemon);
}

static void it_is_printed_as_csv_and_json_too(void **state)
{
	static const char headings[] =
		"time,key,audience,op,source,region,kind,id,ids,number,release,result\n";
	struct daemon *daemon = *state;
	struct doors doors;
	char path[PATH_SIZE], *text;
	json_t *row;

	open_doors(&doors, daemon);
	send_event(daemon);
	check_answered(doors_ask(&doors, AT_CONTROL, &ours, roster_of("moodle")));
	text = daemon_lift_out(daemon, 0, "audit", "--format", "csv", NULL);
	assert_memory_equal(text, headings, strlen(headings));
	assert_string_equal(text + strlen(headings) + 20,
			    ",ours,,roster,moodle,,programme,basics,2,,,ok\n");
	free(text);
	text = daemon_lift_out(daemon, 0, "audit", "--for", "excel-sv", NULL);
	assert_non_null(strstr(text, ";ours;;roster;moodle;;programme;basics;2;;;ok\r\n"));
	free(text);
	text = daemon_lift_out(daemon, 0, "audit", "--format", "jsonl", NULL);
	row = json_loads(text, 0, NULL);
	assert_int_equal(json_object_size(row), 8);
	assert_true(whole(row, "time") > 0 && whole(row, "ids") == 2);
	assert_string_equal(word(row, "source"), "moodle");
	json_decref(row);
	free(text);
	/* Of another time there is nothing; of former versions' log what it has. */
	check_lines(daemon_lift_out(daemon, 0, "audit", "--since", "2999-01-01", NULL), 20, "");
	path_make(path, "%s/rosters.log", daemon->state);
	file_write(path,
		   "2026-02-03T04:05:06Z key=rana source=lms ids=120 programme=\"welfare\"\n");
	check_lines(daemon_lift_out(daemon, 0, "audit", NULL), 20,
		    "  rana              roster    ok  source lms, kind programme, id welfare, ids "
		    "120\n"
		    "  ours              roster    ok  source moodle, kind programme, id basics, "
		    "ids 2\n");
	close_doors(&doors, daemon);
}

static void operators_alone_read_it(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	json_t *answer;

	open_doors(&doors, daemon);
	send_event(daemon);
	check_answered(peer_ask(&doors.local, export_of(NULL, NULL)));
	answer = doors_ask(&doors, AT_CONTROL, &theirs,
			   json_pack("{s:i, s:s}", "v", 1, "op", "audit"));
	assert_int_equal(json_array_size(json_object_get(answer, "rows")), 1);
	assert_true(json_is_null(json_object_get(answer, "next")));
	json_decref(answer);
	expect_code(doors_ask(&doors, AT_CONTROL, &ours,
			      json_pack("{s:i, s:s}", "v", 1, "op", "audit")),
		    "denied");
	expect_code(
		doors_ask(&doors, AT_ASK, &ours, json_pack("{s:i, s:s}", "v", 1, "op", "audit")),
		"denied");
	expect_code(peer_ask(&doors.local,
			     json_pack("{s:i, s:s, s:s}", "v", 1, "op", "audit", "since", "today")),
		    "malformed");
	close_doors(&doors, daemon);
}

static void where_nothing_can_be_noted_nothing_is_told(void **state)
{
	struct daemon *daemon = *state;
	struct doors doors;
	char path[PATH_SIZE], *text;
	json_t *answer;

	open_doors(&doors, daemon);
	send_event(daemon);
	path_make(path, "%s/audit.log", daemon->state);
	assert_int_equal(mkdir(path, 0700), 0);
	answer = peer_ask(&doors.local, export_of(NULL, NULL));
	assert_null(json_object_get(answer, "rows"));
	assert_non_null(strstr(word(answer, "text"), "audit.log: Is a directory"));
	expect_code(answer, "audit");
	expect_code(peer_ask(&doors.local, explain_of("rana")), "audit");
	answer = doors_ask(&doors, AT_ASK, &ours, export_of("rana", NULL));
	assert_null(strstr(word(answer, "text"), "audit.log"));
	expect_code(answer, "audit");
	expect_code(doors_ask(&doors, AT_CONTROL, &ours, roster_of("moodle")), "audit");
	answer = peer_ask(&doors.local,
			  json_pack("{s:i, s:s, s:i}", "v", 1, "op", "export", "known_at", 1));
	while (json_is_true(json_object_get(answer, "more"))) {
		json_decref(answer);
		answer = peer_receive(&doors.local, LIMIT_MS, NULL);
	}
	expect_code(answer, "audit");
	expect_code(peer_ask(&doors.local, json_pack("{s:i, s:s}", "v", 1, "op", "audit")), "io");
	/* How the daemon is has nothing to do with people. */
	check_answered(peer_ask(&doors.local, json_pack("{s:i, s:s}", "v", 1, "op", "status")));
	assert_int_equal(rmdir(path), 0);
	check_answered(peer_ask(&doors.local, export_of(NULL, NULL)));
	/* It may be moved away, and is made anew. */
	assert_int_equal(unlink(path), 0);
	check_answered(peer_ask(&doors.local, export_of(NULL, NULL)));
	text = log_text(daemon);
	assert_non_null(strchr(text, '\n'));
	assert_int_equal(strchr(text, '\n')[1], 0);
	free(text);
	close_doors(&doors, daemon);
}

static void releases_of_the_open_plane_have_lines_with_their_numbers(void **state)
{
	struct daemon *daemon = *state;

	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\nsecurity: none\n"
				 "as_of: 2024-11-30\nopen: {every: quarter}\n");
	daemon_start(daemon);
	send_event(daemon);
	free(daemon_lift_out(daemon, 0, "releases", "--now", "--yes", NULL));
	free(daemon_lift_out(daemon, 0, "export", "--plane", "open", "--kind", "people", NULL));
	check_lines(log_text(daemon), 20,
		    " key=- op=release result=asked\n"
		    " key=- op=release release=1 result=ok\n"
		    " key=- op=export kind=people number=1 release=1 result=ok\n");
	check_lines(daemon_lift_out(daemon, 0, "audit", "--op", "release", NULL), 20,
		    "  -                 release   asked\n"
		    "  -                 release   ok  release 1\n");
	daemon_stop(daemon, SIGTERM);
}

/* The middle of the month that lies so many months on. */
static int64_t months_on_ms(int64_t now_ms, int months)
{
	char text[ISO8601_TEXT];
	int year, month;
	int64_t ms;

	iso8601_print(now_ms, text);
	assert_int_equal(sscanf(text, "%d-%d", &year, &month), 2);
	month += months - 1;
	snprintf(text, sizeof(text), "%04d-%02d-15T12:00:00Z", year + month / 12, month % 12 + 1);
	assert_true(iso8601_parse(text_of(text), &ms));
	return ms;
}

static void export_once(struct daemon *daemon)
{
	free(daemon_lift_out(daemon, 0, "export", NULL));
}

static void lines_go_when_as_many_months_are_over_as_is_configured(void **state)
{
	struct daemon *daemon = *state;
	_Atomic int64_t *by_ms;
	char *text, month[ISO8601_TEXT];
	int64_t here_ms;
	int n = 0;

	daemon_configure(daemon, "catalogue: tests/golden/catalogue.yaml\nsecurity: none\n"
				 "audit_months: 2\n");
	by_ms = moved_clock_start(daemon);
	here_ms = (int64_t)time(NULL) * 1000;
	for (int i = 0; i <= 4; i++) {
		daemon_stop(daemon, SIGTERM);
		atomic_store(by_ms, months_on_ms(here_ms, i) - here_ms);
		moved_clock_again(daemon);
		export_once(daemon);
		text = log_text(daemon);
		/* This month's, and those of the two before it. */
		check_lines(text, 20,
			    i == 0   ? " key=- op=export result=ok\n"
			    : i == 1 ? " key=- op=export result=ok\n key=- op=export result=ok\n"
				     : " key=- op=export result=ok\n key=- op=export result=ok\n"
				       " key=- op=export result=ok\n");
		text = log_text(daemon);
		iso8601_print(months_on_ms(here_ms, i < 2 ? 0 : i - 2), month);
		assert_memory_equal(text, month, strlen("2026-11"));
		free(text);
	}
	/* A clock that has leapt ahead takes none away at once. */
	free(daemon_lift_out(daemon, 0, "publish", "--source", "s", "tests/golden/events.csv",
			     NULL));
	daemon_stop(daemon, SIGTERM);
	atomic_store(by_ms, months_on_ms(here_ms, 20) - here_ms);
	moved_clock_again(daemon);
	export_once(daemon);
	text = log_text(daemon);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		n++;
	free(text);
	assert_int_equal(n, 4);
	daemon_stop(daemon, SIGTERM);
	moved_clock_free(by_ms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(whatever_is_told_has_a_line_by_key_and_door,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(it_is_printed_as_csv_and_json_too, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(operators_alone_read_it, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(where_nothing_can_be_noted_nothing_is_told,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(
			releases_of_the_open_plane_have_lines_with_their_numbers, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(
			lines_go_when_as_many_months_are_over_as_is_configured, daemon_setup,
			daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
