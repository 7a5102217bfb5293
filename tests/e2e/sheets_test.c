/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sheets in tests/e2e/sheets, in the forms of Excel, LibreOffice, Moodle, Canvas and lists by
 * hand: each gives the events that stand beside it, by --check as by publishing, or is refused in
 * these words. README there says how they are written.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/bytes.h"
#include "proto/iso8601.h"
#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define SHEETS "tests/e2e/sheets/"

enum {
	SHEETS_MIN = 40,
	SHEETS_MAX = 200,
	ARGS_MAX = 12,
	TEXT_SIZE = 1 << 16,
	NAME_SIZE = 80,
};

/* What must come of a sheet. */
struct want {
	char name[NAME_SIZE], file[PATH_SIZE], map[PATH_SIZE];
	char *text;		    /* of the file; the lines below are in it */
	const char *args[ARGS_MAX]; /* options of its own */
	size_t n_args;
	int status;
	size_t n_events;
	char events[TEXT_SIZE], said[TEXT_SIZE], published[TEXT_SIZE]; /* lines */
};

/* Files. */

/* The file of a sheet that is not its map nor what is wanted. */
static void find_file(struct want *want)
{
	DIR *dir = opendir(SHEETS);
	const struct dirent *entry;
	size_t size = strlen(want->name);

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		const char *ending = entry->d_name + size;

		if (strncmp(entry->d_name, want->name, size) != 0 || *ending != '.' ||
		    strcmp(ending, ".want") == 0)
			continue;
		path_make(strcmp(ending, ".yaml") == 0 ? want->map : want->file, SHEETS "%s",
			  entry->d_name);
	}
	closedir(dir);
	if (!*want->file)
		fail_msg("%s has no file", want->name);
}

static void add_line(char *to, const char *line)
{
	size_t size = strlen(to);

	assert_true(size + strlen(line) + 2 < TEXT_SIZE);
	sprintf(to + size, "%s\n", line);
}

static void read_line(struct want *want, char *line)
{
	char *rest = line[0] && line[1] == ' ' ? line + 2 : line + 1, *save = NULL;

	switch (*line) {
	case '#':
	case 0:
		break;
	case '$':
		for (char *word = strtok_r(rest, " ", &save); word;
		     word = strtok_r(NULL, " ", &save)) {
			assert_true(want->n_args < ARGS_MAX);
			want->args[want->n_args++] = word;
		}
		break;
	case '=':
		want->status = atoi(rest);
		break;
	case '!':
		add_line(want->said, rest);
		add_line(want->published, rest);
		break;
	case '>':
		add_line(want->published, rest);
		break;
	default:
		add_line(want->events, line);
		want->n_events++;
	}
}

static void read_want(struct want *want, const char *name)
{
	char path[PATH_SIZE], *save = NULL;

	*want = (struct want){ .status = 0 };
	snprintf(want->name, sizeof(want->name), "%.*s", (int)(strlen(name) - strlen(".want")),
		 name);
	find_file(want);
	path_make(path, SHEETS "%s", name);
	want->text = file_text(path, NULL);
	for (char *line = strtok_r(want->text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		read_line(want, line);
}

/* What lift said. */

static void add_value(char *to, const char *key, const json_t *value)
{
	char text[NAME_SIZE * 2];

	if (json_is_string(value))
		snprintf(text, sizeof(text), "%s", json_string_value(value));
	else if (json_is_real(value))
		snprintf(text, sizeof(text), "%.4g", json_real_value(value));
	else if (json_is_integer(value))
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	else
		snprintf(text, sizeof(text), "%s", json_is_true(value) ? "true" : "false");
	sprintf(to + strlen(to), "%s%s%s%s", *to ? " | " : "", key, *key ? "=" : "", text);
}

/* "completed | 2025-09-02T22:00:00Z | 17 | dementia | 1833 | attrs.role=nurse": what an event must
 * have first, then the rest in the order of its keys. */
static void print_event(const json_t *event, char *to)
{
	static const char *const needed[] = { "type", "time", "learner", "module", "region" };
	char time[ISO8601_TEXT], name[NAME_SIZE];
	const char *key, *inner;
	json_t *value, *inside;

	*to = 0;
	for (size_t i = 0; i < 5; i++) {
		value = json_object_get(event, needed[i]);
		if (json_is_integer(value)) {
			iso8601_print(json_integer_value(value), time);
			sprintf(to + strlen(to), " | %s", time);
		} else if (value) {
			add_value(to, "", value);
		}
	}
	json_object_foreach((json_t *)event, key, value)
	{
		bool is_needed = false;

		for (size_t i = 0; i < 5; i++)
			is_needed |= strcmp(key, needed[i]) == 0;
		if (json_is_object(value))
			json_object_foreach(value, inner, inside)
			{
				snprintf(name, sizeof(name), "%s.%s", key, inner);
				add_value(to, name, inside);
			}
		else if (!is_needed)
			add_value(to, key, value);
	}
}

static void print_events(const char *lines, char *to)
{
	char line[1024];

	*to = 0;
	while (*lines) {
		json_t *event = json_loads(lines, JSON_DISABLE_EOF_CHECK, NULL);

		assert_non_null(event);
		print_event(event, line);
		add_line(to, line);
		json_decref(event);
		lines += strcspn(lines, "\n") + 1;
	}
}

/* Without what is the same everywhere. */
static void shorten(char *text)
{
	static const char *const parts[] = { SHEETS, "lift: " };
	char *at;

	for (size_t i = 0; i < 2; i++)
		while ((at = strstr(text, parts[i])))
			memmove(at, at + strlen(parts[i]), strlen(at + strlen(parts[i])) + 1);
}

/* Are lines as they are wanted? One that ends with "..." only as far as that. */
static bool is_said(const char *said, const char *wanted)
{
	while (*said && *wanted) {
		size_t size = strcspn(wanted, "\n"), whole = strcspn(said, "\n");
		bool open = size > 3 && strncmp(wanted + size - 3, "...", 3) == 0;

		if (strncmp(said, wanted, open ? size - 3 : size) != 0 || (!open && whole != size))
			return false;
		wanted += size + 1;
		said += whole + 1;
	}
	return *said == *wanted;
}

static void run_lift(struct daemon *daemon, const struct want *want, bool check,
		     struct outcome *outcome)
{
	const char *args[ARGS_MAX + 8] = { "publish" };
	size_t n = 1;

	if (check) {
		args[n++] = "--check";
		args[n++] = "--json";
	}
	if (*want->map) {
		args[n++] = "--map";
		args[n++] = want->map;
	}
	for (size_t i = 0; i < want->n_args; i++)
		args[n++] = want->args[i];
	args[n++] = want->file;
	args[n] = NULL;
	*outcome = daemon_lift_in(daemon, &(struct surroundings){ .env = NULL }, args);
	shorten(outcome->err);
}

static void check_sheet(struct daemon *daemon, const struct want *want)
{
	static char events[TEXT_SIZE];
	struct outcome outcome;

	run_lift(daemon, want, true, &outcome);
	print_events(outcome.out, events);
	if (strcmp(events, want->events) != 0 || !is_said(outcome.err, want->said) ||
	    outcome.status != want->status)
		fail_msg("%s, checked: status %d\n%s%s\nwanted: status %d\n%s%s", want->name,
			 outcome.status, events, outcome.err, want->status, want->events,
			 want->said);
	outcome_free(&outcome);
}

static void publish_sheet(struct daemon *daemon, const struct want *want)
{
	int64_t before = daemon_counter(daemon, "events_accepted"), accepted;
	struct outcome outcome;

	run_lift(daemon, want, false, &outcome);
	accepted = daemon_counter(daemon, "events_accepted") - before;
	if (!is_said(outcome.err, want->published) || outcome.status != want->status ||
	    accepted != (int64_t)want->n_events)
		fail_msg("%s, published: status %d, %d accepted\n%s%s\nwanted: status %d, %zu\n%s",
			 want->name, outcome.status, (int)accepted, outcome.out, outcome.err,
			 want->status, want->n_events, want->published);
	outcome_free(&outcome);
}

static int is_want(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return size > 5 && strcmp(entry->d_name + size - 5, ".want") == 0;
}

static void each_sheet_gives_what_stands_beside_it(void **state)
{
	static struct want want;
	struct daemon *daemon = *state;
	struct dirent **names;
	int n = scandir(SHEETS, &names, is_want, alphasort);

	daemon_configure(daemon, "catalogue: " SHEETS "catalogue.yaml\n");
	daemon_start(daemon);
	assert_in_range(n, SHEETS_MIN, SHEETS_MAX);
	for (int i = 0; i < n; i++) {
		read_want(&want, names[i]->d_name);
		check_sheet(daemon, &want);
		publish_sheet(daemon, &want);
		free(want.text);
		free(names[i]);
	}
	free(names);
	daemon_stop(daemon, SIGTERM);
}

/* Sheets that a daemon is needed for are those whose zone or places only it knows. */
static void a_sheet_whose_map_says_all_is_checked_without_a_daemon(void **state)
{
	static struct want want;
	struct daemon *daemon = *state;
	struct dirent **names;
	int n = scandir(SHEETS, &names, is_want, alphasort), checked = 0;

	daemon_configure(daemon, "catalogue: " SHEETS "catalogue.yaml\n");
	for (int i = 0; i < n; i++) {
		char *map;

		read_want(&want, names[i]->d_name);
		map = *want.map ? file_text(want.map, NULL) : strdup("");
		if (strstr(map, "timezone:") && !strstr(map, "fold")) {
			check_sheet(daemon, &want);
			checked++;
		}
		free(map);
		free(want.text);
		free(names[i]);
	}
	free(names);
	assert_true(checked > 10);
}

#define MAP(type)                                                             \
	"timezone: Europe/Oslo\nfields: {type: {is: " type "}, learner: Id, " \
	"region: {is: rana}, module: {is: hlr}, time: Dato}\n"

static void a_stream_is_read_by_a_map_and_each_day_tells_by_itself(void **state)
{
	static const char sheet[] = "Id;Dato\na;31.12.2025\nb;03/04/2025\nc;31/12/2025 14:05\n";
	struct daemon *daemon = *state;
	char map_path[PATH_SIZE], path[PATH_SIZE];
	struct outcome outcome;

	daemon_configure(daemon, "catalogue: " SHEETS "catalogue.yaml\n");
	daemon_start(daemon);
	path_make(map_path, "%s/map.yaml", daemon->dir);
	path_make(path, "%s/sheet.csv", daemon->dir);
	file_write(map_path, MAP("completed"));
	file_write(path, sheet);
	outcome = daemon_lift_in(
		daemon, &(struct surroundings){ .input = path },
		(const char *const[]){ "publish", "--stream", "s", "--map", map_path, "-", NULL });
	assert_string_equal(outcome.err,
			    "-:3: refused: malformed: the day '03/04/2025' could be 3 April 2025 "
			    "or 4 March 2025: say which by a map (--map), 'form: D/M/Y' or 'form: "
			    "M/D/Y'\n");
	assert_int_equal(outcome.status, 1);
	assert_non_null(strstr(outcome.out, "3 events, 2 accepted, 1 refused"));
	outcome_free(&outcome);
	daemon_stop(daemon, SIGTERM);
}

/* Who reads it by another map sends it as another stream: nothing is taken for what it was. */
static void another_map_is_another_stream(void **state)
{
	static const char *const types[] = { "started", "completed", "completed" };
	static const int64_t accepted[] = { 1, 2, 2 };
	struct daemon *daemon = *state;
	char map_path[PATH_SIZE], path[PATH_SIZE], text[256];

	daemon_configure(daemon, "catalogue: " SHEETS "catalogue.yaml\n");
	daemon_start(daemon);
	path_make(map_path, "%s/map.yaml", daemon->dir);
	path_make(path, "%s/sheet.csv", daemon->dir);
	file_write(path, "Id;Dato\na;31.12.2025\n");
	for (size_t i = 0; i < 3; i++) {
		snprintf(text, sizeof(text), MAP("%s"), types[i]);
		file_write(map_path, text);
		free(daemon_lift_out(daemon, 0, "publish", "--map", map_path, path, NULL));
		assert_int_equal(daemon_counter(daemon, "events_accepted"), accepted[i]);
	}
	daemon_stop(daemon, SIGTERM);
}

static void options_that_do_not_go_together_are_told(void **state)
{
	static const struct {
		const char *args[6], *said;
		int status;
	} wrong[] = {
		{ { "publish", "--check", "--stream", "s", "-" }, "--check sends nothing", 2 },
		{ { "publish", "--json", "x.csv" }, "--json needs --check", 2 },
		{ { "publish", "--map", "/nowhere.yaml", "x.csv" },
		  "/nowhere.yaml: No such file",
		  3 },
	};
	struct daemon *daemon = *state;

	daemon_configure(daemon, "catalogue: " SHEETS "catalogue.yaml\n");
	for (size_t i = 0; i < 3; i++) {
		struct outcome outcome = daemon_lift_in(
			daemon, &(struct surroundings){ .env = NULL }, wrong[i].args);

		assert_int_equal(outcome.status, wrong[i].status);
		assert_non_null(strstr(outcome.err, wrong[i].said));
		outcome_free(&outcome);
	}
}

static void without_a_daemon_it_is_said_what_to_give_instead(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;

	daemon_configure(daemon, "catalogue: " SHEETS "catalogue.yaml\n");
	outcome = daemon_lift(daemon, "publish", "--check", SHEETS "excel-nb.csv", NULL);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err,
			       "excel-nb.csv: its times have no offset from UTC, and "
			       "the catalogue's zone could not be asked for: say where "
			       "they are read by --timezone"));
	outcome_free(&outcome);
	outcome = daemon_lift(daemon, "publish", "--check", "--timezone", "Europe/Oslo",
			      SHEETS "excel-nb.csv", NULL);
	assert_string_equal(outcome.err, "");
	assert_non_null(strstr(outcome.out, "excel-nb.csv: 2 events would be sent, 0 rows not\n"
					    "  time: from 2025-09-03 08:00:00 to 2025-12-31 "
					    "14:05:00, Europe/Oslo\n"));
	assert_non_null(strstr(outcome.out, "\n  region: 1833 2\n  role: nurse 2\n"));
	outcome_free(&outcome);
	outcome = daemon_lift(daemon, "publish", "--check", "--fold-places", "--timezone",
			      "Europe/Oslo", SHEETS "excel-nb.csv", NULL);
	assert_int_equal(outcome.status, 3);
	assert_non_null(strstr(outcome.err, "names of places are folded by the catalogue's "
					    "regions, which could not be asked for"));
	outcome_free(&outcome);
}

/* The manual. */

/* The next literal block of the manual: where it goes on behind that; NULL: there is none. */
static char *next_block(char *from, char **ret_block)
{
	char *begin = strstr(from, ".Bd -literal"), *end;

	if (!begin)
		return NULL;
	begin = strchr(begin, '\n') + 1;
	end = strstr(begin, ".Ed\n");
	assert_non_null(end);
	*end = 0;
	*ret_block = begin;
	return end + 1;
}

static void is_file(const char *name, const char *ending, const char *block)
{
	char path[PATH_SIZE], *text;

	path_make(path, SHEETS "%s%s", name, ending);
	text = file_text(path, NULL);
	if (strcmp(text, block) != 0)
		fail_msg("%s is not as lift-map(5) has it:\n%sinstead of\n%s", path, text, block);
	free(text);
}

static void the_examples_of_the_manual_are_among_the_sheets(void **state)
{
	static const char head[] = "# lift-map: ";
	char *manual = file_text("clients/lift-map.5", NULL), *at = manual, *block;
	char *sheet = NULL, name[NAME_SIZE];
	int n = 0;

	(void)state;
	while ((at = next_block(at, &block))) {
		if (strncmp(block, head, strlen(head)) != 0) {
			sheet = block;
			continue;
		}
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(block + strlen(head), "\n"),
			 block + strlen(head));
		assert_non_null(sheet);
		is_file(name, ".yaml", block);
		is_file(name, ".csv", sheet);
		n++;
	}
	assert_int_equal(n, 3);
	free(manual);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_sheet_gives_what_stands_beside_it),
		TEST(a_sheet_whose_map_says_all_is_checked_without_a_daemon),
		TEST(a_stream_is_read_by_a_map_and_each_day_tells_by_itself),
		TEST(another_map_is_another_stream),
		TEST(options_that_do_not_go_together_are_told),
		TEST(without_a_daemon_it_is_said_what_to_give_instead),
		cmocka_unit_test(the_examples_of_the_manual_are_among_the_sheets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
