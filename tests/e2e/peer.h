/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer.h - raw sockets: what a platform, an operator or a dashboard of any language would use.
 *
 * Messages are JSON here and MessagePack on the wire; bytes can be sent as they are.
 */
#ifndef LIFT_TESTS_E2E_PEER_H
#define LIFT_TESTS_E2E_PEER_H

#include <jansson.h>
#include <zmq.h>

#include "proto/msg.h"

enum { TOPIC_SIZE = 600 };

struct peer {
	void *zmq, *socket;
	struct msg_reader *reader;
	struct msg_writer *writer;
};

/* ZMQ_DEALER, or ZMQ_SUB with a topic's beginning. Nobody need be there yet. */
void peer_open(struct peer *peer, int type, const char *endpoint, const char *topic);
void peer_close(struct peer *peer);

/* Send a message, which is given away. */
void peer_send(struct peer *peer, json_t *message);
void peer_send_bytes(struct peer *peer, struct text bytes, int flags);

/* The next message, which the caller owns, and of a SUB its topic; NULL after timeout_ms. */
json_t *peer_receive(struct peer *peer, int timeout_ms, char *ret_topic);

/* Send, and wait for the answer: the test fails where none comes. */
json_t *peer_ask(struct peer *peer, json_t *message);

/* An answer, which is given away, has to be a refusal with this code. */
void expect_code(json_t *answer, const char *code);

/* Ports of 127.0.0.1 that nobody has. */
void ports_find(int *ports, int n);

/* Members of a message: the test fails where they are of another type. */
int64_t whole(const json_t *message, const char *key);
const char *word(const json_t *message, const char *key);

/* A message as MessagePack, borrowed until the peer's next message. */
struct text peer_bytes(struct peer *peer, const json_t *message);

#endif
