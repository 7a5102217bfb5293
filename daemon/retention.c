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

static bool is_again(int64_t *asked_ms, int64_t now_ms)
{
	if (*asked_ms && now_ms - *asked_ms < RETENTION_AGAIN_MS)
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
	if (!is_again(&retention->asked_ms, now->steady_ms))
		return;
	log_notice("nothing older is kept: horizon=%s retention=%d", day, config->retention);
	orders_ask(retention->orders, &order);
	wake_send(room_wake(retention->rooms, ROOM_INTAKE));
}

/* Has the ledger that serves another horizon? */
static bool is_behind(const struct retention *retention)
{
	struct generation *generation = generation_get(retention->generations);
	bool behind = generation->ledger ? ledger_horizon(generation->ledger) <
						   journal_horizon_committed(retention->journal)
					 : retention->was_behind;

	generation_put(retention->generations, generation);
	return behind;
}

/* Unless one is on its way. */
static void ask_ledger(struct retention *retention, const struct now *now)
{
	struct rebuild_status status;

	rebuild_status(retention->rebuild, now->steady_ms, &status);
	if (status.running || atomic_load(&retention->stats->ledger_walking) ||
	    !is_again(&retention->built_ms, now->steady_ms))
		return;
	log_notice("a ledger is built by the new horizon");
	handover_want_ledger(retention->handover);
	wake_send(room_wake(retention->rooms, ROOM_MAIN));
}

static void look(void *context, const struct now *now)
{
	struct retention *retention = context;
	bool leapt = clock_leapt(&retention->leap, now), behind;

	if (journal_damage(retention->journal))
		return;
	if (retention->config->retention > 0)
		ask_horizon(retention, leapt, now);
	behind = is_behind(retention);
	if (behind)
		ask_ledger(retention, now);
	else if (retention->was_behind)
		retention->compact(retention->context);
	retention->was_behind = behind;
}

int retention_watch(struct retention *retention)
{
	return loop_add_timer(room_loop(retention->rooms, ROOM_MAIN), RETENTION_LOOK_MS, look,
			      retention, NULL);
}
