/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of snapshots that take many slices: of two audiences at once, and over a change of what is
 * published. The clock goes on while it is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/publish/rig.h"

enum { ALL, BODO, OPEN, AUDIENCES, MODULES = 300, LOOK_MS = 2, STEPS_MAX = 4000 };
enum { ROWS = 450, COMES = 225, GOES = ROWS - COMES /* with the second release */ };

/* Everyone, and those who see Bodo alone, by the exact plane; and everyone by the open one. */
static const struct rig_wish wish = {
	.topics = "",
	.audiences = { { "inproc://all", NULL, "exact", "inproc://all-snapshot" },
		       { "inproc://bodo", "bodo", "exact", "inproc://bodo-snapshot" },
		       { "inproc://open", NULL, "open", "inproc://open-snapshot" } },
	.n_audiences = AUDIENCES,
	.has_shelf = true,
};

static int64_t whole(const json_t *map, const char *key)
{
	assert_true(json_is_integer(json_object_get(map, key)));
	return json_integer_value(json_object_get(map, key));
}

/* Topics, and how a page ends. */
struct page {
	json_t *topics; /* topic -> body */
	json_t *end;	/* NULL: it goes on */
	char last[TOPIC_MAX];
};

static void page_begin(struct page *page)
{
	*page = (struct page){ .topics = json_object() };
}

static void page_free(struct page *page)
{
	json_decref(page->topics);
	json_decref(page->end);
}

/* What has come of an audience's pages, which are answered one after the other. */
static void take(struct rig *rig, int audience, struct page *pages, size_t n)
{
	char topic[TOPIC_MAX];
	zmq_msg_t message;
	size_t at = 0;

	while (at < n && pages[at].end)
		at++;
	while (rig_next(rig->asks[audience], topic, &message)) {
		json_t *body = rig_read(rig, &message);

		assert_true(at < n);
		if (strcmp(topic, "end") == 0) {
			assert_int_equal(whole(body, "count"), json_object_size(pages[at].topics));
			assert_true(json_is_null(json_object_get(body, "next")));
			pages[at++].end = body;
			continue;
		}
		assert_true(strcmp(pages[at].last, topic) < 0); /* in order, each once */
		strcpy(pages[at].last, topic);
		json_object_set_new(pages[at].topics, topic, body);
	}
}

static void ask(struct rig *rig, int audience, const char *prefix)
{
	const struct snapshot_request request = { .prefixes = { text_of(prefix) },
						  .n_prefixes = 1,
						  .limit = SNAPSHOT_LIMIT_MAX };

	rig_ask(rig, audience, &request);
}

/* All that comes to a dashboard: topic -> its last body. */
static json_t *hear(struct rig *rig, int audience)
{
	json_t *heard = json_object();
	char topic[TOPIC_MAX];
	zmq_msg_t message;

	while (rig_next(rig->dashboards[audience], topic, &message))
		json_object_set_new(heard, topic, rig_read(rig, &message));
	return heard;
}

/* Ticks until a beat says that of what is published. The tick that it ends. */
static int64_t await_beat(struct rig *rig, int audience, const char *key, json_t *value)
{
	json_t *beat = NULL;
	int64_t seq;

	for (int i = 0; !json_equal(json_object_get(beat, key), value); i++) {
		json_t *heard;

		assert_true(i < STEPS_MAX);
		json_decref(beat);
		rig_tick(rig);
		heard = hear(rig, audience);
		beat = json_incref(json_object_get(heard, "beat"));
		json_decref(heard);
	}
	seq = whole(beat, "seq");
	json_decref(beat);
	json_decref(value);
	return seq;
}

/* Everything is out that there is. */
static void open_rig(struct rig *rig)
{
	char *catalogue = rig_catalogue(MODULES);

	rig_open(rig, &wish, catalogue);
	rig_send_all(rig, "s", MODULES);
	rig_serve(rig);
	loop_step(rig->loop);
	await_beat(rig, ALL, "complete", json_true());
	free(catalogue);
}

/* Audiences. */

static void assert_modules(const struct page *page, const char *region, int n)
{
	char topic[TOPIC_MAX];
	int found = 0;

	for (int i = 0; i < MODULES; i++) {
		snprintf(topic, sizeof(topic), "metric/%s/module/m%d", region, i);
		found += json_object_get(page->topics, topic) != NULL;
	}
	assert_int_equal(found, n);
}

static void pages_of_two_audiences_go_out_at_once_and_each_has_its_own(void **state)
{
	struct page all[1], bodo[2];
	size_t beside = 0; /* of the one, when the first of the other has ended */
	struct rig rig;

	(void)state;
	open_rig(&rig);
	page_begin(&all[0]);
	page_begin(&bodo[0]);
	page_begin(&bodo[1]);
	rig.look_ms = LOOK_MS;
	ask(&rig, ALL, "metric/");
	ask(&rig, BODO, "metric/");
	ask(&rig, BODO, "metric/bodo/module/m1"); /* it waits behind the other one */
	for (int step = 0; step < STEPS_MAX && !(all[0].end && bodo[1].end); step++) {
		rig_step(&rig, 1);
		take(&rig, ALL, all, 1);
		take(&rig, BODO, bodo, 2);
		if (bodo[0].end && beside == 0)
			beside = json_object_size(all[0].topics);
		assert_true(bodo[0].end || !bodo[1].last[0]);
	}
	assert_true(all[0].end && bodo[0].end && bodo[1].end);
	assert_in_range(beside, MODULES / 2, MODULES * 3 / 2);
	assert_int_equal(json_object_size(all[0].topics), 2 * (MODULES + 1));
	assert_modules(&all[0], "all", MODULES);
	assert_modules(&all[0], "bodo", MODULES);
	assert_int_equal(json_object_size(bodo[0].topics), MODULES + 1);
	assert_modules(&bodo[0], "bodo", MODULES);
	assert_int_equal(json_object_size(bodo[1].topics), 111); /* m1, m10 ..., m100 ... */
	assert_modules(&bodo[1], "bodo", 111);
	assert_int_equal(stats_get(&rig.stats, STAT_snapshots), 3);
	assert_int_equal(stats_get(&rig.stats, STAT_answers_dropped), 0);
	page_free(&all[0]);
	page_free(&bodo[0]);
	page_free(&bodo[1]);
	rig_close(&rig);
}

/* Releases. */

/* The page, and of what was published meanwhile and since what is newer: m<from> ... m<to - 1> of a
 * release have figures, and nothing else has. */
static void assert_stands(const struct page *page, json_t *heard, int64_t release, int from, int to)
{
	int64_t since = whole(page->end, "seq");
	json_t *known = json_copy(page->topics), *body;
	const char *topic;
	int n = 0;

	json_object_foreach(heard, topic, body)
	{
		if (strncmp(topic, "metric/", 7) == 0 && whole(body, "seq") > since)
			json_object_set(known, topic, body);
	}
	json_object_foreach(known, topic, body)
	{
		int number;

		if (json_is_null(json_object_get(body, "metrics")))
			continue;
		assert_int_equal(sscanf(topic, "metric/bodo/module/m%d", &number), 1);
		assert_in_range(number, from, to - 1);
		assert_int_equal(whole(body, "release"), release);
		n++;
	}
	assert_int_equal(n, to - from);
	json_decref(known);
}

/* Part of it is of the one that stood, part of the next: its number says that the next one is
 * missing, which is published as it comes. */
static void a_page_that_goes_out_while_a_release_comes_is_not_of_that_one(void **state)
{
	struct page page;
	json_t *heard;
	struct rig rig;
	int64_t before, since;

	(void)state;
	open_rig(&rig);
	rig_release(&rig, 1, 0, ROWS);
	since = await_beat(&rig, OPEN, "release", json_integer(1));
	page_begin(&page);
	rig.look_ms = LOOK_MS;
	ask(&rig, OPEN, "metric/");
	while (json_object_size(page.topics) < GOES / 2) {
		rig_step(&rig, 1);
		take(&rig, OPEN, &page, 1);
	}
	before = (int64_t)json_object_size(page.topics);
	assert_in_range(before, 1, GOES - 1);
	json_decref(hear(&rig, OPEN));
	rig_release(&rig, 2, COMES, COMES + ROWS);
	rig_tick(&rig);
	take(&rig, OPEN, &page, 1);
	assert_null(page.end);
	for (int step = 0; step < STEPS_MAX && !page.end; step++) {
		rig_step(&rig, 1);
		take(&rig, OPEN, &page, 1);
	}
	assert_non_null(page.end);
	assert_int_equal(whole(page.end, "seq"), since);
	assert_int_equal(json_object_size(page.topics), before + ROWS);
	rig.look_ms = 0;
	for (int i = 0; i < 3; i++)
		rig_tick(&rig);
	heard = hear(&rig, OPEN);
	assert_int_equal(whole(json_object_get(heard, "beat"), "release"), 2);
	assert_stands(&page, heard, 2, COMES, COMES + ROWS);
	json_decref(heard);
	page_free(&page);
	rig_close(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_of_two_audiences_go_out_at_once_and_each_has_its_own),
		cmocka_unit_test(a_page_that_goes_out_while_a_release_comes_is_not_of_that_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
