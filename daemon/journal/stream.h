/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - which numbers of one stream have been received: pure arithmetic on ranges.
 *
 * All numbers below `next` are there; above it a few ranges, ascending, apart from one another and
 * from next. Missing is what is below the greatest number that has been received or announced; of a
 * stream that is closed nothing is.
 */
#ifndef LIFTD_JOURNAL_STREAM_H
#define LIFTD_JOURNAL_STREAM_H

#include "proto/bytes.h"
#include "proto/err.h"

enum {
	STREAM_RANGES_MAX = 64,					   /* above the first hole */
	STREAM_RECORD_MAX = 16 + 16 * (STREAM_RANGES_MAX + 1) + 9, /* bytes */
};

struct stream_range {
	uint64_t first, last; /* both received */
};

struct stream {
	uint32_t id;	    /* in the journal's dictionary */
	uint32_t source;    /* likewise */
	uint64_t next;	    /* the lowest number missing, from 1 */
	int64_t since;	    /* ms, when the oldest hole was seen; 0: there is none */
	uint64_t announced; /* the greatest number that its source says it has sent; 0: none */
	bool closed;	    /* nothing new is taken, and nothing is missing */
	uint32_t n_ranges;
	/* One more than there is room for: numbers that will join a range come one by one. */
	struct stream_range ranges[STREAM_RANGES_MAX + 1];
};

bool stream_has(const struct stream *stream, uint64_t seq);

/* May numbers first..last be added, or would there be too many holes? */
bool stream_has_room(const struct stream *stream, uint64_t first, uint64_t last);

/* Take in first..last (some of which may be there), at a moment. The caller has asked
 * stream_has_room, for them or for more numbers of which these are a part. */
void stream_add(struct stream *stream, uint64_t first, uint64_t last, int64_t now_ms);

/* Its source says that it has sent all numbers up to this one. */
void stream_announce(struct stream *stream, uint64_t greatest, int64_t now_ms);

/* For good. */
void stream_close(struct stream *stream);

/* How many numbers are missing: of a stream at most 2^53, and of more together as many as an
 * integer of the protocol may say, 2^63-1. */
uint64_t stream_missing(const struct stream *stream);
uint64_t missing_sum(uint64_t a, uint64_t b);

/* As bytes and back: 0 or LIFT_E_CORRUPT. id and source are not part of it. One that is neither
 * announced nor closed has the bytes that all had before there was such a thing. */
size_t stream_encode(const struct stream *stream, uint8_t to[static STREAM_RECORD_MAX]);
int stream_decode(struct text record, struct stream *ret_stream);

#endif
