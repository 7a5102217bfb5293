/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/grow.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/err.h"

enum { ROOM_FIRST = 8 };

int grow(void *items, size_t *room, size_t n, size_t size)
{
	size_t more = *room ? *room : ROOM_FIRST / 2;
	void *from, *to;

	assert(size > 0);
	if (n <= *room)
		return 0;
	/* The pointer may be of any kind, so its bytes are copied. */
	memcpy(&from, items, sizeof(from));
	more = more <= SIZE_MAX / 2 && 2 * more > n ? 2 * more : n;
	if (more > SIZE_MAX / size)
		more = n;
	to = more <= SIZE_MAX / size ? realloc(from, more * size) : NULL;
	if (!to)
		return LIFT_E_MEMORY;
	memcpy(items, &to, sizeof(to));
	*room = more;
	return 0;
}
