/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept.h - what `lift sync` keeps between two runs, sealed (seal.h): what the daemon has, and, in a
 * second file, PATH.next, what a run is about to send. Only when all of that is acknowledged does
 * it take the place of the first. So a run that was cut off is known, and is gone on with.
 */
#ifndef LIFT_CLI_SYNCING_KEPT_H
#define LIFT_CLI_SYNCING_KEPT_H

#include <limits.h>

#include "clients/cli/sync/known.h"

struct kept {
	char path[PATH_MAX], next[PATH_MAX];
	unsigned char *key; /* NULL: nothing is kept */
	int fd;		    /* of the key */
};

/* Open what is kept of a source: `file`, or, where it is NULL, one in the user's state directory;
 * without `make`, nothing is made where there is nothing yet. A status; whatever is wrong has been
 * complained about. To be closed in any case. */
int kept_open(struct kept *kept, const char *file, const char *source, bool make);
void kept_close(struct kept *kept);

/* Read what is known, or what a run was about to send, into an empty one: a status.
 * *ret_found: there is a file. */
int kept_known(const struct kept *kept, struct known *ret_known, bool *ret_found);
int kept_next(const struct kept *kept, struct known *ret_next, bool *ret_found);

/* Keep what is about to be sent; and that all of it was. A status. */
int kept_intend(const struct kept *kept, const struct known *next);
int kept_settle(const struct kept *kept, const struct known *known);

#endif
