/* SPDX-License-Identifier: Apache-2.0 */
/*
 * topics.h - what there is to publish: one topic for a region and a subject, which of them have
 * changed, and which sources each stands on. No sockets.
 */
#ifndef LIFTD_PUBLISH_TOPICS_H
#define LIFTD_PUBLISH_TOPICS_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/catalogue/msg.h"
#include "daemon/figures/figures.h"
#include "daemon/tally/tally.h"

struct topic {
	uint32_t id; /* the number that others know it by */
	uint32_t region, subject;
	struct text name; /* "metric/<region>/<kind>/<id>" */
	uint64_t seq;	  /* of the tick of the last message; 0: none yet */
	uint64_t n;	  /* messages sent */
	bool alive;	  /* the last message had figures */
	bool changed;	  /* waits in the queue */
	uint32_t n_sources;
	uint32_t *sources; /* of topics_source, ascending by name when asked for */
	uint32_t n_others, room_others;
	uint32_t *others; /* topics of where facts came from that have moved in since */
	uint32_t n_leaners, room_leaners;
	uint32_t *leaners; /* those that have had this one among their others */
};

struct topics;
int topics_new(const struct catalogue *catalogue, struct topics **ret_topics); /* LIFT_E_MEMORY */
void topics_free(struct topics *topics);

/* Tallies of a home and subject have changed: so have the topics of all regions above. */
int topics_change(struct topics *topics, uint32_t home, uint32_t subject);

/* A source has sent an event for a module with a region: all topics that stand on it. */
int topics_see(struct topics *topics, struct text source, uint32_t module, uint32_t home);

/* Its figures stand on facts from elsewhere, too: of learners who have moved in since, from these
 * regions (SERIES_FROM). Their sources are its own, as long as this is not told again.
 * LIFT_E_MEMORY. */
int topics_lean(struct topics *topics, struct topic *topic, const struct series *from);

/* Every topic changes at midnight. */
int topics_change_all(struct topics *topics);

/* The next changed topic, which is then no longer changed; NULL where there is none. Valid until
 * the next call of topics_change or topics_see. */
struct topic *topics_next(struct topics *topics);
/* One that could not be sent waits again. */
void topics_again(struct topics *topics, struct topic *topic);
size_t topics_waiting(const struct topics *topics);

/* All topics in order of names, valid until the next call of topics_change or topics_see; NULL: out
 * of memory. */
struct topic *const *topics_sorted(struct topics *topics, size_t *ret_n);

/* The names of a topic's sources, in order; at most `most` of them: those from there, and of those
 * from elsewhere, where learners have moved in, such from regions that are seen (NULL: all). */
size_t topics_sources(const struct topics *topics, const struct topic *topic,
		      const struct catalogue_sight *sight, struct text *ret_names, size_t most);

/* Has it sources from a region that is not seen, so that topics_sources differs by it? */
bool topics_has_hidden(const struct topics *topics, const struct topic *topic,
		       const struct catalogue_sight *sight);

#endif
