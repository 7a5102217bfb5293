/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mistakes of who calls liblift, and a machine that has nothing left: errors with a sentence, and
 * never the end of the program.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "clients/lib/lift.h"
#include "proto/metric.h"
#include "tests/unit/world.h"

static const char *const topics[] = { "metric/" }, *const no_topic[] = { NULL };

static int take_answer(void *context, const json_t *answer)
{
	(void)context;
	(void)answer;
	return 0;
}

static int take_message(void *context, const char *topic, const json_t *body)
{
	(void)topic;
	return take_answer(context, body);
}

static int try_publisher(const char *endpoint)
{
	const struct lift_publisher_options options = { .endpoint = endpoint,
							.source = "s",
							.stream = "t" };
	struct lift_publisher *publisher = NULL;

	return lift_publisher_open(&options, &publisher);
}

static int try_broadcaster(const char *endpoint)
{
	const struct lift_broadcaster_options options = { .endpoint = endpoint,
							  .source = "s",
							  .stream = "t" };
	struct lift_broadcaster *broadcaster = NULL;

	return lift_broadcaster_open(&options, &broadcaster);
}

static int try_request(const char *endpoint)
{
	return lift_request(endpoint, NULL, "\x80", 1, 100, take_answer, NULL);
}

static int try_stream_next(const char *endpoint)
{
	uint64_t next;

	return lift_stream_next(endpoint, NULL, "s", "t", 100, &next);
}

static int try_snapshot(const char *endpoint)
{
	return lift_snapshot(endpoint, NULL, topics, 1, take_message, NULL);
}

static int try_subscriber(const char *endpoint)
{
	struct lift_subscriber *subscriber = NULL;
	int err = lift_subscriber_open(endpoint, NULL, topics, 1, 0, &subscriber);

	lift_subscriber_free(subscriber);
	return err;
}

static int try_follower(const char *endpoint)
{
	struct lift_follower *follower = NULL;
	int err = lift_follower_open(endpoint, NULL, NULL, topics, 1, 0, &follower);

	lift_follower_free(follower);
	return err;
}

static int try_picture(const char *endpoint)
{
	const struct lift_picture_options options = {
		.publish = endpoint, .snapshot = endpoint, .topics = topics, .n_topics = 1
	};
	struct lift_picture *picture = NULL;
	int err = lift_picture_open(&options, &picture);

	lift_picture_close(picture);
	return err;
}

/* Of a file that need not be there: a mistake in it must not wait until somebody looks. */
static int try_outbox(const char *endpoint)
{
	struct lift_outbox *outbox = NULL;

	return lift_outbox_open(&(struct lift_outbox_options){ .path = "/nowhere/outbox",
							       .source = "s",
							       .endpoint = endpoint },
				&outbox);
}

static const struct {
	const char *what;
	int (*try)(const char *endpoint);
} ways[] = {
	{ "publisher", try_publisher }, { "broadcaster", try_broadcaster },
	{ "request", try_request },	{ "stream_next", try_stream_next },
	{ "snapshot", try_snapshot },	{ "subscriber", try_subscriber },
	{ "follower", try_follower },	{ "picture", try_picture },
};

static void check_way(size_t i, const char *endpoint, const char *said)
{
	int err = ways[i].try(endpoint);

	if (err != LIFT_E_SOCKET || !strstr(lift_error_text(), said))
		fail_msg("%s: %s: %s", ways[i].what, lift_err_code(err), lift_error_text());
}

static void an_endpoint_that_is_none_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		check_way(i, NULL, "endpoint");
		check_way(i, "liftd.example.org:5570", "'liftd.example.org:5570' is no endpoint");
		check_way(i, "http://x", "'http://x' is no endpoint");
	}
}

static void an_endpoint_of_an_outbox_is_looked_at_when_it_is_opened(void **state)
{
	static const char *const wrong[] = { "intake",	    "tcp:/x", "tcp://host",
					     "tcp://host:", "ipc://", "http://x:1" };
	static const char *const right[] = { "ipc:///x", "tcp://host:1", "tcp://[::1]:5570" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(try_outbox(wrong[i]), LIFT_E_SOCKET);
		assert_non_null(strstr(lift_error_text(), "is no endpoint: expected ipc:///PATH"));
	}
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_int_not_equal(try_outbox(right[i]), 0); /* the directory is not there */
		assert_null(strstr(lift_error_text(), "endpoint"));
	}
}

static void who_has_no_descriptors_left_is_told(void **state)
{
	struct rlimit was, none;
	int fds[64], n = 0;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &was);
	none = was;
	none.rlim_cur = 64;
	setrlimit(RLIMIT_NOFILE, &none);
	while (n < 64 && (fds[n] = open("/dev/null", O_RDONLY)) >= 0)
		n++;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		check_way(i, "ipc:///tmp/lift-test-nobody", "no more sockets can be opened");
	while (n > 0)
		close(fds[--n]);
	setrlimit(RLIMIT_NOFILE, &was);
}

static void nobody_is_there_is_another_sentence(void **state)
{
	(void)state;
	assert_int_equal(try_request("ipc:///tmp/lift-test-nobody"), LIFT_E_SOCKET);
	assert_non_null(strstr(lift_error_text(), "nobody is at ipc:///tmp/lift-test-nobody"));
}

static void a_daemon_that_does_not_answer_is_a_third(void **state)
{
	struct dir dir;
	char endpoint[96];
	void *zmq = zmq_ctx_new(), *router = zmq_socket(zmq, ZMQ_ROUTER);

	(void)state;
	dir_begin(&dir);
	snprintf(endpoint, sizeof(endpoint), "ipc://%s/control", dir.path);
	assert_int_equal(zmq_bind(router, endpoint), 0);
	assert_int_equal(try_request(endpoint), LIFT_E_SOCKET);
	assert_non_null(strstr(lift_error_text(), "no answer from"));
	zmq_close(router);
	zmq_ctx_term(zmq);
	dir_end(&dir);
}

static void what_is_passed_as_nothing_is_an_error(void **state)
{
	const struct lift_publisher_options no_source = { .endpoint = "ipc:///x", .stream = "t" };
	const struct lift_publisher_options no_stream = { .endpoint = "ipc:///x", .source = "s" };
	const struct lift_broadcaster_options aloud = { .endpoint = "ipc:///x", .stream = "t" };
	struct lift_broadcaster *broadcaster = NULL;
	struct lift_publisher *publisher = NULL;
	struct lift_subscriber *subscriber = NULL;
	struct lift_follower *follower = NULL;
	uint64_t next;

	(void)state;
	assert_int_equal(lift_publisher_open(&no_source, &publisher), LIFT_E_SOURCE);
	assert_int_equal(lift_publisher_open(&no_stream, &publisher), LIFT_E_STREAM);
	assert_int_equal(lift_broadcaster_open(&aloud, &broadcaster), LIFT_E_SOURCE);
	assert_int_equal(lift_stream_next("ipc:///x", NULL, NULL, "t", 1, &next), LIFT_E_SOURCE);
	assert_int_equal(lift_stream_next("ipc:///x", NULL, "s", NULL, 1, &next), LIFT_E_STREAM);
	assert_int_equal(lift_request("ipc:///x", NULL, NULL, 0, 1, take_answer, NULL),
			 LIFT_E_MALFORMED);
	assert_int_equal(lift_subscriber_open("ipc:///x", NULL, no_topic, 1, 0, &subscriber),
			 LIFT_E_TOPICS);
	assert_string_equal(lift_error_text(), "topic 0 is NULL");
	assert_int_equal(lift_snapshot("ipc:///x", NULL, NULL, 3, take_message, NULL),
			 LIFT_E_TOPICS);
	assert_int_equal(lift_follower_open("ipc:///x", NULL, NULL, topics, 0, 0, &follower),
			 LIFT_E_TOPICS);
	lift_publisher_free(NULL);
	lift_broadcaster_free(NULL);
	lift_subscriber_free(NULL);
	lift_follower_free(NULL);
}

/* Waiting without end. */

struct beating {
	char endpoint[96];
	atomic_bool stop;
};

static void *beat_on(void *context)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000000 };
	struct beating *beating = context;
	struct msg_writer *writer = msg_writer_new();
	void *zmq = zmq_ctx_new(), *pub = zmq_socket(zmq, ZMQ_PUB);
	int linger_ms = 0;

	zmq_setsockopt(pub, ZMQ_LINGER, &linger_ms, sizeof(linger_ms));
	zmq_bind(pub, beating->endpoint);
	for (uint64_t seq = 1; !beating->stop; seq++) {
		msg_writer_clear(writer);
		beat_encode(writer, &(struct beat){ .epoch = 1, .seq = seq, .complete = true });
		zmq_send(pub, "beat", 4, ZMQ_SNDMORE);
		zmq_send(pub, msg_written(writer).data, msg_written(writer).size, 0);
		nanosleep(&pause, NULL);
	}
	msg_writer_free(writer);
	zmq_close(pub);
	zmq_ctx_term(zmq);
	return NULL;
}

static void a_follower_waits_without_end_where_it_is_asked_to(void **state)
{
	struct beating beating = { .stop = false };
	struct lift_follower *follower;
	const json_t *body;
	const char *topic;
	pthread_t thread;
	struct dir dir;

	(void)state;
	dir_begin(&dir);
	snprintf(beating.endpoint, sizeof(beating.endpoint), "ipc://%s/publish", dir.path);
	assert_int_equal(lift_follower_open(beating.endpoint, NULL, NULL, topics, 1, 0, &follower),
			 0);
	assert_int_equal(lift_follower_next(follower, 0, &topic, &body), LIFT_E_NOT_FOUND);
	pthread_create(&thread, NULL, beat_on, &beating);
	assert_int_equal(lift_follower_next(follower, -1, &topic, &body), 0);
	assert_string_equal(topic, "beat");
	beating.stop = true;
	pthread_join(thread, NULL);
	lift_follower_free(follower);
	dir_end(&dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_endpoint_that_is_none_is_named),
		cmocka_unit_test(an_endpoint_of_an_outbox_is_looked_at_when_it_is_opened),
		cmocka_unit_test(who_has_no_descriptors_left_is_told),
		cmocka_unit_test(nobody_is_there_is_another_sentence),
		cmocka_unit_test(a_daemon_that_does_not_answer_is_a_third),
		cmocka_unit_test(what_is_passed_as_nothing_is_an_error),
		cmocka_unit_test(a_follower_waits_without_end_where_it_is_asked_to),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
