/* SPDX-License-Identifier: Apache-2.0 */
/*
 * socket.h - the daemon's server sockets, all with the same guards. What cannot be opened is said
 * in the log, with its endpoint.
 */
#ifndef LIFTD_NET_SOCKET_H
#define LIFTD_NET_SOCKET_H

#include "daemon/net/bindings.h"
#include "daemon/net/keyring.h"
#include "proto/key_file.h"
#include "proto/texts.h"

/* Messages that may wait at a socket, one way. */
struct socket_limits {
	int receive, send;
};

/* How sockets are guarded; all is borrowed. */
struct guards {
	struct keyring *keyring;
	const struct key_pair *own; /* NULL: no TCP endpoint has keys, all are on loopback */
};

/* What to open: a ROUTER, XPUB or SUB (type as in zmq.h), bound to all of its endpoints. */
struct socket_wish {
	const char *what; /* it is for, in the log */
	int type;
	const struct texts *endpoints;
	struct socket_limits limits;
	struct bindings *bindings;   /* that look after its files; NULL: nobody does */
	const struct guards *guards; /* NULL: whoever connects is let in, and not asked */
	const char *door, *audience; /* DOOR_ (zap.h); whose it is, or NULL */
};

/* LIFT_E_SOCKET, for all of these. */
int socket_open(void *zmq, const struct socket_wish *wish, void **ret_socket);
/* A SUB that connects to a platform's PUB, with the prefix of topics; with its public key, if it
 * has one (Z85), and then the daemon's own. */
int socket_connect_sub(void *zmq, const char *endpoint, const char *prefix,
		       struct socket_limits limits, const char *server_key,
		       const struct guards *guards, void **ret_socket);

/* The User-Id of a message that was received; NULL: it has none. Valid as long as the message. */
const char *socket_user(void *message);

/* Could an endpoint be bound, here and as this user? Else errno says why not. One that is taken
 * could: the daemon itself may have it. */
int socket_can_bind(const char *endpoint);

/* Subscribe a SUB to a prefix of topics. */
int socket_subscribe(void *socket, const char *prefix);

void socket_close(void *socket);

#endif
