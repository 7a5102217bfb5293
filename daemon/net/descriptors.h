/* SPDX-License-Identifier: Apache-2.0 */
/*
 * descriptors.h - what a client's connection may cost: a file descriptor, and memory.
 *
 * libzmq aborts where accept() finds none left for an ipc connection, and spins for a tcp one. So
 * accept4(), which it calls, is defined here: a connection that would take one of the last
 * descriptors is closed at once, counted, and said in the log; its client comes again by itself.
 * Those last ones are for files; a few of them for operators' connections, too. With close(), it
 * is known who is connected (connections.h).
 *
 * So is recv(), by which libzmq reads: a connection that sends more than a peer may (frames.h) ends
 * there, as if its peer had gone. What is in frames of CURVE is seen where libzmq has libsodium
 * open them, and what is wrong then is a box that does not open. The same way it is seen, as it
 * happens and for certain, whose key a connection has and when its handshake has ended: a monitor
 * of libzmq tells of a handshake late, in another thread, and without the descriptor.
 */
#ifndef LIFTD_NET_DESCRIPTORS_H
#define LIFTD_NET_DESCRIPTORS_H

#include "daemon/base/stats.h"
#include "daemon/net/connections.h"

enum {
	DESCRIPTORS_FOR_FILES = 32,
	DESCRIPTORS_FOR_OPERATORS = 16,
	DESCRIPTORS_FEW = 1024, /* fewer are said at the start */
	DESCRIPTORS_MAX = 1 << 20,
	DESCRIPTORS_READ = 32 << 10, /* bytes of one connection, before others have their turn */
};

/* Raise the limit as far as it goes, and count connections in `stats`, until descriptors_unwatch.
 * The endpoint is that of control; if it is ipc, operators get in when nobody else does. One daemon
 * a process. LIFT_E_MEMORY. */
int descriptors_watch(struct stats *stats, const char *control);
void descriptors_unwatch(void);

/* May a public key (Z85) that somebody has just vouched for have one more connection, where all `n`
 * keys of its owner may have `most`? For the answer to libzmq's question who it is: it counts from
 * then on. */
bool descriptors_grant(const char *key, const char *const keys[], size_t n, uint32_t most);

/* How many open connections an owner of these public keys (Z85) has. */
uint32_t descriptors_by_key(const char *const keys[], size_t n);

/* End the connections of keys that have lost rights: after nobody is let in by the old ones. */
void descriptors_cut(connections_is_cut_fn is_cut, void *context);

/* How many open connections there are at each address that is listened at. LIFT_E_MEMORY. */
typedef void (*descriptors_count_fn)(void *context, const struct sockaddr *address, uint32_t n);
int descriptors_count(descriptors_count_fn fn, void *context);

#endif
