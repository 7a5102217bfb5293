/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The broadcaster, heard by a daemon of a few lines: what it sends, and what it says of what it
 * could not send.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

#include "clients/lib/lift.h"
#include "proto/event.h"

enum { LOOK_MS = 20, HEARD_MAX = 64, LONG_MS = 60000, SHORT_MS = 200 };

struct fake {
	char endpoint[64];
	pthread_t thread;
	void *zmq;
	volatile bool stopping; /* told by the test: to end */
	bool deaf;		/* it hears nothing of what comes */
	volatile unsigned n;
	struct {
		uint64_t seq;
		uint32_t count;
	} heard[HEARD_MAX];
};

static void hear(struct fake *fake, void *socket, struct msg_reader *reader)
{
	char topic[16];
	struct batch batch;
	zmq_msg_t body;

	assert_int_equal(zmq_recv(socket, topic, sizeof(topic), 0), strlen("event/s"));
	assert_memory_equal(topic, "event/s", strlen("event/s"));
	zmq_msg_init(&body);
	zmq_msg_recv(&body, socket, 0);
	assert_int_equal(batch_decode(reader,
				      (struct text){ zmq_msg_data(&body), zmq_msg_size(&body) },
				      &batch),
			 0);
	assert_true(fake->n < HEARD_MAX);
	fake->heard[fake->n].seq = batch.seq;
	fake->heard[fake->n].count = batch.count;
	fake->n++;
	zmq_msg_close(&body);
}

static void *run(void *context)
{
	struct fake *fake = context;
	struct msg_reader *reader = msg_reader_new();
	void *socket = zmq_socket(fake->zmq, ZMQ_SUB);
	int messages = fake->deaf ? 1 : HEARD_MAX, linger = 0;

	/* Deaf, it takes as little as it can. Else it has room for all: libzmq loses what has come
	 * when the other side closes while there is none. */
	zmq_setsockopt(socket, ZMQ_RCVHWM, &messages, sizeof(messages));
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "event/", strlen("event/"));
	zmq_bind(socket, fake->endpoint);
	while (!fake->stopping) {
		zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };

		if (zmq_poll(&item, 1, LOOK_MS) > 0 && !fake->deaf)
			hear(fake, socket, reader);
	}
	zmq_close(socket);
	msg_reader_free(reader);
	return NULL;
}

static void fake_begin(struct fake *fake)
{
	fake->stopping = false;
	fake->zmq = zmq_ctx_new();
	pthread_create(&fake->thread, NULL, run, fake);
}

static void fake_end(struct fake *fake)
{
	fake->stopping = true;
	pthread_join(fake->thread, NULL);
	zmq_ctx_term(fake->zmq);
	unlink(fake->endpoint + strlen("ipc://"));
}

/* It waits as long as it takes for what it has sent to be taken; or not for long. */
static struct lift_broadcaster *start(struct fake *fake, uint64_t first, int linger_ms, bool deaf)
{
	struct lift_broadcaster_options options = {
		.source = "s", .stream = "t", .first = first, .batch = 10, .linger_ms = linger_ms
	};
	struct lift_broadcaster *broadcaster = NULL;

	*fake = (struct fake){ .deaf = deaf };
	snprintf(fake->endpoint, sizeof(fake->endpoint), "ipc:///tmp/lift-test-pub-%d", getpid());
	fake_begin(fake);
	options.endpoint = fake->endpoint;
	assert_int_equal(lift_broadcaster_open(&options, &broadcaster), 0);
	return broadcaster;
}

/* Events of so many bytes, about. */
static void add(struct lift_broadcaster *broadcaster, int n, size_t size)
{
	struct msg_writer *writer = msg_writer_new();
	char *text = calloc(1, size);

	msg_map(writer, 1);
	msg_text(writer, text_of("x"));
	msg_text(writer, (struct text){ text, size });
	for (int i = 0; i < n; i++)
		assert_int_equal(lift_broadcaster_add(broadcaster, msg_written(writer).data,
						      msg_written(writer).size),
				 0);
	msg_writer_free(writer);
	free(text);
}

static void await_heard(const struct fake *fake, unsigned n)
{
	const struct timespec pause = { .tv_nsec = LOOK_MS * 1000000L };

	while (fake->n < n)
		nanosleep(&pause, NULL);
	assert_int_equal(fake->n, n);
}

static void its_end_is_announced(void **state)
{
	struct fake fake;
	struct lift_broadcaster *broadcaster = start(&fake, 0, LONG_MS, false);

	(void)state;
	add(broadcaster, 25, 10);
	assert_int_equal(lift_broadcaster_finish(broadcaster), 0);
	assert_int_equal(lift_broadcaster_added(broadcaster), 25);
	lift_broadcaster_free(broadcaster);
	await_heard(&fake, 4);
	assert_int_equal(fake.heard[2].seq, 21);
	assert_int_equal(fake.heard[2].count, 5);
	assert_int_equal(fake.heard[3].seq, 26);
	assert_int_equal(fake.heard[3].count, 0);
	fake_end(&fake);
}

static void it_goes_on_behind_an_announcement(void **state)
{
	struct fake fake;
	struct lift_broadcaster *broadcaster = start(&fake, 100, LONG_MS, false);

	(void)state;
	add(broadcaster, 5, 10);
	assert_int_equal(lift_broadcaster_announce(broadcaster), 0);
	add(broadcaster, 5, 10);
	assert_int_equal(lift_broadcaster_push(broadcaster), 0);
	await_heard(&fake, 3);
	assert_int_equal(fake.heard[0].seq, 100);
	assert_int_equal(fake.heard[1].seq, 105);
	assert_int_equal(fake.heard[1].count, 0);
	assert_int_equal(fake.heard[2].seq, 105);
	assert_int_equal(fake.heard[2].count, 5);
	assert_int_equal(lift_broadcaster_added(broadcaster), 10);
	lift_broadcaster_free(broadcaster);
	fake_end(&fake);
}

static void what_nobody_takes_in_time_is_not_called_sent(void **state)
{
	struct fake fake;
	struct lift_broadcaster *broadcaster = start(&fake, 0, SHORT_MS, true);

	(void)state;
	add(broadcaster, 200, 400 << 10); /* more than two sockets and the system hold */
	assert_int_equal(lift_broadcaster_finish(broadcaster), LIFT_E_SOCKET);
	lift_broadcaster_free(broadcaster);
	fake_end(&fake);
}

static void a_connection_that_broke_on_the_way_is_told(void **state)
{
	struct fake fake;
	struct lift_broadcaster *broadcaster = start(&fake, 0, LONG_MS, false);

	(void)state;
	add(broadcaster, 10, 10);
	await_heard(&fake, 1);
	fake_end(&fake);
	fake_begin(&fake); /* it is back: but what was on the way is not */
	add(broadcaster, 10, 10);
	await_heard(&fake, 2);
	assert_int_equal(lift_broadcaster_finish(broadcaster), LIFT_E_STOPPED);
	lift_broadcaster_free(broadcaster);
	await_heard(&fake, 3);
	fake_end(&fake);
}

static void what_the_daemon_would_drop_is_not_begun(void **state)
{
	static const struct {
		const char *source, *stream;
		uint32_t batch;
		int err;
	} wrong[] = {
		{ "S", "t", 1, LIFT_E_SOURCE },
		{ "s", "", 1, LIFT_E_STREAM },
		{ "s", "0123456789012345678901234567890123456", 1, LIFT_E_STREAM },
		{ "s", "t", BATCH_EVENTS_MAX + 1, LIFT_E_COUNT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct lift_broadcaster_options options = { .endpoint =
									  "ipc:///tmp/lift-nobody",
								  .source = wrong[i].source,
								  .stream = wrong[i].stream,
								  .batch = wrong[i].batch };
		struct lift_broadcaster *broadcaster = NULL;

		assert_int_equal(lift_broadcaster_open(&options, &broadcaster), wrong[i].err);
		assert_null(broadcaster);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_end_is_announced),
		cmocka_unit_test(it_goes_on_behind_an_announcement),
		cmocka_unit_test(what_nobody_takes_in_time_is_not_called_sent),
		cmocka_unit_test(a_connection_that_broke_on_the_way_is_told),
		cmocka_unit_test(what_the_daemon_would_drop_is_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
