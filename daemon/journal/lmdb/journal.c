/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "daemon/base/names.h"
#include "daemon/journal/damage.h"
#include "daemon/journal/lmdb/internal.h"

const char *const journal_db_names[DB_COUNT] = {
	[DB_META] = "meta",
	[DB_ENTRIES] = "entries",
	[DB_INDEX] = "index",
	[DB_NAMES] = "names",
	[DB_STREAMS] = "streams",
	[DB_SOURCES] = "sources",
	[DB_QUARANTINE] = "quarantine",
	[DB_REUSED] = "reused",
};

struct store *journal_store(struct journal *journal)
{
	return journal->store;
}

uint64_t journal_bytes(const struct journal *journal)
{
	return store_bytes(journal->store);
}

const uint8_t *journal_id(const struct journal *journal)
{
	return journal->id;
}

uint64_t journal_last(const struct journal *journal)
{
	return atomic_load(&journal->last);
}

void journal_set_damage(struct journal *journal, const struct journal_damage *damage)
{
	atomic_store(&journal->damage, damage);
}

void journal_found_damage(struct journal *journal)
{
	static const struct journal_damage all = {
		.found = true,
		.n_ranges = 1,
		.ranges = { { 1, UINT64_MAX } },
		.n_lines = 1,
		.text = "it could not be read while it was served: the next start says where",
	};
	const struct journal_damage *none = NULL;

	atomic_compare_exchange_strong(&journal->damage, &none, &all);
}

const struct journal_damage *journal_damage(const struct journal *journal)
{
	return atomic_load(&journal->damage);
}

int64_t journal_receipt(const struct journal *journal, int64_t clock_ms)
{
	return clock_ms > journal->last_receipt ? clock_ms : journal->last_receipt;
}

/* What is in memory, from what is on disk. */

/* Room for one more element; the arrays double. */
static int grow(void *array, uint32_t count, uint32_t *room, size_t size)
{
	uint32_t more = *room ? 2 * *room : 16;
	void **at = array, *grown;

	if (count < *room)
		return 0;
	grown = realloc(*at, more * size);
	if (!grown)
		return LIFT_E_MEMORY;
	*at = grown;
	*room = more;
	return 0;
}

int journal_memory_add_source(struct journal *journal)
{
	int err = grow(&journal->sources, journal->n_sources, &journal->room_sources,
		       sizeof(*journal->sources));

	if (!err)
		journal->sources[journal->n_sources++] = (struct source){ 0 };
	return err;
}

int journal_memory_add_stream(struct journal *journal, uint32_t source, struct stream **ret_stream)
{
	uint32_t room = journal->room_streams;
	struct stream *stream;
	bool *changed;
	int err = grow(&journal->streams, journal->n_streams, &journal->room_streams,
		       sizeof(*journal->streams));

	if (err)
		return err;
	if (room != journal->room_streams) {
		changed = realloc(journal->stream_changed, journal->room_streams);
		if (!changed) {
			journal->room_streams = room;
			return LIFT_E_MEMORY;
		}
		journal->stream_changed = changed;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return LIFT_E_MEMORY;
	stream->id = journal->n_streams;
	stream->source = source;
	stream->next = 1;
	journal->stream_changed[journal->n_streams] = false;
	journal->streams[journal->n_streams++] = stream;
	journal->sources[source].n_streams++;
	*ret_stream = stream;
	return 0;
}

static void forget_memory(struct journal *journal)
{
	for (int kind = 0; kind < NAME_KINDS; kind++) {
		names_free(journal->names[kind]);
		journal->names[kind] = NULL;
	}
	for (uint32_t i = 0; i < journal->n_streams; i++)
		free(journal->streams[i]);
	journal->n_streams = journal->n_sources = 0;
	journal->last_receipt = 0;
	journal->open.head.count = 0;
	journal->open.size = 0;
}

static int load_names(struct journal *journal, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value, none = { NULL, 0 };
	uint32_t id;
	int err = 0;

	for (int kind = 0; kind < NAME_KINDS; kind++) {
		journal->names[kind] = names_new();
		if (!journal->names[kind])
			return LIFT_E_MEMORY;
	}
	store_cursor_open(txn, DB_NAMES, &cursor);
	for (bool more = store_seek(&cursor, none, &key, &value); more && !err;
	     more = store_next(&cursor, &key, &value)) {
		const uint8_t *bytes = (const uint8_t *)key.data;

		if (key.size != 5 || bytes[0] >= NAME_KINDS) {
			err = LIFT_E_CORRUPT;
			break;
		}
		err = names_add(journal->names[bytes[0]], value, &id);
		if (!err && id != get_be(bytes + 1, 4))
			err = LIFT_E_CORRUPT;
	}
	store_cursor_close(&cursor);
	return err ? err : txn->err;
}

static int load_streams(struct journal *journal, struct store_txn *txn)
{
	uint32_t n_sources = names_count(journal->names[NAME_SOURCE]);
	uint32_t n_streams = names_count(journal->names[NAME_STREAM]);
	struct stream *stream, record;
	struct text value;
	uint8_t key[4];
	int err = 0;

	for (uint32_t i = 0; i < n_sources && !err; i++) {
		err = journal_memory_add_source(journal);
		if (!err && store_get(txn, DB_SOURCES, journal_key(key, i, 4), &value))
			err = source_record_decode(value, &journal->sources[i].record);
		if (!err && journal->sources[i].record.last_received > journal->last_receipt)
			journal->last_receipt = journal->sources[i].record.last_received;
	}
	for (uint32_t i = 0; i < n_streams && !err; i++) {
		if (!store_get(txn, DB_STREAMS, journal_key(key, i, 4), &value))
			return txn->err ? txn->err : LIFT_E_CORRUPT;
		err = stream_record_decode(i, value, &record);
		if (!err && record.source >= n_sources)
			err = LIFT_E_CORRUPT;
		if (!err)
			err = journal_memory_add_stream(journal, record.source, &stream);
		if (!err)
			*stream = record;
	}
	return err ? err : txn->err;
}

static int load_quarantine(struct journal *journal, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	journal->next_row = 1;
	store_cursor_open(txn, DB_QUARANTINE, &cursor);
	if (store_last(&cursor, &key, &value)) {
		err = key.size == 8 ? 0 : LIFT_E_CORRUPT;
		if (!err)
			journal->next_row = get_be((const uint8_t *)key.data, 8) + 1;
	}
	store_cursor_close(&cursor);
	journal->quarantined = err || txn->err ? 0 : store_count(txn, DB_QUARANTINE);
	return err ? err : txn->err;
}

/* As many numbers as have been received of all sources. */
static uint64_t count_received(const struct journal *journal)
{
	uint64_t received = 0;

	for (uint32_t i = 0; i < journal->n_sources; i++)
		received +=
			journal->sources[i].record.accepted + journal->sources[i].record.rejected;
	return received;
}

/* The next number, from the last chunk. */
static int load_next(struct journal *journal, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value;
	struct chunk chunk;
	int err = 0;

	journal->next = 1;
	store_cursor_open(txn, DB_ENTRIES, &cursor);
	if (store_last(&cursor, &key, &value)) {
		err = key.size == 8 ? chunk_open(value, &chunk) : LIFT_E_CORRUPT;
		if (!err)
			journal->next = get_be((const uint8_t *)key.data, 8) + chunk.count;
	}
	store_cursor_close(&cursor);
	if (journal->read_only) { /* of a damaged one the last chunk may be unreadable, or gone */
		uint64_t received = count_received(journal);

		journal->next = journal->next > received ? journal->next : received + 1;
		err = 0;
	}
	return err ? err : txn->err;
}

static int load(struct journal *journal)
{
	struct store_txn txn;
	int err = store_begin(journal->store, false, &txn);

	if (!err)
		err = load_names(journal, &txn);
	if (!err)
		err = load_streams(journal, &txn);
	if (!err)
		err = load_next(journal, &txn);
	if (!err)
		err = load_quarantine(journal, &txn);
	if (!err && !journal->read_only)
		err = journal_sums_load(journal, &txn);
	store_abort(&txn);
	if (!err)
		atomic_store(&journal->last, journal->next - 1);
	return err;
}

static void put_meta(struct journal *journal, struct store_txn *txn, const char *key,
		     struct text value)
{
	sum_add(&journal->sums[DB_META], DB_META, text_of(key), value);
	store_put(txn, DB_META, text_of(key), value);
}

static const uint8_t format = JOURNAL_FORMAT;
static const struct text format_value = { (const char *)&format, 1 };

static int make_meta(struct journal *journal, struct text digest, struct store_txn *txn)
{
	randombytes_buf(journal->id, sizeof(journal->id));
	put_meta(journal, txn, "format", format_value);
	put_meta(journal, txn, "secret", digest);
	put_meta(journal, txn, "id", (struct text){ (char *)journal->id, sizeof(journal->id) });
	journal_sums_put(journal, txn);
	return store_commit(txn);
}

/* What was right without sums gets them. */
static int upgrade(struct journal *journal, struct store_txn *txn)
{
	store_put(txn, DB_META, text_of("format"), format_value);
	journal_sums_make(journal, txn);
	journal_sums_put(journal, txn);
	return store_commit(txn);
}

/* A new journal gets its format and its secret's digest; another's must be the same. */
static int check_meta(struct journal *journal, const uint8_t secret_digest[static 16])
{
	struct text digest = { (const char *)secret_digest, 16 }, value;
	struct store_txn txn;
	uint8_t found = 0;
	int err = store_begin(journal->store, !journal->read_only, &txn);

	if (err)
		return err;
	if (store_get(&txn, DB_META, text_of("format"), &value))
		found = value.size == 1 ? (uint8_t)value.data[0] : UINT8_MAX;
	else if (!txn.err && !journal->read_only)
		return make_meta(journal, digest, &txn);
	if (found == 0)
		err = txn.err ? txn.err : LIFT_E_CORRUPT;
	else if (found > JOURNAL_FORMAT)
		err = LIFT_E_NEWER;
	else if (!store_get(&txn, DB_META, text_of("secret"), &value))
		err = txn.err ? txn.err : LIFT_E_CORRUPT;
	else if (!text_equal(value, digest))
		err = LIFT_E_SECRET;
	else if (!store_get(&txn, DB_META, text_of("id"), &value) ||
		 value.size != sizeof(journal->id))
		err = txn.err ? txn.err : LIFT_E_CORRUPT;
	if (!err) {
		memcpy(journal->id, value.data, sizeof(journal->id));
		if (found == JOURNAL_FORMAT_WITHOUT_SUMS && !journal->read_only)
			return upgrade(journal, &txn);
	}
	store_abort(&txn);
	return err;
}

static int open_journal(const char *dir, const uint8_t secret_digest[static 16], bool read_only,
			struct journal **ret_journal)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int err;

	if (!journal)
		return LIFT_E_MEMORY;
	journal->read_only = read_only;
	err = (read_only ? store_open_read_only : store_open)(dir, journal_db_names, DB_COUNT,
							      &journal->store);
	if (!err)
		err = check_meta(journal, secret_digest);
	if (!err)
		err = load(journal);
	if (err) {
		journal_close(journal);
		return err;
	}
	*ret_journal = journal;
	return 0;
}

int journal_open(const char *dir, const uint8_t secret_digest[static 16],
		 struct journal **ret_journal)
{
	return open_journal(dir, secret_digest, false, ret_journal);
}

int journal_open_read_only(const char *dir, const uint8_t secret_digest[static 16],
			   struct journal **ret_journal)
{
	return open_journal(dir, secret_digest, true, ret_journal);
}

int journal_copy(struct journal *journal, int fd)
{
	return store_copy(journal->store, fd);
}

void journal_forget_dead_readers(struct journal *journal)
{
	store_forget_dead_readers(journal->store);
}

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	store_abort(&journal->txn);
	forget_memory(journal);
	free(journal->streams);
	free(journal->stream_changed);
	free(journal->sources);
	store_close(journal->store);
	free(journal);
}

int journal_begin(struct journal *journal)
{
	if (journal->txn.txn || journal->txn.err)
		return journal->txn.err;
	return store_begin(journal->store, true, &journal->txn);
}

/* Commit. */

static void put_streams(struct journal *journal)
{
	uint8_t record[4 + STREAM_RECORD_MAX], key[4];

	for (uint32_t i = 0; i < journal->n_streams; i++) {
		if (!journal->stream_changed[i])
			continue;
		journal->stream_changed[i] = false;
		put_be(record, journal->streams[i]->source, 4);
		journal_put(journal, DB_STREAMS, journal_key(key, i, 4),
			    (struct text){ (char *)record,
					   4 + stream_encode(journal->streams[i], record + 4) });
	}
}

static void put_sources(struct journal *journal)
{
	uint8_t record[SOURCE_RECORD], key[4];

	for (uint32_t i = 0; i < journal->n_sources; i++) {
		struct source *source = &journal->sources[i];

		if (!source->changed)
			continue;
		source->changed = false;
		put_be(record, source->record.accepted, 8);
		put_be(record + 8, source->record.rejected, 8);
		put_be(record + 16, (uint64_t)source->record.last_event, 8);
		put_be(record + 24, (uint64_t)source->record.last_received, 8);
		journal_put(journal, DB_SOURCES, journal_key(key, i, 4),
			    (struct text){ (char *)record, sizeof(record) });
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
		put_streams(journal);
		put_sources(journal);
		journal_sums_put(journal, &journal->txn);
	}
	err = store_commit(&journal->txn);
	journal->txn.err = 0;
	journal->appended = 0;
	if (!err) {
		atomic_store(&journal->last, journal->next - 1);
		return 0;
	}
	/* What memory knows is ahead of the disk: read it anew. */
	forget_memory(journal);
	return load(journal) == 0 ? err : LIFT_E_FATAL;
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

	/* Also where nothing has changed: a number that was received is answered for, too. */
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
	journal->quota = bytes;
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
