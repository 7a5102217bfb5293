/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ledger/internal.h"

int ledger_view_begin(struct ledger *ledger, struct ledger_view *view)
{
	view->step = NULL;
	return store_begin(ledger->store, false, &view->txn);
}

void ledger_view_end(struct ledger_view *view)
{
	store_abort(&view->txn);
}

int ledger_view_err(const struct ledger_view *view)
{
	return view->txn.err;
}

uint64_t ledger_view_applied(struct ledger_view *view)
{
	struct text value;

	return store_get(&view->txn, LDB_META, text_of("applied"), &value) && value.size == 8
		       ? get_be((const uint8_t *)value.data, 8)
		       : 0;
}

/* Tallies. */

static int read_range(struct store_txn *txn, uint32_t home, uint32_t subject, tally_fn fn,
		      void *context)
{
	struct tally_key key = { .home = home, .subject = subject };
	uint8_t first[TALLY_KEY_BYTES];
	struct store_cursor cursor;
	struct text bytes, value;

	tally_key_encode(&key, first);
	store_cursor_open(txn, LDB_TALLIES, &cursor);
	for (bool more = store_seek(&cursor, (struct text){ (char *)first, sizeof(first) }, &bytes,
				    &value);
	     more && bytes.size == TALLY_KEY_BYTES && memcmp(bytes.data, first, 8) == 0;
	     more = store_next(&cursor, &bytes, &value)) {
		tally_key_decode((const uint8_t *)bytes.data, &key);
		fn(context, &key, (int64_t)get_be((const uint8_t *)value.data, TALLY_VALUE));
	}
	store_cursor_close(&cursor);
	return txn->err;
}

static int view_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	return read_range(source, home, subject, fn, context);
}

struct tallies ledger_view_tallies(struct ledger_view *view)
{
	return (struct tallies){ view_range, &view->txn };
}

/* Through the writer's transaction while there is one: what is applied shows before it is
 * committed. */
static int applied_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	struct ledger *ledger = source;
	struct store_txn txn;
	int err;

	if (ledger->txn.txn)
		return read_range(&ledger->txn, home, subject, fn, context);
	err = store_begin(ledger->store, false, &txn);
	if (!err)
		err = read_range(&txn, home, subject, fn, context);
	store_abort(&txn);
	return err;
}

struct tallies ledger_tallies(struct ledger *ledger)
{
	return (struct tallies){ applied_range, ledger };
}

static int step(const struct ledger_view *view)
{
	return view->step && view->step(view->context) ? LIFT_E_STOPPED : 0;
}

/* From each on to the first key of the next: there are many tallies of one, and few of these. */
int ledger_view_subjects(struct ledger_view *view, ledger_subject_fn fn, void *context)
{
	struct tally_key key = { 0 };
	uint8_t least[TALLY_KEY_BYTES];
	struct text bytes, value, from = { (char *)least, sizeof(least) };
	struct store_cursor cursor;
	int err = 0;

	tally_key_encode(&key, least);
	store_cursor_open(&view->txn, LDB_TALLIES, &cursor);
	while (!err && store_seek(&cursor, from, &bytes, &value) && bytes.size == TALLY_KEY_BYTES) {
		tally_key_decode((const uint8_t *)bytes.data, &key);
		fn(context, key.home, key.subject);
		key = (struct tally_key){ .home = key.home, .subject = key.subject + 1 };
		tally_key_encode(&key, least);
		err = step(view);
	}
	store_cursor_close(&cursor);
	return err ? err : view->txn.err;
}

/* Who has sent what. */

int ledger_view_seen(struct ledger_view *view, ledger_seen_fn fn, void *context)
{
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	store_cursor_open(&view->txn, LDB_SEEN, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		const uint8_t *at = (const uint8_t *)key.data;

		if (key.size == SEEN_KEY)
			fn(context, (uint32_t)get_be(at, 4), (uint32_t)get_be(at + 4, 4),
			   (uint32_t)get_be(at + 8, 4));
		else
			err = LIFT_E_CORRUPT;
	}
	store_cursor_close(&cursor);
	return err ? err : view->txn.err;
}

/* A scan of the learners. */

struct scan {
	const struct ledger_view *view;
	struct profiles profiles;
	struct journal_view *names;
	struct learner learner;
	struct contribution contribution;
	int64_t until;
	struct tally_map *map;
};

static int scan_learner(struct scan *scan)
{
	int err = step(scan->view);

	for (size_t i = 0; i < scan->learner.n && !err; i++)
		err = profiles_resolve(&scan->profiles, scan->names,
				       scan->learner.facts[i].profile);
	if (!err)
		err = learner_contribute(&scan->learner, &scan->profiles, scan->until,
					 &scan->contribution);
	for (size_t i = 0; i < scan->contribution.n && !err; i++)
		err = tally_map_add(scan->map, &scan->contribution.items[i].key,
				    scan->contribution.items[i].n);
	learner_clear(&scan->learner);
	return err;
}

int ledger_view_scan(struct ledger_view *view, struct journal_view *names,
		     const struct catalogue *catalogue, int64_t until, struct tally_map *map)
{
	struct scan scan = { .view = view, .names = names, .until = until, .map = map };
	uint8_t number[NUMBER_BYTES];
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	profiles_init(&scan.profiles, catalogue);
	store_cursor_open(&view->txn, LDB_LEARNERS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		/* The pieces of a learner follow one another. */
		if (scan.learner.n > 0 && memcmp(number, key.data, sizeof(number)) != 0)
			err = scan_learner(&scan);
		memcpy(number, key.data, sizeof(number));
		if (!err)
			err = pieces_decode(key, value, &scan.learner);
	}
	if (!err)
		err = scan_learner(&scan);
	store_cursor_close(&cursor);
	profiles_clear(&scan.profiles);
	learner_free(&scan.learner);
	contribution_free(&scan.contribution);
	return err ? err : view->txn.err;
}
