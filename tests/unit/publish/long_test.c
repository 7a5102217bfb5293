/* SPDX-License-Identifier: Apache-2.0 */
/*
 * More to send than a tick has time for, by a clock that goes on while it is looked at: beats come
 * on time all the same, and nothing is lost, neither of what is published nor of snapshots.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/publish/rig.h"

enum {
	ALL,
	LATE,
	AUDIENCES,
	MODULES = 300,
	TOPICS = 2 * MODULES + 2, /* of region all and bodo, and people of both */
	LOOK_MS = 2,
	STEPS_MAX = 2000,
};

#define SNAPSHOT "inproc://snapshot"
static const struct rig_wish wish = { .topics = "",
				      .audiences = { { "inproc://all", NULL, "exact", NULL },
						     { "inproc://late", NULL, "exact", SNAPSHOT } },
				      .n_audiences = AUDIENCES };

static int64_t whole(const json_t *map, const char *key)
{
	assert_true(json_is_integer(json_object_get(map, key)));
	return json_integer_value(json_object_get(map, key));
}

/* What a dashboard that reads all knows. */
struct known {
	json_t *topics;	    /* topic -> its last body */
	int64_t epoch, seq; /* of the last beat; 0: none yet */
	int64_t beats, metrics, waiting;
	bool complete;
	int64_t beat_ms, gap_ms; /* when it came, and the longest time between two */
};

static void known_begin(struct known *known)
{
	*known = (struct known){ .topics = json_object() };
}

static void take_beat(struct known *known, const json_t *body, int64_t now_ms)
{
	if (known->beats > 0) {
		int64_t gap_ms = now_ms - known->beat_ms;

		assert_int_equal(whole(body, "seq"), known->seq + 1);
		known->gap_ms = gap_ms > known->gap_ms ? gap_ms : known->gap_ms;
	}
	known->beats++;
	known->beat_ms = now_ms;
	known->seq = whole(body, "seq");
	known->waiting = json_integer_value(json_object_get(body, "waiting"));
	known->complete = json_is_true(json_object_get(body, "complete"));
	assert_int_equal(known->complete, json_object_size(known->topics) == TOPICS);
}

static void take_metric(struct known *known, const char *topic, json_t *body)
{
	const json_t *before = json_object_get(known->topics, topic);

	assert_int_equal(whole(body, "seq"), known->seq + 1); /* the tick that its beat ends */
	assert_int_equal(whole(body, "n"), before ? whole(before, "n") + 1 : 1);
	known->metrics++;
	json_object_set(known->topics, topic, body);
}

static void hear(struct rig *rig, struct known *known)
{
	char topic[TOPIC_MAX];
	zmq_msg_t message;

	while (rig_next(rig->dashboards[ALL], topic, &message)) {
		json_t *body = rig_read(rig, &message);

		known->epoch = whole(body, "epoch");
		if (strcmp(topic, "beat") == 0)
			take_beat(known, body, rig->now.steady_ms);
		else if (strcmp(topic, "catalogue") != 0)
			take_metric(known, topic, body);
		json_decref(body);
	}
}

/* For as long, by small steps. */
static void go_on(struct rig *rig, struct known *known, int64_t ms)
{
	int64_t end_ms = rig->now.steady_ms + ms;

	while (rig->now.steady_ms < end_ms) {
		rig_step(rig, 1);
		hear(rig, known);
	}
}

/* Until it has heard of all topics. */
static void know_all(struct rig *rig, struct known *known)
{
	known_begin(known);
	while (!known->complete)
		go_on(rig, known, rig->config.tick_ms);
}

static void close_all(struct rig *rig, struct known *known, char *catalogue)
{
	json_decref(known->topics);
	rig_close(rig);
	free(catalogue);
}

static void await_beat(struct rig *rig, struct known *known)
{
	int64_t beats = known->beats;

	while (known->beats == beats)
		go_on(rig, known, 1);
}

static char *open_rig(struct rig *rig)
{
	char *catalogue = rig_catalogue(MODULES);

	rig_open(rig, &wish, catalogue);
	rig_send_all(rig, "s", MODULES);
	rig_serve(rig);
	loop_step(rig->loop); /* they have subscribed now */
	rig->look_ms = LOOK_MS;
	return catalogue;
}

static void beats_come_on_time_while_a_tick_s_topics_go_on_in_the_next(void **state)
{
	struct rig rig;
	struct known known;
	char *catalogue = open_rig(&rig);
	int64_t waiting = INT64_MAX;

	(void)state;
	known_begin(&known);
	while (!known.complete) {
		await_beat(&rig, &known);
		assert_true(known.waiting == 0 || publish_is_near(rig.publish, rig.now.steady_ms));
		assert_true(known.waiting < waiting);
		waiting = known.waiting;
	}
	assert_true(known.beats > 2);
	assert_int_equal(known.waiting, 0);
	assert_int_equal(known.metrics, TOPICS);
	/* A tick, and the part after which its beat goes out. */
	assert_in_range(known.gap_ms, 1, rig.config.tick_ms * 3 / 2);
	assert_int_equal(known.seq, stats_get(&rig.stats, STAT_ticks));
	close_all(&rig, &known, catalogue);
}

/* Also what changes meanwhile: it goes behind what waits, and when it has gone out it waits again.
 */
static void what_changed_first_goes_out_first(void **state)
{
	static const char topic[] = "metric/bodo/module/m0";
	struct rig rig;
	struct known known;
	char *catalogue = open_rig(&rig);

	(void)state;
	known_begin(&known);
	go_on(&rig, &known, rig.config.tick_ms + rig.config.tick_ms / 2);
	assert_non_null(json_object_get(known.topics, topic));
	assert_false(known.complete);
	rig_send(&rig, "t", 1, "m0", "bodo");
	house_apply_all(&rig.house);
	while (!known.complete) {
		go_on(&rig, &known, 1);
		if (json_object_size(known.topics) < TOPICS)
			assert_int_equal(known.metrics, json_object_size(known.topics));
	}
	go_on(&rig, &known, rig.config.tick_ms);
	assert_int_equal(whole(json_object_get(known.topics, topic), "n"), 2);
	close_all(&rig, &known, catalogue);
}

/* Snapshots. */

/* Steps until the page that was asked for has ended: its messages go to `topics`, and its end is
 * the caller's. */
static json_t *take_page(struct rig *rig, struct known *known, json_t *topics)
{
	for (int step = 0; step < STEPS_MAX; step++) {
		char topic[TOPIC_MAX];
		zmq_msg_t message;

		rig_step(rig, 1);
		hear(rig, known);
		while (rig_next(rig->asks[LATE], topic, &message)) {
			json_t *body = rig_read(rig, &message);

			if (strcmp(topic, "end") == 0)
				return body;
			assert_null(json_object_get(topics, topic));
			json_object_set_new(topics, topic, body);
		}
	}
	fail_msg("no end");
	return NULL;
}

static void ask_all(struct rig *rig)
{
	const struct snapshot_request request = { .prefixes = { text_of("metric/") },
						  .n_prefixes = 1,
						  .limit = SNAPSHOT_LIMIT_MAX };

	rig_ask(rig, LATE, &request);
}

static void a_snapshot_has_not_all_of_a_tick_that_is_going_out(void **state)
{
	struct rig rig;
	struct known known;
	char *catalogue = open_rig(&rig);
	json_t *topics = json_object(), *end;

	(void)state;
	known_begin(&known);
	go_on(&rig, &known, rig.config.tick_ms + rig.config.tick_ms / 2);
	assert_true(json_object_size(known.topics) > 0);
	rig.look_ms = 0;
	ask_all(&rig);
	end = take_page(&rig, &known, topics);
	assert_int_equal(whole(end, "seq"), known.seq);
	assert_true(json_is_false(json_object_get(end, "complete")));
	assert_in_range(json_object_size(topics), 1, TOPICS - 1);
	json_decref(end);
	json_decref(topics);
	close_all(&rig, &known, catalogue);
}

/* What is not in the page, or older there, is published after it, with a number above its end's. */
static void a_page_in_slices_and_what_is_published_meanwhile_are_all(void **state)
{
	struct rig rig;
	struct known known;
	char *catalogue = open_rig(&rig);
	json_t *topics = json_object(), *end, *body;
	const char *topic;
	int64_t since;

	(void)state;
	know_all(&rig, &known);
	rig_send_all(&rig, "t", MODULES);
	house_apply_all(&rig.house);
	await_beat(&rig, &known);
	await_beat(&rig, &known);
	assert_true(known.waiting > 0);
	ask_all(&rig);
	end = take_page(&rig, &known, topics);
	since = whole(end, "seq");
	assert_true(known.seq > since); /* it took more than a tick, which had its beat */
	assert_int_equal(whole(end, "count"), json_object_size(topics));
	while (known.waiting > 0)
		await_beat(&rig, &known);
	assert_int_equal(json_object_size(known.topics), TOPICS);
	json_object_foreach(known.topics, topic, body)
	{
		const json_t *then = json_object_get(topics, topic);

		assert_true(whole(body, "seq") > since ||
			    (then && whole(then, "n") >= whole(body, "n")));
	}
	json_decref(end);
	json_decref(topics);
	close_all(&rig, &known, catalogue);
}

static void assert_end_of_new(struct rig *rig, struct known *known, json_t *topics, int64_t before)
{
	json_t *end = take_page(rig, known, topics);

	assert_true(whole(end, "epoch") != before);
	assert_true(json_is_false(json_object_get(end, "complete")));
	assert_true(json_is_null(json_object_get(end, "next")));
	json_decref(end);
}

/* It ends with what there is of it; the one behind it is of the other epoch. */
static void a_page_is_of_one_epoch(void **state)
{
	struct rig rig;
	struct known known;
	char *catalogue = open_rig(&rig);
	json_t *topics = json_object(), *end, *body;
	struct snapshot_request rest = { .prefixes = { text_of("metric/") },
					 .n_prefixes = 1,
					 .limit = SNAPSHOT_LIMIT_MAX };
	const char *topic, *last;
	int64_t epoch;
	size_t n;

	(void)state;
	know_all(&rig, &known);
	epoch = known.epoch;
	ask_all(&rig);
	rig_step(&rig, 1);
	assert_int_equal(stats_get(&rig.stats, STAT_snapshots), 0);
	rig_serve(&rig);
	assert_int_equal(stats_get(&rig.stats, STAT_snapshots), 1);
	end = take_page(&rig, &known, topics);
	assert_int_equal(whole(end, "epoch"), epoch);
	assert_true(json_is_true(json_object_get(end, "complete")));
	n = json_object_size(topics);
	assert_in_range(n, 1, TOPICS - 1);
	assert_int_equal(whole(end, "count"), n);
	last = json_string_value(json_object_get(end, "next"));
	assert_non_null(json_object_get(topics, last));
	json_object_foreach(topics, topic, body)
	{
		assert_int_equal(whole(body, "epoch"), epoch);
		assert_true(strcmp(topic, last) <= 0);
	}
	rest.after = text_of(last);
	rig_ask(&rig, LATE, &rest);
	json_object_clear(topics);
	assert_end_of_new(&rig, &known, topics, epoch);
	json_decref(end);
	json_decref(topics);
	close_all(&rig, &known, catalogue);
}

/* Before the first tick: it looks at all topics, and finds none that has been sent. */
static void a_page_of_which_nothing_has_gone_out_begins_anew(void **state)
{
	struct rig rig;
	struct known known;
	char *catalogue = open_rig(&rig);
	json_t *topics = json_object(), *end;

	(void)state;
	known_begin(&known);
	rig.look_ms = 3 * LOOK_MS; /* longer than a slice */
	ask_all(&rig);
	rig_step(&rig, 1);
	assert_int_equal(stats_get(&rig.stats, STAT_snapshots), 0);
	rig_serve(&rig);
	rig.look_ms = 0;
	end = take_page(&rig, &known, topics);
	await_beat(&rig, &known);
	assert_int_equal(whole(end, "epoch"), known.epoch);
	assert_int_equal(whole(end, "count"), 0);
	assert_true(json_is_null(json_object_get(end, "next")));
	json_decref(end);
	json_decref(topics);
	close_all(&rig, &known, catalogue);
}

/* Random requests against all topics, gone through one by one. */

static bool is_asked(const struct snapshot_request *request, const char *topic)
{
	if (text_compare(text_of(topic), request->after) <= 0)
		return false;
	for (size_t i = 0; i < request->n_prefixes; i++)
		if (strncmp(topic, request->prefixes[i].data, request->prefixes[i].size) == 0)
			return true;
	return false;
}

static struct text some_name(json_t *const names)
{
	const char *name =
		json_string_value(json_array_get(names, chance((uint32_t)json_array_size(names))));

	return (struct text){ name,
			      chance_of(50) ? strlen(name) : chance(1 + (uint32_t)strlen(name)) };
}

static void ask_at_random(struct rig *rig, struct known *known, json_t *names)
{
	struct snapshot_request request = { .n_prefixes = 1 + chance(5),
					    .limit = 1 + chance(chance_of(50) ? 10 : 1000) };
	json_t *topics = json_object(), *end, *name;
	const char *last = NULL;
	size_t i, n = 0;

	for (i = 0; i < request.n_prefixes; i++)
		request.prefixes[i] = some_name(names);
	if (chance_of(50))
		request.after = some_name(names);
	rig_ask(rig, LATE, &request);
	end = take_page(rig, known, topics);
	json_array_foreach(names, i, name)
	{
		if (!is_asked(&request, json_string_value(name)))
			continue;
		if (n++ == request.limit)
			break;
		last = json_string_value(name);
		assert_non_null(json_object_get(topics, last));
	}
	assert_int_equal(json_object_size(topics), n > request.limit ? request.limit : n);
	if (n > request.limit)
		assert_string_equal(json_string_value(json_object_get(end, "next")), last);
	else
		assert_true(json_is_null(json_object_get(end, "next")));
	json_decref(end);
	json_decref(topics);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In order of their bytes. */
static json_t *names_of(json_t *topics)
{
	const char *all[TOPICS + 1] = { "catalogue" }, *topic;
	json_t *names = json_array(), *body;
	size_t n = 1;

	json_object_foreach(topics, topic, body) all[n++] = topic;
	qsort(all, n, sizeof(all[0]), compare_names);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(names, json_string(all[i]));
	return names;
}

static void a_page_has_what_begins_so(void **state)
{
	struct rig rig;
	struct known known;
	char *catalogue = open_rig(&rig);
	json_t *names;

	(void)state;
	know_all(&rig, &known);
	names = names_of(known.topics);
	for (int round = 0; round < 200; round++)
		ask_at_random(&rig, &known, names);
	json_decref(names);
	close_all(&rig, &known, catalogue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(beats_come_on_time_while_a_tick_s_topics_go_on_in_the_next),
		cmocka_unit_test(what_changed_first_goes_out_first),
		cmocka_unit_test(a_snapshot_has_not_all_of_a_tick_that_is_going_out),
		cmocka_unit_test(a_page_in_slices_and_what_is_published_meanwhile_are_all),
		cmocka_unit_test(a_page_is_of_one_epoch),
		cmocka_unit_test(a_page_of_which_nothing_has_gone_out_begins_anew),
		cmocka_unit_test(a_page_has_what_begins_so),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
