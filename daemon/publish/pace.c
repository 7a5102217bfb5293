/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/publish/pace.h"

#include "daemon/net/loop.h"
#include "daemon/publish/publish.h"

enum {
	SHARE = 4,	    /* of the time that went by, one part in so many */
	SHARE_MAX_MS = 200, /* of as much at most */
};

static int64_t clock_of(const struct pace *pace)
{
	struct now now;

	loop_moment(pace->loop, &now);
	return now.steady_ms;
}

void pace_begin(struct pace *pace)
{
	int64_t now_ms = clock_of(pace), passed_ms = now_ms - pace->began_ms;

	pace->left = pace->is_going ? pace->left + passed_ms * PUBLISH_PACE : PUBLISH_BURST;
	if (pace->left > PUBLISH_BURST)
		pace->left = PUBLISH_BURST;
	if (!pace->is_going)
		passed_ms = 0;
	if (passed_ms > SHARE_MAX_MS)
		passed_ms = SHARE_MAX_MS;
	pace->is_first = true;
	pace->began_ms = now_ms;
	pace->until_ms = now_ms + PUBLISH_SLICE_MS + passed_ms / SHARE;
}

bool pace_has_time(const struct pace *pace)
{
	return clock_of(pace) < pace->until_ms;
}

bool pace_takes(struct pace *pace)
{
	if (pace->left <= 0 || (!pace->is_first && !pace_has_time(pace)))
		return false;
	pace->is_first = false;
	pace->left--;
	return true;
}

void pace_end(struct pace *pace, bool more)
{
	pace->is_going = more;
}
