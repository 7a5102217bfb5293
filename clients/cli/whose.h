/* SPDX-License-Identifier: Apache-2.0 */
/*
 * whose.h - who can have put a socket where it is.
 *
 * Learners' ids go to whoever listens there. What lies in a directory that only its owner can write
 * to was put there, or allowed, by that owner; in one that anybody can write to, such as /tmp, its
 * own owner tells.
 */
#ifndef LIFT_CLI_WHOSE_H
#define LIFT_CLI_WHOSE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum whose {
	WHOSE_KNOWN,	/* only those who are trusted, or whom they let */
	WHOSE_STRANGER, /* it is somebody else's */
	WHOSE_ANYBODY,	/* whatever lies in this directory can be changed for another by anybody */
	WHOSE_NOBODY,	/* it is not there, and anybody could make it */
};

/* Who is trusted, beside root. */
struct whose_trust {
	uid_t user;   /* who asks */
	uid_t author; /* who wrote the configuration that names the socket; root where none does */
	bool everywhere; /* nobody has named the socket: all that leads to it must be theirs, too */
};

struct whose_place {
	char path[PATH_MAX]; /* the first on the way to the socket of which the answer is not
				WHOSE_KNOWN */
	uid_t owner;	     /* where it is there */
};

/* Look at all that lies on the way to a socket, and at the socket itself. What cannot be looked at
 * cannot be connected to either, and is passed over. *ret_place is set unless it is WHOSE_KNOWN. */
enum whose whose_is(const char *path, const struct whose_trust *trust,
		    struct whose_place *ret_place);

#endif
