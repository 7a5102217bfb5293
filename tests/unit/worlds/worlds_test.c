/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hundreds of worlds left to chance, each lived through several times, in other orders and batches:
 * always the tallies of a fresh rebuild and of the model, and the figures of the reference program,
 * and what it tells of the people on a list. With LIFT_KEEP in the environment their catalogues and
 * events stay.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/export.h"
#include "tests/seed.h"
#include "tests/unit/house.h"
#include "tests/unit/worlds/anyworld.h"
#include "tests/unit/worlds/model.h"
#include "tests/unit/worlds/rosters.h"

enum { WORLDS = 320, REFERENCE_SECONDS = 120 /* of processor time */ };
#define REFERENCE "tests/reference"
#define DRIVER	  "tests/unit/worlds/driver.py"

/* Two sources that mean the same people. */
static const char joined[] = "namespaces: {one: people, two: people}\n";
enum { SOURCES = 2, STREAMS = 2 };

/* How events come. */
static const struct turn {
	enum { AS_MADE, BACKWARDS, SHUFFLED } order;
	uint32_t batch_min, batch_max;
} turns[] = {
	{ SHUFFLED, 1, 8 },
	{ AS_MADE, ANYWORLD_EVENTS, ANYWORLD_EVENTS }, /* all in one */
	{ BACKWARDS, 1, 1 },
};
enum { TURNS = sizeof(turns) / sizeof(turns[0]) };

/* What the first test finds, for the second: the lines of each world and day, and its files. */
static struct dir stage;
static char *exported[WORLDS][ANYWORLD_DAYS], *told[WORLDS][ANYWORLD_DAYS];

/* Living through a world. */

/* Some of what a daemon meets between two batches. */
static void live_on(struct house *house)
{
	house_apply_some(house);
	if (chance_of(4)) {
		house_ledger_close(house);
		assert_int_equal(journal_commit(house->journal), 0);
		house_reopen_journal(house);
		house_ledger_open(house, "ledger", INT64_MAX);
	}
}

static void arrange(const struct anyworld *world, const struct turn *turn, struct event *ret_events)
{
	uint32_t order[ANYWORLD_EVENTS];

	for (uint32_t i = 0; i < world->n; i++)
		order[i] = turn->order == BACKWARDS ? world->n - 1 - i : i;
	if (turn->order == SHUFFLED)
		chance_shuffle(order, world->n, sizeof(order[0]));
	for (uint32_t i = 0; i < world->n; i++)
		ret_events[i] = world->events[order[i]];
}

/* Take it all in; now and then a batch comes again. */
static void live_through(struct house *house, const struct anyworld *world, const struct turn *turn)
{
	static const char *const sources[SOURCES] = { "one", "two" };
	static const char *const streams[STREAMS] = { "a", "b" };
	uint64_t next[SOURCES][STREAMS] = { { 1, 1 }, { 1, 1 } };
	struct event events[ANYWORLD_EVENTS];

	arrange(world, turn, events);
	for (uint32_t at = 0, n; at < world->n; at += n) {
		uint32_t source = chance(SOURCES), stream = chance(STREAMS);
		uint64_t *seq = &next[source][stream];
		uint32_t times = 1 + chance_of(15);

		n = turn->batch_min + chance(turn->batch_max - turn->batch_min + 1);
		n = n < world->n - at ? n : world->n - at;
		for (uint32_t t = 0; t < times; t++) {
			assert_int_equal(house_send(house, sources[source], streams[stream], *seq,
						    events + at, n),
					 0);
			assert_int_equal(house->gate->last.n_rejected, 0);
			assert_int_equal(house->gate->last.n_resent, t ? n : 0);
		}
		*seq += n;
		if (chance(8) < n) /* to sync takes time */
			live_on(house);
	}
	assert_int_equal(journal_commit(house->journal), 0);
	house_apply_all(house);
}

/* Tallies. */

static void check_fresh(struct house *house, const struct tallies_read *found, const char *when)
{
	struct tallies_read fresh;

	house_ledger_close(house);
	house_ledger_open(house, "fresh", INT64_MAX);
	assert_true(house->is_built);
	house_apply_all(house);
	house_tallies(house, &fresh);
	assert_tallies_equal(found->items, found->n, fresh.items, fresh.n, when);
	tallies_free(&fresh);
}

static void check_model(const struct model *model, const struct tally *found, size_t n,
			const char *when)
{
	size_t n_expected;
	struct tally *expected = model_tallies(model, &n_expected);

	assert_tallies_equal(found, n, expected, n_expected, when);
	free(expected);
}

/* Figures. */

static int keep_line(void *context, struct text line)
{
	fprintf(context, "%.*s\n", (int)line.size, line.data);
	return 0;
}

static char *export_text(const struct catalogue *catalogue, const struct tallies *tallies,
			 int32_t today)
{
	struct export_wish wish = { KINDS, CATALOGUE_NONE, { NULL, 0 }, today, NULL };
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(export_figures(catalogue, tallies, &wish, keep_line, file), 0);
	assert_int_equal(fclose(file), 0);
	return text;
}

static json_t *json_of(const char *text, size_t size)
{
	json_error_t error;
	json_t *json = json_loadb(text, size, 0, &error);

	if (!json)
		fail_msg("%s: %.*s", error.text, (int)size, text);
	return json;
}

/* All lines of an export, and all fields, as the model has them. */
static void check_lines(const struct model *model, int32_t today, const char *text,
			const char *when)
{
	json_t *lines = model_figures(model, today), *wanted;
	size_t i;

	json_array_foreach(lines, i, wanted)
	{
		size_t size = strcspn(text, "\n");
		json_t *found = json_of(size ? text : "{}", size ? size : 2);

		if (!json_equal(found, wanted))
			fail_msg("%s, day %d:\n%.*s\nnot\n%s", when, today, (int)size, text,
				 json_dumps(wanted, JSON_COMPACT | JSON_SORT_KEYS));
		text += size + 1;
		json_decref(found);
	}
	if (*text)
		fail_msg("%s, day %d: too much:\n%s", when, today, text);
	json_decref(lines);
}

/* As of a day, by a scan of what the ledger has, and what is told of each learner; the caller frees
 * them. */
static char *export_day(struct house *house, const struct anyworld *world, int32_t day,
			const char *when, char **ret_told)
{
	int64_t until = calendar_day_start(house->catalogue->calendar, day + 1);
	struct tally_map *map = tally_map_new();
	struct journal_view names;
	struct ledger_view view;
	struct tallies tallies;
	struct tallies_read found;
	struct model model;
	char *text;

	assert_non_null(map);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	assert_int_equal(ledger_view_scan(&view, &names, house->catalogue, until, map), 0);
	journal_view_end(&names);
	ledger_view_end(&view);
	map_tallies(map, &found);
	anyworld_model(&model, world, until);
	check_model(&model, found.items, found.n, when);
	tallies_free(&found);
	tallies = tally_map_tallies(map);
	text = export_text(house->catalogue, &tallies, day);
	check_lines(&model, day, text, when);
	*ret_told = rosters_tell(house, world, &model, day, when);
	model_free(&model);
	tally_map_free(map);
	return text;
}

/* A ledger that is pinned to a day gives what the scan gives. */
static void check_pinned(struct house *house, int32_t day, const char *expected)
{
	struct ledger_view view;
	struct tallies tallies;
	char *text;

	house_ledger_close(house);
	house_ledger_open(house, "pinned", calendar_day_start(house->catalogue->calendar, day + 1));
	house_apply_all(house);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	tallies = ledger_view_tallies(&view);
	text = export_text(house->catalogue, &tallies, day);
	assert_string_equal(text, expected);
	ledger_view_end(&view);
	free(text);
}

static void keep(char **kept, char *text, const char *when)
{
	if (!*kept) {
		*kept = text;
		return;
	}
	if (strcmp(text, *kept) != 0)
		fail_msg("%s:\n%s\nnot\n%s", when, text, *kept);
	free(text);
}

/* The same texts in every turn. */
static void keep_exports(struct house *house, const struct anyworld *world, uint32_t w,
			 const char *when)
{
	for (int d = 0; d < ANYWORLD_DAYS; d++) {
		char *records, *text = export_day(house, world, world->days[d], when, &records);

		keep(&exported[w][d], text, when);
		keep(&told[w][d], records, when);
	}
}

/* The first test. */

/* Its catalogue, its events, and a line of the days for the reference program. */
static void write_world(const struct anyworld *world, uint32_t w)
{
	char name[32], day[DAY_TEXT], from[DAY_TEXT], to[DAY_TEXT];
	FILE *file;

	snprintf(name, sizeof(name), "%u.yaml", w);
	file = fopen(dir_path(&stage, name), "w");
	assert_non_null(file);
	fputs(world->text, file);
	assert_int_equal(fclose(file), 0);
	snprintf(name, sizeof(name), "%u.jsonl", w);
	file = fopen(dir_path(&stage, name), "w");
	assert_non_null(file);
	anyworld_write_events(world, file);
	assert_int_equal(fclose(file), 0);
	file = fopen(dir_path(&stage, "days"), "a");
	assert_non_null(file);
	for (int d = 0; d < ANYWORLD_DAYS; d++) {
		day_print(world->days[d], day);
		day_print(world->days[d] + ROSTERS_FROM, from);
		day_print(world->days[d] + ROSTERS_TO, to);
		fprintf(file, "%u %s %s %s\n", w, day, from, to);
	}
	assert_int_equal(fclose(file), 0);
}

/* Known by then. */

/* What the model is to count: of those behind a number nothing; or what they say of a learner, for
 * which a module that nobody knows will do; or that, and what they take back. */
static void know(struct anyworld *world, uint32_t number, enum ledger_later later)
{
	if (later == LEDGER_NOTHING)
		world->n = number;
	for (uint32_t i = number; i < world->n; i++)
		if (later != LEDGER_CORRECTIONS || world->events[i].type != EVENT_VOIDED)
			world->events[i].module = text_of("nobody knows it");
}

/* All came in one commit, as they were made: a number is one in the middle of it. */
static void check_known(struct house *house, const struct anyworld *world, const char *when)
{
	struct ledger_progress progress = { .known_at = 1 + chance(world->n),
					    .later = (enum ledger_later)chance(3) };
	struct ledger *ledger = house->ledger;
	struct anyworld known = *world;
	struct tallies_read found;
	struct model model;
	char how[128];

	snprintf(how, sizeof(how), "%s, known at %llu, later %d", when,
		 (unsigned long long)progress.known_at, progress.later);
	assert_int_equal(journal_last(house->journal), world->n);
	assert_int_equal(ledger_build(dir_path(&house->dir, "known"), house->journal,
				      house->catalogue, INT64_MAX, &progress, &house->ledger),
			 0);
	house_tallies(house, &found);
	ledger_close(house->ledger);
	house->ledger = ledger;
	know(&known, (uint32_t)progress.known_at, progress.later);
	anyworld_model(&model, &known, INT64_MAX);
	check_model(&model, found.items, found.n, how);
	model_free(&model);
	tallies_free(&found);
}

static void live_once(const struct anyworld *world, uint32_t w, uint32_t turn,
		      struct tallies_read *ret_found)
{
	struct house house;
	struct model model;
	char when[64];

	snprintf(when, sizeof(when), "world %u, turn %u", w, turn);
	house_open(&house, joined, world->text);
	house.clock = ANYWORLD_CLOCK;
	house_ledger_open(&house, "ledger", INT64_MAX);
	live_through(&house, world, &turns[turn]);
	house_tallies(&house, ret_found);
	anyworld_model(&model, world, INT64_MAX);
	check_model(&model, ret_found->items, ret_found->n, when);
	model_free(&model);
	keep_exports(&house, world, w, when);
	check_fresh(&house, ret_found, when);
	if (turns[turn].order == AS_MADE)
		check_known(&house, world, when);
	if (turn == 0)
		check_pinned(&house, world->days[0], exported[w][0]);
	house_close(&house);
}

static void any_order_and_batches_give_the_tallies_of_a_fresh_rebuild(void **state)
{
	struct tallies_read found[TURNS];
	struct anyworld world;
	char when[32];

	(void)state;
	for (uint32_t w = 0; w < test_share(WORLDS); w++) {
		chance_of_world(w);
		anyworld_make(&world);
		write_world(&world, w);
		for (uint32_t turn = 0; turn < TURNS; turn++)
			live_once(&world, w, turn, &found[turn]);
		snprintf(when, sizeof(when), "world %u", w);
		for (uint32_t turn = 1; turn < TURNS; turn++)
			assert_tallies_equal(found[turn].items, found[turn].n, found[0].items,
					     found[0].n, when);
		for (uint32_t turn = 0; turn < TURNS; turn++)
			tallies_free(&found[turn]);
		anyworld_free(&world);
	}
}

/* The reference program, started once. */

static void run_reference(const char *driver, const char *library)
{
	const struct rlimit limit = { REFERENCE_SECONDS, REFERENCE_SECONDS + 1 };
	const char *out = dir_path(&stage, "out");
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		/* It ends by itself, with the test or at the limit, which a busy machine does not
		 * bring nearer. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (setrlimit(RLIMIT_CPU, &limit) != 0 || fd < 0 || dup2(fd, STDOUT_FILENO) < 0 ||
		    chdir(stage.path) != 0)
			_exit(126);
		execl("/usr/bin/python3", "python3", "-B", driver, library, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFSIGNALED(status))
		fail_msg("the reference program was ended by signal %d", WTERMSIG(status));
	if (status != 0)
		fail_msg("the reference program ended with status %d", WEXITSTATUS(status));
}

/* All fields of all lines of a world as of a day. */
static void compare_lines(FILE *expected, const char *found, const char *when)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&line, &room, expected)) > 1) {
		size_t found_size = strcspn(found, "\n");
		json_t *wanted = json_of(line, (size_t)size), *got;

		if (found_size == 0)
			fail_msg("%s: there is no\n%s", when, line);
		got = json_of(found, found_size);
		if (!json_equal(wanted, got))
			fail_msg("%s:\n%.*s\nnot\n%s", when, (int)found_size, found, line);
		json_decref(wanted);
		json_decref(got);
		found += found_size + 1;
	}
	assert_int_equal(size, 1);
	if (*found)
		fail_msg("%s: too much:\n%s", when, found);
	free(line);
}

static void figures_are_those_of_the_reference_program(void **state)
{
	char driver[PATH_MAX], library[PATH_MAX], when[64], day[DAY_TEXT];
	unsigned world, worlds = 0, lines = 0;
	FILE *days, *out;

	(void)state;
	assert_non_null(realpath(DRIVER, driver));
	assert_non_null(realpath(REFERENCE, library));
	run_reference(driver, library);
	days = fopen(dir_path(&stage, "days"), "r");
	out = fopen(dir_path(&stage, "out"), "r");
	assert_true(days && out);
	for (; fscanf(days, "%u %10s %*s %*s", &world, day) == 2; worlds++) {
		const char *found = exported[world][worlds % ANYWORLD_DAYS];

		assert_non_null(found);
		snprintf(when, sizeof(when), "world %u as of %s", world, day);
		compare_lines(out, found, when);
		compare_lines(out, told[world][worlds % ANYWORLD_DAYS], when);
		for (; *found; found++)
			lines += *found == '\n';
	}
	assert_int_equal(worlds, test_share(WORLDS) * ANYWORLD_DAYS);
	assert_true(lines > 10 * test_share(WORLDS));
	assert_int_equal(fgetc(out), EOF);
	fclose(days);
	fclose(out);
}

/* All. */

static int begin(void **state)
{
	(void)state;
	dir_begin(&stage);
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (uint32_t w = 0; w < WORLDS; w++)
		for (int d = 0; d < ANYWORLD_DAYS; d++) {
			free(exported[w][d]);
			free(told[w][d]);
		}
	if (getenv("LIFT_KEEP"))
		print_message("kept: %s\n", stage.path);
	else
		dir_end(&stage);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_and_batches_give_the_tallies_of_a_fresh_rebuild),
		cmocka_unit_test(figures_are_those_of_the_reference_program),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, begin, end);
}
