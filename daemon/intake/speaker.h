/* SPDX-License-Identifier: Apache-2.0 */
/*
 * speaker.h - who may speak: as which source, about which regions, how much. The one place for both
 * ways in.
 */
#ifndef LIFTD_INTAKE_SPEAKER_H
#define LIFTD_INTAKE_SPEAKER_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/net/keyring.h"

/* What is left of what a key may send in a second: it may go below zero once, and waits then. */
struct meter {
	int64_t ms;   /* steady: when it was looked at; 0: never */
	int64_t left; /* thousandths: a low limit grows by less than one in a millisecond */
};

/* What is known of a key here. */
struct spoken {
	struct meter events, bytes;
	bool *homes; /* by region: may it speak about it? NULL: not looked up yet */
};

enum { SPEAKERS_HELD_MAX = 8 /* changes of keys in a group; one more waits for its end */ };

struct speakers {
	struct keyview view;
	struct spoken *spoken;		      /* by key; NULL: no memory for it, or no key */
	struct keys *held[SPEAKERS_HELD_MAX]; /* earlier ones, of speakers of this group */
	size_t n_held;
};

/* Who has sent a message. */
struct speaker {
	struct peer peer;
	const struct texts *sources; /* that may come this way; NULL or none: all */
	struct spoken *spoken;	     /* of a key */
};

void speakers_open(struct speakers *speakers, struct keyring *keyring);
void speakers_close(struct speakers *speakers);
/* Another catalogue: what is known of regions is looked up anew. */
void speakers_switch(struct speakers *speakers);

/* By the User-Id of a message, and the keys of now. Its key stays until speakers_settle; what else
 * is known of it, until the next one is looked for. LIFT_E_DENIED, LIFT_E_MEMORY. */
int speaker_find(struct speakers *speakers, const char *user_id, struct speaker *ret_speaker);

/* To whom a source belongs now; to nobody: somebody local. LIFT_E_MEMORY. */
int speaker_of_source(struct speakers *speakers, struct text source, struct speaker *ret_speaker);

/* All have their answers. */
void speakers_settle(struct speakers *speakers);

/* May it send a message of so many bytes now? LIFT_E_SIZE, LIFT_E_RATE. */
int speaker_may_send(const struct speaker *speaker, size_t bytes, int64_t steady_ms);

/* May it speak for a source? LIFT_E_SOURCE_DENIED. */
int speaker_may_be(struct speakers *speakers, const struct speaker *speaker, struct text source);

/* The same; and send so many events now? LIFT_E_SOURCE_DENIED, LIFT_E_RATE. */
int speaker_may_speak(struct speakers *speakers, const struct speaker *speaker, struct text source,
		      size_t events, int64_t steady_ms);

/* Has it no events left for now? Then no batch of it needs to be read. */
bool speaker_is_spent(const struct speaker *speaker, int64_t steady_ms);

/* By region of a catalogue, the same one until speakers_switch: may it speak about it? NULL: about
 * all. LIFT_E_MEMORY. */
int speaker_homes(const struct speaker *speaker, const struct catalogue *catalogue,
		  const bool **ret_homes);
/* Is a region of an event among them? */
bool homes_have(const bool *homes, const struct catalogue *catalogue, struct text region);

/* How many names each source of a key may bring: what its limit says, or (NULL, or it has none) the
 * configuration. */
uint32_t key_names_max(const struct key *key, const struct config *config);

/* Does the catalogue have the regions of all keys? LIFT_E_CONFIG, with the reasons in errors. */
int speakers_check(const struct keys *keys, const struct catalogue *catalogue,
		   struct yaml_errors *errors);

#endif
