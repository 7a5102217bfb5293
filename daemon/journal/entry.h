/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entry.h - what the journal keeps of an event, and the chunks that hold entries.
 *
 * An entry is an event with its names replaced by numbers of the journal's dictionaries and its
 * learner by a pseudonym; or it says that the event under this number was refused, and why. The
 * same content gives the same bytes: that is how a resend is told from other content under a used
 * number. A chunk is a run of entries under consecutive numbers of one stream, with a checksum.
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
};

struct entry {
	bool refused;
	/* refused: */
	int err;
	uint8_t digest[REFUSED_DIGEST_BYTES]; /* of what was sent */
	/* else: */
	uint8_t learner[PSEUDONYM_BYTES];
	struct fact fact;
};

size_t entry_encode(const struct entry *entry, uint8_t to[static ENTRY_MAX]);
/* The bytes taken from the front of `from`; 0 where they are no entry. */
size_t entry_decode(struct text from, struct entry *ret_entry);

struct chunk {
	uint32_t stream;
	uint64_t seq;	 /* of the first entry */
	uint16_t count;	 /* entries, at least 1 */
	int64_t receipt; /* ms */
	struct text entries;
};

/* A chunk's head, with the checksum over it and the entries that follow at to + CHUNK_HEAD. */
void chunk_seal(uint8_t *to, const struct chunk *chunk);
/* LIFT_E_CORRUPT where the checksum is another, LIFT_E_NEWER for an unknown format. */
int chunk_open(struct text value, struct chunk *ret_chunk);

#endif
