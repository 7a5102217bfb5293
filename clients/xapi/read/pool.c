/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "proto/err.h"

/* An empty object of two bytes takes some 200: of all that a round may have (12 MiB), below this.
 * It is address space; memory is taken as it is used. */
#define POOL_BYTES (UINT64_C(2) << 30)

enum {
	POOL_KEPT = 8 << 20, /* bytes that stay from round to round */
	POOL_ALIGN = 16,
};

static struct {
	char *base; /* NULL: there is none */
	size_t used;
} pool;
static _Thread_local bool is_on;

static void *take(size_t size)
{
	size_t room = (size + POOL_ALIGN - 1) & ~(size_t)(POOL_ALIGN - 1);
	char *piece = pool.base + pool.used;

	if (!is_on)
		return malloc(size);
	if (room < size || room > POOL_BYTES - pool.used)
		return NULL;
	pool.used += room;
	return piece;
}

static bool is_of_pool(const void *piece)
{
	return (uintptr_t)piece - (uintptr_t)pool.base < POOL_BYTES && pool.base;
}

static void give(void *piece)
{
	if (!is_of_pool(piece))
		free(piece);
}

/* A sanitizer looks at each piece by itself. */
#ifdef LIFT_SANITIZED
enum { POOL_IS_USED = 0 };
#else
enum { POOL_IS_USED = 1 };
#endif

int pool_open(void)
{
	void *base;

	if (!POOL_IS_USED)
		return 0;
	base = mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return LIFT_E_MEMORY;
	pool.base = base;
	pool.used = 0;
	json_set_alloc_funcs(take, give);
	return 0;
}

void pool_close(void)
{
	if (pool.base)
		munmap(pool.base, POOL_BYTES);
	pool.base = NULL;
	json_set_alloc_funcs(malloc, free);
}

void pool_begin(void)
{
	is_on = pool.base != NULL;
}

void pool_end(void)
{
	is_on = false;
}

bool pool_has(const json_t *value)
{
	return is_of_pool(value);
}

void pool_clear(void)
{
	if (pool.used > POOL_KEPT)
		madvise(pool.base + POOL_KEPT, pool.used - POOL_KEPT, MADV_DONTNEED);
	pool.used = 0;
}
