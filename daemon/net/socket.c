/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/socket.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "proto/msg.h"

enum {
	HANDSHAKE_MS = 5000,
	/* A TCP peer that a network has swallowed is gone after IDLE + COUNT * INTERVAL. */
	KEEPALIVE_IDLE_S = 10,
	KEEPALIVE_INTERVAL_S = 5,
	KEEPALIVE_COUNT = 4,
};

static int set(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof(value));
}

/*
 * The kernel looks after TCP peers, and tells of the end of others at once. Not ZMQ_HEARTBEAT_IVL:
 * libzmq 4.3.4 aborts the process where that timer meets a peer that is gone and whose pipe is
 * full.
 */
static int set_keepalive(void *socket)
{
	int rc = set(socket, ZMQ_TCP_KEEPALIVE, 1);

	rc |= set(socket, ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S);
	rc |= set(socket, ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_S);
	rc |= set(socket, ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT);
	return rc;
}

static int set_options(void *socket, int type, struct socket_limits limits)
{
	int64_t most = MSG_SIZE_MAX;
	int rc = zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &most, sizeof(most));

	rc |= set(socket, ZMQ_LINGER, 0);
	rc |= set(socket, ZMQ_RCVHWM, limits.receive);
	rc |= set(socket, ZMQ_SNDHWM, limits.send);
	rc |= set(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
	rc |= set_keepalive(socket);
	if (type == ZMQ_XPUB) /* each subscription is told, not only the first to a topic */
		rc |= set(socket, ZMQ_XPUB_VERBOSE, 1);
	if (type == ZMQ_ROUTER) /* a peer that is gone is an error, not silence */
		rc |= set(socket, ZMQ_ROUTER_MANDATORY, 1);
	return rc;
}

/* Also of one that is half open. */
static int failed(const char *what, const char *endpoint, void *socket)
{
	log_error("%s cannot be opened: at=%s reason=\"%s\"", what, endpoint,
		  zmq_strerror(zmq_errno()));
	socket_close(socket);
	return LIFT_E_SOCKET;
}

int socket_open(void *zmq, const struct socket_wish *wish, void **ret_socket)
{
	void *socket = zmq_socket(zmq, wish->type);

	if (!socket || set_options(socket, wish->type, wish->limits) != 0)
		return failed(wish->what, "", socket);
	for (size_t i = 0; i < wish->endpoints->count; i++)
		if (zmq_bind(socket, wish->endpoints->items[i]) != 0)
			return failed(wish->what, wish->endpoints->items[i], socket);
	*ret_socket = socket;
	return 0;
}

static int try_bind(const struct addrinfo *address)
{
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, rc, reason;

	if (fd < 0)
		return -1;
	/* As ZeroMQ does, so that one who binds it in this moment is not disturbed. */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	rc = bind(fd, address->ai_addr, address->ai_addrlen);
	reason = errno;
	close(fd);
	errno = reason;
	return rc == 0 || reason == EADDRINUSE ? 0 : -1;
}

int socket_can_bind(const char *endpoint)
{
	static const struct addrinfo numeric = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
						 .ai_socktype = SOCK_STREAM };
	const char *host = endpoint + strlen("tcp://"), *port = strrchr(endpoint, ':') + 1;
	bool in_brackets = host[0] == '[';
	struct addrinfo *address;
	struct ifaddrs *interfaces;
	char name[INET6_ADDRSTRLEN];
	int rc;

	if (strncmp(endpoint, "tcp://", strlen("tcp://")) != 0)
		return 0;
	/* ZeroMQ lists the interfaces before it binds any address, by a netlink socket; it aborts
	 * where it may not have one. */
	if (getifaddrs(&interfaces) != 0)
		return LIFT_E_SOCKET;
	freeifaddrs(interfaces);
	snprintf(name, sizeof(name), "%.*s", (int)(port - 1 - host) - 2 * in_brackets,
		 host + in_brackets);
	if (getaddrinfo(name, port, &numeric, &address) != 0) {
		errno = EINVAL;
		return LIFT_E_SOCKET;
	}
	rc = try_bind(address);
	freeaddrinfo(address);
	return rc == 0 ? 0 : LIFT_E_SOCKET;
}

int socket_subscribe(void *socket, const char *prefix)
{
	return zmq_setsockopt(socket, ZMQ_SUBSCRIBE, prefix, strlen(prefix)) ? LIFT_E_SOCKET : 0;
}

int socket_connect_sub(void *zmq, const char *endpoint, const char *prefix,
		       struct socket_limits limits, void **ret_socket)
{
	void *socket = zmq_socket(zmq, ZMQ_SUB);

	if (!socket || set_options(socket, ZMQ_SUB, limits) != 0 ||
	    socket_subscribe(socket, prefix) != 0 || zmq_connect(socket, endpoint) != 0)
		return failed("connection for events", endpoint, socket);
	*ret_socket = socket;
	return 0;
}

void socket_close(void *socket)
{
	if (socket)
		zmq_close(socket);
}
