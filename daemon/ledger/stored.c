/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ledger/stored.h"

#include <stdlib.h>

#include "daemon/ledger/internal.h"

struct stored {
	struct store *store;
	struct store_txn txn;
};

int stored_open(const char *dir, struct stored **ret_stored)
{
	struct stored *stored = calloc(1, sizeof(*stored));
	int err = LIFT_E_MEMORY;

	if (!stored)
		return err;
	err = store_open_read_only(dir, ledger_db_names, LDB_COUNT, LDB_COUNT, &stored->store);
	if (err)
		free(stored);
	else
		*ret_stored = stored;
	return err;
}

void stored_close(struct stored *stored)
{
	if (!stored)
		return;
	stored_end(stored);
	store_close(stored->store);
	free(stored);
}

uint64_t stored_bytes(const struct stored *stored)
{
	return store_bytes(stored->store);
}

int stored_begin(struct stored *stored)
{
	return store_begin(stored->store, false, &stored->txn);
}

void stored_end(struct stored *stored)
{
	store_abort(&stored->txn);
}

int stored_view(struct stored *stored, struct ledger_view *view)
{
	view->step = NULL;
	return store_begin(stored->store, false, &view->txn);
}

static int get_meta(struct stored *stored, const char *key, struct text *ret_value)
{
	if (store_get(&stored->txn, LDB_META, text_of(key), ret_value))
		return 0;
	return stored->txn.err ? stored->txn.err : LIFT_E_NOT_FOUND;
}

int stored_catalogue(struct stored *stored, struct text *ret_text)
{
	return get_meta(stored, "catalogue", ret_text);
}

int stored_applied(struct stored *stored, uint64_t *ret_number)
{
	struct text value;
	int err = get_meta(stored, "applied", &value);

	if (!err && value.size != 8)
		err = LIFT_E_CORRUPT;
	if (!err)
		*ret_number = get_be((const uint8_t *)value.data, 8);
	return err;
}

bool stored_is_like(struct stored *stored, const struct ledger *ledger)
{
	struct text digest = { (const char *)ledger->digest, DIGEST_BYTES }, value;

	return get_meta(stored, "digest", &value) == 0 && text_equal(value, digest);
}

int stored_compare(struct stored *stored, struct ledger *built, const struct catalogue *catalogue,
		   struct journal_view *names, char text[static COMPARE_TEXT])
{
	struct ledger_view view;
	int err = ledger_view_begin(built, &view);

	if (!err)
		err = ledger_compare(&stored->txn, &view.txn, catalogue, names, text);
	ledger_view_end(&view);
	return err;
}

int stored_walk(struct stored *stored)
{
	return ledger_walk(&stored->txn);
}

int stored_check(const char *dir)
{
	struct stored *stored;
	int err = ledger_check_pages(dir);

	if (!err)
		err = stored_open(dir, &stored);
	if (err)
		return err;
	err = stored_begin(stored);
	if (!err)
		err = stored_walk(stored);
	stored_close(stored);
	return err;
}
