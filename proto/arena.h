/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory that is taken in small pieces and given back all at once.
 *
 * A struct arena of zeros is an empty one. Pieces stay at their addresses until arena_free.
 */
#ifndef LIFT_PROTO_ARENA_H
#define LIFT_PROTO_ARENA_H

#include "proto/bytes.h"

struct arena {
	struct arena_chunk *chunks; /* the first one is being filled */
	size_t bytes;		    /* taken from the system */
};

/* `count` pieces of `size` bytes, zeros, aligned to 8; NULL where there is no memory. None is a
 * piece, too. */
void *arena_take(struct arena *arena, size_t count, size_t size);

/* A copy of a text with a 0 behind it; NULL where there is no memory. */
char *arena_text(struct arena *arena, struct text text);

void arena_free(struct arena *arena);

#endif
