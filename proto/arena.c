/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/arena.h"

#include <stdlib.h>

enum { CHUNK_SIZE = 64 << 10, ALIGNMENT = 8 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	_Alignas(ALIGNMENT) char bytes[];
};

/* Room for `size` bytes, from a multiple of `alignment` on. */
static char *room_for(struct arena *arena, size_t size, size_t alignment)
{
	struct arena_chunk *chunk = arena->chunks;
	size_t at = chunk ? (chunk->used + alignment - 1) & ~(alignment - 1) : 0;

	if (!chunk || chunk->size < at || chunk->size - at < size) {
		size_t room = size > CHUNK_SIZE / 4 ? size : CHUNK_SIZE;

		if (room > SIZE_MAX - sizeof(*chunk))
			return NULL;
		chunk = malloc(sizeof(*chunk) + room);
		if (!chunk)
			return NULL;
		*chunk = (struct arena_chunk){ .size = room };
		arena->bytes += sizeof(*chunk) + room;
		at = 0;
		/* A large piece has a chunk of its own, behind the one that still has room. */
		if (arena->chunks && room != CHUNK_SIZE) {
			chunk->next = arena->chunks->next;
			arena->chunks->next = chunk;
		} else {
			chunk->next = arena->chunks;
			arena->chunks = chunk;
		}
	}
	chunk->used = at + size;
	return chunk->bytes + at;
}

void *arena_take(struct arena *arena, size_t count, size_t size)
{
	char *to;

	if (size && count > SIZE_MAX / size)
		return NULL;
	to = room_for(arena, count * size, ALIGNMENT);
	return to ? memset(to, 0, count * size) : NULL;
}

char *arena_text(struct arena *arena, struct text text)
{
	char *to = room_for(arena, text.size + 1, 1);

	if (!to)
		return NULL;
	if (text.size)
		memcpy(to, text.data, text.size);
	to[text.size] = 0;
	return to;
}

void arena_free(struct arena *arena)
{
	while (arena->chunks) {
		struct arena_chunk *chunk = arena->chunks;

		arena->chunks = chunk->next;
		free(chunk);
	}
	arena->bytes = 0;
}
