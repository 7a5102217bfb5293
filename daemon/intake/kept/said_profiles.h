/* SPDX-License-Identifier: Apache-2.0 */
/*
 * said_profiles.h - the numbers of the profiles that came last, by what was said of them. What is
 * remembered holds as long as the names that it is made of, and what the catalogue counts by.
 */
#ifndef LIFTD_INTAKE_KEPT_SAID_PROFILES_H
#define LIFTD_INTAKE_KEPT_SAID_PROFILES_H

#include "proto/event.h"

enum { PROFILE_SAID_MAX = 120, SAID_PROFILES_MAX = 4096 };

/* The words of a profile; of size 0: they are too many to be remembered. */
struct profile_said {
	uint32_t size;
	char bytes[PROFILE_SAID_MAX];
};

struct profile_known {
	struct profile_said said;
	uint32_t id;
	bool has_others; /* words that are no part of the profile */
};

struct said_profiles;

struct said_profiles *said_profiles_new(void); /* NULL: out of memory */
void said_profiles_free(struct said_profiles *profiles);
void said_profiles_forget(struct said_profiles *profiles);

/* What an event says of a profile. */
void profile_said_of(const struct event *event, struct profile_said *ret_said);
/* What is known of it; NULL: nothing. And remember it, in place of another one. */
const struct profile_known *said_profiles_find(const struct said_profiles *profiles,
					       const struct profile_said *said);
void said_profiles_keep(struct said_profiles *profiles, const struct profile_known *known);

#endif
