/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What orders take out of what the journal has.
 */
#include <stdlib.h>

#include "daemon/ledger/internal.h"
#include "proto/grow.h"

/* Who is forgotten: those who are by now, whatever the build stops at. What was known by then of
 * somebody who has been forgotten since is not known any more. */

static int add_forgotten(void *context, const uint8_t pseudonym[static PSEUDONYM_BYTES],
			 uint64_t number)
{
	struct ledger *ledger = context;
	struct forgotten *row;

	if (grow(&ledger->forgotten, &ledger->room_forgotten, ledger->n_forgotten + 1,
		 sizeof(*ledger->forgotten)) != 0)
		return LIFT_E_MEMORY;
	row = &ledger->forgotten[ledger->n_forgotten++];
	memcpy(row->learner, pseudonym, PSEUDONYM_BYTES);
	row->number = number;
	return 0;
}

int ledger_load_forgotten(struct ledger *ledger)
{
	struct journal_view view;
	int err = journal_view_begin(ledger->journal, &view);

	if (!err)
		err = journal_view_forgets(&view, add_forgotten, ledger);
	journal_view_end(&view);
	ledger->is_building = true;
	return err;
}

void ledger_drop_forgotten(struct ledger *ledger)
{
	free(ledger->forgotten);
	ledger->forgotten = NULL;
	ledger->n_forgotten = ledger->room_forgotten = 0;
	ledger->is_building = false;
}

static int compare_forgotten(const void *key, const void *row)
{
	return memcmp(key, ((const struct forgotten *)row)->learner, PSEUDONYM_BYTES);
}

bool ledger_is_forgotten(const struct ledger *ledger, const uint8_t learner[static PSEUDONYM_BYTES],
			 uint64_t number)
{
	const struct forgotten *row;

	if (ledger->n_forgotten == 0)
		return false;
	row = bsearch(learner, ledger->forgotten, ledger->n_forgotten, sizeof(*ledger->forgotten),
		      compare_forgotten);
	return row && number < row->number;
}
