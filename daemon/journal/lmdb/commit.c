/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All since the last commit becomes durable, or is as if it had not been asked for.
 */
#include "daemon/journal/lmdb/internal.h"

int journal_begin(struct journal *journal)
{
	if (journal->txn.txn || journal->txn.err)
		return journal->txn.err;
	return store_begin(journal->store, true, &journal->txn);
}

struct store_txn *journal_writer(struct journal *journal)
{
	return &journal->txn;
}

void journal_set_identity(struct journal *journal, const uint8_t id[static JOURNAL_ID],
			  uint64_t edition)
{
	uint8_t bytes[NUMBER_KEY];

	if (journal_begin(journal) != 0)
		return; /* it sticks: the commit says so */
	memcpy(journal->id, id, JOURNAL_ID);
	journal->edition = edition;
	journal_put(journal, DB_META, text_of("id"), (struct text){ (const char *)id, JOURNAL_ID });
	journal_put(journal, DB_META, text_of(EDITION_KEY), number_encode(edition, bytes));
}

/* The oldest of a source's gaps. */
static void find_since(struct journal *journal, uint32_t source)
{
	struct source_record *record = &journal->sources[source].record;
	uint8_t first[PAIR_KEY];
	struct store_cursor cursor;
	struct text key, value;
	uint32_t found, stream;
	uint64_t missing;
	int64_t since;

	record->since = 0;
	store_cursor_open(&journal->txn, DB_GAPS, &cursor);
	for (bool more = store_seek(&cursor, gap_key_encode(source, 0, first), &key, &value); more;
	     more = store_next(&cursor, &key, &value)) {
		if (gap_key_decode(key, &found, &stream) != 0 ||
		    gap_row_decode(value, &since, &missing) != 0 || found != source)
			break;
		if (record->since == 0 || since < record->since)
			record->since = since;
	}
	store_cursor_close(&cursor);
}

static void put_sources(struct journal *journal)
{
	uint8_t row[SOURCE_ROW], key[ID_KEY];

	for (size_t i = 0; i < journal->n_sources; i++) {
		struct source *source = &journal->sources[i];

		if (!source->changed)
			continue;
		source->changed = false;
		if (source->gaps_changed)
			find_since(journal, (uint32_t)i);
		source->gaps_changed = false;
		journal_put(journal, DB_SOURCES, id_encode((uint32_t)i, key),
			    source_row_encode(&source->record, row));
	}
}

void journal_fail(struct journal *journal, int err)
{
	journal_begin(journal);
	store_fail(&journal->txn, err);
}

static int commit_changes(struct journal *journal)
{
	int err;

	if (!journal->txn.err) {
		journal_put_chunk(journal);
		journal_streams_put(journal);
		put_sources(journal);
		journal_listened_put(journal);
		journal_sums_put(journal, &journal->txn);
	}
	err = store_commit(&journal->txn);
	journal->txn.err = 0;
	journal->appended = 0;
	if (!err) {
		atomic_store(&journal->last, journal->next - 1);
		journal_count_names(journal);
		journal_listened_kept(journal);
		journal_orders_kept(journal);
		return 0;
	}
	/* What memory knows is ahead of the disk. */
	return journal_undo(journal) == 0 ? err : LIFT_E_FATAL;
}

/* The errors that are the store's; others have words of their own. */
static const char *words_of(const struct journal *journal, int err)
{
	return lift_err_class(err) == LIFT_CLASS_STORE ? store_failure(journal->store)
						       : lift_err_text(err);
}

static const char no_room[] = "journal_max_mib is reached";

int journal_commit(struct journal *journal)
{
	bool changed = journal->txn.txn || journal->txn.err;
	const char *failure = journal_failure(journal);
	int err = changed ? commit_changes(journal) : 0;

	/* Also where nothing has changed: who only asks for streams brings them into memory, and a
	 * number that was received is answered for, too. */
	if (!err)
		journal_streams_trim(journal);
	if (!err)
		err = store_check_place(journal->store);
	if (err)
		atomic_store(&journal->failure, words_of(journal, err));
	else if (!journal_has_room(journal))
		atomic_store(&journal->failure, no_room);
	else if (changed || failure == no_room || failure == lift_err_text(LIFT_E_GONE))
		atomic_store(&journal->failure, NULL);
	return err;
}

void journal_set_quota(struct journal *journal, uint64_t bytes)
{
	uint64_t room = journal_room(journal);

	journal->quota = bytes < room ? bytes : room;
}

uint64_t journal_quota(const struct journal *journal)
{
	return journal->quota ? journal->quota : UINT64_MAX;
}

/* What is appended takes pages that are not counted yet: of a tree they are at least half full. */
bool journal_has_room(const struct journal *journal)
{
	uint64_t bytes = journal_bytes(journal) + 2 * journal->appended + JOURNAL_RESERVE;

	return journal->quota == 0 || bytes <= journal->quota;
}

const char *journal_failure(const struct journal *journal)
{
	return atomic_load(&journal->failure);
}
