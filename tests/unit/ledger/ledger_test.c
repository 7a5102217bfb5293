/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/ledger/ledger.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/export.h"
#include "daemon/ledger/layout.h"
#include "daemon/ledger/stored.h"
#include "proto/json.h"
#include "tests/unit/house.h"
#include "tests/unit/worlds/model.h"

/* rana and bodo mean the same people; moodle has its own. */
static const char joined[] = "namespaces: {rana: people, bodo: people}\n";
static const struct {
	const char *source, *name_space;
} sources[] = { { "rana", "people" }, { "bodo", "people" }, { "moodle", "moodle" } };
enum { SOURCES = 3, STREAMS = 2, BATCH = 12, BATCHES = 400 };

/* Comparing. */

static void compare_figures(const struct house *house, const struct tallies *tallies,
			    const struct model *model, int32_t today, const char *when);

/* The tallies that are committed are those of the model, of a fresh ledger, of a scan; and so are
 * the figures. */
static void assert_as_the_model(struct house *house, const struct model_event *events, size_t n,
				int64_t until, const char *when)
{
	int32_t today = WORLD_BEGIN / DAY_MS + WORLD_DAYS / 2;
	struct tallies_read found;
	struct ledger_view view;
	struct tallies tallies;
	struct model model;
	struct tally *expected;
	size_t n_expected;

	house_tallies(house, &found);
	model_make(&model, house->catalogue, events, n, until);
	expected = model_tallies(&model, &n_expected);
	assert_tallies_equal(found.items, found.n, expected, n_expected, when);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	tallies = ledger_view_tallies(&view);
	compare_figures(house, &tallies, &model, today, when);
	ledger_view_end(&view);
	model_free(&model);
	free(expected);
	tallies_free(&found);
}

static void assert_as_fresh(struct house *house, int64_t until, const char *when)
{
	struct tallies_read found, fresh;
	struct ledger *ledger = house->ledger;

	house_tallies(house, &found);
	house->ledger = NULL;
	house_ledger_open(house, "fresh", until);
	assert_true(house->is_built);
	house_apply_all(house);
	house_tallies(house, &fresh);
	house_ledger_close(house);
	remove(dir_path(&house->dir, "fresh/data.mdb"));
	remove(dir_path(&house->dir, "fresh/lock.mdb"));
	house->ledger = ledger;
	assert_tallies_equal(found.items, found.n, fresh.items, fresh.n, when);
	tallies_free(&found);
	tallies_free(&fresh);
}

static void assert_scan_as_model(struct house *house, const struct model_event *events, size_t n,
				 int64_t until, const char *when)
{
	struct tally_map *map = tally_map_new();
	struct ledger_view view;
	struct journal_view names;
	struct model model;
	struct tally *expected;
	struct tallies_read found;
	size_t n_expected;

	assert_non_null(map);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	assert_int_equal(ledger_view_scan(&view, &names, house->catalogue, until, map), 0);
	journal_view_end(&names);
	ledger_view_end(&view);
	model_make(&model, house->catalogue, events, n, until);
	expected = model_tallies(&model, &n_expected);
	map_tallies(map, &found);
	assert_tallies_equal(found.items, found.n, expected, n_expected, when);
	tallies_free(&found);
	free(expected);
	model_free(&model);
	tally_map_free(map);
}

struct lines {
	json_t *expected;
	size_t n;
	const char *when;
};

static int compare_line(void *context, struct text line)
{
	struct lines *lines = context;
	json_t *found = json_loadb(line.data, line.size, 0, NULL);
	json_t *expected = json_array_get(lines->expected, lines->n++);

	assert_non_null(found);
	if (!expected || !json_equal(found, expected)) {
		char *wanted = expected ? json_line(expected) : NULL;

		fail_msg("%s: line %zu is\n%.*s\nnot\n%s", lines->when, lines->n, (int)line.size,
			 line.data, wanted ? wanted : "there");
	}
	json_decref(found);
	return 0;
}

static void compare_figures(const struct house *house, const struct tallies *tallies,
			    const struct model *model, int32_t today, const char *when)
{
	struct export_wish wish = { KINDS, CATALOGUE_NONE, { NULL, 0 }, today, NULL };
	struct lines lines = { model_figures(model, today), 0, when };

	assert_int_equal(export_figures(house->catalogue, tallies, &wish, compare_line, &lines), 0);
	if (lines.n != json_array_size(lines.expected))
		fail_msg("%s: %zu lines, not %zu", when, lines.n, json_array_size(lines.expected));
	json_decref(lines.expected);
}

/* Random worlds. */

/* A batch that is to be sent, perhaps more than once. */
struct sending {
	uint32_t source, stream;
	uint64_t seq;
	uint32_t first, n; /* of the deliveries */
};

struct history {
	struct model_event *events; /* accepted ones, each once or more */
	size_t n_events, n_deliveries, n_sendings;
	struct event *deliveries;
	struct sending sendings[BATCHES];
};

static void history_free(struct history *history)
{
	free(history->events);
	free(history->deliveries);
}

/* Some of what was sent before, by a source of the same namespace; else something new; now and then
 * what is refused. */
static struct event next_event(const struct world *world, const struct history *history,
			       const char *name_space)
{
	struct event event;

	world_event(world, &event);
	if (history->n_events > 0 && chance_of(20)) {
		const struct model_event *old =
			&history->events[chance((uint32_t)history->n_events)];

		if (strcmp(old->name_space, name_space) == 0)
			event = old->event;
	} else if (chance_of(5)) {
		event.region = (struct text){ "", 0 };
	}
	return event;
}

/* Numbers rise in each stream; what is sent when is another matter. */
static void make_history(struct history *history, const struct world *world, uint32_t n_sendings,
			 uint32_t batch_max)
{
	uint64_t next[SOURCES][STREAMS] = { { 0 } };

	assert_true(n_sendings <= BATCHES);
	*history = (struct history){
		.events = calloc(n_sendings * batch_max, sizeof(struct model_event)),
		.deliveries = calloc(n_sendings * batch_max, sizeof(struct event))
	};
	assert_true(history->events && history->deliveries);
	for (uint32_t i = 0; i < n_sendings; i++) {
		struct sending *sending = &history->sendings[history->n_sendings++];

		sending->source = chance(SOURCES);
		sending->stream = chance(STREAMS);
		sending->n = 1 + chance(batch_max);
		sending->first = (uint32_t)history->n_deliveries;
		sending->seq = next[sending->source][sending->stream] + 1;
		next[sending->source][sending->stream] += sending->n;
		for (uint32_t e = 0; e < sending->n; e++) {
			const char *name_space = sources[sending->source].name_space;
			struct event event = next_event(world, history, name_space);

			history->deliveries[history->n_deliveries++] = event;
			if (event.region.size > 0)
				history->events[history->n_events++] =
					(struct model_event){ name_space, event };
		}
	}
}

static void send_one(struct house *house, const struct history *history,
		     const struct sending *sending, bool again)
{
	static const char *const streams[STREAMS] = { "a", "b" };
	uint32_t refused = 0;

	for (uint32_t i = 0; i < sending->n; i++)
		refused += history->deliveries[sending->first + i].region.size == 0;
	assert_int_equal(house_send(house, sources[sending->source].source,
				    streams[sending->stream], sending->seq,
				    history->deliveries + sending->first, sending->n),
			 0);
	assert_int_equal(house->gate->last.n_rejected, refused);
	assert_int_equal(house->gate->last.n_resent, again ? sending->n : 0);
}

/* What is applied shows before it is committed as it does behind. */
static void assert_shows(struct house *house)
{
	struct tallies applied = ledger_tallies(house->ledger);
	struct tallies_read before, after;

	tallies_read(&applied, house->catalogue, &before);
	assert_int_equal(ledger_commit(house->ledger), 0);
	tallies_read(&applied, house->catalogue, &after);
	assert_tallies_equal(after.items, after.n, before.items, before.n, "behind the commit");
	tallies_free(&after);
	house_tallies(house, &after);
	assert_tallies_equal(after.items, after.n, before.items, before.n, "committed");
	tallies_free(&before);
	tallies_free(&after);
}

/* Some of what a daemon meets between two batches. */
static void live_on(struct house *house, int64_t until)
{
	house_apply_some(house);
	if (chance_of(10))
		assert_shows(house);
	if (chance_of(8)) {
		/* What the ledger has not committed is done again. */
		house_ledger_close(house);
		if (chance_of(50)) {
			assert_int_equal(journal_commit(house->journal), 0);
			house_reopen_journal(house);
		}
		house_ledger_open(house, "ledger", until);
	}
}

static void live_through(struct house *house, struct history *history, int64_t until)
{
	bool *sent = calloc(history->n_sendings, sizeof(*sent));

	/* Not too far apart, or there would be too many gaps. */
	for (size_t i = 0; i + 1 < history->n_sendings; i += 20)
		chance_shuffle(history->sendings + i,
			       history->n_sendings - i < 40 ? history->n_sendings - i : 40,
			       sizeof(history->sendings[0]));
	assert_non_null(sent);
	for (size_t i = 0; i < history->n_sendings; i++) {
		send_one(house, history, &history->sendings[i], false);
		sent[i] = true;
		if (chance_of(15)) {
			size_t old = chance((uint32_t)i + 1);

			send_one(house, history, &history->sendings[old], true);
		}
		live_on(house, until);
	}
	free(sent);
	assert_int_equal(journal_commit(house->journal), 0);
	house_apply_all(house);
}

static void random_worlds_come_out_as_the_model_whatever_happens_on_the_way(void **state)
{
	enum { WORLDS = 25 };

	(void)state;
	for (uint32_t w = 0; w < WORLDS; w++) {
		struct history history;
		struct house house;
		struct world world;
		int64_t until = INT64_MAX, day;
		char when[32];

		chance_of_world(w);
		snprintf(when, sizeof(when), "world %u", w);
		house_open(&house, joined, w % 5 ? world_catalogue : world_catalogue_changed);
		world_begin(&world, 1 + chance(9));
		if (w % 3 == 0)
			until = world.times[chance(WORLD_TIMES)] + chance(2);
		make_history(&history, &world, 10 + chance(50), BATCH);
		house_ledger_open(&house, "ledger", until);
		live_through(&house, &history, until);
		assert_as_the_model(&house, history.events, history.n_events, until, when);
		assert_as_fresh(&house, until, when);
		assert_scan_as_model(&house, history.events, history.n_events, until, when);
		day = world.times[chance(WORLD_TIMES)];
		assert_scan_as_model(&house, history.events, history.n_events, day, when);
		house_ledger_close(&house);
		house_ledger_open(&house, "pinned", day);
		house_apply_all(&house);
		assert_as_the_model(&house, history.events, history.n_events, day, when);
		history_free(&history);
		house_close(&house);
	}
}

static void learners_of_thousands_of_facts_come_out_as_the_model(void **state)
{
	struct history history;
	struct house house;
	struct world world;

	(void)state;
	chance_of_world(100);
	house_open(&house, joined, world_catalogue);
	world_begin(&world, 2);
	world.any_time = true;
	world.voided_percent = 1;
	make_history(&history, &world, 120, 120);
	assert_true(history.n_events > 4000);
	house_ledger_open(&house, "ledger", INT64_MAX);
	live_through(&house, &history, INT64_MAX);
	assert_as_the_model(&house, history.events, history.n_events, INT64_MAX, "thousands");
	assert_as_fresh(&house, INT64_MAX, "thousands");
	assert_scan_as_model(&house, history.events, history.n_events, WORLD_BEGIN + 20 * DAY_MS,
			     "thousands");
	history_free(&history);
	house_close(&house);
}

/* Case by case. */

static struct event event_of(enum event_type type, const char *learner, const char *module,
			     const char *region, int hour)
{
	return (struct event){ .type = type,
			       .time = WORLD_BEGIN + hour * INT64_C(3600000),
			       .learner = text_of(learner),
			       .module = text_of(module),
			       .region = text_of(region),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };
}

static void send_committed(struct house *house, const char *source, const char *stream,
			   uint64_t seq, struct event event)
{
	assert_int_equal(house_send(house, source, stream, seq, &event, 1), 0);
	assert_int_equal(house->gate->last.n_rejected, 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

/* After a restart, a learner whose old facts carry profiles that no new event carries. */
static void a_ledger_goes_on_after_it_was_closed(void **state)
{
	struct model_event events[2];
	struct house house;

	(void)state;
	house_open(&house, joined, world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	events[0] =
		(struct model_event){ "moodle", event_of(EVENT_STARTED, "1", "lift", "rana", 1) };
	events[1] =
		(struct model_event){ "moodle", event_of(EVENT_COMPLETED, "1", "lift", "isle", 0) };
	send_committed(&house, "moodle", "a", 1, events[0].event);
	house_apply_all(&house);
	house_ledger_close(&house);
	house_reopen_journal(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_false(house.is_built);
	assert_int_equal(ledger_applied(house.ledger), 1);
	send_committed(&house, "moodle", "a", 2, events[1].event);
	house_apply_all(&house);
	assert_as_the_model(&house, events, 2, INT64_MAX, "after a restart");
	house_close(&house);
}

/* The learner of an id in a namespace. */
static bool find_learner(struct house *house, const char *name_space, const char *id,
			 struct learner *learner)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];
	struct ledger_view view;
	bool found;

	secret_pseudonym(&house->secret, text_of(name_space), text_of(id), pseudonym);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	assert_int_equal(ledger_view_learner(&view, pseudonym, learner, &found), 0);
	ledger_view_end(&view);
	return found;
}

static void assert_source(struct house *house, const char *id, const char *source, size_t n)
{
	struct learner learner = { 0 };
	struct journal_view view;
	struct text name;

	assert_true(find_learner(house, "both", id, &learner));
	assert_int_equal(learner.n, n);
	assert_int_equal(journal_view_begin(house->journal, &view), 0);
	assert_true(journal_view_name(&view, NAME_SOURCE, learner.source, &name));
	if (!text_equal(name, text_of(source)))
		fail_msg("%s is of %.*s, not of %s", id, (int)name.size, name.data, source);
	journal_view_end(&view);
	learner_free(&learner);
}

static int count_learners(void *context, const struct learner *learner)
{
	*(size_t *)context += learner->n > 0;
	return 0;
}

/* Applied event by event, all at once, and built. */
static void a_learner_is_of_the_source_that_has_told_of_it_first(void **state)
{
	static const char both[] = "namespaces: {a: both, b: both}";

	(void)state;
	for (int way = 0; way < 3; way++) {
		struct event one = event_of(EVENT_STARTED, "1", "lift", "rana", 1);
		struct event two = event_of(EVENT_STARTED, "2", "lift", "rana", 0);
		struct learner nobody = { 0 };
		struct ledger_view view;
		struct house house;
		size_t n = 0;

		house_open(&house, both, world_catalogue);
		if (way < 2)
			house_ledger_open(&house, "ledger", INT64_MAX);
		send_committed(&house, "a", "s", 1, one);
		send_committed(&house, "b", "s", 1, two);
		for (uint64_t seq = 2; seq < 6; seq++) {
			if (way == 0)
				house_apply_all(&house);
			one.time = two.time = WORLD_BEGIN - (int64_t)seq * 1000;
			send_committed(&house, "b", "s", seq, one);
			send_committed(&house, "a", "s", seq, two);
		}
		if (way == 2)
			house_ledger_open(&house, "ledger", INT64_MAX);
		house_apply_all(&house);
		assert_source(&house, "1", "a", 5);
		assert_source(&house, "2", "b", 5);
		assert_false(find_learner(&house, "both", "3", &nobody));
		assert_false(find_learner(&house, "a", "1", &nobody));
		assert_int_equal(nobody.n, 0);
		assert_int_equal(ledger_view_begin(house.ledger, &view), 0);
		assert_int_equal(ledger_view_learners(&view, count_learners, &n), 0);
		assert_int_equal(n, 2);
		ledger_view_end(&view);
		house_close(&house);
	}
}

static void what_is_applied_is_read_at_once_and_seen_by_a_view_after_the_commit(void **state)
{
	struct tallies_read read;
	struct tallies tallies;
	struct house house;
	uint64_t added;
	bool more;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "1", "lift", "rana", 0));
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_false(more);
	assert_int_equal(added, 1);
	tallies = ledger_tallies(house.ledger);
	tallies_read(&tallies, house.catalogue, &read);
	/* started, last, open, an hour, by two dimensions; people: last, by two dimensions */
	assert_int_equal(read.n, 9);
	tallies_free(&read);
	house_tallies(&house, &read);
	assert_int_equal(read.n, 0);
	assert_int_equal(ledger_committed(house.ledger), 0);
	assert_int_equal(ledger_commit(house.ledger), 0);
	house_tallies(&house, &read);
	assert_int_equal(read.n, 9);
	tallies_free(&read);
	assert_int_equal(ledger_committed(house.ledger), 1);
	house_close(&house);
}

/* So many events in all, with their numbers from 1 on. */
static void send_up_to(struct house *house, uint64_t n)
{
	static struct event events[BATCH_EVENTS_MAX];
	uint64_t last = journal_last(house->journal);

	while (last < n) {
		uint32_t count =
			(uint32_t)(n - last < BATCH_EVENTS_MAX ? n - last : BATCH_EVENTS_MAX);

		for (uint32_t i = 0; i < count; i++)
			events[i] = event_of(EVENT_STARTED, "1", "lift", "rana", 0);
		assert_int_equal(house_send(house, "s", "a", last + 1, events, count), 0);
		assert_int_equal(journal_commit(house->journal), 0);
		last += count;
	}
}

static void a_stretch_may_be_smaller_and_nothing_is_left_behind(void **state)
{
	enum { EVENTS = 10000, MOST = 1000 };
	struct house house;
	uint64_t added, before = 0;
	bool more;
	int n = 0;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	send_up_to(&house, EVENTS);
	for (; before < EVENTS; n++) {
		ledger_stop_at(house.ledger, before + MOST);
		assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
		assert_in_range(ledger_applied(house.ledger) - before, 1, MOST + CHUNK_MAX);
		before = ledger_applied(house.ledger);
	}
	assert_int_equal(before, EVENTS);
	assert_true(n > EVENTS / (MOST + CHUNK_MAX));
	ledger_stop_at(house.ledger, UINT64_MAX);
	/* Afterwards they are as large as ever. */
	send_up_to(&house, 2 * EVENTS);
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_true(ledger_applied(house.ledger) > EVENTS + MOST + CHUNK_MAX);
	house_close(&house);
}

/* Whoever waits for what is there would wait for the next event. */
static void there_is_more_where_one_is_left_behind_a_stretch(void **state)
{
	static const uint64_t stretch = LEDGER_STRETCH - CHUNK_MAX;
	struct house house;
	uint64_t added;
	bool more;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	for (uint64_t n = stretch - 1; n <= stretch + 1; n++) {
		send_up_to(&house, n);
		assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
		assert_int_equal(ledger_applied(house.ledger), n < stretch ? n : stretch);
		assert_int_equal(more, n > stretch);
		/* What is not committed is applied again. */
		house_ledger_close(&house);
		house_ledger_open(&house, "ledger", INT64_MAX);
	}
	house_close(&house);
}

static void a_fact_that_is_there_adds_none(void **state)
{
	struct event event = event_of(EVENT_STARTED, "1", "lift", "rana", 0);
	struct house house;
	uint64_t added;
	bool more;

	(void)state;
	house_open(&house, joined, world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	send_committed(&house, "rana", "a", 1, event);
	house_apply_all(&house);
	send_committed(&house, "bodo", "b", 1, event);
	event.module = text_of("lift");
	send_committed(&house, "rana", "b", 1, event);
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(added, 0);
	send_committed(&house, "moodle", "b", 1, event);
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(added, 1);
	house_close(&house);
}

static void another_catalogue_builds_the_ledger_anew(void **state)
{
	struct history history;
	struct house house;
	struct world world;

	(void)state;
	chance_of_world(200);
	house_open(&house, joined, world_catalogue);
	world_begin(&world, 4);
	make_history(&history, &world, 20, BATCH);
	house_ledger_open(&house, "ledger", INT64_MAX);
	live_through(&house, &history, INT64_MAX);
	for (int turn = 0; turn < 2; turn++) {
		struct catalogue *old = house.catalogue;

		house_ledger_close(&house);
		house.catalogue = catalogue_of(turn ? world_catalogue : world_catalogue_changed);
		house_ledger_open(&house, "ledger", INT64_MAX);
		assert_true(house.is_built);
		house_apply_all(&house);
		catalogue_free(old);
		/* What the gate dropped under the first catalogue, the second does not ask for. */
		assert_as_the_model(&house, history.events, history.n_events, INT64_MAX,
				    turn ? "back" : "changed");
	}
	history_free(&history);
	/* The gate still has the first one. */
	house_close(&house);
}

static void a_changed_name_or_headcount_builds_nothing_anew(void **state)
{
	static const char plain[] = "regions: [{code: rana}]\nmodules: [{id: lift}]\n";
	static const char named[] = "regions: [{code: rana, name: Rana, headcount: [{count: "
				    "4}]}]\nmodules: [{id: lift, name: L}]\n";
	struct catalogue *old;
	struct house house;

	(void)state;
	house_open(&house, "", plain);
	house_ledger_open(&house, "ledger", INT64_MAX);
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "1", "lift", "rana", 0));
	house_apply_all(&house);
	house_ledger_close(&house);
	old = house.catalogue;
	house.catalogue = catalogue_of(named);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_false(house.is_built);
	assert_int_equal(ledger_applied(house.ledger), 1);
	house_ledger_close(&house);
	house_ledger_open(&house, "ledger", WORLD_BEGIN);
	assert_true(house.is_built);
	catalogue_free(old);
	house_close(&house);
}

static void a_ledger_of_another_journal_is_built_anew(void **state)
{
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "1", "lift", "rana", 0));
	house_apply_all(&house);
	house_ledger_close(&house);
	remove(dir_path(&house.dir, "journal/data.mdb"));
	remove(dir_path(&house.dir, "journal/lock.mdb"));
	house_reopen_journal(&house);
	assert_int_equal(journal_last(house.journal), 0);
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "2", "lift", "bodo", 0));
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_true(house.is_built);
	house_close(&house);
}

static void copy_file(const char *from, const char *to)
{
	FILE *in = fopen(from, "rb"), *out = fopen(to, "wb");
	char bytes[4096];
	size_t n;

	assert_true(in && out);
	while ((n = fread(bytes, 1, sizeof(bytes), in)) > 0)
		assert_int_equal(fwrite(bytes, 1, n, out), n);
	fclose(in);
	assert_int_equal(fclose(out), 0);
}

static void a_ledger_that_is_ahead_of_its_journal_is_built_anew(void **state)
{
	struct model_event event = { "s", event_of(EVENT_STARTED, "1", "lift", "rana", 0) };
	struct house house;

	(void)state;
	house_open(&house, "", world_catalogue);
	send_committed(&house, "s", "a", 1, event.event);
	house_reopen_journal(&house);
	copy_file(dir_path(&house.dir, "journal/data.mdb"), dir_path(&house.dir, "backup"));
	send_committed(&house, "s", "a", 2, event_of(EVENT_STARTED, "2", "lift", "isle", 0));
	house_ledger_open(&house, "ledger", INT64_MAX);
	house_apply_all(&house);
	house_ledger_close(&house);
	/* The journal comes back from a backup. */
	gate_close(house.gate);
	journal_close(house.journal);
	house.gate = NULL;
	house.journal = NULL;
	copy_file(dir_path(&house.dir, "backup"), dir_path(&house.dir, "journal/data.mdb"));
	house_reopen_journal(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_true(house.is_built);
	house_apply_all(&house);
	assert_as_the_model(&house, &event, 1, INT64_MAX, "from a backup");
	house_close(&house);
}

/* As formats before 5 had it: a digest without the format in front, pieces without the source. */
static void make_older(const char *dir, const uint8_t pseudonym[static PSEUDONYM_BYTES])
{
	const uint8_t piece[PIECE_KEY] = { 0 };
	const struct text alone = { (const char *)pseudonym, PSEUDONYM_BYTES };
	char digest[16];
	struct store *store;
	struct store_txn txn;
	struct text value;

	assert_int_equal(store_open(dir, ledger_db_names, LDB_COUNT, 64 << 20, &store), 0);
	assert_int_equal(store_begin(store, true, &txn), 0);
	assert_true(store_get(&txn, LDB_META, text_of("digest"), &value));
	assert_true(value.size > sizeof(digest));
	memcpy(digest, value.data + value.size - sizeof(digest), sizeof(digest));
	store_put(&txn, LDB_META, text_of("digest"), (struct text){ digest, sizeof(digest) });
	store_put(&txn, LDB_LEARNERS, (struct text){ (const char *)piece, sizeof(piece) }, alone);
	assert_int_equal(store_commit(&txn), 0);
	store_close(store);
}

static void a_ledger_of_an_older_format_is_built_anew_and_not_called_damaged(void **state)
{
	const uint8_t pseudonym[PSEUDONYM_BYTES] = { 1 };
	struct house house;
	const char *dir;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "1", "lift", "rana", 0));
	house_apply_all(&house);
	house_ledger_close(&house);
	dir = dir_path(&house.dir, "ledger");
	assert_int_equal(stored_check(dir), 0);
	make_older(dir, pseudonym);
	assert_int_equal(stored_check(dir), 0);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_true(house.is_built);
	house_close(&house);
}

/* The kernel refuses to let the ledger's file grow: as a full disk would. */
static void a_commit_that_the_disk_refuses_is_done_again(void **state)
{
	struct rlimit before, limit;
	struct history history;
	struct house house;
	struct world world;
	uint64_t added, committed;
	int err = 0;
	bool more;

	(void)state;
	chance_of_world(300);
	house_open(&house, joined, world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	world_begin(&world, 9);
	world.any_time = true;
	make_history(&history, &world, 60, 100);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	for (size_t i = 0; i < history.n_sendings; i++) {
		send_one(&house, &history, &history.sendings[i], false);
		assert_int_equal(journal_commit(house.journal), 0);
		if (i % 10 != 9)
			continue;
		committed = ledger_committed(house.ledger);
		limit = before;
		limit.rlim_cur = ledger_bytes(house.ledger);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
		assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
		err = ledger_commit(house.ledger);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
		if (err) {
			assert_int_equal(ledger_committed(house.ledger), committed);
			assert_int_equal(ledger_applied(house.ledger), committed);
			/* Half of them with more to come in between. */
			if (i % 20 == 9)
				house_apply_all(&house);
		}
		if (i == 9)
			assert_int_not_equal(err, 0);
	}
	signal(SIGXFSZ, SIG_DFL);
	house_apply_all(&house);
	assert_as_the_model(&house, history.events, history.n_events, INT64_MAX, "full disk");
	assert_as_fresh(&house, INT64_MAX, "full disk");
	history_free(&history);
	house_close(&house);
}

/* When it is time to commit. */

static void a_commit_is_due_after_a_while_or_when_someone_waits(void **state)
{
	int64_t now = 1000000;
	struct house house;
	uint64_t added;
	bool more;

	(void)state;
	house_open(&house, "", world_catalogue);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_false(ledger_is_due(house.ledger, now + 100 * LEDGER_COMMIT_MS));
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "1", "lift", "rana", 0));
	ledger_want(house.ledger, 2);
	assert_int_equal(ledger_apply(house.ledger, now, &more, &added), 0);
	assert_false(ledger_is_due(house.ledger, now));
	assert_false(ledger_is_due(house.ledger, now + LEDGER_COMMIT_MS - 1));
	assert_true(ledger_is_due(house.ledger, now + LEDGER_COMMIT_MS));
	send_committed(&house, "s", "a", 2, event_of(EVENT_STARTED, "2", "lift", "rana", 0));
	assert_int_equal(ledger_apply(house.ledger, now, &more, &added), 0);
	assert_true(ledger_is_due(house.ledger, now));
	ledger_want(house.ledger, 1);
	assert_true(ledger_is_due(house.ledger, now));
	assert_int_equal(ledger_commit(house.ledger), 0);
	assert_false(ledger_is_due(house.ledger, now + 100 * LEDGER_COMMIT_MS));
	house_close(&house);
}

/* The watcher. */

struct watched {
	uint32_t changed[8], seen[8]; /* home << 16 | subject, module */
	size_t n_changed, n_seen;
};

static void note_changed(void *context, uint32_t home, uint32_t subject)
{
	struct watched *watched = context;

	assert_true(watched->n_changed < 8);
	watched->changed[watched->n_changed++] =
		home << 16 | (uint32_t)subject_kind(subject) << 8 | subject_index(subject);
}

static void note_seen(void *context, struct text source, uint32_t module, uint32_t home)
{
	struct watched *watched = context;

	assert_true(text_equal(source, text_of("s")));
	assert_true(watched->n_seen < 8);
	watched->seen[watched->n_seen++] = home << 16 | module;
}

static bool has(const uint32_t *all, size_t n, uint32_t one)
{
	for (size_t i = 0; i < n; i++)
		if (all[i] == one)
			return true;
	return false;
}

static void the_watcher_learns_what_changed_and_what_is_there(void **state)
{
	struct watched watched = { 0 };
	struct ledger_watcher watcher = { note_changed, note_seen, &watched, NULL };
	uint32_t rana, isle;
	struct house house;
	uint64_t added;
	bool more;

	(void)state;
	house_open(&house, "", world_catalogue);
	rana = catalogue_home(house.catalogue, text_of("rana"));
	isle = catalogue_home(house.catalogue, text_of("isle"));
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_int_equal(ledger_watch(house.ledger, &watcher), 0);
	assert_int_equal(watched.n_changed + watched.n_seen, 0);
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "1", "lift", "rana", 5));
	send_committed(&house, "s", "a", 2, event_of(EVENT_STARTED, "2", "unheard", "rana", 5));
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(watched.n_changed, 2);
	assert_true(has(watched.changed, 2, rana << 16));
	assert_true(has(watched.changed, 2, rana << 16 | KIND_PEOPLE << 8));
	assert_int_equal(watched.n_seen, 1);
	assert_int_equal(watched.seen[0], rana << 16);
	/* The learner moves: both places change. An older event from there is seen, and moves
	 * nobody. */
	watched = (struct watched){ 0 };
	send_committed(&house, "s", "a", 3, event_of(EVENT_STARTED, "1", "unheard", "isle", 6));
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(watched.n_changed, 4);
	assert_true(has(watched.changed, 4, rana << 16) && has(watched.changed, 4, isle << 16));
	assert_int_equal(watched.n_seen, 0);
	watched = (struct watched){ 0 };
	send_committed(&house, "s", "a", 4, event_of(EVENT_STARTED, "1", "lift", "isle", 5));
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(watched.n_changed, 0);
	assert_int_equal(watched.n_seen, 1);
	/* It is said once. */
	send_committed(&house, "s", "b", 1, event_of(EVENT_COMPLETED, "1", "lift", "isle", 5));
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(watched.n_seen, 1);
	assert_int_equal(ledger_commit(house.ledger), 0);
	/* Opened again: what is there. */
	watched = (struct watched){ 0 };
	house_ledger_close(&house);
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_int_equal(ledger_watch(house.ledger, &watcher), 0);
	assert_int_equal(watched.n_changed, 2);
	assert_true(has(watched.changed, 2, isle << 16));
	assert_true(has(watched.changed, 2, isle << 16 | KIND_PEOPLE << 8));
	assert_int_equal(watched.n_seen, 2);
	assert_true(has(watched.seen, 2, rana << 16) && has(watched.seen, 2, isle << 16));
	house_close(&house);
}

/* As publishing begins a new epoch when names change: all of it is told again, of the same. */
static void who_watches_anew_learns_of_what_is_not_committed_yet(void **state)
{
	struct watched first = { 0 }, watched = { 0 };
	struct ledger_watcher watcher = { note_changed, note_seen, &first, NULL };
	struct catalogue *names = catalogue_of(world_catalogue);
	struct house house;
	uint32_t rana, isle;
	uint64_t added;
	bool more;

	(void)state;
	house_open(&house, "", world_catalogue);
	rana = catalogue_home(house.catalogue, text_of("rana")) << 16;
	isle = catalogue_home(house.catalogue, text_of("isle")) << 16;
	house_ledger_open(&house, "ledger", INT64_MAX);
	assert_int_equal(ledger_watch(house.ledger, &watcher), 0);
	send_committed(&house, "s", "a", 1, event_of(EVENT_STARTED, "1", "lift", "rana", 5));
	house_apply_all(&house);
	send_committed(&house, "s", "a", 2, event_of(EVENT_STARTED, "2", "lift", "isle", 5));
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(first.n_seen, 2);
	ledger_switch(house.ledger, names);
	watcher.context = &watched;
	assert_int_equal(ledger_watch(house.ledger, &watcher), 0);
	assert_int_equal(watched.n_seen, 2);
	assert_true(has(watched.seen, 2, rana) && has(watched.seen, 2, isle));
	assert_int_equal(watched.n_changed, 4);
	assert_true(has(watched.changed, 4, rana) && has(watched.changed, 4, isle));
	assert_true(has(watched.changed, 4, rana | KIND_PEOPLE << 8));
	assert_true(has(watched.changed, 4, isle | KIND_PEOPLE << 8));
	/* It was told, and is not told again. */
	assert_int_equal(ledger_commit(house.ledger), 0);
	assert_int_equal(ledger_apply(house.ledger, 0, &more, &added), 0);
	assert_int_equal(watched.n_seen + watched.n_changed, 6);
	assert_int_equal(first.n_seen, 2);
	house_close(&house);
	catalogue_free(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ledger_goes_on_after_it_was_closed),
		cmocka_unit_test(random_worlds_come_out_as_the_model_whatever_happens_on_the_way),
		cmocka_unit_test(learners_of_thousands_of_facts_come_out_as_the_model),
		cmocka_unit_test(a_learner_is_of_the_source_that_has_told_of_it_first),
		cmocka_unit_test(
			what_is_applied_is_read_at_once_and_seen_by_a_view_after_the_commit),
		cmocka_unit_test(there_is_more_where_one_is_left_behind_a_stretch),
		cmocka_unit_test(a_stretch_may_be_smaller_and_nothing_is_left_behind),
		cmocka_unit_test(a_fact_that_is_there_adds_none),
		cmocka_unit_test(another_catalogue_builds_the_ledger_anew),
		cmocka_unit_test(a_changed_name_or_headcount_builds_nothing_anew),
		cmocka_unit_test(a_ledger_of_another_journal_is_built_anew),
		cmocka_unit_test(a_ledger_that_is_ahead_of_its_journal_is_built_anew),
		cmocka_unit_test(a_ledger_of_an_older_format_is_built_anew_and_not_called_damaged),
		cmocka_unit_test(a_commit_that_the_disk_refuses_is_done_again),
		cmocka_unit_test(a_commit_is_due_after_a_while_or_when_someone_waits),
		cmocka_unit_test(the_watcher_learns_what_changed_and_what_is_there),
		cmocka_unit_test(who_watches_anew_learns_of_what_is_not_committed_yet),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
