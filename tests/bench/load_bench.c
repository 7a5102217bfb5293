/* SPDX-License-Identifier: Apache-2.0 */
/*
 * load_bench.c - load for daemons that are measured, or tried, with something else.
 *
 *   load_bench load ENDPOINT EVENTS LEARNERS BATCH    events/s acknowledged
 *   load_bench rate ENDPOINT RATE SECONDS BATCH       at so many events/s: from the moment at which
 *                                                     a batch is due to its ack
 *
 * The catalogue is catalogue.sh's: 100 municipalities m0.., 20 modules c0.., dimensions gender and
 * role. Learners begin in cohorts: those who begin together are active together; a tenth of the
 * events are of learners from long ago.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/control.h"
#include "proto/event.h"
#include "tests/bench/keyed.h"
#include "tests/bench/meter.h"
#include "tests/seed.h"

enum { MUNICIPALITIES = 100, MODULES = 20, ANSWER_WAIT_MS = 60000, COHORT = 20000 };

static void die(const char *what)
{
	fprintf(stderr, "load_bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
	exit(EXIT_FAILURE);
}

static void *open_socket(void *zmq, int type, const char *endpoint)
{
	void *socket = keyed_socket(zmq, type);
	int wait = ANSWER_WAIT_MS;

	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof(wait));
	if (zmq_connect(socket, endpoint) != 0)
		die(endpoint);
	return socket;
}

/* The same numbers always make the same event. */
static void make_event(uint64_t number, uint64_t events, uint64_t learners, struct event *event,
		       char texts[3][32])
{
	static const char *const roles[] = { "nurse", "carer", "manager" };
	uint64_t state = number * 2 + 1, a = test_draw(&state), b = test_draw(&state);
	uint64_t newest = number * learners / events; /* learners that have begun */
	uint64_t back =
		a % 10 == 0 ? b % (newest + 1) : b % (newest < COHORT ? newest + 1 : COHORT);
	uint64_t learner = newest - back;
	uint64_t home = learner, kind = test_draw(&state) % 10;

	snprintf(texts[0], sizeof(texts[0]), "learner-%08llu", (unsigned long long)learner);
	snprintf(texts[1], sizeof(texts[1]), "c%llu", (unsigned long long)(learner % 7 + a % 3));
	snprintf(texts[2], sizeof(texts[2]), "m%llu",
		 (unsigned long long)(test_draw(&home) % MUNICIPALITIES));
	*event = (struct event){
		.type = kind < 4    ? EVENT_STARTED
			: kind < 8  ? EVENT_ASSESSED
			: kind == 8 ? EVENT_COMPLETED
				    : EVENT_WITHDRAWN,
		.time = INT64_C(1756000000000) + (int64_t)(number * 31536000000.0 / (double)events),
		.learner = text_of(texts[0]),
		.module = text_of(texts[1]),
		.region = text_of(texts[2]),
		.result = { .score = -1, .passed = -1 },
		.n_attrs = 2,
		.attrs = { { text_of("gender"), text_of(learner % 3 ? "f" : "m") },
			   { text_of("role"), text_of(roles[learner % 3]) } },
	};
	if (event->type == EVENT_ASSESSED)
		event->result.score = (int16_t)(a % 10001);
}

static struct answer receive(void *socket, struct msg_reader *reader, zmq_msg_t *message)
{
	struct answer answer;

	if (zmq_msg_recv(message, socket, 0) < 0)
		die("no answer");
	if (answer_decode(reader, (struct text){ zmq_msg_data(message), zmq_msg_size(message) },
			  &answer) != 0 ||
	    answer.what == ANSWER_NACK || answer.n_rejected > 0) {
		fprintf(stderr, "load_bench: a batch was refused\n");
		exit(EXIT_FAILURE);
	}
	return answer;
}

static void send_batch(void *socket, struct msg_writer *writer, const char *stream, uint64_t first,
		       uint32_t count, uint64_t events, uint64_t learners)
{
	struct text body;

	msg_writer_clear(writer);
	batch_begin(writer, "events", text_of("bench"), text_of(stream), first, count);
	for (uint32_t i = 0; i < count; i++) {
		struct event event;
		char texts[3][32];

		make_event(first - 1 + i, events, learners, &event, texts);
		event_encode(writer, &event);
	}
	body = msg_written(writer);
	if (zmq_send(socket, body.data, body.size, 0) < 0)
		die("send");
}

/* Say hello: the window. */
static uint32_t greet(void *socket, struct msg_writer *writer, struct msg_reader *reader,
		      const char *stream)
{
	struct request hello = { .op = text_of("hello"),
				 .source = text_of("bench"),
				 .stream = text_of(stream) };
	zmq_msg_t message;
	uint32_t window;

	zmq_msg_init(&message);
	msg_writer_clear(writer);
	request_encode(writer, &hello);
	zmq_send(socket, msg_written(writer).data, msg_written(writer).size, 0);
	window = receive(socket, reader, &message).window;
	zmq_msg_close(&message);
	return window;
}

static int run_load(void *zmq, const char *endpoint, uint64_t events, uint64_t learners,
		    uint32_t batch)
{
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	void *socket = open_socket(zmq, ZMQ_DEALER, endpoint);
	uint32_t window = greet(socket, writer, reader, "load");
	uint64_t sent = 0, acked = 0, unanswered = 0;
	zmq_msg_t message;
	double start;

	zmq_msg_init(&message);
	start = meter_wall_s();
	while (acked < events) {
		while (sent < events && unanswered < window) {
			uint32_t count = events - sent < batch ? (uint32_t)(events - sent) : batch;

			send_batch(socket, writer, "load", sent + 1, count, events, learners);
			sent += count;
			unanswered++;
		}
		acked += receive(socket, reader, &message).count;
		unanswered--;
	}
	printf("acknowledged\t%llu\tevents\t%.0f\tevents/s\n", (unsigned long long)events,
	       (double)events / (meter_wall_s() - start));
	zmq_msg_close(&message);
	zmq_close(socket);
	msg_writer_free(writer);
	msg_reader_free(reader);
	return 0;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void print_times(const char *what, double *ms, size_t n)
{
	qsort(ms, n, sizeof(*ms), compare_doubles);
	printf("%s\tmedian %.2f ms\tp99 %.2f ms\tmost %.2f ms\n", what, ms[n / 2], ms[n * 99 / 100],
	       ms[n - 1]);
}

/* Wait until it is time for the next batch, or an answer is there. */
static void wait_for(void *socket, double until)
{
	zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
	double left = until - meter_wall_s();
	struct timespec rest = { .tv_nsec = left < 0 ? 0 : (long)(left * 1e9) };

	/* zmq_poll knows whole ms only. */
	if (left >= 0.001)
		zmq_poll(&item, 1, (long)(left * 1000));
	else if (zmq_poll(&item, 1, 0) == 0 && left > 0.0002)
		nanosleep(&rest, NULL);
}

/* Answers come in the order of the batches. */
static int run_rate(void *zmq, const char *endpoint, uint64_t rate, uint64_t seconds,
		    uint32_t batch)
{
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	void *socket = open_socket(zmq, ZMQ_DEALER, endpoint);
	char stream[32]; /* of this run alone: its events are new ones */
	uint32_t window;
	uint64_t batches = rate * seconds / batch, sent = 0, acked = 0;
	double *ms = calloc(batches + 1, sizeof(*ms)), start;
	double step = (double)batch / (double)rate;
	zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
	zmq_msg_t message;

	zmq_msg_init(&message);
	snprintf(stream, sizeof(stream), "rate-%d", (int)getpid());
	window = greet(socket, writer, reader, stream);
	start = meter_wall_s();
	while (acked < batches) {
		double due = start + (double)sent * step;

		if (sent < batches && sent - acked < window && meter_wall_s() >= due) {
			send_batch(socket, writer, stream, sent * batch + 1, batch, rate * seconds,
				   rate * seconds / 5 + 1);
			sent++;
		}
		while (zmq_poll(&item, 1, 0) > 0) {
			receive(socket, reader, &message);
			ms[acked] = (meter_wall_s() - start - (double)acked * step) * 1000;
			acked++;
		}
		if (sent < batches && sent - acked < window)
			wait_for(socket, start + (double)sent * step);
		else if (acked < batches)
			zmq_poll(&item, 1, ANSWER_WAIT_MS);
	}
	printf("%llu events/s, %u a batch: ", (unsigned long long)rate, batch);
	print_times("due to ack", ms, batches);
	zmq_msg_close(&message);
	zmq_close(socket);
	msg_writer_free(writer);
	msg_reader_free(reader);
	free(ms);
	return 0;
}

int main(int argc, char **argv)
{
	void *zmq = zmq_ctx_new();
	int status = 2;

	if (argc == 6 && strcmp(argv[1], "load") == 0)
		status =
			run_load(zmq, argv[2], strtoull(argv[3], NULL, 10),
				 strtoull(argv[4], NULL, 10), (uint32_t)strtoul(argv[5], NULL, 10));
	else if (argc == 6 && strcmp(argv[1], "rate") == 0)
		status =
			run_rate(zmq, argv[2], strtoull(argv[3], NULL, 10),
				 strtoull(argv[4], NULL, 10), (uint32_t)strtoul(argv[5], NULL, 10));
	else
		fprintf(stderr, "usage: load_bench load ENDPOINT EVENTS LEARNERS BATCH\n"
				"       load_bench rate ENDPOINT RATE SECONDS BATCH\n");
	zmq_ctx_term(zmq);
	return status;
}
