/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h - keys.yaml: whose public key may do what. Every error has its line.
 *
 * A key is known by its public half, and has a name for people. A source belongs to one key: who
 * changes a key's pair gives it both public halves for a while, not the source to two keys.
 */
#ifndef LIFT_PROTO_KEYS_H
#define LIFT_PROTO_KEYS_H

#include "proto/config.h"

enum {
	KEYS_MAX = 1000,
	KEY_PUBLICS_MAX = 4, /* of one key */
	KEY_NAME_MAX = 64,
};

/* Per key, in liftd's own defaults where the file is silent. */
struct key_limits {
	int events;	 /* a second */
	int bytes;	 /* of messages, a second */
	int batches;	 /* unanswered, over all its connections */
	int message;	 /* bytes of one */
	int names;	 /* that the catalogue does not have, of a kind, of each of its sources */
	int streams;	 /* of each of its sources */
	int connections; /* at once */
};

/* Texts with the lines where they stand. */
struct key_texts {
	const char **items;
	unsigned *lines;
	size_t n;
};

struct key {
	const char *name;
	struct key_texts publics;
	bool publishes;
	struct key_texts sources; /* that it speaks for, and nobody else does */
	struct key_texts regions; /* about which, and what is below them; none: about all */
	struct key_texts audiences;
	bool control;
	bool asks_rosters;		 /* about lists of people, */
	struct key_texts roster_sources; /* whose ids they have, */
	struct key_texts roster_regions; /* and who are at home there; none: all are */
	bool forgets; /* may have people forgotten, and be told all that is held on one, */
	struct key_texts forget_sources; /* whose ids these are */
	struct key_limits limits;
	unsigned line;
};

/* What a key may be called: 1 to KEY_NAME_MAX of a-z 0-9 . _ - */
bool key_is_name(struct text text);

struct keys;

/* Read the text of keys.yaml (empty: there is no key). The audiences must be those of the
 * configuration. LIFT_E_CONFIG with all errors found; LIFT_E_MEMORY. */
int keys_parse(struct text text, const struct config *config, struct yaml_errors *errors,
	       struct keys **ret_keys);

/* Counted: who keeps it frees it, in any thread. NULL is let be. */
struct keys *keys_keep(struct keys *keys);
void keys_free(struct keys *keys);

/* In the order of the file. */
const struct key *keys_all(const struct keys *keys, size_t *ret_n);

/* The key of a public half, and the key that a source belongs to; NULL: there is none. */
const struct key *keys_of_public(const struct keys *keys, struct text public);
const struct key *keys_of_source(const struct keys *keys, struct text source);

bool key_has_audience(const struct key *key, const char *audience);

#endif
