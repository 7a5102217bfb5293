/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/compact/trim.h"

#include <limits.h>
#include <stdlib.h>

#include "daemon/base/as_of.h"
#include "daemon/base/state.h"
#include "daemon/ledger/stored.h"
#include "daemon/ledger/taken_out.h"

struct trim {
	struct journal *journal;
	int64_t horizon;
	struct catalogue *catalogue; /* that the ledger was made with */
	struct stored *stored;
	struct ledger_view view;
	bool has_view, failed;
	struct learner learner;
};

void trim_close(struct trim *trim)
{
	if (!trim)
		return;
	if (trim->has_view)
		ledger_view_end(&trim->view);
	stored_close(trim->stored);
	catalogue_free(trim->catalogue);
	learner_free(&trim->learner);
	free(trim);
}

static int read_catalogue(struct trim *trim)
{
	struct yaml_errors errors = { .file = "the ledger's catalogue" };
	struct text text;
	int err = stored_begin(trim->stored);

	if (!err)
		err = stored_catalogue(trim->stored, &text);
	if (!err)
		err = catalogue_parse(text, &errors, &trim->catalogue);
	stored_end(trim->stored);
	yaml_errors_clear(&errors);
	return err;
}

/* LIFT_E_NOT_FOUND: it is by another horizon. */
static int open_ledger(struct trim *trim, const char *state, struct as_of as_of)
{
	char path[PATH_MAX];
	int err;

	state_path(path, state, STATE_LEDGER);
	err = stored_open(path, &trim->stored);
	if (!err)
		err = read_catalogue(trim);
	if (!err)
		err = stored_view(trim->stored, &trim->view);
	trim->has_view = !err;
	if (!err && !ledger_view_is_of(&trim->view, trim->journal, trim->catalogue,
				       as_of_until(as_of, trim->catalogue->calendar)))
		err = LIFT_E_NOT_FOUND;
	return err;
}

int trim_open(const char *state, struct as_of as_of, struct journal *journal,
	      struct trim **ret_trim)
{
	struct trim *trim;
	int err;

	*ret_trim = NULL;
	if (journal_horizon_committed(journal) == 0)
		return 0;
	trim = calloc(1, sizeof(*trim));
	if (!trim)
		return LIFT_E_MEMORY;
	trim->journal = journal;
	trim->horizon = journal_horizon_committed(journal);
	err = open_ledger(trim, state, as_of);
	if (err)
		trim_close(trim);
	else
		*ret_trim = trim;
	return err == LIFT_E_MEMORY ? err : 0;
}

bool trim_takes(struct trim *trim, const struct entry *entry)
{
	struct fact fact = entry->fact;
	struct text module;
	bool found;

	if (!trim || trim->failed || !entry_counts(entry) || fact.time >= trim->horizon)
		return false;
	if (!journal_get_name(trim->journal, NAME_MODULE, fact.module, &module))
		return false;
	fact.module = catalogue_module(trim->catalogue, module);
	trim->failed = ledger_view_learner(&trim->view, entry->learner, &trim->learner, &found);
	return !trim->failed && !(found && learner_rests_on(&trim->learner, &fact));
}
