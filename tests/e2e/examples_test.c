/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five programmes of daemon/examples: a simulated course of each, and the figures that its
 * owners read, beside a count of the same events that is made here.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/e2e/check.h"
#include "tests/e2e/example.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/people.h"

enum { WEEK_HOURS = 168, DAY_HOURS = 24 };

/* Helgeland. */

static void helgeland_reads_the_students_of_each_sector_and_which_of_21_places_have_none(
	void **state)
{
	static const char *const days[] = { "2022-12-31", "2024-02-29", "2025-06-20" };
	static const char *const modules[] = { "INF-3801", "INF-3802", "INF-3803", "INF-3804",
					       "INF-3805", "INF-3806", "INF-3807", NULL };
	static const char *const places[] = { "hsyk-mo-i-rana",
					      "hsyk-mosjoen",
					      "hsyk-sandnessjoen",
					      "hsyk-bronnoysund",
					      "1826",
					      "1828",
					      "1832",
					      "1833",
					      "1834",
					      "1811",
					      "1812",
					      "1813",
					      "1815",
					      "1816",
					      "1818",
					      "1820",
					      "1822",
					      "1824",
					      "1825",
					      "1827",
					      "1835",
					      NULL };
	static const char *const hospitals[] = { "hsyk-mo-i-rana", "hsyk-mosjoen",
						 "hsyk-sandnessjoen", "hsyk-bronnoysund", NULL };
	static const char *const inner[] = { "1826", "1828", "1832", "1833", "1834", NULL };
	struct whom municipal = { .modules = modules, .regions = places + 4 };
	struct whom specialist = { .modules = modules, .regions = hospitals };
	struct example example;
	const json_t *row, *reached, *places_of;

	example_begin(&example, *state, "helgeland", days, NULL);
	example_run(&example, "Europe/Oslo");
	assert_int_equal(example_figure(&example, "helgeland-municipal", "programme", "master-2022",
					"participants"),
			 example_count(&example, &municipal));
	assert_int_equal(example_figure(&example, "helgeland-specialist", "programme",
					"master-2022", "participants"),
			 example_count(&example, &specialist));
	assert_int_equal(example_count(&example, &municipal) + example_count(&example, &specialist),
			 60);
	municipal.regions = inner;
	assert_int_equal(example_figure(&example, "indre-helgeland", "programme", "master-2022",
					"participants"),
			 example_count(&example, &municipal));
	example_check_each(&example, "master-2022", modules, places, 7);
	reached = json_object_get(example_row(&example, "helgeland", "programme", "master-2022"),
				  "reached");
	assert_int_equal(whole(reached, "n"), example_count_reached(&example, modules, places));
	assert_int_equal(whole(reached, "of"), 21);
	/* Of the whole degree, and of each place: is there somebody from here? */
	row = example_row(&example, "all", "programme", "master-2022");
	assert_true(whole(json_object_get(row, "enrolment"), "applied") > 0);
	assert_true(example_part(row, "targets", 4, "n") > 0);
	row = example_row(&example, "helgeland", "programme", "master-2022");
	places_of = json_object_get(json_array_get(json_object_get(row, "targets"), 0), "places");
	assert_int_equal(whole(places_of, "n"), whole(reached, "n"));
	assert_int_equal(whole(places_of, "of"), 21);
	example_end(&example);
}

/* Level-up. */

/* Of one who was assessed before and after in a module: the best score after it, less the first
 * before it. */
static bool gain_of(const json_t *person, const char *const module[], double *ret_gain)
{
	double first = -1, best = -1, score;
	const char *phase;
	json_t *fact;
	size_t i;

	json_array_foreach(json_object_get(person, "facts"), i, fact)
	{
		if (!fact_is(fact, "assessed", module))
			continue;
		score = json_number_value(json_object_get(fact, "score"));
		phase = word(fact, "phase");
		if (strcmp(phase, "pre") == 0 && first < 0)
			first = score;
		if (strcmp(phase, "post") == 0 && score > best)
			best = score;
	}
	*ret_gain = best - first;
	return first >= 0 && best >= 0;
}

static void check_gain(const struct example *example, const char *id)
{
	const char *const module[] = { id, NULL };
	const json_t *row = json_object_get(example_row(example, "all", "module", id), "gain");
	double sum = 0, gain;
	const char *learner;
	json_t *person;
	int64_t n = 0;

	json_object_foreach(example->people, learner, person)
	{
		if (!gain_of(person, module, &gain))
			continue;
		sum += gain;
		n++;
	}
	assert_true(n > 0);
	assert_int_equal(whole(row, "n"), n);
	assert_true(fabs(json_number_value(json_object_get(row, "mean")) - sum / (double)n) < 1e-6);
}

static void level_up_reads_its_300_managers_and_200_women_and_what_each_level_taught(void **state)
{
	static const char *const days[] = { "2022-12-23", "2023-06-30", "2024-06-28" };
	static const char *const modules[] = { "information-1",
					       "information-2",
					       "information-3",
					       "collaboration-1",
					       "collaboration-2",
					       "collaboration-3",
					       "safety-1",
					       "safety-2",
					       "safety-3",
					       "change-1",
					       "change-2",
					       "change-3",
					       NULL };
	struct whom managers = { .modules = modules };
	struct whom women = { .modules = modules, .dimension = "gender", .value = "f" };
	struct example example;
	const json_t *row;

	example_begin(&example, *state, "level-up", days, NULL);
	example_run(&example, "Europe/Stockholm");
	row = example_row(&example, "all", "programme", "level-up");
	assert_int_equal(example_part(row, "targets", 0, "n"), example_count(&example, &managers));
	assert_int_equal(example_part(row, "targets", 0, "of"), 300);
	assert_int_equal(example_part(row, "targets", 1, "n"), example_count(&example, &women));
	assert_int_equal(example_part(row, "targets", 1, "of"), 200);
	assert_in_range(example_count(&example, &women), 170, 230);
	managers.completed = women.completed = 3;
	assert_int_equal(example_part(row, "targets", 2, "n"), example_count(&example, &managers));
	assert_int_equal(example_part(row, "targets", 3, "n"), example_count(&example, &women));
	for (size_t i = 0; modules[i]; i++)
		check_gain(&example, modules[i]);
	example_end(&example);
}

/* Mediq. */

#define MEDIQ_END "2024-12-20"

static const char *const medicine[] = { "medicine", "medicine-refresher", NULL };

/* Who has passed in medicine: the last day on which it no longer holds, by passes that each hold a
 * year; NEVER for who has none. Passes are by time. */
static int medicine_ends(const json_t *person)
{
	int end = NEVER;
	json_t *fact;
	size_t i;

	json_array_foreach(json_object_get(person, "facts"), i, fact)
	{
		const json_t *passed = json_object_get(fact, "passed");
		double score = json_number_value(json_object_get(fact, "score"));

		if (!fact_is(fact, "assessed", medicine))
			continue;
		if (passed ? json_is_true(passed) : score > 0.69999)
			end = day_after_months((int)whole(fact, "day"), 12);
	}
	return end;
}

static void check_medicine(const struct example *example, const char *region)
{
	int today = day_of(MEDIQ_END);
	int64_t holders = 0, lapsed = 0, soon = 0, assistants = 0;
	const json_t *row = example_row(example, region, "competence", "medicine");
	const char *learner;
	json_t *person;

	json_object_foreach(example->people, learner, person)
	{
		int end = medicine_ends(person);

		if (!person_lives(person, region) || end == NEVER)
			continue;
		holders += end > today;
		lapsed += end <= today;
		soon += end > today && end - today <= 90;
		assistants += end > today && person_is(person, "role", "care assistant");
	}
	assert_true(lapsed > 0);
	assert_int_equal(whole(row, "holders"), holders);
	assert_int_equal(whole(row, "lapsed"), lapsed);
	assert_int_equal(whole(row, "expiring_90d"), soon);
	assert_int_equal(example_part(row, "requirements", 1, "n"), assistants);
	assert_int_equal(example_part(row, "requirements", 1, "gap"),
			 example_part(row, "requirements", 1, "of") - assistants);
}

static void mediq_reads_who_may_handle_medicine_who_lapses_in_90_days_and_the_gap(void **state)
{
	static const char *const days[] = { "2023-06-30", "2024-02-29", MEDIQ_END };
	static const char *const municipalities[] = { "0773", "0779", "0787", "0791",
						      "0820", "0840", "0849", NULL };
	struct example example;

	example_begin(&example, *state, "mediq", days, NULL);
	example_run(&example, "Europe/Copenhagen");
	for (size_t i = 0; municipalities[i]; i++)
		check_medicine(&example, municipalities[i]);
	example_end(&example);
}

/* Akademi-norr. */

/* Standing facts of a programme by local hour of the day: those between two hours. */
static int64_t count_hours(const json_t *row, size_t from, size_t to)
{
	int64_t n = 0;

	for (size_t i = 0; i < WEEK_HOURS; i++)
		if (i % DAY_HOURS >= from && i % DAY_HOURS < to)
			n += json_integer_value(json_array_get(json_object_get(row, "hours"), i));
	return n;
}

static int64_t count_evenings(const struct example *example, const char *const modules[],
			      int from_h)
{
	const char *learner;
	json_t *person, *fact;
	int64_t n = 0;
	size_t i;

	json_object_foreach(example->people, learner, person)
	{
		if (!person_takes(person, modules))
			continue;
		json_array_foreach(json_object_get(person, "facts"), i, fact)
		{
			time_t at = (time_t)(whole(fact, "time") / 1000);
			struct tm tm;

			localtime_r(&at, &tm);
			n += fact_is(fact, NULL, modules) && tm.tm_hour >= from_h;
		}
	}
	return n;
}

/* A place's people were in the project from and to these days (NULL: all the time): what they did
 * before and after is not the project's. */
static void keep_facts(const struct example *example, const char *region, const char *from,
		       const char *to)
{
	const char *learner;
	json_t *person, *facts;

	json_object_foreach(example->people, learner, person)
	{
		facts = json_object_get(person, "facts");
		for (size_t i = json_array_size(facts); i-- > 0 && person_lives(person, region);) {
			int64_t day = whole(json_array_get(facts, i), "day");

			if ((from && day < day_of(from)) || (to && day > day_of(to)))
				json_array_remove(facts, i);
		}
	}
}

static void akademi_norr_reads_how_many_of_460_carers_where_one_place_left_and_two_came(
	void **state)
{
	static const char *const days[] = { "2020-12-31", "2021-11-15", "2022-12-31" };
	static const char *const training[] = { "digital-basics",     "digital-contact", "alarms",
						"technology-at-home", "documentation",	 NULL };
	static const char *const leadership[] = { "leading-technology", "introducing",
						  "following-up", NULL };
	static const char *const municipalities[] = { "2282", "2283", "2313", "2417", "2418",
						      "2421", "2422", "2425", "2462", "2463",
						      "2481", "2505", "2506", NULL };
	struct whom carers = { .modules = training };
	struct whom managers = { .modules = leadership, .dimension = "role", .value = "manager" };
	struct example example;
	const json_t *row, *shifts;
	int64_t everyone;

	example_begin(&example, *state, "akademi-norr", days, NULL);
	example_run(&example, "Europe/Stockholm");
	everyone = example_count(&example, &carers);
	keep_facts(&example, "2282", NULL, "2021-06-30");
	keep_facts(&example, "2283", "2021-07-01", NULL);
	keep_facts(&example, "2313", "2021-07-01", NULL);
	assert_true(example_count(&example, &carers) < everyone);
	row = example_row(&example, "all", "programme", "training");
	assert_int_equal(example_part(row, "targets", 0, "n"), example_count(&example, &carers));
	assert_int_equal(example_part(row, "targets", 0, "of"), 460);
	example_check_each(&example, "training", training, municipalities, 3);
	example_check_each(&example, "leadership", leadership, municipalities, 2);
	assert_int_equal(whole(json_object_get(row, "reached"), "n"),
			 example_count_reached(&example, training, municipalities));
	assert_int_equal(whole(json_object_get(row, "reached"), "of"), 13);
	carers.dimension = "shift";
	carers.value = "night";
	shifts = json_object_get(json_object_get(row, "by"), "shift");
	assert_int_equal(whole(json_object_get(shifts, "night"), "participants"),
			 example_count(&example, &carers));
	assert_int_equal(count_hours(row, 0, DAY_HOURS), count_evenings(&example, training, 0));
	assert_int_equal(count_hours(row, 18, DAY_HOURS), count_evenings(&example, training, 18));
	row = example_row(&example, "all", "programme", "leadership");
	assert_int_equal(example_part(row, "targets", 0, "n"), example_count(&example, &managers));
	example_end(&example);
}

/* Vesteralen. */

static void vesteralen_reads_each_place_in_county_council_and_health_community_at_once(void **state)
{
	static const char *const days[] = { "2023-06-30", "2024-02-29", "2024-12-20" };
	static const char *const rkk[] = { "observation", "news2",   "medicine",
					   "e-messages",  "privacy", NULL };
	static const char *const monitoring[] = { "home-monitoring", "home-monitoring-plans",
						  NULL };
	static const char *const council[] = {
		"1851", "1866", "1867", "1868", "1870", "1871", NULL
	};
	static const char *const office[] = {
		"1851", "1866", "1867", "1868", "1870", "1871", "nlsh-vesteralen", NULL
	};
	static const char *const community[] = { "1866",	 "1867",      "1868",
						 "1870",	 "1871",      "nlsh-vesteralen",
						 "nlsh-lofoten", "nlsh-bodo", NULL };
	static const struct {
		const char *region;
		const char *const *places;
	} rows[] = { { "vesteralen-regionrad", council },
		     { "rkk-vesteralen", office },
		     { "helsefellesskapet", community },
		     { "nordland", office } };
	struct example example;

	example_begin(&example, *state, "vesteralen", days, NULL);
	example_run(&example, "Europe/Oslo");
	/* RKK's people are where they were when they came; the community's, where they are. */
	example_check_each_entry(&example, "rkk-2023", rkk, office, 3);
	example_check_each(&example, "home-monitoring-2024", monitoring, community, 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct whom whom = { .modules = rkk, .regions = rows[i].places, .entry = true };

		assert_int_equal(example_figure(&example, rows[i].region, "programme", "rkk-2023",
						"participants"),
				 example_count(&example, &whom));
	}
	assert_int_equal(example_figure(&example, "all", "programme", "home-monitoring-2024",
					"participants"),
			 example_count(&example, &(struct whom){ .modules = monitoring }));
	example_end(&example);
}

/* The configuration, and the demo. */

static void liftd_accepts_the_five_catalogues_and_the_audiences_of_mediq(void **state)
{
	static const char *const names[] = { "helgeland", "level-up", "mediq", "akademi-norr",
					     "vesteralen" };
	struct daemon *daemon = *state;
	char program[PATH_SIZE], path[PATH_SIZE];
	struct process process;
	struct outcome outcome;

	program_path(program, "liftd");
	for (size_t i = 0; i <= sizeof(names) / sizeof(names[0]); i++) {
		bool last = i == sizeof(names) / sizeof(names[0]);
		const char *const argv[] = { program, last ? "--config" : "--catalogue", path,
					     "--check-config", NULL };

		path_make(path, EXAMPLES "%s.yaml", last ? "mediq-liftd" : names[i]);
		process_start(&process, daemon->dir, "check", argv, NULL);
		outcome = process_wait(&process);
		if (outcome.status != 0)
			fail_msg("%s: status %d: %s", path, outcome.status, outcome.err);
		outcome_free(&outcome);
	}
}

static void the_demo_of_an_unknown_programme_says_which_there_are(void **state)
{
	struct daemon *daemon = *state;
	const char *const argv[] = { "/bin/sh", "clients/demo.sh", getenv("LIFT_BUILD"), "utopia",
				     NULL };
	struct process process;
	struct outcome outcome;

	process_start(&process, daemon->dir, "demo", argv, NULL);
	outcome = process_wait(&process);
	assert_int_equal(outcome.status, 2);
	assert_non_null(
		strstr(outcome.err, "akademi-norr demo helgeland level-up mediq vesteralen"));
	outcome_free(&outcome);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, daemon_setup, daemon_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(liftd_accepts_the_five_catalogues_and_the_audiences_of_mediq),
		TEST(helgeland_reads_the_students_of_each_sector_and_which_of_21_places_have_none),
		TEST(level_up_reads_its_300_managers_and_200_women_and_what_each_level_taught),
		TEST(mediq_reads_who_may_handle_medicine_who_lapses_in_90_days_and_the_gap),
		TEST(akademi_norr_reads_how_many_of_460_carers_where_one_place_left_and_two_came),
		TEST(vesteralen_reads_each_place_in_county_council_and_health_community_at_once),
		TEST(the_demo_of_an_unknown_programme_says_which_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
