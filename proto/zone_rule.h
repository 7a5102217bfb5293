/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone_rule.h - when clocks change each year, as the last line of a zone file says it: the TZ of
 * POSIX (XBD 8.3), with hours of -167 to 167 (RFC 8536, 3.3.1).
 */
#ifndef LIFT_PROTO_ZONE_RULE_H
#define LIFT_PROTO_ZONE_RULE_H

#include <stdbool.h>

#include "proto/bytes.h"
#include "proto/err.h"

struct zone_rule {
	int32_t offset; /* seconds to be added to UTC */
	bool has_summer;
	int32_t summer_offset; /* while it is summer; less than the other one in Dublin */
	struct zone_rule_date {
		enum { RULE_WEEKDAY, RULE_DAY, RULE_DAY_WITHOUT_LEAP } kind;
		int month, week, day; /* RULE_WEEKDAY: 1..12, 1..5 (5: the last one), 0 is Sunday */
		int32_t second;	      /* of the day, by the clocks until then */
	} begins, ends;		      /* summer */
};

/* LIFT_E_NOT_FOUND where it is none. */
int zone_rule_parse(struct text text, struct zone_rule *ret_rule);

/* The two changes of a year in their order: the second from which on, and the offset. */
struct zone_change {
	int64_t from;
	int32_t offset;
};
void zone_rule_year(const struct zone_rule *rule, int32_t year, struct zone_change ret_changes[2]);

#endif
