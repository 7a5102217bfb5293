/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bytes.h - borrowed runs of bytes, and whole numbers as big-endian bytes.
 *
 * A struct text never owns what it points to; whoever hands one out says how long it lives.
 */
#ifndef LIFT_PROTO_BYTES_H
#define LIFT_PROTO_BYTES_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *data; /* not terminated; may be NULL where size is 0 */
	size_t size;	  /* bytes */
};

/* A constant text, also in the initialiser of a static table. */
#define TEXT(literal)                        \
	{                                    \
		literal, sizeof(literal) - 1 \
	}

/* A text of a C string, borrowed. */
static inline struct text text_of(const char *s)
{
	return (struct text){ s, strlen(s) };
}

static inline bool text_equal(struct text a, struct text b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Less than, equal to or greater than 0, as bytes; a prefix comes first. */
static inline int text_compare(struct text a, struct text b)
{
	size_t size = a.size < b.size ? a.size : b.size;
	int order = size ? memcmp(a.data, b.data, size) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

/* The low `size` bytes (1..8) of a number, the highest first: so that bytes sort as numbers. */
static inline void put_be(uint8_t *to, uint64_t value, size_t size)
{
	uint64_t big = htobe64(value);

	memcpy(to, (const uint8_t *)&big + sizeof(big) - size, size);
}

static inline uint64_t get_be(const uint8_t *from, size_t size)
{
	uint64_t big = 0;

	memcpy((uint8_t *)&big + sizeof(big) - size, from, size);
	return be64toh(big);
}

#endif
