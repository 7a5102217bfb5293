/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quarantine: of what has been refused, as much as there is room for. Where it is full the
 * oldest row of whoever has most of them gives way: who has a few keeps them.
 */
#include <assert.h>

#include "daemon/journal/lmdb/internal.h"

enum { DROPS_A_LOOK = 1024 };

static void count_row(struct journal *journal, uint32_t source, int n)
{
	struct source *of = &journal->sources[source];

	of->record.rows += (uint32_t)n;
	of->changed = true;
	journal->quarantined += (uint64_t)n;
}

/* Who has most of them: as far as that is known, which is looked up now and then, or the one whose
 * row has just come. */
static uint32_t choose_source(struct journal *journal, uint32_t last)
{
	const struct source *sources = journal->sources;

	if (journal->n_dropped++ % DROPS_A_LOOK == 0)
		for (uint32_t i = 0; i < journal->n_sources; i++)
			if (sources[i].record.rows > sources[journal->most_rows].record.rows)
				journal->most_rows = i;
	return sources[last].record.rows >= sources[journal->most_rows].record.rows
		       ? last
		       : journal->most_rows;
}

static bool find_oldest(struct journal *journal, uint32_t source, uint64_t *ret_row)
{
	uint8_t bytes[REFUSED_KEY];
	struct store_cursor cursor;
	struct text key, value;
	uint32_t found_source;
	bool found;

	store_cursor_open(&journal->txn, DB_REFUSED, &cursor);
	found = store_seek(&cursor, refused_key_encode(source, 0, bytes), &key, &value) &&
		refused_key_decode(key, &found_source, ret_row) == 0 && found_source == source;
	store_cursor_close(&cursor);
	return found;
}

/* The number of the last row is not given to another one, also after a restart. */
static void keep_number(struct journal *journal, uint64_t number)
{
	uint8_t bytes[NUMBER_KEY];

	if (number + 1 == journal->next_row)
		journal_put(journal, DB_META, text_of(NEXT_ROW_KEY),
			    number_encode(journal->next_row, bytes));
}

void journal_drop_refused(struct journal *journal, uint32_t source, const struct quarantined *row)
{
	uint8_t number[NUMBER_KEY], index_key[INDEX_KEY], refused_key[REFUSED_KEY];

	if (row->err == LIFT_E_REUSED)
		journal_delete(journal, DB_REUSED,
			       index_key_encode(row->stream, row->seq, index_key));
	journal_delete(journal, DB_QUARANTINE, number_encode(row->number, number));
	journal_delete(journal, DB_REFUSED, refused_key_encode(source, row->number, refused_key));
	count_row(journal, source, -1);
	keep_number(journal, row->number);
}

static void drop_oldest(struct journal *journal, uint32_t source)
{
	uint8_t number[NUMBER_KEY];
	struct quarantined row;
	struct text key, value;
	uint64_t oldest;

	if (!find_oldest(journal, source, &oldest))
		return;
	key = number_encode(oldest, number);
	if (store_get(&journal->txn, DB_QUARANTINE, key, &value) &&
	    quarantined_decode(key, value, &row) == 0)
		journal_drop_refused(journal, source, &row);
}

static int find_source(struct journal *journal, uint32_t stream, uint32_t *ret_source)
{
	struct stream found;
	uint8_t key[ID_KEY];
	struct text value;
	int err;

	if (!store_get(&journal->txn, DB_STREAMS, id_encode(stream, key), &value))
		return journal->txn.err ? journal->txn.err : LIFT_E_CORRUPT;
	err = stream_row_decode(stream, value, &found);
	if (!err && found.source >= journal->n_sources)
		err = LIFT_E_CORRUPT;
	if (!err)
		*ret_source = found.source;
	return err;
}

int journal_next_refused(struct journal *journal, uint64_t after, struct quarantined *ret_row,
			 uint32_t *ret_source)
{
	uint8_t bytes[NUMBER_KEY];
	struct store_cursor cursor;
	struct text key, value;
	int err = journal_begin(journal);

	if (err)
		return err;
	store_cursor_open(&journal->txn, DB_QUARANTINE, &cursor);
	if (store_seek(&cursor, number_encode(after + 1, bytes), &key, &value))
		err = quarantined_decode(key, value, ret_row);
	else
		err = journal->txn.err ? journal->txn.err : LIFT_E_NOT_FOUND;
	store_cursor_close(&cursor);
	return err ? err : find_source(journal, ret_row->stream, ret_source);
}

static void forget_kept(struct journal *journal)
{
	journal->sent = journal->retry = (struct text){ NULL, 0 };
}

uint64_t journal_quarantine(struct journal *journal, const struct stream *stream, uint64_t seq,
			    int64_t receipt, int err)
{
	uint8_t key[NUMBER_KEY], bytes[QUARANTINE_ROW_MAX], refused_key[REFUSED_KEY];
	const struct quarantined row = {
		.number = journal->next > journal->next_row ? journal->next : journal->next_row,
		.stream = stream->id,
		.seq = seq,
		.received = receipt,
		.err = err,
		.sent = journal->sent,
		.retry = journal->sent.size + journal->retry.size <= JOURNAL_SENT_MAX
				 ? journal->retry
				 : (struct text){ NULL, 0 },
	};

	journal_put_new(journal, DB_QUARANTINE, number_encode(row.number, key),
			quarantined_encode(&row, bytes));
	journal_put_new(journal, DB_REFUSED,
			refused_key_encode(stream->source, row.number, refused_key), text_of(""));
	forget_kept(journal);
	journal->next_row = row.number + 1;
	count_row(journal, stream->source, 1);
	if (journal->quarantined > JOURNAL_QUARANTINE_MAX)
		drop_oldest(journal, choose_source(journal, stream->source));
	return row.number;
}

void journal_keep_sent(struct journal *journal, struct text sent)
{
	journal->sent = sent.size <= JOURNAL_SENT_MAX ? sent : (struct text){ NULL, 0 };
}

void journal_keep_retry(struct journal *journal, struct text retry)
{
	journal->retry = retry;
}

void journal_refuse_reused(struct journal *journal, const struct stream *stream, uint64_t seq,
			   int64_t receipt)
{
	uint8_t index_key[INDEX_KEY], number[NUMBER_KEY];
	struct text key = index_key_encode(stream->id, seq, index_key), value;
	uint64_t row;

	assert(stream_has(stream, seq));
	if (journal_begin(journal) == 0 && !store_get(&journal->txn, DB_REUSED, key, &value)) {
		row = journal_quarantine(journal, stream, seq, receipt, LIFT_E_REUSED);
		journal_put_new(journal, DB_REUSED, key, number_encode(row, number));
	}
	forget_kept(journal);
}
