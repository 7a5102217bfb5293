/* SPDX-License-Identifier: Apache-2.0 */
/*
 * by_home.h - the tallies of one subject, home by home, as far as they have been read: those of a
 * home are read once, for whatever regions it is summed over.
 */
#ifndef LIFTD_FIGURES_BY_HOME_H
#define LIFTD_FIGURES_BY_HOME_H

#include "daemon/catalogue/catalogue.h"
#include "daemon/tally/tally.h"

/* A tally, but for its home and subject. */
struct count {
	uint64_t facet : 8, part : 16, bucket : 40; /* as in struct tally_key */
	int64_t n;
};

/* Of one home: in order of keys. Valid until the next read or begin. */
struct counts {
	const struct count *items;
	size_t n;
};

struct by_home;
struct by_home *by_home_new(const struct catalogue *catalogue); /* NULL: out of memory */
void by_home_free(struct by_home *by_home);

/* Nothing has been read, and from now on it is read of this subject. The source of the tallies is
 * borrowed, and stays as it is until the next begin. */
void by_home_begin(struct by_home *by_home, const struct tallies *tallies, uint32_t subject);
uint32_t by_home_subject(const struct by_home *by_home);

/* The counts of a home. LIFT_E_MEMORY, or an error of the store. */
int by_home_read(struct by_home *by_home, uint32_t home, struct counts *ret_counts);

#endif
