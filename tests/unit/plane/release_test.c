/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases of worlds left to chance, in which many do as one does: to the byte the lines of the
 * reference program, and the same file whatever the order of the events, after restarts and after a
 * rebuild, and the same lines where others were there who are forgotten. LIFT_WORLDS in the
 * environment says how many worlds; with LIFT_KEEP they stay.
 */
#include "daemon/plane/file.h"
#include "daemon/plane/release.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/base/load.h"
#include "daemon/base/state.h"
#include "tests/seed.h"
#include "tests/unit/house.h"
#include "tests/unit/plane/living.h"

enum { WORLDS = 40 };
#define REFERENCE "tests/reference"
#define DRIVER	  "tests/unit/plane/driver.py"

static struct dir stage;
static uint8_t key[SECRET_BYTES];
static char **made; /* by world and day: the lines */
static uint32_t n_worlds;

/* The ways to live through a world. */
static const struct turn turns[] = {
	{ .batch_max = CROWD_EVENTS },
	{ .shuffled = true, .restarts = true, .batch_max = 200 },
	{ .shuffled = true, .rebuilt = true, .batch_max = 1000 },
	{ .shuffled = true, .forgets = true, .restarts = true, .batch_max = 1000 },
};
enum { TURNS = sizeof(turns) / sizeof(turns[0]) };

static struct text read_file(const char *path)
{
	struct yaml_errors errors = { 0 };
	struct text text;

	assert_int_equal(load_file(path, false, &errors, &text), 0);
	return text;
}

/* Each day's release has the same lines in each turn. */
static void compare_lines_made(struct house *house, uint32_t number, char **first, const char *when)
{
	char *lines = release_lines(house, number);

	if (!*first) {
		*first = lines;
		return;
	}
	if (strcmp(lines, *first) != 0)
		fail_msg("%s: release %u is\n%s\nnot\n%s", when, number, lines, *first);
	free(lines);
}

/* And is the same file, where nothing else has come. */
static void compare_files(struct house *house, uint32_t number, struct text *first,
			  const char *when)
{
	char path[PATH_MAX], name[32];
	struct text found;

	snprintf(name, sizeof(name), "/%06u", number);
	state_path_beside(path, house->dir.path, STATE_RELEASES, name);
	found = read_file(path);
	if (!first->data) {
		*first = found;
		return;
	}
	if (!text_equal(found, *first))
		fail_msg("%s: release %u is another one", when, number);
	free((void *)found.data);
}

static void live_once(const struct anyworld *world, const struct crowd *crowd, uint32_t w,
		      uint32_t turn, struct text first[ANYWORLD_DAYS])
{
	struct release_info info;
	struct house house;
	char when[64];

	snprintf(when, sizeof(when), "world %u, turn %u", w, turn);
	house_open(&house, living_config, world->text);
	memcpy(house.secret.key, key, SECRET_BYTES);
	house.clock = ANYWORLD_CLOCK;
	house_ledger_open(&house, "ledger", INT64_MAX);
	live_through(&house, crowd, &turns[turn]);
	for (uint32_t d = 0; d < ANYWORLD_DAYS; d++) {
		assert_int_equal(make_release(&house, world->days[d], NULL, NULL, &info), 0);
		assert_int_equal(info.number, d + 1);
		assert_int_equal(info.day, world->days[d]);
		assert_int_equal(info.applied, journal_last(house.journal));
		compare_lines_made(&house, info.number, &made[w * ANYWORLD_DAYS + d], when);
		if (!turns[turn].forgets)
			compare_files(&house, info.number, &first[d], when);
	}
	house_close(&house);
}

static FILE *stage_file(const char *name, const char *mode)
{
	FILE *file = fopen(dir_path(&stage, name), mode);

	assert_non_null(file);
	return file;
}

static void write_world(const struct anyworld *world, const struct crowd *crowd, uint32_t w)
{
	char name[32], day[DAY_TEXT];
	FILE *file;

	snprintf(name, sizeof(name), "%u.yaml", w);
	file = stage_file(name, "w");
	fputs(world->text, file);
	assert_int_equal(fclose(file), 0);
	snprintf(name, sizeof(name), "%u.jsonl", w);
	file = stage_file(name, "w");
	for (uint32_t i = 0; i < crowd->n; i++)
		anyworld_write_event(&crowd->events[i], file);
	assert_int_equal(fclose(file), 0);
	file = stage_file("days", "a");
	for (int d = 0; d < ANYWORLD_DAYS; d++) {
		day_print(world->days[d], day);
		fprintf(file, "%u %s\n", w, day);
	}
	assert_int_equal(fclose(file), 0);
}

/* The first is a school. */
static void make_world(struct anyworld *world, struct crowd *crowd, uint32_t w)
{
	if (w == 0) {
		crowd_school(crowd, world);
		return;
	}
	anyworld_make(world);
	crowd_make(crowd, world);
}

static void the_same_learners_give_the_same_release_in_any_order(void **state)
{
	struct crowd *crowd = crowd_new();

	(void)state;
	for (uint32_t w = 0; w < n_worlds; w++) {
		struct text first[ANYWORLD_DAYS] = { { NULL, 0 } };
		struct anyworld world;

		chance_of_world(w);
		make_world(&world, crowd, w);
		write_world(&world, crowd, w);
		for (uint32_t turn = 0; turn < TURNS; turn++)
			live_once(&world, crowd, w, turn, first);
		for (uint32_t d = 0; d < ANYWORLD_DAYS; d++)
			free((void *)first[d].data);
		anyworld_free(&world);
	}
	free(crowd);
}

/* The reference program. */

static void run_reference(const char *driver, const char *library)
{
	const char *out = dir_path(&stage, "out");
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (fd < 0 || dup2(fd, STDOUT_FILENO) < 0 || chdir(stage.path) != 0)
			_exit(126);
		execl("/usr/bin/python3", "python3", "-B", driver, library, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (status != 0)
		fail_msg("the reference program ended with status %d", status);
}

static void compare_lines(FILE *expected, const char *found, const char *when)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t size;

	while ((size = getline(&line, &room, expected)) > 1) {
		if (strncmp(found, line, (size_t)size) != 0)
			fail_msg("%s:\n%.*s\nnot\n%s", when, (int)strcspn(found, "\n"), found,
				 line);
		found += size;
	}
	assert_int_equal(size, 1);
	if (*found)
		fail_msg("%s: too much:\n%s", when, found);
	free(line);
}

/* What must have been there among all these figures, or they show little. */
static const char *const seen[] = {
	"\"kind\":\"module\"",
	"\"kind\":\"programme\"",
	"\"kind\":\"competence\"",
	"\"kind\":\"people\"",
	"\"completion_rate\":{\"n\"",
	"\"histogram\":[",
	"\"p90\":",
	"\"gain\":{\"mean\":",
	"\"levels\":{\"",
	"\"requirements\":[{",
	"\"targets\":[{",
	"\"lapsed\":",
	"\"region\":\"unassigned\"",
	"\"value\":null",
};

static void releases_are_those_of_the_reference_program(void **state)
{
	char driver[PATH_MAX], library[PATH_MAX], when[64], day[DAY_TEXT];
	bool was_there[sizeof(seen) / sizeof(seen[0])] = { false };
	unsigned world, n = 0;
	FILE *days, *out;

	(void)state;
	assert_non_null(realpath(DRIVER, driver));
	assert_non_null(realpath(REFERENCE, library));
	run_reference(driver, library);
	days = stage_file("days", "r");
	out = stage_file("out", "r");
	for (; fscanf(days, "%u %10s", &world, day) == 2; n++) {
		snprintf(when, sizeof(when), "world %u as of %s", world, day);
		assert_non_null(made[n]);
		compare_lines(out, made[n], when);
		for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
			was_there[i] |= strstr(made[n], seen[i]) != NULL;
	}
	assert_int_equal(n, n_worlds * ANYWORLD_DAYS);
	assert_int_equal(fgetc(out), EOF);
	fclose(days);
	fclose(out);
	for (size_t i = 0; i < sizeof(seen) / sizeof(seen[0]); i++)
		if (!was_there[i])
			fail_msg("in none of the worlds is there %s", seen[i]);
}

/* Being told to stop. */

static bool stops_at(void *context)
{
	int *left = context;

	return (*left)-- == 0;
}

static size_t releases(const struct house *house)
{
	struct release_info *infos;
	size_t n;

	assert_int_equal(releases_list(house->dir.path, &infos, &n), 0);
	free(infos);
	return n;
}

/* At any of the moments at which it asks; then the next one is made as if nothing had been. */
static void one_that_is_stopped_leaves_nothing(void **state)
{
	struct crowd *crowd = crowd_new();
	struct release_info info;
	struct anyworld world;
	struct house house;
	int asked = 0, err = LIFT_E_STOPPED;
	char path[PATH_MAX], lost[PATH_MAX + sizeof(RELEASE_LOST)];

	(void)state;
	crowd_school(crowd, &world);
	house_open(&house, living_config, world.text);
	house.clock = ANYWORLD_CLOCK;
	house_ledger_open(&house, "ledger", INT64_MAX);
	live_through(&house, crowd, &turns[0]);
	for (; err == LIFT_E_STOPPED; asked++) {
		int left = asked;

		err = make_release(&house, world.days[0], stops_at, &left, &info);
		assert_int_equal(releases(&house), err ? 0 : 1);
	}
	assert_int_equal(err, 0);
	assert_true(asked > 2);
	assert_int_equal(info.number, 1);
	assert_int_equal(make_release(&house, world.days[0], NULL, NULL, &info), 0);
	assert_int_equal(info.number, 2);
	/* One that is given up is followed by another one, and not by itself. */
	release_path(path, house.dir.path, 2);
	snprintf(lost, sizeof(lost), "%s" RELEASE_LOST, path);
	assert_int_equal(rename(path, lost), 0);
	assert_int_equal(make_release(&house, world.days[0], NULL, NULL, &info), 0);
	assert_int_equal(info.number, 3);
	house_close(&house);
	anyworld_free(&world);
	free(crowd);
}

/* All. */

static int begin(void **state)
{
	const char *many = getenv("LIFT_WORLDS");
	FILE *file;

	(void)state;
	n_worlds = many ? (uint32_t)strtoul(many, NULL, 10) : test_share(WORLDS);
	made = calloc((size_t)n_worlds * ANYWORLD_DAYS, sizeof(*made));
	assert_non_null(made);
	dir_begin(&stage);
	for (int i = 0; i < SECRET_BYTES; i++)
		key[i] = (uint8_t)chance(256);
	file = stage_file("secret", "w");
	assert_int_equal(fwrite(key, 1, SECRET_BYTES, file), SECRET_BYTES);
	assert_int_equal(fclose(file), 0);
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < n_worlds * ANYWORLD_DAYS; i++)
		free(made[i]);
	free(made);
	if (getenv("LIFT_KEEP"))
		print_message("kept: %s\n", stage.path);
	else
		dir_end(&stage);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_learners_give_the_same_release_in_any_order),
		cmocka_unit_test(releases_are_those_of_the_reference_program),
		cmocka_unit_test(one_that_is_stopped_leaves_nothing),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, begin, end);
}
