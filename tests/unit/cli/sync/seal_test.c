/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/seal.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "proto/err.h"
#include "tests/unit/world.h"

struct scene {
	struct dir dir;
	char path[256], key_path[256];
	unsigned char *key;
	int fd;
};

static int setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_true(sodium_init() >= 0);
	dir_begin(&scene->dir);
	snprintf(scene->path, sizeof(scene->path), "%s/list", scene->dir.path);
	snprintf(scene->key_path, sizeof(scene->key_path), "%s/list.key", scene->dir.path);
	assert_int_equal(seal_key_open(scene->path, true, &scene->key, &scene->fd), 0);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	sodium_free(scene->key);
	close(scene->fd);
	dir_end(&scene->dir);
	free(scene);
	return 0;
}

static void check_back(struct scene *scene, const char *data, size_t size)
{
	char *back;
	size_t back_size;

	assert_int_equal(seal_write(scene->path, scene->key, (struct text){ data, size }), 0);
	assert_int_equal(seal_read(scene->path, scene->key, &back, &back_size), 0);
	assert_int_equal(back_size, size);
	assert_true(size == 0 || memcmp(back, data, size) == 0);
	free(back);
}

static void what_is_sealed_comes_back_whatever_its_size(void **state)
{
	enum { PIECE = 64 << 10 };
	static const size_t sizes[] = { 0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE };
	char *data = malloc(3 * PIECE);

	randombytes_buf(data, 3 * PIECE);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		check_back(*state, data, sizes[i]);
	free(data);
}

static char *file_of(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	char *data = malloc(1 << 20);

	assert_non_null(file);
	*ret_size = fread(data, 1, 1 << 20, file);
	fclose(file);
	return data;
}

static void write_file(const char *path, const char *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	fclose(file);
}

static void nobody_reads_it_or_changes_it_without_its_key(void **state)
{
	static const char secret[] = "astrid.berg@example.org";
	struct scene *scene = *state;
	char *sealed, *back = NULL;
	size_t size, back_size;

	assert_int_equal(seal_write(scene->path, scene->key, text_of(secret)), 0);
	sealed = file_of(scene->path, &size);
	assert_null(memmem(sealed, size, "astrid", 6));
	for (size_t i = 0; i < size; i++) {
		sealed[i] ^= 1;
		write_file(scene->path, sealed, size);
		assert_int_equal(seal_read(scene->path, scene->key, &back, &back_size),
				 LIFT_E_CORRUPT);
		sealed[i] ^= 1;
		write_file(scene->path, sealed, i);
		assert_int_equal(seal_read(scene->path, scene->key, &back, &back_size),
				 LIFT_E_CORRUPT);
	}
	write_file(scene->path, sealed, size);
	scene->key[0] ^= 1;
	assert_int_equal(seal_read(scene->path, scene->key, &back, &back_size), LIFT_E_CORRUPT);
	assert_null(back);
	free(sealed);
}

static void its_key_is_its_owners_alone_and_one_process_has_it(void **state)
{
	struct scene *scene = *state;
	unsigned char *key;
	struct stat info;
	int fd;

	assert_int_equal(stat(scene->key_path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(seal_key_open(scene->path, true, &key, &fd), LIFT_E_BUSY);
	close(scene->fd);
	assert_int_equal(seal_key_open(scene->path, false, &key, &fd), 0);
	assert_memory_equal(key, scene->key, SEAL_KEY);
	sodium_free(key);
	close(fd);
	assert_int_equal(chmod(scene->key_path, 0640), 0);
	assert_int_equal(seal_key_open(scene->path, true, &key, &fd), LIFT_E_DENIED);
	assert_int_equal(chmod(scene->key_path, 0600), 0);
	assert_int_equal(truncate(scene->key_path, 31), 0);
	assert_int_equal(seal_key_open(scene->path, true, &key, &fd), LIFT_E_CORRUPT);
	assert_int_equal(unlink(scene->key_path), 0);
	assert_int_equal(seal_key_open(scene->path, false, &key, &fd), LIFT_E_NOT_FOUND);
	assert_int_equal(seal_key_open(scene->path, true, &key, &scene->fd), 0);
	sodium_free(key);
}

static void what_cannot_be_written_leaves_what_is_there(void **state)
{
	struct scene *scene = *state;
	char *back, path[300];
	size_t size;

	assert_int_equal(seal_write(scene->path, scene->key, text_of("before")), 0);
	snprintf(path, sizeof(path), "%s/none/list", scene->dir.path);
	assert_int_equal(seal_write(path, scene->key, text_of("after")), LIFT_E_IO);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(seal_read(path, scene->key, &back, &size), LIFT_E_NOT_FOUND);
	assert_int_equal(seal_read(scene->path, scene->key, &back, &size), 0);
	assert_int_equal(size, 6);
	free(back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_sealed_comes_back_whatever_its_size, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nobody_reads_it_or_changes_it_without_its_key,
						setup, teardown),
		cmocka_unit_test_setup_teardown(its_key_is_its_owners_alone_and_one_process_has_it,
						setup, teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_leaves_what_is_there, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
