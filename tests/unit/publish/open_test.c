/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open audiences beside an exact one, on a loop that is stepped: what they are sent, and that
 * nothing of what happens shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/plane/file.h"
#include "tests/unit/publish/rig.h"

enum { EXACT, OPEN, BODO, AUDIENCES, STEPS_MAX = 100, MANY = 450, LEARNERS_BYTES = 11 };

#define SNAPSHOT "inproc://snapshot"

/* Everyone by the exact plane; everyone, and those who see Bodo alone, by the open one. */
static const struct rig_wish wish = { .topics = "",
				      .audiences = { { "inproc://exact", NULL, "exact", NULL },
						     { "inproc://open", NULL, "open", SNAPSHOT },
						     { "inproc://bodo", "bodo", "open", NULL } },
				      .n_audiences = AUDIENCES,
				      .has_shelf = true };

static void serve(struct rig *rig)
{
	rig_serve(rig);
	loop_step(rig->loop); /* they have subscribed now */
}

static void open_rig(struct rig *rig)
{
	rig_open(rig, &wish, world_catalogue);
	serve(rig);
}

/* A release of people in these regions, in order: NULL ends them. Each has `learners`. */
static void release(struct rig *rig, uint32_t number, const char *const regions[], int learners)
{
	struct release_info info = { .number = number,
				     .day = 20000 + (int32_t)number,
				     .made_ms = 1000 * number,
				     .applied = 1 };
	struct release_text text = { 0 };
	char metrics[LEARNERS_BYTES + 1];

	snprintf(metrics, sizeof(metrics), "\x81\xa8learners%c", learners);
	for (; *regions; regions++)
		assert_int_equal(release_text_add(&text,
						  &(struct release_row){
							  .region = text_of(*regions),
							  .id = text_of("all"),
							  .kind = KIND_PEOPLE,
							  .metrics = { metrics, LEARNERS_BYTES } }),
				 0);
	assert_int_equal(release_text_write(&text, rig->house.dir.path, &info), 0);
	release_text_free(&text);
	assert_int_equal(shelf_look(rig->shelf), 0);
}

/* All that comes to a dashboard, but catalogues: one line for each message. */
static void drain(struct rig *rig, int audience, char *to, size_t room)
{
	char topic[TOPIC_MAX];
	zmq_msg_t body;
	size_t at = 0;

	to[0] = 0;
	while (rig_next(rig->dashboards[audience], topic, &body)) {
		json_t *json = rig_read(rig, &body), *learners;

		if (strcmp(topic, "catalogue") != 0) {
			learners = json_object_get(json_object_get(json, "metrics"), "learners");
			at += (size_t)snprintf(
				to + at, room - at, "%s %d.%d.%d=%d\n", topic,
				(int)json_integer_value(json_object_get(json, "release")),
				(int)json_integer_value(json_object_get(json, "seq")),
				(int)json_integer_value(json_object_get(json, "n")),
				(int)json_integer_value(learners));
			assert_true(at < room);
			assert_string_equal(json_string_value(json_object_get(json, "plane")),
					    "open");
			assert_true(json_is_true(json_object_get(json, "protected")));
			assert_null(json_object_get(json, "sources"));
		}
		json_decref(json);
	}
}

static void assert_comes(struct rig *rig, int audience, const char *expected)
{
	char found[4000];

	drain(rig, audience, found, sizeof(found));
	assert_string_equal(found, expected);
}

static const char *const three[] = { "all", "bodo", "rana", NULL };
static const char *const two[] = { "all", "coast", NULL };

static void an_open_audience_is_sent_a_release_once_and_what_is_gone_once(void **state)
{
	struct rig rig;

	(void)state;
	open_rig(&rig);
	rig_tick(&rig);
	assert_comes(&rig, OPEN, "beat 0.1.0=0\n"); /* there is none yet */
	release(&rig, 1, three, 40);
	rig_tick(&rig);
	assert_comes(&rig, OPEN,
		     "metric/all/people/all 1.2.1=40\nmetric/bodo/people/all 1.2.1=40\n"
		     "metric/rana/people/all 1.2.1=40\nbeat 1.2.0=0\n");
	assert_comes(&rig, BODO, "beat 0.1.0=0\nmetric/bodo/people/all 1.2.1=40\nbeat 1.2.0=0\n");
	rig_tick(&rig);
	assert_comes(&rig, OPEN, "beat 1.2.0=0\n");
	release(&rig, 2, two, 50);
	rig_tick(&rig);
	assert_comes(&rig, OPEN,
		     "metric/all/people/all 2.3.2=50\nmetric/bodo/people/all 2.3.2=0\n"
		     "metric/coast/people/all 2.3.1=50\nmetric/rana/people/all 2.3.2=0\n"
		     "beat 2.3.0=0\n");
	release(&rig, 3, three, 60);
	rig_tick(&rig);
	assert_comes(&rig, OPEN,
		     "metric/all/people/all 3.4.3=60\nmetric/bodo/people/all 3.4.3=60\n"
		     "metric/coast/people/all 3.4.2=0\nmetric/rana/people/all 3.4.3=60\n"
		     "beat 3.4.0=0\n");
	release(&rig, 4, three, 60);
	rig_tick(&rig);
	assert_comes(&rig, OPEN, /* coast stays gone: nothing is said of it */
		     "metric/all/people/all 4.5.4=60\nmetric/bodo/people/all 4.5.4=60\n"
		     "metric/rana/people/all 4.5.4=60\nbeat 4.5.0=0\n");
	rig_close(&rig);
}

/* The bytes of the next beat, which has to come, without its time; nothing else may come. */
static struct text beat_alone(struct rig *rig, int audience)
{
	static char bytes[1000];
	char topic[TOPIC_MAX];
	zmq_msg_t body;
	char *time;
	size_t size;

	assert_true(rig_next(rig->dashboards[audience], topic, &body));
	assert_string_equal(topic, "beat");
	size = zmq_msg_size(&body);
	assert_true(size < sizeof(bytes));
	memcpy(bytes, zmq_msg_data(&body), size);
	zmq_msg_close(&body);
	assert_false(rig_next(rig->dashboards[audience], topic, &body));
	time = memmem(bytes, size, "\xa4time\xcf", 6);
	assert_non_null(time);
	memset(time + 6, 0, 8);
	return (struct text){ bytes, size };
}

static void nothing_of_what_happens_shows(void **state)
{
	static char first[1000];
	struct text before, now;
	struct rig rig;
	char found[4000];

	(void)state;
	open_rig(&rig);
	release(&rig, 1, three, 40);
	rig_tick(&rig);
	drain(&rig, OPEN, found, sizeof(found));
	rig_tick(&rig);
	before = beat_alone(&rig, OPEN);
	memcpy(first, before.data, before.size);
	before.data = first;
	rig_send(&rig, "near", 1, "lift", "bodo");
	house_apply_all(&rig.house);
	rig_tick(&rig);
	now = beat_alone(&rig, OPEN);
	assert_true(text_equal(before, now));
	rig_send(&rig, "far", 1, "lift", "rana");
	house_apply_all(&rig.house);
	rig_tick(&rig);
	now = beat_alone(&rig, OPEN);
	assert_true(text_equal(before, now));
	rig_serve(&rig); /* another ledger of the same catalogue */
	rig_tick(&rig);
	now = beat_alone(&rig, OPEN);
	assert_true(text_equal(before, now));
	rig.now.utc_ms += 86400000; /* another day */
	rig_tick(&rig);
	now = beat_alone(&rig, OPEN);
	assert_true(text_equal(before, now));
	/* Meanwhile the exact audience has heard of it all. */
	assert_true(stats_get(&rig.stats, STAT_metrics_published) > 10);
	rig_close(&rig);
}

/* The catalogue that comes next; what else comes before it is dropped. */
static json_t *next_catalogue(struct rig *rig, int audience)
{
	char topic[TOPIC_MAX];
	json_t *json = NULL;
	zmq_msg_t body;

	while (!json) {
		assert_true(rig_next(rig->dashboards[audience], topic, &body));
		json = rig_read(rig, &body);
		if (strcmp(topic, "catalogue") != 0) {
			json_decref(json);
			json = NULL;
		}
	}
	return json;
}

/* A journal was compacted, after somebody was forgotten maybe: that is nobody's business. */
static void one_that_begins_anew_goes_on_where_it_was(void **state)
{
	json_t *before, *after;
	struct rig rig;
	struct open *open;
	char found[4000];

	(void)state;
	open_rig(&rig);
	assert_null(publish_take_open(rig.publish)); /* nothing has gone out yet */
	rig_tick(&rig);
	before = next_catalogue(&rig, OPEN);
	release(&rig, 1, three, 40);
	rig_tick(&rig);
	release(&rig, 2, two, 50);
	rig_tick(&rig);
	drain(&rig, OPEN, found, sizeof(found));
	drain(&rig, BODO, found, sizeof(found));
	open = publish_take_open(rig.publish);
	assert_non_null(open);
	rig_end(&rig);
	rig_begin(&rig, open);
	serve(&rig);
	rig_tick(&rig);
	after = next_catalogue(&rig, OPEN); /* for who has connected again */
	assert_true(json_equal(before, after));
	assert_comes(&rig, OPEN, "beat 2.3.0=0\n");
	assert_comes(&rig, BODO, "beat 2.3.0=0\n");
	release(&rig, 3, three, 60);
	rig_tick(&rig);
	assert_comes(&rig, OPEN,
		     "metric/all/people/all 3.4.3=60\nmetric/bodo/people/all 3.4.3=60\n"
		     "metric/coast/people/all 3.4.2=0\nmetric/rana/people/all 3.4.3=60\n"
		     "beat 3.4.0=0\n");
	json_decref(before);
	json_decref(after);
	rig_close(&rig);
}

/* Many exact figures go out in slices, and their beat after them: not so the open one. */
static void the_open_beat_does_not_wait_for_exact_figures(void **state)
{
	struct catalogue *before;
	struct rig rig;
	char topic[TOPIC_MAX], *text;
	zmq_msg_t body;

	(void)state;
	open_rig(&rig);
	house_ledger_close(&rig.house);
	before = rig.house.catalogue;
	text = rig_catalogue(MANY);
	rig.house.catalogue = catalogue_of(text);
	free(text);
	house_ledger_open(&rig.house, "many", INT64_MAX);
	rig_send_all(&rig, "s", MANY);
	rig_serve(&rig);
	catalogue_free(before);
	while (rig_next(rig.dashboards[OPEN], topic, &body))
		zmq_msg_close(&body);
	rig.look_ms = 1;
	rig_tick(&rig);
	assert_in_range(stats_get(&rig.stats, STAT_metrics_published), 1, MANY);
	assert_true(rig_next(rig.dashboards[OPEN], topic, &body));
	assert_string_equal(topic, "catalogue"); /* another one */
	zmq_msg_close(&body);
	assert_true(rig_next(rig.dashboards[OPEN], topic, &body));
	assert_string_equal(topic, "beat");
	zmq_msg_close(&body);
	rig_close(&rig);
}

/* Its messages, one line each as in drain, then its end. */
static void assert_snapshot(struct rig *rig, const struct snapshot_request *request,
			    const char *expected)
{
	char found[4000], topic[TOPIC_MAX] = "";
	size_t at = 0;
	zmq_msg_t body;

	rig_ask(rig, OPEN, request);
	for (int step = 0; step < STEPS_MAX && strcmp(topic, "end") != 0; step++) {
		loop_step(rig->loop);
		while (strcmp(topic, "end") != 0 && rig_next(rig->asks[OPEN], topic, &body)) {
			json_t *json = rig_read(rig, &body);

			at += (size_t)snprintf(
				found + at, sizeof(found) - at, "%s %d%s\n", topic,
				(int)json_integer_value(json_object_get(json, "seq")),
				json_is_null(json_object_get(json, "metrics")) ? " gone" : "");
			assert_true(at < sizeof(found));
			json_decref(json);
		}
	}
	assert_string_equal(found, expected);
}

static int64_t epoch_now(struct rig *rig)
{
	char topic[TOPIC_MAX];
	int64_t epoch = -1;
	zmq_msg_t body;

	while (rig_next(rig->dashboards[OPEN], topic, &body)) {
		json_t *json = rig_read(rig, &body);

		epoch = json_integer_value(json_object_get(json, "epoch"));
		json_decref(json);
	}
	return epoch;
}

static void a_snapshot_has_what_stands_or_what_is_newer(void **state)
{
	struct snapshot_request request = { .prefixes = { text_of("metric/") },
					    .n_prefixes = 1,
					    .limit = 100 };
	struct rig rig;

	(void)state;
	open_rig(&rig);
	release(&rig, 1, three, 40);
	rig_tick(&rig);
	assert_snapshot(&rig, &request,
			"metric/all/people/all 1\nmetric/bodo/people/all 1\n"
			"metric/rana/people/all 1\nend 1\n");
	release(&rig, 2, two, 50);
	rig_tick(&rig);
	assert_snapshot(&rig, &request,
			"metric/all/people/all 2\nmetric/coast/people/all 2\nend 2\n");
	request.has_since = true;
	request.epoch = epoch_now(&rig);
	request.since = 1;
	assert_snapshot(&rig, &request,
			"metric/all/people/all 2\nmetric/bodo/people/all 2 gone\n"
			"metric/coast/people/all 2\nmetric/rana/people/all 2 gone\nend 2\n");
	request.since = 2;
	assert_snapshot(&rig, &request, "end 2\n");
	request.epoch++; /* of another run */
	assert_snapshot(&rig, &request,
			"metric/all/people/all 2\nmetric/coast/people/all 2\nend 2\n");
	rig_close(&rig);
}

/* What came to a dashboard. */
struct heard {
	int rows, beats;
	int64_t seq, release; /* of the last beat */
	bool complete;
};

static struct heard hear(struct rig *rig, int audience)
{
	struct heard heard = { .seq = -1 };
	char topic[TOPIC_MAX];
	zmq_msg_t body;

	while (rig_next(rig->dashboards[audience], topic, &body)) {
		json_t *json = rig_read(rig, &body);

		heard.rows += strncmp(topic, "metric/", 7) == 0;
		if (strcmp(topic, "beat") == 0) {
			heard.beats++;
			heard.seq = json_integer_value(json_object_get(json, "seq"));
			heard.release = json_integer_value(json_object_get(json, "release"));
			heard.complete = json_is_true(json_object_get(json, "complete"));
		}
		json_decref(json);
	}
	return heard;
}

/* A release of more rows than go out at once: until the last one has, snapshots are not of it, and
 * beats, which come all the while, are of what stood before. */
static void beats_come_on_time_while_a_release_goes_out(void **state)
{
	struct snapshot_request request = { .prefixes = { text_of("none/") },
					    .n_prefixes = 1,
					    .limit = 1 };
	struct heard heard;
	struct rig rig;

	(void)state;
	open_rig(&rig);
	for (uint32_t number = 1; number <= 2; number++) {
		int rows = 0, beats = 0;

		rig_release(&rig, number, 0, MANY);
		rig.look_ms = 2;
		while (rows < MANY) {
			rig_step(&rig, 1);
			heard = hear(&rig, BODO);
			rows += heard.rows;
			beats += heard.beats;
			if (heard.beats == 0)
				continue;
			assert_int_equal(heard.seq, number - 1);
			assert_int_equal(heard.release, number - 1);
			assert_int_equal(heard.complete, number > 1);
			assert_snapshot(&rig, &request, number == 1 ? "end 0\n" : "end 1\n");
		}
		assert_true(beats > 1);
		rig.look_ms = 0;
		rig_tick(&rig);
		heard = hear(&rig, BODO);
		assert_int_equal(heard.rows, 0);
		assert_int_equal(heard.beats, 1);
		assert_int_equal(heard.seq, number);
		assert_int_equal(heard.release, number);
		assert_true(heard.complete);
		assert_snapshot(&rig, &request, number == 1 ? "end 1\n" : "end 2\n");
	}
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_audience_is_sent_a_release_once_and_what_is_gone_once),
		cmocka_unit_test(nothing_of_what_happens_shows),
		cmocka_unit_test(one_that_begins_anew_goes_on_where_it_was),
		cmocka_unit_test(the_open_beat_does_not_wait_for_exact_figures),
		cmocka_unit_test(a_snapshot_has_what_stands_or_what_is_newer),
		cmocka_unit_test(beats_come_on_time_while_a_release_goes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
