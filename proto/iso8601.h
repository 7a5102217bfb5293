/* SPDX-License-Identifier: Apache-2.0 */
/*
 * iso8601.h - moments as people and platforms write them.
 */
#ifndef LIFT_PROTO_ISO8601_H
#define LIFT_PROTO_ISO8601_H

#include "proto/bytes.h"

#define ISO8601_DAY_MS INT64_C(86400000)

/* Milliseconds since 1970 UTC of an integer, or of "2026-08-17T09:30[:15[.25]]" followed by Z, UTC,
 * +02, +0200 or +02:00, or of the same without hyphens and colons, "20260817T0930[15[.25]]Z". T and
 * Z may be small, T may be a space, a space may stand before what follows, and a comma for the
 * point. What is finer than a millisecond is cut. False where it is neither: an offset is
 * needed. */
bool iso8601_parse(struct text text, int64_t *ret_ms);

/* "YYYY-MM-DDThh:mm:ssZ" of a moment in the years 0 to 9999. */
enum { ISO8601_TEXT = 32 };
void iso8601_print(int64_t ms, char to[static ISO8601_TEXT]);

#endif
