/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/retention.h"

#include "daemon/base/as_of.h"
#include "daemon/base/log.h"
#include "proto/day.h"

int64_t retention_horizon(const struct calendar *calendar, int32_t today, int months)
{
	int32_t year, month, mday;

	day_to_date(today, &year, &month, &mday);
	return calendar_day_start(calendar, day_add_months(day_of_date(year, month, 1), -months));
}

static bool is_again(int64_t *asked_ms, int64_t now_ms, int64_t again_ms)
{
	if (*asked_ms && now_ms - *asked_ms < again_ms)
		return false;
	*asked_ms = now_ms;
	return true;
}

static void ask_horizon(struct retention *retention, bool leapt, const struct now *now)
{
	struct catalogue *catalogue = handover_newest(retention->handover);
	const struct config *config = retention->config;
	int32_t today = as_of_day(config->as_of, catalogue->calendar, now->utc_ms);
	static struct order order; /* it is large; of the main thread alone */
	char day[DAY_TEXT];

	order = (struct order){ .what = ORDER_HORIZON };
	order.horizon = retention_horizon(catalogue->calendar, today, config->retention);
	day_print(calendar_day(catalogue->calendar, order.horizon), day);
	catalogue_free(catalogue);
	if (order.horizon <= journal_horizon_committed(retention->journal))
		return;
	if (leapt && !config->as_of.pinned) {
		if (!retention->leap_said)
			log_warning("the clock has leapt ahead, nothing is taken out by it for a "
				    "day: horizon=%s",
				    day);
		retention->leap_said = true;
		return;
	}
	if (!is_again(&retention->asked_ms, now->steady_ms, RETENTION_AGAIN_MS))
		return;
	log_notice("nothing older is kept: horizon=%s retention=%d", day, config->retention);
	orders_ask(retention->orders, &order);
	wake_send(room_wake(retention->rooms, ROOM_INTAKE));
}

/* By which horizon is the ledger that serves? -1: none does. */
static int64_t served(const struct retention *retention)
{
	struct generation *generation = generation_get(retention->generations);
	int64_t horizon = generation->ledger ? ledger_horizon(generation->ledger) : -1;

	generation_put(retention->generations, generation);
	return horizon;
}

/* Unless one is on its way. */
static void ask_ledger(struct retention *retention, const struct now *now)
{
	struct rebuild_status status;

	rebuild_status(retention->rebuild, now->steady_ms, &status);
	if (status.running || atomic_load(&retention->stats->ledger_walking) ||
	    !is_again(&retention->built_ms, now->steady_ms, RETENTION_AGAIN_MS))
		return;
	log_notice("a ledger is built by the new horizon");
	handover_want_ledger(retention->handover);
	wake_send(room_wake(retention->rooms, ROOM_MAIN));
}

/* Also what an earlier start, or a compaction that failed, has left. */
static void ask_compaction(struct retention *retention, const struct now *now)
{
	if (is_again(&retention->compacted_ms, now->steady_ms, RETENTION_COMPACT_AGAIN_MS))
		retention->compact(retention->context);
}

static void look(void *context, const struct now *now)
{
	struct retention *retention = context;
	bool leapt = clock_leapt(&retention->leap, now);
	int64_t horizon = journal_horizon_committed(retention->journal), by;

	if (journal_damage(retention->journal))
		return;
	if (retention->config->retention > 0)
		ask_horizon(retention, leapt, now);
	by = served(retention);
	if (by < 0)
		return;
	if (by < horizon)
		ask_ledger(retention, now);
	else if (journal_trimmed(retention->journal) < horizon)
		ask_compaction(retention, now);
}

int retention_watch(struct retention *retention)
{
	return loop_add_timer(room_loop(retention->rooms, ROOM_MAIN), RETENTION_LOOK_MS, look,
			      retention, NULL);
}
