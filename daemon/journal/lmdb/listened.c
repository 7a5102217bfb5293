/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When the daemon has listened: so that nobody is called silent for the time in which it did not.
 */
#include "daemon/journal/lmdb/internal.h"

int journal_listened_load(struct journal *journal, struct store_txn *txn)
{
	struct listened listened = { .last_ms = 0 };
	struct text value;
	int err = 0;

	if (store_get(txn, DB_META, text_of(LISTENED_KEY), &value))
		err = listened_decode(value, &listened.last_ms, &listened.outages);
	if (err || txn->err)
		return err ? err : txn->err;
	listened.kept_ms = listened.last_ms;
	/* What was received was listened to. */
	if (journal->last_receipt > listened.last_ms)
		listened.last_ms = journal->last_receipt;
	journal->listened = listened;
	return 0;
}

void journal_listened_put(struct journal *journal)
{
	const struct listened *listened = &journal->listened;
	uint8_t bytes[LISTENED_MAX];

	if (!listened->changed && listened->last_ms - listened->kept_ms < LISTENED_EVERY_MS)
		return;
	journal_put(journal, DB_META, text_of(LISTENED_KEY),
		    listened_encode(listened->last_ms, &listened->outages, bytes));
}

void journal_listened_kept(struct journal *journal)
{
	struct listened *listened = &journal->listened;

	if (listened->changed || listened->last_ms - listened->kept_ms >= LISTENED_EVERY_MS)
		listened->kept_ms = listened->last_ms;
	listened->changed = false;
}

void journal_listened_cut(struct journal *journal, int64_t now_ms)
{
	struct listened *listened = &journal->listened;

	outages_cut(&listened->outages, now_ms);
	if (listened->last_ms > now_ms)
		listened->last_ms = now_ms;
	listened->changed = true;
}
