/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The map of a store: as large as is asked for, and never too small for what there is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/journal/journal.h"
#include "daemon/store/store.h"
#include "tests/unit/world.h"

enum { VALUE = 2000, MIB = 1 << 20 };

static const char *const dbs[] = { "a" };
static const uint8_t secret[16] = { 1 };

/* So many bytes, in a transaction for each MiB: what the first one that fails says. */
static int fill(struct store *store, uint32_t *next, size_t bytes)
{
	static const char value[VALUE];
	struct store_txn txn;
	int err = 0;

	for (size_t done = 0; done < bytes && !err; done += MIB) {
		err = store_begin(store, true, &txn);
		for (int i = 0; i < MIB / VALUE && !err; i++, (*next)++) {
			uint8_t key[4];

			put_be(key, *next, sizeof(key));
			store_put(&txn, 0, (struct text){ (char *)key, sizeof(key) },
				  (struct text){ value, VALUE });
		}
		if (!err)
			err = store_commit(&txn);
	}
	return err;
}

static void a_store_that_is_larger_than_the_room_asked_for_is_opened(void **state)
{
	struct store *store;
	uint32_t next = 0;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(store_open(dir_path(&dir, "s"), dbs, 1, 512 * MIB, &store), 0);
	assert_int_equal(fill(store, &next, 80 * MIB), 0);
	store_close(store);
	assert_int_equal(store_open(dir_path(&dir, "s"), dbs, 1, MIB, &store), 0);
	assert_in_range(store_room(store), 80 * MIB, 200 * MIB);
	assert_int_equal(fill(store, &next, 8 * MIB), 0);
	store_close(store);
	assert_int_equal(store_open_read_only(dir_path(&dir, "s"), dbs, 1, 1, &store), 0);
	store_close(store);
	dir_end(&dir);
}

static void beyond_its_map_a_store_says_that_there_is_no_room(void **state)
{
	struct store *store;
	uint32_t next = 0;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(store_open(dir_path(&dir, "s"), dbs, 1, MIB, &store), 0);
	assert_int_equal(fill(store, &next, 512 * MIB), LIFT_E_DISK);
	assert_true(store_bytes(store) >= store_room(store));
	assert_true(store_bytes(store) <= store_map_bytes(MIB));
	store_close(store);
	dir_end(&dir);
}

/* Of a child: the parent asks for more by a byte, and is told by one. */
static void write_beside(const char *path, int asked, int told)
{
	struct store *store;
	uint32_t next = 0;
	char byte;

	if (store_open(path, dbs, 1, STORE_ROOM_MAX, &store) != 0 || fill(store, &next, MIB) != 0 ||
	    write(told, "", 1) != 1 || read(asked, &byte, 1) != 1 ||
	    fill(store, &next, 400 * MIB) != 0 || write(told, "", 1) != 1)
		_exit(EXIT_FAILURE);
	_exit(EXIT_SUCCESS);
}

static void a_reader_follows_a_writer_beyond_its_map(void **state)
{
	struct store_txn txn;
	struct store *store;
	int asked[2], told[2];
	struct dir dir;
	pid_t child;
	char byte;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(pipe(asked), 0);
	assert_int_equal(pipe(told), 0);
	child = fork();
	if (child == 0)
		write_beside(dir_path(&dir, "s"), asked[0], told[1]);
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(store_open_read_only(dir_path(&dir, "s"), dbs, 1, 1, &store), 0);
	assert_true(store_room(store) < (uint64_t)400 * MIB);
	assert_int_equal(store_begin(store, false, &txn), 0);
	assert_int_equal(write(asked[1], "", 1), 1);
	assert_int_equal(read(told[0], &byte, 1), 1);
	assert_int_equal(store_count(&txn, 0), MIB / VALUE);
	store_abort(&txn);
	assert_int_equal(store_begin(store, false, &txn), 0);
	assert_true(store_count(&txn, 0) > (uint64_t)400 * (MIB / VALUE) - 1);
	store_abort(&txn);
	store_close(store);
	assert_int_equal(waitpid(child, &(int){ 0 }, 0), child);
	dir_end(&dir);
}

/* All that a batch can bring: a name for each event. */
static int append_batch(struct journal *journal, uint32_t *next, uint32_t n)
{
	struct stream *stream;
	char name[200];

	for (uint32_t i = 0; i < n; i++) {
		struct entry entry = { .refused = false };
		int size, err;
		uint32_t id;

		err = journal_add_stream(journal, text_of("s"), text_of("t"), &stream);
		size = snprintf(name, sizeof(name), "%08x%0160x", *next * 2654435761u, *next);
		(*next)++;
		if (!err)
			err = journal_add_name(journal, NAME_MODULE,
					       (struct text){ name, (size_t)size }, &id);
		if (err)
			return err;
		put_be(entry.learner, *next, 8);
		entry.fact.module = id;
		entry.fact.time = 1000;
		journal_append(journal, stream, stream->next, 1000, &entry);
	}
	return 0;
}

/* A reader that stays makes it grow by each page that is changed. */
static void the_quota_is_reached_before_the_map_is_full(void **state)
{
	enum { BATCH = 10000, BATCHES = 16 };

	(void)state;
	for (uint64_t mib = 1; mib <= 16; mib *= 4) {
		struct journal_view view;
		struct journal *journal;
		uint32_t next = 0;
		struct dir dir;
		bool has_room = true;

		dir_begin(&dir);
		assert_int_equal(
			journal_open_within(dir_path(&dir, "journal"), secret, mib << 20, &journal),
			0);
		journal_set_quota(journal, 1 << 30);
		assert_int_equal(journal_view_begin(journal, &view), 0);
		while (has_room) {
			for (int i = 0; i < BATCHES && has_room; i++) {
				assert_int_equal(append_batch(journal, &next, BATCH), 0);
				has_room = journal_has_room(journal);
			}
			assert_int_equal(journal_commit(journal), 0);
			has_room = journal_has_room(journal);
		}
		assert_string_equal(journal_failure(journal), "journal_max_mib is reached");
		journal_view_end(&view);
		journal_close(journal);
		dir_end(&dir);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_store_that_is_larger_than_the_room_asked_for_is_opened),
		cmocka_unit_test(beyond_its_map_a_store_says_that_there_is_no_room),
		cmocka_unit_test(a_reader_follows_a_writer_beyond_its_map),
		cmocka_unit_test(the_quota_is_reached_before_the_map_is_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
