/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fair_bench - one platform that behaves, and those that do not.
 *
 *   fair_bench honest ENDPOINT SECONDS    source `honest`, 100 events/s, one at a time: from the
 *                                         moment at which an event is due to its ack
 *   fair_bench holds ENDPOINT NUMBERS     has the daemon all numbers of `honest` up to this one?
 *   fair_bench KIND ENDPOINT SECONDS      source `greedy`, as much of that kind as goes out
 *
 * Both have their keys from LIFT_BENCH_KEYS (keyed.h). The daemon is started by fair.sh.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/control.h"
#include "proto/event.h"
#include "tests/bench/keyed.h"

enum {
	RATE = 100,
	SOCKETS = 64,
	WAIT_MS = 20,
	PATIENCE_MS = 60000,
	HOLES = 64,
	STREAMS = 1000,
	LARGE = MSG_SIZE_MAX - 1024,
};

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void die(const char *what)
{
	fprintf(stderr, "fair_bench: %s: %s\n", what, zmq_strerror(zmq_errno()));
	exit(EXIT_FAILURE);
}

/* Events. */

static void add_event(struct msg_writer *writer, uint64_t number, int64_t time, bool is_new)
{
	char learner[32], module[32] = "c0", region[32] = "m0";
	struct event event = { .type = EVENT_STARTED,
			       .time = time,
			       .result = { .score = -1, .passed = -1 } };

	snprintf(learner, sizeof(learner), "learner-%llu", (unsigned long long)number);
	if (is_new) {
		snprintf(module, sizeof(module), "new-%llu", (unsigned long long)number);
		snprintf(region, sizeof(region), "new-%llu", (unsigned long long)number);
	}
	event.learner = text_of(learner);
	event.module = text_of(module);
	event.region = text_of(region);
	event_encode(writer, &event);
}

#define PAST   INT64_C(1756000000000)
#define FUTURE INT64_C(9000000000000)

/* What a greedy one sends: message after message. */

struct flood {
	struct msg_writer *writer, *events;
	struct text body; /* of `events`, where all messages have the same ones */
	uint64_t n;	  /* messages so far */
	size_t socket;	  /* that the next one goes to */
	uint32_t count;	  /* events in `body` */
};

/* As many events as a message may have; their bytes are made once. */
static void make_body(struct flood *flood, int64_t time)
{
	flood->events = msg_writer_new();
	for (flood->count = 0; flood->count < BATCH_EVENTS_MAX; flood->count++) {
		add_event(flood->events, flood->count, time, false);
		if (msg_written(flood->events).size > LARGE - 1024)
			break;
	}
	flood->body = msg_written(flood->events);
}

static void begin(struct flood *flood, const char *op, const char *stream, uint64_t seq,
		  uint32_t count)
{
	msg_writer_clear(flood->writer);
	batch_begin(flood->writer, op, text_of("greedy"), text_of(stream), seq, count);
}

static void put_body(struct flood *flood, int64_t time)
{
	char stream[32];

	if (!flood->events)
		make_body(flood, time);
	snprintf(stream, sizeof(stream), "batch-%zu", flood->socket);
	begin(flood, "events", stream, flood->n / SOCKETS * flood->count + 1, flood->count);
	msg_raw(flood->writer, flood->body);
}

static void batches(struct flood *flood)
{
	put_body(flood, PAST);
}

static void refused(struct flood *flood)
{
	put_body(flood, FUTURE);
}

static void again(struct flood *flood)
{
	if (!flood->events)
		make_body(flood, PAST);
	begin(flood, "events", "again", 1, flood->count);
	msg_raw(flood->writer, flood->body);
}

static void singles(struct flood *flood)
{
	char stream[32];

	snprintf(stream, sizeof(stream), "single-%zu", flood->socket);
	begin(flood, "events", stream, flood->n / SOCKETS + 1, 1);
	add_event(flood->writer, flood->n, PAST, false);
}

static void names(struct flood *flood)
{
	enum { EACH = 8000 };
	char stream[32];

	snprintf(stream, sizeof(stream), "names-%zu", flood->socket);
	begin(flood, "events", stream, flood->n / SOCKETS * EACH + 1, EACH);
	for (uint32_t i = 0; i < EACH; i++)
		add_event(flood->writer, flood->n * EACH + i, PAST, true);
}

static void holes(struct flood *flood)
{
	uint64_t round = flood->n / STREAMS;
	char stream[32];

	snprintf(stream, sizeof(stream), "holes-%llu-%llu", (unsigned long long)(round / HOLES),
		 (unsigned long long)(flood->n % STREAMS));
	begin(flood, "events", stream, 2 * (round % HOLES) + 2, 1);
	add_event(flood->writer, flood->n, PAST, false);
}

static void bytes(struct flood *flood)
{
	static char junk[LARGE];

	for (size_t i = 0; junk[0] == 0 && i < sizeof(junk); i++)
		junk[i] = (char)(1 + i * 2654435761u % 255);
	msg_writer_clear(flood->writer);
	msg_raw(flood->writer, (struct text){ junk, sizeof(junk) });
}

/* Well formed, and what is slow to read: small values. */
static void values(struct flood *flood)
{
	static char ones[LARGE];

	memset(ones, 1, sizeof(ones));
	begin(flood, "events", "values", 1, sizeof(ones));
	msg_raw(flood->writer, (struct text){ ones, sizeof(ones) });
}

static void requests(struct flood *flood)
{
	struct request request = { .op = text_of(flood->n % 2 ? "hello" : "rejections"),
				   .source = text_of("greedy"),
				   .stream = text_of("asks") };

	msg_writer_clear(flood->writer);
	request_encode(flood->writer, &request);
}

static const struct {
	const char *name;
	void (*make)(struct flood *flood); /* the next message; NULL: it connects, and no more */
} kinds[] = {
	{ "batches", batches }, { "refused", refused }, { "again", again },
	{ "singles", singles }, { "names", names },	{ "holes", holes },
	{ "bytes", bytes },	{ "values", values },	{ "requests", requests },
	{ "connects", NULL },
};

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void *connected(void *zmq, const char *endpoint)
{
	void *socket = keyed_socket(zmq, ZMQ_DEALER);

	if (zmq_connect(socket, endpoint) != 0)
		die(endpoint);
	return socket;
}

/* Who behaves: what is not acknowledged is sent again. */

struct honest {
	void *socket;
	struct msg_writer *writer;
	struct msg_reader *reader;
	double start, *ms; /* by number: when it was due; then how long it took */
	uint64_t n, sent, acked, nacked;
};

static void send_one(struct honest *honest, uint64_t seq)
{
	struct text body;

	msg_writer_clear(honest->writer);
	batch_begin(honest->writer, "events", text_of("honest"), text_of("s"), seq, 1);
	add_event(honest->writer, seq, PAST, false);
	body = msg_written(honest->writer);
	if (zmq_send(honest->socket, body.data, body.size, 0) < 0)
		die("send");
}

static void take_answer(struct honest *honest)
{
	struct answer answer;
	zmq_msg_t message;

	zmq_msg_init(&message);
	if (zmq_msg_recv(&message, honest->socket, 0) < 0)
		die("no answer");
	if (answer_decode(honest->reader,
			  (struct text){ zmq_msg_data(&message), zmq_msg_size(&message) },
			  &answer) != 0 ||
	    answer.first < 1 || answer.first > honest->n || answer.n_rejected > 0) {
		fprintf(stderr, "fair_bench: a wrong answer\n");
		exit(EXIT_FAILURE);
	}
	if (answer.what == ANSWER_ACK) {
		honest->ms[answer.first - 1] =
			(now_s() - honest->start - (double)(answer.first - 1) / RATE) * 1000;
		honest->acked++;
	} else {
		honest->nacked++;
		send_one(honest, answer.first);
	}
	zmq_msg_close(&message);
}

static void run_honest(void *zmq, const char *endpoint, unsigned seconds)
{
	struct honest honest = { connected(zmq, endpoint),
				 msg_writer_new(),
				 msg_reader_new(),
				 now_s(),
				 calloc(seconds * RATE, sizeof(double)),
				 seconds * RATE,
				 0,
				 0,
				 0 };
	int patience_ms = PATIENCE_MS;
	size_t n = honest.n;

	zmq_setsockopt(honest.socket, ZMQ_RCVTIMEO, &patience_ms, sizeof(patience_ms));
	while (honest.acked < n) {
		double wait = honest.start + (double)honest.sent / RATE - now_s();
		zmq_pollitem_t item = { .socket = honest.socket, .events = ZMQ_POLLIN };

		if (honest.sent < n && wait <= 0) {
			send_one(&honest, ++honest.sent);
		} else if (honest.sent == n) {
			take_answer(&honest);
		} else {
			zmq_poll(&item, 1, (long)(wait * 1000) + 1);
			if (item.revents)
				take_answer(&honest);
		}
	}
	qsort(honest.ms, n, sizeof(*honest.ms), compare_doubles);
	printf("%.1f\t%.1f\t%.1f\t%zu\t%llu\n", honest.ms[n / 2], honest.ms[n * 99 / 100],
	       honest.ms[n - 1], n, (unsigned long long)honest.nacked);
	zmq_close(honest.socket);
	msg_writer_free(honest.writer);
	msg_reader_free(honest.reader);
	free(honest.ms);
}

/* Are they there, those that were acknowledged? */
static bool holds(void *zmq, const char *endpoint, uint64_t numbers)
{
	struct request hello = { .op = text_of("hello"),
				 .source = text_of("honest"),
				 .stream = text_of("s") };
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	void *socket = connected(zmq, endpoint);
	int patience_ms = PATIENCE_MS;
	struct answer answer;
	zmq_msg_t message;

	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &patience_ms, sizeof(patience_ms));
	request_encode(writer, &hello);
	zmq_send(socket, msg_written(writer).data, msg_written(writer).size, 0);
	zmq_msg_init(&message);
	if (zmq_msg_recv(&message, socket, 0) < 0 ||
	    answer_decode(reader, (struct text){ zmq_msg_data(&message), zmq_msg_size(&message) },
			  &answer) != 0)
		die("no welcome");
	zmq_msg_close(&message);
	zmq_close(socket);
	msg_writer_free(writer);
	msg_reader_free(reader);
	return answer.next > numbers;
}

/* Who does not. */

static void drain(void *socket, struct msg_reader *reader, uint64_t *ret_acks, uint64_t *ret_nacks)
{
	struct answer answer;
	zmq_msg_t message;

	zmq_msg_init(&message);
	while (zmq_msg_recv(&message, socket, ZMQ_DONTWAIT) >= 0)
		if (answer_decode(reader,
				  (struct text){ zmq_msg_data(&message), zmq_msg_size(&message) },
				  &answer) == 0) {
			*ret_acks += answer.what == ANSWER_ACK;
			*ret_nacks += answer.what == ANSWER_NACK;
		}
	zmq_msg_close(&message);
}

/* Whoever can take one more message gets it. */
static void run_flood(void *zmq, const char *endpoint, unsigned seconds,
		      void (*make)(struct flood *flood))
{
	struct flood flood = { .writer = msg_writer_new() };
	struct msg_reader *reader = msg_reader_new();
	zmq_pollitem_t items[SOCKETS];
	uint64_t acks = 0, nacks = 0, size = 0;
	double end = now_s() + seconds;
	int few = 4;

	for (size_t i = 0; i < SOCKETS; i++) {
		void *socket = keyed_socket(zmq, ZMQ_DEALER);

		zmq_setsockopt(socket, ZMQ_SNDHWM, &few, sizeof(few));
		if (zmq_connect(socket, endpoint) != 0)
			die(endpoint);
		items[i] = (zmq_pollitem_t){ socket, 0, ZMQ_POLLIN, 0 };
	}
	make(&flood);
	while (now_s() < end) {
		struct text body = msg_written(flood.writer);
		void *socket = items[flood.socket].socket;

		if (zmq_send(socket, body.data, body.size, ZMQ_DONTWAIT) < 0) {
			items[flood.socket].events = ZMQ_POLLIN | ZMQ_POLLOUT;
			zmq_poll(items, SOCKETS, WAIT_MS);
			for (size_t i = 0; i < SOCKETS; i++)
				drain(items[i].socket, reader, &acks, &nacks);
			items[flood.socket].events = ZMQ_POLLIN;
			continue;
		}
		size += body.size;
		flood.n++;
		flood.socket = flood.n % SOCKETS;
		make(&flood);
	}
	printf("%llu\t%llu\t%llu\t%llu\n", (unsigned long long)flood.n,
	       (unsigned long long)(size >> 20), (unsigned long long)acks,
	       (unsigned long long)nacks);
	for (size_t i = 0; i < SOCKETS; i++)
		zmq_close(items[i].socket);
	msg_writer_free(flood.writer);
	msg_writer_free(flood.events);
	msg_reader_free(reader);
}

/* Handshakes alone, so many at once. */
static void run_connects(void *zmq, const char *endpoint, unsigned seconds)
{
	void *sockets[SOCKETS] = { NULL };
	double end = now_s() + seconds;
	const struct timespec rest = { .tv_nsec = 1000000 };
	uint64_t n;

	for (n = 0; now_s() < end; n++) {
		void **socket = &sockets[n % SOCKETS];

		if (*socket)
			zmq_close(*socket);
		*socket = connected(zmq, endpoint);
		nanosleep(&rest, NULL);
	}
	printf("%llu\t0\t0\t0\n", (unsigned long long)n);
	for (size_t i = 0; i < SOCKETS; i++)
		if (sockets[i])
			zmq_close(sockets[i]);
}

int main(int argc, char **argv)
{
	unsigned seconds = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : 0;
	void *zmq = zmq_ctx_new();
	int status = 2;

	if (seconds > 0 && strcmp(argv[1], "honest") == 0) {
		run_honest(zmq, argv[2], seconds);
		status = 0;
	} else if (argc == 4 && strcmp(argv[1], "holds") == 0) {
		status = holds(zmq, argv[2], seconds) ? 0 : 1;
	}
	for (size_t i = 0; seconds > 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		if (kinds[i].make)
			run_flood(zmq, argv[2], seconds, kinds[i].make);
		else
			run_connects(zmq, argv[2], seconds);
		status = 0;
	}
	if (status == 2)
		fprintf(stderr, "usage: fair_bench honest|holds|KIND ENDPOINT SECONDS|NUMBERS\n");
	zmq_ctx_term(zmq);
	return status;
}
