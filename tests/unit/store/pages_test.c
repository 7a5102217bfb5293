/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many pages a cursor has written to: by these a ledger knows when to commit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/store/store.h"
#include "tests/unit/world.h"

enum { KEYS = 10000, VALUE = 100, PAGE = 4096 };

static const char *const dbs[] = { "a" };

/* Each is found before it is set, as the ledger does. */
static void set_all(struct store_cursor *cursor, char fill)
{
	char value[VALUE];
	struct text found;
	uint8_t key[4];

	memset(value, fill, sizeof(value));
	for (uint32_t i = 0; i < KEYS; i++) {
		struct text of = { (char *)key, sizeof(key) };

		put_be(key, i, sizeof(key));
		store_find(cursor, of, &found);
		store_set(cursor, of, (struct text){ value, sizeof(value) });
	}
}

static void a_page_is_dirty_once_in_a_transaction(void **state)
{
	/* As they were appended, pages are full. */
	enum { LEAST = KEYS * VALUE / PAGE, MOST = LEAST * 3 / 2 };
	struct store_cursor cursor;
	struct store_txn txn;
	struct store *store;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	assert_int_equal(store_open(dir_path(&dir, "s"), dbs, 1, 16 << 20, &store), 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	store_cursor_open(&txn, 0, &cursor);
	set_all(&cursor, 'a');
	store_cursor_close(&cursor);
	assert_int_equal(store_commit(&txn), 0);
	for (int commit = 0; commit < 2; commit++) {
		assert_int_equal(store_begin(store, true, &txn), 0);
		for (int walk = 0; walk < 3; walk++) {
			store_cursor_open(&txn, 0, &cursor);
			set_all(&cursor, (char)('b' + walk));
			assert_in_range(cursor.touched_pages, LEAST, 2 * MOST);
			if (walk == 0)
				assert_in_range(cursor.dirty_pages, LEAST, MOST);
			else
				assert_int_equal(cursor.dirty_pages, 0);
			store_cursor_close(&cursor);
		}
		assert_int_equal(store_commit(&txn), 0);
	}
	store_close(store);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_dirty_once_in_a_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
