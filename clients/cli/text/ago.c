/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/ago.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>

void ago_print(int64_t ms, char to[static AGO_TEXT])
{
	static const struct {
		int64_t below_s, unit_s;
		const char *name;
	} units[] = {
		{ 100, 1, "s" },
		{ 100 * 60, 60, "min" },
		{ 48 * 3600, 3600, "h" },
		{ INT64_MAX, 86400, "days" },
	};
	int64_t s = ms > 0 ? ms / 1000 : 0;
	size_t i = 0;

	while (s >= units[i].below_s)
		i++;
	snprintf(to, AGO_TEXT, "%" PRId64 " %s", s / units[i].unit_s, units[i].name);
}
