/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/net/frames.h"
#include "daemon/net/zap.h"
#include "proto/msg.h"

enum {
	HANDSHAKE_MS = 3000,
	/* A TCP peer that a network has swallowed is gone after IDLE + COUNT * INTERVAL. */
	KEEPALIVE_IDLE_S = 10,
	KEEPALIVE_INTERVAL_S = 5,
	KEEPALIVE_COUNT = 4,
	BACKLOG = 100,	     /* as ZeroMQ has it */
	ENFORCE_DOMAIN = 93, /* ZMQ_ZAP_ENFORCE_DOMAIN, which only drafts declare */
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

static int set_size_max(void *socket, int64_t bytes)
{
	return zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &bytes, sizeof(bytes));
}

static int set_options(void *socket, int type, struct socket_limits limits)
{
	int rc = set_size_max(socket, MSG_SIZE_MAX);

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

static const char tcp[] = "tcp://";

static bool is_tcp(const char *endpoint)
{
	return strncmp(endpoint, tcp, sizeof(tcp) - 1) == 0;
}

/* Who may come by an endpoint: an option holds for what is bound after it. Without an answer to the
 * question that libzmq asks of each connection (zap.h), nobody does. */
static int set_guard(void *socket, const struct socket_wish *wish, bool has_keys)
{
	const struct key_pair *own = wish->guards->own;
	char domain[DOOR_MAX];
	int rc;

	snprintf(domain, sizeof(domain), "%s%s%s", has_keys ? ZAP_CURVE : ZAP_LOCAL, wish->door,
		 wish->audience ? wish->audience : "");
	rc = zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain));
	rc |= set(socket, ENFORCE_DOMAIN, 1);
	if (!own)
		return rc;
	rc |= set(socket, ZMQ_CURVE_SERVER, has_keys);
	rc |= set_size_max(socket, MSG_SIZE_MAX + (has_keys ? FRAMES_CURVE_BYTES : 0));
	if (has_keys)
		rc |= zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own->secret, sizeof(own->secret));
	return rc;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* tcp://127.0.0.1:5555 or tcp://[::1]:5555 (proto/config_endpoint.c): its size; 0: it is none. */
static socklen_t read_address(const char *endpoint, union address *ret_address)
{
	const char *host = endpoint + sizeof(tcp) - 1, *colon = strrchr(host, ':');
	uint16_t port = htons((uint16_t)(colon ? strtoul(colon + 1, NULL, 10) : 0));
	bool is_v6 = host[0] == '[';
	char name[INET6_ADDRSTRLEN];

	memset(ret_address, 0, sizeof(*ret_address));
	if (colon == host + 1 && *host == '*') {
		ret_address->v4.sin_family = AF_INET;
		ret_address->v4.sin_port = port;
		return sizeof(ret_address->v4);
	}
	snprintf(name, sizeof(name), "%.*s", colon ? (int)(colon - host) - 2 * is_v6 : 0,
		 host + is_v6);
	if (is_v6 && inet_pton(AF_INET6, name, &ret_address->v6.sin6_addr) == 1) {
		ret_address->v6.sin6_family = AF_INET6;
		ret_address->v6.sin6_port = port;
		return sizeof(ret_address->v6);
	}
	if (!is_v6 && inet_pton(AF_INET, name, &ret_address->v4.sin_addr) == 1) {
		ret_address->v4.sin_family = AF_INET;
		ret_address->v4.sin_port = port;
		return sizeof(ret_address->v4);
	}
	errno = EINVAL;
	return 0;
}

/* A bound descriptor; -1, with errno. */
static int bind_tcp(const char *endpoint)
{
	union address address;
	socklen_t size = read_address(endpoint, &address);
	int fd = -1, on = 1, reason;

	if (size > 0)
		fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, &address.any, size) == 0)
		return fd;
	reason = errno;
	close(fd);
	errno = reason;
	return -1;
}

int socket_can_bind(const char *endpoint)
{
	int fd = is_tcp(endpoint) ? bind_tcp(endpoint) : -1;

	if (fd >= 0)
		close(fd);
	return fd >= 0 || !is_tcp(endpoint) || errno == EADDRINUSE ? 0 : LIFT_E_SOCKET;
}

/* To bind an address, ZeroMQ lists the interfaces, by a netlink socket, and aborts where it may not
 * have one: so it gets a descriptor that is bound and listens, which is its own from then on. */
static int bind_endpoint(void *socket, const char *endpoint)
{
	int fd, rc, reason;

	if (!is_tcp(endpoint))
		return zmq_bind(socket, endpoint);
	fd = bind_tcp(endpoint);
	if (fd < 0)
		return -1;
	if (listen(fd, BACKLOG) != 0) {
		reason = errno;
		close(fd);
		errno = reason;
		return -1;
	}
	rc = set(socket, ZMQ_USE_FD, fd) == 0 ? zmq_bind(socket, endpoint) : -1;
	reason = errno;
	set(socket, ZMQ_USE_FD, -1);
	errno = reason;
	return rc;
}

int socket_open(void *zmq, const struct socket_wish *wish, void **ret_socket)
{
	void *socket = zmq_socket(zmq, wish->type);

	if (!socket || set_options(socket, wish->type, wish->limits) != 0)
		return failed(wish->what, "", socket);
	/* Those with keys first: files are bound anew as the last ones were. */
	for (size_t i = 0; i < 2 * wish->endpoints->count; i++) {
		const char *endpoint = wish->endpoints->items[i % wish->endpoints->count];
		bool has_keys = wish->guards && wish->guards->own && is_tcp(endpoint);

		if (has_keys != (i < wish->endpoints->count))
			continue;
		if ((wish->guards && set_guard(socket, wish, has_keys) != 0) ||
		    bind_endpoint(socket, endpoint) != 0 ||
		    (wish->bindings && bindings_add(wish->bindings, socket, endpoint) != 0))
			return failed(wish->what, endpoint, socket);
	}
	*ret_socket = socket;
	return 0;
}

int socket_subscribe(void *socket, const char *prefix)
{
	return zmq_setsockopt(socket, ZMQ_SUBSCRIBE, prefix, strlen(prefix)) ? LIFT_E_SOCKET : 0;
}

static int set_client_keys(void *socket, const char *server_key, const struct key_pair *own)
{
	int rc = set_size_max(socket, MSG_SIZE_MAX + FRAMES_CURVE_BYTES);

	rc |= zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server_key, strlen(server_key) + 1);
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, own->public, sizeof(own->public));
	rc |= zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, own->secret, sizeof(own->secret));
	return rc;
}

int socket_connect_sub(void *zmq, const char *endpoint, const char *prefix,
		       struct socket_limits limits, const char *server_key,
		       const struct guards *guards, void **ret_socket)
{
	void *socket = zmq_socket(zmq, ZMQ_SUB);

	if (!socket || set_options(socket, ZMQ_SUB, limits) != 0 ||
	    (server_key &&
	     (!guards || !guards->own || set_client_keys(socket, server_key, guards->own) != 0)) ||
	    socket_subscribe(socket, prefix) != 0 || zmq_connect(socket, endpoint) != 0)
		return failed("connection for events", endpoint, socket);
	*ret_socket = socket;
	return 0;
}

const char *socket_user(void *message)
{
	return zmq_msg_gets(message, "User-Id");
}

void socket_close(void *socket)
{
	if (socket)
		zmq_close(socket);
}
