/* SPDX-License-Identifier: Apache-2.0 */
/*
 * learner.h - who a statement is about, as one text: the same person, the same text.
 *
 *   account       NAME where the platform's homepage is the account's; else "HOMEPAGE NAME"
 *   mbox          "mbox_sha1sum:" and the SHA-1 of "mailto:" and the address in small letters; with
 *                 `mbox: address` the address itself, in small letters
 *   mbox_sha1sum  "mbox_sha1sum:" and the sum, in small letters
 *   openid        its canonical form (iri.h)
 */
#ifndef LIFT_XAPI_MAP_LEARNER_H
#define LIFT_XAPI_MAP_LEARNER_H

#include "clients/xapi/map/internal.h"

struct learner {
	struct text id;	  /* 1..LEARNER_MAX bytes */
	struct text name; /* of an account of a platform that has said no homepage; else empty */
	struct text homepage; /* canonical, of an account; else empty */
	const char *how;      /* "account", ... */
};

/* The learner that an agent is, or a name of the actor's own platform (text or integer). False,
 * with `why` (a sentence, OUTCOME_WHY_MAX), where it is none. LIFT_E_MEMORY: *ret_err. */
bool learner_of(const struct statement *statement, const json_t *agent, struct learner *ret_learner,
		char *why, int *ret_err);

#endif
