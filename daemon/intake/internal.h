/* SPDX-License-Identifier: Apache-2.0 */
/*
 * internal.h - what the files of intake share: the socket and its rounds (intake.c), what is
 * answered (answers.c), and the commit before the answers (commit.c).
 */
#ifndef LIFTD_INTAKE_INTERNAL_H
#define LIFTD_INTAKE_INTERNAL_H

#include "daemon/base/log.h"
#include "daemon/intake/intake.h"
#include "daemon/intake/turns.h"

/* An answer that waits for the commit, and what a nack needs in its place should the commit
 * fail. */
struct answer_pending {
	zmq_msg_t client; /* the routing id */
	struct speaker speaker;
	struct msg_writer *body;
	bool takes; /* it says that numbers are taken: true only after the commit */
	struct said said;
};

/* A batch that is taken slice by slice: what it is read from, and who waits for its answer. */
struct held {
	zmq_msg_t client, body;
	struct msg_reader *reader;
	struct said said;
};

struct intake {
	struct loop *loop;
	void *socket;
	struct gate *gate;
	struct journal *journal;
	struct stats *stats;
	struct wake *more;
	struct orders *orders;
	struct wake *obeyed;
	struct order done[ORDERS_MAX]; /* but not told yet */
	size_t n_done;
	struct msg_reader *reader;
	struct answer_pending pending[INTAKE_GROUP + 1]; /* and one that was held */
	size_t n_pending, pending_bytes, pending_events, n_pages;
	size_t last_group; /* messages of the last group that had any */
	int naps;	   /* of this one */
	void (*nap)(void *context);
	void *nap_context;
	struct turns *turns;
	struct held held;
	bool has_held;		       /* the answer of one that was held is pending */
	bool goes_on;		       /* the group of the round before */
	struct answer_pending refusal; /* of who has sent far too much */
	struct log_limit refused_limit, denied_limit, failed_limit;
	bool clock_told;   /* that it is wrong */
	bool damage_told;  /* others have been woken for it */
	struct now now;	   /* of this round */
	int64_t failed_ms; /* steady: when the journal was last in trouble */
};

void said_set(struct said *said, struct text source, struct text stream, uint64_t first);

/* Answer a message that has come: for a batch of several slices only when it has been taken. */
void answer_message(struct intake *intake, struct answer_pending *answer, struct waiting *message);
/* Refuse it in its place: by a code, or by what the gate tells of an error. */
void answer_nack(struct intake *intake, struct answer_pending *answer, int err, bool retry);
void answer_err(struct intake *intake, struct answer_pending *answer, int err);
/* Send it, if its client still reads. */
void answer_send(struct intake *intake, struct answer_pending *answer);
/* How many batches of a speaker may be unanswered. */
uint32_t answer_window(const struct speaker *speaker);

/* First the disk, then the answers: the group ends. */
void intake_commit(struct intake *intake);

#endif
