/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.h - what intake does with one batch, without the sockets: check, pseudonyms, verdicts,
 * append.
 *
 * The verdict on a number stands: what has been received before gets the answer that it got then,
 * other content under its number is refused as reused. Nothing is durable before journal_commit.
 */
#ifndef LIFTD_INTAKE_GATE_H
#define LIFTD_INTAKE_GATE_H

#include "daemon/base/stats.h"
#include "daemon/catalogue/catalogue.h"
#include "daemon/intake/kept.h"
#include "daemon/intake/speaker.h"
#include "daemon/journal/board.h"
#include "daemon/journal/orders.h"
#include "proto/config.h"
#include "proto/control.h"

enum { GATE_AHEAD_MS = 10 * 60 * 1000 /* how far an event's time may be ahead of its receipt */ };

struct gate {
	const struct config *config;
	struct speakers speakers; /* whoever sends is one of them; for both ways in */
	const bool *homes;	  /* of who has sent the last batch */
	struct journal *journal;
	struct board *board; /* what counts nowhere is noted there; NULL: nowhere */
	struct board *noted; /* the same of what has been taken since gate_settle */
	struct keeper keeper;
	int64_t built_ms; /* when this program was: no clock is right that is before it. 0: unknown
			   */
	struct rejection rejected[BATCH_EVENTS_MAX]; /* of the last batch */
	size_t n_rejected;
	uint32_t n_accepted, n_refused, n_resent,
		n_reused; /* of the last batch: new ones, new ones, old ones, old numbers with other
			     content */
	uint64_t next;	  /* of its stream, after it */
	struct unknown unknown; /* what those accepted brought; borrows from the batch */
	struct number_range uncounted[ACK_UNCOUNTED_MAX]; /* of the old ones: see struct ack */
	size_t n_uncounted;
	/* taken since gate_settle: */
	uint64_t batches, accepted, refused, resent, reused;
};

/* Borrows all that it is given. LIFT_E_MEMORY. */
int gate_open(const struct config *config, const struct catalogue *catalogue,
	      const struct secret *secret, struct journal *journal, struct gate **ret_gate);
void gate_close(struct gate *gate);

/* From now on attributes are kept that another catalogue counts by (borrowed). Its index, which
 * changes hands, may be made here when it is needed first (NULL). */
void gate_switch(struct gate *gate, const struct catalogue *catalogue, struct meant *meant);

/* What has been taken since the last time is committed, and counts; or it has failed, and does
 * not. */
void gate_settle(struct gate *gate, struct stats *stats, bool durable);

/* What could not be read is damage (journal_found_damage), and told as such: LIFT_E_DAMAGED for
 * LIFT_E_CORRUPT. */
int gate_found(struct gate *gate, int err);

/* How an error is told to who sent the batch: what is the daemon's own as `disk`. Sent again, it
 * may go through (*ret_retry), unless it was wrong itself. */
int gate_told(int err, bool *ret_retry);

/* Take a decoded batch in, of who may speak for its source (NULL: of somebody local). 0: its
 * events are appended or refused one by one, and what came of them is in the gate. Else nothing
 * of it is kept: LIFT_E_DAMAGED (also where what was received before cannot be read: from then
 * on the journal is damaged), LIFT_E_NAMESPACE, LIFT_E_DISK (no room), LIFT_E_STREAMS,
 * LIFT_E_HOLES, LIFT_E_NAMES, LIFT_E_CLOSED, LIFT_E_CLOCK (the clock cannot be right: no
 * verdict is given by it), or an error of the disk. */
int gate_take(struct gate *gate, const struct speaker *speaker, const struct batch *batch,
	      int64_t clock_ms);

/* Close a stream: in *ret_closed, what its source is told. LIFT_E_UNKNOWN_STREAM,
 * LIFT_E_DAMAGED, or an error of the disk. */
int gate_close_stream(struct gate *gate, struct text source, struct text stream,
		      struct closed *ret_closed);

/* Do what an operator wants; what came of it is in the order, and holds once it is committed. */
void gate_obey(struct gate *gate, struct order *order, int64_t clock_ms);

#endif
