/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - what becomes of a statement, and why, in lines that people read.
 */
#ifndef LIFT_XAPI_MAP_EXPLAIN_H
#define LIFT_XAPI_MAP_EXPLAIN_H

#include "clients/xapi/map/map.h"

/* Apply the map, as map_apply does, and say how it came to it: lines, of which the first is the
 * outcome. They name the learner. *ret_text is the caller's (free). LIFT_E_MEMORY. */
int explain(const struct map *map, const struct map_platform *platform, const json_t *statement,
	    int64_t now_ms, char **ret_text);

#endif
