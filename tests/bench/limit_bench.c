/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit_bench.c - what the libraries can do where nothing is decoded: it receives batches on a
 * ROUTER as liftd does, puts their bytes into LMDB as they are, commits as liftd does, and answers.
 *
 *   limit_bench ENDPOINT DIR BATCH WINDOW
 *
 * Where more than one message has come it waits 60 us for others, as long as some come, so that
 * one commit is for all of them. It serves one client: the first message is its hello, each other
 * one a batch of BATCH events of one stream.
 */
#include <inttypes.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#include "proto/bytes.h"
#include "tests/bench/client.h"

enum { GROUP = 4096, GROUP_BYTES = 32 << 20, NAP_US = 60, NAPS_MAX = 8, MESSAGE_MAX = 1 << 20 };

struct limit {
	void *socket;
	MDB_env *env;
	MDB_dbi dbi;
	MDB_txn *txn;
	struct msg_writer *writer;
	uint32_t batch, window;
	zmq_msg_t who[GROUP], what[GROUP];
	int n;		/* of this group */
	size_t bytes;	/* likewise */
	uint64_t taken; /* messages before this group */
};

static void must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "limit_bench: %s: %s\n", what, mdb_strerror(rc));
	exit(EXIT_FAILURE);
}

static void begin(struct limit *limit)
{
	must(mdb_txn_begin(limit->env, NULL, 0, &limit->txn), "begin");
}

static void commit(struct limit *limit)
{
	must(mdb_txn_commit(limit->txn), "commit");
	limit->txn = NULL;
}

static void open_store(struct limit *limit, const char *dir)
{
	must(mdb_env_create(&limit->env), "environment");
	must(mdb_env_set_mapsize(limit->env, (size_t)64 << 30), "size");
	must(mdb_env_set_maxdbs(limit->env, 1), "databases");
	must(mdb_env_open(limit->env, dir, MDB_NOTLS, 0600), dir);
	begin(limit);
	must(mdb_dbi_open(limit->txn, "batches", MDB_CREATE, &limit->dbi), "database");
	commit(limit);
}

static void open_socket(struct limit *limit, struct client *client, const char *endpoint)
{
	int hwm = GROUP, linger = 0;
	int64_t most = MESSAGE_MAX;

	limit->socket = zmq_socket(client->zmq, ZMQ_ROUTER);
	zmq_setsockopt(limit->socket, ZMQ_RCVHWM, &hwm, sizeof(hwm));
	zmq_setsockopt(limit->socket, ZMQ_SNDHWM, &hwm, sizeof(hwm));
	zmq_setsockopt(limit->socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(limit->socket, ZMQ_MAXMSGSIZE, &most, sizeof(most));
	if (zmq_bind(limit->socket, endpoint) != 0)
		client_die(endpoint);
}

/* A message is kept under its number. */
static void keep(struct limit *limit, zmq_msg_t *message, uint64_t number)
{
	uint8_t bytes[8];
	MDB_val key = { sizeof(bytes), bytes };
	MDB_val value = { zmq_msg_size(message), zmq_msg_data(message) };

	put_be(bytes, number, sizeof(bytes));
	must(mdb_put(limit->txn, limit->dbi, &key, &value, MDB_APPEND), "put");
}

/* What is there now. */
static void receive(struct limit *limit)
{
	while (limit->n < GROUP && limit->bytes < GROUP_BYTES &&
	       zmq_msg_recv(&limit->who[limit->n], limit->socket, ZMQ_DONTWAIT) >= 0) {
		zmq_msg_t *body = &limit->what[limit->n];

		if (zmq_msg_recv(body, limit->socket, ZMQ_DONTWAIT) < 0)
			client_die("body");
		if (!limit->txn)
			begin(limit);
		keep(limit, body, limit->taken + (uint64_t)limit->n);
		limit->bytes += zmq_msg_size(body);
		limit->n++;
	}
}

/* More may be on their way; never for a lone one. */
static void gather(struct limit *limit)
{
	const struct timespec nap = { .tv_nsec = NAP_US * 1000L };

	receive(limit);
	for (int naps = 0, before = 1; limit->n > before && naps < NAPS_MAX; naps++) {
		before = limit->n;
		nanosleep(&nap, NULL);
		receive(limit);
	}
}

static void answer(struct limit *limit, int i)
{
	uint64_t number = limit->taken + (uint64_t)i;
	struct text source = text_of(CLIENT_SOURCE), stream = text_of("load");
	struct ack ack = { .source = source,
			   .stream = stream,
			   .first = (number - 1) * limit->batch + 1,
			   .count = limit->batch,
			   .next = number * limit->batch + 1 };
	struct welcome welcome = {
		.source = source, .stream = stream, .next = 1, .window = limit->window
	};

	msg_writer_clear(limit->writer);
	if (number == 0)
		welcome_encode(limit->writer, &welcome);
	else
		ack_encode(limit->writer, &ack);
	if (zmq_msg_send(&limit->who[i], limit->socket, ZMQ_SNDMORE) < 0 ||
	    zmq_send(limit->socket, msg_written(limit->writer).data,
		     msg_written(limit->writer).size, 0) < 0)
		client_die("answer");
}

static void serve(struct limit *limit)
{
	zmq_pollitem_t item = { .socket = limit->socket, .events = ZMQ_POLLIN };

	while (zmq_poll(&item, 1, -1) >= 0) {
		limit->n = 0;
		limit->bytes = 0;
		gather(limit);
		if (limit->txn)
			commit(limit);
		for (int i = 0; i < limit->n; i++)
			answer(limit, i);
		limit->taken += (uint64_t)limit->n;
	}
}

int main(int argc, char **argv)
{
	struct limit *limit = calloc(1, sizeof(*limit));
	struct client client;

	if (argc != 5 || !limit) {
		fprintf(stderr, "usage: limit_bench ENDPOINT DIR BATCH WINDOW\n");
		return 2;
	}
	client_open(&client);
	limit->writer = client.writer;
	limit->batch = (uint32_t)strtoul(argv[3], NULL, 10);
	limit->window = (uint32_t)strtoul(argv[4], NULL, 10);
	for (int i = 0; i < GROUP; i++) {
		zmq_msg_init(&limit->who[i]);
		zmq_msg_init(&limit->what[i]);
	}
	open_store(limit, argv[2]);
	open_socket(limit, &client, argv[1]);
	serve(limit);
	return 0;
}
