/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "daemon/base/names.h"
#include "daemon/journal/lmdb/internal.h"

/* Names and streams. */

uint32_t journal_find_name(const struct journal *journal, enum name_kind kind, struct text name)
{
	return names_find(journal->names[kind], name);
}

struct text journal_name(const struct journal *journal, enum name_kind kind, uint32_t id)
{
	return names_get(journal->names[kind], id);
}

int journal_add_name(struct journal *journal, enum name_kind kind, struct text name,
		     uint32_t *ret_id)
{
	uint32_t count = names_count(journal->names[kind]);
	uint8_t key[5];
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
		journal_put_new(journal, DB_NAMES, journal_name_key(key, kind, *ret_id), name);
	return err;
}

static struct text stream_name(uint8_t to[static 4 + STREAM_MAX], uint32_t source,
			       struct text stream)
{
	put_be(to, source, 4);
	memcpy(to + 4, stream.data, stream.size);
	return (struct text){ (const char *)to, 4 + stream.size };
}

struct stream *journal_find_stream(struct journal *journal, struct text source, struct text stream)
{
	uint32_t source_id = names_find(journal->names[NAME_SOURCE], source), id;
	uint8_t name[4 + STREAM_MAX];

	if (source_id == NAMES_NONE)
		return NULL;
	id = names_find(journal->names[NAME_STREAM], stream_name(name, source_id, stream));
	return id == NAMES_NONE ? NULL : journal->streams[id];
}

int journal_add_stream(struct journal *journal, struct text source, struct text stream,
		       struct stream **ret_stream)
{
	uint8_t name[4 + STREAM_MAX];
	uint32_t source_id, id;
	int err;

	*ret_stream = journal_find_stream(journal, source, stream);
	if (*ret_stream)
		return 0;
	err = journal_add_name(journal, NAME_SOURCE, source, &source_id);
	if (!err && source_id == journal->n_sources) {
		err = journal_memory_add_source(journal);
		/* The name is there already: the commit fails, and undoes it. */
		store_fail(&journal->txn, err);
	}
	if (!err && journal->sources[source_id].n_streams >= JOURNAL_STREAMS_MAX)
		err = LIFT_E_STREAMS;
	if (!err)
		err = journal_add_name(journal, NAME_STREAM, stream_name(name, source_id, stream),
				       &id);
	if (err)
		return err;
	err = journal_memory_add_stream(journal, source_id, ret_stream);
	if (err)
		store_fail(&journal->txn, err); /* likewise */
	else
		journal->stream_changed[id] = true;
	return err;
}

/* Entries. */

void journal_put_chunk(struct journal *journal)
{
	struct open_chunk *open = &journal->open;
	uint8_t key[8], index_key[12], number[8];

	if (open->head.count == 0)
		return;
	open->head.entries = (struct text){ (char *)open->bytes + CHUNK_HEAD, open->size };
	chunk_seal(open->bytes, &open->head);
	store_append(&journal->txn, DB_ENTRIES, journal_key(key, open->number, 8),
		     (struct text){ (char *)open->bytes, CHUNK_HEAD + open->size });
	journal_put_new(journal, DB_INDEX,
			journal_index_key(index_key, open->head.stream, open->head.seq),
			journal_key(number, open->number, 8));
	open->head.count = 0;
	open->size = 0;
}

/* Does an entry of so many bytes go on from where the open chunk ends? */
static bool chunk_takes(const struct open_chunk *open, const struct stream *stream, uint64_t seq,
			int64_t receipt, size_t size)
{
	return open->head.count > 0 && open->head.stream == stream->id &&
	       open->head.seq + open->head.count == seq && open->head.receipt == receipt &&
	       open->head.count < UINT16_MAX && CHUNK_HEAD + open->size + size <= CHUNK_MAX;
}

/* The oldest row of the quarantine gives way. */
static void drop_oldest_row(struct journal *journal)
{
	uint8_t row[8], numbers[12];
	struct store_cursor cursor;
	struct text key, value;
	bool found, reused = false;

	store_cursor_open(&journal->txn, DB_QUARANTINE, &cursor);
	found = store_seek(&cursor, (struct text){ NULL, 0 }, &key, &value) &&
		key.size == sizeof(row) && value.size >= QUARANTINE_RECORD;
	if (found) {
		memcpy(row, key.data, sizeof(row));
		memcpy(numbers, value.data, sizeof(numbers)); /* stream and number in it */
		reused = (uint8_t)value.data[20] == (uint8_t)-LIFT_E_REUSED;
	}
	store_cursor_close(&cursor);
	if (!found)
		return;
	journal_delete(journal, DB_QUARANTINE, (struct text){ (char *)row, sizeof(row) });
	if (reused)
		journal_delete(journal, DB_REUSED,
			       (struct text){ (char *)numbers, sizeof(numbers) });
	journal->quarantined--;
}

/* One row more, of what journal_keep_sent has kept: its number. */
static uint64_t quarantine(struct journal *journal, const struct stream *stream, uint64_t seq,
			   int64_t receipt, int err)
{
	uint8_t key[8], record[QUARANTINE_RECORD + JOURNAL_SENT_MAX];
	uint64_t row = journal->next > journal->next_row ? journal->next : journal->next_row;
	struct text sent = journal->sent;

	put_be(record, stream->id, 4);
	put_be(record + 4, seq, 8);
	put_be(record + 12, (uint64_t)receipt, 8);
	record[20] = (uint8_t)-err;
	if (sent.size > 0)
		memcpy(record + QUARANTINE_RECORD, sent.data, sent.size);
	journal->sent = (struct text){ NULL, 0 };
	journal_put_new(journal, DB_QUARANTINE, journal_key(key, row, 8),
			(struct text){ (char *)record, QUARANTINE_RECORD + sent.size });
	journal->next_row = row + 1;
	if (++journal->quarantined > JOURNAL_QUARANTINE_MAX)
		drop_oldest_row(journal);
	return row;
}

void journal_refuse_reused(struct journal *journal, const struct stream *stream, uint64_t seq,
			   int64_t receipt)
{
	uint8_t numbers[12], row[8];
	struct text key = journal_index_key(numbers, stream->id, seq), value;

	assert(stream_has(stream, seq));
	if (journal_begin(journal) == 0 && !store_get(&journal->txn, DB_REUSED, key, &value))
		journal_put_new(
			journal, DB_REUSED, key,
			journal_key(row, quarantine(journal, stream, seq, receipt, LIFT_E_REUSED),
				    8));
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
	struct open_chunk *open = &journal->open;
	uint8_t bytes[ENTRY_MAX];
	size_t size = entry_encode(entry, bytes);

	assert(!stream_has(stream, seq));
	if (journal_begin(journal) != 0)
		return; /* it sticks: the commit says so */
	if (!chunk_takes(open, stream, seq, receipt, size)) {
		journal_put_chunk(journal);
		open->head = (struct chunk){ .stream = stream->id, .seq = seq, .receipt = receipt };
		open->number = journal->next;
	}
	memcpy(open->bytes + CHUNK_HEAD + open->size, bytes, size);
	open->size += size;
	journal->appended += size;
	open->head.count++;
	if (entry->refused)
		quarantine(journal, stream, seq, receipt, entry->err);
	journal->next++;
	journal->last_receipt = receipt;
	journal->stream_changed[stream->id] = true;
	stream_add(stream, seq, seq, receipt);
	count_entry(&journal->sources[stream->source], entry, receipt);
}

/* The chunk that holds a number begins at the greatest index key that is not above it. */
static int find_chunk(struct journal *journal, const struct stream *stream, uint64_t seq,
		      struct chunk *ret_chunk)
{
	struct text key, value, wanted;
	struct store_cursor cursor;
	uint8_t bytes[12], number[8];
	bool found;

	wanted = journal_index_key(bytes, stream->id, seq);
	store_cursor_open(&journal->txn, DB_INDEX, &cursor);
	found = store_seek(&cursor, wanted, &key, &value);
	if (!found)
		found = store_last(&cursor, &key, &value);
	else if (!text_equal(key, wanted))
		found = store_previous(&cursor, &key, &value);
	if (found && (key.size != 12 || memcmp(key.data, bytes, 4) != 0 || value.size != 8))
		found = false;
	if (found)
		memcpy(number, value.data, sizeof(number));
	store_cursor_close(&cursor);
	if (!found || !store_get(&journal->txn, DB_ENTRIES,
				 (struct text){ (char *)number, sizeof(number) }, &value))
		return journal->txn.err ? journal->txn.err : LIFT_E_CORRUPT;
	return chunk_open(value, ret_chunk);
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
	err = find_chunk(journal, stream, seq, &chunk);
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
