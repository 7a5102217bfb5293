/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/cadence/late.h"

#include "proto/config.h"

struct lateness late_judge(const struct hearing *hearing, int64_t cadence_ms, int64_t now_ms)
{
	struct lateness late = { 0 };

	if (hearing->last_ms == 0 || hearing->is_over || cadence_ms == CADENCE_NEVER ||
	    cadence_ms == CADENCE_LEARNT)
		return late;
	late.expected_ms = cadence_ms;
	if (now_ms - hearing->last_ms > late.expected_ms)
		late.since_ms = hearing->last_ms + late.expected_ms;
	return late;
}
