/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outline.h - a learner's facts at a glance: where those of each module are, and by which profiles
 * they were told.
 */
#ifndef LIFTD_CONTRIBUTION_OUTLINE_H
#define LIFTD_CONTRIBUTION_OUTLINE_H

#include "daemon/learner/standing.h"

/* What is looked at: a learner's facts before a moment. Those at n places, ascending, are new;
 * where there are none, all of them are looked at, and there was nothing before. */
struct seen_facts {
	const struct learner *learner;
	const struct profiles *profiles;
	int64_t until;
	const uint32_t *places;
	size_t n_places;
};

/* A module of the catalogue, and the learner's facts of it. */
struct outline_module {
	uint32_t module;
	uint32_t first, end;
	uint32_t first_new, end_new; /* of the places */
	bool is_touched; /* some new ones are before `until`; or all facts are looked at */
	bool is_made;	 /* the standing facts are */
	bool is_passed;	 /* in the search for the last fact of all */
	struct span was; /* without the new facts */
	struct span is;
};

/* More are not told apart. */
enum { OUTLINE_PROFILES = 16 };

/* Modules ascending; profiles of the facts that are not new, in any order, each once. */
struct outline {
	struct outline_module *modules;
	size_t n_modules, room_modules;
	struct outline_profile {
		uint32_t id;
		int64_t last; /* ms: when it came last */
	} profiles[OUTLINE_PROFILES];
	uint32_t n_profiles;
	bool is_full; /* there are more profiles */
};
void outline_free(struct outline *outline);

/* LIFT_E_MEMORY. */
int outline_make(struct outline *outline, const struct seen_facts *seen);

/* The latest profile, where the outline is not full; *ret_settled: at any time nothing else was
 * claimed. */
void outline_profile(const struct outline *outline, const struct profiles *profiles,
		     struct learner_profile *ret_latest, bool *ret_settled);

#endif
