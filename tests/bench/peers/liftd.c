/* SPDX-License-Identifier: Apache-2.0 */
/*
 * liftd.c - liftd: a platform sends the events, as many batches unanswered as liftd allows; and it
 * is over when all are acknowledged and the ledger is not behind.
 *
 *   liftd INTAKE CONTROL EVENTS LEARNERS PER_BATCH
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "proto/control.h"
#include "proto/json.h"
#include "tests/bench/peers/peer.h"

enum { ANSWER_WAIT_MS = 60000, ASK_EVERY_MS = 5 };

struct peer {
	void *intake, *control;
	struct msg_writer *writer;
	struct msg_reader *reader;
	const struct feed *feed;
	uint32_t window;
};

static void *open_socket(void *zmq, const char *endpoint)
{
	void *socket = zmq_socket(zmq, ZMQ_DEALER);
	int wait = ANSWER_WAIT_MS;

	if (!socket || zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof(wait)) != 0 ||
	    zmq_connect(socket, endpoint) != 0)
		peer_die("liftd", zmq_strerror(zmq_errno()));
	return socket;
}

static void send_written(struct peer *peer, void *socket)
{
	struct text body = msg_written(peer->writer);

	if (zmq_send(socket, body.data, body.size, 0) < 0)
		peer_die("liftd", zmq_strerror(zmq_errno()));
}

static struct text receive(void *socket, zmq_msg_t *message)
{
	if (zmq_msg_recv(message, socket, 0) < 0)
		peer_die("liftd", "no answer");
	return (struct text){ zmq_msg_data(message), zmq_msg_size(message) };
}

static struct answer receive_answer(struct peer *peer)
{
	struct answer answer;
	zmq_msg_t message;

	zmq_msg_init(&message);
	if (answer_decode(peer->reader, receive(peer->intake, &message), &answer) != 0 ||
	    answer.what == ANSWER_NACK || answer.n_rejected > 0)
		peer_die("liftd", "a batch was refused");
	zmq_msg_close(&message);
	return answer; /* its numbers alone are read */
}

static void greet(struct peer *peer, const char *stream)
{
	struct request hello = { .op = text_of("hello"),
				 .source = text_of("bench"),
				 .stream = text_of(stream) };

	msg_writer_clear(peer->writer);
	request_encode(peer->writer, &hello);
	send_written(peer, peer->intake);
	peer->window = receive_answer(peer).window;
}

static void send_batch(struct peer *peer, const char *stream, uint64_t first, uint32_t count)
{
	msg_writer_clear(peer->writer);
	batch_begin(peer->writer, "events", text_of("bench"), text_of(stream), first + 1, count);
	for (uint32_t i = 0; i < count; i++) {
		struct world_words words;
		struct event event =
			world_say(peer->feed->world, &peer->feed->events[first + i], &words);

		event_encode(peer->writer, &event);
	}
	send_written(peer, peer->intake);
}

static void send_all(struct peer *peer, const char *stream, uint64_t n, uint32_t per)
{
	uint64_t sent = 0, acked = 0, unanswered = 0;

	while (acked < n) {
		while (sent < n && unanswered < peer->window) {
			uint32_t count = n - sent < per ? (uint32_t)(n - sent) : per;

			send_batch(peer, stream, sent, count);
			sent += count;
			unanswered++;
		}
		acked += receive_answer(peer).count;
		unanswered--;
	}
}

static uint64_t whole(const json_t *status, const char *in, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(json_object_get(status, in), name));
}

static json_t *ask_status(struct peer *peer)
{
	json_t *status = NULL;
	zmq_msg_t message;

	zmq_msg_init(&message);
	msg_writer_clear(peer->writer);
	request_encode(peer->writer, &(struct request){ .op = text_of("status") });
	send_written(peer, peer->control);
	if (json_from_msg(peer->reader, receive(peer->control, &message), &status) != 0)
		peer_die("liftd", "what it answers is no status");
	zmq_msg_close(&message);
	return status;
}

/* How many facts there are when the ledger has them all. */
static uint64_t wait_until_applied(struct peer *peer)
{
	const struct timespec pause = { .tv_nsec = ASK_EVERY_MS * 1000000L };

	for (;;) {
		json_t *status = ask_status(peer);
		uint64_t lag = whole(status, "ledger", "lag");
		uint64_t facts = whole(status, "counters", "facts_added");

		json_decref(status);
		if (lag == 0)
			return facts;
		nanosleep(&pause, NULL);
	}
}

int main(int argc, char **argv)
{
	void *zmq = zmq_ctx_new();
	struct peer peer = { 0 };
	struct feed feed;
	double start, seconds;
	uint64_t facts;

	if (argc != 6) {
		fprintf(stderr, "usage: liftd INTAKE CONTROL EVENTS LEARNERS PER_BATCH\n");
		return 2;
	}
	feed = feed_make(argv[3], argv[4]);
	peer = (struct peer){ .intake = open_socket(zmq, argv[1]),
			      .control = open_socket(zmq, argv[2]),
			      .writer = msg_writer_new(),
			      .reader = msg_reader_new(),
			      .feed = &feed };
	greet(&peer, "once");
	start = peer_now_s();
	send_all(&peer, "once", feed.n, (uint32_t)strtoul(argv[5], NULL, 10));
	facts = wait_until_applied(&peer);
	seconds = peer_now_s() - start;
	greet(&peer, "again");
	send_all(&peer, "again", PEER_AGAIN, 100);
	peer_report(&feed, seconds, facts, wait_until_applied(&peer));
	zmq_close(peer.intake);
	zmq_close(peer.control);
	msg_writer_free(peer.writer);
	msg_reader_free(peer.reader);
	free(feed.events);
	zmq_ctx_term(zmq);
	return 0;
}
