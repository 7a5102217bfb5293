/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rewrite.h - a journal written anew beside the old one: the same id, numbers, streams and
 * receipts, and what has been received of each stream; other pseudonyms, and without what is taken
 * out. Names that nothing uses any more get no number in it.
 *
 * A new file, page by page: what was in the old one is in no page of it. The old one may be written
 * meanwhile, by another process: rewrite_follow takes what has come, and rewrite_finish all that is
 * left. Both may be called again; after rewrite_finish also when it was closed and opened again.
 */
#ifndef LIFTD_JOURNAL_REWRITE_REWRITE_H
#define LIFTD_JOURNAL_REWRITE_REWRITE_H

#include "daemon/journal/journal.h"

/* What becomes of it. Each is asked of each entry, or row, once or more often, and answers the same
 * again. NULL: all is kept as it is. */
struct rewrite_rules {
	/* May change the entry's learner, or the digest of one that is refused; or take it out:
	 * entry->what is ENTRY_GONE then. */
	void (*change_entry)(void *context, uint64_t number, struct entry *entry);
	/* May change the bytes of row->retry, which are a copy; false: the row is not kept. */
	bool (*keeps_row)(void *context, const struct quarantined *row, uint8_t *retry);
	/* False: the order to forget a learner has been carried out. */
	bool (*keeps_forget)(void *context, const uint8_t learner[static PSEUDONYM_BYTES],
			     uint64_t number);
	/* May change the hash of who objects, always to the same one. */
	void (*change_objection)(void *context, uint8_t hash[static PSEUDONYM_BYTES]);
	/* Called now and then: is it to go on? It ends with LIFT_E_STOPPED. */
	bool (*goes_on)(void *context, uint64_t number);
	void *context;
	int64_t trimmed; /* by this horizon change_entry takes out what is too old; 0: by none */
};

struct rewrite;

/* Make a journal in a directory that is not there, or go on with one that this made, with an
 * edition, which tells it from the old one. With the secret of the new one. Errors as
 * journal_open's; LIFT_E_CORRUPT: what is there is another journal. All is borrowed. */
int rewrite_open(const char *dir, struct journal *from, const uint8_t secret_digest[static 16],
		 uint64_t edition, const struct rewrite_rules *rules, struct rewrite **ret_rewrite);
void rewrite_close(struct rewrite *rewrite);

/* Take over about so many entries of those that are committed in the old one, durably. *ret_more:
 * there are others. LIFT_E_CORRUPT: the old one is damaged. LIFT_E_DISK, LIFT_E_MEMORY ... */
int rewrite_follow(struct rewrite *rewrite, uint64_t most, bool *ret_more);

/* Take over all that is committed in the old one at this moment, durably: the new one is whole. */
int rewrite_finish(struct rewrite *rewrite);

/* The new one, to be read; it is the rewriting's. */
struct journal *rewrite_journal(struct rewrite *rewrite);

#endif
