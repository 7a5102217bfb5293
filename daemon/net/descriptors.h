/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.h - what a client's connection may cost: a file descriptor, and memory.
 *
 * libzmq aborts where accept() finds none left for an ipc connection, and spins for a tcp one. So
 * accept4(), which it calls, is defined here: a connection that would take one of the last
 * descriptors is closed at once, counted, and said in the log; its client comes again by itself.
 * Those last ones are for files; a few of them for operators' connections, too.
 *
 * So is recv(), by which libzmq reads: a connection that sends more than a peer may (frames.h) ends
 * there, as if its peer had gone.
 */
#ifndef LIFTD_NET_DESCRIPTORS_H
#define LIFTD_NET_DESCRIPTORS_H

#include "daemon/base/stats.h"

enum {
	DESCRIPTORS_FOR_FILES = 32,
	DESCRIPTORS_FOR_OPERATORS = 16,
	DESCRIPTORS_FEW = 1024, /* fewer are said at the start */
	DESCRIPTORS_MAX = 1 << 20,
};

/* Raise the limit as far as it goes, and count refused and cut connections in `stats`, until
 * descriptors_unwatch. The endpoint is that of control; if it is ipc, operators get in when nobody
 * else does. One daemon a process. */
void descriptors_watch(struct stats *stats, const char *control);
void descriptors_unwatch(void);

#endif
