/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/client.h"

#include <stdlib.h>
#include <zmq.h>

#include "tests/bench/keyed.h"

enum { ANSWER_WAIT_MS = 60000, HWM = 100000 };

void client_die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
	exit(EXIT_FAILURE);
}

void client_open(struct client *client)
{
	*client = (struct client){ zmq_ctx_new(), msg_writer_new(), msg_reader_new() };
	if (!client->zmq || !client->writer || !client->reader)
		client_die("memory");
}

void client_close(struct client *client)
{
	msg_writer_free(client->writer);
	msg_reader_free(client->reader);
	zmq_ctx_term(client->zmq);
}

void *client_connect(struct client *client, int type, const char *endpoint)
{
	void *socket = keyed_socket(client->zmq, type);
	int wait = ANSWER_WAIT_MS, hwm = HWM;

	if (zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof(wait)) != 0 ||
	    zmq_setsockopt(socket, ZMQ_RCVHWM, &hwm, sizeof(hwm)) != 0 ||
	    zmq_setsockopt(socket, ZMQ_SNDHWM, &hwm, sizeof(hwm)) != 0 ||
	    zmq_connect(socket, endpoint) != 0)
		client_die(endpoint);
	return socket;
}

void client_encode(struct client *client, const struct world *world, const struct world_size *size,
		   const char *stream, uint64_t first, uint32_t count, uint64_t seq)
{
	msg_writer_clear(client->writer);
	batch_begin(client->writer, "events", text_of(CLIENT_SOURCE), text_of(stream), seq, count);
	for (uint32_t i = 0; i < count; i++) {
		struct world_event made = world_make(world, size, first + i);
		struct world_words words;
		struct event event = world_say(world, &made, &words);

		event_encode(client->writer, &event);
	}
}

void client_send(struct client *client, void *socket)
{
	struct text body = msg_written(client->writer);

	if (zmq_send(socket, body.data, body.size, 0) < 0)
		client_die("send");
}

/* An answer that refuses nothing; the message owns what it borrows. */
static struct answer receive(struct client *client, void *socket, zmq_msg_t *message)
{
	struct answer answer;
	struct text body;

	if (zmq_msg_recv(message, socket, 0) < 0)
		client_die("no answer");
	body = (struct text){ zmq_msg_data(message), zmq_msg_size(message) };
	if (answer_decode(client->reader, body, &answer) != 0 || answer.what == ANSWER_NACK ||
	    answer.n_rejected > 0) {
		fprintf(stderr, "bench: a batch was refused\n");
		exit(EXIT_FAILURE);
	}
	return answer;
}

uint32_t client_greet(struct client *client, void *socket, const char *stream)
{
	struct request hello = { .op = text_of("hello"),
				 .source = text_of(CLIENT_SOURCE),
				 .stream = text_of(stream) };
	zmq_msg_t message;
	uint32_t window;

	msg_writer_clear(client->writer);
	request_encode(client->writer, &hello);
	client_send(client, socket);
	zmq_msg_init(&message);
	window = receive(client, socket, &message).window;
	zmq_msg_close(&message);
	return window;
}

uint32_t client_await_ack(struct client *client, void *socket)
{
	zmq_msg_t message;
	uint32_t count;

	zmq_msg_init(&message);
	count = receive(client, socket, &message).count;
	zmq_msg_close(&message);
	return count;
}
