/* SPDX-License-Identifier: Apache-2.0 */
/*
 * connections.h - who is connected: by descriptor, how far its handshake has come, and by which
 * key. Any thread may ask.
 *
 * An entry is there from accept() until before close(), so its descriptor is open, and still that
 * connection's: it may be shut down here, which libzmq takes for a peer that has gone.
 *
 * Whoever can reach a TCP port may open connections and say nothing, or say hello without a key
 * that is known. So those that are half open are few, in all and of each address; for one more,
 * another one goes, never the newcomer itself: of the address that has most, that which has come
 * least far, and of these the first. A flood pushes out its own; who comes in between has the time
 * of its handshake. Over ipc the kernel's permissions say who may connect at all.
 */
#ifndef LIFTD_NET_CONNECTIONS_H
#define LIFTD_NET_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "daemon/base/stats.h"

enum {
	CONNECTIONS_KEY_BYTES = 32,
	CONNECTIONS_KEYS_MAX = 4, /* that one owner has */
	/* Half open ones: this share of all that there is room for. A handshake of CURVE takes some
	 * ten milliseconds, and each of them holds some 20 KiB. */
	CONNECTIONS_HALF_SHARE = 4,
	CONNECTIONS_HALF_MIN = 16,
	CONNECTIONS_HALF_MAX = 1024,
	/* Of these, one address: many honest ones may come at once from behind one. */
	CONNECTIONS_ADDRESS_SHARE = 2,
};

enum connection_stage {
	CONNECTION_NONE,
	CONNECTION_SILENT,  /* accepted */
	CONNECTION_HELLO,   /* it knows the server's key */
	CONNECTION_VOUCHED, /* it has the secret of its own key */
	CONNECTION_GRANTED, /* that key may have it (connections_grant) */
	CONNECTION_OPEN,
};

struct connections;

/* For descriptors below `most`, of which the last `reserved` are for something else, and those
 * below the first connection's, too. How many there are is in `stats`: connections,
 * connections_half_open, connections_most. NULL: no memory. */
struct connections *connections_new(int most, int reserved, struct stats *stats);
void connections_free(struct connections *connections);

/* One is accepted, from this address. How many had to go for it (0 or 1). */
size_t connections_add(struct connections *connections, int fd, const struct sockaddr *address);
/* By which listening descriptor it came. */
void connections_came_by(struct connections *connections, int fd, int listener);
/* It is about to be closed; none of ours is no error. */
void connections_remove(struct connections *connections, int fd);

/* It has come so far, and never goes back; it has vouched for its key (public half). */
void connections_reach(struct connections *connections, int fd, enum connection_stage stage);
void connections_vouch(struct connections *connections, int fd,
		       const uint8_t key[CONNECTIONS_KEY_BYTES]);

/* May one of the connections that have vouched for a public key (Z85) be opened, so that there are
 * no more than `most` of all `n` that its owner has? If so it counts from now on. */
bool connections_grant(struct connections *connections, const char *key, const char *const keys[],
		       size_t n, uint32_t most);

/* How many open ones an owner of these public keys (Z85) has. */
uint32_t connections_by_key(struct connections *connections, const char *const keys[], size_t n);

/* End the connections of keys (Z85) of which this is true, also of those that have vouched and wait
 * for an answer: how many. Everybody else waits meanwhile. */
typedef bool (*connections_is_cut_fn)(void *context, const char *key);
size_t connections_cut(struct connections *connections, connections_is_cut_fn is_cut,
		       void *context);

/* How many open ones have come by each listening descriptor. LIFT_E_MEMORY. */
typedef void (*connections_listener_fn)(void *context, int listener, uint32_t n);
int connections_by_listener(struct connections *connections, connections_listener_fn fn,
			    void *context);

#endif
