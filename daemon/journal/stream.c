/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/journal/stream.h"

#include <assert.h>

bool stream_has(const struct stream *stream, uint64_t seq)
{
	if (seq < stream->next)
		return true;
	for (uint32_t i = 0; i < stream->n_ranges; i++)
		if (seq >= stream->ranges[i].first && seq <= stream->ranges[i].last)
			return true;
	return false;
}

/* Does a range touch or overlap first..last? */
static bool joins(struct stream_range range, uint64_t first, uint64_t last)
{
	return range.first <= last + 1 && range.last + 1 >= first;
}

bool stream_has_room(const struct stream *stream, uint64_t first, uint64_t last)
{
	if (stream->n_ranges < STREAM_RANGES_MAX || first <= stream->next)
		return true;
	for (uint32_t i = 0; i < stream->n_ranges; i++)
		if (joins(stream->ranges[i], first, last))
			return true;
	return false;
}

uint64_t stream_missing(const struct stream *stream)
{
	uint64_t missing = 0, next = stream->next;

	if (stream->closed)
		return 0;
	for (uint32_t i = 0; i < stream->n_ranges; i++) {
		missing += stream->ranges[i].first - next;
		next = stream->ranges[i].last + 1;
	}
	return stream->announced >= next ? missing + stream->announced - next + 1 : missing;
}

static void note_since(struct stream *stream, int64_t now_ms)
{
	if (stream_missing(stream) == 0)
		stream->since = 0;
	else if (stream->since == 0)
		stream->since = now_ms;
}

void stream_add(struct stream *stream, uint64_t first, uint64_t last, int64_t now_ms)
{
	struct stream_range added = { first, last };
	uint32_t kept = 0, at;

	/* What it joins becomes one with it; the others keep their order. */
	for (uint32_t i = 0; i < stream->n_ranges; i++) {
		struct stream_range range = stream->ranges[i];

		if (joins(range, added.first, added.last)) {
			added.first = range.first < added.first ? range.first : added.first;
			added.last = range.last > added.last ? range.last : added.last;
		} else {
			stream->ranges[kept++] = range;
		}
	}
	stream->n_ranges = kept;
	if (added.first <= stream->next) {
		if (added.last >= stream->next)
			stream->next = added.last + 1;
	} else {
		assert(kept <= STREAM_RANGES_MAX);
		for (at = kept; at > 0 && stream->ranges[at - 1].first > added.first; at--)
			stream->ranges[at] = stream->ranges[at - 1];
		stream->ranges[at] = added;
		stream->n_ranges++;
	}
	note_since(stream, now_ms);
}

void stream_announce(struct stream *stream, uint64_t greatest, int64_t now_ms)
{
	if (greatest > stream->announced)
		stream->announced = greatest;
	note_since(stream, now_ms);
}

void stream_close(struct stream *stream)
{
	stream->closed = true;
	stream->since = 0;
}

uint64_t missing_sum(uint64_t a, uint64_t b)
{
	return a < INT64_MAX && b < INT64_MAX - a ? a + b : INT64_MAX;
}

/* next 8, since 8; ranges of 16; and, where there is something to say, 1 of flags and announced 8.
 */
enum { RECORD_HEAD = 16, RANGE = 16, RECORD_TAIL = 9, FLAG_CLOSED = 1 };

size_t stream_encode(const struct stream *stream, uint8_t to[static STREAM_RECORD_MAX])
{
	size_t at = RECORD_HEAD;

	put_be(to, stream->next, 8);
	put_be(to + 8, (uint64_t)stream->since, 8);
	for (uint32_t i = 0; i < stream->n_ranges; i++, at += RANGE) {
		put_be(to + at, stream->ranges[i].first, 8);
		put_be(to + at + 8, stream->ranges[i].last, 8);
	}
	if (!stream->closed && stream->announced == 0)
		return at;
	to[at] = stream->closed ? FLAG_CLOSED : 0;
	put_be(to + at + 1, stream->announced, 8);
	return at + RECORD_TAIL;
}

int stream_decode(struct text record, struct stream *ret_stream)
{
	const uint8_t *from = (const uint8_t *)record.data;
	size_t rest = record.size < RECORD_HEAD ? 0 : record.size - RECORD_HEAD;
	size_t ranges = rest / RANGE, tail = rest % RANGE;

	if (record.size < RECORD_HEAD || (tail != 0 && tail != RECORD_TAIL) ||
	    ranges > STREAM_RANGES_MAX)
		return LIFT_E_CORRUPT;
	from += RECORD_HEAD + RANGE * ranges;
	if (tail && ((from[0] & ~FLAG_CLOSED) != 0 || (from[0] == 0 && get_be(from + 1, 8) == 0)))
		return LIFT_E_CORRUPT;
	ret_stream->closed = tail && from[0] & FLAG_CLOSED;
	ret_stream->announced = tail ? get_be(from + 1, 8) : 0;
	from = (const uint8_t *)record.data;
	ret_stream->next = get_be(from, 8);
	ret_stream->since = (int64_t)get_be(from + 8, 8);
	ret_stream->n_ranges = (uint32_t)ranges;
	for (size_t i = 0; i < ranges; i++) {
		ret_stream->ranges[i].first = get_be(from + RECORD_HEAD + RANGE * i, 8);
		ret_stream->ranges[i].last = get_be(from + RECORD_HEAD + RANGE * i + 8, 8);
	}
	return 0;
}
