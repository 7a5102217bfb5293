/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.h - a snapshot as it comes in, message by message, page by page, on a socket of its own.
 *
 * A struct pages of zeros is one in which nothing was asked. Nothing here waits.
 */
#ifndef LIFT_LIB_FOLLOW_PAGES_H
#define LIFT_LIB_FOLLOW_PAGES_H

#include <jansson.h>

#include "clients/lib/wire.h"
#include "proto/msg.h"

struct pages {
	struct wire wire; /* open while an answer is expected */
	struct msg_reader *reader;
	struct msg_writer *writer;
	const char *endpoint; /* borrowed, as the keys (NULL: none) and the topics */
	const struct lift_keys *keys;
	const char *const *topics;
	size_t n_topics;
	uint32_t first; /* messages of the first page, at most: SNAPSHOT_LIMIT_MAX unless set */
	bool has_since;
	int64_t epoch;	  /* asked for with since, then of the first page */
	uint64_t since;	  /* asked for */
	uint64_t seq;	  /* of the first page's end */
	bool any_page;	  /* the first page has ended */
	bool whole;	  /* it has all topics, not only those changed since */
	bool complete;	  /* as of the first page's end: all topics of the epoch have been sent */
	uint64_t count;	  /* messages of this page so far */
	json_t *after;	  /* the topic behind which this page begins; NULL: it is the first */
	int64_t heard_ms; /* when something came, or was asked */
};

enum pages_what { PAGES_NOTHING, PAGES_MESSAGE, PAGES_DONE };

/* Memory for it: LIFT_E_MEMORY. At most SNAPSHOT_PREFIXES_MAX topics. */
int pages_open(struct pages *pages, const char *endpoint, const struct lift_keys *keys,
	       const char *const topics[], size_t n_topics);
void pages_close(struct pages *pages);

/* Ask anew, for everything or for what changed after that tick of that epoch; an earlier answer is
 * dropped. */
int pages_ask(struct pages *pages, bool has_since, int64_t epoch, uint64_t since);
bool pages_asked(const struct pages *pages);

/* Stop waiting for the answer. */
void pages_drop(struct pages *pages);

/* What there is now: a message, of which the caller owns topic (a message that it closes) and body;
 * or the end, whose epoch, seq, whole and complete are then in *pages. An error ends the asking:
 * LIFT_E_SOCKET where the snapshot broke off (another epoch began, messages were lost),
 * LIFT_E_MALFORMED, what the daemon says. */
int pages_next(struct pages *pages, zmq_msg_t *topic, json_t **ret_body, enum pages_what *ret_what);

#endif
