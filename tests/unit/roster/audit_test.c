/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of rosters: whole lines, one behind the other, or none.
 */
#include "daemon/roster/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/err.h"
#include "tests/unit/world.h"

static const struct audit of_rana = { INT64_C(1764428645000), "rana", "moodle", TEXT("welfare"),
				      120 };

static void check_log(const struct dir *dir, const char *expected)
{
	char text[4096];
	FILE *file = fopen(dir_path(dir, "rosters.log"), "r");
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = 0;
	fclose(file);
	assert_string_equal(text, expected);
}

static void a_line_says_who_asked_when_whose_and_how_many(void **state)
{
	static const struct audit operators = { 0, NULL, "lms", TEXT("a \"b\"\nkey=x \\"), 0 };
	struct stat info;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(audit_write(dir.path, &of_rana), 0);
	assert_int_equal(audit_write(dir.path, &operators), 0);
	check_log(&dir,
		  "2025-11-29T15:04:05Z key=rana source=moodle ids=120 programme=\"welfare\"\n"
		  "1970-01-01T00:00:00Z key=- source=lms ids=0 programme=\"a ?b??key=x ?\"\n");
	assert_int_equal(stat(dir_path(&dir, "rosters.log"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	dir_end(&dir);
}

/* A file may not become larger: as on a full disk. */
static void a_line_that_does_not_fit_leaves_nothing(void **state)
{
	struct rlimit before, small = { 100, RLIM_INFINITY };
	struct dir dir;
	int err, why;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(audit_write(dir.path, &of_rana), 0);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	err = audit_write(dir.path, &of_rana);
	why = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(err, LIFT_E_AUDIT);
	assert_int_equal(why, ENOSPC);
	check_log(&dir, "2025-11-29T15:04:05Z key=rana source=moodle ids=120 "
			"programme=\"welfare\"\n");
	dir_end(&dir);
}

static void nothing_is_written_through_what_is_no_file_of_ours(void **state)
{
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(symlink("/dev/null", dir_path(&dir, "rosters.log")), 0);
	assert_int_equal(audit_write(dir.path, &of_rana), LIFT_E_AUDIT);
	assert_int_equal(errno, ELOOP);
	assert_int_equal(unlink(dir_path(&dir, "rosters.log")), 0);
	assert_int_equal(mkfifo(dir_path(&dir, "rosters.log"), 0600), 0);
	assert_int_equal(audit_write(dir.path, &of_rana), LIFT_E_AUDIT);
	assert_int_equal(unlink(dir_path(&dir, "rosters.log")), 0);
	assert_int_equal(audit_write(dir_path(&dir, "gone"), &of_rana), LIFT_E_AUDIT);
	assert_int_equal(errno, ENOENT);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_says_who_asked_when_whose_and_how_many),
		cmocka_unit_test(a_line_that_does_not_fit_leaves_nothing),
		cmocka_unit_test(nothing_is_written_through_what_is_no_file_of_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
