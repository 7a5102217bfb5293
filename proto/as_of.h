/* SPDX-License-Identifier: Apache-2.0 */
/*
 * as_of.h - the day that figures are of: today, or a day that is pinned for replays of old data.
 */
#ifndef LIFT_PROTO_AS_OF_H
#define LIFT_PROTO_AS_OF_H

#include <stdbool.h>
#include <stdint.h>

struct as_of {
	bool pinned;
	int32_t day; /* where pinned */
};

#endif
