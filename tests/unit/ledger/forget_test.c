/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/subject.h"
#include "daemon/ledger/compare.h"
#include "daemon/ledger/ledger.h"
#include "tests/unit/house.h"
#include "tests/unit/worlds/model.h"

enum { STEPS = 60, BATCH = 12, EVENTS = STEPS * BATCH };

/* What the journal has, in its order: events with their numbers, less those of who was forgotten
 * since. */
struct remains {
	struct model_event events[EVENTS];
	uint64_t numbers[EVENTS];
	size_t n;
};

static void forget(struct house *house, struct remains *remains, struct text learner)
{
	struct order order = { .what = ORDER_FORGET, .n_people = 1 };
	size_t kept = 0;

	secret_pseudonym(&house->secret, text_of("s"), learner, order.people[0].learner);
	gate_obey(house->gate, &order, house->clock);
	assert_int_equal(order.err, 0);
	for (size_t i = 0; i < remains->n; i++)
		if (!text_equal(remains->events[i].event.learner, learner)) {
			remains->events[kept] = remains->events[i];
			remains->numbers[kept++] = remains->numbers[i];
		}
	remains->n = kept;
}

/* Its number in the stream is any that is free. */
static void send(struct house *house, const struct world *world, struct remains *remains,
		 uint64_t *seq, uint64_t *number)
{
	struct event events[BATCH];
	uint32_t n = 1 + chance(BATCH);

	for (uint32_t i = 0; i < n; i++) {
		world_event(world, &events[i]);
		remains->events[remains->n] = (struct model_event){ "s", events[i] };
		remains->numbers[remains->n++] = ++*number;
	}
	assert_int_equal(house_send(house, "s", "a", *seq, events, n), 0);
	assert_int_equal(house->gate->last.n_accepted, n);
	*seq += n;
}

/* The same records as one that is built from the journal: learners, their sources, who has sent
 * what, and tallies. */
static void assert_as_built(struct house *house, int64_t until, const char *when)
{
	struct ledger *ledger = house->ledger;
	struct ledger_view view, fresh;
	struct journal_view names;
	char text[COMPARE_TEXT] = "";
	int err;

	assert_int_equal(ledger_view_begin(ledger, &view), 0);
	house_ledger_open(house, "fresh", until);
	assert_true(house->is_built);
	assert_int_equal(ledger_view_begin(house->ledger, &fresh), 0);
	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	err = ledger_compare(&view.txn, &fresh.txn, house->catalogue, &names, text);
	if (err)
		fail_msg("%s: %s %s", when, lift_err_code(err), text);
	journal_view_end(&names);
	ledger_view_end(&fresh);
	ledger_view_end(&view);
	house_ledger_close(house);
	remove(dir_path(&house->dir, "fresh/data.mdb"));
	remove(dir_path(&house->dir, "fresh/lock.mdb"));
	house->ledger = ledger;
}

static void assert_as_the_model(struct house *house, const struct model_event *events, size_t n,
				int64_t until, const char *when)
{
	struct tallies_read found;
	struct model model;
	struct tally *expected;
	size_t n_expected;

	house_tallies(house, &found);
	model_make(&model, house->catalogue, events, n, until);
	expected = model_tallies(&model, &n_expected);
	assert_tallies_equal(found.items, found.n, expected, n_expected, when);
	model_free(&model);
	free(expected);
	tallies_free(&found);
}

static void live_on(struct house *house, int64_t until)
{
	uint64_t added;
	bool more;

	if (chance_of(50))
		assert_int_equal(journal_commit(house->journal), 0);
	if (chance_of(40))
		assert_int_equal(ledger_apply(house->ledger, 0, &more, &added), 0);
	if (chance_of(15))
		assert_int_equal(ledger_commit(house->ledger), 0);
	if (chance_of(15)) {
		house_ledger_close(house);
		assert_int_equal(journal_commit(house->journal), 0);
		if (chance_of(50))
			house_reopen_journal(house);
		if (chance_of(20)) /* and built anew */
			remove(dir_path(&house->dir, "ledger/data.mdb"));
		house_ledger_open(house, "ledger", until);
	}
}

/* As of a number: what came up to it, and is not forgotten by now. */
static void assert_known(struct house *house, const struct remains *remains, uint64_t last,
			 int64_t until, const char *when)
{
	struct ledger_progress progress = { .known_at = 1 + chance((uint32_t)last) };
	struct ledger *ledger = house->ledger;
	struct model_event known[EVENTS];
	size_t n = 0;

	for (size_t i = 0; i < remains->n; i++)
		if (remains->numbers[i] <= progress.known_at)
			known[n++] = remains->events[i];
	assert_int_equal(ledger_build(dir_path(&house->dir, "known"), house->journal,
				      house->catalogue, until, &progress, &house->ledger),
			 0);
	assert_as_the_model(house, known, n, until, when);
	house_ledger_close(house);
	house->ledger = ledger;
}

static void random_worlds_come_out_as_what_remains(void **state)
{
	static struct remains remains;
	enum { WORLDS = 60 };

	(void)state;
	chance_begin();
	for (uint32_t w = 0; w < WORLDS; w++) {
		uint64_t seq = 1, number = 0;
		int64_t until = INT64_MAX;
		struct house house;
		struct world world;
		char when[32];

		chance_of_world(w);
		snprintf(when, sizeof(when), "world %u", w);
		house_open(&house, "", world_catalogue);
		world_begin(&world, 1 + chance(9));
		remains.n = 0;
		if (w % 3 == 0)
			until = world.times[chance(WORLD_TIMES)] + chance(2);
		house_ledger_open(&house, "ledger", until);
		for (int step = 0; step < STEPS; step++) {
			struct event any;

			if (chance_of(70)) {
				send(&house, &world, &remains, &seq, &number);
			} else {
				world_event(&world, &any);
				forget(&house, &remains, any.learner);
				number++;
			}
			live_on(&house, until);
		}
		assert_int_equal(journal_commit(house.journal), 0);
		assert_int_equal(journal_last(house.journal), number);
		house_apply_all(&house);
		assert_as_the_model(&house, remains.events, remains.n, until, when);
		assert_as_built(&house, until, when);
		assert_known(&house, &remains, number, until, when);
		house_close(&house);
	}
}

static struct event event_at(const char *learner, int64_t time)
{
	return (struct event){ .type = EVENT_STARTED,
			       .time = time,
			       .learner = text_of(learner),
			       .module = text_of("lift"),
			       .region = text_of("rana"),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };
}

/* So many that they fill some pieces. */
static void a_learner_of_many_facts_is_gone_and_comes_back_with_few(void **state)
{
	static struct event events[500];
	static struct remains remains;
	uint8_t pseudonym[PSEUDONYM_BYTES];
	struct learner learner = { 0 };
	struct ledger_view view;
	struct house house;
	uint64_t seq = 1;
	bool found;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	secret_pseudonym(&house.secret, text_of("s"), text_of("kari"), pseudonym);
	for (int turn = 0; turn < 4; turn++) {
		bool comes_back = turn % 2;

		for (uint32_t i = 0; i < 500; i++)
			events[i] = event_at("kari", WORLD_BEGIN + i);
		assert_int_equal(house_send(&house, "s", "a", seq, events, 500), 0);
		seq += 500;
		assert_int_equal(journal_commit(house.journal), 0);
		if (turn < 2) /* else all of it in one stretch */
			house_apply_all(&house);
		forget(&house, &remains, text_of("kari"));
		if (comes_back)
			assert_int_equal(house_send(&house, "s", "a", seq++, events, 1), 0);
		assert_int_equal(house_send(&house, "s", "a", seq++,
					    &(struct event[]){ event_at("nils", WORLD_BEGIN) }[0],
					    1),
				 0);
		assert_int_equal(journal_commit(house.journal), 0);
		house_apply_all(&house);
		assert_int_equal(ledger_view_begin(house.ledger, &view), 0);
		assert_int_equal(ledger_view_learner(&view, pseudonym, &learner, &found), 0);
		assert_int_equal(found, comes_back);
		assert_int_equal(learner.n, comes_back ? 1 : 0);
		ledger_view_end(&view);
		assert_as_built(&house, INT64_MAX, "many facts");
	}
	learner_free(&learner);
	house_close(&house);
}

struct watched {
	uint32_t n_changed;
	bool people;
};

static void note_changed(void *context, uint32_t home, uint32_t subject)
{
	struct watched *watched = context;

	(void)home;
	watched->n_changed++;
	watched->people |= subject_kind(subject) == KIND_PEOPLE;
}

static void the_watcher_learns_what_a_forget_changes(void **state)
{
	static struct remains remains;
	struct watched watched = { 0 };
	struct ledger_watcher watcher = { note_changed, NULL, &watched, NULL };
	struct event kari = event_at("kari", WORLD_BEGIN);
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_int_equal(ledger_watch(house.ledger, &watcher), 0);
	assert_int_equal(house_send(&house, "s", "a", 1, &kari, 1), 0);
	assert_int_equal(journal_commit(house.journal), 0);
	house_apply_all(&house);
	watched = (struct watched){ 0 };
	forget(&house, &remains, text_of("somebody else"));
	assert_int_equal(journal_commit(house.journal), 0);
	house_apply_all(&house);
	assert_int_equal(watched.n_changed, 0);
	forget(&house, &remains, text_of("kari"));
	assert_int_equal(journal_commit(house.journal), 0);
	house_apply_all(&house);
	assert_int_equal(watched.n_changed, 2);
	assert_true(watched.people);
	assert_int_equal(ledger_committed(house.ledger), 3);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_worlds_come_out_as_what_remains),
		cmocka_unit_test(a_learner_of_many_facts_is_gone_and_comes_back_with_few),
		cmocka_unit_test(the_watcher_learns_what_a_forget_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
