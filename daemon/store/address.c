/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/store/address.h"

#include <stdbool.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

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

/* A line of it: begin-end, what may be done, offset, device, inode. */
void address_of_file(int fd, uint64_t bytes, uintptr_t *ret_begin, uintptr_t *ret_end)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	unsigned long long begin, end, inode;
	struct stat st;
	char line[512];

	*ret_begin = *ret_end = 0;
	if (!maps)
		return;
	while (fstat(fd, &st) == 0 && *ret_end == 0 && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%llx-%llx %*s %*s %*s %llu", &begin, &end, &inode) != 3 ||
		    inode != st.st_ino || end - begin < bytes)
			continue; /* inodes are numbers of a device: the size tells, too */
		*ret_begin = (uintptr_t)begin;
		*ret_end = (uintptr_t)end;
	}
	fclose(maps);
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
