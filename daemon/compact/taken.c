/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/compact/taken.h"

#include <stdlib.h>
#include <string.h>

#include "proto/grow.h"

struct taking {
	struct taken *taken;
	struct journal_view view;
};

/* They come in the order of learners. */
static int take_order(void *context, const uint8_t pseudonym[static PSEUDONYM_BYTES],
		      uint64_t number)
{
	struct taking *taking = context;
	struct taken *taken = taking->taken;
	struct taken_learner *row;
	int err;

	if (number > taken->through)
		return 0;
	err = grow(&taken->rows, &taken->room, taken->n + 1, sizeof(*taken->rows));
	if (err)
		return err;
	row = &taken->rows[taken->n];
	memcpy(row->learner, pseudonym, PSEUDONYM_BYTES);
	row->number = number;
	err = journal_view_receipt(&taking->view, number, &row->receipt);
	taken->n += !err;
	return err == LIFT_E_NOT_FOUND ? LIFT_E_CORRUPT : err;
}

int taken_read(struct taken *taken, struct journal *journal, uint64_t through)
{
	struct taking taking = { .taken = taken };
	int err;

	*taken = (struct taken){ .rows = NULL };
	err = journal_view_begin(journal, &taking.view);
	if (err)
		return err;
	taken->through = through ? through : journal_view_last(&taking.view);
	err = journal_view_horizon(&taking.view, &taken->horizon);
	if (!err)
		err = journal_view_forgets(&taking.view, take_order, &taking);
	journal_view_end(&taking.view);
	return err;
}

int taken_read_older(struct taken *taken, const struct taken *orders, struct journal *journal)
{
	struct journal_view view;
	int err = 0;

	*taken = (struct taken){ .horizon = orders->horizon, .through = orders->through };
	err = grow(&taken->rows, &taken->room, orders->n, sizeof(*taken->rows));
	if (!err)
		err = journal_view_begin(journal, &view);
	if (err)
		return err;
	for (taken->n = 0; taken->n < orders->n; taken->n++) {
		struct taken_learner *row = &taken->rows[taken->n];

		*row = orders->rows[taken->n];
		if (journal_view_forgotten(&view, row->learner) != row->number)
			row->number = UINT64_MAX;
		if (row->number == UINT64_MAX)
			row->receipt = INT64_MAX;
	}
	err = journal_view_err(&view);
	journal_view_end(&view);
	return err;
}

void taken_clear(struct taken *taken)
{
	free(taken->rows);
	*taken = (struct taken){ .rows = NULL };
}

static int compare(const void *key, const void *row)
{
	return memcmp(key, ((const struct taken_learner *)row)->learner, PSEUDONYM_BYTES);
}

static const struct taken_learner *find(const struct taken *taken, const uint8_t *learner)
{
	return taken->n == 0
		       ? NULL
		       : bsearch(learner, taken->rows, taken->n, sizeof(*taken->rows), compare);
}

static bool takes(const struct taken *taken, uint64_t number, const struct entry *entry)
{
	const struct taken_learner *row;

	if (entry->what != ENTRY_FORGET && !entry_counts(entry))
		return false;
	row = find(taken, entry->learner);
	return (row && number < row->number) ||
	       (entry->what == ENTRY_FORGET && number <= taken->through);
}

static void change_entry(void *context, uint64_t number, struct entry *entry)
{
	struct taken *taken = context;

	if (takes(taken, number, entry))
		taken->entries += entry->what == ENTRY_EVENT;
	else if (taken->is_old && taken->is_old(taken->context, entry))
		taken->old_entries++;
	else
		return;
	*entry = (struct entry){ .what = ENTRY_GONE };
}

/* Its number may have run ahead of the order's, so it is the moment that tells; where a clock that
 * was wrong has been put back, the number. */
static bool keeps_row(void *context, const struct quarantined *row, uint8_t *retry)
{
	const struct taken *taken = context;
	const struct taken_learner *of =
		row->retry.size < PSEUDONYM_BYTES ? NULL : find(taken, retry);

	if (row->received < taken->horizon)
		return false;
	return !of || (row->number > of->number && row->received > of->receipt);
}

static bool keeps_forget(void *context, const uint8_t learner[static PSEUDONYM_BYTES],
			 uint64_t number)
{
	const struct taken *taken = context;
	const struct taken_learner *row = find(taken, learner);

	return number > taken->through && !(row && number < row->number);
}

static bool goes_on(void *context, uint64_t number)
{
	const struct taken *taken = context;

	(void)number;
	if (taken->still)
		taken->still();
	return true;
}

struct rewrite_rules taken_rules(struct taken *taken)
{
	return (struct rewrite_rules){ .change_entry = change_entry,
				       .keeps_row = keeps_row,
				       .keeps_forget = keeps_forget,
				       .goes_on = goes_on,
				       .context = taken,
				       .trimmed = taken->trimmed };
}

/* Is there any? */

enum { FOUND = 1 };

static int look_at_entry(void *context, uint64_t number, uint32_t stream, const struct entry *entry)
{
	(void)stream;
	return takes(context, number, entry) ? FOUND : 0;
}

struct looking {
	struct taken *taken;
	bool found;
};

static int look_at_row(void *context, const struct quarantined *row)
{
	struct looking *looking = context;
	uint8_t learner[PSEUDONYM_BYTES];

	if (row->retry.size < PSEUDONYM_BYTES)
		return 0;
	memcpy(learner, row->retry.data, PSEUDONYM_BYTES);
	looking->found = !keeps_row(looking->taken, row, learner);
	return looking->found;
}

int taken_look(struct taken *taken, struct journal *journal, bool *ret_some)
{
	struct looking looking = { .taken = taken };
	struct journal_view view;
	uint64_t next;
	int err = journal_view_begin(journal, &view);

	if (err)
		return err;
	err = journal_view_read(&view, 1, UINT64_MAX, look_at_entry, taken, &next);
	if (!err)
		err = journal_view_quarantine(&view, 0, look_at_row, &looking);
	journal_view_end(&view);
	*ret_some = err == FOUND || looking.found;
	return err == FOUND ? 0 : err;
}
