/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally/run.h"

enum { BUCKET_BITS = 40, PART_BITS = 16 };
#define BUCKET_MAX ((UINT64_C(1) << BUCKET_BITS) - 1)
#define PART_MAX   ((UINT64_C(1) << PART_BITS) - 1)

static size_t put_varint(uint8_t *to, uint64_t value)
{
	size_t n = 0;

	for (; value >= 0x80; value >>= 7)
		to[n++] = (uint8_t)(value | 0x80);
	to[n++] = (uint8_t)value;
	return n;
}

static uint64_t zigzag(int64_t n)
{
	return (uint64_t)n << 1 ^ (uint64_t)(n >> 63);
}

size_t run_put(struct run_at *at, const struct tally_part *part, uint8_t *to)
{
	uint64_t facet_part = part->what >> BUCKET_BITS, bucket = part->what & BUCKET_MAX;
	size_t n;

	if (facet_part == at->facet_part) {
		n = put_varint(to, (bucket - at->next) << 1);
	} else {
		uint64_t facets = (facet_part >> PART_BITS) - (at->facet_part >> PART_BITS);

		n = put_varint(to, facets << 1 | 1);
		n += put_varint(to + n, facet_part & PART_MAX);
		n += put_varint(to + n, bucket);
	}
	*at = (struct run_at){ facet_part, bucket + 1 };
	return n + put_varint(to + n, zigzag(part->n));
}

void run_open(struct run_reader *reader, struct text bytes)
{
	const uint8_t *next = (const uint8_t *)bytes.data;

	*reader = (struct run_reader){ .next = next, .end = next + bytes.size };
}

/* Beyond the end it is 0, and has failed. */
static inline uint64_t take_varint(struct run_reader *reader)
{
	const uint8_t *next = reader->next;
	uint64_t value = 0;
	unsigned shift = 0;

	while (next < reader->end && shift < 64) {
		uint8_t byte = *next++;

		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80)) {
			reader->next = next;
			return value;
		}
		shift += 7;
	}
	reader->failed = true;
	return 0;
}

bool run_next(struct run_reader *reader, struct tally_part *ret_part)
{
	struct run_at *at = &reader->at;
	uint64_t head, bucket, n;

	if (reader->next >= reader->end)
		return false;
	head = take_varint(reader);
	if (head & 1) {
		uint64_t facets = head >> 1, part = take_varint(reader), before = at->facet_part;

		at->facet_part = ((before >> PART_BITS) + facets) << PART_BITS | part;
		bucket = take_varint(reader);
		reader->failed |= part > PART_MAX || facets >= FACETS || at->facet_part <= before;
	} else {
		bucket = at->next + (head >> 1);
	}
	n = take_varint(reader);
	reader->failed |= bucket > BUCKET_MAX || at->facet_part >> PART_BITS >= FACETS;
	at->next = bucket + 1;
	*ret_part = (struct tally_part){ at->facet_part << BUCKET_BITS | bucket,
					 (int64_t)(n >> 1) ^ -(int64_t)(n & 1) };
	return !reader->failed;
}
