/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept.h - an event as the journal keeps it: its names as numbers, its learner as a pseudonym; and
 * which of its names count nowhere, because the catalogue does not have them.
 */
#ifndef LIFTD_INTAKE_KEPT_H
#define LIFTD_INTAKE_KEPT_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/intake/kept/counted.h"
#include "daemon/intake/kept/said_profiles.h"
#include "daemon/intake/kept/screen.h"
#include "daemon/journal/secret.h"

/* The stream of a source in which events of the quarantine are taken in by its operator. */
#define RETRY_STREAM "liftd.retry"

struct keeper {
	const struct catalogue *catalogue;
	const struct secret *secret;
	struct journal *journal;
	struct msg_writer *scratch;
	struct msg_writer *retry;      /* what journal_keep_retry borrows */
	struct pseudonyms *pseudonyms; /* those that were made last */
	struct said_profiles *known;   /* likewise */
	struct counted counted;	       /* what the catalogue says of names */
	bool refuses;	      /* who has been forgotten, and objects, is not taken in again */
	bool has_others;      /* attributes that are no dimension: of the entry made last */
	struct screen screen; /* its names */
};

/* Borrows all that it is given. LIFT_E_MEMORY. */
int keeper_open(struct keeper *keeper, const struct catalogue *catalogue,
		const struct secret *secret, struct journal *journal);
void keeper_close(struct keeper *keeper);

/* What was kept since the last time is durable; or names have been undone, and their numbers are
 * given to others. */
void keeper_settle(struct keeper *keeper, bool durable);

/* Learners are forgotten: what is remembered of any is wiped. */
void keeper_forget(struct keeper *keeper);

/* Another catalogue, borrowed, and its index, which changes hands (NULL: it is made when it is
 * needed). */
void keeper_switch(struct keeper *keeper, const struct catalogue *catalogue, struct meant *meant);

/* The entry of an event, with names made where they are new; LIFT_E_NAMES where the stream's source
 * may bring no more, LIFT_E_NAME where one looks like a person and such are refused, LIFT_E_MEMORY
 * or an error of the journal. */
int keeper_entry(struct keeper *keeper, struct text name_space, const struct stream *stream,
		 const struct event *event, struct entry *ret_entry);

/* Is nothing to be taken in of a learner again? */
bool keeper_refuses(const struct keeper *keeper, struct text name_space, struct text learner);

/* The entry of one that is refused. What was sent of it is kept for the quarantine, if it goes
 * there. */
void keeper_refused(struct keeper *keeper, const struct batch *batch, uint32_t i, int err,
		    struct entry *ret_entry);
void keeper_keep_sent(struct keeper *keeper, struct text name_space, const struct batch *batch,
		      uint32_t i);

/* The same again, of a row of the quarantine: event 0 of *ret_batch, which `keeper` owns until the
 * next use, and the learner's pseudonym. LIFT_E_NOT_FOUND: not enough of it was kept. */
int keeper_recall(struct keeper *keeper, struct msg_reader *reader, const struct quarantined *row,
		  struct text source, struct batch *ret_batch,
		  uint8_t ret_learner[static PSEUDONYM_BYTES]);

/* Is event i of a batch what the journal has kept of it? And, if it was accepted, has it attributes
 * that are counted now, and were not when it was received? */
bool keeper_is_same(struct keeper *keeper, struct text name_space, const struct batch *batch,
		    uint32_t i, const struct entry *kept, bool *ret_uncounted);

/* What the event of the entry made last has brought that counts nowhere: one more event. */
void keeper_note_unknown(struct keeper *keeper, const struct event *event,
			 const struct entry *entry, struct unknown *unknown);

#endif
