/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/world.h"

#include <string.h>

#include "tests/seed.h"

#define YEAR_MS (INT64_C(365) * 24 * 3600000)

enum { ROLES = 3, SHIFTS = 3, OLD_ONE_IN = 10 };

static const struct world worlds[] = {
	{ .name = "plain",
	  .regions = 50,
	  .modules = 20,
	  .cohort = 20000,
	  .taken = 5,
	  .dimensions = 2,
	  .counties = 5 },
	{ .name = "rich",
	  .regions = 50,
	  .modules = 20,
	  .cohort = 20000,
	  .taken = 5,
	  .dimensions = 3,
	  .programmes = 3,
	  .competences = 6,
	  .counties = 5 },
	{ .name = "nordic",
	  .regions = 745,
	  .modules = 60,
	  .cohort = 20000,
	  .taken = 8,
	  .dimensions = 3,
	  .programmes = 10,
	  .competences = 12,
	  .counties = 60,
	  .countries = 5 },
};

static const struct {
	const char *name;
	const char *values[3];
} dimensions[] = {
	{ "gender", { "f", "m" } },
	{ "role", { "nurse", "carer", "manager" } },
	{ "shift", { "day", "evening", "night" } },
};

const struct world *world_find(const char *name)
{
	for (size_t i = 0; i < sizeof(worlds) / sizeof(worlds[0]); i++)
		if (strcmp(worlds[i].name, name) == 0)
			return &worlds[i];
	return NULL;
}

const char *world_value(uint32_t dimension, uint8_t value)
{
	return dimensions[dimension].values[value];
}

/* How many of a whole, by the share of events that have happened. */
static uint64_t share(const struct world_size *size, uint64_t number, uint64_t whole)
{
	if (number >= size->events)
		number = size->events - 1;
	return (uint64_t)((unsigned __int128)number * whole / size->events);
}

static uint64_t draw_learner(const struct world *world, const struct world_size *size,
			     uint64_t number, uint64_t *state)
{
	uint64_t newest = share(size, number, size->learners), among = newest + 1;
	bool is_old = test_draw(state) % OLD_ONE_IN == 0;

	if (world->cohort == 0)
		return test_draw(state) % size->learners;
	if (!is_old && among > world->cohort)
		among = world->cohort;
	return newest - test_draw(state) % among;
}

/* Of ten events four begin something, four are assessments. */
static enum event_type draw_type(uint64_t *state)
{
	uint64_t of_ten = test_draw(state) % 10;

	if (of_ten < 4)
		return EVENT_STARTED;
	if (of_ten < 8)
		return EVENT_ASSESSED;
	return of_ten == 8 ? EVENT_COMPLETED : EVENT_WITHDRAWN;
}

static int64_t draw_time(const struct world_size *size, uint64_t number)
{
	if (number >= size->events)
		return WORLD_END_MS + (int64_t)(number - size->events);
	return WORLD_END_MS - YEAR_MS + (int64_t)share(size, number, YEAR_MS);
}

struct world_event world_make(const struct world *world, const struct world_size *size,
			      uint64_t number)
{
	uint64_t state = number * 2 + 1, learner = draw_learner(world, size, number, &state);
	uint64_t home = learner, nth = test_draw(&state) % world->taken;
	struct world_event event = {
		.learner = learner,
		.module = (uint32_t)((learner * 7 + nth) % world->modules),
		.region = (uint32_t)(test_draw(&home) % world->regions),
		.type = draw_type(&state),
		.score = -1,
		.time = draw_time(size, number),
		.values = { learner % 3 == 0, (uint8_t)(learner % ROLES),
			    (uint8_t)(learner / ROLES % SHIFTS) },
	};

	if (event.type == EVENT_ASSESSED)
		event.score = (int16_t)(test_draw(&state) % (SCORE_ONE + 1));
	return event;
}

/* A letter, or more, and a number; snprintf would be half of what it costs to make an event. */
static struct text word(char *to, const char *front, uint64_t number, size_t digits_min)
{
	size_t front_size = strlen(front), n = 0;
	char digits[20];

	do
		digits[n++] = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	while (n < digits_min)
		digits[n++] = '0';
	memcpy(to, front, front_size);
	for (size_t i = 0; i < n; i++)
		to[front_size + i] = digits[n - 1 - i];
	return (struct text){ to, front_size + n };
}

struct event world_say(const struct world *world, const struct world_event *event,
		       struct world_words *words)
{
	struct event said = {
		.type = event->type,
		.time = event->time,
		.learner = word(words->learner, "learner-", event->learner, 8),
		.module = word(words->module, "c", event->module, 1),
		.region = word(words->region, "r", event->region, 1),
		.result = { .score = event->score, .passed = -1 },
		.n_attrs = world->dimensions,
	};

	for (uint32_t i = 0; i < world->dimensions; i++)
		said.attrs[i] = (struct event_attr){ text_of(dimensions[i].name),
						     text_of(world_value(i, event->values[i])) };
	return said;
}

static void list_dimensions(const struct world *world, FILE *to)
{
	fprintf(to, "dimensions:\n");
	for (uint32_t i = 0; i < world->dimensions; i++) {
		fprintf(to, "  %s: [", dimensions[i].name);
		for (size_t k = 0; k < 3 && dimensions[i].values[k]; k++)
			fprintf(to, "%s%s", k > 0 ? ", " : "", dimensions[i].values[k]);
		fprintf(to, "]\n");
	}
}

/* A region is in a county; in a rich world also in a trust, and a third of them in a project. */
static void list_regions(const struct world *world, FILE *to)
{
	enum { OF_A_TRUST = 17 };
	bool overlaps = world->programmes > 0 && world->countries == 0;
	uint32_t trusts = overlaps ? (world->regions - 1) / OF_A_TRUST + 1 : 0;

	fprintf(to, "regions:\n");
	for (uint32_t i = 0; i < world->countries; i++)
		fprintf(to, "  - {code: country%u, level: country}\n", i);
	for (uint32_t i = 0; i < world->counties; i++) {
		fprintf(to, "  - {code: county%u, level: county", i);
		if (world->countries > 0)
			fprintf(to, ", parents: [country%u]", i % world->countries);
		fprintf(to, "}\n");
	}
	for (uint32_t i = 0; i < trusts; i++)
		fprintf(to, "  - {code: trust%u}\n", i);
	if (trusts > 0)
		fprintf(to, "  - {code: project}\n");
	fprintf(to, "  - {code: " WORLD_PROBE ", parents: [county0]}\n");
	for (uint32_t i = 0; i < world->regions; i++) {
		fprintf(to, "  - {code: r%u, level: municipality, parents: [county%u", i,
			i % world->counties);
		if (trusts > 0)
			fprintf(to, ", trust%u%s", i / OF_A_TRUST, i % 3 == 0 ? ", project" : "");
		fprintf(to, "]");
		if (world->programmes > 0)
			fprintf(to, ", headcount: [{count: %u}, {where: {role: nurse}, count: %u}]",
				20000 + i, 7000 + i);
		fprintf(to, "}\n");
	}
}

/* Each module grants one competence, every fourth one another, too. */
static void list_modules(const struct world *world, FILE *to)
{
	fprintf(to, "modules:\n");
	for (uint32_t i = 0; i < world->modules; i++) {
		if (world->competences == 0) {
			fprintf(to, "  - {id: c%u}\n", i);
			continue;
		}
		fprintf(to, "  - {id: c%u, pass_mark: 0.6, stalled_after_days: 45,\n     grants: [",
			i);
		fprintf(to, "{competence: k%u, level: %u, earned_by: %s", i % world->competences,
			1 + i % 4, i % 2 == 0 ? "completed" : "passed");
		if (i % 3 > 0)
			fprintf(to, ", valid_months: %u", 12 * (1 + i % 3));
		fprintf(to, "}");
		if (i % 4 == 0)
			fprintf(to, ", {competence: k%u, earned_by: passed, valid_months: 24}",
				(i + 1) % world->competences);
		fprintf(to, "]}\n");
	}
}

/* Each has its share of the modules, and some that others have, too. */
static void list_programmes(const struct world *world, FILE *to)
{
	if (world->programmes > 0)
		fprintf(to, "programmes:\n");
	for (uint32_t i = 0; i < world->programmes; i++) {
		const char *between = "";

		fprintf(to, "  - {id: p%u, from: 2025-08-01, to: 2026-12-31, complete: 3,\n", i);
		fprintf(to, "     stalled_after_days: 90, modules: [");
		for (uint32_t k = 0; k < world->modules; k++) {
			if (k % world->programmes != i && (k + 1) % (world->programmes + 1) != i)
				continue;
			fprintf(to, "%sc%u", between, k);
			between = ", ";
		}
		fprintf(to, "],\n     targets: [{measure: participants, value: 4600}, ");
		fprintf(to, "{measure: participants, value: 2800, where: {role: nurse}},\n");
		fprintf(to, "       {measure: completed, value: 3600}, ");
		fprintf(to, "{measure: completed, value: 360, where: {gender: m}}]}\n");
	}
}

static void list_competences(const struct world *world, FILE *to)
{
	if (world->competences > 0)
		fprintf(to, "competences:\n");
	for (uint32_t i = 0; i < world->competences; i++) {
		fprintf(to, "  - {id: k%u, requirements: [{level: 1}, ", i);
		fprintf(to, "{level: 2, where: {role: nurse}},\n");
		fprintf(to, "     {level: 2, where: {role: carer, shift: night}}]}\n");
	}
}

void world_catalogue(const struct world *world, FILE *to)
{
	fprintf(to, "timezone: Europe/Oslo\n");
	list_dimensions(world, to);
	list_regions(world, to);
	list_modules(world, to);
	list_programmes(world, to);
	list_competences(world, to);
}
