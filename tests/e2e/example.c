/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/e2e/example.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/e2e/check.h"
#include "tests/e2e/figures.h"
#include "tests/e2e/peer.h"
#include "tests/e2e/people.h"

#define REFERENCE "tests/reference/lift_oracle.py"
#define SEED	  "4"

/* The reference program's figures. */
static json_t *ask_reference(const struct example *example, const char *day)
{
	const char *const argv[] = { "/usr/bin/python3",
				     REFERENCE,
				     example->catalogue,
				     example->events,
				     "--as-of",
				     day,
				     NULL };
	struct process process;
	struct outcome outcome;
	json_t *expected;

	process_start(&process, example->daemon->dir, "reference", argv, NULL);
	outcome = process_wait(&process);
	if (outcome.status != 0)
		fail_msg(REFERENCE ": status %d: %s", outcome.status, outcome.err);
	expected = figures_of_lines(outcome.out);
	outcome_free(&outcome);
	return expected;
}

/* Export each day, and compare; the last one's figures stay. */
static void export_days(struct example *example)
{
	for (size_t i = 0; i < EXAMPLE_DAYS; i++) {
		char *out = daemon_lift_out(example->daemon, 0, "export", "--as-of",
					    example->days[i], NULL);
		json_t *expected = ask_reference(example, example->days[i]);

		json_decref(example->figures);
		example->figures = figures_of_lines(out);
		figures_check(expected, example->figures, example->days[i]);
		json_decref(expected);
		free(out);
	}
}

void example_begin(struct example *example, struct daemon *daemon, const char *name,
		   const char *const days[EXAMPLE_DAYS], const char *own)
{
	char *lines = NULL;

	*example = (struct example){ .daemon = daemon, .days = days };
	path_make(example->catalogue, EXAMPLES "%s.yaml", name);
	path_make(example->events, "%s/events.jsonl", daemon->dir);
	assert_true(asprintf(&lines, "as_of: %s\n%s%s\n", days[EXAMPLE_DAYS - 1],
			     own ? own : "catalogue: ", own ? "" : example->catalogue) > 0);
	daemon_configure(daemon, lines);
	free(lines);
	daemon_start(daemon);
}

void example_run(struct example *example, const char *zone)
{
	const char *last = example->days[EXAMPLE_DAYS - 1];

	free(daemon_lift_out(example->daemon, 0, "simulate", "--seed", SEED, "--out",
			     example->events, example->catalogue, NULL));
	free(daemon_lift_out(example->daemon, 0, "simulate", "--seed", SEED, example->catalogue,
			     NULL));
	example->people = people_of_file(example->events, zone, last);
	export_days(example);
}

void example_end(struct example *example)
{
	json_decref(example->figures);
	json_decref(example->people);
	daemon_stop(example->daemon, SIGTERM);
}

/* Figures and counts. */

const json_t *example_row(const struct example *example, const char *region, const char *kind,
			  const char *id)
{
	char key[TOPIC_SIZE];

	snprintf(key, sizeof(key), "%s %s %s", region, kind, id);
	return json_object_get(example->figures, key);
}

int64_t example_figure(const struct example *example, const char *region, const char *kind,
		       const char *id, const char *figure)
{
	const json_t *row = example_row(example, region, kind, id);

	return row ? whole(row, figure) : 0;
}

int64_t example_part(const json_t *row, const char *list, size_t i, const char *part)
{
	return whole(json_array_get(json_object_get(row, list), i), part);
}

static bool lives_in(const json_t *person, const struct whom *whom)
{
	const char *const *regions = whom->regions;

	if (!regions)
		return true;
	for (size_t i = 0; regions[i]; i++)
		if (whom->entry ? person_came_from(person, whom->modules, regions[i])
				: person_lives(person, regions[i]))
			return true;
	return false;
}

int64_t example_count(const struct example *example, const struct whom *whom)
{
	const char *learner;
	json_t *person;
	int64_t n = 0;

	json_object_foreach(example->people, learner, person) n +=
		person_takes(person, whom->modules) && lives_in(person, whom) &&
		person_is(person, whom->dimension, whom->value) &&
		person_completed(person, whom->modules) >= whom->completed;
	return n;
}

int64_t example_count_reached(const struct example *example, const char *const modules[],
			      const char *const regions[])
{
	int64_t n = 0;

	for (size_t i = 0; regions[i]; i++) {
		const char *const one[] = { regions[i], NULL };

		n += example_count(example, &(struct whom){ .modules = modules, .regions = one }) >
		     0;
	}
	return n;
}

static void check_each(const struct example *example, const char *programme,
		       const char *const regions[], struct whom whom, size_t complete)
{
	for (size_t i = 0; regions[i]; i++) {
		const char *const one[] = { regions[i], NULL };

		whom.regions = one;
		whom.completed = 0;
		assert_int_equal(
			example_figure(example, regions[i], "programme", programme, "participants"),
			example_count(example, &whom));
		whom.completed = complete;
		assert_int_equal(
			example_figure(example, regions[i], "programme", programme, "completed"),
			example_count(example, &whom));
	}
}

void example_check_each(const struct example *example, const char *programme,
			const char *const modules[], const char *const regions[], size_t complete)
{
	check_each(example, programme, regions, (struct whom){ .modules = modules }, complete);
}

void example_check_each_entry(const struct example *example, const char *programme,
			      const char *const modules[], const char *const regions[],
			      size_t complete)
{
	check_each(example, programme, regions, (struct whom){ .modules = modules, .entry = true },
		   complete);
}
