/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five programmes of daemon/examples: a simulated course of each, and the figures that its owners read, beside a count of
 * the same events that is made here. The whole exports are those of the reference program, where it lies beside the checkout.
 */
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/people.h"

#define EXAMPLES  "daemon/examples/"
#define REFERENCE "../shared/oracle/lift_oracle.py"
#define SEED	  "4"

enum { DAYS = 3, WEEK_HOURS = 168, DAY_HOURS = 24 };

/* ---- a course ------------------------------------------------------------------------------------ */

struct course {
	struct daemon *daemon;
	char catalogue[PATH_SIZE], events[PATH_SIZE];
	const char *const *days; /* the last is the end of the programme, and pinned */
	json_t *figures;	 /* of the last day */
	json_t *people;
};

/* The reference program's figures; NULL where it is not there. */
static json_t *ask_reference(const struct course *course, const char *day)
{
	const char *const argv[] = { "/usr/bin/python3",
				     REFERENCE,
				     course->catalogue,
				     course->events,
				     "--as-of",
				     day,
				     NULL };
	struct process process;
	struct outcome outcome;
	json_t *expected;

	if (access(REFERENCE, R_OK) != 0) {
		print_message("not compared as of %s: there is no " REFERENCE "\n", day);
		return NULL;
	}
	process_start(&process, course->daemon->dir, "reference", argv, NULL);
	outcome = process_wait(&process);
	if (outcome.status != 0)
		fail_msg(REFERENCE ": status %d: %s", outcome.status, outcome.err);
	expected = figures_of_lines(outcome.out);
	outcome_free(&outcome);
	return expected;
}

/* Export each day, and compare; the last one's figures stay. */
static void export_days(struct course *course)
{
	for (size_t i = 0; i < DAYS; i++) {
		char *out = daemon_lift_out(course->daemon, 0, "export", "--as-of", course->days[i],
					    NULL);
		json_t *expected = ask_reference(course, course->days[i]);

		json_decref(course->figures);
		course->figures = figures_of_lines(out);
		if (expected)
			figures_check(expected, course->figures, course->days[i]);
		json_decref(expected);
		free(out);
	}
}

static void course_begin(struct course *course, struct daemon *daemon, const char *name,
			 const char *const days[DAYS], const char *more)
{
	char *lines = NULL;

	*course = (struct course){ .daemon = daemon, .days = days };
	path_make(course->catalogue, EXAMPLES "%s.yaml", name);
	path_make(course->events, "%s/events.jsonl", daemon->dir);
	assert_true(asprintf(&lines, "as_of: %s\n%s%s\n", days[DAYS - 1],
			     more ? more : "catalogue: ", more ? "" : course->catalogue) > 0);
	daemon_configure(daemon, lines);
	free(lines);
	daemon_start(daemon);
}

/* All that happens, sent and written down. */
static void course_run(struct course *course, const char *zone)
{
	const char *last = course->days[DAYS - 1];

	free(daemon_lift_out(course->daemon, 0, "simulate", "--seed", SEED, "--out", course->events,
			     course->catalogue, NULL));
	free(daemon_lift_out(course->daemon, 0, "simulate", "--seed", SEED, course->catalogue,
			     NULL));
	course->people = people_of_file(course->events, zone, last);
	export_days(course);
}

static void course_end(struct course *course)
{
	json_decref(course->figures);
	json_decref(course->people);
	daemon_stop(course->daemon, SIGTERM);
}

/* ---- figures and counts --------------------------------------------------------------------------- */

/* A row, or NULL where nobody counts. */
static const json_t *row_of(const struct course *course, const char *region, const char *kind,
			    const char *id)
{
	char key[TOPIC_SIZE];

	snprintf(key, sizeof(key), "%s %s %s", region, kind, id);
	return json_object_get(course->figures, key);
}

/* A whole number of a row, 0 where nobody counts. */
static int64_t read_figure(const struct course *course, const char *region, const char *kind,
			   const char *id, const char *figure)
{
	const json_t *row = row_of(course, region, kind, id);

	return row ? whole(row, figure) : 0;
}

/* Part `n` or `of` of a target, or of another row of rates. */
static int64_t read_part(const json_t *row, const char *list, size_t i, const char *part)
{
	return whole(json_array_get(json_object_get(row, list), i), part);
}

/* Whom to count: all may be NULL. */
struct whom {
	const char *const *modules; /* who takes one of these */
	const char *const *regions; /* who lives in one of these */
	const char *dimension, *value;
	size_t completed; /* at least so many of the modules */
};

static bool lives_in(const json_t *person, const char *const regions[])
{
	if (!regions)
		return true;
	for (size_t i = 0; regions[i]; i++)
		if (person_lives(person, regions[i]))
			return true;
	return false;
}

static int64_t count(const struct course *course, const struct whom *whom)
{
	const char *learner;
	json_t *person;
	int64_t n = 0;

	json_object_foreach(course->people, learner, person) n +=
		person_takes(person, whom->modules) && lives_in(person, whom->regions) &&
		person_is(person, whom->dimension, whom->value) &&
		person_completed(person, whom->modules) >= whom->completed;
	return n;
}

/* In how many of these regions does somebody take the modules? */
static int64_t count_reached(const struct course *course, const char *const modules[],
			     const char *const regions[])
{
	int64_t n = 0;

	for (size_t i = 0; regions[i]; i++) {
		const char *const one[] = { regions[i], NULL };

		n += count(course, &(struct whom){ .modules = modules, .regions = one }) > 0;
	}
	return n;
}

/* Participants of a programme in each of these regions by itself. */
static void check_each(const struct course *course, const char *programme,
		       const char *const modules[], const char *const regions[], size_t complete)
{
	for (size_t i = 0; regions[i]; i++) {
		const char *const one[] = { regions[i], NULL };
		struct whom whom = { .modules = modules, .regions = one };

		assert_int_equal(
			read_figure(course, regions[i], "programme", programme, "participants"),
			count(course, &whom));
		whom.completed = complete;
		assert_int_equal(
			read_figure(course, regions[i], "programme", programme, "completed"),
			count(course, &whom));
	}
}

/* ---- helgeland ----------------------------------------------------------------------------------- */

static void helgeland_reads_how_many_students_each_sector_has_and_which_of_21_places_have_none(
	void **state)
{
	static const char *const days[] = { "2022-12-31", "2024-02-29", "2025-06-20" };
	static const char *const modules[] = { "dhs-foundations",   "dhs-welfare-technology",
					       "dhs-communication", "dhs-safety",
					       "dhs-innovation",    "dhs-methods",
					       "dhs-thesis",	    NULL };
	static const char *const places[] = { "hsyk-mo-i-rana",
					      "hsyk-mosjoen",
					      "hsyk-sandnessjoen",
					      "hsyk-bronnoysund",
					      "1826",
					      "1828",
					      "1832",
					      "1833",
					      "1834",
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
					      "1836",
					      NULL };
	static const char *const hospitals[] = { "hsyk-mo-i-rana", "hsyk-mosjoen",
						 "hsyk-sandnessjoen", "hsyk-bronnoysund", NULL };
	static const char *const inner[] = { "1826", "1828", "1832", "1833", "1834", NULL };
	struct whom municipal = { .modules = modules, .regions = places + 4 };
	struct whom specialist = { .modules = modules, .regions = hospitals };
	struct course course;
	const json_t *reached;

	course_begin(&course, *state, "helgeland", days, NULL);
	course_run(&course, "Europe/Oslo");
	assert_int_equal(read_figure(&course, "helgeland-municipal", "programme", "master-2022",
				     "participants"),
			 count(&course, &municipal));
	assert_int_equal(read_figure(&course, "helgeland-specialist", "programme", "master-2022",
				     "participants"),
			 count(&course, &specialist));
	assert_int_equal(count(&course, &municipal) + count(&course, &specialist), 60);
	municipal.regions = inner;
	assert_int_equal(
		read_figure(&course, "indre-helgeland", "programme", "master-2022", "participants"),
		count(&course, &municipal));
	check_each(&course, "master-2022", modules, places, 7);
	reached = json_object_get(row_of(&course, "helgeland", "programme", "master-2022"),
				  "reached");
	assert_int_equal(whole(reached, "n"), count_reached(&course, modules, places));
	assert_int_equal(whole(reached, "of"), 21);
	course_end(&course);
}

/* ---- level-up ------------------------------------------------------------------------------------ */

/* Of one who was assessed before and after in a module: the best score after it, less the first before it. */
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

static void check_gain(const struct course *course, const char *id)
{
	const char *const module[] = { id, NULL };
	const json_t *row = json_object_get(row_of(course, "all", "module", id), "gain");
	double sum = 0, gain;
	const char *learner;
	json_t *person;
	int64_t n = 0;

	json_object_foreach(course->people, learner, person)
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

static void level_up_reads_how_many_of_300_managers_and_200_women_it_has_and_what_each_level_taught(
	void **state)
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
	struct course course;
	const json_t *row;

	course_begin(&course, *state, "level-up", days, NULL);
	course_run(&course, "Europe/Stockholm");
	row = row_of(&course, "all", "programme", "level-up");
	assert_int_equal(read_part(row, "targets", 0, "n"), count(&course, &managers));
	assert_int_equal(read_part(row, "targets", 0, "of"), 300);
	assert_int_equal(read_part(row, "targets", 1, "n"), count(&course, &women));
	assert_int_equal(read_part(row, "targets", 1, "of"), 200);
	assert_in_range(count(&course, &women), 170, 230);
	managers.completed = women.completed = 3;
	assert_int_equal(read_part(row, "targets", 2, "n"), count(&course, &managers));
	assert_int_equal(read_part(row, "targets", 3, "n"), count(&course, &women));
	for (size_t i = 0; modules[i]; i++)
		check_gain(&course, modules[i]);
	course_end(&course);
}

/* ---- mediq --------------------------------------------------------------------------------------- */

static const char *const mediq_days[] = { "2023-06-30", "2024-02-29", "2024-12-20" };
static const char *const medicine[] = { "medicine", "medicine-refresher", NULL };

/* Who has passed in medicine: the last day on which it no longer holds, by passes that each hold a year; NEVER for who has
 * none. Passes are by time. */
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

static void check_medicine(const struct course *course, const char *region)
{
	int today = day_of(mediq_days[DAYS - 1]);
	int64_t holders = 0, lapsed = 0, soon = 0, assistants = 0;
	const json_t *row = row_of(course, region, "competence", "medicine");
	const char *learner;
	json_t *person;

	json_object_foreach(course->people, learner, person)
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
	assert_int_equal(read_part(row, "requirements", 1, "n"), assistants);
	assert_int_equal(read_part(row, "requirements", 1, "gap"),
			 read_part(row, "requirements", 1, "of") - assistants);
}

static void
mediq_reads_in_each_municipality_who_may_handle_medicine_who_lapses_in_90_days_and_the_gap(
	void **state)
{
	static const char *const municipalities[] = { "0773", "0779", "0787", "0791",
						      "0820", "0840", "0849", NULL };
	struct course course;

	course_begin(&course, *state, "mediq", mediq_days, NULL);
	course_run(&course, "Europe/Copenhagen");
	for (size_t i = 0; municipalities[i]; i++)
		check_medicine(&course, municipalities[i]);
	course_end(&course);
}

/* What an audience has received: topics of metrics to their latest bodies, and beats. */
struct listener {
	struct peer peer;
	json_t *topics;
	size_t beats;
};

static void listener_open(struct listener *listener, const struct daemon *daemon, const char *name)
{
	char endpoint[PATH_SIZE];

	path_make(endpoint, "ipc://%s/run/%s/publish", daemon->dir, name);
	*listener = (struct listener){ .topics = json_object() };
	peer_open(&listener->peer, ZMQ_SUB, endpoint, "");
}

/* The next message; no word of it may be of the other municipality. */
static void listener_take(struct listener *listener, const char *own, const char *const others[])
{
	char topic[TOPIC_SIZE], prefix[32], *text;
	json_t *body = peer_receive(&listener->peer, LIMIT_MS, topic);

	assert_non_null(body);
	snprintf(prefix, sizeof(prefix), "metric/%s/", own);
	if (strncmp(topic, "metric/", 7) == 0) {
		assert_memory_equal(topic, prefix, strlen(prefix));
		json_object_set(listener->topics, topic, body);
	} else if (strcmp(topic, "beat") == 0) {
		listener->beats++;
	} else {
		assert_string_equal(topic, "catalogue");
	}
	text = json_dumps(body, 0);
	for (size_t i = 0; others[i]; i++)
		if (strstr(text, others[i]))
			fail_msg("%s has received of %s: %s %s", own, others[i], topic, text);
	free(text);
	json_decref(body);
}

/* Is every figure of the municipality there as it is exported, but for the days before the published ones? */
static bool listener_has(const struct listener *listener, const struct course *course,
			 const char *own)
{
	static const char *const apart[] = { "region", "kind", "id", "daily" };
	json_t *rows = figures_select(course->figures, own, NULL), *row;
	bool has = json_object_size(rows) > 0;
	char topic[TOPIC_SIZE];
	const char *key;

	json_object_foreach(rows, key, row)
	{
		json_t *wanted = json_copy(row), *metrics;

		snprintf(topic, sizeof(topic), "metric/%s/%s/%s", own, word(row, "kind"),
			 word(row, "id"));
		metrics = json_copy(
			json_object_get(json_object_get(listener->topics, topic), "metrics"));
		for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
			json_object_del(wanted, apart[i]);
			json_object_del(metrics, apart[i]);
		}
		has = has && json_is_object(metrics) && figures_equal(wanted, metrics);
		json_decref(wanted);
		json_decref(metrics);
	}
	json_decref(rows);
	return has;
}

/* Soon it is; and two beats later there is still nothing of the others. */
static void listener_settle(struct listener *listener, const struct course *course, const char *own,
			    const char *const others[])
{
	int64_t end_ms = clock_ms() + LIMIT_MS / 2;
	size_t beats;

	while (!listener_has(listener, course, own) && clock_ms() < end_ms)
		listener_take(listener, own, others);
	assert_true(listener_has(listener, course, own));
	for (beats = listener->beats + 2; listener->beats < beats;)
		listener_take(listener, own, others);
	peer_close(&listener->peer);
	json_decref(listener->topics);
}

/* The directories of the audiences' sockets, which whoever guards them makes. */
static void make_dirs(const struct daemon *daemon)
{
	static const char *const names[] = { "",       "morso",		 "skive",  "thisted",
					     "viborg", "vesthimmerland", "rebild", "jammerbugt" };
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		path_make(path, "%s/run/%s", daemon->dir, names[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
}

static void mediq_a_municipality_receives_its_own_figures_and_nothing_of_another(void **state)
{
	static const char *const but_skive[] = { "\"0787\"", "Thisted", "\"0791\"", "Viborg",
						 NULL };
	static const char *const but_thisted[] = { "\"0779\"", "Skive", "\"0791\"", "Viborg",
						   NULL };
	struct listener skive, thisted;
	struct course course;
	char *audiences = file_text(EXAMPLES "mediq-liftd.yaml", NULL);

	make_dirs(*state);
	listener_open(&skive, *state, "skive");
	listener_open(&thisted, *state, "thisted");
	course_begin(&course, *state, "mediq", mediq_days, audiences);
	free(audiences);
	listener_take(&skive, "0779", but_skive);
	listener_take(&thisted, "0787", but_thisted);
	course_run(&course, "Europe/Copenhagen");
	listener_settle(&skive, &course, "0779", but_skive);
	listener_settle(&thisted, &course, "0787", but_thisted);
	course_end(&course);
}

/* ---- akademi-norr -------------------------------------------------------------------------------- */

/* Standing facts of a programme by local hour of the day: those between two hours. */
static int64_t count_hours(const json_t *row, size_t from, size_t to)
{
	int64_t n = 0;

	for (size_t i = 0; i < WEEK_HOURS; i++)
		if (i % DAY_HOURS >= from && i % DAY_HOURS < to)
			n += json_integer_value(json_array_get(json_object_get(row, "hours"), i));
	return n;
}

static int64_t count_evenings(const struct course *course, const char *const modules[], int from_h)
{
	const char *learner;
	json_t *person, *fact;
	int64_t n = 0;
	size_t i;

	json_object_foreach(course->people, learner, person)
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

static void
akademi_norr_reads_how_many_of_its_460_carers_are_reached_in_each_of_eleven_municipalities(
	void **state)
{
	static const char *const days[] = { "2020-12-31", "2021-11-15", "2022-12-31" };
	static const char *const training[] = { "digital-basics",     "digital-contact", "alarms",
						"technology-at-home", "documentation",	 NULL };
	static const char *const leadership[] = { "leading-technology", "introducing",
						  "following-up", NULL };
	static const char *const municipalities[] = { "2282", "2417", "2418", "2421",
						      "2422", "2425", "2462", "2463",
						      "2481", "2505", "2506", NULL };
	struct whom carers = { .modules = training };
	struct whom managers = { .modules = leadership, .dimension = "role", .value = "manager" };
	struct course course;
	const json_t *row, *shifts;

	course_begin(&course, *state, "akademi-norr", days, NULL);
	course_run(&course, "Europe/Stockholm");
	row = row_of(&course, "all", "programme", "training");
	assert_int_equal(read_part(row, "targets", 0, "n"), count(&course, &carers));
	assert_int_equal(read_part(row, "targets", 0, "of"), 460);
	check_each(&course, "training", training, municipalities, 3);
	check_each(&course, "leadership", leadership, municipalities, 2);
	assert_int_equal(whole(json_object_get(row, "reached"), "n"),
			 count_reached(&course, training, municipalities));
	assert_int_equal(whole(json_object_get(row, "reached"), "of"), 11);
	carers.dimension = "shift";
	carers.value = "night";
	shifts = json_object_get(json_object_get(row, "by"), "shift");
	assert_int_equal(whole(json_object_get(shifts, "night"), "participants"),
			 count(&course, &carers));
	assert_int_equal(count_hours(row, 0, DAY_HOURS), count_evenings(&course, training, 0));
	assert_int_equal(count_hours(row, 18, DAY_HOURS), count_evenings(&course, training, 18));
	row = row_of(&course, "all", "programme", "leadership");
	assert_int_equal(read_part(row, "targets", 0, "n"), count(&course, &managers));
	course_end(&course);
}

/* ---- vesteralen ---------------------------------------------------------------------------------- */

static void vesteralen_reads_each_place_in_its_county_council_office_and_health_community_at_once(
	void **state)
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
	struct course course;

	course_begin(&course, *state, "vesteralen", days, NULL);
	course_run(&course, "Europe/Oslo");
	check_each(&course, "rkk-2023", rkk, office, 3);
	check_each(&course, "home-monitoring-2024", monitoring, community, 2);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct whom whom = { .modules = rkk, .regions = rows[i].places };

		assert_int_equal(read_figure(&course, rows[i].region, "programme", "rkk-2023",
					     "participants"),
				 count(&course, &whom));
	}
	assert_int_equal(
		read_figure(&course, "all", "programme", "home-monitoring-2024", "participants"),
		count(&course, &(struct whom){ .modules = monitoring }));
	course_end(&course);
}

/* ---- the configuration, and the demo -------------------------------------------------------------- */

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
		TEST(helgeland_reads_how_many_students_each_sector_has_and_which_of_21_places_have_none),
		TEST(level_up_reads_how_many_of_300_managers_and_200_women_it_has_and_what_each_level_taught),
		TEST(mediq_reads_in_each_municipality_who_may_handle_medicine_who_lapses_in_90_days_and_the_gap),
		TEST(mediq_a_municipality_receives_its_own_figures_and_nothing_of_another),
		TEST(akademi_norr_reads_how_many_of_its_460_carers_are_reached_in_each_of_eleven_municipalities),
		TEST(vesteralen_reads_each_place_in_its_county_council_office_and_health_community_at_once),
		TEST(the_demo_of_an_unknown_programme_says_which_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
