/* SPDX-License-Identifier: Apache-2.0 */
/*
 * socket.h - the daemon's server sockets, all with the same guards.
 */
#ifndef LIFTD_NET_SOCKET_H
#define LIFTD_NET_SOCKET_H

#include "daemon/base/texts.h"

/* Messages that may wait at a socket, one way. */
struct socket_limits {
	int receive, send;
};

/* A SUB that connects to a platform's PUB, with the prefix of topics. LIFT_E_SOCKET. */
int socket_connect_sub(void *zmq, const char *endpoint, const char *prefix,
		       struct socket_limits limits, void **ret_socket);

/* Could an endpoint be bound, here and as this user? Else errno says why not. One that is taken could:
 * the daemon itself may have it. */
int socket_can_bind(const char *endpoint);

/* Subscribe a SUB to a prefix of topics. LIFT_E_SOCKET. */
int socket_subscribe(void *socket, const char *prefix);

/* A bound ROUTER, XPUB or SUB (type as in zmq.h). LIFT_E_SOCKET; *ret_failed is then the endpoint
 * that could not be bound. */
int socket_open(void *zmq, int type, const struct texts *endpoints, struct socket_limits limits,
		void **ret_socket, const char **ret_failed);
void socket_close(void *socket);

#endif
