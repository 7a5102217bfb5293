/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/frozen/store.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/err.h"

struct place {
	char top[32], dir[64]; /* the reports' is not there yet */
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->top, "/tmp/lift-frozen-XXXXXX");
	if (!mkdtemp(place->top))
		return -1;
	snprintf(place->dir, sizeof(place->dir), "%s/a/reports", place->top);
	*state = place;
	return 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *ftw)
{
	(void)info, (void)kind, (void)ftw;
	return remove(path);
}

static int remove_place(void **state)
{
	struct place *place = *state;
	int rc = nftw(place->top, remove_entry, 8, FTW_DEPTH | FTW_PHYS);

	free(place);
	return rc;
}

static char html[] = "<p>6 of 460</p>\n", csv[] = "a;b\0c\r\n";

static const struct frozen_form forms[] = {
	{ "html", html, sizeof(html) - 1 },
	{ "csv", csv, sizeof(csv) - 1 },
};

static json_t *record(void)
{
	return json_pack("{s:s,s:{s:f,s:[i,n]}}", "name", "Åsele", "answers", "mean", 0.1, "rows",
			 7);
}

static int freeze(const struct place *place, const char *name)
{
	json_t *of = record();
	int err = frozen_write(place->dir, name, of, forms, 2);

	json_decref(of);
	return err;
}

static void what_is_frozen_is_read_again_byte_by_byte(void **state)
{
	const struct place *place = *state;
	json_t *of = record(), *again;
	char *bytes;
	size_t size;

	assert_int_equal(freeze(place, "2024-q4"), 0);
	assert_int_equal(frozen_read(place->dir, "2024-q4", &again), 0);
	assert_true(json_equal(of, again));
	json_decref(again);
	json_decref(of);
	assert_int_equal(frozen_read_form(place->dir, "2024-q4", "csv", &bytes, &size), 0);
	assert_int_equal(size, sizeof(csv) - 1);
	assert_memory_equal(bytes, csv, size);
	free(bytes);
	assert_int_equal(frozen_read_form(place->dir, "2024-q4", "xlsx", &bytes, &size),
			 LIFT_E_NOT_FOUND);
	assert_int_equal(frozen_read(place->dir, "2024-q3", &again), LIFT_E_NOT_FOUND);
}

static void a_name_that_is_there_is_never_written_over(void **state)
{
	const struct place *place = *state;
	char path[128], *bytes;
	size_t size;

	assert_int_equal(freeze(place, "q4"), 0);
	assert_int_equal(freeze(place, "q4"), LIFT_E_EXISTS);
	assert_int_equal(frozen_read_form(place->dir, "q4", "html", &bytes, &size), 0);
	assert_memory_equal(bytes, html, size);
	free(bytes);
	/* Nor is a file that is not ours. */
	snprintf(path, sizeof(path), "%s/other", place->dir);
	assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
	assert_int_equal(freeze(place, "other"), LIFT_E_EXISTS);
}

static void others_may_not_look_in_and_nothing_half_made_stays(void **state)
{
	const struct place *place = *state;
	struct stat info;
	char path[128];
	json_t *names;

	assert_int_equal(freeze(place, "q4"), 0);
	snprintf(path, sizeof(path), "%s/q4", place->dir);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	snprintf(path, sizeof(path), "%s/q4/report.html", place->dir);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0400);
	assert_int_equal(frozen_list(place->top, &names), 0);
	assert_int_equal(json_array_size(names), 0);
	json_decref(names);
	/* No more than the report itself is below: no draft. */
	assert_int_equal(stat(place->dir, &info), 0);
	assert_int_equal(info.st_nlink, 3);
}

static void a_file_that_was_changed_is_not_what_was_frozen(void **state)
{
	static const char *const files[] = { "report.html", "report.json", "sums" };
	const struct place *place = *state;
	char name[8], path[160], *bytes;
	json_t *again;
	size_t size;
	int fd;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(name, sizeof(name), "n%zu", i);
		assert_int_equal(freeze(place, name), 0);
		snprintf(path, sizeof(path), "%s/%s/%s", place->dir, name, files[i]);
		assert_int_equal(chmod(path, 0600), 0);
		fd = open(path, O_WRONLY);
		assert_int_equal(pwrite(fd, "x", 1, 3), 1);
		close(fd);
		/* The first line of the sums is the record's. */
		if (i == 0)
			assert_int_equal(frozen_read_form(place->dir, name, "html", &bytes, &size),
					 LIFT_E_CORRUPT);
		else
			assert_int_equal(frozen_read(place->dir, name, &again), LIFT_E_CORRUPT);
	}
}

static void they_are_listed_in_order_and_nothing_else_is(void **state)
{
	const struct place *place = *state;
	char path[128];
	json_t *names;

	assert_int_equal(frozen_list(place->dir, &names), 0);
	assert_int_equal(json_array_size(names), 0);
	json_decref(names);
	assert_int_equal(freeze(place, "b"), 0);
	assert_int_equal(freeze(place, "a"), 0);
	snprintf(path, sizeof(path), "%s/mine", place->dir);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(frozen_list(place->dir, &names), 0);
	assert_int_equal(json_array_size(names), 2);
	assert_string_equal(json_string_value(json_array_get(names, 0)), "a");
	assert_string_equal(json_string_value(json_array_get(names, 1)), "b");
	json_decref(names);
}

static void a_name_is_one_of_a_file_in_the_directory(void **state)
{
	static const struct {
		const char *name;
		bool right;
	} cases[] = {
		{ "2024-q4", true },
		{ "A.b_c", true },
		{ "x", true },
		{ "", false },
		{ ".hidden", false },
		{ "-x", false },
		{ "a/b", false },
		{ "..", false },
		{ "å", false },
		{ "a b", false },
		{ "0123456789012345678901234567890123456789012345678901234567890123", true },
		{ "01234567890123456789012345678901234567890123456789012345678901234", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (frozen_name_is_right(cases[i].name) != cases[i].right)
			fail_msg("%s", cases[i].name);
}

static void they_are_in_the_users_data_unless_said(void **state)
{
	char path[PATH_MAX];

	(void)state;
	setenv("HOME", "/home/kari", 1);
	unsetenv("XDG_DATA_HOME");
	assert_true(frozen_place(NULL, path));
	assert_string_equal(path, "/home/kari/.local/share/lift/reports");
	setenv("XDG_DATA_HOME", "/data", 1);
	assert_true(frozen_place(NULL, path));
	assert_string_equal(path, "/data/lift/reports");
	assert_true(frozen_place("here", path));
	assert_string_equal(path, "here");
	unsetenv("HOME");
	setenv("XDG_DATA_HOME", "relative", 1);
	assert_false(frozen_place(NULL, path));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_place, remove_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_frozen_is_read_again_byte_by_byte),
		TEST(a_name_that_is_there_is_never_written_over),
		TEST(others_may_not_look_in_and_nothing_half_made_stays),
		TEST(a_file_that_was_changed_is_not_what_was_frozen),
		TEST(they_are_listed_in_order_and_nothing_else_is),
		cmocka_unit_test(a_name_is_one_of_a_file_in_the_directory),
		cmocka_unit_test(they_are_in_the_users_data_unless_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
