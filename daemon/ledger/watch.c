/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/names.h"
#include "daemon/ledger/internal.h"

void ledger_tell_seen(struct ledger *ledger, struct journal_view *view, struct text seen)
{
	const uint8_t *at = (const uint8_t *)seen.data;
	struct text source;

	if (ledger->watcher.seen &&
	    journal_view_name(view, NAME_SOURCE, (uint32_t)get_be(at, 4), &source))
		ledger->watcher.seen(ledger->watcher.context, source, (uint32_t)get_be(at + 4, 4),
				     (uint32_t)get_be(at + 8, 4));
}

int ledger_watch(struct ledger *ledger, const struct ledger_watcher *watcher)
{
	struct tally_key key, previous = { .home = UINT32_MAX };
	struct store_cursor cursor;
	struct journal_view names;
	struct ledger_view view;
	struct text bytes, value;
	int err = ledger_view_begin(ledger, &view);

	ledger->watcher = *watcher;
	if (err)
		return err;
	store_cursor_open(&view.txn, LDB_TALLIES, &cursor);
	while (store_next(&cursor, &bytes, &value)) {
		tally_key_decode((const uint8_t *)bytes.data, &key);
		if (key.home != previous.home || key.subject != previous.subject)
			watcher->changed(watcher->context, key.home, key.subject);
		previous = key;
	}
	store_cursor_close(&cursor);
	err = view.txn.err;
	ledger_view_end(&view);
	if (!err)
		err = journal_view_begin(ledger->journal, &names);
	if (err)
		return err;
	for (uint32_t i = 0; i < names_count(ledger->seen); i++)
		ledger_tell_seen(ledger, &names, names_get(ledger->seen, i));
	journal_view_end(&names);
	return 0;
}
