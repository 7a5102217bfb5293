/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/publish/rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "daemon/plane/file.h"
#include "proto/json.h"

static void read_ours(void *context, struct now *ret_now)
{
	struct rig *rig = context;

	*ret_now = rig->now;
	rig->now.steady_ms += rig->look_ms;
	rig->now.utc_ms += rig->look_ms;
}

static void configure(struct rig *rig)
{
	rig->config = *rig->house.config;
	rig->config.audiences = rig->audiences;
	rig->config.n_audiences = (size_t)rig->wish->n_audiences;
	for (int i = 0; i < rig->wish->n_audiences; i++) {
		const struct rig_audience *of = &rig->wish->audiences[i];

		rig->endpoints[i] = (char *)of->publish;
		rig->regions[i] = (char *)of->region;
		rig->snapshots[i] = (char *)of->snapshot;
		rig->audiences[i] = rig->house.config->audiences[0];
		rig->audiences[i].publish = (struct texts){ &rig->endpoints[i], 1 };
		rig->audiences[i].snapshot =
			(struct texts){ &rig->snapshots[i], of->snapshot ? 1 : 0 };
		rig->audiences[i].plane = (char *)of->plane;
		if (of->region)
			rig->audiences[i].regions = (struct texts){ &rig->regions[i], 1 };
	}
}

/* What dashboards have of an audience. */
static void connect_to(struct rig *rig, int audience, const char *topics)
{
	void *dashboard = zmq_socket(rig->zmq, ZMQ_SUB);

	assert_int_equal(zmq_setsockopt(dashboard, ZMQ_SUBSCRIBE, topics, strlen(topics)), 0);
	assert_int_equal(zmq_connect(dashboard, rig->endpoints[audience]), 0);
	rig->dashboards[audience] = dashboard;
	rig->asks[audience] = NULL;
	if (!rig->snapshots[audience])
		return;
	rig->asks[audience] = zmq_socket(rig->zmq, ZMQ_DEALER);
	assert_int_equal(zmq_connect(rig->asks[audience], rig->snapshots[audience]), 0);
}

void rig_begin(struct rig *rig, struct open *before)
{
	struct publish_parts parts = { .config = &rig->config,
				       .stats = &rig->stats,
				       .before = before };

	rig->zmq = zmq_ctx_new();
	rig->loop = loop_new(&(struct clock){ read_ours, rig });
	if (rig->wish->has_shelf)
		assert_int_equal(shelf_fill(rig->house.dir.path, &rig->shelf), 0);
	parts.loop = rig->loop;
	parts.zmq = rig->zmq;
	parts.journal = rig->house.journal;
	parts.shelf = rig->shelf;
	assert_int_equal(publish_open(&parts, &rig->publish), 0);
	for (int i = 0; i < rig->wish->n_audiences; i++)
		connect_to(rig, i, rig->wish->topics);
}

void rig_end(struct rig *rig)
{
	for (int i = 0; i < rig->wish->n_audiences; i++) {
		zmq_close(rig->dashboards[i]);
		if (rig->asks[i])
			zmq_close(rig->asks[i]);
	}
	publish_close(rig->publish);
	if (rig->shelf)
		shelf_clear(rig->shelf);
	loop_free(rig->loop);
	zmq_ctx_term(rig->zmq);
}

void rig_open(struct rig *rig, const struct rig_wish *wish, const char *catalogue)
{
	*rig = (struct rig){ .wish = wish };
	house_open(&rig->house, "", catalogue);
	house_ledger_open(&rig->house, "ledger", INT64_MAX);
	configure(rig);
	rig->now = (struct now){ 1000, rig->house.clock };
	rig_begin(rig, NULL);
}

void rig_close(struct rig *rig)
{
	rig_end(rig);
	house_close(&rig->house);
}

void rig_serve(struct rig *rig)
{
	struct ledger_watcher watcher = publish_watcher(rig->publish);

	house_apply_all(&rig->house);
	assert_int_equal(publish_switch(rig->publish, rig->house.catalogue,
					ledger_tallies(rig->house.ledger)),
			 0);
	assert_int_equal(ledger_watch(rig->house.ledger, &watcher), 0);
	publish_release(rig->publish);
}

void rig_step(struct rig *rig, int ms)
{
	rig->now.steady_ms += ms;
	rig->now.utc_ms += ms;
	loop_step(rig->loop);
}

void rig_tick(struct rig *rig)
{
	rig_step(rig, rig->config.tick_ms);
}

void rig_send(struct rig *rig, const char *source, uint64_t seq, const char *module,
	      const char *region)
{
	const struct event event = { .type = EVENT_STARTED,
				     .time = WORLD_BEGIN,
				     .learner = text_of("kari"),
				     .module = text_of(module),
				     .region = text_of(region),
				     .result = { .score = -1, .passed = -1 },
				     .voids_time = EVENT_NO_TIME };

	assert_int_equal(house_send(&rig->house, source, "a", seq, &event, 1), 0);
	assert_int_equal(journal_commit(rig->house.journal), 0);
}

void rig_send_all(struct rig *rig, const char *source, int modules)
{
	char module[16];

	for (int i = 0; i < modules; i++) {
		snprintf(module, sizeof(module), "m%d", i);
		rig_send(rig, source, (uint64_t)i + 1, module, "bodo");
	}
}

void rig_release(struct rig *rig, uint32_t number, int from, int to)
{
	struct release_info info = { .number = number, .day = 20000, .made_ms = 5 };
	struct release_text text = { 0 };
	char id[16];

	for (int i = from; i < to; i++) {
		snprintf(id, sizeof(id), "m%03d", i);
		assert_int_equal(
			release_text_add(&text,
					 &(struct release_row){ .region = text_of("bodo"),
								.id = text_of(id),
								.kind = KIND_MODULE,
								.metrics = text_of("\x80") }),
			0);
	}
	assert_int_equal(release_text_write(&text, rig->house.dir.path, &info), 0);
	release_text_free(&text);
	assert_int_equal(shelf_look(rig->shelf), 0);
}

void rig_ask(struct rig *rig, int audience, const struct snapshot_request *request)
{
	struct text message;

	msg_writer_clear(rig->house.writer);
	snapshot_request_encode(rig->house.writer, request);
	message = msg_written(rig->house.writer);
	assert_int_equal(zmq_send(rig->asks[audience], message.data, message.size, 0),
			 message.size);
}

bool rig_next(void *socket, char topic[static TOPIC_MAX], zmq_msg_t *body)
{
	for (;;) {
		zmq_msg_init(body);
		if (zmq_msg_recv(body, socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(body);
			return false;
		}
		if (!zmq_msg_more(body))
			return true;
		snprintf(topic, TOPIC_MAX, "%.*s", (int)zmq_msg_size(body),
			 (char *)zmq_msg_data(body));
		zmq_msg_close(body);
	}
}

json_t *rig_read(struct rig *rig, zmq_msg_t *body)
{
	json_t *json = NULL;

	assert_int_equal(json_from_msg(rig->house.reader,
				       (struct text){ zmq_msg_data(body), zmq_msg_size(body) },
				       &json),
			 0);
	zmq_msg_close(body);
	return json;
}

char *rig_catalogue(int modules)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fputs("regions: [{code: bodo}]\nmodules:\n", file);
	for (int i = 0; i < modules; i++)
		fprintf(file, "  - {id: m%d}\n", i);
	assert_int_equal(fclose(file), 0);
	return text;
}
