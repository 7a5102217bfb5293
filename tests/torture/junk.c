/* SPDX-License-Identifier: Apache-2.0 */
/*
 * junk - a client that knows no manners: usage junk SEED SECONDS ENDPOINT... <VECTORS
 *
 * It sends to the endpoints, ipc:// all of them, what nobody should: frames of noise, many frames,
 * valid messages with bytes changed (a line of hexadecimal each on standard input), subscriptions
 * by the thousand, and connections that say half a greeting and then nothing. It reads no answer,
 * and goes in the middle of what it does.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/seed.h"

enum {
	VECTORS_MAX = 200,
	BYTES_MAX = 70000,
	FRAMES_MAX = 100,
	MESSAGES_MAX = 200,
	TOPICS_MAX = 3000,
	STALLED_MAX = 16,
};

struct junk {
	uint64_t state;
	void *zmq;
	uint8_t *vectors[VECTORS_MAX];
	size_t sizes[VECTORS_MAX], n_vectors;
	uint8_t bytes[BYTES_MAX];
	int stalled[STALLED_MAX];
	unsigned next_stalled;
};

static uint64_t draw(struct junk *junk, uint64_t below)
{
	return test_draw(&junk->state) % below;
}

static void die(const char *what)
{
	fprintf(stderr, "junk: %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

static void read_vectors(struct junk *junk)
{
	char *line = NULL;
	size_t room = 0;
	unsigned byte;

	while (junk->n_vectors < VECTORS_MAX && getline(&line, &room, stdin) > 0) {
		size_t n = strspn(line, "0123456789abcdef") / 2;
		uint8_t *vector = malloc(n + 1);

		if (!vector)
			die("memory");
		for (size_t i = 0; i < n && sscanf(line + 2 * i, "%2x", &byte) == 1; i++)
			vector[i] = (uint8_t)byte;
		junk->vectors[junk->n_vectors] = vector;
		junk->sizes[junk->n_vectors++] = n;
	}
	free(line);
}

/* Noise, or a message of which some bytes are changed, or none. */
static size_t make_frame(struct junk *junk)
{
	uint64_t vector = draw(junk, VECTORS_MAX);
	size_t size = draw(junk, draw(junk, 20) == 0 ? BYTES_MAX : 40);

	if (vector < junk->n_vectors && junk->sizes[vector] <= BYTES_MAX) {
		size = junk->sizes[vector];
		memcpy(junk->bytes, junk->vectors[vector], size);
		for (uint64_t n = draw(junk, 4); n > 0 && size > 0; n--)
			junk->bytes[draw(junk, size)] = (uint8_t)draw(junk, 256);
		return size - (draw(junk, 8) == 0 && size > 0);
	}
	for (size_t i = 0; i < size; i++)
		junk->bytes[i] = (uint8_t)draw(junk, 256);
	return size;
}

static void subscribe_much(struct junk *junk, void *socket)
{
	char topic[32];

	for (uint64_t n = draw(junk, TOPICS_MAX); n > 0; n--) {
		int size = snprintf(topic, sizeof(topic), "metric/m%u/%u", (unsigned)draw(junk, 9),
				    (unsigned)draw(junk, 100000));

		zmq_setsockopt(socket, draw(junk, 3) == 0 ? ZMQ_UNSUBSCRIBE : ZMQ_SUBSCRIBE, topic,
			       (size_t)size);
	}
}

static void talk(struct junk *junk, const char *endpoint)
{
	static const int types[] = { ZMQ_DEALER, ZMQ_DEALER, ZMQ_DEALER, ZMQ_SUB, ZMQ_XSUB,
				     ZMQ_PUB,	 ZMQ_REQ,    ZMQ_PAIR,	 ZMQ_PUSH };
	int type = types[draw(junk, sizeof(types) / sizeof(types[0]))];
	void *socket = zmq_socket(junk->zmq, type);
	int linger = (int)draw(junk, 2) * 20;

	if (!socket)
		die("socket");
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	if (zmq_connect(socket, endpoint) != 0)
		die(endpoint);
	if (type == ZMQ_SUB)
		subscribe_much(junk, socket);
	for (uint64_t n = draw(junk, MESSAGES_MAX); n > 0 && type != ZMQ_SUB; n--) {
		uint64_t frames = draw(junk, 6) == 0 ? draw(junk, FRAMES_MAX) : draw(junk, 3);

		for (uint64_t f = 0; f <= frames; f++)
			zmq_send(socket, junk->bytes, make_frame(junk),
				 ZMQ_DONTWAIT | (f < frames ? ZMQ_SNDMORE : 0));
	}
	zmq_poll(NULL, 0, (long)draw(junk, 100));
	zmq_close(socket);
}

/* A connection that begins as ZeroMQ's do, or not, and then stands still; the oldest one goes. */
static void stall(struct junk *junk, const char *endpoint)
{
	static const uint8_t greeting[12] = { 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int *place = &junk->stalled[junk->next_stalled++ % STALLED_MAX];
	size_t size = draw(junk, sizeof(greeting) + 1);
	const void *bytes = greeting;

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", endpoint + strlen("ipc://"));
	if (*place >= 0)
		close(*place);
	*place = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*place < 0)
		die("socket");
	if (draw(junk, 2) == 0) {
		size = make_frame(junk);
		bytes = junk->bytes;
	}
	if (connect(*place, (struct sockaddr *)&address, sizeof(address)) == 0)
		send(*place, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

int main(int argc, char **argv)
{
	static struct junk junk;
	time_t end;

	if (argc < 4)
		return EXIT_FAILURE;
	junk.state = strtoull(argv[1], NULL, 10);
	junk.zmq = zmq_ctx_new();
	if (!junk.zmq)
		die("context");
	for (int i = 0; i < STALLED_MAX; i++)
		junk.stalled[i] = -1;
	read_vectors(&junk);
	end = time(NULL) + strtol(argv[2], NULL, 10);
	while (time(NULL) < end) {
		const char *endpoint = argv[3 + draw(&junk, (uint64_t)argc - 3)];

		if (draw(&junk, 4) == 0)
			stall(&junk, endpoint);
		else
			talk(&junk, endpoint);
	}
	_exit(EXIT_SUCCESS); /* in the middle of it: nothing is closed */
}
