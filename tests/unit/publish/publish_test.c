/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing on a loop that is stepped, by a clock of its own.
 */
#include "daemon/publish/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include <cmocka.h>

#include "proto/json.h"
#include "proto/metric.h"
#include "proto/snapshot.h"
#include "tests/unit/house.h"

enum { ALL, FEW, AUDIENCES, MODULES = 300, STEPS_MAX = 100 };

struct rig {
	struct house house;
	struct config config;
	struct config_audience audiences[AUDIENCES];
	struct now now;
	struct loop *loop;
	struct stats stats;
	struct publish *publish;
	void *zmq, *dashboards[AUDIENCES], *asks;
};

static void read_ours(void *context, struct now *ret_now)
{
	*ret_now = *(const struct now *)context;
}

/* Everyone, and those who see region bodo alone. */
static void configure(struct rig *rig)
{
	static char *publish[AUDIENCES] = { (char *)"inproc://all", (char *)"inproc://few" };
	static char *snapshot = (char *)"inproc://snapshot", *few = (char *)"bodo";

	rig->config = *rig->house.config;
	rig->config.audiences = rig->audiences;
	rig->config.n_audiences = AUDIENCES;
	for (int i = 0; i < AUDIENCES; i++) {
		rig->audiences[i] = rig->house.config->audiences[0];
		rig->audiences[i].publish = (struct texts){ &publish[i], 1 };
		rig->audiences[i].snapshot = (struct texts){ &snapshot, i == ALL };
	}
	rig->audiences[FEW].regions = (struct texts){ &few, 1 };
}

static void rig_open(struct rig *rig, const char *catalogue)
{
	struct publish_parts parts = { .config = &rig->config, .stats = &rig->stats };

	*rig = (struct rig){ .zmq = zmq_ctx_new() };
	house_open(&rig->house, "", catalogue);
	house_ledger_open(&rig->house, "ledger", INT64_MAX);
	configure(rig);
	rig->now = (struct now){ 1000, rig->house.clock };
	rig->loop = loop_new(&(struct clock){ read_ours, &rig->now });
	parts.loop = rig->loop;
	parts.zmq = rig->zmq;
	parts.journal = rig->house.journal;
	assert_int_equal(publish_open(&parts, &rig->publish), 0);
	for (int i = 0; i < AUDIENCES; i++) {
		rig->dashboards[i] = zmq_socket(rig->zmq, ZMQ_SUB);
		assert_int_equal(zmq_setsockopt(rig->dashboards[i], ZMQ_SUBSCRIBE, "beat", 4), 0);
		assert_int_equal(
			zmq_connect(rig->dashboards[i], rig->audiences[i].publish.items[0]), 0);
	}
	rig->asks = zmq_socket(rig->zmq, ZMQ_DEALER);
	assert_int_equal(zmq_connect(rig->asks, rig->audiences[ALL].snapshot.items[0]), 0);
}

static void rig_close(struct rig *rig)
{
	for (int i = 0; i < AUDIENCES; i++)
		zmq_close(rig->dashboards[i]);
	zmq_close(rig->asks);
	publish_close(rig->publish);
	loop_free(rig->loop);
	zmq_ctx_term(rig->zmq);
	house_close(&rig->house);
}

/* As the ledger's thread begins. */
static void serve(struct rig *rig)
{
	struct ledger_watcher watcher = publish_watcher(rig->publish);

	house_apply_all(&rig->house);
	assert_int_equal(publish_switch(rig->publish, rig->house.catalogue,
					ledger_tallies(rig->house.ledger)),
			 0);
	assert_int_equal(ledger_watch(rig->house.ledger, &watcher), 0);
	publish_release(rig->publish);
}

static void send(struct rig *rig, const char *source, uint64_t seq, const char *module,
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

/* The body of the next message of a socket, whose other frames are passed over; NULL: there is
 * none. */
static json_t *next(struct rig *rig, void *socket, char topic[static TOPIC_MAX])
{
	json_t *json = NULL;
	zmq_msg_t frame;

	topic[0] = 0;
	for (bool more = true; more && !json;) {
		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
			more = false;
		} else if (zmq_msg_more(&frame)) {
			snprintf(topic, TOPIC_MAX, "%.*s", (int)zmq_msg_size(&frame),
				 (char *)zmq_msg_data(&frame));
		} else {
			assert_int_equal(json_from_msg(rig->house.reader,
						       (struct text){ zmq_msg_data(&frame),
								      zmq_msg_size(&frame) },
						       &json),
					 0);
		}
		zmq_msg_close(&frame);
	}
	return json;
}

static int64_t whole(const json_t *map, const char *key)
{
	assert_true(json_is_integer(json_object_get(map, key)));
	return json_integer_value(json_object_get(map, key));
}

/* A step after as many ms: the beat that came with it, or NULL. */
static json_t *beat_after(struct rig *rig, int ms, int audience)
{
	char topic[TOPIC_MAX];

	rig->now.steady_ms += ms;
	rig->now.utc_ms += ms;
	loop_step(rig->loop);
	return next(rig, rig->dashboards[audience], topic);
}

static void beats_come_by_the_clock_that_is_given(void **state)
{
	struct rig rig;
	int64_t epoch;
	json_t *beat;

	(void)state;
	rig_open(&rig, world_catalogue);
	serve(&rig);
	assert_null(beat_after(&rig, 0, ALL)); /* it has subscribed now */
	assert_null(beat_after(&rig, rig.config.tick_ms - 1, ALL));
	beat = beat_after(&rig, 1, ALL);
	assert_non_null(beat);
	assert_int_equal(whole(beat, "seq"), 1);
	assert_int_equal(whole(beat, "time"), rig.now.utc_ms);
	epoch = whole(beat, "epoch");
	json_decref(beat);
	assert_null(beat_after(&rig, 0, ALL));
	/* One that is late comes once. */
	beat = beat_after(&rig, 5 * rig.config.tick_ms, ALL);
	assert_int_equal(whole(beat, "seq"), 2);
	assert_int_equal(whole(beat, "epoch"), epoch);
	json_decref(beat);
	serve(&rig);
	beat = beat_after(&rig, rig.config.tick_ms, ALL);
	assert_int_equal(whole(beat, "seq"), 1);
	assert_true(whole(beat, "epoch") != epoch);
	json_decref(beat);
	rig_close(&rig);
}

/* The names in a beat, one behind the other. */
static void assert_sources(struct rig *rig, int audience, const char *expected)
{
	json_t *beat = NULL, *source;
	char found[256] = "", topic[TOPIC_MAX];
	size_t i;

	for (json_t *later = NULL; (later = next(rig, rig->dashboards[audience], topic));
	     beat = later)
		json_decref(beat);
	assert_non_null(beat);
	json_array_foreach(json_object_get(beat, "sources"), i, source)
	{
		strcat(found, json_string_value(json_object_get(source, "source")));
		strcat(found, " ");
	}
	assert_string_equal(found, expected);
	json_decref(beat);
}

static void tick(struct rig *rig)
{
	rig->now.steady_ms += rig->config.tick_ms;
	rig->now.utc_ms += rig->config.tick_ms;
	loop_step(rig->loop);
}

/* Also after another catalogue has taken over, which has all to be told again. */
static void an_audience_sees_the_sources_of_its_regions(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, world_catalogue);
	send(&rig, "far", 1, "lift", "rana");
	send(&rig, "near", 1, "lift", "bodo");
	serve(&rig);
	loop_step(rig.loop);
	for (int turn = 0; turn < 2; turn++) {
		tick(&rig);
		assert_sources(&rig, ALL, turn ? "both far near " : "far near ");
		assert_sources(&rig, FEW, turn ? "both near " : "near ");
		if (turn)
			continue;
		send(&rig, "both", 1, "lift", "rana");
		house_apply_all(&rig.house);
		tick(&rig);
		assert_sources(&rig, ALL, "both far near ");
		assert_sources(&rig, FEW, "near ");
		send(&rig, "both", 2, "hand", "bodo");
		house_apply_all(&rig.house);
		tick(&rig);
		assert_sources(&rig, FEW, "both near ");
		serve(&rig);
	}
	/* Who has learned elsewhere is in Bodo now: a claim of no module of the catalogue says so.
	 * The beat is of those who have sent from inside. */
	send(&rig, "away", 1, "lift", "alone");
	house_apply_all(&rig.house);
	tick(&rig);
	assert_sources(&rig, FEW, "both near ");
	send(&rig, "away", 2, "nothing", "bodo");
	house_apply_all(&rig.house);
	tick(&rig);
	assert_sources(&rig, FEW, "both near ");
	rig_close(&rig);
}

/* The last message of a topic says so of its sources. */
static void assert_metric_sources(struct rig *rig, int audience, const char *topic,
				  const char *expected)
{
	json_t *last = NULL, *body;
	char of[TOPIC_MAX], *found;

	while ((body = next(rig, rig->dashboards[audience], of))) {
		if (strcmp(of, topic) == 0) {
			json_decref(last);
			last = json_incref(body);
		}
		json_decref(body);
	}
	assert_non_null(last);
	found = json_dumps(json_object_get(last, "sources"), 0);
	assert_string_equal(found, expected);
	free(found);
	json_decref(last);
}

static void who_does_not_see_where_a_learner_came_from_is_not_told_who_sends_there(void **state)
{
	static const char topic[] = "metric/bodo/module/lift";
	struct rig rig;

	(void)state;
	rig_open(&rig, world_catalogue);
	for (int i = 0; i < AUDIENCES; i++)
		assert_int_equal(
			zmq_setsockopt(rig.dashboards[i], ZMQ_SUBSCRIBE, topic, strlen(topic)), 0);
	send(&rig, "away", 1, "lift", "alone");
	send(&rig, "away", 2, "nothing", "bodo"); /* the learner is here now */
	serve(&rig);
	loop_step(rig.loop);
	tick(&rig);
	assert_metric_sources(&rig, ALL, topic, "[\"away\"]");
	assert_metric_sources(&rig, FEW, topic, "[]");
	send(&rig, "away", 3, "lift", "bodo");
	house_apply_all(&rig.house);
	tick(&rig);
	assert_metric_sources(&rig, ALL, topic, "[\"away\"]");
	assert_metric_sources(&rig, FEW, topic, "[\"away\"]");
	rig_close(&rig);
}

static char *many_modules(void)
{
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fputs("regions: [{code: bodo}]\nmodules:\n", file);
	for (int i = 0; i < MODULES; i++)
		fprintf(file, "  - {id: m%d}\n", i);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* The tick that a snapshot of nothing says it has all of. */
static int64_t snapshot_seq(struct rig *rig)
{
	struct snapshot_request request = { .prefixes = { text_of("none/") },
					    .n_prefixes = 1,
					    .limit = 1 };
	struct text message;
	char topic[TOPIC_MAX];
	int64_t seq = -1;
	json_t *end;

	msg_writer_clear(rig->house.writer);
	snapshot_request_encode(rig->house.writer, &request);
	message = msg_written(rig->house.writer);
	assert_int_equal(zmq_send(rig->asks, message.data, message.size, 0), message.size);
	for (int step = 0; step < STEPS_MAX && seq < 0; step++) {
		loop_step(rig->loop);
		end = next(rig, rig->asks, topic);
		if (!end)
			continue;
		assert_string_equal(topic, "end");
		seq = whole(end, "seq");
		json_decref(end);
	}
	return seq;
}

/* Else who has it, and asks for what changed after it, misses what the tick still sends. */
static void a_snapshot_has_not_all_of_a_tick_that_is_going_out(void **state)
{
	char *catalogue = many_modules(), module[16];
	struct rig rig;

	(void)state;
	rig_open(&rig, catalogue);
	for (int i = 0; i < MODULES; i++) {
		snprintf(module, sizeof(module), "m%d", i);
		send(&rig, "s", (uint64_t)i + 1, module, "bodo");
	}
	serve(&rig);
	tick(&rig);
	assert_int_equal(stats_get(&rig.stats, STAT_metrics_published), PUBLISH_SLICE);
	assert_int_equal(snapshot_seq(&rig), 0);
	for (int step = 0; step < STEPS_MAX; step++) {
		rig.now.steady_ms += PUBLISH_SLICE_MS;
		loop_step(rig.loop);
	}
	assert_true(stats_get(&rig.stats, STAT_metrics_published) > 2 * MODULES);
	assert_int_equal(snapshot_seq(&rig), stats_get(&rig.stats, STAT_ticks));
	rig_close(&rig);
	free(catalogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beats_come_by_the_clock_that_is_given),
		cmocka_unit_test(an_audience_sees_the_sources_of_its_regions),
		cmocka_unit_test(
			who_does_not_see_where_a_learner_came_from_is_not_told_who_sends_there),
		cmocka_unit_test(a_snapshot_has_not_all_of_a_tick_that_is_going_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
