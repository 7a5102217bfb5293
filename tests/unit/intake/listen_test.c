/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published batches on a loop that is stepped.
 */
#include "daemon/intake/listen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <zmq.h>

#include <cmocka.h>

#include "tests/unit/house.h"

enum { STEPS_MAX = 1000, LARGE_EVENTS = 8000 };

static char *endpoint = (char *)"inproc://events";

struct rig {
	struct house house;
	struct config config; /* the house's, with an endpoint */
	struct now now;
	struct loop *loop;
	struct stats stats;
	struct listen *listen;
	void *zmq, *platform;
	struct msg_writer *writer;
};

static void read_ours(void *context, struct now *ret_now)
{
	*ret_now = *(const struct now *)context;
}

/* What is published before it is subscribed to is lost. */
static void await_subscription(struct rig *rig)
{
	char prefix[64];
	int step = 0;

	while (zmq_recv(rig->platform, prefix, sizeof(prefix), ZMQ_DONTWAIT) < 0) {
		assert_true(step++ < STEPS_MAX);
		loop_step(rig->loop);
	}
}

static void rig_open(struct rig *rig)
{
	struct listen_parts parts = { .stats = &rig->stats };

	*rig = (struct rig){ .writer = msg_writer_new() };
	house_open(&rig->house, "", world_catalogue);
	rig->config = *rig->house.config;
	rig->config.events = (struct texts){ &endpoint, 1 };
	rig->now = (struct now){ 1000, rig->house.clock };
	rig->zmq = zmq_ctx_new();
	rig->loop = loop_new(&(struct clock){ read_ours, &rig->now });
	assert_true(rig->zmq && rig->loop && rig->writer);
	parts.loop = rig->loop;
	parts.zmq = rig->zmq;
	parts.config = &rig->config;
	parts.gate = rig->house.gate;
	assert_int_equal(listen_open(&parts, &rig->listen), 0);
	rig->platform = zmq_socket(rig->zmq, ZMQ_XPUB);
	assert_int_equal(zmq_connect(rig->platform, endpoint), 0);
	await_subscription(rig);
}

static void rig_close(struct rig *rig)
{
	zmq_close(rig->platform);
	listen_close(rig->listen);
	loop_step(rig->loop); /* nothing of it is left in the loop */
	loop_free(rig->loop);
	zmq_ctx_term(rig->zmq);
	msg_writer_free(rig->writer);
	house_close(&rig->house);
}

/* So many events, or none: an announcement. */
static void publish(struct rig *rig, uint64_t first, uint32_t n)
{
	static const char topic[] = "event/s";
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("kari"),
				     .module = text_of("lift"),
				     .region = text_of("rana"),
				     .result = { .score = -1, .passed = -1 },
				     .voids_time = EVENT_NO_TIME };
	struct text body;

	msg_writer_clear(rig->writer);
	batch_begin(rig->writer, "events", text_of("s"), text_of("a"), first, n);
	for (uint32_t i = 0; i < n; i++)
		event_encode(rig->writer, &event);
	body = msg_written(rig->writer);
	assert_int_equal(zmq_send(rig->platform, topic, sizeof(topic) - 1, ZMQ_SNDMORE),
			 sizeof(topic) - 1);
	assert_int_equal(zmq_send(rig->platform, body.data, body.size, 0), body.size);
}

/* A round: there is no intake here that does its part of it. */
static void step(struct rig *rig)
{
	loop_step(rig->loop);
	gate_go_on(rig->house.gate, rig->now.utc_ms);
}

/* What intake has taken in the same round waits for the end of it. */
static void a_flood_is_taken_in_parts(void **state)
{
	enum { N = 6 };
	uint64_t before = 0;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	for (uint64_t i = 0; i < N; i++)
		publish(&rig, 1 + i * LARGE_EVENTS, LARGE_EVENTS);
	for (int i = 0; i < STEPS_MAX && before < N * LARGE_EVENTS; i++) {
		step(&rig);
		assert_true(rig.house.gate->accepted - before <= GATE_SLICE);
		before = rig.house.gate->accepted;
	}
	assert_int_equal(before, N * LARGE_EVENTS);
	assert_int_equal(rig.house.gate->batches, N);
	rig_close(&rig);
}

/* Nothing is answered: what is refused is counted. */
static void a_stream_is_announced_and_closed_here_too(void **state)
{
	struct closed closed;
	struct rig rig;

	(void)state;
	rig_open(&rig);
	publish(&rig, 1, 2);
	publish(&rig, 6, 0);
	for (int step = 0; step < STEPS_MAX && rig.house.gate->batches < 2; step++)
		loop_step(rig.loop);
	assert_int_equal(rig.house.gate->last.next, 3);
	assert_int_equal(gate_close_stream(rig.house.gate, text_of("s"), text_of("a"), &closed), 0);
	assert_int_equal(closed.missing, 3);
	publish(&rig, 3, 1);
	publish(&rig, 7, 0);
	publish(&rig, 1, 2);
	for (int step = 0; step < STEPS_MAX && rig.house.gate->batches < 3; step++)
		loop_step(rig.loop);
	assert_int_equal(rig.house.gate->batches, 3);
	assert_int_equal(stats_get(&rig.stats, STAT_batches_refused), 2);
	assert_int_equal(rig.house.gate->accepted, 2);
	assert_int_equal(rig.house.gate->resent, 2);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_is_taken_in_parts),
		cmocka_unit_test(a_stream_is_announced_and_closed_here_too),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
