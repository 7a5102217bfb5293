/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Releases of worlds left to chance, in which many do as one does: to the byte the lines of the
 * reference program, and the same file whatever the order of the events, after restarts and after a
 * rebuild, and the same lines where others were there who are forgotten. LIFT_WORLDS in the
 * environment says how many worlds; with LIFT_KEEP they stay.
 */
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
#include "daemon/figures/export.h"
#include "tests/unit/house.h"
#include "tests/unit/worlds/anyworld.h"

enum { WORLDS = 40, COPIES = 100, CROWD = ANYWORLD_EVENTS * COPIES, LEARNER_TEXT = 32 };
#define REFERENCE "tests/reference"
#define DRIVER	  "tests/unit/plane/driver.py"

/* Who is forgotten. */
enum { STRANGERS = 5, STRANGER_EVENTS = 100 };
static const char *const strangers[STRANGERS] = { "ada", "bo", "cy", "di", "ed" };

/* Two sources that mean the same people. */
static const char joined[] = "namespaces: {one: people, two: people}\n";
static struct dir stage;
static uint8_t key[SECRET_BYTES];
static char **made; /* by world and day: the lines */
static uint32_t n_worlds;

/* A crowd: each of a world's learners many times over, but hardly any two do all the same. */
struct crowd {
	struct event events[CROWD];
	char learners[CROWD][LEARNER_TEXT];
	uint32_t n;
	struct event sent[CROWD]; /* in the order of a turn */
};

static void crowd_make(struct crowd *crowd, const struct anyworld *world)
{
	uint32_t copies = 1 + chance(COPIES), takes_part = 60 + chance(41), moves = chance(20);

	crowd->n = 0;
	for (uint32_t copy = 0; copy < copies; copy++)
		for (uint32_t i = 0; i < world->n; i++) {
			struct event *event = &crowd->events[crowd->n];
			char *learner = crowd->learners[crowd->n];

			if (!chance_of(takes_part))
				continue;
			*event = world->events[i];
			snprintf(learner, LEARNER_TEXT, "%.*s-%u", (int)event->learner.size,
				 event->learner.data, copy);
			event->learner = text_of(learner);
			if (chance_of(moves))
				event->region = world->events[chance(world->n)].region;
			crowd->n++;
		}
}

/* Living. */

struct turn {
	bool shuffled, restarts, rebuilt;
	bool forgets; /* others, who were there as well */
	uint32_t batch_max;
};
static const struct turn turns[] = {
	{ .batch_max = CROWD },
	{ .shuffled = true, .restarts = true, .batch_max = 200 },
	{ .shuffled = true, .rebuilt = true, .batch_max = 1000 },
	{ .shuffled = true, .forgets = true, .restarts = true, .batch_max = 1000 },
};
enum { TURNS = sizeof(turns) / sizeof(turns[0]) };

static void restart(struct house *house)
{
	house_ledger_close(house);
	assert_int_equal(journal_commit(house->journal), 0);
	house_reopen_journal(house);
	house_ledger_open(house, "ledger", INT64_MAX);
}

static void arrange(struct crowd *crowd, bool shuffled)
{
	static uint32_t order[CROWD];

	for (uint32_t i = 0; i < crowd->n; i++)
		order[i] = i;
	if (shuffled)
		chance_shuffle(order, crowd->n, sizeof(order[0]));
	for (uint32_t i = 0; i < crowd->n; i++)
		crowd->sent[i] = crowd->events[order[i]];
}

/* Others do some of what the crowd does. */
static void send_strangers(struct house *house, const struct crowd *crowd)
{
	struct event events[STRANGER_EVENTS];

	for (uint32_t i = 0; i < STRANGER_EVENTS; i++) {
		events[i] = crowd->events[chance(crowd->n)];
		events[i].learner = text_of(strangers[chance(STRANGERS)]);
	}
	assert_int_equal(house_send(house, "one", "strangers", 1, events, STRANGER_EVENTS), 0);
	assert_int_equal(house->gate->last.n_accepted, STRANGER_EVENTS);
}

static void forget_strangers(struct house *house)
{
	struct order order = { .what = ORDER_FORGET, .n_people = STRANGERS };

	for (uint32_t i = 0; i < STRANGERS; i++)
		secret_pseudonym(&house->secret, text_of("people"), text_of(strangers[i]),
				 order.people[i].learner);
	gate_obey(house->gate, &order, house->clock);
	assert_int_equal(order.err, 0);
}

static void live(struct house *house, struct crowd *crowd, const struct turn *turn)
{
	static const char *const sources[] = { "one", "two" };
	uint64_t next[2] = { 1, 1 };

	if (turn->forgets && crowd->n)
		send_strangers(house, crowd);
	arrange(crowd, turn->shuffled);
	for (uint32_t at = 0, n; at < crowd->n; at += n) {
		uint32_t source = chance(2), left = crowd->n - at;

		n = 1 + chance(turn->batch_max);
		n = n < left ? n : left;
		assert_int_equal(
			house_send(house, sources[source], "s", next[source], crowd->sent + at, n),
			0);
		assert_int_equal(house->gate->last.n_rejected, 0);
		next[source] += n;
		if (turn->restarts && chance_of(20))
			restart(house);
	}
	if (turn->forgets)
		forget_strangers(house);
	assert_int_equal(journal_commit(house->journal), 0);
	house_apply_all(house);
	if (turn->rebuilt) {
		house_ledger_close(house);
		house_ledger_open(house, "fresh", INT64_MAX);
		assert_true(house->is_built);
		house_apply_all(house);
	}
}

/* Releases. */

static int keep_line(void *context, struct text line)
{
	fprintf(context, "%.*s\n", (int)line.size, line.data);
	return 0;
}

static char *release_lines(struct house *house, uint32_t number)
{
	struct release *release;
	struct release_row row;
	size_t size;
	char *text = NULL;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	assert_int_equal(release_open(house->dir.path, number, &release), 0);
	for (size_t i = 0; i < release_info(release)->n_rows; i++) {
		release_row(release, i, &row);
		assert_int_equal(export_row(house->reader,
					    &(struct export_row){ row.region, row.id, row.kind,
								  row.metrics },
					    keep_line, file),
				 0);
	}
	release_put(release);
	assert_int_equal(fclose(file), 0);
	return text;
}

static int make_release(struct house *house, int32_t day, bool (*stops)(void *context),
			void *context, struct release_info *ret_info)
{
	uint8_t open_key[OPEN_KEY_BYTES];
	struct journal_view names;
	struct ledger_view view;
	int err;

	secret_open_key(&house->secret, open_key);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	err = release_make(house->dir.path, &view, &names, house->catalogue, open_key, day,
			   ANYWORLD_CLOCK, stops, context, ret_info);
	journal_view_end(&names);
	ledger_view_end(&view);
	return err;
}

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

static void live_once(const struct anyworld *world, struct crowd *crowd, uint32_t w, uint32_t turn,
		      struct text first[ANYWORLD_DAYS])
{
	struct release_info info;
	struct house house;
	char when[64];

	snprintf(when, sizeof(when), "world %u, turn %u", w, turn);
	house_open(&house, joined, world->text);
	memcpy(house.secret.key, key, SECRET_BYTES);
	house.clock = ANYWORLD_CLOCK;
	house_ledger_open(&house, "ledger", INT64_MAX);
	live(&house, crowd, &turns[turn]);
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

static void the_same_learners_give_the_same_release_in_any_order(void **state)
{
	struct crowd *crowd = malloc(sizeof(*crowd));

	(void)state;
	assert_non_null(crowd);
	for (uint32_t w = 0; w < n_worlds; w++) {
		struct text first[ANYWORLD_DAYS] = { { NULL, 0 } };
		struct anyworld world;

		chance_of_world(w);
		anyworld_make(&world);
		crowd_make(crowd, &world);
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
	struct crowd *crowd = malloc(sizeof(*crowd));
	struct release_info info;
	struct anyworld world;
	struct house house;
	int asked = 0, err = LIFT_E_STOPPED;

	(void)state;
	assert_non_null(crowd);
	anyworld_make(&world);
	crowd_make(crowd, &world);
	house_open(&house, joined, world.text);
	house.clock = ANYWORLD_CLOCK;
	house_ledger_open(&house, "ledger", INT64_MAX);
	live(&house, crowd, &turns[0]);
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
	n_worlds = many ? (uint32_t)strtoul(many, NULL, 10) : WORLDS;
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
