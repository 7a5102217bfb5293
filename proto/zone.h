/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone.h - a time zone as a table of its changes of offset, read from the system's zone files
 * (TZif, RFC 8536). Neither TZ nor anything else of the process is touched.
 */
#ifndef LIFT_PROTO_ZONE_H
#define LIFT_PROTO_ZONE_H

#include "proto/zone_rule.h"

/* In 400 years the calendar and its weekdays repeat, and with them the rule of a zone. */
#define ZONE_CYCLE_S (INT64_C(146097) * 86400)

struct zone {
	struct zone_change *changes; /* ascending, each of another offset; the first is from ever */
	size_t n, room;
	int64_t repeats_from; /* from this second on, each cycle is as the one before */
};

/* What a zone file says: pure. LIFT_E_NOT_FOUND where it is none of version 2 or later, or counts
 * leap seconds, which events do not; LIFT_E_MEMORY. */
int zone_decode(struct text bytes, struct zone *ret_zone);

/* That of an IANA name, from $TZDIR or /usr/share/zoneinfo. A name is letters, digits, '_', '+' and
 * '-', with '/' between: so it leads nowhere else. */
int zone_read(const char *name, struct zone *ret_zone);

/* The change by which the zone is as it is at a second since 1970 UTC. */
const struct zone_change *zone_change_at(const struct zone *zone, int64_t second);

/* The second since 1970 UTC at which local clocks come to a time, which is given as a second as if
 * there were no offset. One that comes twice is its first time; of one that clocks jump over, it is
 * the second in which they jump. */
int64_t zone_second_of_local(const struct zone *zone, int64_t local);

void zone_free(struct zone *zone);

#endif
