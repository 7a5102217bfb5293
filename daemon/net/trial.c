/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/trial.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/net/frames.h"
#include "proto/grow.h"

enum {
	EVENTS = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
		 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL,
	EVENT_BYTES = 6,
	ADDRESS_MAX = 128
};

enum verdict { OPEN, HOLDS, LETS_IN };

/* One who tries. */
struct attempt {
	void *socket, *monitor;
	const char *endpoint;
	enum verdict verdict; /* OPEN: not known yet */
};

struct trial {
	void *zmq;
	struct attempt *attempts;
	size_t n, room;
};

/* What a socket answers to. */
static int opposite(int type)
{
	switch (type) {
	case ZMQ_SUB:
		return ZMQ_PUB;
	case ZMQ_XPUB:
		return ZMQ_SUB;
	default:
		return ZMQ_DEALER;
	}
}

/* All addresses are this machine's, too. */
static void address_of(const char *endpoint, char to[static ADDRESS_MAX])
{
	static const char any4[] = "tcp://*:", any4_number[] = "tcp://0.0.0.0:",
			  any6[] = "tcp://[::]:";
	const char *port = strrchr(endpoint, ':') + 1;

	if (strncmp(endpoint, any4, strlen(any4)) == 0 ||
	    strncmp(endpoint, any4_number, strlen(any4_number)) == 0)
		snprintf(to, ADDRESS_MAX, "tcp://127.0.0.1:%s", port);
	else if (strncmp(endpoint, any6, strlen(any6)) == 0)
		snprintf(to, ADDRESS_MAX, "tcp://[::1]:%s", port);
	else
		snprintf(to, ADDRESS_MAX, "%s", endpoint);
}

static bool set_options(void *socket, const char *server, const struct key_pair *stranger)
{
	int zero = 0, yes = 1;

	return zmq_setsockopt(socket, ZMQ_LINGER, &zero, sizeof(zero)) == 0 &&
	       zmq_setsockopt(socket, ZMQ_IPV6, &yes, sizeof(yes)) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, server, Z85_KEY + 1) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, stranger->public, Z85_KEY + 1) == 0 &&
	       zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, stranger->secret, Z85_KEY + 1) == 0;
}

static int begin(struct trial *trial, const char *endpoint, int type, const char *server,
		 const struct key_pair *stranger)
{
	struct attempt *attempt;
	char address[ADDRESS_MAX], name[32];

	if (grow(&trial->attempts, &trial->room, trial->n + 1, sizeof(*attempt)) != 0)
		return LIFT_E_MEMORY;
	attempt = &trial->attempts[trial->n++];
	*attempt = (struct attempt){ .endpoint = endpoint };
	snprintf(name, sizeof(name), "inproc://trial-%zu", trial->n);
	address_of(endpoint, address);
	attempt->socket = zmq_socket(trial->zmq, opposite(type));
	attempt->monitor = zmq_socket(trial->zmq, ZMQ_PAIR);
	return attempt->socket && attempt->monitor &&
			       set_options(attempt->socket, server, stranger) &&
			       zmq_socket_monitor(attempt->socket, name, EVENTS) == 0 &&
			       zmq_connect(attempt->monitor, name) == 0 &&
			       zmq_connect(attempt->socket, address) == 0
		       ? 0
		       : LIFT_E_SOCKET;
}

/* What libzmq tells of the handshake: a number of two bytes and a value, then the address. */
static void hear(struct attempt *attempt)
{
	uint8_t event[EVENT_BYTES], address[ADDRESS_MAX];
	uint16_t number;

	while (attempt->verdict == OPEN &&
	       zmq_recv(attempt->monitor, event, sizeof(event), ZMQ_DONTWAIT) == EVENT_BYTES) {
		memcpy(&number, event, sizeof(number));
		zmq_recv(attempt->monitor, address, sizeof(address), ZMQ_DONTWAIT);
		attempt->verdict = number == ZMQ_EVENT_HANDSHAKE_SUCCEEDED ? LETS_IN : HOLDS;
	}
}

static size_t count_open(const struct trial *trial)
{
	size_t n = 0;

	for (size_t i = 0; i < trial->n; i++)
		n += trial->attempts[i].verdict == OPEN;
	return n;
}

static int wait_for_all(struct trial *trial)
{
	int64_t until_ms = clock_steady_ms() + TRIAL_MS;
	zmq_pollitem_t *items = calloc(trial->n + 1, sizeof(*items));
	int64_t left_ms;

	if (!items)
		return LIFT_E_MEMORY;
	for (size_t i = 0; i < trial->n; i++)
		items[i] = (zmq_pollitem_t){ .socket = trial->attempts[i].monitor,
					     .events = ZMQ_POLLIN };
	while (count_open(trial) > 0 && (left_ms = until_ms - clock_steady_ms()) > 0) {
		zmq_poll(items, (int)trial->n, left_ms);
		for (size_t i = 0; i < trial->n; i++)
			hear(&trial->attempts[i]);
	}
	free(items);
	return 0;
}

static int judge(const struct trial *trial)
{
	int err = 0;

	for (size_t i = 0; i < trial->n; i++) {
		const struct attempt *attempt = &trial->attempts[i];

		if (attempt->verdict == LETS_IN) {
			log_error("an unknown key is let in: at=%s", attempt->endpoint);
			err = LIFT_E_DENIED;
		} else if (attempt->verdict == OPEN) {
			log_warning("an unknown key could not be tried, nobody answered (may this "
				    "machine's own address reach it, by IPAddressAllow=?): at=%s",
				    attempt->endpoint);
		}
	}
	return err;
}

static void end(struct trial *trial)
{
	for (size_t i = 0; i < trial->n; i++) {
		if (trial->attempts[i].socket) {
			zmq_socket_monitor(trial->attempts[i].socket, NULL, 0);
			zmq_close(trial->attempts[i].socket);
		}
		if (trial->attempts[i].monitor)
			zmq_close(trial->attempts[i].monitor);
	}
	free(trial->attempts);
	if (trial->zmq)
		zmq_ctx_term(trial->zmq);
}

int trial_run(struct zap *zap, const struct key_pair *own, const struct trial_doors *doors,
	      size_t n)
{
	struct trial trial = { .zmq = zmq_ctx_new() };
	struct key_pair stranger;
	int err = trial.zmq ? key_pair_make("stranger", &stranger) : LIFT_E_MEMORY;

	if (!err)
		zap_expect(zap, stranger.public);
	for (size_t i = 0; i < n && !err; i++)
		for (size_t e = 0; e < doors[i].endpoints->count && !err; e++)
			if (strncmp(doors[i].endpoints->items[e], "tcp://", 6) == 0)
				err = begin(&trial, doors[i].endpoints->items[e], doors[i].type,
					    own->public, &stranger);
	if (!err)
		err = wait_for_all(&trial);
	if (!err)
		err = judge(&trial);
	end(&trial);
	sodium_memzero(&stranger, sizeof(stranger));
	return err;
}
