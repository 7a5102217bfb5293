/* SPDX-License-Identifier: Apache-2.0 */
/*
 * access.h - all that is held on one person, as data: who has the right to know it may be told.
 *
 * The pseudonym is not in it, nor anything of anybody else. Texts are those of events.
 */
#ifndef LIFTD_ACCESS_ACCESS_H
#define LIFTD_ACCESS_ACCESS_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/journal/journal.h"
#include "daemon/learner/learner.h"
#include "proto/msg.h"

/* By what it is told; all is borrowed. */
struct access_by {
	const struct catalogue *catalogue;
	struct journal_view *journal;
	int64_t until; /* what has happened by then counts, ms */
	int32_t today;
};

/* A fact as the ledger has it: a map of type, time (ms), module (an id; absent: one that counts
 * nowhere), and what access_entry_write has of it. LIFT_E_CORRUPT. */
int access_fact_write(const struct access_by *by, const struct fact *fact,
		      struct msg_writer *writer);

/* An entry of the journal that is about the person. An accepted event: number, source, stream, seq,
 * received (ms), type, time, module (as written), region, attrs (as they are kept: those that
 * count), score, passed, phase, minutes, state, valid_until, voids. The order to forget it: number,
 * received, and `forget` for the type. What there is not is left out. LIFT_E_CORRUPT,
 * LIFT_E_NOT_FOUND, or an error of the store. */
int access_entry_write(const struct access_by *by, uint64_t number, uint32_t stream,
		       const struct entry *entry, struct msg_writer *writer);

/* A row of the quarantine: number, source, stream, seq, received, code, sent. */
void access_refused_write(const struct access_by *by, const struct quarantined *row,
			  struct msg_writer *writer);
/* Whose event it was, where that is kept; NULL: it is not. */
const uint8_t *access_whose(const struct quarantined *row);

/* How the person counts, as keys of an open map: first_source (who has told of it first), home,
 * values (by dimension); programmes, by their ids, those that it is in, each as in a roster; and
 * holds, its competences (competences, lapsed), nil where nothing has happened by then.
 * LIFT_E_MEMORY, LIFT_E_CORRUPT, or an error of the store. */
int access_standing_write(const struct access_by *by, const struct learner *learner,
			  struct msg_writer *writer);

#endif
