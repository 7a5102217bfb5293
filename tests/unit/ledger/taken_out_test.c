/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/subject.h"
#include "daemon/compact/trim.h"
#include "daemon/journal/rewrite/rewrite.h"
#include "daemon/journal/walk/walk.h"
#include "daemon/ledger/compare.h"
#include "daemon/ledger/ledger.h"
#include "proto/day.h"
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

/* Two sources that mean the same people. */
static const char joined[] = "namespaces: {s: s, t: s}\n", *const sources[] = { "s", "t" };

/* Its number in the stream is any that is free. */
static void send(struct house *house, const struct world *world, struct remains *remains,
		 uint64_t seq[static 2], uint64_t *number)
{
	struct event events[BATCH];
	uint32_t n = 1 + chance(BATCH), source = chance(2);

	for (uint32_t i = 0; i < n; i++) {
		world_event(world, &events[i]);
		remains->events[remains->n] = (struct model_event){ "s", events[i] };
		remains->numbers[remains->n++] = ++*number;
	}
	assert_int_equal(house_send(house, sources[source], "a", seq[source], events, n), 0);
	assert_int_equal(house->gate->last.n_accepted, n);
	seq[source] += n;
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
	house_apply_some(house);
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
		uint64_t seq[2] = { 1, 1 }, number = 0;
		int64_t until = INT64_MAX;
		struct house house;
		struct world world;
		char when[32];

		chance_of_world(w);
		snprintf(when, sizeof(when), "world %u", w);
		house_open(&house, joined, world_catalogue);
		world_begin(&world, 1 + chance(9));
		remains.n = 0;
		if (w % 3 == 0)
			until = world.times[chance(WORLD_TIMES)] + chance(2);
		house_ledger_open(&house, "ledger", until);
		for (int step = 0; step < STEPS; step++) {
			struct event any;

			if (chance_of(70)) {
				send(&house, &world, &remains, seq, &number);
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

/* The learner's source: who has told of it first since it was forgotten last; "" where nobody
 * has. */
static const struct {
	const char *happens; /* s, t: an event of that source; F: forgotten; |: applied by then */
	const char *source;
	uint32_t facts;
	const char *why;
} tellings[] = {
	{ "sF", "", 0, "forgotten in the stretch that told of it" },
	{ "s|F", "", 0, "forgotten in the next one" },
	{ "sFt", "t", 1, "all in one stretch" },
	{ "s|Ft", "t", 1, "told of by another source in the stretch of the forget" },
	{ "s|F|t", "t", 1, "each in a stretch of its own" },
	{ "s|tFs", "s", 1, "told of in front of the forget, too" },
	{ "s|Fts", "t", 2, "the second to tell of it is not the first" },
	{ "ss|tFtt|s", "t", 3, "and it stays so" },
	{ "s|FtFs", "s", 1, "forgotten twice" },
	{ "s|FtF", "", 0, "forgotten twice, and no more" },
	{ "s|Ft|Fs|t", "s", 2, "forgotten in two stretches" },
	{ "s|t|t", "s", 3, "never forgotten" },
};

static void assert_told_by(struct house *house, const char *source, uint32_t facts, const char *why)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];
	struct learner learner = { 0 };
	struct ledger_view view;
	struct journal_view names;
	struct text name;
	bool found;

	secret_pseudonym(&house->secret, text_of("s"), text_of("kari"), pseudonym);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	assert_int_equal(ledger_view_learner(&view, pseudonym, &learner, &found), 0);
	if (found != (*source != 0) || learner.n != facts)
		fail_msg("%s: %u facts, not %u", why, (unsigned)learner.n, facts);
	if (found && (!journal_view_name(&names, NAME_SOURCE, learner.source, &name) ||
		      !text_equal(name, text_of(source))))
		fail_msg("%s: not of %s", why, source);
	journal_view_end(&names);
	ledger_view_end(&view);
	learner_free(&learner);
}

static void whoever_is_forgotten_is_of_the_source_that_tells_of_it_then(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(tellings) / sizeof(tellings[0]); i++) {
		static struct remains remains;
		uint64_t seq[2] = { 1, 1 }, number = 0;
		struct house house;

		remains.n = 0;
		house_open(&house, joined, world_catalogue);
		house_ledger_open(&house, "ledger", INT64_MAX);
		for (const char *at = tellings[i].happens; *at; at++) {
			struct event event = event_at("kari", WORLD_BEGIN + (int64_t)number++);
			int source = *at == 't';

			if (*at == '|') {
				house_apply_all(&house);
			} else if (*at == 'F') {
				forget(&house, &remains, event.learner);
			} else {
				remains.events[remains.n] = (struct model_event){ "s", event };
				remains.numbers[remains.n++] = number;
				assert_int_equal(house_send(&house, sources[source], "a",
							    seq[source]++, &event, 1),
						 0);
			}
			assert_int_equal(journal_commit(house.journal), 0);
		}
		house_apply_all(&house);
		assert_told_by(&house, tellings[i].source, tellings[i].facts, tellings[i].why);
		assert_as_the_model(&house, remains.events, remains.n, INT64_MAX, tellings[i].why);
		assert_as_built(&house, INT64_MAX, tellings[i].why);
		house_close(&house);
	}
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

/* The horizon. */

static const char of_grants[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {role: [nurse, carer], shift: [day, night]}\n"
	"regions: [{code: rana, name: R}, {code: isle, name: I}, {code: bodo, name: B}]\n"
	"competences: [{id: c, name: C}, {id: d, name: D}]\n"
	"modules:\n"
	"  - {id: ever, name: E, grants: [{competence: c, level: 1, earned_by: completed}]}\n"
	"  - id: year\n"
	"    name: Y\n"
	"    pass_mark: 0.5\n"
	"    grants: [{competence: c, level: 2, earned_by: passed, valid_months: 12},\n"
	"             {competence: d, level: 1, earned_by: completed, valid_months: 6}]\n"
	"  - {id: plain, name: P}\n";
#define HORIZON WORLD_BEGIN
enum { SPAN_DAYS = 900 /* before it and after it */ };

static struct event any_event(bool any_time)
{
	static const char *const modules[] = { "ever", "year", "plain", "unheard" };
	static const char *const learners[] = { "a", "b", "c", "d" };
	static const char *const regions[] = { "rana", "isle", "bodo", "nowhere" };
	static const char *const roles[] = { "nurse", "carer", "chef" };
	static const char *const shifts[] = { "day", "night" };
	static const enum event_type types[] = { EVENT_STARTED,	 EVENT_COMPLETED, EVENT_COMPLETED,
						 EVENT_ASSESSED, EVENT_ASSESSED,  EVENT_VOIDED };
	int64_t after = (int64_t)chance(SPAN_DAYS) * DAY_MS + chance(DAY_MS);
	int64_t before = (int64_t)chance(SPAN_DAYS) * DAY_MS + chance(DAY_MS);
	struct event event = { .type = types[chance(6)],
			       .time = any_time && chance_of(60) ? HORIZON - before
								 : HORIZON + after / 30,
			       .learner = text_of(learners[chance(4)]),
			       .module = text_of(modules[chance(4)]),
			       .region = text_of(regions[chance(4)]),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };

	if (chance_of(50))
		event.attrs[event.n_attrs++] =
			(struct event_attr){ text_of("role"), text_of(roles[chance(3)]) };
	if (chance_of(30))
		event.attrs[event.n_attrs++] =
			(struct event_attr){ text_of("shift"), text_of(shifts[chance(2)]) };
	if (event.type == EVENT_ASSESSED) {
		event.result.score = (int16_t)(chance(2) ? 7000 : 3000);
		event.result.passed = (int8_t)((int)chance(3) - 1);
	}
	if (event.type == EVENT_VOIDED)
		event.voids = chance_of(50) ? EVENT_COMPLETED : EVENT_ASSESSED;
	if ((event.type == EVENT_ASSESSED || event.type == EVENT_COMPLETED) && chance_of(30))
		event.valid_until =
			(int32_t)((HORIZON + after - before) / DAY_MS + (int64_t)chance(3) - 1);
	return event;
}

static bool same_fact(const struct event *a, const struct event *b)
{
	return text_equal(a->learner, b->learner) && text_equal(a->module, b->module) &&
	       a->type == b->type && a->time == b->time && a->result.score == b->result.score &&
	       a->result.passed == b->result.passed;
}

/* Does it hold on the horizon's day or later? In words: for ever, or for a time from its local
 * day. */
static bool holds_still(const struct remains *remains, const struct event *event,
			const struct calendar *calendar, int64_t horizon)
{
	int32_t on = calendar_day(calendar, horizon), day = calendar_day(calendar, event->time);
	bool is_ever = text_equal(event->module, text_of("ever"));
	bool is_passed = event->type == EVENT_ASSESSED &&
			 (event->result.passed >= 0 ? event->result.passed == 1
						    : event->result.score >= 5000);
	int32_t earliest = 0;

	if (!is_ever && !text_equal(event->module, text_of("year")))
		return false;
	if (event->type == EVENT_VOIDED)
		return true;
	if (event->type != EVENT_COMPLETED && (is_ever || !is_passed))
		return false;
	for (size_t i = 0; i < remains->n; i++) {
		const struct event *other = &remains->events[i].event;

		if (same_fact(other, event) && other->valid_until > 0 &&
		    (earliest == 0 || other->valid_until < earliest))
			earliest = other->valid_until;
	}
	if (earliest > 0)
		return earliest >= on;
	return is_ever || day_add_months(day, event->type == EVENT_COMPLETED ? 6 : 12) > on;
}

static const struct text *attr_of(const struct event *event, const char *name)
{
	for (size_t i = 0; i < event->n_attrs; i++)
		if (text_equal(event->attrs[i].name, text_of(name)))
			return &event->attrs[i].value;
	return NULL;
}

/* Is it what was claimed last before the horizon, of the region (NULL) or an attribute? */
static bool is_latest(const struct remains *remains, const struct event *event, const char *name,
		      int64_t horizon)
{
	const struct text *mine = name ? attr_of(event, name) : &event->region;

	for (size_t i = 0; mine && i < remains->n; i++) {
		const struct event *other = &remains->events[i].event;
		const struct text *text = name ? attr_of(other, name) : &other->region;

		if (!text || !text_equal(other->learner, event->learner) || other->time >= horizon)
			continue;
		if (other->time > event->time ||
		    (other->time == event->time && text_compare(*text, *mine) > 0))
			return false;
	}
	return mine;
}

static size_t retain_slowly(const struct remains *remains, const struct calendar *calendar,
			    int64_t horizon, struct model_event *to)
{
	size_t n = 0;

	for (size_t i = 0; i < remains->n; i++) {
		const struct event *event = &remains->events[i].event;
		struct event claim = *event;

		if (event->time >= horizon || holds_still(remains, event, calendar, horizon)) {
			to[n++] = remains->events[i];
			continue;
		}
		if (!is_latest(remains, event, NULL, horizon) &&
		    !is_latest(remains, event, "role", horizon) &&
		    !is_latest(remains, event, "shift", horizon))
			continue;
		claim.type = EVENT_STARTED;
		claim.module = text_of("unheard");
		claim.result = (struct event_result){ .score = -1, .passed = -1 };
		claim.valid_until = 0;
		to[n++] = (struct model_event){ "s", claim };
	}
	return n;
}

static const struct model_learner *find_learner(const struct model *model, struct text learner)
{
	for (size_t i = 0; i < model->n; i++)
		if (text_equal(model->learners[i].one->event.learner, learner))
			return &model->learners[i];
	return NULL;
}

/* What a learner holds from the horizon on, and who that is by now, as if there were none. */
static void assert_held_alike(const struct catalogue *catalogue, const struct remains *remains,
			      const struct model_event *left, size_t n, int64_t horizon)
{
	int32_t on = calendar_day(catalogue->calendar, horizon);
	struct model all, some;

	model_make(&all, catalogue, remains->events, remains->n, INT64_MAX);
	model_make(&some, catalogue, left, n, INT64_MAX);
	assert_int_equal(some.n, all.n);
	for (size_t i = 0; i < all.n; i++) {
		const struct model_learner *one = &all.learners[i];
		const struct model_learner *other = find_learner(&some, one->one->event.learner);

		assert_non_null(other);
		assert_int_equal(other->now.home, one->now.home);
		for (uint32_t d = 0; d < catalogue->n_dimensions; d++)
			assert_int_equal(other->now.values[d], one->now.values[d]);
		for (uint32_t c = 0; c < catalogue->n_competences; c++)
			for (int32_t day = on; day < on + 800; day += 1 + day % 9)
				assert_int_equal(model_level(&other->competences[c], day),
						 model_level(&one->competences[c], day));
	}
	model_free(&all);
	model_free(&some);
}

static void set_horizon(struct house *house, int64_t horizon)
{
	struct order order = { .what = ORDER_HORIZON, .horizon = horizon };

	gate_obey(house->gate, &order, house->clock);
	assert_int_equal(order.err, 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

static void send_any(struct house *house, struct remains *remains, uint64_t *seq, bool any_time)
{
	struct event event = any_event(any_time);

	/* The same fact once more, with another last day. */
	if (any_time && remains->n > 0 && chance_of(15)) {
		event = remains->events[chance((uint32_t)remains->n)].event;
		if (event.type == EVENT_COMPLETED)
			event.valid_until =
				(int32_t)(HORIZON / DAY_MS) + (int32_t)chance(200) - 100;
	}
	remains->events[remains->n++] = (struct model_event){ "s", event };
	assert_int_equal(house_send(house, "s", "a", (*seq)++, &event, 1), 0);
	assert_int_equal(house->gate->last.n_accepted, 1);
}

struct trimming {
	struct trim *trim;
	uint64_t gone;
};

static void trim_entry(void *context, uint64_t number, struct entry *entry)
{
	struct trimming *trimming = context;

	(void)number;
	if (!trim_takes(trimming->trim, entry))
		return;
	*entry = (struct entry){ .what = ENTRY_GONE };
	trimming->gone++;
}

static void assert_whole(const char *path)
{
	struct journal_walk *walk;
	bool more;

	assert_int_equal(journal_walk_begin(path, UINT64_MAX, &walk, &more), 0);
	assert_false(journal_walk_damage(walk)->found);
	journal_walk_end(walk);
}

/* By what is left of the journal the figures are the same: how many events have gone. The ledger is
 * closed. */
static uint64_t write_anew(struct house *house, const struct model_event *left, size_t n,
			   const char *when)
{
	struct journal *old = house->journal;
	struct trimming trimming = { .gone = 0 };
	const struct rewrite_rules rules = { .change_entry = trim_entry, .context = &trimming };
	struct rewrite *rewrite;

	assert_int_equal(
		trim_open(house->dir.path, (struct as_of){ .pinned = false }, old, &trimming.trim),
		0);
	assert_non_null(trimming.trim);
	assert_int_equal(rewrite_open(dir_path(&house->dir, "anew"), old, house->secret.digest, 7,
				      &rules, &rewrite),
			 0);
	assert_int_equal(rewrite_finish(rewrite), 0);
	rewrite_close(rewrite);
	assert_int_equal(
		journal_open_read_only(dir_path(&house->dir, "anew"), NULL, &house->journal), 0);
	assert_int_equal(journal_last(house->journal), journal_last(old));
	house_ledger_open(house, "ledger-anew", INT64_MAX);
	assert_as_the_model(house, left, n, INT64_MAX, when);
	house_ledger_close(house);
	journal_close(house->journal);
	house->journal = old;
	assert_whole(dir_path(&house->dir, "anew/data.mdb"));
	trim_close(trimming.trim);
	return trimming.gone;
}

/* The horizon moves on twice, and a ledger that was built by another one is built anew: how many
 * events are taken out. */
static uint64_t check_horizon(uint32_t w)
{
	static struct remains remains;
	static struct model_event left[EVENTS];
	int64_t horizon = 0;
	struct house house;
	uint64_t seq = 1;
	char when[32];
	uint64_t gone;
	size_t n;

	chance_of_world(w);
	snprintf(when, sizeof(when), "world %u", w);
	house_open(&house, "", of_grants);
	house.clock = HORIZON + (int64_t)SPAN_DAYS * DAY_MS;
	remains.n = 0;
	house_ledger_open(&house, "ledger", INT64_MAX);
	for (int step = 0; step < 150; step++) {
		send_any(&house, &remains, &seq, horizon == 0);
		if (chance_of(3))
			forget(&house, &remains, any_event(true).learner);
		if (chance_of(10)) {
			assert_int_equal(journal_commit(house.journal), 0);
			house_apply_all(&house);
		}
		if (step != 90 && step != 120)
			continue;
		/* Days in which nothing was sent between the two: all that comes is behind both. */
		horizon = HORIZON - (step == 90 ? (int64_t)DAY_MS * (1 + chance(300)) : 0);
		set_horizon(&house, horizon);
		house_apply_all(&house);
		assert_int_not_equal(ledger_horizon(house.ledger), horizon);
		house_ledger_close(&house);
		house_ledger_open(&house, "ledger", INT64_MAX);
		assert_true(house.is_built);
		assert_int_equal(ledger_horizon(house.ledger), horizon);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	house_apply_all(&house);
	n = retain_slowly(&remains, house.catalogue->calendar, horizon, left);
	assert_as_the_model(&house, left, n, INT64_MAX, when);
	assert_held_alike(house.catalogue, &remains, left, n, horizon);
	assert_as_built(&house, INT64_MAX, when);
	house_ledger_close(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_false(house.is_built);
	house_ledger_close(&house);
	gone = write_anew(&house, left, n, when);
	house_close(&house);
	return gone;
}

static void what_is_left_of_the_past_is_what_holds_and_what_was_claimed_last(void **state)
{
	uint64_t taken_out = 0;

	(void)state;
	chance_begin();
	for (uint32_t w = 0; w < 30; w++)
		taken_out += check_horizon(w);
	assert_true(taken_out > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_worlds_come_out_as_what_remains),
		cmocka_unit_test(a_learner_of_many_facts_is_gone_and_comes_back_with_few),
		cmocka_unit_test(whoever_is_forgotten_is_of_the_source_that_tells_of_it_then),
		cmocka_unit_test(what_is_left_of_the_past_is_what_holds_and_what_was_claimed_last),
		cmocka_unit_test(the_watcher_learns_what_a_forget_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
