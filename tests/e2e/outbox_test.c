/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lift publish --outbox and lift outbox, with a real daemon: away and back, two that put in at
 * once, one that takes over, a sealed file.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"

static const char catalogue[] = "timezone: Europe/Oslo\n"
				"regions:\n"
				"  - {code: \"1813\", name: Brønnøy}\n"
				"modules:\n"
				"  - {id: falls, name: Falls}\n";

struct scene {
	struct daemon *daemon;
	char box[PATH_SIZE], file[PATH_SIZE];
};

/* The daemon is configured, and not started. */
static struct scene begin(void **state)
{
	struct scene scene = { .daemon = *state };
	char path[PATH_SIZE], lines[PATH_SIZE + 32];

	path_make(scene.box, "%s/box", scene.daemon->dir);
	path_make(scene.file, "%s/events.csv", scene.daemon->dir);
	path_make(path, "%s/catalogue.yaml", scene.daemon->dir);
	file_write(path, catalogue);
	snprintf(lines, sizeof(lines), "catalogue: %s\ntick_ms: 50\n", path);
	daemon_configure(scene.daemon, lines);
	return scene;
}

/* A file of n learners, from `first` on, who began at that moment. */
static void write_events(const char *path, unsigned first, unsigned n, const char *time)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (unsigned i = 0; i < n; i++)
		fprintf(file, "started,%s,learner-%u,falls,1813\n", time, first + i);
	assert_int_equal(fclose(file), 0);
}

static void assert_started(struct daemon *daemon, unsigned n)
{
	char *rows = daemon_lift_out(daemon, 0, "export", NULL);
	json_t *figures = figures_of_lines(rows);
	const json_t *row = json_object_get(figures, "1813 module falls");

	assert_int_equal(json_integer_value(json_object_get(row, "started")), n);
	json_decref(figures);
	free(rows);
}

/* What `lift outbox --json` says; NULL: it is being made. */
static json_t *look(const struct scene *scene)
{
	struct outcome outcome = daemon_lift(scene->daemon, "outbox", "--json", scene->box, NULL);
	json_t *json = json_loads(outcome.out, 0, NULL);

	outcome_free(&outcome);
	return json;
}

/* Wait until it says that of a key. */
static void await(const struct scene *scene, const char *key, json_int_t value)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };
	json_int_t found = value + 1;

	for (int ms = 0; found != value && ms < LIMIT_MS; ms += LOOK_MS) {
		json_t *json = look(scene);

		found = json ? json_integer_value(json_object_get(json, key)) : value + 1;
		json_decref(json);
		nanosleep(&pause, NULL);
	}
	assert_int_equal(found, value);
}

static void assert_says(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("'%s' is not in: %s", part, text);
}

static void what_was_put_in_waits_for_the_daemon(void **state)
{
	struct scene scene = begin(state);
	struct outcome outcome;

	write_events(scene.file, 1, 1500, "2025-10-14T08:00:00Z");
	outcome = daemon_lift(scene.daemon, "publish", "--source", "moodle", "--outbox", scene.box,
			      scene.file, NULL);
	assert_int_equal(outcome.status, 0);
	assert_says(outcome.out, "1500 events put into the outbox");
	assert_says(outcome.err, "1500 events wait in it");
	assert_says(outcome.err, "does not answer");
	outcome_free(&outcome);
	outcome = daemon_lift(scene.daemon, "outbox", scene.box, NULL);
	assert_int_equal(outcome.status, 1);
	assert_says(outcome.out, "of the source moodle");
	assert_says(outcome.out, "1500 events wait, the oldest since 20");
	assert_says(outcome.out, "nobody delivers");
	outcome_free(&outcome);
	daemon_start(scene.daemon);
	free(daemon_lift_out(scene.daemon, 0, "outbox", "--deliver", "--until-empty", scene.box,
			     NULL));
	assert_started(scene.daemon, 1500);
	outcome = daemon_lift(scene.daemon, "outbox", scene.box, NULL);
	assert_int_equal(outcome.status, 0);
	assert_says(outcome.out, "nothing waits");
	assert_says(outcome.out, "1500 events were delivered");
	outcome_free(&outcome);
	/* Once more, and the daemon is there: they count once. */
	outcome = daemon_lift(scene.daemon, "publish", "--source", "moodle", "--outbox", scene.box,
			      scene.file, NULL);
	assert_int_equal(outcome.status, 0);
	assert_string_equal(outcome.err, "");
	outcome_free(&outcome);
	assert_started(scene.daemon, 1500);
	daemon_stop(scene.daemon, SIGTERM);
}

static void two_processes_put_in_at_once(void **state)
{
	struct scene scene = begin(state);
	struct process processes[2];
	char other[PATH_SIZE];

	path_make(other, "%s/other.csv", scene.daemon->dir);
	write_events(scene.file, 1, 4000, "2025-10-14T08:00:00Z");
	write_events(other, 3001, 4000, "2025-10-14T08:00:00Z");
	daemon_start(scene.daemon);
	daemon_lift_start(scene.daemon, &processes[0], "publish", "--outbox", scene.box, scene.file,
			  NULL);
	daemon_lift_start(scene.daemon, &processes[1], "publish", "--outbox", scene.box, other,
			  NULL);
	for (int i = 0; i < 2; i++) {
		struct outcome outcome = process_wait(&processes[i]);

		assert_int_equal(outcome.status, 0);
		assert_string_equal(outcome.err, "");
		outcome_free(&outcome);
	}
	assert_started(scene.daemon, 7000);
	daemon_stop(scene.daemon, SIGTERM);
}

static void another_process_takes_over_from_one_that_is_killed(void **state)
{
	struct scene scene = begin(state);
	struct process processes[2];
	struct outcome outcome;

	write_events(scene.file, 1, 10, "2025-10-14T08:00:00Z");
	daemon_start(scene.daemon);
	free(daemon_lift_out(scene.daemon, 0, "publish", "--outbox", scene.box, scene.file, NULL));
	for (int i = 0; i < 2; i++) {
		daemon_lift_start(scene.daemon, &processes[i], "outbox", "--deliver", scene.box,
				  NULL);
		if (i == 0)
			await(&scene, "deliverer", processes[0].pid);
	}
	process_signal(&processes[0], SIGKILL);
	outcome = process_wait(&processes[0]);
	outcome_free(&outcome);
	await(&scene, "deliverer", processes[1].pid);
	write_events(scene.file, 11, 10, "2025-10-14T08:00:00Z");
	free(daemon_lift_out(scene.daemon, 0, "publish", "--outbox", scene.box, scene.file, NULL));
	await(&scene, "waiting", 0);
	assert_started(scene.daemon, 20);
	process_signal(&processes[1], SIGTERM);
	outcome = process_wait(&processes[1]);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	daemon_stop(scene.daemon, SIGTERM);
}

static bool file_has(const char *box, const char *suffix, const char *what)
{
	char path[PATH_SIZE];
	FILE *file;
	char *bytes;
	size_t size;
	bool found;

	path_make(path, "%s%s", box, suffix);
	file = fopen(path, "rb");
	if (!file)
		return false;
	bytes = malloc(4 << 20);
	assert_non_null(bytes);
	size = fread(bytes, 1, 4 << 20, file);
	found = memmem(bytes, size, what, strlen(what)) != NULL;
	fclose(file);
	free(bytes);
	return found;
}

/* Between a put and the end of its process, too. */
static void a_sealed_file_tells_of_no_learner(void **state)
{
	struct scene scene = begin(state);
	struct process process;
	struct outcome outcome;
	char seal[PATH_SIZE], other[PATH_SIZE];

	path_make(seal, "%s/seal", scene.daemon->dir);
	path_make(other, "%s/other", scene.daemon->dir);
	file_write(seal, "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
	file_write(other, "this key has thirty-two bytes: .");
	write_events(scene.file, 1, 500, "2025-10-14T08:00:00Z");
	daemon_lift_start(scene.daemon, &process, "publish", "--outbox", scene.box, "--seal", seal,
			  scene.file, NULL);
	for (int ms = 0; ms < LIMIT_MS && access(scene.box, F_OK) != 0; ms += LOOK_MS)
		usleep(LOOK_MS * 1000);
	await(&scene, "waiting", 500);
	assert_false(file_has(scene.box, "", "learner-"));
	assert_false(file_has(scene.box, "-wal", "learner-"));
	assert_false(file_has(scene.box, "-shm", "learner-"));
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	assert_false(file_has(scene.box, "", "learner-"));
	daemon_start(scene.daemon);
	outcome =
		daemon_lift(scene.daemon, "outbox", "--deliver", "--seal", other, scene.box, NULL);
	assert_int_not_equal(outcome.status, 0);
	assert_says(outcome.err, "sealed with another key");
	outcome_free(&outcome);
	outcome = daemon_lift(scene.daemon, "outbox", "--deliver", "--seal", scene.file, scene.box,
			      NULL);
	assert_says(outcome.err, "32 bytes, or 64 hexadecimal digits");
	outcome_free(&outcome);
	free(daemon_lift_out(scene.daemon, 0, "outbox", "--deliver", "--until-empty", "--seal",
			     seal, scene.box, NULL));
	assert_started(scene.daemon, 500);
	daemon_stop(scene.daemon, SIGTERM);
}

static void refused_events_come_back_as_lines_that_can_be_published(void **state)
{
	struct scene scene = begin(state);
	struct outcome outcome;
	char path[PATH_SIZE], lines[PATH_SIZE + 64];

	file_write(scene.file, "type,time,learner,module,region\n"
			       "started,2025-10-14T08:00:00Z,learner-1,one,1813\n"
			       "started,2025-10-14T08:00:00Z,learner-2,two,1813\n"
			       "started,2025-10-14T08:00:00Z,learner-3,three,1813\n"
			       "started,2025-10-14T08:00:00Z,learner-4,four,1813\n");
	path_make(path, "%s/catalogue.yaml", scene.daemon->dir);
	snprintf(lines, sizeof(lines), "catalogue: %s\nnames_per_source: 1\n", path);
	daemon_configure(scene.daemon, lines);
	daemon_start(scene.daemon);
	outcome = daemon_lift(scene.daemon, "publish", "--outbox", scene.box, scene.file, NULL);
	assert_int_equal(outcome.status, 1);
	assert_says(outcome.err, "3 events were refused");
	outcome_free(&outcome);
	outcome = daemon_lift(scene.daemon, "outbox", "--refused", scene.box, NULL);
	assert_int_equal(outcome.status, 0);
	assert_says(outcome.err, "refused event 3: names: ");
	assert_says(outcome.out, "\"learner\":\"learner-4\"");
	path_make(path, "%s/lines.jsonl", scene.daemon->dir);
	file_write(path, outcome.out);
	outcome_free(&outcome);
	outcome = daemon_lift(scene.daemon, "publish", "--check", path, NULL);
	assert_int_not_equal(outcome.status, 2);
	outcome_free(&outcome);
	free(daemon_lift_out(scene.daemon, 0, "outbox", "--drop-refused", scene.box, NULL));
	outcome = daemon_lift(scene.daemon, "outbox", scene.box, NULL);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	daemon_stop(scene.daemon, SIGTERM);
}

static void what_counts_nowhere_is_said(void **state)
{
	struct scene scene = begin(state);
	struct outcome outcome;

	file_write(scene.file, "type,time,learner,module,region\n"
			       "started,2025-10-14T08:00:00Z,learner-1,fals,1813\n"
			       "started,2025-10-14T08:00:00Z,learner-2,fals,1813\n");
	free(daemon_lift_out(scene.daemon, 0, "publish", "--source", "moodle", "--outbox",
			     scene.box, scene.file, NULL));
	daemon_start(scene.daemon);
	outcome =
		daemon_lift(scene.daemon, "outbox", "--deliver", "--until-empty", scene.box, NULL);
	assert_int_equal(outcome.status, 0);
	assert_says(outcome.err, "2 events bring modules that the catalogue does not have: "
				 "\"fals\" (2");
	outcome_free(&outcome);
	file_write(scene.file, "type,time,learner,module,region\n"
			       "started,2025-10-14T08:00:00Z,learner-3,falls,18133\n");
	outcome = daemon_lift(scene.daemon, "publish", "--source", "moodle", "--outbox", scene.box,
			      scene.file, NULL);
	assert_int_equal(outcome.status, 0);
	assert_says(outcome.err, "1 event brings regions that the catalogue does not have");
	outcome_free(&outcome);
	daemon_stop(scene.daemon, SIGTERM);
}

/* The daemon would refuse them, whenever they come. */
static void times_that_are_to_come_are_put_into_no_outbox(void **state)
{
	struct scene scene = begin(state);
	struct outcome outcome;

	write_events(scene.file, 1, 3, "2149-10-14T08:00:00Z");
	outcome = daemon_lift(scene.daemon, "publish", "--source", "moodle", "--outbox", scene.box,
			      scene.file, NULL);
	assert_int_equal(outcome.status, 1);
	assert_says(outcome.err, ":4: refused: time");
	outcome_free(&outcome);
	outcome = daemon_lift(scene.daemon, "outbox", scene.box, NULL);
	assert_int_equal(outcome.status, 0);
	assert_says(outcome.out, "nothing waits");
	outcome_free(&outcome);
}

static void what_cannot_be_asked_for_is_said(void **state)
{
	static const struct {
		const char *args[5], *text;
		int status;
	} cases[] = {
		{ { "outbox", NULL }, "no file given", 2 },
		{ { "outbox", "/nowhere/box", NULL }, "/nowhere/box", 3 },
		{ { "outbox", "/dev/null", NULL }, "no outbox", 3 },
		{ { "outbox", "--until-empty", "box", NULL }, "needs --deliver", 2 },
		{ { "outbox", "--deliver", "--json", "box", NULL }, "does not go with", 2 },
		{ { "publish", "--seal", "x", "y", NULL }, "needs --outbox", 2 },
		{ { "publish", "--outbox=x", "--pub", "y", NULL }, "does not go with", 2 },
		{ { "publish", "--outbox=/nowhere/x", "README.md", NULL }, "directory", 3 },
	};
	struct scene scene = begin(state);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct outcome outcome = daemon_lift_in(scene.daemon, NULL, cases[i].args);

		assert_says(outcome.err, cases[i].text);
		assert_int_equal(outcome.status, cases[i].status);
		outcome_free(&outcome);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_was_put_in_waits_for_the_daemon, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(two_processes_put_in_at_once, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(another_process_takes_over_from_one_that_is_killed,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(a_sealed_file_tells_of_no_learner, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(
			refused_events_come_back_as_lines_that_can_be_published, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(what_counts_nowhere_is_said, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(times_that_are_to_come_are_put_into_no_outbox,
						daemon_setup, daemon_teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_asked_for_is_said, daemon_setup,
						daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
