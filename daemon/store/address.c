/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/address.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

static bool fits(uint64_t bytes)
{
	void *map;

	if (bytes > SIZE_MAX)
		return false;
	map = mmap(NULL, (size_t)bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1,
		   0);
	if (map == MAP_FAILED)
		return false;
	munmap(map, (size_t)bytes);
	return true;
}

uint64_t address_free(uint64_t most)
{
	uint64_t fitting = 0, beyond = most / ADDRESS_STEP + 1; /* in steps */

	while (beyond - fitting > 1) {
		uint64_t middle = fitting + (beyond - fitting) / 2;

		if (fits(middle * ADDRESS_STEP))
			fitting = middle;
		else
			beyond = middle;
	}
	return fitting * ADDRESS_STEP;
}

void address_limit(char to[static ADDRESS_LIMIT_TEXT])
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
		snprintf(to, ADDRESS_LIMIT_TEXT,
			 "the limit of address space is %llu MiB (RLIMIT_AS: LimitAS=, ulimit -v)",
			 (unsigned long long)limit.rlim_cur >> 20);
	else
		snprintf(to, ADDRESS_LIMIT_TEXT, "this machine has no more address space");
}
