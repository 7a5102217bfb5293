/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ledger/internal.h"

const struct text record_none = { NULL, 0 };

void record_writer_open(struct record_writer *writer, struct ledger *ledger, int db)
{
	*writer = (struct record_writer){ .sum = &ledger->sum, .db = db };
	store_cursor_open(&ledger->txn, db, &writer->cursor);
}

void record_writer_close(struct record_writer *writer)
{
	store_cursor_close(&writer->cursor);
}

void record_write(struct record_writer *writer, struct text key, struct text was, struct text is)
{
	/* First of all: `was` may lie on the page that is written. */
	if (was.data)
		sum_remove(writer->sum, (uint8_t)writer->db, key, was);
	sum_add(writer->sum, (uint8_t)writer->db, key, is);
	if (writer->append)
		store_cursor_append(&writer->cursor, key, is);
	else
		store_set(&writer->cursor, key, is);
}

void record_remove(struct record_writer *writer, struct text key, struct text was)
{
	sum_remove(writer->sum, (uint8_t)writer->db, key, was);
	store_remove(&writer->cursor, key);
}

void ledger_sum_meta(struct store_txn *txn, sum_fn *fn, struct sum *sum)
{
	struct text key, value;
	struct store_cursor cursor;

	store_cursor_open(txn, LDB_META, &cursor);
	while (store_next(&cursor, &key, &value))
		if (!text_equal(key, text_of("sum")))
			fn(sum, LDB_META, key, value);
	store_cursor_close(&cursor);
}
