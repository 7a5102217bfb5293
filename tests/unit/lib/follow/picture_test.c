/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/lib/follow/picture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { TOPICS = 40, QUEUE = 64 };

static struct picture_mark mark_of(int64_t epoch, uint64_t seq, uint64_t n, bool empty)
{
	return (struct picture_mark){ epoch, seq, n, empty };
}

static struct picture_verdict take(struct picture *picture, const char *topic, int64_t epoch,
				   uint64_t seq, uint64_t n, bool empty)
{
	struct picture_mark mark = mark_of(epoch, seq, n, empty);
	struct picture_verdict verdict;

	assert_int_equal(picture_take(picture, text_of(topic), &mark, &verdict), 0);
	return verdict;
}

static bool add(struct picture *picture, const char *topic, int64_t epoch, uint64_t seq, uint64_t n,
		bool empty)
{
	struct picture_mark mark = mark_of(epoch, seq, n, empty);
	bool news;

	assert_int_equal(picture_add(picture, text_of(topic), &mark, &news), 0);
	return news;
}

static void check_verdict(struct picture_verdict verdict, bool news, bool missed)
{
	assert_int_equal(verdict.news, news);
	assert_int_equal(verdict.missed, missed);
}

static void what_is_not_newer_is_no_news(void **state)
{
	struct picture *picture = picture_new();

	(void)state;
	assert_int_equal(picture_epoch(picture), -1);
	check_verdict(take(picture, "a", 7, 1, 3, false), true, true); /* an epoch begins */
	check_verdict(take(picture, "a", 7, 1, 3, false), false, false);
	check_verdict(take(picture, "a", 7, 2, 2, false), false, false);
	check_verdict(take(picture, "a", 7, 3, 4, false), true, false);
	picture_begin(picture);
	assert_false(add(picture, "a", 7, 3, 4, false));
	assert_true(add(picture, "b", 7, 2, 1, false));
	assert_true(picture_end(picture, 7, 3, true, true));
	check_verdict(take(picture, "catalogue", 7, 3, 0, false), true, false);
	check_verdict(take(picture, "catalogue", 7, 3, 0, false), false, false);
	check_verdict(take(picture, "catalogue", 7, 9, 0, false), true, false);
	picture_free(picture);
}

static void a_jump_of_n_or_of_beats_is_seen_once_the_picture_holds(void **state)
{
	struct picture *picture = picture_new();
	int64_t epoch;
	uint64_t since;

	(void)state;
	check_verdict(picture_beat(picture, 7, 4), true, true);
	check_verdict(take(picture, "a", 7, 5, 9, false), true, false);
	assert_false(picture_since(picture, &epoch, &since));
	picture_begin(picture);
	assert_true(picture_end(picture, 7, 5, true, true));
	assert_true(picture_since(picture, &epoch, &since));
	assert_int_equal(epoch, 7);
	assert_int_equal(since, 5);
	check_verdict(take(picture, "b", 7, 6, 1, false), true, false);
	check_verdict(take(picture, "b", 7, 6, 3, false), true, true);
	check_verdict(take(picture, "c", 7, 6, 2, false), true, true);
	check_verdict(take(picture, "d", 7, 6, 2, true), false, true);
	check_verdict(picture_beat(picture, 7, 5), true, false);
	check_verdict(picture_beat(picture, 7, 7), true, true);
	picture_free(picture);
}

static void what_a_whole_snapshot_lacks_is_gone(void **state)
{
	struct picture *picture = picture_new();
	struct text topic;

	(void)state;
	take(picture, "early", 7, 3, 1, false);
	take(picture, "there", 7, 3, 1, false);
	take(picture, "late", 7, 6, 1, false);
	picture_begin(picture);
	add(picture, "there", 7, 3, 1, false);
	assert_true(picture_end(picture, 7, 5, true, true));
	assert_true(picture_next_gone(picture, &topic));
	assert_true(text_equal(topic, text_of("early")));
	assert_false(picture_next_gone(picture, &topic));
	picture_begin(picture);
	assert_true(picture_end(picture, 7, 6, false, true)); /* only what has changed */
	assert_false(picture_next_gone(picture, &topic));
	picture_free(picture);
}

static void an_epoch_that_is_over_does_not_come_back(void **state)
{
	struct picture *picture = picture_new();

	(void)state;
	take(picture, "a", 7, 3, 5, false);
	check_verdict(take(picture, "a", 8, 1, 1, false), true, true);
	check_verdict(take(picture, "a", 7, 4, 6, false), false, false);
	check_verdict(picture_beat(picture, 7, 4), false, false);
	assert_false(add(picture, "a", 7, 4, 6, false));
	assert_false(picture_end(picture, 7, 4, true, true));
	assert_int_equal(picture_epoch(picture), 8);
	assert_int_equal(picture_seq(picture), 1);
	picture_free(picture);
}

/* A daemon that has just started sends its topics one by one: until all are out, what is known of
 * the one before still holds. */
static void figures_of_before_hold_until_the_new_epoch_is_published(void **state)
{
	struct picture *picture = picture_new();
	struct text topic;
	int64_t epoch;
	uint64_t since;

	(void)state;
	take(picture, "a", 7, 3, 1, false);
	take(picture, "b", 7, 3, 1, false);
	take(picture, "c", 7, 3, 1, false);
	check_verdict(picture_beat(picture, 8, 1), true, true);
	picture_begin(picture);
	assert_false(picture_end(picture, 8, 1, true, false));
	assert_false(picture_since(picture, &epoch, &since));
	take(picture, "a", 8, 2, 1, false);
	picture_begin(picture);
	add(picture, "a", 8, 2, 1, false);
	assert_false(picture_end(picture, 8, 2, true, false)); /* tick 2 was whole, but not all */
	assert_false(picture_next_gone(picture, &topic));
	picture_begin(picture);
	add(picture, "a", 8, 2, 1, false);
	add(picture, "c", 8, 3, 1, false);
	assert_true(picture_end(picture, 8, 3, true, true));
	assert_true(picture_next_gone(picture, &topic));
	assert_true(text_equal(topic, text_of("b")));
	assert_false(picture_next_gone(picture, &topic));
	picture_free(picture);
}

/* Also one that has lost all that it had. */
static void a_new_epoch_may_be_empty(void **state)
{
	struct picture *picture = picture_new();
	struct text topic;

	(void)state;
	take(picture, "a", 7, 3, 1, false);
	picture_begin(picture);
	assert_true(picture_end(picture, 8, 1, true, true));
	assert_true(picture_next_gone(picture, &topic));
	assert_true(text_equal(topic, text_of("a")));
	assert_false(picture_next_gone(picture, &topic));
	picture_free(picture);
}

/* A random world. */

/* A daemon: topics that change, empty, are sent tick by tick; and the messages on their way. */
static struct model {
	int64_t epoch;
	uint64_t seq;
	bool complete; /* all topics of the epoch have been sent */
	struct {
		bool alive, changed; /* now */
		uint64_t n, seq;     /* of the last message */
		bool sent_alive;
	} topics[TOPICS];
	struct message {
		int topic; /* -1: a beat */
		struct picture_mark mark;
	} queue[QUEUE];
	size_t n_queued;
	uint32_t lost_percent;
	bool shown[TOPICS]; /* what a screen shows */
	uint64_t shown_n[TOPICS];
} model;

static const char *name_of(int topic)
{
	static char name[24];

	snprintf(name, sizeof(name), "metric/%d", topic);
	return name;
}

static void post(int topic, struct picture_mark mark)
{
	if (model.n_queued < QUEUE && !chance_of(model.lost_percent))
		model.queue[model.n_queued++] = (struct message){ topic, mark };
}

static void tick(void)
{
	bool all = true;

	model.seq++;
	for (int i = 0; i < TOPICS; i++) {
		bool empty = !model.topics[i].alive;

		if (!model.topics[i].changed)
			continue;
		if (!model.complete && chance_of(30)) { /* the first ticks do not reach all */
			all = false;
			continue;
		}
		model.topics[i].changed = false;
		if (empty && !model.topics[i].sent_alive)
			continue;
		model.topics[i].n++;
		model.topics[i].seq = model.seq;
		model.topics[i].sent_alive = !empty;
		post(i, mark_of(model.epoch, model.seq, model.topics[i].n, empty));
	}
	model.complete = model.complete || all;
	post(-1, mark_of(model.epoch, model.seq, 0, false));
}

/* All that was on its way may be lost; all topics are sent anew. */
static void restart(void)
{
	model.epoch++;
	model.seq = 0;
	model.complete = false;
	if (chance_of(50))
		model.n_queued = 0;
	for (int i = 0; i < TOPICS; i++) {
		model.topics[i].n = model.topics[i].seq = 0;
		model.topics[i].sent_alive = false;
		model.topics[i].changed = model.topics[i].alive;
	}
}

static void show(int topic, const struct picture_mark *mark)
{
	model.shown[topic] = !mark->empty;
	model.shown_n[topic] = mark->n;
}

static bool deliver(struct picture *picture, const struct message *message)
{
	struct picture_verdict verdict;

	if (message->topic < 0)
		return picture_beat(picture, message->mark.epoch, message->mark.seq).missed;
	assert_int_equal(
		picture_take(picture, text_of(name_of(message->topic)), &message->mark, &verdict),
		0);
	if (verdict.news)
		show(message->topic, &message->mark);
	return verdict.missed;
}

static bool deliver_some(struct picture *picture, size_t n)
{
	bool missed = false;

	n = n < model.n_queued ? n : model.n_queued;
	for (size_t i = 0; i < n; i++)
		missed = deliver(picture, &model.queue[i]) || missed;
	memmove(model.queue, model.queue + n, (model.n_queued - n) * sizeof(model.queue[0]));
	model.n_queued -= n;
	return missed;
}

/* A snapshot in pages, between which anything may happen but a restart: does the picture hold? */
static bool snapshot(struct picture *picture)
{
	int64_t epoch = 0;
	uint64_t since = 0, seq = model.seq;
	bool only_changed = picture_since(picture, &epoch, &since) && epoch == model.epoch, news;
	bool complete = model.complete;
	struct text gone;

	picture_begin(picture);
	for (int i = 0; i < TOPICS; i++) {
		struct picture_mark mark = mark_of(model.epoch, model.topics[i].seq,
						   model.topics[i].n, !model.topics[i].sent_alive);

		if (mark.n > 0 && (only_changed ? mark.seq > since : !mark.empty)) {
			assert_int_equal(picture_add(picture, text_of(name_of(i)), &mark, &news),
					 0);
			if (news)
				show(i, &mark);
		}
		if (chance_of(5)) {
			model.topics[chance(TOPICS)].changed = true;
			tick();
		}
		if (chance_of(20))
			deliver_some(picture, 1 + chance(5));
	}
	if (!picture_end(picture, model.epoch, seq, !only_changed, complete))
		return false;
	while (picture_next_gone(picture, &gone)) {
		int i = atoi(gone.data + strlen("metric/"));

		/* Not because the daemon had not come to it yet. */
		assert_true(!model.topics[i].sent_alive || model.topics[i].seq > seq);
		model.shown[i] = false;
	}
	return true;
}

static void check_shown(const struct picture *picture)
{
	for (int i = 0; i < TOPICS; i++) {
		struct picture_mark mark = { .empty = true };

		picture_find(picture, text_of(name_of(i)), &mark);
		assert_int_equal(model.shown[i], !mark.empty);
		assert_int_equal(model.shown[i], model.topics[i].sent_alive);
		if (model.shown[i])
			assert_int_equal(model.shown_n[i], model.topics[i].n);
	}
}

static void change(void)
{
	uint32_t i = chance(TOPICS);

	model.topics[i].alive = chance_of(70);
	model.topics[i].changed = true;
}

/* Whatever was lost: once all is quiet and a snapshot is complete, the screen shows what the daemon
 * has. */
static void random_losses_and_restarts_end_with_what_the_daemon_has(void **state)
{
	(void)state;
	chance_begin();
	for (uint32_t world = 0; world < 300; world++) {
		struct picture *picture = picture_new();
		bool missed = true;

		chance_of_world(world);
		memset(&model, 0, sizeof(model));
		model.epoch = 1;
		for (int step = 0; step < 200; step++) {
			model.lost_percent = chance_of(30) ? 40 : 0;
			for (uint32_t n = chance(4); n > 0; n--)
				change();
			if (chance_of(3))
				restart();
			tick();
			missed = deliver_some(picture, chance(QUEUE)) || missed;
			if (missed && chance_of(50))
				missed = !snapshot(picture);
		}
		model.lost_percent = 0;
		model.topics[0].alive = model.topics[0].changed = true;
		do
			tick();
		while (!model.complete);
		tick();
		deliver_some(picture, QUEUE);
		assert_true(snapshot(picture));
		deliver_some(picture, QUEUE);
		assert_true(snapshot(picture));
		deliver_some(picture, QUEUE);
		check_shown(picture);
		picture_free(picture);
	}
}

static void many_topics_are_found_again(void **state)
{
	struct picture *picture = picture_new();
	struct picture_mark mark;

	(void)state;
	for (int i = 0; i < 20000; i++)
		assert_true(take(picture, name_of(i), 1, 1, (uint64_t)i + 1, false).news);
	for (int i = 0; i < 20000; i++) {
		assert_true(picture_find(picture, text_of(name_of(i)), &mark));
		assert_int_equal(mark.n, i + 1);
	}
	assert_false(picture_find(picture, text_of("metric/20000"), &mark));
	picture_free(picture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_newer_is_no_news),
		cmocka_unit_test(a_jump_of_n_or_of_beats_is_seen_once_the_picture_holds),
		cmocka_unit_test(what_a_whole_snapshot_lacks_is_gone),
		cmocka_unit_test(an_epoch_that_is_over_does_not_come_back),
		cmocka_unit_test(figures_of_before_hold_until_the_new_epoch_is_published),
		cmocka_unit_test(a_new_epoch_may_be_empty),
		cmocka_unit_test(random_losses_and_restarts_end_with_what_the_daemon_has),
		cmocka_unit_test(many_topics_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
