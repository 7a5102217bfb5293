/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/stats.h"

const char *const stat_names[STATS_COUNT] = {
#define X(name) [STAT_##name] = #name,
	STATS(X)
#undef X
};

const char *const stat_trouble_names[TROUBLES] = {
	[TROUBLE_JOURNAL] = "journal",	      [TROUBLE_WALK] = "journal",
	[TROUBLE_LEDGER] = "ledger",	      [TROUBLE_INTAKE_SOCKETS] = "socket",
	[TROUBLE_PUBLISH_SOCKETS] = "socket", [TROUBLE_CONTROL_SOCKETS] = "socket",
};
