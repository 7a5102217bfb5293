/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "daemon/journal/lmdb/internal.h"

struct journal_txn {
	struct store_txn txn;
};

static struct store_txn *view_txn(const struct journal_view *view)
{
	return &view->txn->txn;
}

int journal_view_begin(struct journal *journal, struct journal_view *view)
{
	int err;

	view->txn = malloc(sizeof(*view->txn));
	if (!view->txn)
		return LIFT_E_MEMORY;
	err = store_begin(journal->store, false, view_txn(view));
	if (err)
		journal_view_end(view);
	return err;
}

void journal_view_end(struct journal_view *view)
{
	if (!view->txn)
		return;
	store_abort(view_txn(view));
	free(view->txn);
	view->txn = NULL;
}

int journal_view_err(const struct journal_view *view)
{
	return view_txn(view)->err;
}

/* Entry by entry of one chunk. */
static int read_chunk(uint64_t number, struct text value, journal_entry_fn fn, void *context,
		      uint64_t from, uint64_t *ret_next)
{
	struct chunk chunk;
	struct entry entry;
	int err = chunk_open(value, &chunk);

	for (uint16_t i = 0; !err && i < chunk.count; i++, number++) {
		if (!chunk_next(&chunk, &entry))
			return LIFT_E_CORRUPT;
		if (number >= from)
			err = fn(context, number, chunk.stream, &entry);
	}
	if (!err)
		*ret_next = number;
	return err;
}

/* To the chunk that holds a number, or the first one after it. */
static bool seek_chunk(struct store_cursor *cursor, uint64_t number, struct text *ret_key,
		       struct text *ret_value)
{
	uint8_t bytes[NUMBER_KEY];
	struct text wanted = number_encode(number, bytes);
	bool found = store_seek(cursor, wanted, ret_key, ret_value);

	if (found && text_equal(*ret_key, wanted))
		return true;
	/* It begins before: the number is inside, or beyond the end. */
	return found ? store_previous(cursor, ret_key, ret_value) ||
			       store_seek(cursor, wanted, ret_key, ret_value)
		     : store_last(cursor, ret_key, ret_value);
}

int journal_view_read(struct journal_view *view, uint64_t from, uint64_t most, journal_entry_fn fn,
		      void *context, uint64_t *ret_next)
{
	struct store_cursor cursor;
	struct text key, value;
	uint64_t number, next = from;
	int err = 0;

	store_cursor_open(view_txn(view), DB_ENTRIES, &cursor);
	for (bool more = seek_chunk(&cursor, from, &key, &value);
	     more && !err && next - from < most; more = store_next(&cursor, &key, &value)) {
		err = number_decode(key, &number);
		if (!err)
			err = read_chunk(number, value, fn, context, from, &number);
		if (!err && number > next)
			next = number;
	}
	store_cursor_close(&cursor);
	*ret_next = next;
	return err ? err : journal_view_err(view);
}

int journal_view_origin(struct journal_view *view, uint64_t number, int64_t *ret_receipt,
			uint64_t *ret_seq)
{
	struct store_cursor cursor;
	struct text key, value;
	struct chunk chunk;
	uint64_t first;
	int err = LIFT_E_NOT_FOUND;

	store_cursor_open(view_txn(view), DB_ENTRIES, &cursor);
	if (seek_chunk(&cursor, number, &key, &value)) {
		err = chunk_open(value, &chunk);
		if (!err)
			err = number_decode(key, &first);
	}
	store_cursor_close(&cursor);
	if (!err) {
		*ret_receipt = chunk.receipt;
		*ret_seq = chunk.seq + (number - first);
	}
	return journal_view_err(view) ? journal_view_err(view) : err;
}

int journal_view_receipt(struct journal_view *view, uint64_t number, int64_t *ret_receipt)
{
	uint64_t seq;

	return journal_view_origin(view, number, ret_receipt, &seq);
}

static int no_entry(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	(void)context, (void)number, (void)stream, (void)entry;
	return 0;
}

uint64_t journal_view_last(struct journal_view *view)
{
	struct store_cursor cursor;
	struct text key, value;
	uint64_t number, next = 1;

	store_cursor_open(view_txn(view), DB_ENTRIES, &cursor);
	if (store_last(&cursor, &key, &value) && number_decode(key, &number) == 0)
		read_chunk(number, value, no_entry, NULL, 0, &next);
	store_cursor_close(&cursor);
	return next - 1;
}

int journal_view_format(struct journal_view *view)
{
	struct text value;

	return store_get(view_txn(view), DB_META, text_of("format"), &value) && value.size == 1
		       ? (uint8_t)value.data[0]
		       : 0;
}

bool journal_view_name(struct journal_view *view, enum name_kind kind, uint32_t id,
		       struct text *ret_name)
{
	uint8_t key[NAME_KEY];

	return store_get(view_txn(view), DB_NAMES, name_key_encode(kind, id, key), ret_name);
}

int journal_view_forgets(struct journal_view *view, journal_forget_fn fn, void *context)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];
	struct store_cursor cursor;
	struct text key, value;
	uint64_t number;
	int err = 0;

	store_cursor_open(view_txn(view), DB_FORGETS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = pseudonym_key_decode(key, pseudonym);
		if (!err)
			err = number_decode(value, &number);
		if (!err)
			err = fn(context, pseudonym, number);
	}
	store_cursor_close(&cursor);
	return err ? err : journal_view_err(view);
}

int journal_view_objections(struct journal_view *view, journal_objection_fn fn, void *context)
{
	uint8_t hash[PSEUDONYM_BYTES];
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	store_cursor_open(view_txn(view), DB_OBJECTIONS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = pseudonym_key_decode(key, hash);
		if (!err)
			err = fn(context, hash);
	}
	store_cursor_close(&cursor);
	return err ? err : journal_view_err(view);
}

uint64_t journal_view_forgotten(struct journal_view *view,
				const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	struct text value;
	uint64_t number;

	return store_get(view_txn(view), DB_FORGETS, pseudonym_key(pseudonym), &value) &&
			       number_decode(value, &number) == 0
		       ? number
		       : 0;
}

int journal_view_horizon(struct journal_view *view, int64_t *ret_horizon_ms)
{
	struct text value;
	int64_t horizon_ms = 0;
	int err = 0;

	if (store_get(view_txn(view), DB_META, text_of(HORIZON_KEY), &value))
		err = horizon_decode(value, &horizon_ms);
	if (!err)
		err = journal_view_err(view);
	if (!err)
		*ret_horizon_ms = horizon_ms;
	return err;
}

int journal_view_orders(struct journal_view *view, uint64_t *ret_n)
{
	struct text value;
	uint64_t n = 0;
	int err = 0;

	if (store_get(view_txn(view), DB_META, text_of(ORDERS_KEY), &value))
		err = number_decode(value, &n);
	if (!err)
		err = journal_view_err(view);
	if (!err)
		*ret_n = n;
	return err;
}

bool journal_view_stream_source(struct journal_view *view, uint32_t stream, uint32_t *ret_source)
{
	struct stream found;
	uint8_t key[ID_KEY];
	struct text value;

	if (!store_get(view_txn(view), DB_STREAMS, id_encode(stream, key), &value) ||
	    stream_row_decode(stream, value, &found) != 0)
		return false;
	*ret_source = found.source;
	return true;
}

int journal_view_outages(struct journal_view *view, struct outages *ret_outages)
{
	struct outages outages = { 0 };
	struct text value;
	int64_t last_ms;
	int err = 0;

	if (store_get(view_txn(view), DB_META, text_of(LISTENED_KEY), &value))
		err = listened_decode(value, &last_ms, &outages);
	if (!err)
		err = journal_view_err(view);
	if (!err)
		*ret_outages = outages;
	return err;
}

int journal_view_sources(struct journal_view *view, journal_source_fn fn, void *context)
{
	struct text key, value, name;
	struct source_record record;
	struct store_cursor cursor;
	uint32_t id;
	int err = 0;

	store_cursor_open(view_txn(view), DB_SOURCES, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = id_decode(key, &id);
		if (!err)
			err = source_row_decode(value, &record);
		if (!err && !journal_view_name(view, NAME_SOURCE, id, &name))
			err = LIFT_E_CORRUPT;
		if (!err)
			fn(context, id, name, &record);
	}
	store_cursor_close(&cursor);
	return err ? err : journal_view_err(view);
}

static int read_stream(struct journal_view *view, struct text key, struct text value,
		       struct stream *ret_stream, struct text *ret_name)
{
	struct text name;
	uint32_t id, source;
	int err = id_decode(key, &id);

	if (!err)
		err = stream_row_decode(id, value, ret_stream);
	if (!err && !journal_view_name(view, NAME_STREAM, id, &name))
		err = LIFT_E_CORRUPT;
	return err ? err : stream_name_decode(name, &source, ret_name);
}

int journal_view_streams(struct journal_view *view, journal_stream_fn fn, void *context)
{
	struct text key, value, name;
	struct store_cursor cursor;
	struct stream stream;
	int err = 0;

	store_cursor_open(view_txn(view), DB_STREAMS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = read_stream(view, key, value, &stream, &name);
		if (!err && fn(context, &stream, name) != 0)
			break;
	}
	store_cursor_close(&cursor);
	return err ? err : journal_view_err(view);
}

int journal_view_gaps(struct journal_view *view, journal_stream_fn fn, void *context)
{
	struct text key, value, name;
	struct store_cursor cursor;
	uint8_t stream_key[ID_KEY];
	struct stream stream;
	uint32_t source, id;
	int err = 0;

	store_cursor_open(view_txn(view), DB_GAPS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = gap_key_decode(key, &source, &id);
		if (err)
			break;
		key = id_encode(id, stream_key);
		err = store_get(view_txn(view), DB_STREAMS, key, &value)
			      ? read_stream(view, key, value, &stream, &name)
			      : LIFT_E_CORRUPT;
		if (!err && fn(context, &stream, name) != 0)
			break;
	}
	store_cursor_close(&cursor);
	return err ? err : journal_view_err(view);
}

bool journal_view_find_source(struct journal_view *view, struct text name, uint32_t *ret_id)
{
	struct text found;

	for (uint32_t id = 0; journal_view_name(view, NAME_SOURCE, id, &found); id++) {
		if (!text_equal(found, name))
			continue;
		*ret_id = id;
		return true;
	}
	return false;
}

int journal_view_refused(struct journal_view *view, uint32_t source, uint64_t after,
			 journal_quarantine_fn fn, void *context)
{
	uint8_t first[REFUSED_KEY], number[NUMBER_KEY];
	struct text key, value;
	struct store_cursor cursor;
	struct quarantined row;
	uint32_t of;
	uint64_t at;
	int err = 0;

	store_cursor_open(view_txn(view), DB_REFUSED, &cursor);
	for (bool more = store_seek(&cursor, refused_key_encode(source, after + 1, first), &key,
				    &value);
	     more; more = store_next(&cursor, &key, &value)) {
		err = refused_key_decode(key, &of, &at);
		if (err || of != source)
			break;
		key = number_encode(at, number);
		err = store_get(view_txn(view), DB_QUARANTINE, key, &value)
			      ? quarantined_decode(key, value, &row)
			      : LIFT_E_CORRUPT;
		if (err || fn(context, &row) != 0)
			break;
	}
	store_cursor_close(&cursor);
	return err ? err : journal_view_err(view);
}

int journal_view_quarantine(struct journal_view *view, uint64_t after, journal_quarantine_fn fn,
			    void *context)
{
	struct text key, value;
	struct store_cursor cursor;
	struct quarantined row;
	uint8_t first[NUMBER_KEY];
	int err = 0;

	store_cursor_open(view_txn(view), DB_QUARANTINE, &cursor);
	for (bool more = store_seek(&cursor, number_encode(after + 1, first), &key, &value); more;
	     more = store_next(&cursor, &key, &value)) {
		err = quarantined_decode(key, value, &row);
		if (err || fn(context, &row) != 0)
			break;
	}
	store_cursor_close(&cursor);
	return err ? err : journal_view_err(view);
}
