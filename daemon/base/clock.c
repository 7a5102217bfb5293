/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_steady_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t clock_utc_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

static void read_machine(void *context, struct now *ret_now)
{
	(void)context;
	*ret_now = (struct now){ clock_steady_ms(), clock_utc_ms() };
}

const struct clock clock_machine = { read_machine, NULL };

/* The Makefile knows. */
#ifndef LIFT_BUILT_S
#define LIFT_BUILT_S 0
#endif

int64_t clock_built_ms(void)
{
	return INT64_C(1000) * LIFT_BUILT_S;
}

const char *clock_fault(int64_t utc_ms, int64_t latest_ms, int64_t built_ms)
{
	if (utc_ms < built_ms - CLOCK_SLACK_MS)
		return "the time of day is before this program was built: set the clock";
	if (utc_ms < latest_ms - CLOCK_SLACK_MS)
		return "the time of day is before that of the latest receipt: set the clock, or, "
		       "if it was ahead then and is right now, say so: lift accept-clock";
	return NULL;
}

bool clock_leapt(struct clock_leap *leap, const struct now *now)
{
	int64_t ahead_ms = leap->seen_ms ? now->utc_ms - leap->seen_ms : 0;

	leap->seen_ms = now->utc_ms;
	if (ahead_ms > CLOCK_LEAP_MS)
		leap->sure_ms = now->steady_ms + CLOCK_SURE_MS;
	else if (ahead_ms < -CLOCK_LEAP_MS)
		leap->sure_ms = now->steady_ms; /* it has been set right */
	return now->steady_ms < leap->sure_ms;
}
