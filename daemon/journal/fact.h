/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fact.h - what happened to one learner, as the journal and the ledger keep it: small, and in an
 * order.
 *
 * The same fact gives the same bytes. A fact carries the number of the profile that came with its
 * event: two events with the same fact and different profiles are two claims, and count as one
 * fact. The same is true of `valid_until`: of several claims for one fact the earliest day counts.
 */
#ifndef LIFTD_JOURNAL_FACT_H
#define LIFTD_JOURNAL_FACT_H

#include "proto/event.h"

enum { FACT_MAX = 32 /* bytes, encoded */ };

#define FACT_NO_MODULE UINT32_MAX /* a claim of a profile only: the module counts nowhere */

struct fact {
	uint32_t module;     /* in the journal its number in the dictionary, in the ledger the
			     catalogue's */
	uint32_t profile;    /* of the journal's dictionary */
	int64_t time;	     /* ms */
	int64_t voids_time;  /* of a voiding: ms, or EVENT_NO_TIME */
	int32_t valid_until; /* a claim: a day, VALID_FOR_EVER, or 0 where none is claimed */
	uint8_t type;	     /* enum event_type */
	uint8_t voids;	     /* of a voiding: the type that it takes back */
	struct event_result result;
};

/* By module; a module's voidings before its other facts; then time, then all the rest; what is only
 * claimed (valid_until, the profile) last. */
int fact_compare(const struct fact *a, const struct fact *b);

/* Equal but, perhaps, for what is only claimed. */
bool fact_is_same(const struct fact *a, const struct fact *b);

size_t fact_encode(const struct fact *fact, uint8_t to[static FACT_MAX]);

/* The bytes taken from the front of `from`; 0 where they are no fact. */
size_t fact_decode(struct text from, struct fact *ret_fact);

#endif
