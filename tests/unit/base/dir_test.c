/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/err.h"
#include "tests/unit/world.h"

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void path_of(char to[static PATH_MAX], const char *dir, const char *name)
{
	assert_true(snprintf(to, PATH_MAX, "%s/%s", dir, name) < PATH_MAX);
}

/* A directory whose path has so many bytes and more, below another. */
static void make_deep(const struct dir *top, size_t size, char to[static PATH_MAX])
{
	char part[201];

	memset(part, 'x', sizeof(part) - 1);
	part[sizeof(part) - 1] = 0;
	strcpy(to, top->path);
	while (strlen(to) < size) {
		strcat(strcat(to, "/"), part);
		assert_int_equal(mkdir(to, 0700), 0);
	}
}

static void what_has_a_long_path_is_deleted_and_nothing_else(void **state)
{
	static const size_t sizes[] = { 100, 1900, 1990, 2000, 2010, 2200, 3500 };
	char deep[PATH_MAX], path[PATH_MAX], innocent[PATH_MAX];
	struct dir top;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		dir_begin(&top);
		make_deep(&top, sizes[i], deep);
		/* A name that is cut must not lead to a neighbour. */
		path_of(path, deep, "journal");
		assert_int_equal(mkdir(path, 0700), 0);
		path_of(innocent, path, "innocent");
		make_file(innocent);
		path_of(path, deep, "backup.partial-1");
		assert_int_equal(mkdir(path, 0700), 0);
		path_of(path, deep, "backup.partial-1/journal");
		assert_int_equal(mkdir(path, 0700), 0);
		path_of(path, deep, "backup.partial-1/journal/data.mdb");
		make_file(path);
		path_of(path, deep, "backup.partial-1");
		assert_int_equal(dir_delete(path), 0);
		assert_int_equal(access(path, F_OK), -1);
		assert_int_equal(access(innocent, F_OK), 0);
		dir_end(&top);
	}
}

static void a_link_is_deleted_and_not_followed(void **state)
{
	char outside[PATH_MAX], inside[PATH_MAX], link[PATH_MAX];
	struct dir top;

	(void)state;
	dir_begin(&top);
	path_of(outside, top.path, "outside");
	assert_int_equal(mkdir(outside, 0700), 0);
	path_of(inside, outside, "kept");
	make_file(inside);
	path_of(link, top.path, "victim");
	assert_int_equal(mkdir(link, 0700), 0);
	path_of(link, top.path, "victim/link");
	assert_int_equal(symlink(outside, link), 0);
	path_of(link, top.path, "victim");
	assert_int_equal(dir_delete(link), 0);
	assert_int_equal(access(link, F_OK), -1);
	assert_int_equal(access(inside, F_OK), 0);
	/* Nor is one that stands for the whole. */
	assert_int_equal(symlink(outside, link), 0);
	assert_int_equal(dir_delete(link), LIFT_E_IO);
	assert_int_equal(access(inside, F_OK), 0);
	dir_end(&top);
}

static void what_is_not_there_is_deleted_already(void **state)
{
	struct dir top;

	(void)state;
	dir_begin(&top);
	assert_int_equal(dir_delete(dir_path(&top, "nothing")), 0);
	dir_end(&top);
}

static void a_path_that_does_not_fit_is_an_error_and_no_other_path(void **state)
{
	char longest[PATH_MAX], path[PATH_MAX] = "as it was";

	(void)state;
	memset(longest, 'x', sizeof(longest));
	longest[PATH_MAX - 8] = 0;
	assert_int_equal(dir_join(path, longest, "journal"), LIFT_E_IO);
	assert_int_equal(errno, ENAMETOOLONG);
	assert_string_equal(path, "");
	longest[PATH_MAX - 9] = 0;
	assert_int_equal(dir_join(path, longest, "journal"), 0);
	assert_int_equal(strlen(path), PATH_MAX - 1);
}

static void a_scratch_directory_is_swept_when_nobody_has_it(void **state)
{
	static const char *const others[] = { "x-name", "x-0123456789abcdef0", "x", "y-1", "x-1f" };
	char path[PATH_MAX], mine[PATH_MAX], second[PATH_MAX];
	int held, held_too;
	struct dir top;

	(void)state;
	dir_begin(&top);
	path_of(path, top.path, "x");
	assert_int_equal(dir_scratch(path, mine, &held), 0);
	assert_int_equal(dir_scratch(path, second, &held_too), 0);
	assert_string_not_equal(mine, second);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(mkdir(dir_path(&top, others[i]), 0700), 0);
	/* What an older version has left, of a process whose id somebody has. */
	assert_int_equal(mkdir(dir_path(&top, "x-1"), 0700), 0);
	make_file(dir_path(&top, "x-1/data.mdb"));
	close(held_too);
	dir_sweep(path);
	assert_int_equal(access(mine, F_OK), 0);
	assert_int_equal(access(second, F_OK), -1);
	assert_int_equal(access(dir_path(&top, "x-1"), F_OK), -1);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(access(dir_path(&top, others[i]), F_OK), 0);
	close(held);
	dir_sweep(path);
	assert_int_equal(access(mine, F_OK), -1);
	dir_end(&top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_a_long_path_is_deleted_and_nothing_else),
		cmocka_unit_test(a_link_is_deleted_and_not_followed),
		cmocka_unit_test(what_is_not_there_is_deleted_already),
		cmocka_unit_test(a_path_that_does_not_fit_is_an_error_and_no_other_path),
		cmocka_unit_test(a_scratch_directory_is_swept_when_nobody_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
