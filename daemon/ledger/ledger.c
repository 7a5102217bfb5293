/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "daemon/base/names.h"
#include "daemon/ledger/internal.h"

const char *const ledger_db_names[LDB_COUNT] = {
	[LDB_META] = "meta",	   [LDB_NUMBERS] = "numbers", [LDB_LEARNERS] = "learners",
	[LDB_TALLIES] = "tallies", [LDB_SEEN] = "seen",
};

int ledger_moved(struct ledger *ledger, const char *dir)
{
	return store_moved(ledger->store, dir);
}

/* Records that come in any order leave pages half empty, and those that are replaced wait for
 * readers: three times the journal has been seen. A catalogue has tallies whatever the journal
 * has. */
uint64_t ledger_room(uint64_t journal_room)
{
	uint64_t room = 4 * journal_room + (UINT64_C(256) << 20);

	return room < STORE_ROOM_MAX ? room : STORE_ROOM_MAX;
}

uint64_t ledger_bytes(const struct ledger *ledger)
{
	return store_bytes(ledger->store);
}

void ledger_forget_dead_readers(struct ledger *ledger)
{
	store_forget_dead_readers(ledger->store);
}

void ledger_stop_at(struct ledger *ledger, uint64_t number)
{
	ledger->end = number + 1;
}

int64_t ledger_horizon(const struct ledger *ledger)
{
	return ledger->horizon;
}

uint64_t ledger_applied(const struct ledger *ledger)
{
	return atomic_load(&ledger->applied);
}

uint64_t ledger_committed(const struct ledger *ledger)
{
	return atomic_load(&ledger->committed);
}

void ledger_want(struct ledger *ledger, uint64_t number)
{
	uint64_t wanted = atomic_load(&ledger->wanted);

	while (wanted < number && !atomic_compare_exchange_weak(&ledger->wanted, &wanted, number))
		;
}

bool ledger_is_awaited(const struct ledger *ledger)
{
	return atomic_load(&ledger->wanted) > ledger_applied(ledger);
}

int ledger_begin(struct ledger *ledger)
{
	if (ledger->txn.txn || ledger->txn.err)
		return ledger->txn.err;
	return store_begin(ledger->store, true, &ledger->txn);
}

/* Opening. */

/* Of all that the facts and tallies are derived from, beside the journal's entries. */
static void make_digest(const struct journal *journal, const struct catalogue *catalogue,
			int64_t until, int64_t horizon, uint8_t to[static DIGEST_BYTES])
{
	uint8_t fixed[9] = { LEDGER_FORMAT }, at_horizon[9] = { 'h' };
	crypto_generichash_state state;

	put_be(fixed + 1, (uint64_t)until, 8);
	crypto_generichash_init(&state, NULL, 0, DIGEST_BYTES - 1);
	crypto_generichash_update(&state, fixed, sizeof(fixed));
	crypto_generichash_update(&state, journal_id(journal), JOURNAL_ID);
	crypto_generichash_update(&state, catalogue->digest, sizeof(catalogue->digest));
	/* A journal that was written anew has other numbers for the same names. */
	put_be(fixed + 1, journal_edition(journal), 8);
	if (journal_edition(journal) != 0)
		crypto_generichash_update(&state, fixed + 1, 8);
	/* As of before there was such a thing, where there is none. */
	put_be(at_horizon + 1, (uint64_t)horizon, 8);
	if (horizon > 0)
		crypto_generichash_update(&state, at_horizon, sizeof(at_horizon));
	to[0] = LEDGER_FORMAT;
	crypto_generichash_final(&state, to + 1, DIGEST_BYTES - 1);
}

bool ledger_view_is_of(struct ledger_view *view, const struct journal *journal,
		       const struct catalogue *catalogue, int64_t until)
{
	uint8_t digest[DIGEST_BYTES];
	struct text value;

	make_digest(journal, catalogue, until, journal_horizon_committed(journal), digest);
	return store_get(&view->txn, LDB_META, text_of("digest"), &value) &&
	       text_equal(value, (struct text){ (char *)digest, DIGEST_BYTES });
}

/* The journal number and the sum that a ledger of this digest ends with; false where this is
 * another one, ahead of its journal, or one that was not finished. */
static bool read_meta(struct ledger *ledger, struct store_txn *txn, uint64_t *ret_applied)
{
	struct text digest = { (char *)ledger->digest, DIGEST_BYTES }, value;

	if (!store_get(txn, LDB_META, text_of("digest"), &value) || !text_equal(value, digest))
		return false;
	if (!store_get(txn, LDB_META, text_of("sum"), &value) ||
	    sum_decode(value, &ledger->sum) != 0)
		return false;
	ledger_sum_meta(txn, sum_remove, &ledger->sum);
	if (!store_get(txn, LDB_META, text_of("applied"), &value) || value.size != 8)
		return false;
	*ret_applied = get_be((const uint8_t *)value.data, 8);
	return *ret_applied <= journal_last(ledger->journal);
}

static int load_seen(struct ledger *ledger, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value;
	uint32_t id;
	int err = 0;

	names_free(ledger->seen);
	ledger->seen = names_new();
	if (!ledger->seen)
		return LIFT_E_MEMORY;
	store_cursor_open(txn, LDB_SEEN, &cursor);
	while (!err && store_next(&cursor, &key, &value))
		err = names_add(ledger->seen, key, &id);
	store_cursor_close(&cursor);
	return err ? err : txn->err;
}

/* Behind the greatest that a learner has. */
static int load_next_number(struct ledger *ledger, struct store_txn *txn)
{
	struct store_cursor cursor;
	struct text key, value;

	ledger->next_number = 0;
	store_cursor_open(txn, LDB_LEARNERS, &cursor);
	if (store_last(&cursor, &key, &value) && key.size == PIECE_KEY)
		ledger->next_number = (uint32_t)get_be((const uint8_t *)key.data, NUMBER_BYTES) + 1;
	store_cursor_close(&cursor);
	return txn->err;
}

/* Go back to what is committed. */
int ledger_load(struct ledger *ledger)
{
	struct store_txn txn;
	uint64_t applied = 0;
	int err = store_begin(ledger->store, false, &txn);

	if (!err && !read_meta(ledger, &txn, &applied))
		err = txn.err ? txn.err : LIFT_E_NOT_FOUND;
	if (!err)
		err = load_seen(ledger, &txn);
	if (!err)
		err = load_next_number(ledger, &txn);
	if (!err)
		err = txn.err;
	store_abort(&txn);
	if (err)
		return err;
	ledger_know_nothing(ledger);
	atomic_store(&ledger->applied, applied);
	atomic_store(&ledger->committed, applied);
	return 0;
}

int ledger_new(const char *dir, struct journal *journal, const struct catalogue *catalogue,
	       int64_t until, struct ledger **ret_ledger)
{
	struct ledger *ledger = calloc(1, sizeof(*ledger));
	int err;

	if (!ledger)
		return LIFT_E_MEMORY;
	ledger->journal = journal;
	ledger->catalogue = catalogue;
	ledger->until = until;
	profiles_init(&ledger->profiles, catalogue);
	ledger->horizon = journal_horizon_committed(journal);
	make_digest(journal, catalogue, until, ledger->horizon, ledger->digest);
	ledger->stretch = malloc(LEDGER_STRETCH * sizeof(*ledger->stretch));
	ledger->places = malloc(LEDGER_STRETCH * sizeof(*ledger->places));
	ledger->spare = malloc(LEDGER_STRETCH * sizeof(*ledger->spare));
	ledger->held = tally_map_new();
	ledger->known = calloc(KNOWN_NUMBERS, sizeof(*ledger->known));
	err = ledger->stretch && ledger->places && ledger->spare && ledger->held && ledger->known
		      ? 0
		      : LIFT_E_MEMORY;
	if (!err)
		err = store_open(dir, ledger_db_names, LDB_COUNT,
				 ledger_room(journal_room(journal)), &ledger->store);
	if (err)
		ledger_close(ledger);
	else
		*ret_ledger = ledger;
	return err;
}

int ledger_open(const char *dir, struct journal *journal, const struct catalogue *catalogue,
		int64_t until, struct ledger **ret_ledger)
{
	struct ledger *ledger;
	int err = ledger_new(dir, journal, catalogue, until, &ledger);

	if (err)
		return err;
	err = ledger_load(ledger);
	if (err)
		ledger_close(ledger);
	else
		*ret_ledger = ledger;
	return err;
}

struct ledger *ledger_keep(struct ledger *ledger)
{
	atomic_fetch_add(&ledger->keepers, 1);
	return ledger;
}

void ledger_switch(struct ledger *ledger, const struct catalogue *catalogue)
{
	assert(catalogue_counts_alike(ledger->catalogue, catalogue));
	ledger->catalogue = ledger->profiles.catalogue = catalogue;
}

void ledger_close(struct ledger *ledger)
{
	if (!ledger || atomic_fetch_sub(&ledger->keepers, 1) > 0)
		return;
	store_abort(&ledger->txn);
	profiles_clear(&ledger->profiles);
	free(ledger->modules);
	names_free(ledger->seen);
	free(ledger->stretch);
	free(ledger->places);
	free(ledger->spare);
	free(ledger->known);
	free(ledger->forgotten);
	learner_free(&ledger->learner);
	pieces_free(&ledger->pieces);
	change_free(&ledger->change);
	free(ledger->facts);
	tally_map_free(ledger->held);
	free(ledger->runs.parts);
	free(ledger->runs.bytes);
	store_close(ledger->store);
	free(ledger);
}

/* Committing. */

/* Forget what is not committed: it is in the journal. */
int ledger_undo(struct ledger *ledger, int err)
{
	store_abort(&ledger->txn);
	ledger->txn.err = 0;
	tally_map_clear(ledger->held);
	atomic_store(&ledger->applied, ledger_committed(ledger));
	return ledger_load(ledger) == 0 ? err : LIFT_E_FATAL;
}

bool ledger_is_due(const struct ledger *ledger, int64_t steady_ms)
{
	uint64_t committed = ledger_committed(ledger);

	if (ledger_applied(ledger) == committed)
		return false;
	return ledger->dirty_pages >= LEDGER_DIRTY_PAGES ||
	       tally_map_count(ledger->held) >= LEDGER_HELD ||
	       steady_ms - ledger->begun_ms >= LEDGER_COMMIT_MS ||
	       (atomic_load(&ledger->wanted) > committed &&
		ledger_applied(ledger) >= atomic_load(&ledger->wanted));
}

/* What the records were derived from, and how far: in the transaction that has written them. */
void ledger_put_meta(struct ledger *ledger, uint64_t applied)
{
	uint8_t bytes[8], encoded[SUM_BYTES];
	struct sum sum = ledger->sum;

	put_be(bytes, applied, sizeof(bytes));
	store_put(&ledger->txn, LDB_META, text_of("applied"),
		  (struct text){ (char *)bytes, sizeof(bytes) });
	ledger_sum_meta(&ledger->txn, sum_add, &sum);
	store_put(&ledger->txn, LDB_META, text_of("sum"), sum_encode(&sum, encoded));
}

int ledger_commit(struct ledger *ledger)
{
	uint64_t applied = ledger_applied(ledger);
	int err;

	if (applied == ledger_committed(ledger)) {
		store_abort(&ledger->txn);
		return 0;
	}
	err = ledger_write_held(ledger);
	store_fail(&ledger->txn, err);
	ledger_put_meta(ledger, applied);
	err = store_commit(&ledger->txn);
	if (err)
		return ledger_undo(ledger, err);
	atomic_store(&ledger->committed, applied);
	return 0;
}

const char *ledger_failure(const struct ledger *ledger)
{
	return store_failure(ledger->store);
}
