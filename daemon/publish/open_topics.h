/* SPDX-License-Identifier: Apache-2.0 */
/*
 * open_topics.h - what an open audience is sent: one topic for each row of a release, and those of
 * earlier ones that are gone. No sockets. For this folder alone.
 */
#ifndef LIFTD_PUBLISH_OPEN_TOPICS_H
#define LIFTD_PUBLISH_OPEN_TOPICS_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/plane/release.h"

enum { OPEN_GONE = UINT32_MAX };

struct open_topic {
	struct text name; /* "metric/<region>/<kind>/<id>" */
	struct text region_code, id;
	enum kind kind;
	uint32_t region; /* the catalogue's; CATALOGUE_NONE: it has it no more, nobody sees it */
	uint32_t row;	 /* of the release; OPEN_GONE: it has none */
	uint64_t n, seq; /* of the message with this row, or that it is gone */
};

/* { 0 }: none. */
struct open_topics {
	struct release *release;  /* kept; NULL: none yet */
	struct open_topic *items; /* in order of names */
	size_t n;
};

/* Take a release, whose rows are sent with seq: each has a message more, and so has what is gone.
 * It is kept here. LIFT_E_MEMORY: all is as it was. */
int open_topics_take(struct open_topics *topics, struct release *release, uint64_t seq,
		     const struct catalogue *catalogue);
/* Look regions up in another catalogue. */
void open_topics_see(struct open_topics *topics, const struct catalogue *catalogue);
void open_topics_clear(struct open_topics *topics);

#endif
