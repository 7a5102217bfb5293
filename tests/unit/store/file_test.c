/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/file.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/journal/journal.h"
#include "tests/unit/world.h"

static const uint8_t secret[16] = { 1 };

/* A journal with some events of one stream. */
static struct journal *journal_new(const struct dir *dir)
{
	struct journal *journal;

	assert_int_equal(journal_open(dir_path(dir, "journal"), secret, &journal), 0);
	return journal;
}

/* One event more: what the commit says. */
static int append(struct journal *journal)
{
	struct entry entry = { .refused = true, .err = LIFT_E_TYPE };
	struct stream *stream;

	assert_int_equal(journal_add_stream(journal, text_of("s"), text_of("t"), &stream), 0);
	journal_append(journal, stream, stream->next, 1000, &entry);
	return journal_commit(journal);
}

static void what_a_broken_start_has_left_does_not_stop_the_next(void **state)
{
	struct journal *journal;
	char path[PATH_MAX];
	struct dir dir;
	FILE *file;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(mkdir(dir_path(&dir, "journal"), 0700), 0);
	assert_int_equal(store_file_begin(dir_path(&dir, "journal"), path), 0);
	file = fopen(dir_path(&dir, "journal/new/data.mdb"), "we");
	assert_non_null(file);
	for (int i = 0; i < 8192; i++)
		fputc(0, file);
	assert_int_equal(fclose(file), 0);
	journal = journal_new(&dir);
	assert_int_equal(append(journal), 0);
	journal_close(journal);
	assert_int_equal(access(path, F_OK), -1);
	dir_end(&dir);
}

static void a_store_that_is_there_is_never_made_anew(void **state)
{
	struct journal *journal;
	char path[PATH_MAX];
	struct dir dir;
	FILE *file;

	(void)state;
	dir_begin(&dir);
	journal = journal_new(&dir);
	assert_int_equal(append(journal), 0);
	journal_close(journal);
	/* Whoever thought that there is none. */
	assert_int_equal(store_file_begin(dir_path(&dir, "journal"), path), 0);
	file = fopen(dir_path(&dir, "journal/new/data.mdb"), "we");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(store_file_finish(dir_path(&dir, "journal")), EEXIST);
	journal = journal_new(&dir);
	assert_int_equal(journal_last(journal), 1);
	journal_close(journal);
	dir_end(&dir);
}

static void a_store_of_which_it_cannot_be_said_whether_it_is_there_is_not_made(void **state)
{
	struct journal *journal;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(store_file_find(dir_path(&dir, "journal")), ENOENT);
	assert_int_equal(mkdir(dir_path(&dir, "journal"), 0700), 0);
	assert_int_equal(store_file_find(dir_path(&dir, "journal")), ENOENT);
	assert_int_equal(symlink("data.mdb", dir_path(&dir, "journal/data.mdb")), 0);
	assert_int_equal(store_file_find(dir_path(&dir, "journal")), ELOOP);
	assert_int_equal(journal_open(dir_path(&dir, "journal"), secret, &journal), LIFT_E_IO);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(access(dir_path(&dir, "journal/new"), F_OK), -1);
	dir_end(&dir);
}

static void a_journal_that_is_moved_fails_until_it_is_back(void **state)
{
	struct journal *journal;
	char at[PATH_MAX], away[PATH_MAX];
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	snprintf(at, sizeof(at), "%s", dir_path(&dir, "journal"));
	snprintf(away, sizeof(away), "%s", dir_path(&dir, "away"));
	journal = journal_new(&dir);
	assert_int_equal(append(journal), 0);
	assert_null(journal_failure(journal));
	assert_int_equal(rename(at, away), 0);
	assert_int_equal(journal_commit(journal), LIFT_E_GONE); /* with nothing to write, too */
	assert_int_equal(append(journal), LIFT_E_GONE);
	assert_string_equal(journal_failure(journal), lift_err_text(LIFT_E_GONE));
	assert_int_equal(rename(away, at), 0);
	assert_int_equal(journal_commit(journal), 0);
	assert_null(journal_failure(journal));
	assert_int_equal(append(journal), 0);
	journal_close(journal);
	dir_end(&dir);
}

static void another_journal_in_its_place_is_not_it(void **state)
{
	struct journal *journal, *other;
	char at[PATH_MAX], away[PATH_MAX];
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	snprintf(at, sizeof(at), "%s", dir_path(&dir, "journal"));
	snprintf(away, sizeof(away), "%s", dir_path(&dir, "away"));
	journal = journal_new(&dir);
	assert_int_equal(rename(at, away), 0);
	other = journal_new(&dir);
	assert_int_equal(append(other), 0);
	assert_int_equal(append(journal), LIFT_E_GONE);
	journal_close(other);
	journal_close(journal);
	dir_end(&dir);
}

static void there_is_room_until_the_quota(void **state)
{
	struct journal *journal;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	journal = journal_new(&dir);
	assert_true(journal_has_room(journal));
	journal_set_quota(journal, journal_bytes(journal) + JOURNAL_RESERVE + (1 << 20));
	assert_true(journal_has_room(journal));
	journal_set_quota(journal, journal_bytes(journal) + JOURNAL_RESERVE - 1);
	assert_false(journal_has_room(journal));
	assert_int_equal(append(journal), 0);
	assert_string_equal(journal_failure(journal), "journal_max_mib is reached");
	journal_set_quota(journal, 1 << 30);
	assert_int_equal(append(journal), 0);
	assert_null(journal_failure(journal));
	journal_close(journal);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_a_broken_start_has_left_does_not_stop_the_next),
		cmocka_unit_test(a_store_that_is_there_is_never_made_anew),
		cmocka_unit_test(
			a_store_of_which_it_cannot_be_said_whether_it_is_there_is_not_made),
		cmocka_unit_test(a_journal_that_is_moved_fails_until_it_is_back),
		cmocka_unit_test(another_journal_in_its_place_is_not_it),
		cmocka_unit_test(there_is_room_until_the_quota),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
