/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/names.h"
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

/* Learners. */

/* The number of a learner: false where there is none. */
static bool find_number(struct ledger_view *view, const uint8_t *pseudonym, uint32_t *ret_number)
{
	struct text value;

	if (!store_get(&view->txn, LDB_NUMBERS, (struct text){ (char *)pseudonym, PSEUDONYM_BYTES },
		       &value) ||
	    value.size != NUMBER_BYTES)
		return false;
	*ret_number = (uint32_t)get_be((const uint8_t *)value.data, NUMBER_BYTES);
	return true;
}

int ledger_view_learner(struct ledger_view *view, const uint8_t pseudonym[static PSEUDONYM_BYTES],
			struct learner *ret_learner, bool *ret_found)
{
	struct pieces pieces = { 0 };
	struct store_cursor cursor;
	uint32_t number = 0;
	int err;

	*ret_found = find_number(view, pseudonym, &number);
	learner_clear(ret_learner);
	if (!*ret_found)
		return view->txn.err;
	store_cursor_open(&view->txn, LDB_LEARNERS, &cursor);
	err = pieces_load(&cursor, number, &pieces, ret_learner);
	store_cursor_close(&cursor);
	pieces_free(&pieces);
	return err;
}

static int tell_learner(struct ledger_view *view, struct learner *learner, ledger_learner_fn fn,
			void *context)
{
	int err = step(view);

	if (!err && learner->n > 0)
		err = fn(context, learner);
	learner_clear(learner);
	return err;
}

int ledger_view_learners(struct ledger_view *view, ledger_learner_fn fn, void *context)
{
	struct learner learner = { 0 };
	uint8_t number[NUMBER_BYTES];
	struct store_cursor cursor;
	struct text key, value;
	int err = 0;

	store_cursor_open(&view->txn, LDB_LEARNERS, &cursor);
	while (!err && store_next(&cursor, &key, &value)) {
		/* The pieces of a learner follow one another. */
		if (learner.n > 0 && memcmp(number, key.data, sizeof(number)) != 0)
			err = tell_learner(view, &learner, fn, context);
		memcpy(number, key.data, sizeof(number));
		if (!err)
			err = pieces_decode(key, value, &learner);
	}
	if (!err)
		err = tell_learner(view, &learner, fn, context);
	store_cursor_close(&cursor);
	learner_free(&learner);
	return err ? err : view->txn.err;
}

/* A scan of the learners. */

struct scan {
	struct profiles profiles;
	struct journal_view *names;
	struct contribution contribution;
	int64_t until;
	struct tally_map *map;
};

static int scan_learner(void *context, const struct learner *learner)
{
	struct scan *scan = context;
	int err = 0;

	for (size_t i = 0; i < learner->n && !err; i++)
		err = profiles_resolve(&scan->profiles, scan->names, learner->facts[i].profile);
	if (!err)
		err = learner_contribute(learner, &scan->profiles, scan->until,
					 &scan->contribution);
	return err ? err
		   : tally_map_add_all(scan->map, scan->contribution.items, scan->contribution.n);
}

int ledger_view_scan(struct ledger_view *view, struct journal_view *names,
		     const struct catalogue *catalogue, int64_t until, struct tally_map *map)
{
	struct scan scan = { .names = names, .until = until, .map = map };
	int err;

	profiles_init(&scan.profiles, catalogue);
	err = ledger_view_learners(view, scan_learner, &scan);
	profiles_clear(&scan.profiles);
	contribution_free(&scan.contribution);
	return err;
}

/* Watching. */

void ledger_tell_seen(struct ledger *ledger, struct journal_view *view, struct text seen)
{
	const uint8_t *at = (const uint8_t *)seen.data;
	struct text source;

	if (ledger->watcher.seen &&
	    journal_view_name(view, NAME_SOURCE, (uint32_t)get_be(at, 4), &source))
		ledger->watcher.seen(ledger->watcher.context, source, (uint32_t)get_be(at + 4, 4),
				     (uint32_t)get_be(at + 8, 4));
}

/* What is not committed yet, too; some of it is told twice. */
static int tell_held(struct ledger *ledger)
{
	const struct ledger_watcher *watcher = &ledger->watcher;
	const struct tally_group *groups;
	size_t n;
	int err = tally_map_groups(ledger->held, &groups, &n);

	for (size_t i = 0; i < n && !err; i++)
		watcher->changed(watcher->context, groups[i].home, groups[i].subject);
	return err;
}

int ledger_watch(struct ledger *ledger, const struct ledger_watcher *watcher)
{
	struct journal_view names;
	struct ledger_view view;
	int err = ledger_view_begin(ledger, &view);

	ledger->watcher = *watcher;
	if (err)
		return err;
	view.step = watcher->stops;
	view.context = watcher->context;
	err = ledger_view_subjects(&view, watcher->changed, watcher->context);
	ledger_view_end(&view);
	if (!err)
		err = tell_held(ledger);
	if (!err)
		err = journal_view_begin(ledger->journal, &names);
	if (err)
		return err;
	for (uint32_t i = 0; i < names_count(ledger->seen); i++)
		ledger_tell_seen(ledger, &names, names_get(ledger->seen, i));
	journal_view_end(&names);
	return 0;
}
