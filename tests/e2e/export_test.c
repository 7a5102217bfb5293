/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The events of tests/golden, in every way in which they can come: always the same figures.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/lines.h"
#include "tests/e2e/peer.h"
#include "tests/seed.h"

#define GOLDEN	   "tests/golden/"
#define EVENTS_CSV GOLDEN "events.csv"
#define TODAY	   "2024-11-30"

static const char configuration[] = "catalogue: " GOLDEN "catalogue.yaml\n"
				    "as_of: " TODAY "\n"
				    "namespaces: {one: staff, two: staff, three: staff}\n";

/* The pinned day, one before it (in its night the clocks change), one after it. */
static const char *const days[] = { TODAY, "2024-10-27", "2024-12-31" };

static void start(struct daemon *daemon)
{
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
}

static json_t *expected_of(const char *golden, const char *day)
{
	char path[PATH_SIZE];

	path_make(path, "%sexpected-%s.jsonl", golden, day);
	return figures_of_file(path);
}

static void check_day(struct daemon *daemon, const char *golden, const char *day, const char *why)
{
	char *out = daemon_lift_out(daemon, 0, "export", "--as-of", day, NULL);
	json_t *expected = expected_of(golden, day), *actual = figures_of_lines(out);
	char about[PATH_SIZE];

	path_make(about, "%s, as of %s", why, day);
	figures_check(expected, actual, about);
	json_decref(expected);
	json_decref(actual);
	free(out);
}

static void check_days(struct daemon *daemon, const char *why)
{
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		check_day(daemon, GOLDEN, days[i], why);
}

/* Publish a file's rows as they are arranged now. */
static void publish_lines(struct daemon *daemon, const struct lines *lines)
{
	char path[PATH_SIZE];

	path_make(path, "%s/arranged.csv", daemon->dir);
	lines_write(lines, path, 0, 1);
	free(daemon_lift_out(daemon, 0, "publish", path, NULL));
}

/* Orders. */

static void events_as_csv_give_the_expected_figures(void **state)
{
	start(*state);
	free(daemon_lift_out(*state, 0, "publish", EVENTS_CSV, NULL));
	check_days(*state, "as it is");
	daemon_stop(*state, SIGTERM);
}

static void events_as_json_lines_give_the_same(void **state)
{
	start(*state);
	free(daemon_lift_out(*state, 0, "publish", GOLDEN "events.jsonl", NULL));
	check_days(*state, "JSON Lines");
	daemon_stop(*state, SIGTERM);
}

static void backwards_gives_the_same(void **state)
{
	struct lines lines;

	start(*state);
	lines_read(&lines, EVENTS_CSV, true);
	lines_reverse(&lines);
	publish_lines(*state, &lines);
	lines_free(&lines);
	check_days(*state, "backwards");
	daemon_stop(*state, SIGTERM);
}

static void any_order_with_every_tenth_row_twice_gives_the_same(void **state)
{
	struct lines lines;

	start(*state);
	lines_read(&lines, EVENTS_CSV, true);
	lines_shuffle_with_twice(&lines, (unsigned long)test_seed());
	publish_lines(*state, &lines);
	lines_free(&lines);
	check_days(*state, "shuffled, every tenth row twice");
	daemon_stop(*state, SIGTERM);
}

static void one_event_a_batch_gives_the_same(void **state)
{
	start(*state);
	free(daemon_lift_out(*state, 0, "publish", "--batch", "1", EVENTS_CSV, NULL));
	check_days(*state, "one event a batch");
	daemon_stop(*state, SIGTERM);
}

static void published_by_two_sources_of_a_namespace_gives_the_same(void **state)
{
	start(*state);
	free(daemon_lift_out(*state, 0, "publish", "--source", "one", EVENTS_CSV, NULL));
	free(daemon_lift_out(*state, 0, "publish", "--source", "two", GOLDEN "events.jsonl", NULL));
	check_days(*state, "published twice");
	daemon_stop(*state, SIGTERM);
}

static void learners_of_two_namespaces_are_others(void **state)
{
	json_t *expected = expected_of(GOLDEN, TODAY), *actual, *people, *twice;
	char *out;

	start(*state);
	free(daemon_lift_out(*state, 0, "publish", "--source", "one", EVENTS_CSV, NULL));
	free(daemon_lift_out(*state, 0, "publish", "--source", "alone", EVENTS_CSV, NULL));
	out = daemon_lift_out(*state, 0, "export", NULL);
	actual = figures_of_lines(out);
	people = json_object_get(expected, "all people all");
	twice = json_object_get(actual, "all people all");
	assert_int_equal(whole(twice, "learners"), 2 * whole(people, "learners"));
	json_decref(expected);
	json_decref(actual);
	free(out);
	daemon_stop(*state, SIGTERM);
}

static void three_sources_at_once_give_the_same(void **state)
{
	static const char *const sources[] = { "one", "two", "three" };
	struct daemon *daemon = *state;
	struct process publishers[3];
	struct outcome outcome;
	char path[PATH_SIZE];
	struct lines lines;

	start(daemon);
	lines_read(&lines, EVENTS_CSV, true);
	for (size_t i = 0; i < 3; i++) {
		path_make(path, "%s/%s.csv", daemon->dir, sources[i]);
		lines_write(&lines, path, i, 3);
		daemon_lift_start(daemon, &publishers[i], "publish", "--batch", "2", "--source",
				  sources[i], path, NULL);
	}
	for (size_t i = 0; i < 3; i++) {
		outcome = process_wait(&publishers[i]);
		assert_int_equal(outcome.status, 0);
		outcome_free(&outcome);
	}
	lines_free(&lines);
	check_days(daemon, "three sources at once");
	daemon_stop(daemon, SIGTERM);
}

/* Crashes. */

/* Rows first..first+count-1 (from 0) of the JSON Lines as a batch under the numbers from 1. */
static json_t *batch_of(const struct lines *lines, size_t first, size_t count)
{
	json_t *events = json_array();

	for (size_t i = first; i < first + count && i < lines->n; i++) {
		json_t *event = json_loadb(lines->rows[i].data, lines->rows[i].size, 0, NULL);

		assert_non_null(event);
		json_array_append_new(events, event);
	}
	return json_pack("{s:i, s:s, s:s, s:s, s:I, s:o}", "v", 1, "op", "events", "source", "one",
			 "stream", "crashing", "seq", (json_int_t)first + 1, "events", events);
}

static int64_t ask_next(struct peer *peer)
{
	json_t *welcome = peer_ask(peer, json_pack("{s:i, s:s, s:s, s:s}", "v", 1, "op", "hello",
						   "source", "one", "stream", "crashing"));
	int64_t next = whole(welcome, "next");

	assert_string_equal(word(welcome, "op"), "welcome");
	json_decref(welcome);
	return next;
}

/* Send some batches from `next` on without waiting, and take fewer acks: the number that is next
 * then. */
static int64_t send_and_take(struct daemon *daemon, const struct lines *lines)
{
	enum { BATCH = 5, SENT = 12, TAKEN = 7 };
	struct peer peer;
	int64_t next;
	size_t at;

	peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
	next = ask_next(&peer);
	at = (size_t)next - 1;
	for (size_t i = 0; i < SENT && at < lines->n; i++, at += BATCH)
		peer_send(&peer, batch_of(lines, at, BATCH));
	for (size_t i = 0; i < TAKEN && next <= (int64_t)lines->n; i++) {
		json_t *ack = peer_receive(&peer, LIMIT_MS, NULL);

		assert_non_null(ack);
		assert_string_equal(word(ack, "op"), "ack");
		assert_int_equal(json_array_size(json_object_get(ack, "rejected")), 0);
		next = whole(ack, "next");
		json_decref(ack);
	}
	peer_close(&peer);
	return next;
}

static void what_is_acknowledged_survives_kill_9_and_is_counted_once(void **state)
{
	struct daemon *daemon = *state;
	int64_t acknowledged = 1, crashes = 0;
	struct lines lines;
	struct peer peer;

	start(daemon);
	lines_read(&lines, GOLDEN "events.jsonl", false);
	while (acknowledged <= (int64_t)lines.n) {
		acknowledged = send_and_take(daemon, &lines);
		daemon_crash(daemon);
		crashes++;
		daemon_start(daemon);
		peer_open(&peer, ZMQ_DEALER, daemon->intake, NULL);
		assert_true(ask_next(&peer) >= acknowledged);
		peer_close(&peer);
	}
	assert_in_range(crashes, 3, lines.n);
	check_days(daemon, "crashes");
	daemon_crash(daemon);
	daemon_start(daemon);
	check_days(daemon, "a crash after all of it");
	lines_free(&lines);
	daemon_stop(daemon, SIGTERM);
}

/* The same rows again and again: a file that takes a while. */
static void write_long_file(const char *path)
{
	enum { TIMES = 100 };
	struct lines lines, again;

	lines_read(&lines, EVENTS_CSV, true);
	again = lines;
	again.n = TIMES * lines.n;
	again.rows = calloc(again.n, sizeof(*again.rows));
	assert_non_null(again.rows);
	for (size_t i = 0; i < again.n; i++)
		again.rows[i] = lines.rows[i % lines.n];
	lines_write(&again, path, 0, 1);
	free(again.rows);
	lines_free(&lines);
}

static void a_publisher_survives_a_daemon_that_is_killed(void **state)
{
	struct daemon *daemon = *state;
	struct process publisher;
	struct outcome outcome;
	char path[PATH_SIZE];
	int status;

	start(daemon);
	path_make(path, "%s/long.csv", daemon->dir);
	write_long_file(path);
	daemon_lift_start(daemon, &publisher, "publish", "--batch", "5", path, NULL);
	daemon_await_journal(daemon, 1000);
	daemon_crash(daemon);
	assert_false(process_ended(&publisher, &status));
	daemon_start(daemon);
	outcome = process_wait(&publisher);
	if (outcome.status != 0)
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
	check_days(daemon, "a publisher that lived through a crash");
	daemon_stop(daemon, SIGTERM);
}

static void an_orderly_restart_changes_nothing(void **state)
{
	struct daemon *daemon = *state;
	char *before, *after;

	start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS_CSV, NULL));
	before = daemon_lift_out(daemon, 0, "export", NULL);
	daemon_stop(daemon, SIGINT);
	daemon_start(daemon);
	after = daemon_lift_out(daemon, 0, "export", NULL);
	assert_string_equal(before, after);
	free(before);
	free(after);
	daemon_stop(daemon, SIGTERM);
}

/* What can be asked. */

static const struct {
	const char *why, *args[6];
	const char *region, *kind, *day;
} wishes[] = {
	{ "one region", { "--region", "rana" }, "rana", NULL, TODAY },
	{ "a region that overlaps others",
	  { "--region", "hospital-trust" },
	  "hospital-trust",
	  NULL,
	  TODAY },
	{ "a code that YAML takes for a number", { "--region", "0301" }, "0301", NULL, TODAY },
	{ "a code that YAML takes for false", { "--region", "NO" }, "NO", NULL, TODAY },
	{ "everyone", { "--region", "all" }, "all", NULL, TODAY },
	{ "those of unknown places", { "--region", "unassigned" }, "unassigned", NULL, TODAY },
	{ "people", { "--kind", "people" }, NULL, "people", TODAY },
	{ "modules", { "--kind", "module" }, NULL, "module", TODAY },
	{ "programmes", { "--kind", "programme" }, NULL, "programme", TODAY },
	{ "competences", { "--kind", "competence" }, NULL, "competence", TODAY },
	{ "a region and a kind",
	  { "--region", "island-project", "--kind", "module" },
	  "island-project",
	  "module",
	  TODAY },
	{ "the pinned day, by its name", { "--as-of", "today" }, NULL, NULL, TODAY },
	{ "another day",
	  { "--as-of", "2024-10-27", "--region", "nordland" },
	  "nordland",
	  NULL,
	  "2024-10-27" },
};

/* Export with more arguments. */
static struct outcome export_with(struct daemon *daemon, const char *const more[6],
				  const char *format)
{
	const char *args[10] = { "export", "--format", format };

	for (size_t i = 0; i < 6 && more[i]; i++)
		args[3 + i] = more[i];
	return daemon_lift_in(daemon, NULL, args);
}

static void a_wish_selects_from_all_in_both_formats(void **state)
{
	start(*state);
	free(daemon_lift_out(*state, 0, "publish", EVENTS_CSV, NULL));
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		struct outcome lines = export_with(*state, wishes[i].args, "jsonl");
		struct outcome csv = export_with(*state, wishes[i].args, "csv");
		json_t *all = expected_of(GOLDEN, wishes[i].day), *actual, *values;
		json_t *expected = figures_select(all, wishes[i].region, wishes[i].kind);

		assert_int_equal(lines.status, 0);
		assert_int_equal(csv.status, 0);
		actual = figures_of_lines(lines.out);
		values = figures_of_csv(csv.out);
		figures_check(expected, actual, wishes[i].why);
		figures_check_csv(expected, values, wishes[i].why);
		json_decref(all);
		json_decref(expected);
		json_decref(actual);
		json_decref(values);
		outcome_free(&lines);
		outcome_free(&csv);
	}
	daemon_stop(*state, SIGTERM);
}

/* A line's cells, told as the plain form has them: no quotes, commas, a decimal point. */
static void tell_plainly(char *line, char separator, char *to)
{
	char *cell;

	for (int i = 0; (cell = strsep(&line, (char[]){ separator, 0 })); i++) {
		if (strncmp(cell, "\"=\"\"", 4) == 0) {
			cell += 4;
			cell[strcspn(cell, "\"")] = 0;
		}
		if (i == 4 && strchr(cell, ','))
			*strchr(cell, ',') = '.';
		to += sprintf(to, "%s%s", i ? "," : "", cell);
	}
}

static void spreadsheets_get_the_same_figures_by_their_customs(void **state)
{
	static const struct {
		const char *args[6], *begins, *line_end;
		char separator;
	} forms[] = {
		{ { "--separator", ";", "--decimal", "," }, "region;", "\n", ';' },
		{ { "--separator", "tab" }, "region\t", "\n", '\t' },
		{ { "--for", "excel-nb" }, "\xef\xbb\xbfregion;", "\r\n", ';' },
		{ { "--for", "excel-en" }, "\xef\xbb\xbfregion,", "\r\n", ',' },
	};
	char *plain, *rest, *line;

	start(*state);
	free(daemon_lift_out(*state, 0, "publish", EVENTS_CSV, NULL));
	plain = daemon_lift_out(*state, 0, "export", "--format", "csv", NULL);
	assert_non_null(strstr(plain, ",0."));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct outcome csv = export_with(*state, forms[i].args, "csv");
		const char *expected = plain;
		char told[512];

		assert_int_equal(csv.status, 0);
		assert_int_equal(strncmp(csv.out, forms[i].begins, strlen(forms[i].begins)), 0);
		rest = csv.out + (csv.out[0] == '\xef' ? 3 : 0);
		while ((line = strstr(rest, forms[i].line_end))) {
			size_t size = strcspn(expected, "\n");

			*line = 0;
			assert_true(strlen(rest) < sizeof(told));
			tell_plainly(rest, forms[i].separator, told);
			if (strlen(told) != size || memcmp(told, expected, size) != 0)
				fail_msg("form %zu: %s, not %.*s", i, told, (int)size, expected);
			expected += size + 1;
			rest = line + strlen(forms[i].line_end);
		}
		assert_int_equal(*rest, 0);
		assert_int_equal(*expected, 0);
		outcome_free(&csv);
	}
	free(plain);
	daemon_stop(*state, SIGTERM);
}

static const struct {
	const char *why, *args[6], *said;
	int status;
} refused[] = {
	{ "a region that is not there", { "--region", "atlantis" }, "(unknown-region)", 1 },
	{ "an alias, which is what platforms say", { "--region", "1833" }, "(unknown-region)", 1 },
	{ "a day that is none", { "--as-of", "2024-02-30" }, "must be a day", 2 },
	{ "a day in another form", { "--as-of", "30.11.2024" }, "YYYY-MM-DD", 2 },
};

static void a_wrong_wish_is_refused(void **state)
{
	start(*state);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct outcome outcome = export_with(*state, refused[i].args, "jsonl");

		if (outcome.status != refused[i].status || !strstr(outcome.err, refused[i].said) ||
		    *outcome.out)
			fail_msg("%s: status %d: %s", refused[i].why, outcome.status, outcome.err);
		outcome_free(&outcome);
	}
	daemon_stop(*state, SIGTERM);
}

/* All of safe-care ends within months: by then it has. */
static void a_day_to_come_says_what_has_lapsed_by_then(void **state)
{
	static const char *const asked[] = { TODAY, "2099-06-01" };

	start(*state);
	free(daemon_lift_out(*state, 0, "publish", "--source", "one", EVENTS_CSV, NULL));
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct outcome outcome = daemon_lift(*state, "export", "--kind", "competence",
						     "--region", "all", "--as-of", asked[i], NULL);
		json_t *figures = figures_of_lines(outcome.out);
		const json_t *row = json_object_get(figures, "all competence safe-care");

		assert_int_equal(outcome.status, 0);
		assert_int_equal(whole(row, "holders") > 0, i == 0);
		assert_true(whole(row, "lapsed") > 0);
		assert_int_equal(strstr(outcome.err, "2099-06-01 is to come") != NULL, i == 1);
		json_decref(figures);
		outcome_free(&outcome);
	}
	daemon_stop(*state, SIGTERM);
}

/* Hours, enrolments, who came as what, places that join and leave. */
static void check_newer(struct daemon *daemon, bool backwards)
{
	static const char *const of_it[] = { "2024-05-31", "2024-06-30", "2024-12-31" };
	struct lines lines;

	daemon_configure(daemon, "catalogue: " GOLDEN "newer/catalogue.yaml\nas_of: 2024-12-31\n");
	daemon_start(daemon);
	lines_read(&lines, GOLDEN "newer/events.csv", true);
	if (backwards)
		lines_reverse(&lines);
	publish_lines(daemon, &lines);
	lines_free(&lines);
	for (size_t i = 0; i < sizeof(of_it) / sizeof(of_it[0]); i++)
		check_day(daemon, GOLDEN "newer/", of_it[i], backwards ? "backwards" : "forwards");
	daemon_stop(daemon, SIGTERM);
}

static void hours_and_who_came_as_what_give_the_expected_figures(void **state)
{
	check_newer(*state, false);
}

static void hours_and_who_came_as_what_give_the_same_backwards(void **state)
{
	check_newer(*state, true);
}

static void nothing_published_exports_nothing(void **state)
{
	char *out;

	start(*state);
	out = daemon_lift_out(*state, 0, "export", NULL);
	assert_string_equal(out, "");
	free(out);
	daemon_stop(*state, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_as_csv_give_the_expected_figures),
		TEST(events_as_json_lines_give_the_same),
		TEST(backwards_gives_the_same),
		TEST(any_order_with_every_tenth_row_twice_gives_the_same),
		TEST(one_event_a_batch_gives_the_same),
		TEST(published_by_two_sources_of_a_namespace_gives_the_same),
		TEST(learners_of_two_namespaces_are_others),
		TEST(three_sources_at_once_give_the_same),
		TEST(what_is_acknowledged_survives_kill_9_and_is_counted_once),
		TEST(a_publisher_survives_a_daemon_that_is_killed),
		TEST(an_orderly_restart_changes_nothing),
		TEST(a_wish_selects_from_all_in_both_formats),
		TEST(spreadsheets_get_the_same_figures_by_their_customs),
		TEST(a_wrong_wish_is_refused),
		TEST(a_day_to_come_says_what_has_lapsed_by_then),
		TEST(hours_and_who_came_as_what_give_the_expected_figures),
		TEST(hours_and_who_came_as_what_give_the_same_backwards),
		TEST(nothing_published_exports_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
