/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.h - what the journal keeps of an event, and the chunks that hold entries.
 *
 * An entry is an event with its names replaced by numbers of the journal's dictionaries and its
 * learner by a pseudonym; or it says that the event under this number was refused, and why. The
 * same content gives the same bytes: that is how a resend is told from other content under a used
 * number. A chunk is a run of entries under consecutive numbers of one stream, with a checksum.
 *
 * An order of the operator is an entry, too, of no stream (CHUNK_OF_ORDERS): it has its place among
 * the events, and what it takes out is what stands before it. What has been taken out for good
 * leaves an entry that is gone: its number was received, and nothing else is known of it. A chunk
 * of nothing else has no bytes but its head.
 */
#ifndef LIFTD_JOURNAL_ENTRY_H
#define LIFTD_JOURNAL_ENTRY_H

#include "daemon/journal/fact.h"

enum {
	PSEUDONYM_BYTES = 16,
	REFUSED_DIGEST_BYTES = 8,
	ENTRY_MAX = PSEUDONYM_BYTES + FACT_MAX, /* bytes of one entry */
	CHUNK_HEAD = 32,
	CHUNK_MAX = 1300, /* bytes: three full ones share a page of the journal; measured by
			     chunk_bench */
	CHUNK_ENTRIES_MAX = UINT16_MAX, /* of one chunk: only of what is gone so many have room */
};

#define CHUNK_OF_ORDERS UINT32_MAX	   /* the stream of orders */
#define HORIZON_MAX	(INT64_C(1) << 52) /* ms: of any time that may be */

enum entry_what {
	ENTRY_EVENT,
	ENTRY_GONE,    /* an event or an order that was taken out */
	ENTRY_FORGET,  /* an order: nothing before it is known of a learner */
	ENTRY_HORIZON, /* an order: nothing from before a moment is kept */
};

struct entry {
	bool refused; /* an event was; also one that is gone */
	uint8_t what; /* enum entry_what */
	/* refused: */
	int err;
	uint8_t digest[REFUSED_DIGEST_BYTES]; /* of what was sent; of one that is gone: nothing */
	/* an event that was accepted, and ENTRY_FORGET: */
	uint8_t learner[PSEUDONYM_BYTES];
	/* an event that was accepted: */
	struct fact fact;
	/* ENTRY_HORIZON: */
	int64_t horizon; /* ms, from 0 to HORIZON_MAX */
};

/* Is it an event that counts, unless an order has taken it out? */
bool entry_counts(const struct entry *entry);

size_t entry_encode(const struct entry *entry, uint8_t to[static ENTRY_MAX]);
/* The bytes taken from the front of `from`; 0 where they are no entry. */
size_t entry_decode(struct text from, struct entry *ret_entry);

struct chunk {
	uint32_t stream;
	uint64_t seq;	 /* of the first entry */
	uint16_t count;	 /* entries, at least 1 */
	int64_t receipt; /* ms */
	struct text entries;
	bool is_gone; /* all of them are: there are no bytes of any; set by chunk_open */
};

/* A chunk's head, with the checksum over it and the entries that follow at to + CHUNK_HEAD. */
void chunk_seal(uint8_t *to, const struct chunk *chunk);
/* LIFT_E_CORRUPT where the checksum is another, LIFT_E_NEWER for an unknown format. */
int chunk_open(struct text value, struct chunk *ret_chunk);
/* The first entry of what is left of a chunk, which has one less afterwards (its number in the
 * stream is not counted up). False: the bytes are no entry. To be asked `count` times. */
bool chunk_next(struct chunk *rest, struct entry *ret_entry);

#endif
