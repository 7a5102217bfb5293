/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/plane/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/world.h"

/* Texts of any bytes: sizes of 0, and more than fits in one byte, among them. */
struct made {
	char bytes[3][400];
	struct release_row row;
};

static struct text any_text(char *to, uint32_t most)
{
	uint32_t size = chance(most + 1);

	for (uint32_t i = 0; i < size; i++)
		to[i] = (char)chance(256);
	return (struct text){ to, size };
}

static void any_row(struct made *made)
{
	made->row.region = any_text(made->bytes[0], 64);
	made->row.id = any_text(made->bytes[1], 400);
	made->row.metrics = any_text(made->bytes[2], 400);
	made->row.kind = (enum kind)chance(KINDS);
}

static int compare_made(const void *a, const void *b)
{
	return release_row_compare(&((const struct made *)a)->row, &((const struct made *)b)->row);
}

static struct release_info any_info(uint32_t number)
{
	struct release_info info = { .number = number,
				     .day = (int32_t)chance(60000) - 20000,
				     .made_ms = (int64_t)chance(UINT32_MAX) * 400,
				     .applied = (uint64_t)chance(UINT32_MAX) << chance(30) };

	memset(info.catalogue, 'a' + (int)chance(6), CATALOGUE_TEXT_DIGEST - 1);
	return info;
}

static void write_release(const char *state, struct release_info *info, const struct made *made,
			  size_t n)
{
	struct release_text text = { 0 };

	for (size_t i = 0; i < n; i++)
		assert_int_equal(release_text_add(&text, &made[i].row), 0);
	assert_int_equal(release_text_write(&text, state, info), 0);
	assert_int_equal(info->n_rows, n);
	release_text_free(&text);
}

static void assert_infos_equal(const struct release_info *a, const struct release_info *b)
{
	assert_int_equal(a->number, b->number);
	assert_int_equal(a->day, b->day);
	assert_int_equal(a->made_ms, b->made_ms);
	assert_int_equal(a->applied, b->applied);
	assert_string_equal(a->catalogue, b->catalogue);
	assert_int_equal(a->n_rows, b->n_rows);
	assert_int_equal(a->err, b->err);
}

static void assert_texts_equal(struct text a, struct text b)
{
	assert_true(text_equal(a, b));
}

static void assert_is(const char *state, const struct release_info *info, const struct made *made)
{
	struct release *release, *kept;
	struct release_row row;

	assert_int_equal(release_open(state, info->number, &release), 0);
	kept = release_keep(release);
	release_put(release);
	assert_infos_equal(release_info(kept), info);
	for (size_t i = 0; i < info->n_rows; i++) {
		release_row(kept, i, &row);
		assert_int_equal(row.kind, made[i].row.kind);
		assert_texts_equal(row.region, made[i].row.region);
		assert_texts_equal(row.id, made[i].row.id);
		assert_texts_equal(row.metrics, made[i].row.metrics);
	}
	release_put(kept);
}

static void what_is_written_is_read_and_listed(void **state)
{
	enum { RELEASES = 30, ROWS_MAX = 20 };
	struct made *made = calloc(ROWS_MAX, sizeof(*made));
	struct release_info infos[RELEASES], *listed;
	struct dir dir;
	size_t n;

	(void)state;
	chance_begin();
	dir_begin(&dir);
	assert_int_equal(releases_list(dir.path, &listed, &n), 0);
	assert_int_equal(n, 0);
	free(listed);
	for (uint32_t i = 0; i < RELEASES; i++) {
		uint32_t rows = chance(ROWS_MAX + 1);

		for (uint32_t r = 0; r < rows; r++)
			any_row(&made[r]);
		qsort(made, rows, sizeof(*made), compare_made);
		/* Texts move with their rows. */
		for (uint32_t r = 0; r < rows; r++) {
			made[r].row.region.data = made[r].bytes[0];
			made[r].row.id.data = made[r].bytes[1];
			made[r].row.metrics.data = made[r].bytes[2];
		}
		infos[i] = any_info(i < RELEASES - 1 ? i + 1 : 1000000);
		write_release(dir.path, &infos[i], made, rows);
		assert_is(dir.path, &infos[i], made);
	}
	assert_int_equal(releases_list(dir.path, &listed, &n), 0);
	assert_int_equal(n, RELEASES);
	for (uint32_t i = 0; i < RELEASES; i++)
		assert_infos_equal(&listed[i], &infos[i]);
	free(listed);
	free(made);
	dir_end(&dir);
}

static void rows_come_by_kinds_name_then_id_then_region(void **state)
{
	static const struct release_row rows[] = {
		{ TEXT("b"), TEXT("c"), KIND_COMPETENCE, TEXT("") },
		{ TEXT("a"), TEXT("m10"), KIND_MODULE, TEXT("") },
		{ TEXT("Z"), TEXT("m2"), KIND_MODULE, TEXT("") },
		{ TEXT("a"), TEXT("m2"), KIND_MODULE, TEXT("") },
		{ TEXT("a"), TEXT("all"), KIND_PEOPLE, TEXT("") },
		{ TEXT("a"), TEXT("a"), KIND_PROGRAMME, TEXT("") },
	};
	enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

	(void)state;
	for (int a = 0; a < ROWS; a++)
		for (int b = 0; b < ROWS; b++) {
			int order = release_row_compare(&rows[a], &rows[b]);

			assert_int_equal((order > 0) - (order < 0), (a > b) - (a < b));
		}
}

/* Damage. */

static size_t read_file(const char *path, uint8_t **ret_bytes)
{
	FILE *file = fopen(path, "r");
	struct stat stat;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &stat), 0);
	*ret_bytes = malloc((size_t)stat.st_size);
	assert_int_equal(fread(*ret_bytes, 1, (size_t)stat.st_size, file), stat.st_size);
	fclose(file);
	return (size_t)stat.st_size;
}

static void write_file(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void assert_damaged(const char *state, size_t at, bool in_head)
{
	struct release *release;
	struct release_info *listed;
	size_t n;
	int err = release_open(state, 1, &release);

	if (err != LIFT_E_CORRUPT)
		fail_msg("damage at byte %zu: %s", at, lift_err_code(err));
	assert_int_equal(releases_list(state, &listed, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(listed[0].number, 1);
	assert_int_equal(listed[0].err, in_head ? LIFT_E_CORRUPT : 0);
	free(listed);
}

static void any_byte_that_is_another_is_found(void **state)
{
	static const struct release_row row = { TEXT("nord"), TEXT("m"), KIND_MODULE,
						TEXT("\x80") };
	struct release_text text = { 0 };
	struct release_info info;
	uint8_t *bytes;
	struct dir dir;
	char path[PATH_MAX];
	size_t size;

	(void)state;
	chance_begin();
	dir_begin(&dir);
	info = any_info(1);
	assert_int_equal(release_text_add(&text, &row), 0);
	assert_int_equal(release_text_write(&text, dir.path, &info), 0);
	release_text_free(&text);
	release_path(path, dir.path, 1);
	size = read_file(path, &bytes);
	for (size_t i = 0; i < size; i++) {
		uint8_t before = bytes[i];

		bytes[i] ^= (uint8_t)(1 + chance(255));
		write_file(path, bytes, size);
		assert_damaged(dir.path, i, i < RELEASE_HEAD);
		bytes[i] = before;
	}
	for (size_t i = 0; i < size; i++) {
		write_file(path, bytes, i);
		assert_damaged(dir.path, i, true);
	}
	free(bytes);
	dir_end(&dir);
}

static void what_is_no_release_is_not_listed_and_a_copy_is_none(void **state)
{
	static const char *const others[] = { "new",	    "1",      "0000001",
					      "000001.old", "-00001", "000000" };
	struct release_info info, *listed;
	struct release *release;
	char path[PATH_MAX];
	struct dir dir;
	uint8_t *bytes;
	size_t size, n;

	(void)state;
	chance_begin();
	dir_begin(&dir);
	info = any_info(7);
	write_release(dir.path, &info, NULL, 0);
	release_path(path, dir.path, 7);
	size = read_file(path, &bytes);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		char other[PATH_MAX];

		snprintf(other, sizeof(other), "%s/releases/%s", dir.path, others[i]);
		write_file(other, bytes, size);
	}
	assert_int_equal(releases_list(dir.path, &listed, &n), 0);
	assert_int_equal(n, 1);
	assert_infos_equal(&listed[0], &info);
	free(listed);
	assert_int_equal(release_open(dir.path, 1, &release), LIFT_E_NOT_FOUND);
	release_path(path, dir.path, 8);
	write_file(path, bytes, size);
	assert_int_equal(release_open(dir.path, 8, &release), LIFT_E_CORRUPT);
	free(bytes);
	dir_end(&dir);
}

/* Somebody may have read it: who comes later is another one. */
static void one_that_is_lost_keeps_its_number(void **state)
{
	struct release_info info, *listed;
	char path[PATH_MAX], lost[PATH_MAX + sizeof(RELEASE_LOST)];
	struct dir dir;
	uint32_t last;
	size_t n;

	(void)state;
	chance_begin();
	dir_begin(&dir);
	assert_int_equal(releases_last(dir.path, &last), 0);
	assert_int_equal(last, 0);
	for (uint32_t number = 6; number <= 7; number++) {
		info = any_info(number);
		write_release(dir.path, &info, NULL, 0);
	}
	release_path(path, dir.path, 7);
	snprintf(lost, sizeof(lost), "%s" RELEASE_LOST, path);
	assert_int_equal(rename(path, lost), 0);
	assert_int_equal(releases_last(dir.path, &last), 0);
	assert_int_equal(last, 7);
	assert_int_equal(releases_list(dir.path, &listed, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(listed[0].number, 6);
	free(listed);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_and_listed),
		cmocka_unit_test(rows_come_by_kinds_name_then_id_then_region),
		cmocka_unit_test(any_byte_that_is_another_is_found),
		cmocka_unit_test(what_is_no_release_is_not_listed_and_a_copy_is_none),
		cmocka_unit_test(one_that_is_lost_keeps_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
