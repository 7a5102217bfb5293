/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Publishing on a loop that is stepped, by a clock of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/publish/rig.h"

enum { ALL, FEW, AUDIENCES };

/* Everyone, and those who see region bodo alone. */
static const struct rig_wish wish = { .topics = "beat",
				      .audiences = { { "inproc://all", NULL, "exact", NULL },
						     { "inproc://few", "bodo", "exact", NULL } },
				      .n_audiences = AUDIENCES };

/* The body of the next message of a socket; NULL: there is none. */
static json_t *next(struct rig *rig, void *socket, char topic[static TOPIC_MAX])
{
	zmq_msg_t body;

	topic[0] = 0;
	return rig_next(socket, topic, &body) ? rig_read(rig, &body) : NULL;
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

	rig_step(rig, ms);
	return next(rig, rig->dashboards[audience], topic);
}

static void beats_come_by_the_clock_that_is_given(void **state)
{
	struct rig rig;
	int64_t epoch;
	json_t *beat;

	(void)state;
	rig_open(&rig, &wish, world_catalogue);
	rig_serve(&rig);
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
	rig_serve(&rig);
	beat = beat_after(&rig, rig.config.tick_ms, ALL);
	assert_int_equal(whole(beat, "seq"), 1);
	assert_true(whole(beat, "epoch") != epoch);
	json_decref(beat);
	rig_close(&rig);
}

static bool is_near(const struct rig *rig)
{
	return publish_is_near(rig->publish, rig->now.steady_ms);
}

static void a_beat_is_near_for_a_while_before_it_if_somebody_listens(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, &wish, world_catalogue);
	rig_serve(&rig);
	for (int ms = 0; ms < 3 * PUBLISH_SOON_MS; ms += 50)
		assert_false(publish_is_near(rig.publish, rig.now.steady_ms + ms));
	rig_step(&rig, 0); /* they have subscribed now */
	rig_tick(&rig);
	assert_false(is_near(&rig));
	rig_step(&rig, rig.config.tick_ms - PUBLISH_SOON_MS - 1);
	assert_false(is_near(&rig));
	rig_step(&rig, 1);
	assert_true(is_near(&rig));
	rig_step(&rig, PUBLISH_SOON_MS);
	assert_false(is_near(&rig));
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

/* Also after another catalogue has taken over, which has all to be told again. */
static void an_audience_sees_the_sources_of_its_regions(void **state)
{
	struct rig rig;

	(void)state;
	rig_open(&rig, &wish, world_catalogue);
	rig_send(&rig, "far", 1, "lift", "rana");
	rig_send(&rig, "near", 1, "lift", "bodo");
	rig_serve(&rig);
	loop_step(rig.loop);
	for (int turn = 0; turn < 2; turn++) {
		rig_tick(&rig);
		assert_sources(&rig, ALL, turn ? "both far near " : "far near ");
		assert_sources(&rig, FEW, turn ? "both near " : "near ");
		if (turn)
			continue;
		rig_send(&rig, "both", 1, "lift", "rana");
		house_apply_all(&rig.house);
		rig_tick(&rig);
		assert_sources(&rig, ALL, "both far near ");
		assert_sources(&rig, FEW, "near ");
		rig_send(&rig, "both", 2, "hand", "bodo");
		house_apply_all(&rig.house);
		rig_tick(&rig);
		assert_sources(&rig, FEW, "both near ");
		rig_serve(&rig);
	}
	/* Who has learned elsewhere is in Bodo now: a claim of no module of the catalogue says so.
	 * The beat is of those who have sent from inside. */
	rig_send(&rig, "away", 1, "lift", "alone");
	house_apply_all(&rig.house);
	rig_tick(&rig);
	assert_sources(&rig, FEW, "both near ");
	rig_send(&rig, "away", 2, "nothing", "bodo");
	house_apply_all(&rig.house);
	rig_tick(&rig);
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
	rig_open(&rig, &wish, world_catalogue);
	for (int i = 0; i < AUDIENCES; i++)
		assert_int_equal(
			zmq_setsockopt(rig.dashboards[i], ZMQ_SUBSCRIBE, topic, strlen(topic)), 0);
	rig_send(&rig, "away", 1, "lift", "alone");
	rig_send(&rig, "away", 2, "nothing", "bodo"); /* the learner is here now */
	rig_serve(&rig);
	loop_step(rig.loop);
	rig_tick(&rig);
	assert_metric_sources(&rig, ALL, topic, "[\"away\"]");
	assert_metric_sources(&rig, FEW, topic, "[]");
	rig_send(&rig, "away", 3, "lift", "bodo");
	house_apply_all(&rig.house);
	rig_tick(&rig);
	assert_metric_sources(&rig, ALL, topic, "[\"away\"]");
	assert_metric_sources(&rig, FEW, topic, "[\"away\"]");
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beats_come_by_the_clock_that_is_given),
		cmocka_unit_test(a_beat_is_near_for_a_while_before_it_if_somebody_listens),
		cmocka_unit_test(an_audience_sees_the_sources_of_its_regions),
		cmocka_unit_test(
			who_does_not_see_where_a_learner_came_from_is_not_told_who_sends_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
