/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/stats.h"

const char *const stat_names[STATS_COUNT] = {
#define X(name) [STAT_##name] = #name,
	STATS(X)
#undef X
};
