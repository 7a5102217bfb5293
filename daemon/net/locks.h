/* SPDX-License-Identifier: Apache-2.0 */
/*
 * locks.h - the directories that are this daemon's alone: of the state, and of the sockets.
 *
 * What says so is a lock on a file in each. Where somebody removes the file, or the directory, it
 * is made and locked again.
 */
#ifndef LIFTD_NET_LOCKS_H
#define LIFTD_NET_LOCKS_H

#include <stdbool.h>
#include <sys/types.h>

#include "daemon/net/loop.h"

enum { LOCKS_LOOK_MS = 1000, LOCKS = 2 };

struct locks {
	const char *dirs[LOCKS];
	int locks[LOCKS]; /* -1: not held */
	dev_t device;	  /* of the state's directory: another one in its place is not locked */
	ino_t inode;
	bool failing[LOCKS];
};

/* Nothing is held, so that it may be closed. */
void locks_begin(struct locks *locks, const char *state, const char *runtime);

/* Make the directories, and lock them. What cannot be had is said in the log: LIFT_E_IO. */
int locks_take(struct locks *locks);
/* Look after them from now on, in a loop. */
int locks_watch(struct locks *locks, struct loop *loop);
void locks_close(struct locks *locks);

#endif
