/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The publisher against a daemon of a few lines, which loses answers and refuses batches as a test
 * tells it to.
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
#include "proto/control.h"
#include "proto/event.h"
#include "proto/unknown.h"

enum { EVENTS_MAX = 20000, LOOK_MS = 20, LOOKS_MAX = 500, IDLE_MS = 30, WINDOW = 4 };

/* What the daemon does with one message: answers it, unless a fault is due. */
enum fault {
	FAULT_NONE,
	FAULT_COUNT,
	FAULT_SILENCE,
	FAULT_RETRY,
	FAULT_WINDOW,
	FAULT_REFUSE,
	FAULT_CLOCK, /* of all further ones, too */
};

static const int fault_errs[] = { [FAULT_RETRY] = LIFT_E_DISK,
				  [FAULT_WINDOW] = LIFT_E_WINDOW,
				  [FAULT_REFUSE] = LIFT_E_STREAMS,
				  [FAULT_CLOCK] = LIFT_E_CLOCK };

struct fake {
	char endpoint[64];
	pthread_t thread;
	void *zmq;
	volatile bool stopping;
	/* told by the test */
	unsigned fault_at; /* of which batch message, from 1; 0: none */
	enum fault fault;
	bool patient; /* answers only when nothing more comes, so that a window fills */
	bool closed;  /* the stream */
	bool curious; /* tells of unknown texts, and of the numbers of a first batch as uncounted */
	/* found out */
	uint64_t announced; /* the greatest one */
	unsigned hellos, batches, unanswered, most_unanswered;
	uint8_t taken[EVENTS_MAX + 1]; /* how often each number was taken first */
	uint64_t n_taken;
	struct answer_kept {
		char id[64], bytes[64 << 10];
		size_t id_size, size;
	} kept[64];
};

static void fake_send(struct fake *fake, void *socket)
{
	for (unsigned i = 0; i < fake->unanswered; i++) {
		zmq_send(socket, fake->kept[i].id, fake->kept[i].id_size, ZMQ_SNDMORE);
		zmq_send(socket, fake->kept[i].bytes, fake->kept[i].size, 0);
	}
	fake->unanswered = 0;
}

static void take_batch(struct fake *fake, const struct batch *batch, struct msg_writer *writer)
{
	static struct rejection rejected[BATCH_EVENTS_MAX];
	/* The second goes on behind the batch, as it must not. */
	static const struct number_range uncounted[] = { { 2, 3 }, { 10, 99 } };
	struct unknown unknown = { 0 };
	size_t n = 0;

	for (uint32_t i = 0; i < batch->count; i++) {
		struct event event;
		int err = batch_event(batch, i, &event);

		if (fake->taken[batch->seq + i]++ == 0)
			fake->n_taken++;
		if (err)
			rejected[n++] = (struct rejection){ batch->seq + i, err };
	}
	if (batch->count == 0)
		fake->announced = batch->seq;
	if (fake->curious)
		unknown_add(&unknown, UNKNOWN_REGION, (struct text){ NULL, 0 }, text_of("301"))
			->meant = text_of("0301");
	unknown.events = fake->curious;
	ack_encode(writer, &(struct ack){ batch->source, batch->stream, batch->seq, batch->count,
					  batch->seq + batch->count, rejected, n, &unknown,
					  uncounted, fake->curious && batch->seq == 1 ? 2 : 0 });
}

/* Write the answer to a message; false where there is to be none. */
static bool answer_message(struct fake *fake, struct msg_reader *reader, struct text message,
			   struct msg_writer *writer)
{
	struct batch batch;
	struct request hello;
	enum fault fault;

	msg_writer_clear(writer);
	if (batch_decode(reader, message, &batch) != 0) {
		if (request_decode(reader, message, &hello) != 0)
			return false;
		fake->hellos++;
		welcome_encode(writer,
			       &(struct welcome){ hello.source, hello.stream, fake->n_taken + 1,
						  WINDOW, fake->closed });
		return true;
	}
	fault = ++fake->batches == fake->fault_at ||
				(fake->fault == FAULT_CLOCK && fake->batches > fake->fault_at)
			? fake->fault
			: FAULT_NONE;
	switch (fault) {
	case FAULT_NONE:
		take_batch(fake, &batch, writer);
		return true;
	case FAULT_COUNT: /* an ack of another count than the batch's */
		ack_encode(writer,
			   &(struct ack){ batch.source, batch.stream, batch.seq, batch.count - 1,
					  batch.seq + batch.count - 1, NULL, 0, NULL, NULL, 0 });
		return true;
	case FAULT_SILENCE: /* on its disk, but nobody heard of it */
		take_batch(fake, &batch, writer);
		return false;
	case FAULT_RETRY:
	case FAULT_WINDOW:
	case FAULT_REFUSE:
	case FAULT_CLOCK:
		nack_encode(writer, &(struct nack){ batch.source, batch.stream, batch.seq,
						    fault_errs[fault], fault != FAULT_REFUSE });
		return true;
	}
	return false;
}

static void receive_one(struct fake *fake, void *socket, struct msg_reader *reader,
			struct msg_writer *writer)
{
	struct answer_kept *kept = &fake->kept[fake->unanswered];
	zmq_msg_t message;
	struct text written;
	int size = zmq_recv(socket, kept->id, sizeof(kept->id), 0);

	zmq_msg_init(&message);
	zmq_msg_recv(&message, socket, 0);
	if (size > 0 &&
	    answer_message(fake, reader,
			   (struct text){ zmq_msg_data(&message), zmq_msg_size(&message) },
			   writer)) {
		written = msg_written(writer);
		kept->id_size = (size_t)size;
		kept->size = written.size;
		memcpy(kept->bytes, written.data, written.size);
		fake->unanswered++;
		if (fake->unanswered > fake->most_unanswered)
			fake->most_unanswered = fake->unanswered;
	}
	zmq_msg_close(&message);
}

static void *fake_run(void *context)
{
	struct fake *fake = context;
	struct msg_reader *reader = msg_reader_new();
	struct msg_writer *writer = msg_writer_new();
	void *socket = zmq_socket(fake->zmq, ZMQ_ROUTER);
	int linger = 0;

	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
	zmq_bind(socket, fake->endpoint);
	while (!fake->stopping) {
		zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };

		if (zmq_poll(&item, 1, fake->unanswered ? IDLE_MS : LOOK_MS) > 0) {
			receive_one(fake, socket, reader, writer);
			if (fake->patient && fake->unanswered < 60)
				continue;
		}
		fake_send(fake, socket);
	}
	zmq_close(socket);
	msg_reader_free(reader);
	msg_writer_free(writer);
	return NULL;
}

static struct fake *fake_start(void)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	snprintf(fake->endpoint, sizeof(fake->endpoint), "ipc:///tmp/lift-test-%d", getpid());
	fake->zmq = zmq_ctx_new();
	return fake;
}

static void fake_stop(struct fake *fake)
{
	fake->stopping = true;
	pthread_join(fake->thread, NULL);
	zmq_ctx_term(fake->zmq);
	unlink(fake->endpoint + strlen("ipc://"));
	free(fake);
}

/* What is published. */

struct refusals {
	uint8_t times[EVENTS_MAX + 1];
	uint64_t n;
};

static void hear_rejection(void *context, const struct lift_rejection *rejection)
{
	struct refusals *refusals = context;

	assert_int_equal(rejection->tag, rejection->seq * 10);
	assert_true(strcmp(rejection->code, "learner") == 0);
	refusals->times[rejection->seq]++;
	refusals->n++;
}

/* Publish n events, of which every bad_every-th has no learner (0: none): the first error. */
static int publish(struct fake *fake, uint64_t n, uint32_t batch, uint64_t bad_every,
		   struct refusals *refusals)
{
	const struct lift_publisher_options options = { .endpoint = fake->endpoint,
							.source = "s",
							.stream = "t",
							.batch = batch,
							.rejected = hear_rejection,
							.context = refusals };
	struct event event = { .type = EVENT_STARTED,
			       .time = EVENT_TIME_MIN,
			       .module = text_of("m"),
			       .region = text_of("r"),
			       .result = { .score = -1, .passed = -1 } };
	struct msg_writer *writer = msg_writer_new();
	struct lift_publisher *publisher = NULL;
	int err;

	pthread_create(&fake->thread, NULL, fake_run, fake);
	err = lift_publisher_open(&options, &publisher);
	for (uint64_t i = 1; !err && i <= n; i++) {
		event.learner = text_of(bad_every && i % bad_every == 0 ? "" : "a");
		msg_writer_clear(writer);
		event_encode(writer, &event);
		err = lift_publisher_add(publisher, msg_written(writer).data,
					 msg_written(writer).size, i * 10);
	}
	if (!err)
		err = lift_publisher_flush(publisher);
	if (!err)
		assert_int_equal(lift_publisher_judged(publisher), n);
	lift_publisher_free(publisher);
	msg_writer_free(writer);
	return err;
}

static void assert_all_taken(const struct fake *fake, uint64_t n, uint8_t at_most)
{
	assert_int_equal(fake->n_taken, n);
	for (uint64_t i = 1; i <= n; i++)
		assert_in_range(fake->taken[i], 1, at_most);
}

/* The tests. */

static void everything_arrives_once_within_the_window(void **state)
{
	struct fake *fake = fake_start();
	struct refusals *refusals = calloc(1, sizeof(*refusals));

	(void)state;
	fake->patient = true;
	assert_int_equal(publish(fake, 1050, 100, 0, refusals), 0);
	assert_all_taken(fake, 1050, 1);
	assert_int_equal(fake->batches, 11);
	assert_int_equal(fake->most_unanswered, WINDOW);
	assert_int_equal(refusals->n, 0);
	fake_stop(fake);
	free(refusals);
}

static void refused_events_are_reported_with_their_tags(void **state)
{
	struct fake *fake = fake_start();
	struct refusals *refusals = calloc(1, sizeof(*refusals));

	(void)state;
	assert_int_equal(publish(fake, 1000, 70, 9, refusals), 0);
	assert_int_equal(refusals->n, 111);
	for (uint64_t i = 1; i <= 1000; i++)
		assert_int_equal(refusals->times[i], i % 9 == 0);
	fake_stop(fake);
	free(refusals);
}

/* An ack names 1,000 refusals at most. */
static void more_refusals_than_an_ack_holds_are_all_reported_once(void **state)
{
	struct fake *fake = fake_start();
	struct refusals *refusals = calloc(1, sizeof(*refusals));

	(void)state;
	assert_int_equal(publish(fake, 9000, 4500, 2, refusals), 0);
	assert_all_taken(fake, 9000, 2);
	assert_int_equal(refusals->n, 4500);
	for (uint64_t i = 1; i <= 9000; i++)
		assert_int_equal(refusals->times[i], i % 2 == 0);
	fake_stop(fake);
	free(refusals);
}

static void a_batch_that_may_be_sent_again_is(void **state)
{
	static const enum fault faults[] = { FAULT_RETRY, FAULT_WINDOW };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct fake *fake = fake_start();
		struct refusals *refusals = calloc(1, sizeof(*refusals));

		fake->fault_at = 3;
		fake->fault = faults[i];
		assert_int_equal(publish(fake, 1000, 100, 0, refusals), 0);
		assert_all_taken(fake, 1000, 1);
		assert_int_equal(fake->batches, 11);
		assert_int_equal(fake->hellos, 1);
		fake_stop(fake);
		free(refusals);
	}
}

static void a_batch_that_is_refused_for_good_ends_it(void **state)
{
	struct fake *fake = fake_start();
	struct refusals *refusals = calloc(1, sizeof(*refusals));

	(void)state;
	fake->fault_at = 2;
	fake->fault = FAULT_REFUSE;
	assert_int_equal(publish(fake, 1000, 100, 0, refusals), LIFT_E_STREAMS);
	fake_stop(fake);
	free(refusals);
}

static void after_a_lost_answer_it_says_hello_and_sends_again(void **state)
{
	struct fake *fake = fake_start();
	struct refusals *refusals = calloc(1, sizeof(*refusals));

	(void)state;
	fake->fault_at = 4;
	fake->fault = FAULT_SILENCE;
	assert_int_equal(publish(fake, 1000, 100, 10, refusals), 0);
	assert_all_taken(fake, 1000, 2);
	assert_int_equal(fake->hellos, 2);
	assert_int_equal(refusals->n, 100);
	for (uint64_t i = 1; i <= 1000; i++)
		assert_int_equal(refusals->times[i], i % 10 == 0);
	fake_stop(fake);
	free(refusals);
}

static void where_nobody_answers_it_says_so(void **state)
{
	const struct lift_publisher_options options = { .endpoint = "ipc:///tmp/lift-test-nobody",
							.source = "s",
							.stream = "t" };
	struct lift_publisher *publisher = NULL;

	(void)state;
	assert_int_equal(lift_publisher_open(&options, &publisher), LIFT_E_SOCKET);
	assert_null(publisher);
}

/* A publisher by a clock that only the test moves. */
struct stepped {
	struct fake *fake;
	struct lift_publisher *publisher;
	int64_t now_ms;
	/* heard of */
	uint64_t uncounted[20], unknown, rejected;
	size_t n_uncounted;
	int stalled;	    /* the error */
	int64_t stalled_ms; /* the longest */
	int give_up;	    /* what `stalled` returns */
};

static int64_t stepped_ms(void *context)
{
	return ((const struct stepped *)context)->now_ms;
}

static void hear_uncounted(void *context, uint64_t seq, uint64_t tag)
{
	struct stepped *stepped = context;

	assert_int_equal(tag, 1);
	stepped->uncounted[stepped->n_uncounted++] = seq;
}

static void hear_unknown(void *context, const struct lift_unknown *unknown)
{
	struct stepped *stepped = context;

	assert_int_equal(unknown->n_texts, 1);
	assert_string_equal(unknown->texts[0].text, "301");
	assert_string_equal(unknown->texts[0].meant, "0301");
	stepped->unknown += unknown->n[LIFT_UNKNOWN_REGION];
}

static void hear_event(void *context, const struct lift_rejection *rejection)
{
	struct stepped *stepped = context;

	/* {"x": "xx...": each one byte more than the one before */
	assert_int_equal(rejection->event.size, 4 + 10 + rejection->seq);
	assert_int_equal(((const uint8_t *)rejection->event.data)[1], 0xa1);
	stepped->rejected++;
}

static int hear_stalled(void *context, int err, int64_t ms)
{
	struct stepped *stepped = context;

	stepped->stalled = err;
	stepped->stalled_ms = ms > stepped->stalled_ms ? ms : stepped->stalled_ms;
	return stepped->give_up;
}

static struct lift_publisher_options stepped_options(struct stepped *stepped)
{
	return (struct lift_publisher_options){ .endpoint = stepped->fake->endpoint,
						.source = "s",
						.stream = "t",
						.batch = 10,
						.patience_ms = 1000000,
						.uncounted = hear_uncounted,
						.unknown = hear_unknown,
						.stalled = hear_stalled,
						.clock_ms = stepped_ms,
						.context = stepped };
}

static void stepped_prepare(struct stepped *stepped)
{
	*stepped = (struct stepped){ .fake = fake_start(), .now_ms = 1 };
	pthread_create(&stepped->fake->thread, NULL, fake_run, stepped->fake);
}

static void stepped_open(struct stepped *stepped, unsigned fault_at, enum fault fault)
{
	struct lift_publisher_options options;

	*stepped = (struct stepped){ .fake = fake_start(), .now_ms = 1 };
	stepped->fake->fault_at = fault_at;
	stepped->fake->fault = fault;
	options = stepped_options(stepped);
	pthread_create(&stepped->fake->thread, NULL, fake_run, stepped->fake);
	assert_int_equal(lift_publisher_open(&options, &stepped->publisher), 0);
}

static void stepped_close(struct stepped *stepped)
{
	lift_publisher_free(stepped->publisher);
	fake_stop(stepped->fake);
}

/* A map of one long text. */
static int add_long(struct stepped *stepped, size_t size)
{
	struct msg_writer *writer = msg_writer_new();
	char *text = malloc(size);
	int err;

	memset(text, 'x', size);
	msg_map(writer, 1);
	msg_text(writer, text_of("x"));
	msg_text(writer, (struct text){ text, size });
	err = lift_publisher_add(stepped->publisher, msg_written(writer).data,
				 msg_written(writer).size, 1);
	msg_writer_free(writer);
	free(text);
	return err;
}

static void add_batch(struct stepped *stepped)
{
	for (int i = 0; i < 10; i++)
		assert_int_equal(add_long(stepped, 10), 0);
}

static void an_ack_of_another_count_is_no_verdict_on_the_batch(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 1, FAULT_COUNT);
	assert_int_equal(lift_publisher_next(stepped.publisher), 1);
	add_batch(&stepped);
	add_batch(&stepped);
	/* Answers come in order: when the second is there, the first has been. */
	while (lift_publisher_judged(stepped.publisher) == 0 ||
	       lift_publisher_next(stepped.publisher) != 21)
		assert_int_equal(lift_publisher_wait(stepped.publisher, LOOK_MS), 0);
	assert_int_equal(lift_publisher_judged(stepped.publisher), 10);
	/* The other one is sent again, and all is well. */
	stepped.now_ms += LIFT_ANSWER_MS + 1;
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	assert_int_equal(lift_publisher_judged(stepped.publisher), 20);
	assert_int_equal(stepped.fake->batches, 3);
	stepped_close(&stepped);
}

static void it_says_hello_again_when_no_answer_has_come_for_five_seconds(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 1, FAULT_SILENCE);
	add_batch(&stepped);
	while (stepped.fake->batches == 0)
		assert_int_equal(lift_publisher_wait(stepped.publisher, LOOK_MS), 0);
	stepped.now_ms += LIFT_ANSWER_MS;
	assert_int_equal(lift_publisher_wait(stepped.publisher, 0), 0);
	assert_int_equal(stepped.fake->hellos, 1);
	stepped.now_ms += 1;
	assert_int_equal(lift_publisher_wait(stepped.publisher, 0), 0);
	assert_int_equal(stepped.fake->hellos, 2);
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	assert_int_equal(lift_publisher_judged(stepped.publisher), 10);
	stepped_close(&stepped);
}

/* By a clock that does not reach five seconds. */
static void where_the_connection_breaks_it_does_not_wait_for_an_answer(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 1, FAULT_SILENCE);
	add_batch(&stepped);
	while (stepped.fake->batches == 0)
		assert_int_equal(lift_publisher_wait(stepped.publisher, LOOK_MS), 0);
	stepped.now_ms += LIFT_ANSWER_MS / 2;
	assert_int_equal(lift_publisher_wait(stepped.publisher, LOOK_MS), 0);
	assert_int_equal(stepped.fake->hellos, 1);
	stepped.fake->stopping = true;
	pthread_join(stepped.fake->thread, NULL);
	stepped.fake->stopping = false;
	pthread_create(&stepped.fake->thread, NULL, fake_run, stepped.fake);
	for (int i = 0; i < LOOKS_MAX && lift_publisher_judged(stepped.publisher) < 10; i++)
		assert_int_equal(lift_publisher_wait(stepped.publisher, LOOK_MS), 0);
	assert_int_equal(lift_publisher_judged(stepped.publisher), 10);
	assert_int_equal(stepped.fake->hellos, 2);
	stepped_close(&stepped);
}

static void patience_ends_where_no_verdict_comes(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 1, FAULT_SILENCE);
	add_batch(&stepped);
	assert_int_equal(lift_publisher_wait(stepped.publisher, 0), 0);
	stepped.now_ms += 1000001;
	assert_int_equal(lift_publisher_wait(stepped.publisher, 0), LIFT_E_SOCKET);
	stepped_close(&stepped);
}

static void long_events_fill_a_batch_before_it_has_its_number(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 0, FAULT_NONE);
	for (int i = 0; i < 5; i++)
		assert_int_equal(add_long(&stepped, 200 << 10), 0);
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	assert_int_equal(lift_publisher_judged(stepped.publisher), 5);
	assert_int_equal(stepped.fake->batches, 3);
	stepped_close(&stepped);
}

static void what_a_caller_gets_wrong_is_told_and_ends_nothing(void **state)
{
	const struct lift_publisher_options too_many = { .endpoint = "ipc:///tmp/lift-test-nobody",
							 .source = "s",
							 .stream = "t",
							 .batch = BATCH_EVENTS_MAX + 1 };
	const struct lift_broadcaster_options aloud = { .endpoint = "ipc:///tmp/lift-test-nobody",
							.source = "s",
							.stream = "t",
							.batch = BATCH_EVENTS_MAX + 1 };
	struct lift_broadcaster *no_broadcaster = NULL;
	struct lift_publisher *none = NULL;
	struct stepped stepped;

	(void)state;
	assert_int_equal(lift_publisher_open(&too_many, &none), LIFT_E_COUNT);
	assert_null(none);
	assert_int_equal(lift_broadcaster_open(&aloud, &no_broadcaster), LIFT_E_COUNT);
	assert_null(no_broadcaster);
	stepped_open(&stepped, 0, FAULT_NONE);
	assert_int_equal(add_long(&stepped, LIFT_BATCH_BYTES), LIFT_E_VALUE);
	add_batch(&stepped);
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	assert_int_equal(lift_publisher_judged(stepped.publisher), 10);
	assert_all_taken(stepped.fake, 10, 1);
	stepped_close(&stepped);
}

static void a_stream_goes_on_at_its_next_number(void **state)
{
	struct lift_publisher_options options;
	struct stepped stepped;
	uint64_t next = 0;

	(void)state;
	stepped_prepare(&stepped);
	stepped.fake->n_taken = 41;
	options = stepped_options(&stepped);
	options.go_on = true;
	options.first = 7; /* is not asked then */
	assert_int_equal(lift_stream_next(options.endpoint, NULL, "s", "t", LIFT_ANSWER_MS, &next),
			 0);
	assert_int_equal(next, 42);
	assert_int_equal(lift_publisher_open(&options, &stepped.publisher), 0);
	assert_int_equal(lift_publisher_next(stepped.publisher), 42);
	add_batch(&stepped);
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	assert_int_equal(stepped.fake->taken[41], 0);
	for (uint64_t seq = 42; seq < 52; seq++)
		assert_int_equal(stepped.fake->taken[seq], 1);
	assert_int_equal(lift_publisher_judged(stepped.publisher), 10);
	stepped_close(&stepped);
}

static void a_closed_stream_does_not_go_on(void **state)
{
	struct lift_publisher_options options;
	struct stepped stepped;

	(void)state;
	stepped_prepare(&stepped);
	stepped.fake->closed = true;
	options = stepped_options(&stepped);
	options.go_on = true;
	assert_int_equal(lift_publisher_open(&options, &stepped.publisher), LIFT_E_CLOSED);
	assert_null(stepped.publisher);
	/* What it has received is answered as before. */
	options.go_on = false;
	assert_int_equal(lift_publisher_open(&options, &stepped.publisher), 0);
	stepped_close(&stepped);
}

static void what_counts_nowhere_is_told_by_number_and_text(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 0, FAULT_NONE);
	stepped.fake->curious = true;
	add_batch(&stepped);
	add_batch(&stepped);
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	assert_int_equal(stepped.n_uncounted, 3);
	assert_int_equal(stepped.uncounted[0], 2);
	assert_int_equal(stepped.uncounted[1], 3);
	assert_int_equal(stepped.uncounted[2], 10); /* the batch ends there */
	assert_int_equal(stepped.unknown, 2);
	stepped_close(&stepped);
}

static void a_refused_event_is_handed_back_as_it_was_added(void **state)
{
	struct lift_publisher_options options;
	struct stepped stepped;

	(void)state;
	stepped_prepare(&stepped);
	options = stepped_options(&stepped);
	options.rejected = hear_event;
	assert_int_equal(lift_publisher_open(&options, &stepped.publisher), 0);
	for (size_t i = 1; i <= 15; i++)
		assert_int_equal(add_long(&stepped, 10 + i), 0);
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	assert_int_equal(stepped.rejected, 15);
	stepped_close(&stepped);
}

static void who_waits_hears_why_and_may_give_up(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 1, FAULT_CLOCK);
	add_batch(&stepped);
	while (!stepped.stalled)
		assert_int_equal(lift_publisher_wait(stepped.publisher, LOOK_MS), 0);
	assert_int_equal(stepped.stalled, LIFT_E_CLOCK);
	assert_int_equal(stepped.stalled_ms, 0);
	stepped.now_ms += 7000;
	assert_int_equal(lift_publisher_wait(stepped.publisher, 0), 0);
	assert_int_equal(stepped.stalled_ms, 7000);
	stepped.give_up = LIFT_E_STOPPED;
	assert_int_equal(lift_publisher_flush(stepped.publisher), LIFT_E_STOPPED);
	stepped_close(&stepped);
}

static void silence_is_a_reason_to_wait_too(void **state)
{
	struct stepped stepped;

	(void)state;
	stepped_open(&stepped, 1, FAULT_SILENCE);
	add_batch(&stepped);
	assert_int_equal(lift_publisher_wait(stepped.publisher, LOOK_MS), 0);
	stepped.now_ms += LIFT_ANSWER_MS;
	assert_int_equal(lift_publisher_wait(stepped.publisher, 0), 0);
	assert_int_equal(stepped.stalled, 0);
	stepped.now_ms += 1;
	assert_int_equal(lift_publisher_wait(stepped.publisher, 0), 0);
	assert_int_equal(stepped.stalled, LIFT_E_SOCKET);
	assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
	stepped_close(&stepped);
}

static void an_announcement_is_acknowledged_and_sent_again_where_it_is_not(void **state)
{
	static const enum fault faults[] = { FAULT_NONE, FAULT_RETRY };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct lift_publisher_options options;
		struct stepped stepped;

		stepped_prepare(&stepped);
		stepped.fake->fault_at = 2;
		stepped.fake->fault = faults[i];
		options = stepped_options(&stepped);
		options.clock_ms = NULL; /* a pause ends by itself */
		assert_int_equal(lift_publisher_open(&options, &stepped.publisher), 0);
		add_batch(&stepped);
		assert_int_equal(lift_publisher_announce(stepped.publisher), 0);
		assert_int_equal(stepped.fake->announced, 11);
		assert_int_equal(stepped.fake->batches, faults[i] == FAULT_NONE ? 2 : 3);
		assert_int_equal(stepped.fake->hellos, 1);
		assert_int_equal(lift_publisher_judged(stepped.publisher), 10);
		/* And the stream goes on. */
		add_batch(&stepped);
		assert_int_equal(lift_publisher_flush(stepped.publisher), 0);
		assert_all_taken(stepped.fake, 20, 1);
		stepped_close(&stepped);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_arrives_once_within_the_window),
		cmocka_unit_test(refused_events_are_reported_with_their_tags),
		cmocka_unit_test(more_refusals_than_an_ack_holds_are_all_reported_once),
		cmocka_unit_test(a_batch_that_may_be_sent_again_is),
		cmocka_unit_test(a_batch_that_is_refused_for_good_ends_it),
		cmocka_unit_test(after_a_lost_answer_it_says_hello_and_sends_again),
		cmocka_unit_test(where_nobody_answers_it_says_so),
		cmocka_unit_test(an_ack_of_another_count_is_no_verdict_on_the_batch),
		cmocka_unit_test(it_says_hello_again_when_no_answer_has_come_for_five_seconds),
		cmocka_unit_test(where_the_connection_breaks_it_does_not_wait_for_an_answer),
		cmocka_unit_test(patience_ends_where_no_verdict_comes),
		cmocka_unit_test(long_events_fill_a_batch_before_it_has_its_number),
		cmocka_unit_test(what_a_caller_gets_wrong_is_told_and_ends_nothing),
		cmocka_unit_test(a_stream_goes_on_at_its_next_number),
		cmocka_unit_test(a_closed_stream_does_not_go_on),
		cmocka_unit_test(what_counts_nowhere_is_told_by_number_and_text),
		cmocka_unit_test(a_refused_event_is_handed_back_as_it_was_added),
		cmocka_unit_test(who_waits_hears_why_and_may_give_up),
		cmocka_unit_test(silence_is_a_reason_to_wait_too),
		cmocka_unit_test(an_announcement_is_acknowledged_and_sent_again_where_it_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
