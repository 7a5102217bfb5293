/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/pool.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "proto/err.h"

/* An empty object of two bytes takes some 200: of all that a round may have (12 MiB), below this.
 * It is address space; memory is taken as it is used. */
#define POOL_BYTES (UINT64_C(2) << 30)

enum {
	POOL_KEPT = 8 << 20, /* bytes that stay from round to round */
	POOL_STRIP = 256 << 10,
	POOL_ALIGN = 16,
};

static struct {
	char *base; /* NULL: there is none */
	atomic_size_t used;
	unsigned round; /* a strip of an earlier one is none */
} pool;

/* A thread's own, of which it takes without asking others. */
static _Thread_local struct {
	bool is_on;
	unsigned round;
	char *at;
	size_t left;
} strip;

static char *take_of_pool(size_t room)
{
	size_t at = atomic_fetch_add(&pool.used, room);

	if (at <= POOL_BYTES && room <= POOL_BYTES - at)
		return pool.base + at;
	atomic_fetch_sub(&pool.used, room);
	return NULL;
}

static void *take_of_strip(size_t room)
{
	char *piece;

	if (strip.round != pool.round || room > strip.left) {
		strip.at = take_of_pool(POOL_STRIP);
		strip.left = strip.at ? POOL_STRIP : 0;
		strip.round = pool.round;
	}
	if (!strip.at)
		return NULL;
	piece = strip.at;
	strip.at += room;
	strip.left -= room;
	return piece;
}

static void *take(size_t size)
{
	size_t room = (size + POOL_ALIGN - 1) & ~(size_t)(POOL_ALIGN - 1);

	if (!strip.is_on)
		return malloc(size);
	if (room < size || room > POOL_BYTES)
		return NULL;
	return room > POOL_STRIP / 4 ? take_of_pool(room) : take_of_strip(room);
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
	pool_clear();
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
	strip.is_on = pool.base != NULL;
}

void pool_end(void)
{
	strip.is_on = false;
}

bool pool_has(const json_t *value)
{
	return is_of_pool(value);
}

void pool_clear(void)
{
	size_t used = atomic_load(&pool.used);

	if (used > POOL_KEPT)
		madvise(pool.base + POOL_KEPT, used - POOL_KEPT, MADV_DONTNEED);
	atomic_store(&pool.used, 0);
	pool.round++;
}
