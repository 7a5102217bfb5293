/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/fleet.h"

#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "proto/control.h"
#include "proto/event.h"
#include "tests/e2e/check.h"

enum { SOURCES = 4, RECONNECT_MS = 50 };

static void send_batch(struct fleet *fleet, unsigned i)
{
	char source[32], stream[32], learner[32];
	struct event event = { .type = EVENT_STARTED,
			       .time = INT64_C(1730797200000),
			       .module = text_of("dementia"),
			       .region = text_of("rana"),
			       .result = { .score = -1, .passed = -1 } };
	struct text body;

	snprintf(source, sizeof(source), "fleet-%u", i % SOURCES);
	snprintf(stream, sizeof(stream), "ship-%u", i);
	snprintf(learner, sizeof(learner), "sailor-%u", i);
	event.learner = text_of(learner);
	msg_writer_clear(fleet->writer);
	batch_begin(fleet->writer, "events", text_of(source), text_of(stream), 1, 1);
	event_encode(fleet->writer, &event);
	body = msg_written(fleet->writer);
	assert_int_equal(zmq_send(fleet->ships[i], body.data, body.size, 0), body.size);
}

void fleet_open(struct fleet *fleet, unsigned n, const char *endpoint)
{
	int zero = 0, again = RECONNECT_MS;

	memset(fleet, 0, sizeof(*fleet));
	assert_in_range(n, 1, FLEET_MAX);
	fleet->n = n;
	fleet->reader = msg_reader_new();
	fleet->writer = msg_writer_new();
	fleet->zmq = zmq_ctx_new();
	assert_int_equal(zmq_ctx_set(fleet->zmq, ZMQ_MAX_SOCKETS, FLEET_MAX + 16), 0);
	for (unsigned i = 0; i < n; i++) {
		fleet->ships[i] = zmq_socket(fleet->zmq, ZMQ_DEALER);
		assert_non_null(fleet->ships[i]);
		zmq_setsockopt(fleet->ships[i], ZMQ_LINGER, &zero, sizeof(zero));
		zmq_setsockopt(fleet->ships[i], ZMQ_RECONNECT_IVL, &again, sizeof(again));
		assert_int_equal(zmq_connect(fleet->ships[i], endpoint), 0);
		send_batch(fleet, i);
	}
}

void fleet_close(struct fleet *fleet)
{
	for (unsigned i = 0; i < fleet->n; i++)
		if (fleet->ships[i])
			zmq_close(fleet->ships[i]);
	zmq_ctx_term(fleet->zmq);
	msg_reader_free(fleet->reader);
	msg_writer_free(fleet->writer);
}

static void take(struct fleet *fleet, zmq_msg_t *message)
{
	struct answer answer;

	assert_int_equal(
		answer_decode(fleet->reader,
			      (struct text){ zmq_msg_data(message), zmq_msg_size(message) },
			      &answer),
		0);
	assert_int_equal(answer.what, ANSWER_ACK);
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.n_rejected, 0);
}

unsigned fleet_take(struct fleet *fleet)
{
	unsigned before = fleet->n_acked;
	zmq_msg_t message;

	zmq_msg_init(&message);
	for (unsigned i = 0; i < fleet->n; i++) {
		if (!fleet->ships[i] || fleet->acked[i] ||
		    zmq_msg_recv(&message, fleet->ships[i], ZMQ_DONTWAIT) < 0)
			continue;
		take(fleet, &message);
		fleet->acked[i] = true;
		fleet->n_acked++;
	}
	zmq_msg_close(&message);
	return fleet->n_acked - before;
}

void fleet_dismiss(struct fleet *fleet)
{
	for (unsigned i = 0; i < fleet->n; i++)
		if (fleet->ships[i] && fleet->acked[i]) {
			zmq_close(fleet->ships[i]);
			fleet->ships[i] = NULL;
		}
}
