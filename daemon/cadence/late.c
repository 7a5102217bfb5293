/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/late.h"

#include "proto/config.h"

/* A silence that would end before the weekend is one within a week: so it does not change its kind
 * when the weekend comes. */
static int64_t learnt_ms(const struct hearing *hearing)
{
	int64_t ms[SILENCE_EXPECTED];

	if (!rhythm_expect(hearing->rhythm, hearing->last_ms, ms))
		return 0;
	return outages_end_of(hearing->outages, hearing->last_ms, ms[SILENCE_WITHIN]) <
			       rhythm_weekend(hearing->last_ms)
		       ? ms[SILENCE_WITHIN]
		       : ms[SILENCE_OVER];
}

struct lateness late_judge(const struct hearing *hearing, int64_t cadence_ms, int64_t now_ms)
{
	struct lateness late = { .learnt = cadence_ms == CADENCE_LEARNT };
	int64_t end_ms;

	if (hearing->last_ms == 0 || hearing->is_over || cadence_ms == CADENCE_NEVER)
		return late;
	late.expected_ms = late.learnt ? learnt_ms(hearing) : cadence_ms;
	if (late.expected_ms == 0)
		return late;
	end_ms = outages_end_of(hearing->outages, hearing->last_ms, late.expected_ms);
	if (now_ms > end_ms)
		late.since_ms = end_ms;
	return late;
}
