/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal is written anew beside the daemon, and takes its place: in the same process, with the
 * same figures, and what was received is known. Of who is forgotten nothing is left.
 */
#include <ftw.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/moved_clock.h"

#define EVENTS	  "tests/golden/events.jsonl"
#define CATALOGUE "tests/golden/catalogue.yaml"

static void begin(struct daemon *daemon)
{
	char lines[PATH_SIZE], here[PATH_SIZE];

	assert_non_null(getcwd(here, sizeof(here)));
	path_make(lines, "catalogue: %s/" CATALOGUE "\nas_of: 2024-12-31\n", here);
	daemon_configure(daemon, lines);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "a", EVENTS, NULL));
}

static char *figures(struct daemon *daemon)
{
	return daemon_lift_out(daemon, 0, "export", NULL);
}

static void check_figures(struct daemon *daemon, const char *expected)
{
	char *actual = figures(daemon);

	assert_string_equal(actual, expected);
	free(actual);
}

static int times_in_log(struct daemon *daemon, const char *line)
{
	char *log = file_text(daemon->log, NULL);
	int n = 0;

	for (const char *at = log; (at = strstr(at, line)); at += strlen(line))
		n++;
	free(log);
	return n;
}

static void await_times(struct daemon *daemon, const char *line, int times)
{
	for (int64_t end_ms = clock_ms() + LIMIT_MS; times_in_log(daemon, line) < times;
	     look_again())
		if (clock_ms() > end_ms)
			fail_msg("not %d times '%s' in %s", times, line, daemon->log);
}

static bool has_left(struct daemon *daemon)
{
	char path[PATH_SIZE];
	struct stat info;

	path_make(path, "%s/compact", daemon->state);
	return lstat(path, &info) == 0;
}

/* What the journal knows of a resend: everything. */
static void check_known(struct daemon *daemon, int64_t last)
{
	free(daemon_lift_out(daemon, 0, "publish", "--source", "a", EVENTS, NULL));
	daemon_await_journal(daemon, last);
	assert_int_equal(daemon_counter(daemon, "events_accepted"), 0);
}

static void a_compacted_journal_takes_its_place_in_the_same_process(void **state)
{
	struct daemon *daemon = *state;
	json_t *status;
	int64_t last;
	char *before;

	begin(daemon);
	before = figures(daemon);
	status = daemon_status(daemon);
	last = json_integer_value(json_object_get(json_object_get(status, "journal"), "last"));
	json_decref(status);
	for (int round = 1; round <= 2; round++) {
		free(daemon_lift_out(daemon, 0, "compact", NULL));
		await_times(daemon, "ready: ", 1 + round);
		check_figures(daemon, before);
		check_known(daemon, last);
		free(daemon_lift_out(daemon, 0, "verify", NULL));
		assert_false(has_left(daemon));
	}
	assert_int_equal(times_in_log(daemon, "the compacted journal is in its place"), 2);
	await_times(daemon, "begun anew: ms=", 2);
	/* No ledger was made after the start. */
	assert_int_equal(times_in_log(daemon, "ledger rebuild started"), 1);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "b", EVENTS, NULL));
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	daemon_stop(daemon, SIGTERM);
	daemon_start(daemon);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	daemon_stop(daemon, SIGTERM);
	free(before);
}

/* A daemon that is killed while its child writes, and one that is killed when the child is done. */
static void what_is_killed_leaves_the_old_journal_or_the_new_one(void **state)
{
	struct daemon *daemon = *state;
	struct process asking;
	struct outcome outcome;
	char *before;

	begin(daemon);
	before = figures(daemon);
	for (int i = 0; i < 6; i++) {
		daemon_lift_start(daemon, &asking, "compact", NULL);
		if (i % 2)
			await_times(daemon, "compact done", 1);
		daemon_crash(daemon);
		process_signal(&asking, SIGKILL);
		outcome = process_wait(&asking);
		outcome_free(&outcome);
		daemon_start(daemon);
		check_figures(daemon, before);
		free(daemon_lift_out(daemon, 0, "verify", NULL));
		assert_false(has_left(daemon));
	}
	daemon_stop(daemon, SIGTERM);
	free(before);
}

/* Who is forgotten: an id of the events, and what liftd makes of it. */
static const char person[] = "staff-046";

struct searched {
	char bytes[64];
	size_t size;
};

static struct searched searched_for[4];
static char found_in[4096];

static int look_at_file(const char *path, const struct stat *info, int type, struct FTW *at)
{
	size_t size = 0, told = strlen(found_in);
	char *bytes;

	(void)at, (void)info;
	if (type != FTW_F)
		return 0;
	bytes = file_text(path, &size);
	for (size_t i = 0; i < sizeof(searched_for) / sizeof(searched_for[0]); i++)
		if (memmem(bytes, size, searched_for[i].bytes, searched_for[i].size))
			told += (size_t)snprintf(found_in + told, sizeof(found_in) - told,
						 "%zu in %s\n", i, path);
	free(bytes);
	return 0;
}

/* In every byte of every file of the state: the pseudonym, its first half in either order, the id
 * itself. */
static const char *search(struct daemon *daemon)
{
	uint8_t key[32], pseudonym[16], text[80];
	char path[PATH_SIZE];
	size_t size, n = strlen(person);
	char *secret;

	path_make(path, "%s/secret", daemon->state);
	secret = file_text(path, &size);
	assert_int_equal(size, sizeof(key));
	memcpy(key, secret, sizeof(key));
	free(secret);
	text[0] = 1;
	text[1] = 'a'; /* the source */
	memcpy(text + 2, person, n);
	crypto_generichash(pseudonym, sizeof(pseudonym), text, 2 + n, key, sizeof(key));
	memcpy(searched_for[0].bytes, pseudonym, searched_for[0].size = 16);
	memcpy(searched_for[1].bytes, pseudonym, searched_for[1].size = 8);
	for (size_t i = 0; i < 8; i++)
		searched_for[2].bytes[i] = (char)pseudonym[7 - i];
	searched_for[2].size = 8;
	memcpy(searched_for[3].bytes, person, searched_for[3].size = n);
	found_in[0] = 0;
	assert_int_equal(nftw(daemon->state, look_at_file, 8, FTW_PHYS), 0);
	return found_in;
}

static void check_forgotten(struct daemon *daemon)
{
	json_t *status = daemon_status(daemon);
	json_t *to_forget = json_object_get(status, "to_forget");

	assert_int_equal(json_integer_value(json_object_get(to_forget, "learners")), 0);
	json_decref(status);
	assert_string_equal(search(daemon), "");
	assert_false(has_left(daemon));
	free(daemon_lift_out(daemon, 0, "verify", NULL));
}

static void nothing_is_left_of_who_is_forgotten(void **state)
{
	struct daemon *daemon = *state;
	char *before, *after;

	begin(daemon);
	before = figures(daemon);
	free(daemon_lift_out(daemon, 0, "backup", NULL));
	free(daemon_lift_out(daemon, 0, "forget", "--source", "a", "--learner", person, "--yes",
			     NULL));
	after = figures(daemon);
	assert_string_not_equal(after, before);
	assert_non_null(strstr(search(daemon), "/journal/data.mdb"));
	assert_non_null(strstr(found_in, "/ledger/data.mdb"));
	assert_non_null(strstr(found_in, "/backups/"));
	free(daemon_lift_out(daemon, 0, "compact", NULL));
	await_times(daemon, "begun anew", 1);
	check_forgotten(daemon);
	check_figures(daemon, after);
	daemon_stop(daemon, SIGTERM);
	assert_string_equal(search(daemon), "");
	free(before);
	free(after);
}

/* Nobody asks for it: some minutes later it is done. */
static void it_is_done_by_itself(void **state)
{
	struct daemon *daemon = *state;
	_Atomic int64_t *by_ms;
	char lines[PATH_SIZE], here[PATH_SIZE];

	assert_non_null(getcwd(here, sizeof(here)));
	path_make(lines, "catalogue: %s/" CATALOGUE "\nas_of: 2024-12-31\n", here);
	daemon_configure(daemon, lines);
	by_ms = moved_clock_start(daemon);
	free(daemon_lift_out(daemon, 0, "publish", "--source", "a", EVENTS, NULL));
	free(daemon_lift_out(daemon, 0, "forget", "--source", "a", "--learner", person, "--yes",
			     NULL));
	daemon_stop(daemon, SIGTERM);
	*by_ms = 9 * 60000;
	moved_clock_again(daemon);
	await_times(daemon, "ready: ", 1);
	free(daemon_lift_out(daemon, 0, "verify", NULL));
	daemon_stop(daemon, SIGTERM);
	assert_int_equal(times_in_log(daemon, "compact started"), 0);
	*by_ms = 11 * 60000;
	moved_clock_again(daemon);
	await_times(daemon, "begun anew", 1);
	check_forgotten(daemon);
	daemon_stop(daemon, SIGTERM);
	moved_clock_free(by_ms);
}

/* A small disk of its own for the state, where this user may have one. */
static bool mount_state(struct daemon *daemon)
{
	mkdir(daemon->state, 0700);
	return mount("tmpfs", daemon->state, "tmpfs", 0, "size=200m,mode=0700") == 0;
}

static int unmount_state(void **state)
{
	struct daemon *daemon = *state;

	umount2(daemon->state, MNT_DETACH);
	return daemon_teardown(state);
}

static void without_room_nothing_changes_and_with_room_it_is_done(void **state)
{
	struct daemon *daemon = *state;
	struct outcome outcome;
	char *after;

	if (!mount_state(daemon))
		skip();
	begin(daemon);
	free(daemon_lift_out(daemon, 0, "forget", "--source", "a", "--learner", person, "--yes",
			     NULL));
	after = figures(daemon);
	outcome = daemon_lift(daemon, "compact", NULL);
	assert_int_equal(outcome.status, 3);
	if (!strstr(outcome.err, "has not enough room: a compaction (journal and ledger once more) "
				 "needs up to"))
		fail_msg("%s", outcome.err);
	outcome_free(&outcome);
	assert_false(has_left(daemon));
	assert_non_null(strstr(search(daemon), "/journal/data.mdb"));
	check_figures(daemon, after);
	assert_int_equal(mount("tmpfs", daemon->state, "tmpfs", MS_REMOUNT, "size=2g"), 0);
	free(daemon_lift_out(daemon, 0, "compact", NULL));
	await_times(daemon, "begun anew", 1);
	check_forgotten(daemon);
	check_figures(daemon, after);
	daemon_stop(daemon, SIGTERM);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_compacted_journal_takes_its_place_in_the_same_process, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(
			what_is_killed_leaves_the_old_journal_or_the_new_one, daemon_setup,
			daemon_teardown),
		cmocka_unit_test_setup_teardown(nothing_is_left_of_who_is_forgotten, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(it_is_done_by_itself, daemon_setup,
						daemon_teardown),
		cmocka_unit_test_setup_teardown(
			without_room_nothing_changes_and_with_room_it_is_done, daemon_setup,
			unmount_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
