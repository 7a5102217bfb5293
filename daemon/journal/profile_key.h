/* SPDX-License-Identifier: Apache-2.0 */
/*
 * profile_key.h - a profile as the journal's dictionary names it (NAME_PROFILE): the number of its
 * region, and for each attribute that is kept the numbers of its dimension and its value, in the
 * order of dimensions: 4 bytes each, big-endian. Pure.
 */
#ifndef LIFTD_JOURNAL_PROFILE_KEY_H
#define LIFTD_JOURNAL_PROFILE_KEY_H

#include "proto/event.h"

enum { PROFILE_MAX = 4 + 8 * ATTRS_MAX /* bytes */ };

struct profile_key {
	uint32_t region;
	uint32_t n;
	struct profile_attr {
		uint32_t dimension, value;
	} attrs[ATTRS_MAX];
};

/* Add an attribute, in its place; there must be room. */
void profile_key_add(struct profile_key *key, struct profile_attr attr);

struct text profile_key_encode(const struct profile_key *key, uint8_t to[static PROFILE_MAX]);
/* LIFT_E_CORRUPT where it is no such name. Whether its numbers are names is for who asks. */
int profile_key_decode(struct text from, struct profile_key *ret_key);

/*
 * The numbers of the profiles that came last, by what was said of them. What is remembered holds as
 * long as the names that it is made of, and what the catalogue counts by.
 */
enum { PROFILES_SAID_MAX = 120, PROFILES_MAX = 4096 };

/* The words of a profile; of size 0: they are too many to be remembered. */
struct profile_said {
	uint32_t size;
	char bytes[PROFILES_SAID_MAX];
};

struct profile_known {
	struct profile_said said;
	uint32_t id;
	bool has_others; /* words that are no part of the profile */
};

struct profiles;

struct profiles *profiles_new(void); /* NULL: out of memory */
void profiles_free(struct profiles *profiles);
void profiles_forget(struct profiles *profiles);

/* What an event says of a profile. */
void profile_said_of(const struct event *event, struct profile_said *ret_said);
/* What is known of it; NULL: nothing. And remember it, in place of another one. */
const struct profile_known *profiles_find(const struct profiles *profiles,
					  const struct profile_said *said);
void profiles_keep(struct profiles *profiles, const struct profile_known *known);

#endif
