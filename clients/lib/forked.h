/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forked.h - what a child of fork has got of its parent's outboxes, and must not use.
 *
 * SQLite keeps in the process's memory which locks it has on a file, and a child has a copy of
 * that, but not the locks: what it put into the same file would be lost when another process closes
 * it. So a child of a process that had an outbox open opens none. And it gives up the turn to
 * deliver, which it would hold beyond its parent's end.
 *
 * These counts are of the process, as the locks are. All functions may be called from any thread.
 */
#ifndef LIFT_LIB_FORKED_H
#define LIFT_LIB_FORKED_H

#include <stdbool.h>

/* From now on forks are noted. */
void forked_watch(void);

/* How many forks lie between this process and the one that has called forked_watch first: an object
 * of another number than this is not this process's. */
unsigned forked_times(void);

/* A file is open, or is not any more. */
void forked_opened(void);
void forked_closed(void);
/* Was one open in a process that this one was forked from? */
bool forked_has_opened(void);

/* The lock that is a turn; a child closes it. 0 or below: none. Of more than there is room for, the
 * others are not closed. */
void forked_keep(int fd);
void forked_drop(int fd);

#endif
