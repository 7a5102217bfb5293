/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moment.h - timestamps of statements.
 */
#ifndef LIFT_XAPI_READ_MOMENT_H
#define LIFT_XAPI_READ_MOMENT_H

#include "proto/bytes.h"

/* Milliseconds since 1970 UTC of "2015-11-18T12:17:00.5+02:00", in all forms that iso8601.h takes
 * but the number alone. Without an offset (xAPI 1.0.3 only says that there should be one) it is
 * UTC. The second 60 of a leap second is the one that follows. Further digits are cut. */
bool moment_parse(struct text text, int64_t *ret_ms);

/* Is it a moment as RFC 3339 has them, which xAPI 2.0 wants: with hyphens, colons, seconds, and an
 * offset that is known, so not -00:00? */
bool moment_is_rfc3339(struct text text);

#endif
