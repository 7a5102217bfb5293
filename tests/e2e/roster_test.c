/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of people, asked about: by random worlds always what the reference program says, byte for
 * byte; and who may ask, and what is left of it.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/doors.h"
#include "tests/e2e/peer.h"
#include "tests/seed.h"

#define REFERENCE "tests/reference/lift_oracle.py"

/* Random worlds. */

enum {
	WORLDS = 12, /* LIFT_WORLDS */
	LEARNERS = 14,
	TIMES = 20,
	EVENTS = 160,
	DAY = 86400000,
};
#define BEGIN INT64_C(1709247600000) /* 2024-03-01 in Oslo */
#define TODAY "2024-05-10"

/* The hard ones first: what CSV puts in quotes, and a letter that is none of ASCII. */
static const char *const ids[LEARNERS] = { "anna, of Rana",
					   "b\xc3\xb8",
					   "\"q\"",
					   "in all",
					   "5",
					   "6",
					   "7",
					   "8",
					   "9",
					   "10",
					   "11",
					   "12",
					   "13",
					   "0014" };

static uint32_t chance(uint32_t below)
{
	return (uint32_t)random() % below;
}

static bool chance_of(uint32_t percent)
{
	return chance(100) < percent;
}

static const char *one_of(const char *const *of, uint32_t n)
{
	return of[chance(n)];
}
#define ONE_OF(...)                                  \
	one_of((const char *const[]){ __VA_ARGS__ }, \
	       sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void write_catalogue(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fprintf(file,
		"timezone: Europe/Oslo\n"
		"dimensions: {role: [nurse, aide]}\n"
		"regions:\n"
		"- {code: nord, name: Nord}\n"
		"- {code: rana, name: Rana, parents: [nord], aliases: [Rana kommune]}\n"
		"- {code: bodo, name: Bodo, parents: [nord]}\n"
		"- {code: oslo, name: Oslo}\n"
		"modules:\n"
		"- {id: lift, name: Lift, aliases: [LIFT], minutes: 60,\n"
		"   grants: [{competence: care, "
		"level: 2, valid_months: %u}, {competence: lifting}]}\n"
		"- {id: meds, name: Meds, pass_mark: 0.6, grants: [{competence: care, level: 1, "
		"earned_by: passed, valid_months: %u}]}\n"
		"- {id: talk, name: Talk}\n"
		"- {id: entry, name: Entry}\n"
		"competences:\n- {id: lifting, name: Lifting}\n- {id: care, name: Care}\n"
		"programmes:\n- {id: p, name: P, modules: [meds, lift, talk]",
		1 + chance(3), 1 + chance(2));
	if (chance_of(40))
		fprintf(file, ", from: 2024-03-%02u", 1 + chance(20));
	if (chance_of(40))
		fprintf(file, ", to: 2024-04-%02u", 10 + chance(20));
	if (chance_of(60))
		fprintf(file, ", complete: %u", 1 + chance(3));
	if (chance_of(40))
		fputs(", done_by: passed", file);
	if (chance_of(40))
		fprintf(file, ", admission: %s", ONE_OF("entry", "talk"));
	if (chance_of(40))
		fputs(", members: enrolled", file);
	if (chance_of(50))
		fprintf(file, ", profile: %s", ONE_OF("entry", "latest"));
	if (chance_of(50))
		fprintf(file,
			", regions: [{code: rana, to: 2024-04-%02u},"
			" {code: bodo, from: 2024-03-%02u}]",
			1 + chance(28), 1 + chance(28));
	fputs("}\n- {id: other, name: Other, modules: [talk]}\n", file);
	assert_int_equal(fclose(file), 0);
}

/* What an event of the type has beside its names; NULL: nothing. */
static void add_result(json_t *event, const char *type)
{
	char day[16];

	snprintf(day, sizeof(day), "2024-%02u-%02u", 3 + chance(4), 1 + chance(28));
	if (strcmp(type, "assessed") == 0 && chance_of(70))
		json_object_set_new(event, "score", json_real(chance(11) / 10.0));
	if (strcmp(type, "assessed") == 0 && (!json_object_get(event, "score") || chance_of(30)))
		json_object_set_new(event, "passed", json_boolean(chance_of(50)));
	if (strcmp(type, "attended") == 0)
		json_object_set_new(event, "minutes", json_integer(1 + chance(300)));
	if (strcmp(type, "enrolled") == 0 && chance_of(80))
		json_object_set_new(event, "state",
				    json_string(ONE_OF("applied", "waiting", "admitted")));
	if ((strcmp(type, "assessed") == 0 || strcmp(type, "completed") == 0) && chance_of(30))
		json_object_set_new(event, "valid_until",
				    json_string(chance_of(20) ? "2151-01-01" : day));
}

static json_t *any_event(const int64_t *times)
{
	const char *type = ONE_OF("started", "started", "completed", "completed", "assessed",
				  "assessed", "attended", "attended", "attended", "enrolled",
				  "enrolled", "withdrawn", "voided");
	json_t *event =
		json_pack("{s:s, s:I, s:s, s:s, s:s}", "type", type, "time",
			  (json_int_t)times[chance(TIMES)], "learner", one_of(ids, LEARNERS - 2),
			  "module", ONE_OF("lift", "LIFT", "meds", "talk", "entry", "unheard of"),
			  "region", ONE_OF("rana", "Rana kommune", "bodo", "oslo", "nowhere"));

	assert_non_null(event);
	add_result(event, type);
	if (chance_of(50))
		json_object_set_new(event, "attrs",
				    json_pack("{s:s}", "role", ONE_OF("nurse", "aide", "x")));
	if (strcmp(type, "voided") == 0)
		json_object_set_new(
			event, "voids",
			json_pack("{s:s}", "type", ONE_OF("completed", "attended", "enrolled")));
	return event;
}

static void write_events(const char *path, const int64_t *times, size_t n)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	for (size_t i = 0; i < n; i++) {
		json_t *event = any_event(times);

		assert_int_equal(json_dumpf(event, file, JSON_COMPACT), 0);
		fputc('\n', file);
		json_decref(event);
	}
	assert_int_equal(fclose(file), 0);
}

static void put_cell(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', file);
		fputc(*text, file);
	}
	fputc('"', file);
}

/* Some people, some twice, some without an id, one nobody has heard of; a column that is replaced,
 * and short rows. */
static void write_list(const char *path)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("name,learner,hours,\"what, else\"\n", file);
	for (int i = 0; i < 16; i++) {
		const char *id = chance_of(6) ? "" : one_of(ids, LEARNERS);

		fprintf(file, "row %d,", i);
		put_cell(file, id);
		if (chance_of(80))
			fprintf(file, ",99,%s", ONE_OF("", "x", "\"a, b\"", "\"two\nlines\""));
		fputs(chance_of(5) ? "\n\n" : "\n", file);
	}
	assert_int_equal(fclose(file), 0);
}

struct world {
	char catalogue[PATH_SIZE], ours[PATH_SIZE], theirs[PATH_SIZE], list[PATH_SIZE];
	const char *programme, *as_of, *from, *to;
};

static void make_world(struct daemon *daemon, struct world *world)
{
	int64_t times[TIMES];

	path_make(world->catalogue, "%s/catalogue.yaml", daemon->dir);
	path_make(world->ours, "%s/ours.jsonl", daemon->dir);
	path_make(world->theirs, "%s/theirs.jsonl", daemon->dir);
	path_make(world->list, "%s/list.csv", daemon->dir);
	for (int i = 0; i < TIMES; i++) /* near midnight in Oslo, and at any time */
		times[i] = BEGIN + chance(80) * (int64_t)DAY +
			   (chance_of(40) ? (int64_t)chance(3) * 1800000 - 1800000
					  : (int64_t)chance(DAY));
	world->programme = "p";
	write_catalogue(world->catalogue);
	write_events(world->ours, times, EVENTS);
	write_events(world->theirs, times, EVENTS / 4);
	write_list(world->list);
	world->as_of = ONE_OF(TODAY, TODAY, "2024-04-02", "2024-02-01");
	world->from = chance_of(40) ? ONE_OF("2024-03-10", "2024-04-01") : NULL;
	world->to = chance_of(40) ? ONE_OF("2024-04-02", "2024-04-20") : NULL;
}

static struct outcome ask_reference(struct daemon *daemon, const struct world *world)
{
	const char *argv[20] = { "/usr/bin/python3", REFERENCE,	      world->catalogue, world->ours,
				 "--as-of",	     world->as_of,    "--roster",	world->list,
				 "--programme",	     world->programme };
	struct process process;
	size_t n = 10;

	if (world->from) {
		argv[n++] = "--from";
		argv[n++] = world->from;
	}
	if (world->to) {
		argv[n++] = "--to";
		argv[n++] = world->to;
	}
	process_start(&process, daemon->dir, "reference", argv, NULL);
	return process_wait(&process);
}

static struct outcome ask_daemon(struct daemon *daemon, const struct world *world, const char *list)
{
	const char *args[20] = { "roster", "--source", "one", "--programme", world->programme };
	size_t n = 5;

	if (strcmp(world->as_of, TODAY) != 0 || chance_of(50)) {
		args[n++] = "--as-of";
		args[n++] = world->as_of;
	}
	if (world->from) {
		args[n++] = "--from";
		args[n++] = world->from;
	}
	if (world->to) {
		args[n++] = "--to";
		args[n++] = world->to;
	}
	args[n] = list;
	return daemon_lift_in(daemon, NULL, args);
}

static void check_world(struct daemon *daemon, const struct world *world, unsigned number)
{
	struct outcome expected = ask_reference(daemon, world);
	struct outcome found = ask_daemon(daemon, world, world->list), again;
	char answer[PATH_SIZE];

	if (expected.status != 0 || found.status != 0 || strcmp(expected.out, found.out) != 0 ||
	    strcmp(expected.err, found.err) != 0)
		fail_msg("world %u, as of %s:\n%s%s(%d) not\n%s%s(%d)", number, world->as_of,
			 found.out, found.err, found.status, expected.out, expected.err,
			 expected.status);
	/* An answer asked again is itself. */
	path_make(answer, "%s/answer.csv", daemon->dir);
	file_write(answer, found.out);
	again = ask_daemon(daemon, world, answer);
	if (strcmp(again.out, found.out) != 0)
		fail_msg("world %u, asked again:\n%s not\n%s", number, again.out, found.out);
	outcome_free(&again);
	outcome_free(&expected);
	outcome_free(&found);
}

static void start_world(struct daemon *daemon, const struct world *world, bool pinned)
{
	char lines[4 * PATH_SIZE];

	snprintf(lines, sizeof(lines),
		 "catalogue: %s\n%snamespaces: {one: staff, two: staff, theirs: students}\n",
		 world->catalogue, pinned ? "as_of: " TODAY "\n" : "");
	daemon_configure(daemon, lines);
	daemon_start(daemon);
}

static void random_worlds_are_answered_as_the_reference_program_does(void **state)
{
	const char *many = getenv("LIFT_WORLDS");
	unsigned worlds = many ? (unsigned)strtoul(many, NULL, 10) : test_share(WORLDS);
	uint64_t seed = test_seed();

	for (unsigned i = 0; i < worlds; i++) {
		struct daemon *daemon;
		struct world world;
		void *made = NULL;

		(void)state;
		srandom((unsigned)seed + i);
		assert_int_equal(daemon_setup(&made), 0);
		daemon = made;
		make_world(daemon, &world);
		start_world(daemon, &world, true);
		/* The same ids of another namespace are other people. */
		free(daemon_lift_out(daemon, 0, "publish", "--source", "theirs", world.theirs,
				     NULL));
		free(daemon_lift_out(daemon, 0, "publish", "--source", ONE_OF("one", "two"),
				     world.ours, NULL));
		if (chance_of(30))
			free(daemon_lift_out(daemon, 0, "publish", "--source", "two", world.ours,
					     NULL));
		check_world(daemon, &world, i);
		daemon_stop(daemon, SIGTERM);
		assert_int_equal(daemon_teardown(&made), 0);
	}
}

/* The programmes that come with liftd. */

/* Each fifth event's learner: some are there often, some never. */
static void list_of_events(const char *events, const char *list)
{
	char *text = file_text(events, NULL), *line, *save = NULL;
	FILE *file = fopen(list, "w");
	size_t n = 0;

	assert_non_null(file);
	fputs("learner,nr\n", file);
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		json_t *event = json_loads(line, 0, NULL);

		if (n % 5 == 0)
			fprintf(file, "%s,%zu\n",
				json_string_value(json_object_get(event, "learner")), n);
		n++;
		json_decref(event);
	}
	fputs("nobody,0\n", file);
	free(text);
	assert_int_equal(fclose(file), 0);
}

/* As the daemon says them. */
static json_t *programmes_of(struct daemon *daemon)
{
	char *text = daemon_lift_out(daemon, 0, "catalogue", "--json", NULL);
	json_t *answer = json_loads(text, 0, NULL);
	json_t *programmes = json_incref(json_object_get(answer, "programmes"));

	assert_true(json_array_size(programmes) > 0);
	json_decref(answer);
	free(text);
	return programmes;
}

static void check_example(const char *example, unsigned number)
{
	struct world world = { .as_of = TODAY, .from = "2023-01-01", .to = "2024-04-30" };
	json_t *programmes, *programme;
	struct daemon *daemon;
	void *made = NULL;
	size_t p;

	assert_int_equal(daemon_setup(&made), 0);
	daemon = made;
	path_make(world.catalogue, "daemon/examples/%s.yaml", example);
	path_make(world.ours, "%s/ours.jsonl", daemon->dir);
	path_make(world.list, "%s/list.csv", daemon->dir);
	start_world(daemon, &world, true);
	free(daemon_lift_out(daemon, 0, "simulate", "--learners", "60", "--presence", "--enrolment",
			     "--validity", "--phases", "--out", world.ours, world.catalogue, NULL));
	free(daemon_lift_out(daemon, 0, "publish", "--source", "one", world.ours, NULL));
	list_of_events(world.ours, world.list);
	programmes = programmes_of(daemon);
	json_array_foreach(programmes, p, programme)
	{
		world.programme = json_string_value(json_object_get(programme, "id"));
		check_world(daemon, &world, number);
	}
	json_decref(programmes);
	daemon_stop(daemon, SIGTERM);
	assert_int_equal(daemon_teardown(&made), 0);
}

static void the_five_examples_are_answered_as_the_reference_program_does(void **state)
{
	static const char *const examples[] = { "akademi-norr", "helgeland", "level-up", "mediq",
						"vesteralen" };

	(void)state;
	for (unsigned i = 0; i < sizeof(examples) / sizeof(examples[0]); i++)
		check_example(examples[i], i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_worlds_are_answered_as_the_reference_program_does),
		cmocka_unit_test(the_five_examples_are_answered_as_the_reference_program_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
