/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is beside the entries: record by record, so that only what differs is written.
 */
#include <stdlib.h>

#include "daemon/journal/rewrite/internal.h"
#include "proto/grow.h"

/* While all is taken over, in one moment of the old journal. */
struct rest {
	struct rewrite *rewrite;
	struct store_txn *txn; /* the old one's */
	uint64_t *dropped;     /* rows of the quarantine, rising */
	size_t n_dropped, room_dropped;
	uint8_t bytes[QUARANTINE_ROW_MAX > SOURCE_ROW ? QUARANTINE_ROW_MAX : SOURCE_ROW];
};

/* What a record becomes in the new journal: its value, which may be another one in rest->bytes;
 * whether it is kept. The same again whenever it is asked. */
typedef int (*record_fn)(struct rest *rest, struct text key, struct text *value, bool *ret_keeps);

static int keep(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	(void)rest, (void)key, (void)value;
	*ret_keeps = true;
	return 0;
}

/* The new one has some of its own. */
static bool is_own(struct text key)
{
	static const char *const own[] = { "format", "secret", "id", SUMS_KEY, EDITION_KEY };
	bool found = false;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		found |= text_equal(key, text_of(own[i]));
	return found;
}

static int keep_meta(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	/* put_next_row has the last word on that */
	*ret_keeps =
		!is_own(key) && (rest->n_dropped == 0 || !text_equal(key, text_of(NEXT_ROW_KEY)));
	/* It may have been written by another one before. */
	if (text_equal(key, text_of(TRIMMED_KEY)))
		*ret_keeps = rest->rewrite->rules.trimmed == 0 &&
			     !store_get(journal_writer(rest->rewrite->to), DB_META, key, value);
	return 0;
}

/* All others have new numbers. */
static int keep_name(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	enum name_kind kind;
	uint32_t id;
	int err = name_key_decode(key, &kind, &id);

	(void)rest, (void)value;
	*ret_keeps = !err && (kind == NAME_SOURCE || kind == NAME_STREAM);
	return err;
}

static int compare_numbers(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static bool is_dropped(const struct rest *rest, uint64_t row)
{
	return rest->n_dropped > 0 && bsearch(&row, rest->dropped, rest->n_dropped,
					      sizeof(*rest->dropped), compare_numbers);
}

static int drop(struct rest *rest, uint64_t row)
{
	int err = grow(&rest->dropped, &rest->room_dropped, rest->n_dropped + 1,
		       sizeof(*rest->dropped));

	if (!err)
		rest->dropped[rest->n_dropped++] = row;
	return err;
}

static int keep_row(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	const struct rewrite_rules *rules = &rest->rewrite->rules;
	uint8_t retry[JOURNAL_SENT_MAX];
	struct quarantined row;
	int err = quarantined_decode(key, *value, &row);

	*ret_keeps = !err;
	if (err || !rules->keeps_row)
		return err;
	if (row.retry.size > sizeof(retry))
		return LIFT_E_CORRUPT;
	if (row.retry.size > 0)
		memcpy(retry, row.retry.data, row.retry.size);
	*ret_keeps = rules->keeps_row(rules->context, &row, retry);
	row.retry.data = (const char *)retry;
	*value = quarantined_encode(&row, rest->bytes);
	return *ret_keeps ? 0 : drop(rest, row.number);
}

static int keep_reused(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	uint64_t row;
	int err = number_decode(*value, &row);

	(void)key;
	*ret_keeps = !err && !is_dropped(rest, row);
	return err;
}

static int keep_refused(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	struct rewritten_source *source;
	uint64_t row;
	uint32_t id;
	int err = refused_key_decode(key, &id, &row);

	(void)value;
	*ret_keeps = !err && !is_dropped(rest, row);
	if (!err)
		err = rewrite_source_of(rest->rewrite, id, &source);
	if (!err && !*ret_keeps)
		source->dropped++;
	return err;
}

static int keep_forget(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	const struct rewrite_rules *rules = &rest->rewrite->rules;
	uint8_t learner[PSEUDONYM_BYTES];
	uint64_t number;
	int err = pseudonym_key_decode(key, learner);

	if (!err)
		err = number_decode(*value, &number);
	*ret_keeps = !err &&
		     (!rules->keeps_forget || rules->keeps_forget(rules->context, learner, number));
	return err;
}

/* They are no more when a learner may be taken in again, and then never again. */
static int put_objections(struct rest *rest)
{
	const struct rewrite_rules *rules = &rest->rewrite->rules;
	struct journal *to = rest->rewrite->to;
	uint8_t hash[PSEUDONYM_BYTES];
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	store_cursor_open(rest->txn, DB_OBJECTIONS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = pseudonym_key_decode(key, hash);
		if (!err && rules->change_objection)
			rules->change_objection(rules->context, hash);
		if (!err &&
		    !store_get(journal_writer(to), DB_OBJECTIONS, pseudonym_key(hash), &value))
			journal_put_new(to, DB_OBJECTIONS, pseudonym_key(hash), text_of(""));
	}
	store_cursor_close(&cursor);
	return err ? err : rest->txn->err;
}

static int keep_source(struct rest *rest, struct text key, struct text *value, bool *ret_keeps)
{
	struct rewritten_source *source;
	struct source_record record;
	uint32_t id;
	int err = id_decode(key, &id);

	*ret_keeps = true;
	if (!err)
		err = source_row_decode(*value, &record);
	if (!err)
		err = rewrite_source_of(rest->rewrite, id, &source);
	if (err)
		return err;
	record.last_event = source->last_event;
	record.rows -= source->dropped;
	for (int kind = 0; kind < NAME_KINDS; kind++)
		if (record.names[kind] > source->names[kind])
			record.names[kind] = source->names[kind];
	*value = source_row_encode(&record, rest->bytes);
	return 0;
}

/* In this order: rows that are dropped are known to those behind them. */
static const struct {
	int db;
	record_fn fn;
	bool may_go; /* a record that was there may be gone later */
} tables[] = {
	{ DB_NAMES, keep_name, false },	    { DB_STREAMS, keep, false },
	{ DB_STREAM_IDS, keep, false },	    { DB_GAPS, keep, true },
	{ DB_QUARANTINE, keep_row, true },  { DB_REUSED, keep_reused, true },
	{ DB_REFUSED, keep_refused, true }, { DB_SOURCES, keep_source, false },
	{ DB_META, keep_meta, false },	    { DB_FORGETS, keep_forget, true },
};

/* Both are in the same order, and mostly the same. */
static int put_records(struct rest *rest, int db, record_fn fn)
{
	struct journal *to = rest->rewrite->to;
	struct text key, value, there;
	struct store_cursor cursor;
	bool keeps;
	int err = 0;

	store_cursor_open(rest->txn, db, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		err = fn(rest, key, &value, &keeps);
		if (!err && keeps &&
		    (!store_get(journal_writer(to), db, key, &there) || !text_equal(there, value)))
			journal_put(to, db, key, value);
		if (!err)
			err = journal_writer(to)->err;
	}
	store_cursor_close(&cursor);
	return err ? err : rest->txn->err;
}

static uint64_t row_of(int db, struct text key)
{
	uint64_t row = 0;
	uint32_t source;

	if (db == DB_QUARANTINE)
		number_decode(key, &row);
	else
		refused_key_decode(key, &source, &row);
	return row;
}

/* Is there such a record still, as far as the new one is to have it? */
static bool is_left(struct rest *rest, int db, record_fn fn, struct text key)
{
	struct text value;
	bool keeps;
	int err;

	if (!store_get(rest->txn, db, key, &value))
		return false;
	/* Rows that are dropped have been counted, and are not asked for again. */
	if (db == DB_QUARANTINE || db == DB_REFUSED)
		return !is_dropped(rest, row_of(db, key));
	err = fn(rest, key, &value, &keeps);
	return err || keeps;
}

static int remove_records(struct rest *rest, int db, record_fn fn)
{
	struct journal *to = rest->rewrite->to;
	uint8_t bytes[STREAM_NAME_MAX];
	struct store_cursor cursor;
	struct text key, value;
	bool more;

	store_cursor_open(journal_writer(to), db, &cursor);
	more = store_next(&cursor, &key, &value);
	while (more && !journal_writer(to)->err && !rest->txn->err) {
		if (is_left(rest, db, fn, key)) {
			more = store_next(&cursor, &key, &value);
			continue;
		}
		memcpy(bytes, key.data, key.size);
		key.data = (const char *)bytes;
		journal_delete(to, db, key);
		more = store_seek(&cursor, key, &key, &value);
	}
	store_cursor_close(&cursor);
	return journal_writer(to)->err ? journal_writer(to)->err : rest->txn->err;
}

/* The number of a row that was dropped is not given to another one. */
static int put_next_row(struct rest *rest)
{
	uint8_t bytes[NUMBER_KEY];
	struct store_cursor cursor;
	struct text key, value;
	uint64_t last = 0, next = 0;
	int err = 0;

	if (rest->n_dropped == 0)
		return 0;
	store_cursor_open(rest->txn, DB_QUARANTINE, &cursor);
	if (store_last(&cursor, &key, &value))
		err = number_decode(key, &last);
	store_cursor_close(&cursor);
	if (!err && store_get(rest->txn, DB_META, text_of(NEXT_ROW_KEY), &value))
		err = number_decode(value, &next);
	if (!err)
		journal_put(rest->rewrite->to, DB_META, text_of(NEXT_ROW_KEY),
			    number_encode(last + 1 > next ? last + 1 : next, bytes));
	return err ? err : rest->txn->err;
}

static void put_trimmed(struct rest *rest)
{
	uint8_t bytes[NUMBER_KEY];

	if (rest->rewrite->rules.trimmed > 0)
		journal_put(rest->rewrite->to, DB_META, text_of(TRIMMED_KEY),
			    horizon_encode(rest->rewrite->rules.trimmed, bytes));
}

int rewrite_rest(struct rewrite *rewrite, struct store_txn *txn)
{
	struct rest rest = { .rewrite = rewrite, .txn = txn };
	int err = journal_begin(rewrite->to);

	for (size_t i = 0; i < rewrite->room_sources; i++)
		rewrite->sources[i].dropped = 0;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]) && !err; i++) {
		err = put_records(&rest, tables[i].db, tables[i].fn);
		if (!err && tables[i].may_go)
			err = remove_records(&rest, tables[i].db, tables[i].fn);
	}
	if (!err)
		err = put_objections(&rest);
	if (!err)
		err = put_next_row(&rest);
	if (!err)
		put_trimmed(&rest);
	free(rest.dropped);
	return err;
}
