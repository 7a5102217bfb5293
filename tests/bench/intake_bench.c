/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intake_bench.c - one platform, and what it sees of intake (liftd's, or limit_bench's).
 *
 *   intake_bench window ENDPOINT
 *   intake_bench load ENDPOINT WORLD EVENTS LEARNERS BATCH [PID]
 *   intake_bench rate ENDPOINT WORLD RATE SECONDS BATCH FIRST LEARNERS [PID]
 *   intake_bench fsync DIR WRITES
 *
 * load: batches that were encoded before, as many unanswered as the window of the welcome lets.
 * rate: so many events a second, from number FIRST on, from the moment at which a batch is due to
 * its ack. fsync: 4 KiB appended and synced, over and over. PID: what each of that process's
 * threads has used meanwhile, an event.
 *
 * A line for each figure on standard output: name, unit, value.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/bench/client.h"
#include "tests/bench/meter.h"

enum { PAGE = 4096 };

static const char *const threads[] = { "intake", "ledger", "ZMQbg/IO/0", NULL };
enum { THREADS = sizeof(threads) / sizeof(threads[0]) }; /* the last one: all */

static void read_threads(int pid, double *ret_s)
{
	for (size_t i = 0; i < THREADS; i++)
		ret_s[i] = pid > 0 ? meter_thread_s(pid, threads[i]) : 0;
}

/* Since the times in `before`. */
static void tell_threads(int pid, const double *before, uint64_t events)
{
	double now[THREADS];

	read_threads(pid, now);
	for (size_t i = 0; i < THREADS && pid > 0; i++)
		meter_tell((now[i] - before[i]) * 1e6 / (double)events, "us CPU/event", "cpu.%s",
			   threads[i] ? threads[i] : "all");
}

static const struct world *world_of(const char *name)
{
	const struct world *world = world_find(name);

	if (!world) {
		fprintf(stderr, "intake_bench: there is no world %s\n", name);
		exit(EXIT_FAILURE);
	}
	return world;
}

static uint64_t number_of(const char *text)
{
	return strtoull(text, NULL, 10);
}

/* Batches, one behind the other. */
struct prepared {
	uint8_t *bytes;
	size_t *at; /* of each, and of the end */
	size_t n;
};

static void prepare(struct client *client, const struct world *world, const struct world_size *size,
		    uint32_t batch, struct prepared *ret_prepared)
{
	struct prepared *p = ret_prepared;
	size_t room = 0, used = 0;

	*p = (struct prepared){ .at = calloc(size->events / batch + 1, sizeof(*p->at)) };
	for (; (p->n + 1) * batch <= size->events; p->n++) {
		struct text body;

		client_encode(client, world, size, "load", p->n * batch, batch, p->n * batch + 1);
		body = msg_written(client->writer);
		if (used + body.size > room) {
			room = 2 * (used + body.size);
			p->bytes = realloc(p->bytes, room);
		}
		if (!p->bytes || !p->at)
			client_die("memory");
		memcpy(p->bytes + used, body.data, body.size);
		used += body.size;
		p->at[p->n + 1] = used;
	}
}

/* Not copied: it is there until the end. */
static void send_prepared(void *socket, const struct prepared *prepared, size_t i)
{
	size_t at = prepared->at[i];
	zmq_msg_t message;

	zmq_msg_init_data(&message, prepared->bytes + at, prepared->at[i + 1] - at, NULL, NULL);
	if (zmq_msg_send(&message, socket, 0) < 0)
		client_die("send");
}

static void run_load(struct client *client, char **argv, int pid)
{
	struct world_size size = { number_of(argv[4]), number_of(argv[5]) };
	uint32_t batch = (uint32_t)number_of(argv[6]);
	void *socket = client_connect(client, ZMQ_DEALER, argv[2]);
	uint32_t window = client_greet(client, socket, "load");
	struct prepared prepared;
	double start_s, cpu_s, before[THREADS];
	size_t sent = 0, acked = 0;

	prepare(client, world_of(argv[3]), &size, batch, &prepared);
	read_threads(pid, before);
	cpu_s = meter_cpu_s();
	start_s = meter_wall_s();
	while (acked < prepared.n) {
		for (; sent < prepared.n && sent - acked < window; sent++)
			send_prepared(socket, &prepared, sent);
		client_await_ack(client, socket);
		acked++;
	}
	meter_tell((double)(acked * batch) / (meter_wall_s() - start_s), "events/s",
		   "acknowledged");
	meter_tell((meter_cpu_s() - cpu_s) * 1e6 / (double)(acked * batch), "us CPU/event",
		   "cpu.client");
	tell_threads(pid, before, acked * batch);
	zmq_close(socket);
}

/* Wait until it is time for the next batch, or an answer is there. */
static void wait_for(void *socket, double until_s)
{
	zmq_pollitem_t item = { .socket = socket, .events = ZMQ_POLLIN };
	double left_s = until_s - meter_wall_s();
	const struct timespec rest = { .tv_nsec = left_s < 0 ? 0 : (long)(left_s * 1e9) };

	/* zmq_poll knows whole ms only. */
	if (left_s >= 0.001)
		zmq_poll(&item, 1, (long)(left_s * 1000));
	else if (zmq_poll(&item, 1, 0) == 0 && left_s > 0.0002)
		nanosleep(&rest, NULL);
}

static void tell_ms(const char *name, double *ms, size_t n)
{
	meter_tell(meter_quantile(ms, n, 500), "ms", "%s.p50", name);
	meter_tell(meter_quantile(ms, n, 990), "ms", "%s.p99", name);
	meter_tell(meter_quantile(ms, n, 1000), "ms", "%s.most", name);
}

struct rate {
	struct client *client;
	void *socket;
	const struct world *world;
	struct world_size size;
	char stream[32]; /* of this run alone */
	uint64_t first;	 /* its events begin there */
	uint64_t batches, sent, acked;
	uint32_t batch, window;
	double start_s, step_s;
	double *ms; /* by batch */
};

/* Those that are due. Answers come in the order of the batches. */
static void send_due(struct rate *rate)
{
	zmq_pollitem_t item = { .socket = rate->socket, .events = ZMQ_POLLIN };
	uint64_t at = rate->sent * rate->batch;

	if (rate->sent < rate->batches && rate->sent - rate->acked < rate->window &&
	    meter_wall_s() >= rate->start_s + (double)rate->sent * rate->step_s) {
		client_encode(rate->client, rate->world, &rate->size, rate->stream,
			      rate->first + at, rate->batch, at + 1);
		client_send(rate->client, rate->socket);
		rate->sent++;
	}
	while (zmq_poll(&item, 1, 0) > 0) {
		double due_s = rate->start_s + (double)rate->acked * rate->step_s;

		client_await_ack(rate->client, rate->socket);
		rate->ms[rate->acked++] = (meter_wall_s() - due_s) * 1000;
	}
}

static void run_rate(struct client *client, char **argv, int pid)
{
	uint64_t a_second = number_of(argv[4]), seconds = number_of(argv[5]);
	struct rate rate = { .client = client,
			     .socket = client_connect(client, ZMQ_DEALER, argv[2]),
			     .world = world_of(argv[3]),
			     .batch = (uint32_t)number_of(argv[6]),
			     .first = number_of(argv[7]) };
	double before[THREADS];

	snprintf(rate.stream, sizeof(rate.stream), "rate-%d", (int)getpid());
	rate.size = (struct world_size){ rate.first + a_second * seconds, number_of(argv[8]) };
	rate.batches = a_second * seconds / rate.batch;
	rate.step_s = (double)rate.batch / (double)a_second;
	rate.ms = calloc(rate.batches + 1, sizeof(*rate.ms));
	rate.window = client_greet(client, rate.socket, rate.stream);
	read_threads(pid, before);
	rate.start_s = meter_wall_s();
	while (rate.acked < rate.batches) {
		send_due(&rate);
		if (rate.sent < rate.batches && rate.sent - rate.acked < rate.window)
			wait_for(rate.socket, rate.start_s + (double)rate.sent * rate.step_s);
		else if (rate.acked < rate.batches)
			wait_for(rate.socket, meter_wall_s() + 1);
	}
	meter_tell((double)(rate.batches * rate.batch) / (meter_wall_s() - rate.start_s),
		   "events/s", "reached");
	tell_ms("ack", rate.ms, rate.batches);
	tell_threads(pid, before, rate.batches * rate.batch);
	free(rate.ms);
	zmq_close(rate.socket);
}

static void run_fsync(const char *dir, size_t writes)
{
	double *ms = calloc(writes + 1, sizeof(*ms));
	const char page[PAGE] = { 1 };
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/fsync", dir);
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	for (size_t i = 0; i < writes; i++) {
		double start_s = meter_wall_s();

		if (write(fd, page, sizeof(page)) != PAGE || fdatasync(fd) != 0)
			client_die(path);
		ms[i] = (meter_wall_s() - start_s) * 1000;
	}
	close(fd);
	unlink(path);
	tell_ms("fsync", ms, writes);
	free(ms);
}

static int usage(void)
{
	fprintf(stderr, "usage: intake_bench window ENDPOINT\n"
			"       intake_bench load ENDPOINT WORLD EVENTS LEARNERS BATCH [PID]\n"
			"       intake_bench rate ENDPOINT WORLD RATE SECONDS BATCH FIRST LEARNERS "
			"[PID]\n"
			"       intake_bench fsync DIR WRITES\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	struct client client;

	client_open(&client);
	if (argc == 3 && strcmp(mode, "window") == 0) {
		void *socket = client_connect(&client, ZMQ_DEALER, argv[2]);

		meter_tell(client_greet(&client, socket, "window"), "batches", "window");
		zmq_close(socket);
	} else if ((argc == 7 || argc == 8) && strcmp(mode, "load") == 0) {
		run_load(&client, argv, argc == 8 ? atoi(argv[7]) : 0);
	} else if ((argc == 9 || argc == 10) && strcmp(mode, "rate") == 0) {
		run_rate(&client, argv, argc == 10 ? atoi(argv[9]) : 0);
	} else if (argc == 4 && strcmp(mode, "fsync") == 0) {
		run_fsync(argv[2], number_of(argv[3]));
	} else {
		return usage();
	}
	client_close(&client);
	return 0;
}
