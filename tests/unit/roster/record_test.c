/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is told of one learner, from a real journal and ledger; as far as somebody sees; and how
 * many learners are in a programme.
 */
#include "daemon/roster/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/figures/sight.h"
#include "daemon/roster/there.h"
#include "tests/unit/house.h"
#include "tests/unit/json_text.h"

static const char catalogue_text[] =
	"timezone: Europe/Oslo\n"
	"regions:\n"
	"  - {code: north}\n"
	"  - {code: rana, parents: [north]}\n"
	"  - {code: south}\n"
	"modules:\n"
	"  - {id: lift, grants: [{competence: lifting, level: 2, valid_months: 1}]}\n"
	"  - {id: hand, pass_mark: 0.5, grants: [{competence: care, earned_by: passed}]}\n"
	"  - {id: fire, grants: [{competence: fire}]}\n"
	"programmes:\n"
	"  - {id: p, modules: [hand, lift]}\n"
	"  - {id: q, modules: [fire], regions: [south]}\n"
	"competences: [{id: care}, {id: fire}, {id: lifting}]\n";

static void send(struct house *house, const char *source, struct event event)
{
	static uint64_t stream;
	char name[32];

	snprintf(name, sizeof(name), "%llu", (unsigned long long)++stream);
	assert_int_equal(house_send(house, source, name, 1, &event, 1), 0);
	assert_int_equal(house->gate->last.n_rejected, 0);
	assert_int_equal(journal_commit(house->journal), 0);
}

/* On that day since 2026-03-01, at two in the morning. */
static struct event event_of(uint8_t type, const char *learner, const char *module,
			     const char *region, int day)
{
	return (struct event){ .type = type,
			       .time = WORLD_BEGIN + day * DAY_MS + INT64_C(3600000),
			       .learner = text_of(learner),
			       .module = text_of(module),
			       .region = text_of(region),
			       .result = { .score = -1, .passed = -1 },
			       .voids_time = EVENT_NO_TIME };
}

static struct event attended(const char *learner, const char *module, int day, uint16_t minutes)
{
	struct event event = event_of(EVENT_ATTENDED, learner, module, "rana", day);

	event.result.minutes = minutes;
	return event;
}

/* anna does p, bo is enrolled in it, cille has moved away, dan is of another namespace. */
static void fill(struct house *house)
{
	struct event bo = event_of(EVENT_ENROLLED, "bo", "hand", "rana", 3);
	struct event passed = event_of(EVENT_ASSESSED, "anna", "hand", "rana", 2);

	house_open(house, "namespaces: {a: ours, b: ours}", catalogue_text);
	bo.result.state = STATE_WAITING;
	passed.result.passed = 1;
	send(house, "a", attended("anna", "lift", 0, 90));
	send(house, "b", attended("anna", "hand", 31, 45));
	send(house, "a", passed);
	send(house, "a", event_of(EVENT_COMPLETED, "anna", "lift", "rana", 1));
	send(house, "a", event_of(EVENT_COMPLETED, "anna", "fire", "rana", 4));
	send(house, "a", event_of(EVENT_WITHDRAWN, "anna", "hand", "rana", 33));
	send(house, "a", bo);
	send(house, "a", event_of(EVENT_STARTED, "cille", "hand", "rana", 1));
	send(house, "a", event_of(EVENT_STARTED, "cille", "unheard of", "south", 9));
	send(house, "c", event_of(EVENT_STARTED, "dan", "hand", "rana", 1));
	house_ledger_open(house, "ledger", INT64_MAX);
	house_apply_all(house);
}

static void empty(struct house *house)
{
	house_close(house);
}

/* As of a day since 2026-03-01, at the end of it. */
static struct record_of as_of(const struct house *house, int day)
{
	int32_t today = (int32_t)(WORLD_BEGIN / DAY_MS) + day;

	return (struct record_of){ .catalogue = house->catalogue,
				   .programme = 0,
				   .until = calendar_day_start(house->catalogue->calendar,
							       today + 1),
				   .today = today,
				   .from = DAY_MIN,
				   .to = DAY_MAX };
}

static void check_record(struct house *house, struct record_of of, const char *id,
			 const char *expected)
{
	uint8_t pseudonym[PSEUDONYM_BYTES];
	struct learner learner = { 0 };
	struct journal_view names;
	struct ledger_view view;
	struct recorder *recorder;
	char row[1024];
	bool found;

	secret_pseudonym(&house->secret, text_of("ours"), text_of(id), pseudonym);
	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	of.names = &names;
	recorder = recorder_new(&of);
	assert_non_null(recorder);
	assert_int_equal(ledger_view_learner(&view, pseudonym, &learner, &found), 0);
	msg_writer_clear(house->writer);
	msg_array(house->writer, 1);
	assert_int_equal(recorder_write(recorder, &learner, house->writer), 0);
	snprintf(row, sizeof(row), "[%s]", expected);
	assert_written(house->writer, row);
	recorder_free(recorder);
	learner_free(&learner);
	ledger_view_end(&view);
	journal_view_end(&names);
}

static void what_is_so_is_told_and_nothing_else(void **state)
{
	struct house house;
	struct record_of of;

	(void)state;
	fill(&house);
	check_record(&house, as_of(&house, 20), "nobody", "null");
	check_record(&house, as_of(&house, 20), "dan", "null");
	check_record(&house, as_of(&house, 2), "bo", "null");
	check_record(&house, as_of(&house, 3), "bo",
		     "{'enrolment':'waiting','competences':[],'lapsed':[]}");
	check_record(&house, as_of(&house, 0), "anna",
		     "{'first':'2026-03-01','last':'2026-03-01','done':[],"
		     "'months':[['2026-03',90]],'competences':[],'lapsed':[]}");
	/* Held for a month, and then no more; the other one for ever. */
	check_record(&house, as_of(&house, 31), "anna",
		     "{'first':'2026-03-01','last':'2026-04-01','done':['lift'],"
		     "'months':[['2026-03',90],['2026-04',45]],"
		     "'competences':[['care',1,null],['fire',1,null],['lifting',2,'2026-04-01']],"
		     "'lapsed':[]}");
	check_record(&house, as_of(&house, 33), "anna",
		     "{'first':'2026-03-01','last':'2026-04-03','done':['lift'],"
		     "'withdrawn':'2026-04-03','months':[['2026-03',90],['2026-04',45]],"
		     "'competences':[['care',1,null],['fire',1,null]],"
		     "'lapsed':[['lifting',2,'2026-04-01']]}");
	/* Minutes of some days; all else is of all. */
	of = as_of(&house, 31);
	of.from = of.to = of.today;
	check_record(&house, of, "anna",
		     "{'first':'2026-03-01','last':'2026-04-01','done':['lift'],"
		     "'months':[['2026-04',45]],"
		     "'competences':[['care',1,null],['fire',1,null],['lifting',2,'2026-04-01']],"
		     "'lapsed':[]}");
	empty(&house);
}

static void make_sight(const struct house *house, const char *region, struct sight *sight)
{
	char code[16], *codes[] = { code };
	const char *unknown;
	struct texts regions = { codes, 1 };

	snprintf(code, sizeof(code), "%s", region);
	assert_int_equal(sight_make(&regions, house->catalogue, sight, &unknown), 0);
}

static void who_sees_a_part_is_told_of_that_part(void **state)
{
	struct record_of of;
	struct sight sight;
	struct house house;

	(void)state;
	fill(&house);
	of = as_of(&house, 20);
	make_sight(&house, "north", &sight);
	of.sight = sight_limits(&sight);
	/* What fire grants is of a programme in the south alone. */
	check_record(&house, of, "anna",
		     "{'first':'2026-03-01','last':'2026-03-03','done':['lift'],"
		     "'months':[['2026-03',90]],"
		     "'competences':[['care',1,null],['lifting',2,'2026-04-01']],'lapsed':[]}");
	check_record(&house, of, "cille", "null");
	sight_clear(&sight);
	make_sight(&house, "south", &sight);
	of.sight = sight_limits(&sight);
	check_record(&house, of, "anna", "null");
	check_record(&house, of, "cille",
		     "{'first':'2026-03-02','last':'2026-03-02','done':[],'months':[],"
		     "'competences':[],'lapsed':[]}");
	sight_clear(&sight);
	empty(&house);
}

/* How many. */

static bool stop(void *context)
{
	return --*(int *)context < 0;
}

/* `steps` that it may take; below 0: any. */
static int count(struct house *house, struct record_of of, const char *name_space, int steps,
		 uint64_t *ret_n)
{
	struct namesakes namesakes;
	struct journal_view names;
	struct ledger_view view;
	int err;

	assert_int_equal(journal_view_begin(house->journal, &names), 0);
	assert_int_equal(ledger_view_begin(house->ledger, &view), 0);
	if (steps >= 0) {
		view.step = stop;
		view.context = &steps;
	}
	of.names = &names;
	assert_int_equal(namesakes_find(&names, house->config, name_space, &namesakes), 0);
	err = there_count(&view, &of, &namesakes, ret_n);
	namesakes_free(&namesakes);
	ledger_view_end(&view);
	journal_view_end(&names);
	return err;
}

static void those_in_a_programme_are_counted_by_namespace_day_and_sight(void **state)
{
	static const struct {
		const char *name_space, *region;
		int day;
		uint64_t n;
	} cases[] = {
		{ "ours", NULL, 20, 3 },    { "c", NULL, 20, 1 },      { "a", NULL, 20, 0 },
		{ "ours", NULL, 1, 2 },	    { "ours", NULL, -1, 0 },   { "ours", "north", 20, 2 },
		{ "ours", "south", 20, 1 }, { "ours", "north", 8, 3 }, { "c", "south", 20, 0 },
	};
	struct house house;

	(void)state;
	fill(&house);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record_of of = as_of(&house, cases[i].day);
		struct sight sight = { 0 };
		uint64_t n = 99;

		if (cases[i].region) {
			make_sight(&house, cases[i].region, &sight);
			of.sight = sight_limits(&sight);
		}
		assert_int_equal(count(&house, of, cases[i].name_space, -1, &n), 0);
		if (n != cases[i].n)
			fail_msg("case %zu: %llu", i, (unsigned long long)n);
		sight_clear(&sight);
	}
	empty(&house);
}

static void counting_ends_where_the_daemon_does(void **state)
{
	struct house house;
	uint64_t n = 99;

	(void)state;
	fill(&house);
	assert_int_equal(count(&house, as_of(&house, 20), "ours", 2, &n), LIFT_E_STOPPED);
	assert_int_equal(n, 99);
	assert_int_equal(count(&house, as_of(&house, 20), "ours", 4, &n), 0);
	assert_int_equal(n, 3);
	empty(&house);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_so_is_told_and_nothing_else),
		cmocka_unit_test(who_sees_a_part_is_told_of_that_part),
		cmocka_unit_test(those_in_a_programme_are_counted_by_namespace_day_and_sight),
		cmocka_unit_test(counting_ends_where_the_daemon_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
