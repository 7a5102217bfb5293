/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Zone files: whatever comes, a table that ascends, or none.
 */
#include "proto/zone.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct zone zone;

	if (zone_decode(fuzz_text(data, size), &zone) != 0)
		return 0;
	REQUIRE(zone.n > 0 && zone.changes[0].from == INT64_MIN);
	for (size_t i = 1; i < zone.n; i++)
		REQUIRE(zone.changes[i - 1].from < zone.changes[i].from &&
			zone.changes[i - 1].offset != zone.changes[i].offset);
	zone_free(&zone);
	return 0;
}
