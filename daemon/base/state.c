/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/state.h"

#include <assert.h>
#include <stdio.h>

static const char *const names[STATE_PARTS] = {
	[STATE_LOCK] = "lock",
	[STATE_JOURNAL] = "journal",
	[STATE_LEDGER] = "ledger",
	[STATE_LEDGER_NEW] = "ledger.new",
	[STATE_LEDGER_VERIFY] = "ledger.verify",
	[STATE_LEDGER_KNOWN] = "ledger.known",
	[STATE_SECRET] = "secret",
	[STATE_SECRET_NEW] = "secret.new",
	[STATE_CATALOGUE] = "catalogue.yaml",
	[STATE_CATALOGUE_NEW] = "catalogue.new",
	[STATE_BACKUPS] = "backups",
	[STATE_RESTORING] = "restoring",
	[STATE_ROSTERS] = "rosters.log",
	[STATE_AUDIT] = "audit.log",
	[STATE_AUDIT_NEW] = "audit.new",
	[STATE_RELEASES] = "releases",
	[STATE_BACKUPS_MADE] = "backups.log",
	[STATE_COMPACT] = "compact",
	[STATE_UNFINISHED] = "restore-unfinished",
};

const char *state_name(enum state_part part)
{
	return names[part];
}

void state_path_beside(char ret_path[static PATH_MAX], const char *dir, enum state_part part,
		       const char *suffix)
{
	int size = snprintf(ret_path, PATH_MAX, "%s/%s%s", dir, names[part], suffix);

	assert(size < PATH_MAX);
}

void state_path(char ret_path[static PATH_MAX], const char *dir, enum state_part part)
{
	state_path_beside(ret_path, dir, part, "");
}
