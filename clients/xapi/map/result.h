/* SPDX-License-Identifier: Apache-2.0 */
/*
 * result.h - what came of it: a statement's score, and how long it took.
 */
#ifndef LIFT_XAPI_MAP_RESULT_H
#define LIFT_XAPI_MAP_RESULT_H

#include "clients/xapi/map/internal.h"

struct score {
	int16_t value;	 /* 0..SCORE_ONE; -1: none */
	bool dropped;	 /* it was out of range, and left out or cut */
	bool refused;	 /* it was, and the table refuses that */
	const char *how; /* "raw of min to max", ... */
};

/* raw with min and max goes before scaled; raw alone, or a max that is not above min, is no
 * score. */
struct score score_of(const struct statement *statement);

/* result.duration in whole minutes, rounded: 0 is below half a minute. -1: there is none;
 * MINUTES_MAX + 1: it is longer than a presence may be. */
int32_t minutes_of(const json_t *statement, int64_t *ret_ms);

#endif
