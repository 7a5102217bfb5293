/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control.h - what is asked and answered beside batches: hello, acks, nacks, status, export,
 * explain.
 *
 * One struct request holds every key that any request may have: an `op` uses those that it needs.
 */
#ifndef LIFT_PROTO_CONTROL_H
#define LIFT_PROTO_CONTROL_H

#include "proto/unknown.h"

/* A request as it came; an absent text is empty, an absent number 0. Valid until the reader's next
 * use. */
struct request {
	struct text op;
	struct text source, stream;		    /* hello, close */
	struct text as_of, plane, region, kind, id; /* export, explain */
	struct text later;			    /* export: of those behind known_at */
	struct text dir, seen;			    /* backup */
	bool without_secret;			    /* backup */
	struct text code;			    /* drop, retry: of an error */
	bool dry_run, yes;			    /* reload */
	uint64_t after, to; /* rejections, quarantine, drop, retry: rows above, and up to, a
			* number; export: beside later */
	uint64_t known_at;  /* export: a journal number */
	uint64_t release;   /* export of the open plane */
	uint64_t before;    /* drop, retry: received before it, ms */
	/* roster: of source, id (a programme's), as_of, and: */
	struct text from_day, to_day; /* of the minutes; empty: open */
	bool count;		      /* how many are in the programme, too */
	struct text key, deed;	      /* audit: whose, and of which op */
	uint64_t since;		      /* audit: ms */
	size_t n_learners;
	const struct text *ids; /* to be written; what came is read by request_learner */
	const void *learners;	/* opaque */
};

enum { ROSTER_IDS_MAX = 5000 /* of one ask */ };

/* Decode a request's keys: 0, LIFT_E_MALFORMED (also for a key of a wrong type, but LIFT_E_SOURCE
 * LIFT_E_STREAM for those two, LIFT_E_KNOWN_AT for that, also where it is 0, and LIFT_E_LEARNERS
 * for the list of these, also where there are more than ROSTER_IDS_MAX) or LIFT_E_VERSION. */
int request_decode(struct msg_reader *reader, struct text message, struct request *ret_request);
void request_encode(struct msg_writer *writer, const struct request *request);

/* Learner i of those that came; false where it is none. */
bool request_learner(const struct request *request, size_t i, struct text *ret_learner);

/* hello -> welcome */
struct welcome {
	struct text source, stream;
	uint64_t next;	 /* the lowest number not yet on disk */
	uint32_t window; /* batches that may be unanswered */
	bool closed;
};
void welcome_encode(struct msg_writer *writer, const struct welcome *welcome);

/* close -> closed */
struct closed {
	struct text source, stream;
	uint64_t next;	  /* the lowest number that has not been received */
	uint64_t missing; /* numbers that are waited for no longer */
};
void closed_encode(struct msg_writer *writer, const struct closed *closed);
/* The same to an operator: {v:1, ok:true, source, stream, next, missing} */
void closed_ok_encode(struct msg_writer *writer, const struct closed *closed);

enum {
	ACK_REJECTED_MAX = 1000,  /* rows in one ack; more: true where there are others */
	ACK_UNCOUNTED_MAX = 1000, /* ranges in one ack: the first ones */
};

struct number_range {
	uint64_t first, last;
};

struct rejection {
	uint64_t seq;
	int err; /* of LIFT_ERRORS */
};

struct ack {
	struct text source, stream;
	uint64_t first; /* the batch's seq, as it was sent */
	uint32_t count;
	uint64_t next;			  /* the lowest missing number of the stream */
	const struct rejection *rejected; /* n_rejected rows, borrowed; all of them are given */
	size_t n_rejected;
	const struct unknown *unknown; /* of the events accepted now; NULL or of no event: absent */
	/* Numbers received before whose attributes were not counted by then, and would be now:
	 * n_uncounted ranges, ascending, borrowed; none: absent. */
	const struct number_range *uncounted;
	size_t n_uncounted;
};
void ack_encode(struct msg_writer *writer, const struct ack *ack);

struct nack {
	struct text source, stream; /* empty where they could not be read */
	uint64_t first;		    /* 0 where it could not be read */
	int err;
	bool retry; /* the same batch may go through later */
};
void nack_encode(struct msg_writer *writer, const struct nack *nack);

/* rejections -> a source's own refused events, whichever way they came */
struct refused {
	uint64_t number; /* of the row */
	struct text source, stream;
	uint64_t seq;
	int err;
	int64_t time;	  /* when it was received, ms */
	struct text sent; /* what was sent but for the learner, MessagePack; empty: not kept */
	bool retry;	  /* enough is kept of it to judge it again */
};
void rejections_encode(struct msg_writer *writer, struct text source, const struct refused *rows,
		       size_t n, uint64_t next); /* next 0: that was all */

/* quarantine -> the same for operators: of all sources, with what was sent */
void quarantine_encode(struct msg_writer *writer, const struct refused *rows, size_t n,
		       uint64_t next);

/* drop, retry -> how many rows are gone, and those that stay, of as many as were looked at; `next`
 * 0: that was all */
struct staying {
	uint64_t number;
	int err;
	bool retry; /* it was judged again; else not enough is kept of it */
};
void quarantine_changed_encode(struct msg_writer *writer, uint64_t gone,
			       const struct staying *staying, size_t n, uint64_t next);

/* {v:1, ok:true} */
void ok_encode(struct msg_writer *writer);

/* {v:1, ok:false, code, text}; and with words of one's own. */
void refusal_encode(struct msg_writer *writer, int err);
void refusal_encode_text(struct msg_writer *writer, int err, struct text text);

/* backup, verify -> while it runs {v:1, ok:true, more:true, done, total}; then {v:1, ok:true, dir,
 * last, bytes, text}, or {v:1, ok:false, code, text}. */
struct work {
	bool more;
	uint64_t done, total;
	int err;
	struct text dir;     /* of a backup; empty: there is none */
	bool without_secret; /* the backup */
	uint64_t last, bytes;
	struct text text;
};
void work_encode(struct msg_writer *writer, const struct work *work);

/* An answer of intake, as a client reads it. */
struct answer {
	enum { ANSWER_WELCOME, ANSWER_ACK, ANSWER_NACK, ANSWER_CLOSED } what;
	struct text source, stream;
	uint64_t first;		/* ack, nack */
	uint32_t count;		/* ack */
	uint64_t next;		/* welcome, ack, closed */
	uint32_t window;	/* welcome */
	uint64_t missing;	/* closed */
	struct text code, text; /* nack */
	bool retry, more;
	bool closed;	       /* welcome: the stream takes no new numbers */
	size_t n_rejected;     /* ack */
	const void *rejected;  /* opaque */
	size_t n_uncounted;    /* ack: ranges, answer_uncounted reads one */
	const void *uncounted; /* opaque */
	const void *unknown;   /* ack: opaque, answer_unknown reads it; NULL: there is none */
};

/* 0, LIFT_E_MALFORMED (also where a key that its op needs is missing or of a wrong type),
 * LIFT_E_VERSION, or LIFT_E_OP where it is none of these answers. */
int answer_decode(struct msg_reader *reader, struct text message, struct answer *ret_answer);

/* Row i of an ack's rejected: LIFT_E_MALFORMED where there is none, or it is not [seq, code, text,
 * ...]. */
int answer_rejected(const struct answer *answer, size_t i, uint64_t *ret_seq, struct text *ret_code,
		    struct text *ret_text);

/* Range i of an ack's uncounted; what an ack says of texts that count nowhere (all 0 where it says
 * nothing; kinds of text that this version does not know are passed over). LIFT_E_MALFORMED. */
int answer_uncounted(const struct answer *answer, size_t i, struct number_range *ret_range);
int answer_unknown(const struct answer *answer, struct unknown *ret_unknown);

#endif
