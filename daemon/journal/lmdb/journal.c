/* SPDX-License-Identifier: Apache-2.0 */
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "daemon/journal/damage.h"
#include "daemon/journal/lmdb/internal.h"

uint64_t journal_bytes(const struct journal *journal)
{
	return store_bytes(journal->store);
}

uint64_t journal_room(const struct journal *journal)
{
	return store_room(journal->store);
}

uint64_t journal_names_bytes(const struct journal *journal)
{
	return atomic_load(&journal->names_bytes);
}

const uint8_t *journal_id(const struct journal *journal)
{
	return journal->id;
}

uint64_t journal_edition(const struct journal *journal)
{
	return journal->edition;
}

int64_t journal_trimmed(const struct journal *journal)
{
	return journal->trimmed;
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
		.text = "it could not be read while the daemon ran: the next start finds out where",
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

static void put_meta(struct journal *journal, struct store_txn *txn, const char *key,
		     struct text value)
{
	sum_add(&journal->sums[DB_META], DB_META, text_of(key), value);
	store_put(txn, DB_META, text_of(key), value);
}

struct store *journal_store(const struct journal *journal)
{
	return journal->store;
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

static int upgrade(struct journal *journal, struct store_txn *txn, int found)
{
	int err = journal_upgrade(txn, found);

	if (err)
		store_fail(txn, err);
	store_put(txn, DB_META, text_of("format"), format_value);
	store_delete(txn, DB_META, text_of(SUMS_KEY)); /* they are no part of what they sum up */
	journal_sums_make(journal, txn);
	journal_sums_put(journal, txn);
	return store_commit(txn);
}

static int read_edition(struct journal *journal, struct store_txn *txn)
{
	struct text value;
	int err = 0;

	if (store_get(txn, DB_META, text_of(EDITION_KEY), &value))
		err = number_decode(value, &journal->edition);
	if (!err && store_get(txn, DB_META, text_of(TRIMMED_KEY), &value))
		err = horizon_decode(value, &journal->trimmed);
	return err ? err : txn->err;
}

/* A new journal gets its format and its secret's digest; another's must be the same. */
static int check_meta(struct journal *journal, const uint8_t *secret_digest)
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
	else if (secret_digest && !text_equal(value, digest))
		err = LIFT_E_SECRET;
	else if (!store_get(&txn, DB_META, text_of("id"), &value) ||
		 value.size != sizeof(journal->id))
		err = txn.err ? txn.err : LIFT_E_CORRUPT;
	if (!err) {
		memcpy(journal->id, value.data, sizeof(journal->id));
		err = read_edition(journal, &txn);
	}
	if (!err) {
		if (found < JOURNAL_FORMAT && !journal->read_only)
			return upgrade(journal, &txn, found);
	}
	store_abort(&txn);
	return err;
}

/* Room 0: it is only read. */
static int open_journal(const char *dir, const uint8_t *secret_digest, uint64_t room,
			struct journal **ret_journal)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	int err;

	if (!journal)
		return LIFT_E_MEMORY;
	journal->read_only = room == 0;
	journal->unknown_max = JOURNAL_UNKNOWN_OF_SOURCE;
	journal->streams_max = JOURNAL_STREAMS_MAX;
	if (journal->read_only)
		err = store_open_read_only(dir, journal_db_names, DB_COUNT, DB_COUNT_BEFORE_3,
					   &journal->store);
	else
		err = store_open(dir, journal_db_names, DB_COUNT, room, &journal->store);
	if (!err)
		err = check_meta(journal, secret_digest);
	if (!err)
		err = journal_load(journal);
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
	return open_journal(dir, secret_digest, STORE_ROOM_MAX, ret_journal);
}

int journal_open_within(const char *dir, const uint8_t secret_digest[static 16], uint64_t room,
			struct journal **ret_journal)
{
	return open_journal(dir, secret_digest, room, ret_journal);
}

int journal_open_read_only(const char *dir, const uint8_t *secret_digest,
			   struct journal **ret_journal)
{
	return open_journal(dir, secret_digest, 0, ret_journal);
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
	journal_unload(journal);
	free(journal->sources);
	store_close(journal->store);
	free(journal);
}
