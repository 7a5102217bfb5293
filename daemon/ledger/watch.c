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
		err = journal_view_begin(ledger->journal, &names);
	if (err)
		return err;
	for (uint32_t i = 0; i < names_count(ledger->seen); i++)
		ledger_tell_seen(ledger, &names, names_get(ledger->seen, i));
	journal_view_end(&names);
	return 0;
}
