/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

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

int journal_add_name(struct journal *journal, enum name_kind kind, struct text name,
		     uint32_t *ret_id)
{
	uint32_t count = names_count(journal->names[kind]);
	uint8_t key[NAME_KEY];
	int err;

	*ret_id = names_find(journal->names[kind], name);
	if (*ret_id != NAMES_NONE)
		return 0;
	if (count >= JOURNAL_NAMES_MAX)
		return LIFT_E_NAMES;
	err = journal_begin(journal);
	if (!err)
		err = names_add(journal->names[kind], name, ret_id);
	if (!err)
		journal_put_new(journal, DB_NAMES, name_key_encode(kind, *ret_id, key), name);
	return err;
}

struct stream *journal_find_stream(struct journal *journal, struct text source, struct text stream)
{
	uint32_t source_id = names_find(journal->names[NAME_SOURCE], source), id;
	uint8_t name[STREAM_NAME_MAX];

	if (source_id == NAMES_NONE)
		return NULL;
	id = names_find(journal->names[NAME_STREAM], stream_name_encode(source_id, stream, name));
	return id == NAMES_NONE ? NULL : journal->streams[id].stream;
}

int journal_add_stream(struct journal *journal, struct text source, struct text stream,
		       struct stream **ret_stream)
{
	uint8_t name[STREAM_NAME_MAX];
	uint32_t source_id, id;
	int err;

	*ret_stream = journal_find_stream(journal, source, stream);
	if (*ret_stream)
		return 0;
	if (names_find(journal->names[NAME_SOURCE], source) == NAMES_NONE &&
	    journal->n_sources >= JOURNAL_SOURCES_MAX)
		return LIFT_E_NAMES;
	err = journal_add_name(journal, NAME_SOURCE, source, &source_id);
	if (!err && source_id == journal->n_sources) {
		err = journal_memory_add_source(journal);
		/* The name is there already: the commit fails, and undoes it. */
		store_fail(&journal->txn, err);
	}
	if (!err && journal->sources[source_id].n_streams >= JOURNAL_STREAMS_MAX)
		err = LIFT_E_STREAMS;
	if (!err)
		err = journal_add_name(journal, NAME_STREAM,
				       stream_name_encode(source_id, stream, name), &id);
	if (err)
		return err;
	err = journal_memory_add_stream(journal, source_id, ret_stream);
	if (err)
		store_fail(&journal->txn, err); /* likewise */
	else
		journal->streams[id].changed = true;
	return err;
}

/* The oldest row of the quarantine gives way. */
static void drop_oldest_row(struct journal *journal)
{
	uint8_t number[NUMBER_KEY], index_key[INDEX_KEY];
	struct quarantined row = { 0 };
	struct store_cursor cursor;
	struct text key, value;
	bool found;

	store_cursor_open(&journal->txn, DB_QUARANTINE, &cursor);
	found = store_seek(&cursor, (struct text){ NULL, 0 }, &key, &value) &&
		quarantined_decode(key, value, &row) == 0;
	store_cursor_close(&cursor);
	if (!found)
		return;
	journal_delete(journal, DB_QUARANTINE, number_encode(row.number, number));
	if (row.err == LIFT_E_REUSED)
		journal_delete(journal, DB_REUSED,
			       index_key_encode(row.stream, row.seq, index_key));
	journal->quarantined--;
}

/* One row more, of what journal_keep_sent has kept: its number. */
static uint64_t quarantine(struct journal *journal, const struct stream *stream, uint64_t seq,
			   int64_t receipt, int err)
{
	uint8_t key[NUMBER_KEY], bytes[QUARANTINE_ROW_MAX];
	const struct quarantined row = {
		.number = journal->next > journal->next_row ? journal->next : journal->next_row,
		.stream = stream->id,
		.seq = seq,
		.received = receipt,
		.err = err,
		.sent = journal->sent,
	};

	journal_put_new(journal, DB_QUARANTINE, number_encode(row.number, key),
			quarantined_encode(&row, bytes));
	journal->sent = (struct text){ NULL, 0 };
	journal->next_row = row.number + 1;
	if (++journal->quarantined > JOURNAL_QUARANTINE_MAX)
		drop_oldest_row(journal);
	return row.number;
}

void journal_refuse_reused(struct journal *journal, const struct stream *stream, uint64_t seq,
			   int64_t receipt)
{
	uint8_t index_key[INDEX_KEY], number[NUMBER_KEY];
	struct text key = index_key_encode(stream->id, seq, index_key), value;
	uint64_t row;

	assert(stream_has(stream, seq));
	if (journal_begin(journal) == 0 && !store_get(&journal->txn, DB_REUSED, key, &value)) {
		row = quarantine(journal, stream, seq, receipt, LIFT_E_REUSED);
		journal_put_new(journal, DB_REUSED, key, number_encode(row, number));
	}
	journal->sent = (struct text){ NULL, 0 };
}

static void count_entry(struct source *source, const struct entry *entry, int64_t receipt)
{
	source->changed = true;
	source->record.last_received = receipt;
	if (entry->refused) {
		source->record.rejected++;
		return;
	}
	source->record.accepted++;
	if (entry->fact.time > source->record.last_event)
		source->record.last_event = entry->fact.time;
}

void journal_keep_sent(struct journal *journal, struct text sent)
{
	journal->sent = sent.size <= JOURNAL_SENT_MAX ? sent : (struct text){ NULL, 0 };
}

void journal_append(struct journal *journal, struct stream *stream, uint64_t seq, int64_t receipt,
		    const struct entry *entry)
{
	assert(!stream_has(stream, seq));
	if (journal_begin(journal) != 0)
		return; /* it sticks: the commit says so */
	journal_fill_chunk(journal, stream, seq, receipt, entry);
	if (entry->refused)
		quarantine(journal, stream, seq, receipt, entry->err);
	journal->next++;
	journal->last_receipt = receipt;
	journal->streams[stream->id].changed = true;
	stream_add(stream, seq, seq, receipt);
	count_entry(&journal->sources[stream->source], entry, receipt);
}

int journal_lookup(struct journal *journal, const struct stream *stream, uint64_t seq,
		   struct entry *ret_entry)
{
	struct chunk chunk;
	size_t size;
	int err = journal_begin(journal);

	if (err)
		return err;
	journal_put_chunk(journal);
	err = journal_find_chunk(journal, stream, seq, &chunk);
	if (err)
		return err;
	if (seq < chunk.seq || seq - chunk.seq >= chunk.count)
		return LIFT_E_CORRUPT;
	for (uint64_t at = chunk.seq; at <= seq; at++) {
		size = entry_decode(chunk.entries, ret_entry);
		if (size == 0)
			return LIFT_E_CORRUPT;
		chunk.entries.data += size;
		chunk.entries.size -= size;
	}
	return 0;
}
