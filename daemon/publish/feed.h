/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.h - where an audience's figures come from: exact ones from the tallies, as they are now;
 * open ones from the newest release, and from nothing else. For this folder alone.
 */
#ifndef LIFTD_PUBLISH_FEED_H
#define LIFTD_PUBLISH_FEED_H

#include <zmq.h>

#include "proto/bytes.h"

struct publish;
struct audience;

/* How far it is out. */
struct feed_at {
	int64_t epoch;
	uint64_t seq;	/* of what is going out, or went out last */
	uint64_t whole; /* the last one of which all is out */
	bool complete;	/* each topic of the epoch has been sent */
};

struct feed_topic {
	struct text name;
	uint32_t region; /* the catalogue's; CATALOGUE_NONE: nobody sees it */
	uint64_t n, seq; /* of the last message; 0: none yet */
	bool alive;	 /* that had figures */
};

struct feed {
	struct feed_at (*at)(const struct publish *publish);
	/* How many topics it has, in order of names: the same from this call to the end of a slice.
	 * LIFT_E_MEMORY: they cannot be put in order, and none may be asked for. */
	int (*count)(struct publish *publish, size_t *ret_n);
	struct feed_topic (*topic)(struct publish *publish, size_t i);
	/* The message of a topic as it is, under the number of its last one, the caller's to send
	 * or close. LIFT_E_MEMORY, or an error of the store. */
	int (*encode)(struct publish *publish, size_t i, const struct audience *audience,
		      zmq_msg_t *ret_body);
};

extern const struct feed feed_exact, feed_open;

#endif
