/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/credential.h"

#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

bool credential_path(const char *name, char to[static PATH_MAX])
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	int size = dir ? snprintf(to, PATH_MAX, "%s/%s", dir, name) : -1;

	return size > 0 && size < PATH_MAX && access(to, F_OK) == 0;
}

/* libsodium locks it, and does not say whether it could. It ends with a page. */
void *credential_memory(size_t bytes, bool *ret_locked)
{
	uint8_t *memory = sodium_init() < 0 ? NULL : sodium_malloc(bytes);
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)memory & ~(page - 1);
	size_t size;

	if (!memory)
		return NULL;
	size = (uintptr_t)memory + bytes - from;
	/* mlock2, since a sanitizer makes nothing of mlock. */
	*ret_locked = mlock2((void *)from, size, 0) == 0;
	madvise((void *)from, size, MADV_DONTDUMP);
	madvise((void *)from, size, MADV_WIPEONFORK);
	sodium_memzero(memory, bytes);
	return memory;
}

void credential_forget(void *memory)
{
	sodium_free(memory);
}
