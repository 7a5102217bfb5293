/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/peer.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proto/json.h"
#include "tests/e2e/check.h"
#include "tests/e2e/process.h"

enum { PORTS_MAX = 16 };

void peer_open(struct peer *peer, int type, const char *endpoint, const char *topic)
{
	static const struct {
		int option, value;
	} options[] = {
		{ ZMQ_LINGER, 0 }, { ZMQ_RECONNECT_IVL, 10 }, { ZMQ_RCVHWM, 0 }, { ZMQ_SNDHWM, 0 }
	};

	peer->zmq = zmq_ctx_new();
	peer->socket = zmq_socket(peer->zmq, type);
	peer->reader = msg_reader_new();
	peer->writer = msg_writer_new();
	assert_non_null(peer->socket);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		assert_int_equal(zmq_setsockopt(peer->socket, options[i].option, &options[i].value,
						sizeof(int)),
				 0);
	if (topic)
		assert_int_equal(zmq_setsockopt(peer->socket, ZMQ_SUBSCRIBE, topic, strlen(topic)),
				 0);
	assert_int_equal(zmq_connect(peer->socket, endpoint), 0);
}

void peer_close(struct peer *peer)
{
	zmq_close(peer->socket);
	zmq_ctx_term(peer->zmq);
	msg_reader_free(peer->reader);
	msg_writer_free(peer->writer);
}

struct text peer_bytes(struct peer *peer, const json_t *message)
{
	msg_writer_clear(peer->writer);
	json_to_msg(message, peer->writer);
	assert_true(msg_written(peer->writer).size > 0);
	return msg_written(peer->writer);
}

void peer_send_bytes(struct peer *peer, struct text bytes, int flags)
{
	assert_int_equal(zmq_send(peer->socket, bytes.data, bytes.size, flags), bytes.size);
}

void peer_send(struct peer *peer, json_t *message)
{
	assert_non_null(message);
	peer_send_bytes(peer, peer_bytes(peer, message), 0);
	json_decref(message);
}

json_t *peer_receive(struct peer *peer, int timeout_ms, char *ret_topic)
{
	zmq_pollitem_t item = { .socket = peer->socket, .events = ZMQ_POLLIN };
	json_t *message = NULL;
	zmq_msg_t frame;
	int size;

	if (zmq_poll(&item, 1, timeout_ms) <= 0)
		return NULL;
	if (ret_topic) {
		size = zmq_recv(peer->socket, ret_topic, TOPIC_SIZE - 1, 0);
		assert_in_range(size, 1, TOPIC_SIZE - 1);
		ret_topic[size] = 0;
	}
	zmq_msg_init(&frame);
	assert_true(zmq_msg_recv(&frame, peer->socket, 0) >= 0);
	assert_false(zmq_msg_more(&frame));
	assert_int_equal(json_from_msg(peer->reader,
				       (struct text){ zmq_msg_data(&frame), zmq_msg_size(&frame) },
				       &message),
			 0);
	zmq_msg_close(&frame);
	return message;
}

json_t *peer_ask(struct peer *peer, json_t *message)
{
	json_t *answer;

	peer_send(peer, message);
	answer = peer_receive(peer, LIMIT_MS, NULL);
	assert_non_null(answer);
	return answer;
}

int64_t whole(const json_t *message, const char *key)
{
	const json_t *value = json_object_get(message, key);

	if (!json_is_integer(value))
		fail_msg("%s is no integer", key);
	return json_integer_value(value);
}

const char *word(const json_t *message, const char *key)
{
	const json_t *value = json_object_get(message, key);

	if (!json_is_string(value))
		fail_msg("%s is no text", key);
	return json_string_value(value);
}

void expect_code(json_t *answer, const char *code)
{
	if (json_is_true(json_object_get(answer, "ok")) || strcmp(word(answer, "code"), code) != 0)
		fail_msg("not %s, but: %s", code, json_dumps(answer, 0));
	json_decref(answer);
}

/* All are held until the last is found. */
void ports_find(int *ports, int n)
{
	int fds[PORTS_MAX];

	assert_in_range(n, 1, PORTS_MAX);
	for (int i = 0; i < n; i++) {
		struct sockaddr_in address = { .sin_family = AF_INET,
					       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		socklen_t size = sizeof(address);

		fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(fds[i], (struct sockaddr *)&address, size), 0);
		assert_int_equal(getsockname(fds[i], (struct sockaddr *)&address, &size), 0);
		ports[i] = ntohs(address.sin_port);
	}
	for (int i = 0; i < n; i++)
		close(fds[i]);
}
