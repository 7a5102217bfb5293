/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "daemon/journal/damage.h"
#include "daemon/journal/lmdb/internal.h"

/* Names and streams. */

uint32_t journal_find_name(const struct journal *journal, enum name_kind kind, struct text name)
{
	return names_find(journal->names[kind], name);
}

bool journal_get_name(const struct journal *journal, enum name_kind kind, uint32_t id,
		      struct text *ret_name)
{
	if (id >= names_count(journal->names[kind]))
		return false;
	*ret_name = names_get(journal->names[kind], id);
	return true;
}

uint32_t journal_count_committed(const struct journal *journal, enum name_kind kind)
{
	return journal->n_committed[kind];
}

/* A name that is not there yet. */
static int put_name(struct journal *journal, enum name_kind kind, struct text name,
		    uint32_t *ret_id)
{
	uint8_t key[NAME_KEY];
	int err = journal_begin(journal);

	if (!err)
		err = names_add(journal->names[kind], name, ret_id);
	if (!err)
		journal_put_new(journal, DB_NAMES, name_key_encode(kind, *ret_id, key), name);
	return err;
}

int journal_add_name(struct journal *journal, enum name_kind kind, struct text name,
		     uint32_t *ret_id)
{
	*ret_id = names_find(journal->names[kind], name);
	return *ret_id != NAMES_NONE ? 0 : put_name(journal, kind, name, ret_id);
}

int journal_add_unknown(struct journal *journal, const struct stream *stream, enum name_kind kind,
			struct text name, uint32_t *ret_id)
{
	struct source *source = &journal->sources[stream->source];
	int err;

	*ret_id = names_find(journal->names[kind], name);
	if (*ret_id != NAMES_NONE)
		return 0;
	if (source->record.names[kind] >= journal->unknown_max ||
	    journal->n_unknown[kind] >= JOURNAL_UNKNOWN_MAX)
		return LIFT_E_NAMES;
	err = put_name(journal, kind, name, ret_id);
	if (err)
		return err;
	source->record.names[kind]++;
	source->changed = true;
	journal->n_unknown[kind]++;
	return 0;
}

void journal_set_streams_max(struct journal *journal, uint32_t most)
{
	journal->streams_max = most;
}

void journal_set_unknown_max(struct journal *journal, uint32_t most)
{
	journal->unknown_max = most;
}

/* Streams. */

int journal_find_stream(struct journal *journal, struct text source, struct text stream,
			struct stream **ret_stream)
{
	uint32_t source_id = names_find(journal->names[NAME_SOURCE], source);
	struct received *received;
	uint8_t name[STREAM_NAME_MAX];
	int err;

	*ret_stream = NULL;
	if (source_id == NAMES_NONE)
		return LIFT_E_NOT_FOUND;
	err = journal_streams_find(journal, stream_name_encode(source_id, stream, name), &received);
	if (!err)
		*ret_stream = &received->stream;
	return err;
}

static int add_source(struct journal *journal, struct text source, uint32_t *ret_id)
{
	int err;

	*ret_id = names_find(journal->names[NAME_SOURCE], source);
	if (*ret_id != NAMES_NONE)
		return 0;
	if (journal->n_sources >= JOURNAL_SOURCES_MAX)
		return LIFT_E_NAMES;
	err = put_name(journal, NAME_SOURCE, source, ret_id);
	if (!err) {
		err = journal_memory_add_source(journal);
		/* The name is there already: the commit fails, and undoes it. */
		store_fail(&journal->txn, err);
	}
	return err;
}

int journal_add_stream(struct journal *journal, struct text source, struct text stream,
		       struct stream **ret_stream)
{
	struct received *received;
	uint8_t name[STREAM_NAME_MAX];
	uint32_t source_id;
	int err;

	err = journal_find_stream(journal, source, stream, ret_stream);
	if (err != LIFT_E_NOT_FOUND)
		return err;
	err = journal_begin(journal);
	if (!err)
		err = add_source(journal, source, &source_id);
	if (!err && journal->sources[source_id].record.streams >= journal->streams_max)
		err = LIFT_E_STREAMS;
	if (!err)
		err = journal_streams_make(journal, source_id,
					   stream_name_encode(source_id, stream, name), &received);
	if (!err)
		*ret_stream = &received->stream;
	return err;
}

bool journal_has_gap_room(const struct journal *journal, struct text source)
{
	uint32_t id = names_find(journal->names[NAME_SOURCE], source);

	return id == NAMES_NONE || journal->sources[id].record.gaps < JOURNAL_GAPS_MAX;
}

void journal_announce(struct journal *journal, struct stream *stream, uint64_t greatest,
		      int64_t receipt)
{
	if (journal_begin(journal) != 0)
		return; /* it sticks: the commit says so */
	stream_announce(stream, greatest, receipt);
	journal_stream_changed(journal, stream);
}

uint64_t journal_close_stream(struct journal *journal, struct stream *stream)
{
	uint64_t missing = stream_missing(stream);

	if (journal_begin(journal) == 0) {
		journal->sources[stream->source].record.closed += !stream->closed;
		stream_close(stream);
		journal_stream_changed(journal, stream);
	}
	return missing;
}

/* How far it is known on disk: by what was received, too. */
static int64_t known_ms(const struct journal *journal)
{
	const struct listened *listened = &journal->listened;

	return journal->last_receipt > listened->kept_ms ? journal->last_receipt
							 : listened->kept_ms;
}

void journal_listens(struct journal *journal, int64_t clock_ms)
{
	struct listened *listened = &journal->listened;
	int64_t before_ms = listened->last_ms;

	listened->last_ms = clock_ms;
	if (journal->read_only || journal_damage(journal))
		return;
	if (before_ms > 0 && clock_ms - before_ms >= OUTAGE_MIN_MS) {
		outages_add(&listened->outages, before_ms, clock_ms);
		listened->changed = true;
	} else if (before_ms - clock_ms >= OUTAGE_MIN_MS) { /* it was put back: it was ahead */
		outages_cut(&listened->outages, clock_ms);
		listened->changed = true;
	}
	if (listened->changed || clock_ms - known_ms(journal) >= LISTENED_EVERY_MS)
		journal_begin(journal); /* a failure sticks: the commit says so */
}

void journal_set_receipt(struct journal *journal, int64_t now_ms)
{
	if (journal_begin(journal) != 0)
		return;
	for (size_t i = 0; i < journal->n_sources; i++) {
		struct source *source = &journal->sources[i];

		if (source->record.last_received <= now_ms)
			continue;
		source->record.last_received = now_ms;
		if (source->record.last_accepted > now_ms)
			source->record.last_accepted = now_ms;
		rhythm_cut(&source->record.rhythm, now_ms);
		source->changed = true;
	}
	journal_listened_cut(journal, now_ms);
	if (journal->last_receipt > now_ms)
		journal->last_receipt = now_ms;
	journal_streams_seen(journal, now_ms);
}

/* Entries. */

/* How long it was silent, if not for the first time, is its rhythm. */
static void hear(struct source_record *record, const struct outages *outages, int64_t receipt)
{
	int64_t before = record->last_accepted;

	record->last_accepted = receipt;
	if (record->accepted > 0 && receipt > before)
		rhythm_add(&record->rhythm, before, receipt,
			   receipt - before - outages_between(outages, before, receipt));
}

static void count_entry(struct journal *journal, struct source *source, const struct entry *entry,
			int64_t receipt)
{
	struct source_record *record = &source->record;

	source->changed = true;
	record->last_received = receipt;
	if (entry->refused) {
		record->rejected++;
		if (record->last_accepted == 0)
			record->last_accepted = receipt;
		return;
	}
	hear(record, &journal->listened.outages, receipt);
	record->accepted++;
	if (entry->fact.time > record->last_event)
		record->last_event = entry->fact.time;
}

void journal_append(struct journal *journal, struct stream *stream, uint64_t seq, int64_t receipt,
		    const struct entry *entry)
{
	assert(!stream_has(stream, seq));
	if (journal_begin(journal) != 0)
		return; /* it sticks: the commit says so */
	journal_fill_chunk(journal, stream, seq, receipt, entry);
	if (entry->refused && entry->what == ENTRY_EVENT)
		journal_quarantine(journal, stream, seq, receipt, entry->err);
	journal->next++;
	journal->last_receipt = receipt;
	stream_add(stream, seq, seq, receipt);
	journal_stream_changed(journal, stream);
	count_entry(journal, &journal->sources[stream->source], entry, receipt);
}

int journal_lookup(struct journal *journal, const struct stream *stream, uint64_t seq,
		   struct entry *ret_entry)
{
	struct chunk chunk;
	int err = journal_begin(journal);

	if (err)
		return err;
	journal_put_chunk(journal);
	err = journal_find_chunk(journal, stream, seq, &chunk);
	if (err)
		return err;
	if (seq < chunk.seq || seq - chunk.seq >= chunk.count)
		return LIFT_E_CORRUPT;
	for (uint64_t at = chunk.seq; at <= seq; at++)
		if (!chunk_next(&chunk, ret_entry))
			return LIFT_E_CORRUPT;
	return 0;
}

/* Orders. */

static const struct stream of_orders = { .id = CHUNK_OF_ORDERS };

/* Its number. */
static uint64_t append_order(struct journal *journal, const struct entry *entry, int64_t receipt)
{
	uint8_t bytes[NUMBER_KEY];

	journal->n_orders++;
	journal_fill_chunk(journal, &of_orders, journal->n_orders, receipt, entry);
	journal_put(journal, DB_META, text_of(ORDERS_KEY), number_encode(journal->n_orders, bytes));
	journal->last_receipt = receipt;
	return journal->next++;
}

static void add_objection(struct journal *journal, const uint8_t *objection)
{
	struct text key = pseudonym_key(objection);
	uint32_t count = names_count(journal->objections), id;
	int err = names_add(journal->objections, key, &id);

	store_fail(&journal->txn, err);
	if (!err && names_count(journal->objections) > count)
		journal_put_new(journal, DB_OBJECTIONS, key, text_of(""));
}

uint64_t journal_forget(struct journal *journal, const uint8_t pseudonym[static PSEUDONYM_BYTES],
			const uint8_t *objection, int64_t receipt)
{
	struct entry entry = { .what = ENTRY_FORGET };
	uint8_t bytes[NUMBER_KEY];
	uint64_t number;

	if (journal_begin(journal) != 0)
		return 0;
	memcpy(entry.learner, pseudonym, PSEUDONYM_BYTES);
	number = append_order(journal, &entry, receipt);
	journal_put(journal, DB_FORGETS, pseudonym_key(pseudonym), number_encode(number, bytes));
	if (objection)
		add_objection(journal, objection);
	return journal->txn.err ? 0 : number;
}

uint64_t journal_set_horizon(struct journal *journal, int64_t horizon_ms, int64_t receipt)
{
	const struct entry entry = { .what = ENTRY_HORIZON, .horizon = horizon_ms };
	uint8_t bytes[NUMBER_KEY];
	uint64_t number;

	if (journal_begin(journal) != 0)
		return 0;
	number = append_order(journal, &entry, receipt);
	if (horizon_ms > journal->horizon) { /* what is gone does not come back */
		journal->horizon = horizon_ms;
		journal_put(journal, DB_META, text_of(HORIZON_KEY),
			    horizon_encode(horizon_ms, bytes));
	}
	return journal->txn.err ? 0 : number;
}

uint64_t journal_forgotten(struct journal *journal, const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	struct text value;
	uint64_t number;

	if (journal_begin(journal) != 0 ||
	    !store_get(&journal->txn, DB_FORGETS, pseudonym_key(pseudonym), &value))
		return 0;
	return number_decode(value, &number) == 0 ? number : 0;
}

int64_t journal_forgotten_at(struct journal *journal,
			     const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	uint64_t number = journal_forgotten(journal, pseudonym);
	struct store_cursor cursor;
	struct text key, value, wanted;
	uint8_t bytes[NUMBER_KEY];
	struct chunk chunk;
	bool found;

	if (number == 0)
		return INT64_MIN;
	journal_put_chunk(journal); /* it may be in the one that is open */
	wanted = number_encode(number, bytes);
	store_cursor_open(&journal->txn, DB_ENTRIES, &cursor);
	found = store_seek(&cursor, wanted, &key, &value);
	if (!found)
		found = store_last(&cursor, &key, &value);
	else if (!text_equal(key, wanted))
		found = store_previous(&cursor, &key, &value);
	if (!found || chunk_open(value, &chunk) != 0)
		store_fail(&journal->txn, LIFT_E_CORRUPT);
	store_cursor_close(&cursor);
	return journal->txn.err ? INT64_MAX : chunk.receipt;
}
