/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backups: made while events come, damaged, killed; and the way back when all is lost.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/jobs.h"
#include "tests/e2e/peer.h"

#define EVENTS "tests/golden/events.csv"

enum { FILE_EVENTS = 2000, FILES_WHILE = 20, ROUNDS = 3, KILLS = 12, HITS = 2, NAME_SIZE = 32 };

static const char configuration[] = "catalogue: tests/golden/catalogue.yaml\n"
				    "as_of: 2024-11-30\n"
				    "tick_ms: 100\n";

static void expect_task(struct daemon *daemon, const char *task, const char *dir, int status,
			const char *said)
{
	struct outcome outcome = daemon_task(daemon, NULL, task, dir);

	if (outcome.status != status || !strstr(status ? outcome.err : outcome.out, said))
		fail_msg("%s: status %d instead of %d, or not '%s': %s%s", task, outcome.status,
			 status, said, outcome.out, outcome.err);
	outcome_free(&outcome);
}

static void expect_failed(struct daemon *daemon, const char *command, const char *dir, int status,
			  const char *said)
{
	struct outcome outcome = daemon_lift(daemon, command, dir, NULL);

	if (outcome.status != status || !strstr(outcome.err, said))
		fail_msg("lift %s: status %d, or not '%s': %s", command, outcome.status, said,
			 outcome.err);
	outcome_free(&outcome);
}

/* A daemon that has the golden events, and a ledger, without which there is nothing to verify. */
static void start(struct daemon *daemon)
{
	daemon_configure(daemon, configuration);
	daemon_start(daemon);
	daemon_await_counter(daemon, "takeovers", 1);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
}

static char *export_all(struct daemon *daemon)
{
	return daemon_lift_out(daemon, 0, "export", NULL);
}

static void destroy_state(struct daemon *daemon)
{
	char command[2 * PATH_SIZE];

	snprintf(command, sizeof(command), "rm -rf '%s'", daemon->state);
	assert_int_equal(system(command), 0);
}

/* How many names in a directory begin with this. */
static int count_names(const char *path, const char *beginning)
{
	struct dirent *entry;
	DIR *dir = opendir(path);
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += strncmp(entry->d_name, beginning, strlen(beginning)) == 0;
	closedir(dir);
	return n;
}

/* The drill. */

/* A file of events of its own, which is a stream. */
static void write_stream(const struct daemon *daemon, int number, char path[static PATH_SIZE])
{
	FILE *file;

	path_make(path, "%s/stream-%d.csv", daemon->dir, number);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (int i = 0; i < FILE_EVENTS; i++)
		fprintf(file, "started,2024-10-%02dT08:00:00Z,p%d,medication,rana\n", 1 + i % 28,
			number * FILE_EVENTS + i);
	assert_int_equal(fclose(file), 0);
}

static void publish_stream(struct daemon *daemon, int number)
{
	char path[PATH_SIZE];

	write_stream(daemon, number, path);
	free(daemon_lift_out(daemon, 0, "publish", "--batch", "20", path, NULL));
}

/* Publish stream after stream while a command goes on, which must end well; *n rises. Not without
 * end: what it has to read grows with them. */
static void publish_while(struct daemon *daemon, struct process *process, int *n)
{
	int status, last = *n + FILES_WHILE;
	bool ended;

	while (!(ended = process_ended(process, &status)) && *n < last)
		publish_stream(daemon, (*n)++);
	if (!ended) {
		struct outcome outcome = process_wait(process);

		status = outcome.status;
		outcome_free(&outcome);
	}
	if (status != 0)
		fail_msg("status %d: %s", status, file_text(process->err, NULL));
}

static int64_t journal_last(struct daemon *daemon)
{
	json_t *status = daemon_status(daemon);
	int64_t last = whole(json_object_get(status, "journal"), "last");

	json_decref(status);
	return last;
}

static int64_t backed_up(const char *dir)
{
	char path[PATH_SIZE];
	json_t *manifest;
	int64_t last;

	path_make(path, "%s/manifest.json", dir);
	manifest = json_load_file(path, 0, NULL);
	assert_non_null(manifest);
	last = whole(json_object_get(manifest, "journal"), "last");
	json_decref(manifest);
	return last;
}

/* Events; a backup while others stream in; all is lost; restore; the platform sends again what the
 * backup had not. */
static void what_a_backup_has_not_is_sent_again_and_all_figures_are_as_they_were(void **state)
{
	struct daemon *daemon = *state;
	char backup[PATH_SIZE], *before, *after;
	struct process process;
	int64_t begun, last, in_backup;
	int n = 0;

	start(daemon);
	begun = journal_last(daemon);
	path_make(backup, "%s/backup", daemon->dir);
	publish_stream(daemon, n++);
	daemon_lift_start(daemon, &process, "backup", backup, NULL);
	publish_while(daemon, &process, &n);
	publish_stream(daemon, n++);
	in_backup = backed_up(backup);
	last = journal_last(daemon);
	assert_int_equal(last, begun + n * FILE_EVENTS);
	assert_true(in_backup >= begun + FILE_EVENTS);
	assert_true(in_backup < last);
	before = export_all(daemon);
	free(daemon_lift_out(daemon, 0, "verify", NULL));

	daemon_crash(daemon);
	destroy_state(daemon);
	expect_task(daemon, "--restore", backup, 0, "Next: start the daemon");
	daemon_start(daemon);
	assert_int_equal(journal_last(daemon), in_backup);
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	for (int i = 0; i < n; i++)
		publish_stream(daemon, i);
	assert_int_equal(journal_last(daemon), last);
	after = export_all(daemon);
	assert_string_equal(before, after);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	free(before);
	free(after);
	daemon_stop(daemon, SIGTERM);
}

static void a_backup_is_made_and_restored_without_a_daemon(void **state)
{
	struct daemon *daemon = *state;
	char backup[PATH_SIZE], *before, *after;

	start(daemon);
	before = export_all(daemon);
	path_make(backup, "%s/backup", daemon->dir);
	expect_task(daemon, "--restore", backup, 1, "stop it first");
	daemon_stop(daemon, SIGTERM);
	expect_task(daemon, "--backup", backup, 0, "the journal up to number");
	expect_task(daemon, "--backup", backup, 1, "is there already");
	expect_task(daemon, "--verify", NULL, 0, "is what the journal gives, up to number");
	/* What is there is not lost by it. */
	expect_task(daemon, "--restore", backup, 0, "up to number");
	assert_int_equal(count_names(daemon->state, "journal.before-"), 1);
	assert_int_equal(count_names(daemon->state, "secret.before-"), 1);
	daemon_start(daemon);
	after = export_all(daemon);
	assert_string_equal(before, after);
	free(before);
	free(after);
	daemon_stop(daemon, SIGTERM);
}

/* What is no backup. */

static void damage(const char *dir, const char *command)
{
	char line[3 * PATH_SIZE];

	snprintf(line, sizeof(line), "cd '%s' && %s", dir, command);
	assert_int_equal(system(line), 0);
}

static void a_damaged_backup_is_refused_and_the_state_is_as_it_was(void **state)
{
	static const struct {
		const char *command, *said;
	} cases[] = {
		{ "printf x | dd of=journal/data.mdb bs=1 seek=9000 conv=notrunc status=none",
		  "journal/data.mdb in it is damaged" },
		{ "truncate -s -4096 journal/data.mdb", "journal/data.mdb in it is damaged" },
		{ "printf y | dd of=secret bs=1 seek=3 conv=notrunc status=none",
		  "secret in it is damaged" },
		{ "rm secret", "secret: No such file" },
		{ "rm manifest.json", "no manifest.json" },
		{ "truncate -s 100 manifest.json", "manifest.json is damaged" },
		{ "sed -i 's/\"format\": 1,/\"format\": 99,/' manifest.json", "newer liftd" },
	};
	struct daemon *daemon = *state;
	char backup[PATH_SIZE], broken[PATH_SIZE], line[4 * PATH_SIZE], *before, *after;

	start(daemon);
	before = export_all(daemon);
	path_make(backup, "%s/backup", daemon->dir);
	path_make(broken, "%s/broken", daemon->dir);
	free(daemon_lift_out(daemon, 0, "backup", backup, NULL));
	daemon_stop(daemon, SIGTERM);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(line, sizeof(line), "rm -rf '%s' && cp -a '%s' '%s'", broken, backup,
			 broken);
		assert_int_equal(system(line), 0);
		damage(broken, cases[i].command);
		expect_task(daemon, "--restore", broken, 1, cases[i].said);
		assert_int_equal(count_names(daemon->state, "journal.before-"), 0);
		assert_int_equal(count_names(daemon->state, "restoring"), 0);
	}
	expect_task(daemon, "--restore", daemon->dir, 1, "no manifest.json");
	daemon_start(daemon);
	after = export_all(daemon);
	assert_string_equal(before, after);
	free(before);
	free(after);
	daemon_stop(daemon, SIGTERM);
}

static void what_cannot_be_made_is_refused_and_leaves_nothing(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];

	start(daemon);
	path_make(path, "%s/none/backup", daemon->dir);
	expect_failed(daemon, "backup", path, 3, "No such file or directory");
	path_make(path, "%s/backup", daemon->state);
	expect_failed(daemon, "backup", path, 1, "backups/");
	path_make(path, "%s/run/intake", daemon->dir);
	expect_failed(daemon, "backup", path, 1, "is there already");
	assert_int_equal(count_names(daemon->state, "backup"), 0);
	assert_int_equal(daemon_counter(daemon, "backups_failed"), 3);
	/* Without a directory it goes where the daemon may always write. */
	free(daemon_lift_out(daemon, 0, "backup", NULL));
	path_make(path, "%s/backups", daemon->state);
	assert_int_equal(count_names(path, "20"), 1);
	daemon_stop(daemon, SIGTERM);
}

/* Killed. */

/* Wherever the kill falls: under the name is a whole backup, or nothing. */
/* As PrivateTmp= of a unit does: "read again and whole", and gone when the daemon stops. */
static void a_directory_that_is_the_daemons_own_is_refused(void **state)
{
	struct daemon *daemon = *state;
	char own[PATH_SIZE], dir[PATH_SIZE], shared[PATH_SIZE];

	if (geteuid() != 0) {
		print_message("skipped: only root can give the daemon mounts of its own\n");
		skip();
	}
	path_make(own, "%s/tmp", daemon->dir);
	path_make(dir, "%s/tmp/a", daemon->dir);
	path_make(shared, "%s/a", daemon->dir);
	assert_int_equal(mkdir(own, 0700), 0);
	daemon_configure(daemon, configuration);
	daemon_start_in(daemon, &(struct surroundings){ .hidden = own });
	free(daemon_lift_out(daemon, 0, "publish", EVENTS, NULL));
	expect_failed(daemon, "backup", dir, 1, "elsewhere for the daemon than for you");
	path_make(dir, "%s/tmp/not/there/a", daemon->dir);
	expect_failed(daemon, "backup", dir, 1, "elsewhere for the daemon than for you");
	free(daemon_lift_out(daemon, 0, "backup", shared, NULL));
	free(daemon_lift_out(daemon, 0, "backup", NULL));
	daemon_stop(daemon, SIGTERM);
	assert_int_equal(access(shared, F_OK), 0);
}

static void a_killed_backup_is_whole_or_not_there(void **state)
{
	struct daemon *daemon = *state;
	char program[PATH_SIZE], backup[PATH_SIZE];
	const char *const argv[] = {
		program, "--config", daemon->config, "--backup", backup, NULL
	};

	start(daemon);
	daemon_stop(daemon, SIGTERM);
	program_path(program, "liftd");
	for (int round = 0; round < KILLS; round++) {
		struct process process;
		int status;

		path_make(backup, "%s/backup-%d", daemon->dir, round);
		process_start(&process, daemon->dir, "killed", argv, NULL);
		for (int64_t end_ms = clock_ms() + round; clock_ms() < end_ms;)
			;
		process_signal(&process, SIGKILL);
		while (!process_ended(&process, &status))
			look_again();
		if (access(backup, F_OK) == 0)
			expect_task(daemon, "--restore", backup, 0, "the journal up to number");
		/* What is left of it goes with the next one of that name. */
		else
			expect_task(daemon, "--backup", backup, 0, "the journal up to number");
	}
	assert_int_equal(count_names(daemon->dir, "backup-"), KILLS);
}

static void a_child_that_is_killed_is_said_and_what_it_left_is_removed(void **state)
{
	struct daemon *daemon = *state;
	char backup[PATH_SIZE];
	int hits = 0;

	start(daemon);
	for (int round = 0; hits < HITS; round++) {
		struct process asking;
		struct outcome outcome;
		pid_t child;

		assert_true(round < 100);
		path_make(backup, "%s/backup-%d", daemon->dir, round);
		daemon_lift_start(daemon, &asking, "backup", backup, NULL);
		child = job_await(daemon, &asking);
		if (child == 0)
			continue;
		kill(child, SIGKILL);
		outcome = process_wait(&asking);
		if (outcome.status != 0) {
			hits++;
			assert_int_equal(outcome.status, 3);
			if (!strstr(outcome.err, "died of signal 9"))
				fail_msg("%s", outcome.err);
			assert_int_equal(access(backup, F_OK), -1);
		}
		outcome_free(&outcome);
	}
	for (int round = 0; round < 100; round++) {
		char partial[32];

		snprintf(partial, sizeof(partial), "backup-%d.partial", round);
		assert_int_equal(count_names(daemon->dir, partial), 0);
	}
	assert_int_equal(daemon_counter(daemon, "backups_failed"), HITS);
	daemon_stop(daemon, SIGTERM);
}

/* Verify. */

static void a_ledger_is_verified_while_it_goes_on(void **state)
{
	struct daemon *daemon = *state;
	struct process process;
	int n = 0;

	start(daemon);
	for (int round = 0; round < ROUNDS; round++) {
		daemon_lift_start(daemon, &process, "verify", NULL);
		publish_while(daemon, &process, &n);
	}
	assert_int_equal(daemon_counter(daemon, "verifies"), ROUNDS);
	assert_int_equal(count_names(daemon->state, "ledger.verify"), 0);
	daemon_stop(daemon, SIGTERM);
}

/* Processes that have ended and that nobody has waited for: monitoring counts them. */
static int count_defunct(const struct daemon *daemon)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc");
	int n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char path[PATH_SIZE], state = 0;
		int parent = 0;
		FILE *file;

		if (atoi(entry->d_name) <= 0)
			continue;
		snprintf(path, sizeof(path), "/proc/%.31s/stat", entry->d_name);
		file = fopen(path, "re");
		if (!file)
			continue; /* it has gone meanwhile */
		if (fscanf(file, "%*d (%*[^)]) %c %d", &state, &parent) == 2)
			n += state == 'Z' && parent == daemon->process.pid;
		fclose(file);
	}
	closedir(dir);
	return n;
}

static void no_child_stays_when_it_has_ended(void **state)
{
	struct daemon *daemon = *state;
	struct process asking;
	struct outcome outcome;
	pid_t child = 0;

	start(daemon);
	assert_int_equal(count_defunct(daemon), 0);
	free(daemon_lift_out(daemon, 0, "backup", NULL));
	assert_int_equal(count_defunct(daemon), 0);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	assert_int_equal(count_defunct(daemon), 0);
	/* One that is killed, and one that nobody waits for any more. */
	for (int round = 0; child == 0; round++) {
		assert_true(round < 100);
		daemon_lift_start(daemon, &asking, "verify", NULL);
		child = job_await(daemon, &asking);
	}
	kill(child, SIGKILL);
	outcome = process_wait(&asking);
	outcome_free(&outcome);
	assert_int_equal(count_defunct(daemon), 0);
	for (int round = 0, status; round < 3; round++) {
		daemon_lift_start(daemon, &asking, "verify", NULL);
		if (job_await(daemon, &asking) == 0)
			continue;
		process_signal(&asking, SIGKILL);
		while (!process_ended(&asking, &status))
			look_again();
		/* Busy as long as that one goes on. */
		do {
			outcome = daemon_lift(daemon, "verify", NULL);
			status = outcome.status;
			outcome_free(&outcome);
		} while (status != 0);
	}
	assert_int_equal(count_defunct(daemon), 0);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_backup_has_not_is_sent_again_and_all_figures_are_as_they_were),
		TEST(a_backup_is_made_and_restored_without_a_daemon),
		TEST(a_damaged_backup_is_refused_and_the_state_is_as_it_was),
		TEST(what_cannot_be_made_is_refused_and_leaves_nothing),
		TEST(a_directory_that_is_the_daemons_own_is_refused),
		TEST(no_child_stays_when_it_has_ended),
		TEST(a_killed_backup_is_whole_or_not_there),
		TEST(a_child_that_is_killed_is_said_and_what_it_left_is_removed),
		TEST(a_ledger_is_verified_while_it_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
