/* SPDX-License-Identifier: Apache-2.0 */
/*
 * publish_bench.c - dashboards, and what they see of a liftd.
 *
 *   publish_bench probe INTAKE PUBLISH SECONDS
 *   publish_bench snapshot ENDPOINT
 *   publish_bench burst PUBLISH
 *
 * probe: now and then somebody begins in the region that a world has for it, and how long it takes
 * from sending that to a metric that says so. snapshot: all topics, page by page. burst: it says
 * "ready" when it has subscribed, and waits for metrics, until none have come for some seconds:
 * from the first one to the last, and the longest time between two beats.
 *
 * A line for each figure on standard output: name, unit, value.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "proto/json.h"
#include "proto/metric.h"
#include "proto/snapshot.h"
#include "tests/bench/client.h"
#include "tests/bench/meter.h"

enum { PROBE_EVERY_MS = 40, PROBES_MAX = 10000, BURST_WAIT_S = 60, QUIET_S = 3 };

static double number_of(const char *text)
{
	return strtod(text, NULL);
}

/* The next message in two frames; false where none comes in time. */
static bool receive(void *socket, zmq_msg_t *topic, zmq_msg_t *body)
{
	if (zmq_msg_recv(topic, socket, 0) < 0)
		return false;
	if (!zmq_msg_more(topic) || zmq_msg_recv(body, socket, 0) < 0)
		client_die("a message of one frame");
	return true;
}

static struct text text_in(zmq_msg_t *message)
{
	return (struct text){ zmq_msg_data(message), zmq_msg_size(message) };
}

/* Probes. */

struct probe {
	struct client client;
	void *intake, *publish;
	char stream[32];
	double sent_s[PROBES_MAX], ms[PROBES_MAX];
	size_t sent, seen;
	uint64_t before; /* learners who were there */
};

static void send_probe(struct probe *probe)
{
	struct event event = { .type = EVENT_STARTED,
			       .time = WORLD_END_MS,
			       .module = text_of("c0"),
			       .region = text_of(WORLD_PROBE),
			       .result = { .score = -1, .passed = -1 } };
	char learner[64];

	snprintf(learner, sizeof(learner), "%s-%zu", probe->stream, probe->sent);
	event.learner = text_of(learner);
	msg_writer_clear(probe->client.writer);
	batch_begin(probe->client.writer, "events", text_of("probe"), text_of(probe->stream),
		    probe->sent + 1, 1);
	event_encode(probe->client.writer, &event);
	probe->sent_s[probe->sent++] = meter_wall_s();
	client_send(&probe->client, probe->intake);
}

/* Of the metrics of people. */
static uint64_t learners_in(struct probe *probe, struct text body)
{
	uint64_t learners;
	json_t *json;

	if (json_from_msg(probe->client.reader, body, &json) != 0)
		client_die("metric");
	learners = (uint64_t)json_integer_value(
		json_object_get(json_object_get(json, "metrics"), "learners"));
	json_decref(json);
	return learners;
}

/* What has come until a moment. */
static void see(struct probe *probe, double until_s)
{
	zmq_pollitem_t items[] = { { .socket = probe->publish, .events = ZMQ_POLLIN },
				   { .socket = probe->intake, .events = ZMQ_POLLIN } };
	zmq_msg_t topic, body;

	zmq_msg_init(&topic);
	zmq_msg_init(&body);
	for (double now_s; (now_s = meter_wall_s()) < until_s;) {
		uint64_t learners;

		zmq_poll(items, 2, (long)((until_s - now_s) * 1000) + 1);
		if (items[1].revents)
			client_await_ack(&probe->client, probe->intake);
		if (!items[0].revents || !receive(probe->publish, &topic, &body))
			continue;
		now_s = meter_wall_s();
		learners = learners_in(probe, text_in(&body));
		for (; probe->seen < probe->sent && probe->seen < learners; probe->seen++)
			probe->ms[probe->seen] = (now_s - probe->sent_s[probe->seen]) * 1000;
	}
	zmq_msg_close(&topic);
	zmq_msg_close(&body);
}

static int run_probe(char **argv)
{
	struct probe *probe = calloc(1, sizeof(*probe));
	double end_s = meter_wall_s() + number_of(argv[4]);
	static const char prefix[] = "metric/" WORLD_PROBE "/people/";

	client_open(&probe->client);
	probe->intake = client_connect(&probe->client, ZMQ_DEALER, argv[2]);
	probe->publish = client_connect(&probe->client, ZMQ_SUB, argv[3]);
	zmq_setsockopt(probe->publish, ZMQ_SUBSCRIBE, prefix, strlen(prefix));
	snprintf(probe->stream, sizeof(probe->stream), "probe-%d", (int)getpid());
	see(probe, meter_wall_s() + 0.5);
	while (meter_wall_s() < end_s && probe->sent < PROBES_MAX) {
		send_probe(probe);
		see(probe, meter_wall_s() + PROBE_EVERY_MS / 1000.0);
	}
	while (probe->seen < probe->sent && meter_wall_s() < end_s + 30)
		see(probe, meter_wall_s() + 0.05);
	if (probe->seen < probe->sent)
		client_die("a probe was never seen");
	meter_tell(meter_quantile(probe->ms, probe->seen, 500), "ms", "metric.p50");
	meter_tell(meter_quantile(probe->ms, probe->seen, 990), "ms", "metric.p99");
	meter_tell(meter_quantile(probe->ms, probe->seen, 1000), "ms", "metric.most");
	zmq_close(probe->intake);
	zmq_close(probe->publish);
	client_close(&probe->client);
	free(probe);
	return 0;
}

/* All topics. */

/* One page; the topic to go on from is in `after`. How many there were; `ret_bytes` grows. */
static size_t get_page(struct client *client, void *socket, char after[static TOPIC_MAX],
		       uint64_t *ret_bytes)
{
	struct snapshot_request request = { .n_prefixes = 1,
					    .prefixes = { text_of("metric/") },
					    .after = text_of(after),
					    .limit = SNAPSHOT_LIMIT_MAX };
	size_t n = 0;
	zmq_msg_t topic, body;

	zmq_msg_init(&topic);
	zmq_msg_init(&body);
	msg_writer_clear(client->writer);
	snapshot_request_encode(client->writer, &request);
	client_send(client, socket);
	while (receive(socket, &topic, &body) && !text_equal(text_in(&topic), text_of("end"))) {
		if (zmq_msg_size(&topic) >= TOPIC_MAX)
			client_die("topic");
		memcpy(after, zmq_msg_data(&topic), zmq_msg_size(&topic));
		after[zmq_msg_size(&topic)] = '\0';
		*ret_bytes += zmq_msg_size(&body);
		n++;
	}
	zmq_msg_close(&topic);
	zmq_msg_close(&body);
	return n;
}

static int run_snapshot(char **argv)
{
	struct client client;
	char after[TOPIC_MAX] = "";
	double start_s, worst_s = 0;
	uint64_t topics = 0, bytes = 0;
	size_t n;
	void *socket;

	client_open(&client);
	socket = client_connect(&client, ZMQ_DEALER, argv[2]);
	start_s = meter_wall_s();
	do {
		double page_s = meter_wall_s();

		n = get_page(&client, socket, after, &bytes);
		topics += n;
		page_s = meter_wall_s() - page_s;
		if (page_s > worst_s)
			worst_s = page_s;
	} while (n == SNAPSHOT_LIMIT_MAX);
	meter_tell(meter_wall_s() - start_s, "s", "snapshot");
	meter_tell((double)topics, "topics", "snapshot.topics");
	meter_tell((double)bytes / 1048576, "MiB", "snapshot.bytes");
	meter_tell(worst_s * 1000, "ms", "snapshot.page");
	zmq_close(socket);
	client_close(&client);
	return 0;
}

/* A burst. */

struct burst {
	uint64_t topics;
	double first_s, last_s; /* of its messages; 0: none yet */
	double beat_s, gap_s;	/* of the last beat; the longest time between two */
};

static void note(struct burst *burst, bool is_beat, double now_s)
{
	if (!is_beat) {
		if (burst->topics++ == 0)
			burst->first_s = now_s;
		burst->last_s = now_s;
		return;
	}
	if (burst->beat_s > 0 && now_s - burst->beat_s > burst->gap_s)
		burst->gap_s = now_s - burst->beat_s;
	burst->beat_s = now_s;
}

static void watch(void *socket, struct burst *burst)
{
	double end_s = meter_wall_s() + BURST_WAIT_S;
	zmq_msg_t topic, body;

	zmq_msg_init(&topic);
	zmq_msg_init(&body);
	for (double now_s = 0; now_s < end_s;) {
		bool is_there = receive(socket, &topic, &body);

		now_s = meter_wall_s();
		if (is_there)
			note(burst, text_equal(text_in(&topic), text_of("beat")), now_s);
		if (burst->topics > 0)
			end_s = burst->last_s + QUIET_S;
	}
	zmq_msg_close(&topic);
	zmq_msg_close(&body);
}

static int run_burst(char **argv)
{
	struct burst burst = { 0 };
	struct client client;
	int wait_ms = 500;
	void *socket;

	client_open(&client);
	socket = client_connect(&client, ZMQ_SUB, argv[2]);
	zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait_ms, sizeof(wait_ms));
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "beat", 4);
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "metric/", 7);
	printf("ready\n");
	fflush(stdout);
	watch(socket, &burst);
	meter_tell((double)burst.topics, "topics", "burst.topics");
	meter_tell(burst.last_s - burst.first_s, "s", "burst");
	meter_tell(burst.gap_s, "s", "burst.beats");
	zmq_close(socket);
	client_close(&client);
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (argc == 5 && strcmp(mode, "probe") == 0)
		return run_probe(argv);
	if (argc == 3 && strcmp(mode, "snapshot") == 0)
		return run_snapshot(argv);
	if (argc == 3 && strcmp(mode, "burst") == 0)
		return run_burst(argv);
	fprintf(stderr, "usage: publish_bench probe INTAKE PUBLISH SECONDS\n"
			"       publish_bench snapshot ENDPOINT\n"
			"       publish_bench burst PUBLISH\n");
	return 2;
}
