/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explanations from a real journal and ledger: what they count is what the figures count, and their
 * sources are those that are published.
 */
#include "daemon/explain/explain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/subject.h"
#include "daemon/figures/metrics.h"
#include "daemon/publish/topics.h"
#include "proto/json.h"
#include "tests/unit/house.h"

/* The world's texts, with a programme for one half of the places, and a competence. */
static const char catalogue_text[] =
	"timezone: Europe/Oslo\n"
	"regions:\n"
	"  - {code: no}\n"
	"  - {code: north, parents: [no]}\n"
	"  - {code: coast, parents: [no]}\n"
	"  - {code: rana, parents: [north, coast], aliases: ['1833']}\n"
	"  - {code: bodo, parents: [north], aliases: [b, b2]}\n"
	"  - {code: isle, parents: [coast]}\n"
	"  - {code: alone}\n"
	"modules:\n"
	"  - {id: lift, grants: [{competence: c, valid_months: 1}]}\n"
	"  - {id: hand, name: Hands, aliases: [hand-1, H]}\n"
	"  - {id: fire, grants: [{competence: c, earned_by: passed}]}\n"
	"programmes:\n"
	"  - {id: p, modules: [lift, hand], regions: [north]}\n"
	"  - {id: q, name: Everywhere, modules: [hand]}\n"
	"competences: [{id: c}]\n";
enum { RANA = 5, RANDOM_EVENTS = 120, STREAMS = 3 };
static const char *const sources[STREAMS] = { "three", "one", "two" };

/* Ends what goes on at the last of so many steps. */
static bool count_down(void *context)
{
	int *left = context;

	return --*left <= 0;
}

static int explain(struct house *house, uint32_t region, uint32_t subject, int *steps)
{
	struct definition_of of = { house->catalogue,
				    region,
				    subject,
				    calendar_day(house->catalogue->calendar, house->clock),
				    true,
				    NULL,
				    { 0 } };
	struct journal_view journal;
	struct ledger_view ledger;
	struct tallies tallies;
	struct explain_from from = { &ledger, &journal, &tallies, house->config, house->clock };
	int err;

	assert_int_equal(ledger_view_begin(house->ledger, &ledger), 0);
	assert_int_equal(journal_view_begin(house->journal, &journal), 0);
	tallies = ledger_view_tallies(&ledger);
	ledger.step = steps ? count_down : NULL;
	ledger.context = steps;
	err = explain_encode(house->writer, &of, &from);
	journal_view_end(&journal);
	ledger_view_end(&ledger);
	return err;
}

static json_t *explained(struct house *house, uint32_t region, uint32_t subject)
{
	json_t *json;

	assert_int_equal(explain(house, region, subject, NULL), 0);
	assert_int_equal(json_from_msg(house->reader, msg_written(house->writer), &json), 0);
	return json;
}

static int64_t whole(const json_t *map, const char *key)
{
	const json_t *value = json_object_get(map, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static const char *word(const json_t *map, const char *key)
{
	const char *text = json_string_value(json_object_get(map, key));

	assert_non_null(text);
	return text;
}

/* Any world. */

/* Send them one by one; topics hear of each as of the ledger's. */
static void send_any(struct house *house, struct topics *topics)
{
	uint64_t next[STREAMS] = { 1, 1, 1 };
	struct world world;
	struct event event;

	world_begin(&world, 6);
	for (int i = 0; i < RANDOM_EVENTS; i++) {
		uint32_t s = chance(STREAMS - (i < RANDOM_EVENTS / 2)), module;

		world_event(&world, &event);
		assert_int_equal(house_send(house, sources[s], "any", next[s]++, &event, 1), 0);
		module = catalogue_module(house->catalogue, event.module);
		if (module != CATALOGUE_NONE)
			assert_int_equal(topics_see(topics, text_of(sources[s]), module,
						    catalogue_home(house->catalogue, event.region)),
					 0);
	}
	assert_int_equal(journal_commit(house->journal), 0);
}

static void check_sources(const struct topics *topics, const struct topic *topic,
			  const json_t *answer)
{
	const json_t *rows = json_object_get(answer, "sources");
	struct text names[STREAMS];
	size_t n = topic ? topics_sources(topics, topic, NULL, names, STREAMS) : 0;

	assert_int_equal(json_array_size(rows), n);
	for (size_t i = 0; i < n; i++)
		assert_true(text_equal(names[i], text_of(word(json_array_get(rows, i), "source"))));
}

static int64_t sum_of(const json_t *numbers)
{
	const json_t *number;
	int64_t sum = 0;
	size_t i;

	json_array_foreach(numbers, i, number) sum += json_integer_value(number);
	return sum;
}

/* Each figure that the metric has, in its order. */
static void check_definition(const json_t *answer, const json_t *metric)
{
	const json_t *rows = json_object_get(answer, "definition");
	const char *key;
	json_t *value;
	size_t i = 0;

	assert_int_equal(json_array_size(rows), json_object_size(metric));
	json_object_foreach((json_t *)metric, key, value)
		assert_string_equal(word(json_array_get(rows, i++), "figure"), key);
}

/* Somebody counts, or is enrolled: then that is a figure. */
static bool is_anybody(const json_t *answer)
{
	const json_t *row;
	bool enrolled = false;
	size_t i;

	json_array_foreach(json_object_get(answer, "definition"), i, row) enrolled |=
		strcmp(word(row, "figure"), "enrolment") == 0;
	return enrolled || whole(answer, "learners") > 0;
}

/* Who counts is in the figures; so are the facts, but for those that have earned a competence. */
static void check_figures(struct house *house, struct figures *figures, const json_t *answer,
			  uint32_t region, uint32_t subject)
{
	static const char *const counts[KINDS] = { "started", "participants", "holders",
						   "learners" };
	enum kind kind = subject_kind(subject);
	struct ledger_view view;
	struct tallies tallies;
	json_t *metric;

	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	tallies = ledger_view_tallies(&view);
	assert_int_equal(figures_sum(figures, &tallies, region, subject,
				     calendar_day(house->catalogue->calendar, house->clock)),
			 0);
	assert_int_equal(is_anybody(answer), figures_any(figures));
	msg_writer_clear(house->writer);
	figures_encode(figures, house->writer, DAY_MIN);
	assert_int_equal(json_from_msg(house->reader, msg_written(house->writer), &metric), 0);
	ledger_view_end(&view);
	check_definition(answer, metric);
	assert_int_equal(whole(answer, "learners"),
			 whole(metric, counts[kind]) +
				 (kind == KIND_COMPETENCE ? whole(metric, "lapsed") : 0));
	if (kind == KIND_MODULE || kind == KIND_PROGRAMME)
		assert_int_equal(whole(answer, "facts"), sum_of(json_object_get(metric, "hours")));
	else
		assert_true(whole(answer, "facts") >= whole(answer, "learners"));
	json_decref(metric);
}

static struct topic *topic_of(struct topics *topics, uint32_t region, uint32_t subject)
{
	struct topic *const *all;
	size_t n;

	all = topics_sorted(topics, &n);
	for (size_t i = 0; i < n; i++)
		if (all[i]->region == region && all[i]->subject == subject)
			return all[i];
	return NULL;
}

static void learners_facts_and_sources_are_those_of_the_metric(void **state)
{
	struct house house;
	struct topics *topics;
	struct figures *figures;

	(void)state;
	chance_begin();
	for (int turn = 0; turn < 5; turn++) {
		house_open(&house, "", catalogue_text);
		house_ledger_open(&house, "ledger", INT64_MAX);
		assert_int_equal(topics_new(house.catalogue, &topics), 0);
		figures = figures_new(house.catalogue);
		send_any(&house, topics);
		house_apply_all(&house);
		for (uint32_t r = 0; r < house.catalogue->n_regions; r++)
			for (enum kind k = 0; k < KINDS; k++)
				for (uint32_t i = 0; i < kind_subjects(house.catalogue, k); i++) {
					uint32_t subject = subject_of(k, i);
					json_t *answer = explained(&house, r, subject);

					struct topic *topic;

					/* As the ledger tells it. */
					if (is_anybody(answer))
						assert_int_equal(topics_change(topics, r, subject),
								 0);
					topic = topic_of(topics, r, subject);
					check_figures(&house, figures, answer, r, subject);
					if (topic)
						assert_int_equal(
							topics_lean(topics, topic,
								    &figures->series[SERIES_FROM]),
							0);
					check_sources(topics, topic, answer);
					json_decref(answer);
				}
		figures_free(figures);
		topics_free(topics);
		house_close(&house);
	}
}

/* Sources. */

static const struct event event_of_lift = { .type = EVENT_STARTED,
					    .time = WORLD_BEGIN,
					    .learner = TEXT("kari"),
					    .module = TEXT("lift"),
					    .region = TEXT("rana") };

static void send_one(struct house *house, const char *source, uint64_t seq, const char *module,
		     const char *region)
{
	struct event event = event_of_lift;

	event.time += (int64_t)seq;
	event.module = text_of(module);
	event.region = text_of(region);
	assert_int_equal(house_send(house, source, "autumn", seq, &event, 1), 0);
}

/* As send_one, of another learner. */
static void send_of(struct house *house, const char *source, uint64_t seq, const char *learner,
		    const char *module, const char *region)
{
	struct event event = event_of_lift;

	event.time += (int64_t)seq;
	event.learner = text_of(learner);
	event.module = text_of(module);
	event.region = text_of(region);
	assert_int_equal(house_send(house, source, "autumn", seq, &event, 1), 0);
}

/* n events of no type: refused. */
static void send_refused(struct house *house, const char *source, uint64_t seq, uint32_t n)
{
	struct msg_writer *maps = msg_writer_new();

	for (uint32_t i = 0; i < n; i++)
		msg_map(maps, 0);
	assert_int_equal(house_send_raw(house, source, "autumn", seq, msg_written(maps), n), 0);
	msg_writer_free(maps);
}

static void house_of(struct house *house)
{
	house_open(house, "", catalogue_text);
	house_ledger_open(house, "ledger", INT64_MAX);
}

static json_t *explained_now(struct house *house, uint32_t region, enum kind kind)
{
	assert_int_equal(journal_commit(house->journal), 0);
	house_apply_all(house);
	return explained(house, region, subject_of(kind, 0));
}

/* With < before those that have sent nothing from the region itself. */
static void check_named(struct house *house, uint32_t region, enum kind kind, const char *names)
{
	json_t *answer = explained_now(house, region, kind);
	const json_t *row;
	char found[64] = "";
	size_t i;

	json_array_foreach(json_object_get(answer, "sources"), i, row)
	{
		if (!json_is_true(json_object_get(row, "here")))
			strcat(found, "<");
		strcat(found, word(row, "source"));
		strcat(found, " ");
	}
	assert_string_equal(found, names);
	json_decref(answer);
}

static const char people_config[] = "namespaces: {hr: staff, lms: staff, other: staff}\n";

/* Kari learns in Rana, and then works on the isle, as another platform says, of another module. */
static void who_moves_in_brings_the_sources_of_what_was_done_before(void **state)
{
	enum { ISLE = 7 };
	struct house house;

	(void)state;
	house_open(&house, people_config, catalogue_text);
	house_ledger_open(&house, "ledger", INT64_MAX);
	send_of(&house, "lms", 1, "kari", "lift", "rana");
	send_of(&house, "other", 1, "ola", "hand", "rana");
	check_named(&house, RANA, KIND_MODULE, "lms ");
	check_named(&house, ISLE, KIND_MODULE, "");
	send_of(&house, "hr", 9, "kari", "nothing", "isle");
	for (int rebuilt = 0; rebuilt <= 1; rebuilt++) {
		check_named(&house, ISLE, KIND_MODULE, "<lms ");
		check_named(&house, ISLE, KIND_COMPETENCE, "");
		/* Of people, all modules are the subject: also what only others in Rana did. */
		check_named(&house, ISLE, KIND_PEOPLE, "<lms <other ");
		ledger_close(house.ledger);
		assert_int_equal(ledger_build(dir_path(&house.dir, "ledger"), house.journal,
					      house.catalogue, INT64_MAX, NULL, &house.ledger),
				 0);
	}
	/* Back in Rana, nothing is left on the isle. */
	send_of(&house, "hr", 10, "kari", "nothing", "rana");
	check_named(&house, ISLE, KIND_MODULE, "");
	check_named(&house, RANA, KIND_MODULE, "lms ");
	house_close(&house);
}

static void a_source_has_its_gaps_and_its_refusals_by_code(void **state)
{
	struct event late = event_of_lift;
	const json_t *row, *refused, *others;
	struct house house;
	json_t *answer;
	int64_t first_gap;

	(void)state;
	house_of(&house);
	send_one(&house, "one", 1, "lift", "rana");
	send_one(&house, "one", 4, "lift", "rana");
	first_gap = house.clock;
	house.clock += 1000;
	late.time = house.clock + DAY_MS;
	assert_int_equal(house_send(&house, "one", "winter", 9, &late, 1), 0);
	send_refused(&house, "one", 5, 3);
	send_refused(&house, "two", 1, 2);
	send_one(&house, "two", 9, "hand", "rana");
	answer = explained_now(&house, RANA, KIND_MODULE);
	assert_int_equal(json_array_size(json_object_get(answer, "sources")), 1);
	row = json_array_get(json_object_get(answer, "sources"), 0);
	assert_string_equal(word(row, "source"), "one");
	assert_int_equal(whole(row, "last_event"), WORLD_BEGIN + 4);
	assert_int_equal(whole(row, "last_received"), house.clock);
	assert_int_equal(whole(row, "missing"), 2 + 8);
	assert_int_equal(whole(row, "since"), first_gap);
	assert_int_equal(whole(row, "accepted"), 2);
	assert_int_equal(whole(row, "rejected"), 4);
	assert_int_equal(whole(row, "quarantined"), 4);
	refused = json_object_get(row, "refused");
	assert_int_equal(json_array_size(refused), 2);
	assert_string_equal(word(json_array_get(refused, 0), "code"), "type");
	assert_string_equal(word(json_array_get(refused, 0), "text"), lift_err_text(LIFT_E_TYPE));
	assert_int_equal(whole(json_array_get(refused, 0), "n"), 3);
	assert_string_equal(word(json_array_get(refused, 1), "code"), "time");
	assert_int_equal(whole(json_array_get(refused, 1), "n"), 1);
	others = json_object_get(answer, "other_sources");
	assert_int_equal(whole(others, "n"), 1);
	assert_int_equal(whole(others, "rejected"), 2);
	assert_int_equal(whole(others, "missing"), 6);
	json_decref(answer);
	house_close(&house);
}

/* The quarantine keeps the newest: of 100,000 and a few rows the first ones are gone. */
static void what_the_quarantine_no_longer_holds_is_counted_all_the_same(void **state)
{
	enum { BATCH = 10000, MORE = 7 };
	struct house house;
	const json_t *row;
	json_t *answer;

	(void)state;
	house_of(&house);
	send_one(&house, "one", 1, "lift", "rana");
	send_refused(&house, "one", 2, MORE);
	for (uint64_t seq = 2 + MORE; seq < JOURNAL_QUARANTINE_MAX; seq += BATCH)
		send_refused(&house, "one", seq, BATCH);
	answer = explained_now(&house, RANA, KIND_PEOPLE);
	row = json_array_get(json_object_get(answer, "sources"), 0);
	assert_int_equal(whole(row, "rejected"), JOURNAL_QUARANTINE_MAX + MORE);
	assert_int_equal(whole(row, "quarantined"), JOURNAL_QUARANTINE_MAX);
	json_decref(answer);
	house_close(&house);
}

static void two_hundred_sources_are_listed_and_the_others_counted(void **state)
{
	struct house house;
	json_t *answer;
	char name[16];

	(void)state;
	house_of(&house);
	for (int i = 0; i < EXPLAIN_SOURCES_MAX + 3; i++) {
		snprintf(name, sizeof(name), "lms-%03d", (5 * i) % (EXPLAIN_SOURCES_MAX + 3));
		send_one(&house, name, 1, "lift", "rana");
	}
	answer = explained_now(&house, RANA, KIND_PEOPLE);
	assert_int_equal(json_array_size(json_object_get(answer, "sources")), EXPLAIN_SOURCES_MAX);
	assert_int_equal(whole(answer, "sources_left_out"), 3);
	for (int i = 0; i < EXPLAIN_SOURCES_MAX; i++) {
		snprintf(name, sizeof(name), "lms-%03d", i);
		assert_string_equal(
			word(json_array_get(json_object_get(answer, "sources"), (size_t)i),
			     "source"),
			name);
	}
	json_decref(answer);
	house_close(&house);
}

/* Of presences and enrolments. */

static json_t *metric_of(struct house *house, uint32_t region, uint32_t subject)
{
	struct figures *figures = figures_new(house->catalogue);
	struct ledger_view view;
	struct tallies tallies;
	json_t *metric;

	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	tallies = ledger_view_tallies(&view);
	assert_int_equal(figures_sum(figures, &tallies, region, subject,
				     calendar_day(house->catalogue->calendar, house->clock)),
			 0);
	msg_writer_clear(house->writer);
	figures_encode(figures, house->writer, DAY_MIN);
	assert_int_equal(json_from_msg(house->reader, msg_written(house->writer), &metric), 0);
	ledger_view_end(&view);
	figures_free(figures);
	return metric;
}

static bool is_explained(const json_t *answer, const char *figure)
{
	const json_t *row;
	size_t i;

	json_array_foreach(json_object_get(answer, "definition"), i,
			   row) if (strcmp(word(row, "figure"), figure) == 0) return true;
	return false;
}

/* Which of the figures that go where they would be zeros are explained, of a module and of its
 * programme: as the metric has them. */
static void check_explained(struct house *house, bool minutes, bool reported, bool enrolled)
{
	static const enum kind kinds[] = { KIND_MODULE, KIND_PROGRAMME, KIND_PEOPLE };

	for (size_t k = 0; k < 3; k++) {
		json_t *answer = explained_now(house, RANA, kinds[k]);
		json_t *metric = metric_of(house, RANA, subject_of(kinds[k], 0));
		bool people = kinds[k] == KIND_PEOPLE;

		check_definition(answer, metric);
		assert_int_equal(is_explained(answer, "minutes"), minutes && !people);
		assert_int_equal(is_explained(answer, "monthly"), reported && !people);
		assert_int_equal(is_explained(answer, "enrolment"), enrolled && !people);
		assert_int_equal(is_explained(answer, "not_started"), enrolled && !people);
		json_decref(answer);
		json_decref(metric);
	}
}

static void figures_of_presence_and_enrolment_are_explained_once_there_are_some(void **state)
{
	struct event event = event_of_lift;
	struct house house;

	(void)state;
	house_open(&house, "",
		   "regions: [{code: a}, {code: b}, {code: c}, {code: rana}]\n"
		   "modules: [{id: lift, minutes: 45}]\n"
		   "programmes: [{id: p, modules: [lift]}]\n");
	house_ledger_open(&house, "ledger", INT64_MAX);
	check_explained(&house, false, false, false);
	event.type = EVENT_ENROLLED;
	event.result.state = STATE_WAITING;
	assert_int_equal(house_send(&house, "hr", "a", 1, &event, 1), 0);
	check_explained(&house, false, false, true);
	event.type = EVENT_COMPLETED;
	event.result = event_of_lift.result;
	assert_int_equal(house_send(&house, "hr", "a", 2, &event, 1), 0);
	check_explained(&house, true, false, true);
	event.type = EVENT_ATTENDED;
	event.result.minutes = 30;
	assert_int_equal(house_send(&house, "hr", "a", 3, &event, 1), 0);
	check_explained(&house, true, true, true);
	house_close(&house);
}

/* What is not known. */

static void nobody_counts_and_it_is_explained_all_the_same(void **state)
{
	struct house house;
	json_t *answer;

	(void)state;
	house_of(&house);
	answer = explained_now(&house, RANA, KIND_MODULE);
	assert_int_equal(whole(answer, "learners"), 0);
	assert_int_equal(whole(answer, "facts"), 0);
	assert_int_equal(json_array_size(json_object_get(answer, "definition")), 18);
	assert_int_equal(json_array_size(json_object_get(answer, "sources")), 0);
	assert_string_equal(word(answer, "region"), "rana");
	assert_string_equal(word(answer, "kind"), "module");
	assert_string_equal(word(answer, "id"), "lift");
	json_decref(answer);
	house_close(&house);
}

/* Three of unknown regions: two in hand, one in lift, who each has one learner. */
static void learners_of_unknown_regions_may_belong_to_any_other(void **state)
{
	static const struct {
		const char *why;
		uint32_t region;
		enum kind kind;
		uint32_t index;
		int64_t learners;
	} cases[] = {
		{ "a module", RANA, KIND_MODULE, 1, 2 },
		{ "another module", RANA, KIND_MODULE, 0, 1 },
		{ "people", RANA, KIND_PEOPLE, 0, 3 },
		{ "they are in `all`", REGION_ALL, KIND_PEOPLE, 0, 0 },
		{ "they are `unassigned`", REGION_UNASSIGNED, KIND_PEOPLE, 0, 0 },
		{ "a programme for everywhere", RANA, KIND_PROGRAMME, 1, 2 },
		{ "in `all` of it", REGION_ALL, KIND_PROGRAMME, 1, 0 },
		{ "a programme for some regions: the module with most", RANA, KIND_PROGRAMME, 0,
		  2 },
		{ "not in `all` of that", REGION_ALL, KIND_PROGRAMME, 0, 2 },
		{ "a competence that none has", RANA, KIND_COMPETENCE, 0, 0 },
	};
	struct event event = event_of_lift;
	struct house house;

	(void)state;
	house_of(&house);
	event.region = text_of("nowhere");
	for (uint64_t i = 0; i < 3; i++) {
		event.learner = text_of(sources[i]);
		event.module = text_of(i ? "hand" : "lift");
		assert_int_equal(house_send(&house, "one", "autumn", i + 1, &event, 1), 0);
	}
	assert_int_equal(journal_commit(house.journal), 0);
	house_apply_all(&house);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		json_t *answer = explained(&house, cases[c].region,
					   subject_of(cases[c].kind, cases[c].index));
		int64_t learners = whole(json_object_get(answer, "unknown"), "learners");

		if (learners != cases[c].learners)
			fail_msg("%s: %d", cases[c].why, (int)learners);
		json_decref(answer);
	}
	house_close(&house);
}

static void texts_that_the_catalogue_does_not_know_are_counted_the_latest_ten_shown(void **state)
{
	const json_t *unknown, *modules, *regions;
	struct house house;
	json_t *answer;
	char name[16];

	(void)state;
	house_of(&house);
	send_one(&house, "one", 1, "hand-1", "1833");
	for (int i = 0; i < 13; i++) {
		snprintf(name, sizeof(name), "m%d", i);
		send_one(&house, "one", (uint64_t)i + 2, name, i % 2 ? "all" : "b");
	}
	answer = explained_now(&house, RANA, KIND_PEOPLE);
	unknown = json_object_get(answer, "unknown");
	modules = json_object_get(unknown, "modules");
	regions = json_object_get(unknown, "regions");
	assert_int_equal(whole(modules, "n"), 13);
	assert_int_equal(json_array_size(json_object_get(modules, "latest")), EXPLAIN_TEXTS_MAX);
	for (int i = 0; i < EXPLAIN_TEXTS_MAX; i++) {
		snprintf(name, sizeof(name), "m%d", 12 - i);
		assert_string_equal(json_string_value(json_array_get(
					    json_object_get(modules, "latest"), (size_t)i)),
				    name);
	}
	assert_int_equal(whole(regions, "n"), 1);
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(regions, "latest"), 0)), "all");
	json_decref(answer);
	house_close(&house);
}

/* However many profiles there are, it is seen to go on, and ends with the daemon. */
static void each_profile_that_is_looked_at_is_a_step(void **state)
{
	enum { PROFILES = 60 };
	int steps = PROFILES;
	struct house house;
	char region[16];

	(void)state;
	house_of(&house);
	for (int i = 0; i < PROFILES; i++) {
		snprintf(region, sizeof(region), "nowhere %d", i);
		send_one(&house, "one", (uint64_t)i + 1, "lift", region);
	}
	json_decref(explained_now(&house, RANA, KIND_PEOPLE));
	assert_int_equal(explain(&house, RANA, subject_of(KIND_PEOPLE, 0), &steps), LIFT_E_STOPPED);
	house_close(&house);
}

/* Refusals. */

static void a_refusal_says_what_there_is(void **state)
{
	static const struct {
		int err;
		enum kind kind;
		const char *known;
	} cases[] = {
		{ LIFT_E_UNKNOWN_REGION, KINDS,
		  "[\"all\",\"unassigned\",\"no\",\"north\",\"coast\",\"rana\",\"bodo\",\"isle\","
		  "\"alone\"]" },
		{ LIFT_E_UNKNOWN_ID, KIND_MODULE, "[\"lift\",\"hand\",\"fire\"]" },
		{ LIFT_E_UNKNOWN_ID, KIND_PROGRAMME, "[\"p\",\"q\"]" },
		{ LIFT_E_UNKNOWN_ID, KIND_COMPETENCE, "[\"c\"]" },
		{ LIFT_E_UNKNOWN_ID, KIND_PEOPLE, "[\"all\"]" },
	};
	struct house house;

	(void)state;
	house_open(&house, "", catalogue_text);
	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		json_t *json;
		char *known;

		explain_refusal_encode(house.writer, house.catalogue, NULL, cases[c].err,
				       cases[c].kind);
		assert_int_equal(json_from_msg(house.reader, msg_written(house.writer), &json), 0);
		assert_true(json_is_false(json_object_get(json, "ok")));
		assert_string_equal(word(json, "code"), lift_err_code(cases[c].err));
		known = json_line(json_object_get(json, "known"));
		assert_string_equal(known, cases[c].known);
		assert_int_equal(whole(json, "n_known"),
				 json_array_size(json_object_get(json, "known")));
		free(known);
		json_decref(json);
	}
	house_close(&house);
}

static void of_many_a_hundred_are_named(void **state)
{
	char text[8192] = "modules: [{id: m0}";
	struct house house;
	json_t *json;

	(void)state;
	for (int i = 1; i < EXPLAIN_KNOWN_MAX + 5; i++)
		sprintf(text + strlen(text), ", {id: m%d}", i);
	strcat(text, "]\n");
	house_open(&house, "", text);
	explain_refusal_encode(house.writer, house.catalogue, NULL, LIFT_E_UNKNOWN_ID, KIND_MODULE);
	assert_int_equal(json_from_msg(house.reader, msg_written(house.writer), &json), 0);
	assert_int_equal(json_array_size(json_object_get(json, "known")), EXPLAIN_KNOWN_MAX);
	assert_int_equal(whole(json, "n_known"), EXPLAIN_KNOWN_MAX + 5);
	json_decref(json);
	house_close(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learners_facts_and_sources_are_those_of_the_metric),
		cmocka_unit_test(who_moves_in_brings_the_sources_of_what_was_done_before),
		cmocka_unit_test(a_source_has_its_gaps_and_its_refusals_by_code),
		cmocka_unit_test(what_the_quarantine_no_longer_holds_is_counted_all_the_same),
		cmocka_unit_test(two_hundred_sources_are_listed_and_the_others_counted),
		cmocka_unit_test(
			figures_of_presence_and_enrolment_are_explained_once_there_are_some),
		cmocka_unit_test(nobody_counts_and_it_is_explained_all_the_same),
		cmocka_unit_test(learners_of_unknown_regions_may_belong_to_any_other),
		cmocka_unit_test(
			texts_that_the_catalogue_does_not_know_are_counted_the_latest_ten_shown),
		cmocka_unit_test(each_profile_that_is_looked_at_is_a_step),
		cmocka_unit_test(a_refusal_says_what_there_is),
		cmocka_unit_test(of_many_a_hundred_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
