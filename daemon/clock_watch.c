/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/clock_watch.h"

#include <stdlib.h>

#include "daemon/base/log.h"

static void look(void *context, const struct now *now)
{
	struct clock_watch *watch = context;
	int64_t offset_ms = now->utc_ms - now->steady_ms, jump_ms = offset_ms - watch->offset_ms;

	watch->offset_ms = offset_ms;
	if (llabs(jump_ms) < CLOCK_JUMP_MS)
		return;
	stats_add(watch->stats, STAT_clock_jumps, 1);
	log_warning("clock jumped: by_ms=%+lld now_ms=%lld", (long long)jump_ms,
		    (long long)now->utc_ms);
}

int clock_watch_begin(struct clock_watch *watch, struct loop *loop, const struct now *now,
		      struct stats *stats)
{
	watch->stats = stats;
	watch->offset_ms = now->utc_ms - now->steady_ms;
	return loop_add_timer(loop, CLOCK_LOOK_MS, look, watch, NULL);
}
