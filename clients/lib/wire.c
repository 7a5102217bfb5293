/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "clients/lib/error.h"
#include "clients/lib/handshake.h"
#include "proto/msg.h"

enum {
	/* A TCP connection that a network has swallowed ends after IDLE + COUNT * INTERVAL. */
	KEEPALIVE_IDLE_S = 5,
	KEEPALIVE_INTERVAL_S = 2,
	KEEPALIVE_COUNT = 3,
	HANDSHAKE_MS = 5000,
	RECONNECT_MAX_MS = 1000,
	CURVE_BYTES = 33, /* that CURVE adds to a message (rfc.zeromq.org/spec/26) */
	WAIT_MOST_MS = 60000,
	DESCRIPTORS = 16, /* that a context with its sockets takes at most */
};

int64_t wire_clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void wire_close(struct wire *wire)
{
	if (wire->monitor) {
		zmq_socket_monitor(wire->handle, NULL, 0); /* else it waits for us */
		zmq_close(wire->monitor);
	}
	if (wire->handle)
		zmq_close(wire->handle);
	if (wire->zmq)
		zmq_ctx_term(wire->zmq);
	*wire = (struct wire){ 0 };
}

/* libzmq counts with what CURVE adds. */
static int set_size_max(void *handle, int64_t bytes)
{
	bytes += CURVE_BYTES;
	return zmq_setsockopt(handle, ZMQ_MAXMSGSIZE, &bytes, sizeof(bytes));
}

int wire_reads_published(void *handle)
{
	return set_size_max(handle, MSG_SIZE_PUBLISHED_MAX);
}

/*
 * Keepalive, which the kernel does, and not ZMQ_HEARTBEAT_IVL: libzmq 4.3.4 aborts the process
 * where that timer meets a peer that is gone and whose pipe is full.
 */
static int set_limits(void *handle)
{
	static const struct {
		int option, value;
	} limits[] = {
		{ ZMQ_LINGER, 0 },
		{ ZMQ_IPV6, 1 },
		{ ZMQ_TCP_KEEPALIVE, 1 },
		{ ZMQ_TCP_KEEPALIVE_IDLE, KEEPALIVE_IDLE_S },
		{ ZMQ_TCP_KEEPALIVE_INTVL, KEEPALIVE_INTERVAL_S },
		{ ZMQ_TCP_KEEPALIVE_CNT, KEEPALIVE_COUNT },
		{ ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS },
		{ ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		if (zmq_setsockopt(handle, limits[i].option, &limits[i].value, sizeof(int)) != 0)
			return -1;
	return set_size_max(handle, MSG_SIZE_MAX);
}

static int set_keys(void *handle, const struct lift_keys *keys)
{
	return zmq_setsockopt(handle, ZMQ_CURVE_SERVERKEY, keys->server_key,
			      sizeof(keys->server_key)) ||
	       zmq_setsockopt(handle, ZMQ_CURVE_PUBLICKEY, keys->public_key,
			      sizeof(keys->public_key)) ||
	       zmq_setsockopt(handle, ZMQ_CURVE_SECRETKEY, keys->secret_key,
			      sizeof(keys->secret_key));
}

/* libzmq ends the process where it finds none for its threads, so it is looked before. */
static bool has_descriptors(void)
{
	int fds[DESCRIPTORS], n = 0;
	bool any = true;

	while (any && n < DESCRIPTORS) {
		fds[n] = eventfd(0, EFD_CLOEXEC);
		any = fds[n] >= 0;
		n += any;
	}
	while (n > 0)
		close(fds[--n]);
	return any;
}

static int tell_none(const char *endpoint)
{
	return lift_set_error(LIFT_E_SOCKET,
			      "'%s' is no endpoint: expected ipc:///PATH or tcp://HOST:PORT",
			      endpoint);
}

int wire_check_endpoint(const char *endpoint)
{
	const char *at = endpoint + strlen("ipc://"), *colon = strrchr(endpoint, ':');
	bool is_ipc = strncmp(endpoint, "ipc://", 6) == 0 && at[0];
	bool is_tcp = strncmp(endpoint, "tcp://", 6) == 0 && colon > at && colon[1];

	return is_ipc || is_tcp ? 0 : tell_none(endpoint);
}

/* Why it could not be opened, by libzmq. */
static int tell_open(const char *endpoint, bool is_socket)
{
	int why = zmq_errno();

	if (!is_socket)
		return lift_set_error(LIFT_E_SOCKET, "no more sockets can be opened: %s",
				      zmq_strerror(why));
	if (why == EINVAL || why == EPROTONOSUPPORT || why == ENOCOMPATPROTO)
		return tell_none(endpoint);
	return lift_set_error(LIFT_E_SOCKET, "%s: %s", endpoint, zmq_strerror(why));
}

int wire_open(struct wire *ret_wire, int type, const char *endpoint, const struct lift_keys *keys,
	      int (*prepare)(void *handle, const void *with), const void *with)
{
	bool is_tcp = endpoint && strncmp(endpoint, "tcp://", 6) == 0;
	struct wire opened = { .is_judged = is_tcp, .has_keys = is_tcp && keys };
	int err = 0;

	if (!endpoint)
		return lift_set_error(LIFT_E_SOCKET, "there is no endpoint: it is NULL");
	if (!has_descriptors())
		return lift_set_error(LIFT_E_SOCKET, "no more sockets can be opened: %s",
				      strerror(EMFILE));
	opened.zmq = zmq_ctx_new();
	if (opened.zmq)
		opened.handle = zmq_socket(opened.zmq, type);
	if (opened.handle && opened.has_keys && set_keys(opened.handle, keys) != 0)
		err = lift_set_error(LIFT_E_SOCKET, "the keys are none: each is a text of 40 "
						    "characters (Z85)");
	else if (!opened.handle || set_limits(opened.handle) != 0 ||
		 (prepare && prepare(opened.handle, with) != 0) || handshake_watch(&opened) != 0 ||
		 zmq_connect(opened.handle, endpoint) != 0)
		err = tell_open(endpoint, opened.handle);
	if (err)
		wire_close(&opened);
	else
		*ret_wire = opened;
	return err;
}

/* What can be looked for of one: itself, and its monitor. */
static void add_items(const struct wire *wire, short events, zmq_pollitem_t items[static 2])
{
	items[0] = (zmq_pollitem_t){ .socket = wire->handle, .events = events };
	items[1] = (zmq_pollitem_t){ .socket = wire->monitor, .events = ZMQ_POLLIN };
}

static int wait_for(zmq_pollitem_t *items, int n, int64_t ms)
{
	if (ms > WAIT_MOST_MS)
		ms = WAIT_MOST_MS;
	if (zmq_poll(items, n, ms > 0 ? (long)ms : 0) >= 0)
		return 0;
	return errno == EINTR
		       ? LIFT_E_STOPPED
		       : lift_set_error(LIFT_E_SOCKET, "waiting failed: %s", zmq_strerror(errno));
}

int wire_wait(struct wire *wire, short events, int64_t ms)
{
	zmq_pollitem_t items[3];
	int err;

	add_items(wire, events, items);
	items[2] = (zmq_pollitem_t){ .fd = wire->wake, .events = ZMQ_POLLIN };
	err = wait_for(items, wire->wake > 0 ? 3 : 2, ms);
	return err ? err : wire_hear(wire);
}

int wire_wait_two(struct wire *a, struct wire *b, int64_t ms)
{
	zmq_pollitem_t items[4];
	int err;

	add_items(a, ZMQ_POLLIN, items);
	add_items(b, ZMQ_POLLIN, items + 2);
	err = wait_for(items, 4, ms);
	if (!err)
		err = wire_hear(a);
	return err ? err : wire_hear(b);
}

int wire_hear(struct wire *wire)
{
	handshake_hear(wire);
	return wire->is_judged ? wire->verdict : 0;
}
