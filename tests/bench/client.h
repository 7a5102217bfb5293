/* SPDX-License-Identifier: Apache-2.0 */
/*
 * client.h - a platform, and a dashboard, as far as they are measured with. What fails ends the
 * process.
 */
#ifndef LIFT_TESTS_BENCH_CLIENT_H
#define LIFT_TESTS_BENCH_CLIENT_H

#include "proto/control.h"
#include "tests/bench/world.h"

#define CLIENT_SOURCE "bench"

struct client {
	void *zmq;
	struct msg_writer *writer;
	struct msg_reader *reader;
};

void client_open(struct client *client);
void client_close(struct client *client);

void client_die(const char *what); /* with what libzmq says */

/* A connected socket, with CURVE by LIFT_BENCH_KEYS (keyed.h). A SUB has no subscription yet. */
void *client_connect(struct client *client, int type, const char *endpoint);

/* Write the batch of `count` events of a world from a number on into client->writer. */
void client_encode(struct client *client, const struct world *world, const struct world_size *size,
		   const char *stream, uint64_t first, uint32_t count, uint64_t seq);
void client_send(struct client *client, void *socket); /* what is written */

/* Say hello, as the stream of that name: the window. */
uint32_t client_greet(struct client *client, void *socket, const char *stream);
/* Wait for the next ack: the events that it is for. */
uint32_t client_await_ack(struct client *client, void *socket);

#endif
