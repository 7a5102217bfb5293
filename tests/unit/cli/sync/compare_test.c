/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/compare.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/sync/known.h"
#include "proto/grow.h"
#include "tests/unit/world.h"

#define T0     INT64_C(1767225600000) /* a midnight */
#define MINUTE INT64_C(60000)
#define DAY    (24 * 60 * MINUTE)
#define NOW    (T0 + 300 * DAY)

/* A daemon that is as simple as METRICS 1: all that it was sent, each thing once a message. */

struct model {
	struct facts events; /* what was accepted, voidings among them */
	struct voiding {
		enum event_type type;
		int64_t time;
	} * voids; /* of each of them */
	size_t room;
};

static void model_clear(struct model *model)
{
	facts_clear(&model->events);
	free(model->voids);
	*model = (struct model){ 0 };
}

static void model_accept(struct model *model, const struct fact *fact)
{
	struct event event;

	fact_event(fact, &event);
	assert_int_equal(facts_add(&model->events, &event), 0);
	assert_int_equal(grow(&model->voids, &model->room, model->events.n, sizeof(*model->voids)),
			 0);
	model->voids[model->events.n - 1] = (struct voiding){ event.voids, event.voids_time };
}

static bool model_voids(const struct model *model, size_t i, const struct fact *fact)
{
	const struct fact *void_ = &model->events.items[i];

	return void_->type == EVENT_VOIDED && text_equal(void_->learner, fact->learner) &&
	       text_equal(void_->module, fact->module) && model->voids[i].type == fact->type &&
	       model->voids[i].time == fact->time && result_covers(&void_->result, &fact->result);
}

static bool model_same(const struct fact *a, const struct fact *b)
{
	return fact_compare_sent(a, b) == 0;
}

/* Does the i-th stand, and is it the first of its fact? */
static bool model_stands(const struct model *model, size_t i)
{
	const struct fact *fact = &model->events.items[i];

	if (fact->type == EVENT_VOIDED)
		return false;
	for (size_t j = 0; j < model->events.n; j++)
		if (model_voids(model, j, fact) ||
		    (j < i && model->events.items[j].type != EVENT_VOIDED &&
		     model_same(fact, &model->events.items[j])))
			return false;
	return true;
}

/* Of several ends the earliest. */
static int32_t model_end(const struct model *model, const struct fact *fact)
{
	int32_t end = 0;

	for (size_t i = 0; i < model->events.n; i++) {
		const struct fact *other = &model->events.items[i];

		if (other->valid_until && other->type != EVENT_VOIDED && model_same(fact, other) &&
		    (end == 0 || other->valid_until < end))
			end = other->valid_until;
	}
	return end;
}

static struct text attr_in(const struct fact *fact, const char *name, bool *ret_found)
{
	*ret_found = !*name;
	if (!*name)
		return fact->region;
	for (size_t i = 0; i < fact->n_attrs; i++) {
		if (text_equal(fact->attrs[i].name, text_of(name))) {
			*ret_found = true;
			return fact->attrs[i].value;
		}
	}
	return (struct text){ "", 0 };
}

/* The value of the greatest (time, value) among events of this learner; "" where there is none. */
static struct text profile_of(const struct facts *events, struct text learner, const char *name)
{
	struct text value = { "", 0 };
	int64_t time = INT64_MIN;

	for (size_t i = 0; i < events->n; i++) {
		const struct fact *fact = &events->items[i];
		bool found;
		struct text claim = attr_in(fact, name, &found);

		if (!text_equal(fact->learner, learner) || !found)
			continue;
		if (fact->time > time || (fact->time == time && text_compare(claim, value) > 0)) {
			value = claim;
			time = fact->time;
		}
	}
	return value;
}

/* Is it what the list says? */

static bool is_for(const struct fact *listed, const struct fact *standing)
{
	return fact_is_akin(listed, standing) &&
	       listed->listed / MINUTE == standing->time / MINUTE &&
	       result_compare(&listed->result, &standing->result) == 0;
}

static void check_standing(const struct model *model, const struct facts *list)
{
	bool *used = calloc(list->n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < model->events.n; i++) {
		const struct fact *fact = &model->events.items[i];
		size_t j = 0;

		if (!model_stands(model, i))
			continue;
		while (j < list->n && (used[j] || !is_for(&list->items[j], fact) ||
				       list->items[j].valid_until != model_end(model, fact)))
			j++;
		if (j == list->n)
			fail_msg("%.*s, type %d, %lld stands, and is not listed",
				 (int)fact->learner.size, fact->learner.data, fact->type,
				 (long long)fact->time);
		used[j] = true;
		n++;
	}
	assert_int_equal(n, list->n);
	free(used);
}

static void check_profiles(const struct model *model, const struct facts *list)
{
	static const char *const names[] = { "", "role", "unit", "shift" };

	for (size_t i = 0; i < list->n; i++) {
		for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
			struct text learner = list->items[i].learner;
			struct text held = profile_of(&model->events, learner, names[j]);
			struct text wanted = profile_of(list, learner, names[j]);

			if (!text_equal(held, wanted))
				fail_msg("%.*s: '%s' is %.*s and not %.*s", (int)learner.size,
					 learner.data, names[j], (int)held.size, held.data,
					 (int)wanted.size, wanted.data);
		}
	}
}

/* One run: compare, send, keep. */

struct run {
	struct model model;
	struct known known;
	struct compare_counts counts;
	int64_t now;
};

static void run_begin(struct run *run)
{
	*run = (struct run){ .now = NOW };
}

static void run_end(struct run *run)
{
	model_clear(&run->model);
	facts_clear(&run->known.facts);
}

/* What is kept is written and read back. */
static void keep(struct run *run, struct facts *next)
{
	struct known known = { .source = "platform", .stream = "stream", .facts = *next };
	struct known back = { 0 };
	char *data;
	size_t size;

	assert_int_equal(known_encode(&known, &data, &size), 0);
	assert_int_equal(known_decode((struct text){ data, size }, &back), 0);
	assert_string_equal(back.source, "platform");
	free(data);
	facts_clear(next);
	facts_clear(&run->known.facts);
	run->known = back;
}

/* `refused` percent of what is sent is. Of the first attempt `cut` percent arrive; all is sent anew
 * from what was kept, with the same verdicts. */
static void run_list(struct run *run, struct facts *list, uint32_t refused, uint32_t cut, bool all)
{
	const struct fact *a, *b;
	struct facts next = { 0 };
	bool *no;

	run->now += DAY;
	assert_int_equal(facts_unify(list, &a, &b), 0);
	assert_int_equal(compare_list(&run->known.facts, list, run->now, all, &next, &run->counts),
			 0);
	no = calloc(next.n + 1, sizeof(*no));
	for (size_t i = 0; i < next.n; i++) {
		no[i] = chance_of(refused);
		if (next.items[i].pending && !no[i] && chance_of(cut))
			model_accept(&run->model, &next.items[i]);
	}
	keep(run, &next);
	for (size_t i = 0; i < run->known.facts.n; i++) {
		struct fact *fact = &run->known.facts.items[i];

		fact->refused = fact->pending && no[i];
		if (fact->pending && !fact->refused)
			model_accept(&run->model, fact);
	}
	free(no);
	compare_settle(&run->known.facts);
}

static void check_run(struct run *run, struct facts *list)
{
	run_list(run, list, 0, 0, false);
	check_standing(&run->model, list);
	check_profiles(&run->model, list);
}

/* Lists. */

struct row {
	const char *learner;
	enum event_type type;
	int64_t time;
	int score, passed;
	const char *region, *role; /* NULL: no role */
	int32_t valid_until;
};

static void list_of(struct facts *list, const struct row *rows, size_t n)
{
	facts_clear(list);
	for (size_t i = 0; i < n; i++) {
		struct event event = { .type = rows[i].type,
				       .time = rows[i].time,
				       .learner = text_of(rows[i].learner),
				       .module = text_of("falls"),
				       .region = text_of(rows[i].region),
				       .result = { .score = (int16_t)rows[i].score,
						   .passed = (int8_t)rows[i].passed },
				       .valid_until = rows[i].valid_until };

		if (rows[i].role)
			event.attrs[event.n_attrs++] =
				(struct event_attr){ text_of("role"), text_of(rows[i].role) };
		assert_int_equal(facts_add(list, &event), 0);
		list->items[i].place = i + 2;
	}
}

#define LIST(list, ...)                                    \
	list_of(list, (const struct row[]){ __VA_ARGS__ }, \
		sizeof((const struct row[]){ __VA_ARGS__ }) / sizeof(struct row))
#define DONE(who)                                                 \
	{                                                         \
		who, EVENT_COMPLETED, T0, -1, -1, "1811", NULL, 0 \
	}
#define SCORE(who, much)                                           \
	{                                                          \
		who, EVENT_ASSESSED, T0, much, -1, "1811", NULL, 0 \
	}

static size_t pending(const struct facts *facts)
{
	size_t n = 0;

	for (size_t i = 0; i < facts->n; i++)
		n += facts->items[i].pending;
	return n;
}

static void the_same_list_again_sends_nothing(void **state)
{
	struct facts list = { 0 }, next = { 0 };
	struct run run;

	(void)state;
	run_begin(&run);
	LIST(&list, DONE("a"), DONE("b"), SCORE("b", 8000));
	check_run(&run, &list);
	assert_int_equal(run.counts.fresh, 3);
	assert_int_equal(run.model.events.n, 3);
	assert_int_equal(compare_list(&run.known.facts, &list, NOW, false, &next, &run.counts), 0);
	assert_int_equal(pending(&next), 0);
	assert_int_equal(run.counts.known, 3);
	facts_clear(&next);
	assert_int_equal(compare_list(&run.known.facts, &list, NOW, true, &next, &run.counts), 0);
	assert_int_equal(pending(&next), 3);
	facts_clear(&next);
	facts_clear(&list);
	run_end(&run);
}

static void a_fact_that_comes_back_counts_again_within_its_minute(void **state)
{
	struct facts list = { 0 };
	struct run run;

	(void)state;
	run_begin(&run);
	LIST(&list, DONE("a"), DONE("b"));
	check_run(&run, &list);
	for (int i = 0; i < 5; i++) {
		LIST(&list, DONE("b"));
		check_run(&run, &list);
		assert_int_equal(run.counts.vanished, 1);
		LIST(&list, DONE("a"), DONE("b"));
		check_run(&run, &list);
		assert_int_equal(run.counts.fresh, 1);
	}
	facts_clear(&list);
	run_end(&run);
}

static void another_score_takes_the_one_before_back(void **state)
{
	struct facts list = { 0 };
	struct run run;

	(void)state;
	run_begin(&run);
	LIST(&list, SCORE("a", 4000));
	check_run(&run, &list);
	LIST(&list, SCORE("a", 7000));
	check_run(&run, &list);
	assert_int_equal(run.counts.changed, 1);
	assert_int_equal(run.counts.vanished, 0);
	LIST(&list, SCORE("a", 4000));
	check_run(&run, &list);
	facts_clear(&list);
	run_end(&run);
}

/* To take back "passed" takes back "passed, 0.8" of the same moment, too. */
static void what_is_taken_back_takes_nothing_else_along(void **state)
{
	struct facts list = { 0 };
	struct run run;

	(void)state;
	run_begin(&run);
	LIST(&list, { "a", EVENT_ASSESSED, T0, -1, 1, "1811", NULL, 0 });
	check_run(&run, &list);
	LIST(&list, { "a", EVENT_ASSESSED, T0, 8000, 1, "1811", NULL, 0 });
	check_run(&run, &list);
	LIST(&list, { "a", EVENT_ASSESSED, T0, 8000, 1, "1811", NULL, 0 },
	     { "a", EVENT_ASSESSED, T0, -1, 1, "1811", NULL, 0 });
	check_run(&run, &list);
	LIST(&list, { "a", EVENT_ASSESSED, T0, 8000, 1, "1811", NULL, 0 });
	check_run(&run, &list);
	facts_clear(&list);
	run_end(&run);
}

static void a_move_holds_from_now_on_whatever_the_names(void **state)
{
	static const char *const ways[] = { "1811", "1870", "1804", "9999", "0301" };
	struct facts list = { 0 };
	struct run run;

	(void)state;
	run_begin(&run);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		LIST(&list, { "a", EVENT_STARTED, T0, -1, -1, ways[i], "nurse", 0 },
		     { "a", EVENT_COMPLETED, T0 + DAY, -1, -1, ways[i], "nurse", 0 });
		check_run(&run, &list);
		assert_int_equal(run.counts.moved, i > 0);
		assert_int_equal(run.counts.changed + run.counts.vanished, 0);
	}
	/* What was claimed of the first moment stays so: they came from 1811. */
	assert_int_equal(run.model.events.items[0].time, T0);
	assert_true(text_equal(run.model.events.items[0].region, text_of("1811")));
	facts_clear(&list);
	run_end(&run);
}

static void an_attribute_that_is_gone_is_claimed_to_be_none(void **state)
{
	struct facts list = { 0 };
	struct run run;

	(void)state;
	run_begin(&run);
	LIST(&list, { "a", EVENT_STARTED, T0, -1, -1, "1811", "nurse", 0 });
	check_run(&run, &list);
	LIST(&list, { "a", EVENT_STARTED, T0, -1, -1, "1811", NULL, 0 });
	check_run(&run, &list);
	assert_int_equal(run.counts.moved, 1);
	check_run(&run, &list);
	assert_int_equal(run.counts.moved, 0);
	facts_clear(&list);
	run_end(&run);
}

static void an_earlier_end_is_claimed_and_a_later_one_replaces(void **state)
{
	static const struct {
		int32_t end;
		size_t extended, changed;
	} steps[] = {
		{ 20000, 0, 0 }, { 19000, 1, 0 }, { 21000, 0, 1 }, { 0, 0, 1 }, { 22000, 1, 0 }
	};
	struct facts list = { 0 };
	struct run run;

	(void)state;
	run_begin(&run);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		LIST(&list, { "a", EVENT_COMPLETED, T0, -1, -1, "1811", NULL, steps[i].end });
		check_run(&run, &list);
		assert_int_equal(run.counts.extended, steps[i].extended);
		assert_int_equal(run.counts.changed, steps[i].changed);
	}
	facts_clear(&list);
	run_end(&run);
}

static void one_fact_that_says_two_things_is_found(void **state)
{
	const struct fact *a, *b;
	struct facts list = { 0 };

	(void)state;
	LIST(&list, DONE("b"), DONE("a"), { "b", EVENT_COMPLETED, T0, -1, -1, "1812", NULL, 0 });
	assert_int_equal(facts_unify(&list, &a, &b), LIFT_E_DIFFERENT);
	assert_int_equal(a->place, 2);
	assert_int_equal(b->place, 4);
	LIST(&list, DONE("b"), DONE("a"), DONE("b"));
	assert_int_equal(facts_unify(&list, &a, &b), 0);
	assert_int_equal(list.n, 2);
	facts_clear(&list);
}

/* What a fact can come to, when it comes and goes all the time. */
static void a_minute_has_so_many_moments_and_no_more(void **state)
{
	int64_t time = T0 + 59999;

	(void)state;
	assert_int_equal(fact_next_time(time), T0);
	assert_int_equal(fact_next_time(T0), T0 + 1);
	for (int i = 0; i < MINUTE; i++)
		time = fact_next_time(time);
	assert_int_equal(time, T0 + 59999);
}

static void what_is_kept_and_cut_is_none(void **state)
{
	struct known known = { .source = "platform", .stream = "s" }, back;
	struct facts list = { 0 };
	char *data;
	size_t size;

	(void)state;
	LIST(&list, DONE("a"), SCORE("b", 5000));
	known.facts = list;
	assert_int_equal(known_encode(&known, &data, &size), 0);
	for (size_t cut = 0; cut < size; cut++) {
		back = (struct known){ 0 };
		int err = known_decode((struct text){ data, cut }, &back);

		/* Between two facts it may end: the seal is what says that it is whole. */
		assert_true(err == LIFT_E_CORRUPT || (err == 0 && back.facts.n < 2));
		facts_clear(&back.facts);
	}
	data[0] = 2;
	back = (struct known){ 0 };
	assert_int_equal(known_decode((struct text){ data, size }, &back), LIFT_E_NEWER);
	free(data);
	facts_clear(&list);
}

/* Chance. */

static void add_chance(struct facts *list)
{
	static const char *const learners[] = { "a", "b", "c" };
	static const char *const regions[] = { "1811", "1812", "1870" };
	static const char *const names[] = { "role", "unit", "shift" };
	static const char *const values[] = { "x", "y", "" };
	static const enum event_type types[] = { EVENT_STARTED, EVENT_COMPLETED, EVENT_ASSESSED,
						 EVENT_ATTENDED, EVENT_ENROLLED };
	struct event event = { .type = types[chance(5)],
			       .time = T0 + chance(3) * DAY + chance(3),
			       .learner = text_of(learners[chance(3)]),
			       .module = text_of(chance(2) ? "falls" : "meds"),
			       .region = text_of(regions[chance(3)]),
			       .result = { .score = -1, .passed = -1 } };
	const char *name;

	if (event.type == EVENT_ASSESSED) {
		event.result.score = (int16_t)(chance(3) * 4000);
		event.result.score = chance(2) ? event.result.score : -1;
		event.result.passed = (int8_t)chance(2);
		event.result.phase = chance(2) ? PHASE_PRE : PHASE_NONE;
	}
	if (event.type == EVENT_ATTENDED)
		event.result.minutes = (uint16_t)(30 + chance(2));
	if (event.type == EVENT_ENROLLED)
		event.result.state = (uint8_t)(STATE_APPLIED + chance(3));
	if ((event.type == EVENT_COMPLETED || event.type == EVENT_ASSESSED) && chance(2))
		event.valid_until = 20000 + (int32_t)chance(3);
	for (size_t i = 0; i < 3; i++) {
		name = names[i];
		if (chance(2))
			event.attrs[event.n_attrs++] =
				(struct event_attr){ text_of(name), text_of(values[chance(3)]) };
	}
	assert_int_equal(facts_add(list, &event), 0);
	list->items[list->n - 1].place = list->n;
}

/* Of two that are the same fact, the last stays. */
static void drop_doubles(struct facts *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++) {
		bool last = true;

		for (size_t j = i + 1; j < list->n; j++)
			last &= fact_compare_listed(&list->items[i], &list->items[j]) != 0;
		if (last)
			list->items[n++] = list->items[i];
	}
	list->n = n;
}

/* The list of the next day: most of it as it was. */
static void change_list(struct facts *list)
{
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (!chance_of(15))
			list->items[n++] = list->items[i];
	list->n = n;
	for (uint32_t i = chance(8); i > 0; i--)
		add_chance(list);
	drop_doubles(list);
}

static void whatever_the_lists_the_daemon_has_the_last_one(void **state)
{
	enum { WORLDS = 300, DAYS = 12 };

	(void)state;
	chance_begin();
	for (uint32_t world = 0; world < WORLDS; world++) {
		struct facts list = { 0 };
		struct run run;

		chance_of_world(world);
		run_begin(&run);
		for (int day = 0; day < DAYS; day++) {
			bool refuses = chance_of(30);

			change_list(&list);
			run_list(&run, &list, refuses ? 30 : 0, chance(100), chance_of(10));
			if (refuses)
				continue;
			check_standing(&run.model, &list);
			check_profiles(&run.model, &list);
		}
		facts_clear(&list);
		run_end(&run);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_list_again_sends_nothing),
		cmocka_unit_test(a_fact_that_comes_back_counts_again_within_its_minute),
		cmocka_unit_test(another_score_takes_the_one_before_back),
		cmocka_unit_test(what_is_taken_back_takes_nothing_else_along),
		cmocka_unit_test(a_move_holds_from_now_on_whatever_the_names),
		cmocka_unit_test(an_attribute_that_is_gone_is_claimed_to_be_none),
		cmocka_unit_test(an_earlier_end_is_claimed_and_a_later_one_replaces),
		cmocka_unit_test(one_fact_that_says_two_things_is_found),
		cmocka_unit_test(a_minute_has_so_many_moments_and_no_more),
		cmocka_unit_test(what_is_kept_and_cut_is_none),
		cmocka_unit_test(whatever_the_lists_the_daemon_has_the_last_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
