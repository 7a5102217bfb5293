/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/shelf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/plane/file.h"
#include "tests/unit/world.h"

static void make(const char *state, uint32_t number, int32_t day)
{
	struct release_info info = { .number = number, .day = day, .made_ms = 5 };
	const struct release_row row = { TEXT("r"), TEXT("all"), KIND_PEOPLE, TEXT("\x80") };
	struct release_text text = { 0 };

	assert_int_equal(release_text_add(&text, &row), 0);
	assert_int_equal(release_text_write(&text, state, &info), 0);
	release_text_free(&text);
}

static void spoil(const char *state, uint32_t number, long at)
{
	char path[PATH_MAX];
	FILE *file;
	int byte;

	release_path(path, state, number);
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	byte = fgetc(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	fputc(byte ^ 1, file);
	assert_int_equal(fclose(file), 0);
}

static void assert_newest(struct shelf *shelf, uint32_t number)
{
	struct release *release = shelf_newest(shelf);

	assert_int_equal(release ? release_info(release)->number : 0, number);
	release_put(release);
}

static void the_newest_is_at_hand_and_others_are_found(void **state)
{
	struct release *kept, *found;
	struct release_info *infos;
	struct shelf *shelf;
	struct dir dir;
	size_t n;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(shelf_fill(dir.path, &shelf), 0);
	assert_newest(shelf, 0);
	assert_int_equal(shelf_get(shelf, 0, &found), LIFT_E_RELEASE);
	make(dir.path, 1, 100);
	assert_newest(shelf, 0);
	assert_int_equal(shelf_look(shelf), 0);
	assert_newest(shelf, 1);
	kept = shelf_newest(shelf);
	make(dir.path, 2, 200);
	assert_int_equal(shelf_look(shelf), 0);
	assert_newest(shelf, 2);
	/* Who has kept the one before has it still. */
	assert_int_equal(release_info(kept)->day, 100);
	release_put(kept);
	assert_int_equal(shelf_get(shelf, 0, &found), 0);
	assert_int_equal(release_info(found)->number, 2);
	release_put(found);
	assert_int_equal(shelf_get(shelf, 1, &found), 0);
	assert_int_equal(release_info(found)->day, 100);
	release_put(found);
	assert_int_equal(shelf_get(shelf, 3, &found), LIFT_E_RELEASE);
	assert_int_equal(shelf_list(shelf, &infos, &n), 0);
	assert_int_equal(n, 2);
	assert_int_equal(infos[0].day, 100);
	assert_int_equal(infos[1].day, 200);
	free(infos);
	shelf_clear(shelf);
	dir_end(&dir);
}

static void what_is_damaged_is_named_and_the_one_before_served(void **state)
{
	static const struct {
		long at;
		int32_t day; /* that is known of it */
	} cases[] = { { 20, 0 }, { RELEASE_HEAD + 3, 200 } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct release_info *infos;
		struct release *found;
		struct shelf *shelf;
		struct dir dir;
		size_t n;

		dir_begin(&dir);
		make(dir.path, 1, 100);
		make(dir.path, 2, 200);
		spoil(dir.path, 2, cases[i].at);
		assert_int_equal(shelf_fill(dir.path, &shelf), 0);
		assert_newest(shelf, 1);
		assert_int_equal(shelf_get(shelf, 2, &found), LIFT_E_CORRUPT);
		assert_int_equal(shelf_list(shelf, &infos, &n), 0);
		assert_int_equal(n, 2);
		assert_int_equal(infos[0].err, 0);
		assert_int_equal(infos[1].number, 2);
		assert_int_equal(infos[1].err, LIFT_E_CORRUPT);
		assert_int_equal(infos[1].day, cases[i].day);
		free(infos);
		/* Brought back, it is found when it is looked again. */
		spoil(dir.path, 2, cases[i].at);
		assert_int_equal(shelf_look(shelf), 0);
		assert_newest(shelf, 2);
		shelf_clear(shelf);
		dir_end(&dir);
	}
}

static void what_a_killed_child_has_left_goes(void **state)
{
	struct shelf *shelf;
	struct dir dir;
	char aside[PATH_MAX];
	FILE *file;

	(void)state;
	dir_begin(&dir);
	make(dir.path, 1, 100);
	snprintf(aside, sizeof(aside), "%s/releases" RELEASE_ASIDE, dir.path);
	file = fopen(aside, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(shelf_fill(dir.path, &shelf), 0);
	assert_int_equal(access(aside, F_OK), -1);
	assert_newest(shelf, 1);
	shelf_clear(shelf);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_is_at_hand_and_others_are_found),
		cmocka_unit_test(what_is_damaged_is_named_and_the_one_before_served),
		cmocka_unit_test(what_a_killed_child_has_left_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
