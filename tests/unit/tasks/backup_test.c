/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tasks/backup.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/tasks/needs.h"
#include "proto/place.h"
#include "tests/unit/house.h"

/* The manifest. */

static struct manifest any_manifest(void)
{
	struct manifest manifest = { .journal_format = JOURNAL_FORMAT,
				     .has_secret = true,
				     .last = 12,
				     .time = 1700000000000 };

	for (int file = 0; file < BACKUP_FILES; file++) {
		manifest.files[file].bytes = 100 + (uint64_t)file;
		memset(manifest.files[file].digest, 0xa0 + file, MANIFEST_DIGEST);
	}
	memset(manifest.journal_id, 0x7f, JOURNAL_ID);
	return manifest;
}

static void a_manifest_is_read_as_it_was_written(void **state)
{
	struct manifest written = any_manifest(), read;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(manifest_read(dir.path, &read), LIFT_E_NOT_FOUND);
	assert_int_equal(manifest_write(dir.path, &written), 0);
	assert_int_equal(manifest_read(dir.path, &read), 0);
	assert_memory_equal(&written, &read, sizeof(read));
	written.has_secret = false;
	memset(&written.files[BACKUP_SECRET], 0, sizeof(written.files[BACKUP_SECRET]));
	assert_int_equal(unlink(dir_path(&dir, "manifest.json")), 0);
	assert_int_equal(manifest_write(dir.path, &written), 0);
	assert_int_equal(manifest_read(dir.path, &read), 0);
	assert_memory_equal(&written, &read, sizeof(read));
	dir_end(&dir);
}

static void a_manifest_that_is_newer_or_broken_is_refused(void **state)
{
	static const struct {
		const char *what, *with;
		int err;
	} cases[] = {
		{ "\"format\": 1,\n  \"liftd\"", "\"format\": 3,\n  \"liftd\"", LIFT_E_NEWER },
		{ "\"format\": 1,\n  \"liftd\"", "\"format\": 2,\n  \"liftd\"", LIFT_E_CORRUPT },
		{ "\"last\": 12", "\"last\": -1", LIFT_E_CORRUPT },
		{ "\"last\": 12", "\"last\": \"12\"", LIFT_E_CORRUPT },
		{ "7f7f7f", "7f7f", LIFT_E_CORRUPT },
		{ "a0a0a0", "a0a0xx", LIFT_E_CORRUPT },
		{ "\"secret\"", "\"../secret\"", LIFT_E_CORRUPT },
		{ "\"bytes\": 100", "\"bytes\": 1e2", LIFT_E_CORRUPT },
		{ "\"files\"", "\"feils\"", LIFT_E_CORRUPT },
		{ "}", "", LIFT_E_CORRUPT },
	};
	struct manifest written = any_manifest(), read = { .last = 99 };
	char text[4096], changed[4096];
	struct dir dir;
	FILE *file;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(manifest_write(dir.path, &written), 0);
	file = fopen(dir_path(&dir, "manifest.json"), "r");
	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = 0;
	fclose(file);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strstr(text, cases[i].what);

		assert_non_null(at);
		snprintf(changed, sizeof(changed), "%.*s%s%s", (int)(at - text), text,
			 cases[i].with, at + strlen(cases[i].what));
		file = fopen(dir_path(&dir, "manifest.json"), "w");
		assert_true(fputs(changed, file) >= 0);
		fclose(file);
		if (manifest_read(dir.path, &read) != cases[i].err)
			fail_msg("%s -> %s", cases[i].what, cases[i].with);
		assert_int_equal(read.last, 99);
	}
	dir_end(&dir);
}

/* A backup. */

/* A journal with some events, which nobody has open. */
static void make_state(struct house *house)
{
	struct world world;
	struct event event;

	house_open(house, "", world_catalogue);
	world_begin(&world, 9);
	for (uint64_t seq = 1; seq <= 500; seq++) {
		world_event(&world, &event);
		assert_int_equal(house_send(house, "moodle", "s", seq, &event, 1), 0);
	}
	assert_int_equal(journal_commit(house->journal), 0);
	gate_close(house->gate);
	journal_close(house->journal);
	house->gate = NULL;
	house->journal = NULL;
}

static void assert_nothing_left(const struct house *house, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "ls -d %s/%s* >/dev/null 2>&1", house->dir.path, name);
	assert_int_not_equal(system(path), 0);
}

static void a_backup_has_all_of_the_journal_and_one_that_is_there_stays(void **state)
{
	struct report report = { 0 };
	struct manifest manifest;
	struct house house;
	struct stat info;
	char dir[200];

	(void)state;
	make_state(&house);
	snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), 0);
	assert_int_equal(report.last, 500);
	assert_int_equal(manifest_read(dir, &manifest), 0);
	assert_int_equal(manifest.last, 500);
	assert_int_equal(manifest.journal_format, JOURNAL_FORMAT);
	assert_int_equal(stat(dir_path(&house.dir, "backups/a/secret"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(stat(dir, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	assert_int_equal(access(dir_path(&house.dir, "backups/a/journal/lock.mdb"), F_OK), -1);
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), LIFT_E_EXISTS);
	assert_int_equal(manifest_read(dir, &manifest), 0);
	house_close(&house);
}

/* The secret kept elsewhere. */

static void write_secret(const char *path, uint8_t first)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputc(first, file);
	for (int i = 1; i < SECRET_BYTES; i++)
		fputc(i, file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0400), 0);
}

static void a_backup_may_be_without_the_secret(void **state)
{
	struct report report = { 0 };
	struct manifest manifest;
	struct house house;
	char dir[200];

	(void)state;
	make_state(&house);
	snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
	/* It does not even have to be there. */
	assert_int_equal(rename(dir_path(&house.dir, "secret"), dir_path(&house.dir, "elsewhere")),
			 0);
	assert_int_equal(backup_make(house.dir.path, dir, false, &report), 0);
	assert_non_null(strstr(report.text, "The secret is not in it"));
	assert_int_equal(manifest_read(dir, &manifest), 0);
	assert_false(manifest.has_secret);
	assert_int_equal(manifest.last, 500);
	assert_int_equal(access(dir_path(&house.dir, "backups/a/secret"), F_OK), -1);
	house_close(&house);
}

/* What a restore says and does with a backup without a secret, by what is there. */
static void a_backup_without_a_secret_takes_the_one_that_is_there(void **state)
{
	static const struct {
		const char *why;
		bool has_right, has_other; /* a file of the state */
		int err;
		const char *said;
	} cases[] = {
		{ "the right one", true, false, 0, "The backup has no secret: that of " },
		{ "none", false, false, 0, "and here is none" },
		{ "another one", false, true, LIFT_E_SECRET, "was made with another one than " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report report = { 0 };
		struct house house;
		char dir[200], path[200];

		make_state(&house);
		snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
		snprintf(path, sizeof(path), "%s", dir_path(&house.dir, "secret"));
		assert_int_equal(backup_make(house.dir.path, dir, false, &report), 0);
		if (!cases[i].has_right)
			assert_int_equal(unlink(path), 0);
		if (cases[i].has_other)
			write_secret(path, 1);
		memset(&report, 0, sizeof(report));
		if (backup_restore(house.dir.path, dir, &report) != cases[i].err ||
		    !strstr(report.text, cases[i].said))
			fail_msg("%s: %s", cases[i].why, report.text);
		assert_int_equal(access(path, F_OK),
				 cases[i].has_right || cases[i].has_other ? 0 : -1);
		/* It stays where it is, and the journal is never of another one. */
		snprintf(path, sizeof(path), "ls %s/secret.before-* >/dev/null 2>&1",
			 house.dir.path);
		assert_int_not_equal(system(path), 0);
		house_close(&house);
	}
}

static void a_credential_is_what_a_backup_has_and_what_a_restore_asks(void **state)
{
	struct report report = { 0 };
	struct dir credentials;
	struct secret secret;
	struct house house;
	char dir[200], file[200];

	(void)state;
	make_state(&house);
	dir_begin(&credentials);
	snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
	snprintf(file, sizeof(file), "%s", dir_path(&house.dir, "secret"));
	assert_int_equal(rename(file, dir_path(&credentials, SECRET_CREDENTIAL)), 0);
	/* Who runs this by hand does not have it. */
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), LIFT_E_NOT_FOUND);
	assert_non_null(strstr(report.text, "have the daemon do this"));
	setenv("CREDENTIALS_DIRECTORY", credentials.path, 1);
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), 0);
	assert_int_equal(secret_open(dir, false, &secret), 0);
	assert_memory_equal(secret.digest, house.secret.digest, SECRET_DIGEST_BYTES);
	secret_close(&secret);
	assert_int_equal(backup_restore(house.dir.path, dir, &report), 0);
	assert_int_equal(access(file, F_OK), -1);
	/* Another one. */
	assert_int_equal(unlink(dir_path(&credentials, SECRET_CREDENTIAL)), 0);
	write_secret(dir_path(&credentials, SECRET_CREDENTIAL), 1);
	memset(&report, 0, sizeof(report));
	assert_int_equal(backup_restore(house.dir.path, dir, &report), LIFT_E_SECRET);
	assert_non_null(strstr(report.text, "is not the service's credential"));
	unsetenv("CREDENTIALS_DIRECTORY");
	dir_end(&credentials);
	house_close(&house);
}

static void a_copy_that_does_not_fit_leaves_nothing_and_says_why(void **state)
{
	static const rlim_t most[] = { 0, 4096, 20000 };
	struct rlimit before, limit;
	struct house house;
	char dir[200];

	(void)state;
	make_state(&house);
	snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < sizeof(most) / sizeof(most[0]); i++) {
		struct report report = { 0 };
		int err;

		limit = before;
		limit.rlim_cur = most[i];
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		err = backup_make(house.dir.path, dir, true, &report);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		assert_int_equal(err, LIFT_E_IO);
		if (!strstr(report.text, "File too large"))
			fail_msg("%s", report.text);
		assert_nothing_left(&house, "backups/a");
	}
	signal(SIGXFSZ, SIG_DFL);
	house_close(&house);
}

/* As much as is free in a directory, but for so many bytes. */
static int check_room(const struct house *house, const char *dir, uint64_t but,
		      struct report *report)
{
	struct statvfs disk;
	uint64_t left;

	assert_int_equal(statvfs(dir, &disk), 0);
	left = (uint64_t)disk.f_bavail * disk.f_frsize;
	return task_check_room(house->dir.path, dir, left > but ? left - but : 0, "it", report);
}

static void on_the_disk_of_the_state_there_is_room_left_for_the_daemon(void **state)
{
	static const char elsewhere[] = "/dev/shm";
	const uint64_t large = UINT64_C(1) << 42;
	struct report report = { 0 };
	struct stat here, there;
	struct house house;

	(void)state;
	make_state(&house);
	assert_int_equal(check_room(&house, house.dir.path, TASK_RESERVE / 2, &report),
			 LIFT_E_DISK);
	assert_non_null(strstr(report.text, "256 are kept for the daemon to go on"));
	assert_int_equal(check_room(&house, house.dir.path, 2 * TASK_RESERVE, &report), 0);
	/* Another disk may be filled: the daemon does not write to it. */
	if (stat(house.dir.path, &here) == 0 && stat(elsewhere, &there) == 0 &&
	    here.st_dev != there.st_dev)
		assert_int_equal(check_room(&house, elsewhere, 1 << 20, &report), 0);
	/* A large ledger needs as much again to be built anew. */
	assert_int_equal(mkdir(dir_path(&house.dir, "ledger"), 0700), 0);
	assert_int_equal(close(creat(dir_path(&house.dir, "ledger/data.mdb"), 0600)), 0);
	assert_int_equal(truncate(dir_path(&house.dir, "ledger/data.mdb"), (off_t)large), 0);
	assert_int_equal(check_room(&house, house.dir.path, large / 2, &report), LIFT_E_DISK);
	assert_int_equal(
		backup_make(house.dir.path, dir_path(&house.dir, "backups/a"), true, &report),
		LIFT_E_DISK);
	assert_nothing_left(&house, "backups/a");
	house_close(&house);
}

/* Of a path whose end is not there, too; and never by name alone. */
static void a_directory_that_is_another_one_for_who_asks_is_refused(void **state)
{
	char seen[PLACE_SIZE], other[PLACE_SIZE], deep[200];
	struct report report = { 0 };
	struct dir top;
	struct stat info;

	(void)state;
	dir_begin(&top);
	snprintf(deep, sizeof(deep), "%s", dir_path(&top, "not/there/a"));
	assert_int_equal(stat(top.path, &info), 0);
	snprintf(other, sizeof(other), "%llu:%llu", (unsigned long long)info.st_dev,
		 (unsigned long long)info.st_ino);
	assert_int_equal(place_above(deep, seen), 0);
	assert_string_equal(seen, other);
	assert_int_equal(backup_check_seen("/state", deep, seen, &report), 0);
	assert_int_equal(mkdir(dir_path(&top, "not"), 0700), 0);
	assert_int_equal(backup_check_seen("/state", deep, seen, &report), LIFT_E_DIR);
	assert_non_null(strstr(report.text, "not/there/a is elsewhere for the daemon"));
	assert_non_null(strstr(report.text, "/state/backups"));
	assert_int_equal(backup_check_seen("/state", deep, "1:x", &report), LIFT_E_DIR);
	assert_int_equal(rmdir(dir_path(&top, "not")), 0);
	assert_int_equal(place_above("/", seen), 0);
	assert_int_equal(place_above("/nowhere", other), 0);
	assert_string_equal(seen, other);
	assert_int_equal(place_above("here", other), -1);
	dir_end(&top);
}

static void a_state_that_cannot_be_copied_is_refused(void **state)
{
	struct report report = { 0 };
	struct house house;
	char dir[200];

	(void)state;
	make_state(&house);
	snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
	assert_int_equal(
		backup_make(house.dir.path, dir_path(&house.dir, "journal/a"), true, &report),
		LIFT_E_DIR);
	assert_int_equal(rename(dir_path(&house.dir, "secret"), dir_path(&house.dir, "s")), 0);
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), LIFT_E_NOT_FOUND);
	assert_non_null(strstr(report.text, "secret"));
	assert_int_equal(rename(dir_path(&house.dir, "s"), dir_path(&house.dir, "secret")), 0);
	assert_int_equal(rename(dir_path(&house.dir, "journal"), dir_path(&house.dir, "j")), 0);
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), LIFT_E_NOT_FOUND);
	assert_non_null(strstr(report.text, "journal"));
	assert_nothing_left(&house, "backups/a");
	house_close(&house);
}

/* Every byte that matters: a sample of the file, changed one at a time. */
static void a_backup_with_a_changed_byte_is_not_restored(void **state)
{
	struct report report = { 0 };
	struct house house;
	struct dir target;
	char dir[200], path[300];
	struct stat info;
	FILE *file;

	(void)state;
	chance_begin();
	make_state(&house);
	dir_begin(&target);
	snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), 0);
	snprintf(path, sizeof(path), "%s/journal/data.mdb", dir);
	assert_int_equal(stat(path, &info), 0);
	for (int round = 0; round < 40; round++) {
		long at = (long)chance((uint32_t)info.st_size);
		int byte;

		file = fopen(path, "r+");
		assert_non_null(file);
		fseek(file, at, SEEK_SET);
		byte = fgetc(file);
		fseek(file, at, SEEK_SET);
		fputc(byte ^ 0x40, file);
		fflush(file);
		if (backup_restore(target.path, dir, &report) != LIFT_E_CORRUPT ||
		    !strstr(report.text, "damaged"))
			fail_msg("byte %ld: %s", at, report.text);
		assert_int_equal(access(dir_path(&target, "journal"), F_OK), -1);
		assert_int_equal(access(dir_path(&target, "restoring"), F_OK), -1);
		fseek(file, at, SEEK_SET);
		fputc(byte, file);
		fclose(file);
	}
	assert_int_equal(backup_restore(target.path, dir, &report), 0);
	dir_end(&target);
	house_close(&house);
}

/* A restore. */

static void what_was_there_moves_aside_and_the_ledger_goes(void **state)
{
	struct report report = { 0 };
	struct house from, to;
	char dir[200], pattern[300];

	(void)state;
	make_state(&from);
	make_state(&to);
	snprintf(dir, sizeof(dir), "%s", dir_path(&from.dir, "backups/a"));
	assert_int_equal(backup_make(from.dir.path, dir, true, &report), 0);
	house_reopen_journal(&to);
	house_ledger_open(&to, "ledger", INT64_MAX);
	house_ledger_close(&to);
	gate_close(to.gate);
	journal_close(to.journal);
	to.gate = NULL;
	to.journal = NULL;
	assert_int_equal(backup_restore(to.dir.path, dir, &report), 0);
	assert_int_equal(access(dir_path(&to.dir, "ledger"), F_OK), -1);
	/* The other secret belongs to the other journal. */
	assert_int_equal(secret_open(to.dir.path, false, &to.secret), 0);
	assert_memory_equal(to.secret.digest, from.secret.digest, SECRET_DIGEST_BYTES);
	house_reopen_journal(&to);
	assert_int_equal(journal_last(to.journal), 500);
	snprintf(pattern, sizeof(pattern),
		 "test -f %s/journal.before-*/data.mdb -a -f %s/secret.before-*", to.dir.path,
		 to.dir.path);
	assert_int_equal(system(pattern), 0);
	house_close(&to);
	house_close(&from);
}

static void what_moves_aside_never_meets_what_has_moved_before(void **state)
{
	struct report report = { 0 };
	char dir[200], line[300];
	struct house house;

	(void)state;
	make_state(&house);
	snprintf(dir, sizeof(dir), "%s", dir_path(&house.dir, "backups/a"));
	assert_int_equal(backup_make(house.dir.path, dir, true, &report), 0);
	/* All of them in a second or two. */
	for (int round = 1; round <= 3; round++) {
		assert_int_equal(backup_restore(house.dir.path, dir, &report), 0);
		snprintf(line, sizeof(line),
			 "test $(ls -d %s/journal.before-* %s/secret.before-* | wc -l) = %d",
			 house.dir.path, house.dir.path, 2 * round);
		assert_int_equal(system(line), 0);
	}
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_manifest_is_read_as_it_was_written),
		cmocka_unit_test(a_manifest_that_is_newer_or_broken_is_refused),
		cmocka_unit_test(a_backup_has_all_of_the_journal_and_one_that_is_there_stays),
		cmocka_unit_test(a_backup_may_be_without_the_secret),
		cmocka_unit_test(a_backup_without_a_secret_takes_the_one_that_is_there),
		cmocka_unit_test(a_credential_is_what_a_backup_has_and_what_a_restore_asks),
		cmocka_unit_test(a_copy_that_does_not_fit_leaves_nothing_and_says_why),
		cmocka_unit_test(on_the_disk_of_the_state_there_is_room_left_for_the_daemon),
		cmocka_unit_test(a_directory_that_is_another_one_for_who_asks_is_refused),
		cmocka_unit_test(a_state_that_cannot_be_copied_is_refused),
		cmocka_unit_test(a_backup_with_a_changed_byte_is_not_restored),
		cmocka_unit_test(what_was_there_moves_aside_and_the_ledger_goes),
		cmocka_unit_test(what_moves_aside_never_meets_what_has_moved_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
