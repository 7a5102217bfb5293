/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGTERM while something long goes on: it is broken off, and what was received is there. How long
 * each stop took is printed; that it ends at all is what is asserted.
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
#include "tests/seed.h"

enum {
	REGIONS = 4000,
	MODULES = 300,
	EVENTS = 60000,
	STOP_LIMIT_MS =
		60000, /* many times what is promised: another test may have the processor */
};

/* Many figures to look for, and events for few of them. */
static void write_catalogue(const char *path, const char *name)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs("timezone: Europe/Oslo\nregions:\n", file);
	for (int i = 0; i < REGIONS; i++)
		fprintf(file, "  - {code: r%d, name: %s %d%s}\n", i, name, i,
			i >= 20 ? ", parents: [r0]" : "");
	fputs("modules:\n", file);
	for (uint32_t i = 0; i < test_share(MODULES); i++)
		fprintf(file, "  - {id: m%u, name: M %u}\n", i, i);
	assert_int_equal(fclose(file), 0);
}

static void write_events(const char *path)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	fputs("type,time,learner,module,region\n", file);
	for (int i = 0; i < EVENTS; i++)
		fprintf(file, "started,2025-01-01T08:00:00+01:00,l%d,m%d,r%d\n", i, i % MODULES,
			i % REGIONS);
	assert_int_equal(fclose(file), 0);
}

static void begin(struct daemon *daemon)
{
	char path[PATH_SIZE], lines[2 * PATH_SIZE];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	write_catalogue(path, "Region");
	snprintf(lines, sizeof(lines), "catalogue: %s\nas_of: 2025-06-01\n", path);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	path_make(path, "%s/events.csv", daemon->dir);
	write_events(path);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "moodle", path, NULL));
	daemon_await_journal(daemon, EVENTS);
}

static void await_line(struct daemon *daemon, const char *line)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;

	for (bool found = false; !found; look_again()) {
		char *log = file_text(daemon->log, NULL);

		found = strstr(log, line);
		if (!found && clock_ms() > end_ms)
			fail_msg("no '%s' in:\n%s", line, log);
		free(log);
	}
}

static void stop_during(struct daemon *daemon, const char *what)
{
	int64_t begun_ms = clock_ms();
	struct outcome outcome;

	process_signal(&daemon->process, SIGTERM);
	outcome = process_wait_long(&daemon->process, STOP_LIMIT_MS);
	print_message("SIGTERM during %s: stopped after %lld ms\n", what,
		      (long long)(clock_ms() - begun_ms));
	if (outcome.status != 0 || !strstr(outcome.err, "liftd: stopped\n"))
		fail_msg("status %d: %s", outcome.status, outcome.err);
	outcome_free(&outcome);
}

/* All that was received, and nothing that was half done. */
static void check_whole(struct daemon *daemon)
{
	DIR *state = opendir(daemon->state);
	struct dirent *entry;

	assert_non_null(state);
	while ((entry = readdir(state)))
		if (strncmp(entry->d_name, "ledger.verify", 13) == 0 ||
		    strstr(entry->d_name, ".partial"))
			fail_msg("left: %s", entry->d_name);
	closedir(state);
	daemon_start(daemon);
	daemon_await_journal(daemon, EVENTS);
	free(daemon_lift_out(daemon, 0, "status", "--wait", "healthy", NULL));
}

/* Its first rows have come: by far not all of them. */
static void await_output(const struct process *process)
{
	int64_t end_ms = clock_ms() + LIMIT_MS;
	struct stat info;

	do {
		look_again();
		assert_int_equal(stat(process->out, &info), 0);
		assert_true(clock_ms() < end_ms);
	} while (info.st_size == 0);
}

/* The whole of it would take long, and end well. */
static void an_export_is_broken_off(void **state)
{
	static const char *const days[] = { "today", "2025-02-01" };
	struct daemon *daemon = *state;

	begin(daemon);
	free(daemon_lift_out(daemon, 0, "explain", "r1", "module", "m1", NULL));
	for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
		struct process export;
		struct outcome outcome;
		char what[64];

		daemon_lift_start(daemon, &export, "export", "--as-of", days[i], NULL);
		await_output(&export);
		snprintf(what, sizeof(what), "an export of %s", days[i]);
		stop_during(daemon, what);
		outcome = process_wait(&export);
		if (outcome.status == 0)
			fail_msg("%s was not broken off", what);
		outcome_free(&outcome);
		check_whole(daemon);
	}
	daemon_stop(daemon, SIGTERM);
}

static void a_backup_and_a_verification_are_broken_off(void **state)
{
	static const char *const kinds[] = { "backup", "verify" };
	struct daemon *daemon = *state;

	begin(daemon);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct process job;
		struct outcome outcome;
		char line[32];

		daemon_lift_start(daemon, &job, kinds[i], NULL);
		snprintf(line, sizeof(line), "%s started", kinds[i]);
		await_line(daemon, line);
		stop_during(daemon, kinds[i]);
		process_signal(&job, SIGKILL); /* nobody answers it any more */
		outcome = process_wait(&job);
		outcome_free(&outcome);
		check_whole(daemon);
	}
	daemon_stop(daemon, SIGTERM);
}

static void a_rebuild_and_a_reload_are_broken_off(void **state)
{
	struct daemon *daemon = *state;
	char path[PATH_SIZE];
	const char *const remove[] = { "/bin/rm", "-r", path, NULL };
	struct process process;
	struct outcome outcome;

	begin(daemon);
	daemon_stop(daemon, SIGTERM);
	path_make(path, "%s/ledger", daemon->state);
	process_start(&process, daemon->dir, "rm", remove, NULL);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 0);
	outcome_free(&outcome);
	daemon_start(daemon);
	await_line(daemon, "ledger rebuild started");
	stop_during(daemon, "a rebuild");
	check_whole(daemon);
	/* Of all regions another name. */
	path_make(path, "%s/catalogue.yaml", daemon->dir);
	write_catalogue(path, "Place");
	process_signal(&daemon->process, SIGHUP);
	stop_during(daemon, "a reload");
	check_whole(daemon);
	daemon_stop(daemon, SIGTERM);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_export_is_broken_off),
		TEST(a_backup_and_a_verification_are_broken_off),
		TEST(a_rebuild_and_a_reload_are_broken_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
