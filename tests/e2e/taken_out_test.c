/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is too old to be kept is refused, and its figures go; who asks for them is told from when on
 * there are any. And whoever is killed while somebody is to be forgotten has done it, or has not.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/peer.h"

static const char catalogue[] =
	"timezone: Etc/GMT%+d\n"
	"regions: [{code: rana, name: Rana}]\n"
	"competences: [{id: care, name: Care}]\n"
	"modules:\n"
	"  - {id: plain, name: P}\n"
	"  - {id: ever, name: E, grants: [{competence: care, level: 1, earned_by: completed}]}\n";

/* The zone in which the first test began at about noon, in hours behind UTC: no day ends, and no
 * month, while they run. */
static int zone_h;

static int choose_zone(void **state)
{
	(void)state;
	zone_h = (int)(time(NULL) / 3600 % 24) - 12;
	return 0;
}

static void configure(struct daemon *daemon, const char *more)
{
	char path[PATH_SIZE], lines[2 * PATH_SIZE], text[sizeof(catalogue) + 16];

	path_make(path, "%s/catalogue.yaml", daemon->dir);
	snprintf(text, sizeof(text), catalogue, zone_h);
	file_write(path, text);
	snprintf(lines, sizeof(lines), "catalogue: %s\n%s", path, more);
	daemon_configure(daemon, lines);
}

/* A day of the month that was so many months ago. */
static void print_day(char to[static 11], int months_ago, int mday)
{
	time_t now = time(NULL) - zone_h * 3600;
	struct tm date;

	gmtime_r(&now, &date);
	date.tm_mon -= months_ago;
	date.tm_mday = mday;
	timegm(&date);
	strftime(to, 11, "%Y-%m-%d", &date);
}

static void publish(struct daemon *daemon, int status, const char *learner, const char *module,
		    int months_ago)
{
	char path[PATH_SIZE], row[256], day[11];

	print_day(day, months_ago, 15);
	snprintf(row, sizeof(row), "type,time,learner,module,region\ncompleted,%s,%s,%s,rana\n",
		 day, learner, module);
	path_make(path, "%s/%s-%s-%d.csv", daemon->dir, learner, module, months_ago);
	file_write(path, row);
	free(daemon_lift_out(daemon, status, "publish", "--source", "moodle", path, NULL));
}

/* A figure of a module, or a competence, of today; 0 where nobody counts. */
static int64_t figure(struct daemon *daemon, const char *kind, const char *id, const char *name)
{
	char *out = daemon_lift_out(daemon, 0, "export", "--region", "rana", "--kind", kind, NULL);
	int64_t n = 0;

	for (char *line = out; *line; line = strchr(line, '\n') + 1) {
		json_t *row = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);

		if (strcmp(word(row, "id"), id) == 0)
			n = whole(row, name);
		json_decref(row);
	}
	free(out);
	return n;
}

/* Until the ledger that was built by the horizon serves. */
static void await_figure(struct daemon *daemon, const char *id, int64_t n)
{
	for (int i = 0; figure(daemon, "module", id, "completed") != n; i++) {
		if (i == 300)
			fail_msg("%s has not come to %lld", id, (long long)n);
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
}

/* Written anew, and ready again. */
static bool has_begun_anew(const struct daemon *daemon)
{
	char *log = file_text(daemon->log, NULL);
	const char *placed = strstr(log, "the compacted journal is in its place");
	bool found = placed && strstr(placed, "ready: ");

	free(log);
	return found;
}

static void await_anew(const struct daemon *daemon)
{
	for (int i = 0; !has_begun_anew(daemon); i++) {
		if (i == 600)
			fail_msg("the daemon has not begun anew");
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
}

/* Is it in the journal's file, in any page of it? */
static bool is_in_journal(const struct daemon *daemon, const char *text)
{
	char path[PATH_SIZE], *bytes;
	bool found = false;
	size_t size;

	path_make(path, "%s/journal/data.mdb", daemon->state);
	bytes = file_text(path, &size);
	found = memmem(bytes, size, text, strlen(text)) != NULL;
	free(bytes);
	return found;
}

static void what_is_older_than_the_retention_goes_and_is_refused(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char first[11], before[11], *out;

	configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, 0, "ada", "plain", 30);
	publish(daemon, 0, "ada", "ever", 30);
	publish(daemon, 0, "ada", "a-module-of-old", 40);
	publish(daemon, 0, "bo", "plain", 2);
	await_figure(daemon, "plain", 2);
	assert_true(is_in_journal(daemon, "a-module-of-old"));
	daemon_stop(daemon, SIGTERM);
	configure(daemon, "retention: 12\n");
	daemon_start(daemon);
	await_anew(daemon);
	await_figure(daemon, "plain", 1);
	/* Nothing rests on that, and nothing of it is left. */
	assert_false(is_in_journal(daemon, "a-module-of-old"));
	assert_true(is_in_journal(daemon, "plain"));
	/* What holds for ever does, and nobody is counted twice. */
	assert_int_equal(figure(daemon, "competence", "care", "holders"), 1);
	publish(daemon, 1, "cy", "plain", 30);
	publish(daemon, 0, "cy", "plain", 11);
	await_figure(daemon, "plain", 2);
	/* What was received is received, though it is gone. */
	publish(daemon, 0, "ada", "a-module-of-old", 40);
	out = daemon_lift_out(daemon, 0, "rejections", "--source", "moodle", NULL);
	assert_non_null(strstr(out, " trimmed "));
	free(out);
	/* Days: the first one that there is, and the one before it. */
	print_day(first, 12, 1);
	free(daemon_lift_out(daemon, 0, "export", "--as-of", first, NULL));
	print_day(before, 13, 28);
	outcome = daemon_lift(daemon, "export", "--as-of", before, NULL);
	assert_int_not_equal(outcome.status, 0);
	if (!strstr(outcome.err, first))
		fail_msg("no first day: %s", outcome.err);
	outcome_free(&outcome);
	/* The same after a loss of power; and by a longer retention nothing comes back. */
	daemon_crash(daemon);
	configure(daemon, "retention: 60\n");
	daemon_start(daemon);
	await_figure(daemon, "plain", 2);
	publish(daemon, 1, "di", "plain", 30);
	assert_int_equal(figure(daemon, "competence", "care", "holders"), 1);
	daemon_stop(daemon, SIGTERM);
}

/* Broken off, it is begun again by the next start, and not only when the next month begins. */
static void what_is_too_old_goes_also_where_a_compaction_was_killed(void **state)
{
	struct daemon *daemon = *state;
	char *log;
	bool begun = false;

	configure(daemon, "");
	daemon_start(daemon);
	publish(daemon, 0, "ada", "plain", 30); /* who is somewhere by that, and not by the other */
	publish(daemon, 0, "ada", "a-module-of-old", 40);
	await_figure(daemon, "plain", 1);
	daemon_stop(daemon, SIGTERM);
	configure(daemon, "retention: 12\n");
	daemon_start(daemon);
	for (int i = 0; i < 6000 && !begun; i++) {
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		log = file_text(daemon->log, NULL);
		begun = strstr(log, "compact started");
		free(log);
	}
	assert_true(begun);
	daemon_crash(daemon);
	daemon_start(daemon);
	for (int i = 0; i < 600 && is_in_journal(daemon, "a-module-of-old"); i++)
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	assert_false(is_in_journal(daemon, "a-module-of-old"));
	daemon_stop(daemon, SIGTERM);
}

/* At any moment of it: before the order is on disk, behind it, behind the answer. */
static void a_daemon_that_is_killed_has_forgotten_somebody_or_has_not(void **state)
{
	enum { ROUNDS = 8 };
	struct daemon *daemon = *state;
	int64_t there = 0, done = 0;

	configure(daemon, "");
	daemon_start(daemon);
	for (int round = 0; round < ROUNDS; round++) {
		struct process process;
		struct outcome outcome;
		char learner[16];
		int64_t now;

		snprintf(learner, sizeof(learner), "p%d", round);
		publish(daemon, 0, learner, "plain", 1);
		await_figure(daemon, "plain", ++there);
		daemon_lift_start(daemon, &process, "forget", "--source", "moodle", "--learner",
				  learner, "--yes", NULL);
		nanosleep(&(struct timespec){ .tv_nsec = 3000000L * round * round }, NULL);
		daemon_crash(daemon);
		process_signal(&process, SIGTERM); /* it would wait for an answer */
		outcome = process_wait(&process);
		daemon_start(daemon);
		now = figure(daemon, "module", "plain", "completed");
		if (now != there - 1 && (now != there || outcome.status == 0))
			fail_msg("round %d: %lld of %lld: %d %s", round, (long long)now,
				 (long long)there, outcome.status, outcome.err);
		done += there - now;
		there = now;
		outcome_free(&outcome);
		free(daemon_lift_out(daemon, 0, "verify", NULL));
	}
	print_message("forgotten: %lld of %d\n", (long long)done, ROUNDS);
	daemon_stop(daemon, SIGTERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_too_old_goes_also_where_a_compaction_was_killed, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(
			what_is_older_than_the_retention_goes_and_is_refused, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(
			a_daemon_that_is_killed_has_forgotten_somebody_or_has_not, daemon_setup,
			daemon_teardown),
	};

	return cmocka_run_group_tests(tests, choose_zone, NULL);
}
