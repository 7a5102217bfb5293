/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/torture/memory.h"

#include <errno.h>
#include <stdlib.h>

struct memory memory;

static bool fails(void)
{
	unsigned long n;

	if (!memory.armed)
		return false;
	n = ++memory.calls;
	if (memory.at == 0 || n < memory.at || (n > memory.at && !memory.lasting))
		return false;
	memory.hits++;
	errno = ENOMEM;
	return true;
}

#ifdef LIFT_SANITIZED
#define REAL(name) __real_##name
#define OURS(name) __wrap_##name
#else
#define REAL(name) __libc_##name
#define OURS(name) name
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *old, size_t size);
void *OURS(malloc)(size_t size);
void *OURS(calloc)(size_t count, size_t size);
void *OURS(realloc)(void *old, size_t size);

void *OURS(malloc)(size_t size)
{
	return fails() ? NULL : REAL(malloc)(size);
}

void *OURS(calloc)(size_t count, size_t size)
{
	return fails() ? NULL : REAL(calloc)(count, size);
}

void *OURS(realloc)(void *old, size_t size)
{
	return fails() ? NULL : REAL(realloc)(old, size);
}

void memory_arm(unsigned long at, bool lasting)
{
	memory = (struct memory){ .armed = true, .lasting = lasting, .at = at };
}

void memory_disarm(void)
{
	memory.armed = false;
}
