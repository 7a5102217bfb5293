/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - how a dashboard asks for the current message of each topic, and what ends the
 * answer.
 */
#ifndef LIFT_PROTO_SNAPSHOT_H
#define LIFT_PROTO_SNAPSHOT_H

#include "proto/msg.h"

enum {
	SNAPSHOT_PREFIXES_MAX = 64,
	SNAPSHOT_LIMIT_MAX = 1000, /* messages a page */
};

/* Valid until the reader's next use. */
struct snapshot_request {
	struct text prefixes[SNAPSHOT_PREFIXES_MAX]; /* of topics */
	size_t n_prefixes;
	struct text after; /* a topic; empty: from the first */
	uint32_t limit;	   /* 1..SNAPSHOT_LIMIT_MAX */
	bool has_since;	   /* only what changed after tick `since` of `epoch` */
	int64_t since, epoch;
};

/* 0, LIFT_E_MALFORMED, LIFT_E_VERSION, LIFT_E_OP, LIFT_E_TOPICS, LIFT_E_LIMIT. */
int snapshot_request_decode(struct msg_reader *reader, struct text message,
			    struct snapshot_request *ret_request);
void snapshot_request_encode(struct msg_writer *writer, const struct snapshot_request *request);

struct snapshot_end {
	int64_t epoch;
	uint64_t seq;	  /* of the last tick that is whole */
	bool complete;	  /* each topic of the epoch has been sent: none is missing here */
	uint32_t count;	  /* messages of this page */
	struct text next; /* the last topic; empty: that was all */
};
void snapshot_end_encode(struct msg_writer *writer, const struct snapshot_end *end);
void snapshot_error_encode(struct msg_writer *writer, int err);

#endif
