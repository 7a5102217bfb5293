/* SPDX-License-Identifier: Apache-2.0 */
/*
 * failures.h - who was wrong how often, and how long such a one waits.
 *
 * Counted are an address, and a name from an address: so that nobody is locked out by what comes
 * from elsewhere. The table has an end: of four neighbours the one that was wrong longest ago goes.
 */
#ifndef LIFT_HTTP_FAILURES_H
#define LIFT_HTTP_FAILURES_H

#include "clients/http/address.h"

enum {
	FAILURES_FREE = 5,		 /* of a name from an address, before there is a pause */
	FAILURES_FREE_OF_ADDRESS = 50,	 /* of an address, whatever the names */
	FAILURES_PAUSE_MAX_S = 60,	 /* they double from 1 s on */
	FAILURES_FORGET_MS = 15 * 60000, /* since the last one */
	FAILURES_SETS = 1024,		 /* of four */
};

struct failures;

struct failures *failures_new(void); /* NULL: out of memory */
void failures_free(struct failures *failures);
/* Seconds until this one may be asked about again; 0: now. */
int failures_pause_s(const struct failures *failures, struct text name, struct address house,
		     int64_t now_ms);
void failures_add(struct failures *failures, struct text name, struct address house,
		  int64_t now_ms);
/* It was right: nothing is held against this name from there. */
void failures_forgive(struct failures *failures, struct text name, struct address house);

#endif
