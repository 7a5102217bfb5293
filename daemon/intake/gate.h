/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate.h - what intake does with one batch, without the sockets: check, pseudonyms, verdicts,
 * append.
 *
 * The verdict on a number stands: what has been received before gets the answer that it got then,
 * other content under its number is refused as reused. Nothing is durable before journal_commit.
 *
 * A batch of many events is taken slice by slice, with other batches, and commits, between its
 * slices. What stands against it as a whole is found before its first event is taken. What ends it
 * later (a commit that fails, a key that has lost its right, a number that cannot be read, holes
 * that others have made meanwhile) leaves the numbers that it has got so far as a crash would: they
 * are received, nobody has been told so, and sent again they get their verdicts. An event is judged
 * by the clock and the rights of its slice.
 */
#ifndef LIFTD_INTAKE_GATE_H
#define LIFTD_INTAKE_GATE_H

#include "daemon/base/stats.h"
#include "daemon/catalogue/catalogue.h"
#include "daemon/intake/kept/kept.h"
#include "daemon/intake/speaker.h"
#include "daemon/journal/board.h"
#include "daemon/journal/orders.h"
#include "proto/config.h"
#include "proto/control.h"
#include "proto/z85.h"

enum {
	GATE_SLICE = 500, /* events that are judged at a time: some milliseconds */
};

/* What has come of a batch so far. */
struct taken {
	uint32_t at; /* the events before this one have been judged */
	struct rejection rejected[BATCH_EVENTS_MAX];
	size_t n_rejected;
	uint32_t n_accepted, n_refused, n_resent,
		n_reused;	/* new ones, new ones, old ones, old numbers with other content */
	uint64_t next;		/* of its stream, after it */
	struct unknown unknown; /* what those accepted brought; borrows from the batch */
	struct number_range uncounted[ACK_UNCOUNTED_MAX]; /* of the old ones: see struct ack */
	size_t n_uncounted;
};

/* The end of a batch that was taken slice by slice: its verdicts, or an error; how it is to be told
 * says gate_told. `speaker` is of now. */
typedef void (*gate_done_fn)(void *context, const struct speaker *speaker,
			     const struct batch *batch, const struct taken *taken, int err);

/* A batch of which some slices are still to be taken. */
struct underway {
	struct speaker speaker;
	char user[Z85_KEY + 1]; /* by which its speaker is found again */
	struct batch batch;	/* of no events: there is none */
	struct taken taken;
	int64_t clock_ms; /* of its last slice */
	gate_done_fn done;
	void *context;
};

struct gate {
	const struct config *config;
	struct speakers speakers; /* whoever sends is one of them; for both ways in */
	const bool *homes;	  /* of who has sent the last batch */
	struct journal *journal;
	struct board *board; /* what counts nowhere is noted there; NULL: nowhere */
	struct board *noted; /* the same of what has been taken since gate_settle */
	struct keeper keeper;
	int64_t built_ms;  /* when this program was: no clock is right that is before it. 0: unknown
			   */
	struct taken last; /* of the last batch that was taken at once */
	struct underway underway;
	bool has_more; /* a socket was left before it was empty: the group may go on */
	/* taken since gate_settle: */
	uint64_t batches, accepted, refused, resent, reused;
};

/* Borrows all that it is given. LIFT_E_MEMORY. */
int gate_open(const struct config *config, const struct catalogue *catalogue,
	      const struct secret *secret, struct journal *journal, struct gate **ret_gate);
void gate_close(struct gate *gate);

/* From now on attributes are kept that another catalogue counts by (borrowed); no batch is underway
 * (gate_finish). Its index, which
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

/* Take a decoded batch in at once, of who may speak for its source (NULL: of somebody local). 0:
 * its events are appended or refused one by one, and what came of them is in gate->last. Else
 * nothing of it is kept: LIFT_E_DAMAGED (also where what was received before cannot be read: from
 * then on the journal is damaged), LIFT_E_NAMESPACE, LIFT_E_DISK (no room), LIFT_E_STREAMS,
 * LIFT_E_HOLES, LIFT_E_NAMES, LIFT_E_NAME, LIFT_E_CLOSED, LIFT_E_CLOCK (the clock cannot be right:
 * no verdict is given by it), or an error of the disk. */
int gate_take(struct gate *gate, const struct speaker *speaker, const struct batch *batch,
	      int64_t clock_ms);

/* The same, slice by slice: it is underway until `done` is called, from within gate_go_on,
 * gate_finish, gate_give_up or gate_close_stream. What it borrows, the batch's message and what has
 * read it, stays until then. `user`: as speaker_find has it, where the speaker was found by it.
 * Only one is underway; its count is not 0. */
void gate_begin(struct gate *gate, const struct speaker *speaker, const char *user,
		const struct batch *batch, gate_done_fn done, void *context);
/* Is one underway? */
bool gate_is_busy(const struct gate *gate);
/* Its next slice, if one is; all that are left of it. */
void gate_go_on(struct gate *gate, int64_t clock_ms);
void gate_finish(struct gate *gate);
/* The commit has failed: if some of it was taken, that is its end, with this error. */
void gate_give_up(struct gate *gate, int err);

/* Close a stream, behind a batch of it that is underway: in *ret_closed, what its source is told.
 * LIFT_E_UNKNOWN_STREAM, LIFT_E_DAMAGED, or an error of the disk. */
int gate_close_stream(struct gate *gate, struct text source, struct text stream,
		      struct closed *ret_closed);

/* Do what an operator wants; what came of it is in the order, and holds once it is committed. */
void gate_obey(struct gate *gate, struct order *order, int64_t clock_ms);

#endif
