/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/net/trial.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zmq.h>

#include "daemon/base/clock.h"
#include "daemon/net/socket.h"
#include "daemon/net/wake.h"

/* A socket with CURVE, and whoever answers who may come in, if anybody does. */
struct house {
	void *zmq;
	struct loop *loop;
	struct wake *stop;
	struct keyring *keyring;
	struct stats stats;
	struct zap *zap;
	struct key_pair own;
	struct guards guards;
	pthread_t thread;
	char endpoint[64];
	char *endpoints[1];
	struct texts list;
};

static void on_stop(void *context, const struct now *now)
{
	(void)now;
	loop_stop(context);
}

static void *answer(void *context)
{
	loop_run(context);
	return NULL;
}

static void open_house(struct house *house)
{
	*house = (struct house){ .zmq = zmq_ctx_new(),
				 .loop = loop_new(&clock_machine),
				 .stop = wake_new(),
				 .keyring = keyring_new() };
	assert_int_equal(key_pair_make("server", &house->own), 0);
	house->guards = (struct guards){ house->keyring, &house->own };
	assert_int_equal(
		zap_open(house->zmq, house->loop, house->keyring, &house->stats, &house->zap), 0);
	loop_add_fd(house->loop, wake_fd(house->stop), on_stop, house->loop);
	assert_int_equal(pthread_create(&house->thread, NULL, answer, house->loop), 0);
	house->endpoints[0] = house->endpoint;
	house->list = (struct texts){ house->endpoints, 1 };
}

static void close_house(struct house *house)
{
	wake_send(house->stop);
	pthread_join(house->thread, NULL);
	zap_close(house->zap);
	zmq_ctx_term(house->zmq);
	loop_free(house->loop);
	wake_free(house->stop);
	keyring_free(house->keyring);
}

/* A free port, as the kernel gives it. */
static void *bind_any(struct house *house, bool asks)
{
	void *socket = zmq_socket(house->zmq, ZMQ_ROUTER);
	int yes = 1, linger = 0, enforce = 93;
	size_t size = sizeof(house->endpoint);

	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	if (asks) {
		zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, "curve intake", 12);
		zmq_setsockopt(socket, enforce, &yes, sizeof(yes));
	}
	zmq_setsockopt(socket, ZMQ_CURVE_SERVER, &yes, sizeof(yes));
	zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, house->own.secret, Z85_KEY + 1);
	assert_int_equal(zmq_bind(socket, "tcp://127.0.0.1:*"), 0);
	zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, house->endpoint, &size);
	return socket;
}

static void a_door_that_asks_holds(void **state)
{
	struct house house;
	void *socket;

	(void)state;
	open_house(&house);
	socket = bind_any(&house, true);
	const struct trial_doors doors = { &house.list, ZMQ_ROUTER };

	assert_int_equal(trial_run(house.zap, &house.own, &doors, 1), 0);
	/* It is no one's who was refused. */
	assert_int_equal(stats_get(&house.stats, STAT_connections_denied), 0);
	zmq_close(socket);
	close_house(&house);
}

/* CURVE alone, without the question: whoever knows the server's key comes in. */
static void a_door_that_asks_nobody_is_found(void **state)
{
	void *zmq = zmq_ctx_new();
	struct house house, other;
	void *socket;

	(void)state;
	open_house(&house);
	other = house;
	other.zmq = zmq; /* nobody answers questions there */
	socket = bind_any(&other, false);
	other.endpoints[0] = other.endpoint;
	other.list.items = other.endpoints;
	const struct trial_doors doors = { &other.list, ZMQ_ROUTER };

	assert_int_equal(trial_run(house.zap, &house.own, &doors, 1), LIFT_E_DENIED);
	zmq_close(socket);
	zmq_ctx_term(zmq);
	close_house(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_door_that_asks_holds),
		cmocka_unit_test(a_door_that_asks_nobody_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
