/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake.h - the ROUTER that platforms talk to: batches in, one commit for all that have arrived,
 * then the answers.
 *
 * It knows nothing of metrics. An answer that says a number is taken leaves after the commit that
 * took it. What is answered together is a group. Of one sender it takes a window of batches, and
 * refuses more; senders have their turns (turns.h).
 *
 * A round takes a slice of events (gate.h), however many wait. As long as all is of one sender the
 * group goes on in the next round, so that a commit is for many; somebody else's message ends it.
 * So nobody waits longer than for a slice and a commit, and who is alone pays for no more commits.
 *
 * A commit for many costs hardly more than one for few. So where the last group was of several
 * messages, a group is gathered before its commit: it naps, and reads, as long as that brings more.
 * A group of one message after one of one never naps, nor does one in which a sender's window is
 * full, nor one of several senders that has a slice of events.
 *
 * A batch of several slices is held until the last of them, and is answered after the commit of
 * that.
 */
#ifndef LIFTD_INTAKE_INTAKE_H
#define LIFTD_INTAKE_INTAKE_H

#include "daemon/base/stats.h"
#include "daemon/intake/gate.h"
#include "daemon/net/loop.h"
#include "daemon/net/wake.h"

enum {
	INTAKE_WINDOW = 1024, /* batches of one client that may be unanswered */
	INTAKE_GROUP = 1024,  /* messages a commit, at most */
	INTAKE_NAPS = 8,      /* before a commit, at most */
	INTAKE_NAP_US = 50,
	/* Of messages and answers: with so many, a group is full. Clients have their turns, message
	 * by message; an answer waits for the end of its group: one of large ones is of few. */
	INTAKE_GROUP_BYTES = 4 << 20,
	/* Of events likewise: they are what takes time, refused ones most. */
	INTAKE_GROUP_EVENTS = BATCH_EVENTS_MAX,
	/* Messages of one connection that libzmq holds: no more of them come in while a slice is
	 * taken and committed, which is some ten milliseconds. With fewer, libzmq's thread is woken
	 * for every few messages: at 16 that was most of what small batches cost, at 128 it still
	 * took a quarter more of that thread for batches of ten, at 64 a third. They are what a
	 * connection may pin in memory: liftd(8) says how much that is. */
	INTAKE_PIPE = 256,
	/* Answers of one connection that it holds, at most. It tells late how many of them have
	 * gone, up to half of these: a whole window, and as much again, has to fit. With less than
	 * twice a window, who keeps to it would lose answers. */
	INTAKE_ANSWERS = 3 * INTAKE_WINDOW,
	/* Messages that are read before any is served, and their bytes that are looked at. */
	INTAKE_READS = 1024,
	INTAKE_READ_BYTES = 1 << 20,
	INTAKE_PAGES = 4,      /* of rejections a group: each is a look through the quarantine */
	INTAKE_CALM_MS = 1000, /* so long after the last failure of the journal, it is over */
	INTAKE_ANSWER_KEEPS_BYTES = 8 << 10, /* of an answer's memory, when it has been sent */
};

struct intake;

/* What it works with; all is borrowed. */
struct intake_parts {
	struct loop *loop;
	void *zmq;
	const struct texts *endpoints;
	struct bindings *bindings;   /* or NULL */
	const struct guards *guards; /* or NULL */
	struct gate *gate;
	struct stats *stats;
	struct wake *more;	    /* sent after each commit */
	struct orders *orders;	    /* of operators; NULL: there are none */
	struct wake *obeyed;	    /* sent when some of them are done */
	void (*nap)(void *context); /* of a test; NULL: INTAKE_NAP_US */
	void *nap_context;
};

/* Bind the endpoints and join the loop, as its work, too. LIFT_E_SOCKET, LIFT_E_MEMORY,
 * LIFT_E_BUSY. */
int intake_open(const struct intake_parts *parts, struct intake **ret_intake);
void intake_close(struct intake *intake);

/* Do what has been ordered meanwhile: it is told after the commit. */
void intake_obey(struct intake *intake, const struct now *now);

#endif
