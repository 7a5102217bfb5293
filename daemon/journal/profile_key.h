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

#endif
