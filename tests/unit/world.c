/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/world.h"
#include "tests/seed.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* Chance. */

static uint64_t first_seed, chance_state;

void chance_begin_at(uint64_t seed)
{
	first_seed = chance_state = seed;
}

void chance_begin(void)
{
	chance_begin_at(test_seed());
}

void chance_of_world(uint32_t world)
{
	chance_state = first_seed + world * UINT64_C(0x5851f42d4c957f2d);
}

static uint64_t chance_next(void)
{
	return test_draw(&chance_state);
}

uint32_t chance(uint32_t below)
{
	return (uint32_t)(chance_next() % below);
}

bool chance_of(uint32_t percent)
{
	return chance(100) < percent;
}

void chance_shuffle(void *array, size_t n, size_t size)
{
	char *items = array, swapped[512];

	assert_true(size <= sizeof(swapped));
	for (size_t i = n; i > 1; i--) {
		size_t other = chance((uint32_t)i);

		memcpy(swapped, items + other * size, size);
		memcpy(items + other * size, items + (i - 1) * size, size);
		memcpy(items + (i - 1) * size, swapped, size);
	}
}

/* Directories. */

void dir_begin(struct dir *dir)
{
	const char *where = getenv("TMPDIR");
	int size = snprintf(dir->path, sizeof(dir->path), "%s/liftd-unit-XXXXXX",
			    where && *where ? where : "/tmp");

	assert_in_range(size, 1, sizeof(dir->path) - 1);
	assert_non_null(mkdtemp(dir->path));
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *walk)
{
	(void)stat, (void)flag, (void)walk;
	return remove(path);
}

void dir_end(const struct dir *dir)
{
	assert_int_equal(nftw(dir->path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *dir_path(const struct dir *dir, const char *name)
{
	static char paths[4][128];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir->path, name);
	return path;
}

/* Catalogues and configurations. */

struct catalogue *catalogue_of(const char *text)
{
	struct yaml_errors errors = { .file = "catalogue" };
	struct catalogue *catalogue = NULL;

	if (catalogue_parse(text_of(text), &errors, &catalogue) != 0)
		fail_msg("%s", errors.text ? errors.text : "?");
	return catalogue;
}

static char *no_env(const char *name)
{
	(void)name;
	return NULL;
}

struct config *config_of(const char *text)
{
	struct yaml_errors errors = { .file = "config" };
	struct config *config = NULL;

	if (config_parse(text_of(text), &errors, no_env, true, &config) != 0)
		fail_msg("%s", errors.text ? errors.text : "?");
	return config;
}

const char world_catalogue[] = "timezone: Europe/Oslo\n"
			       "dimensions: {role: [nurse, carer], gender: [f, m]}\n"
			       "regions:\n"
			       "  - {code: no}\n"
			       "  - {code: north, parents: [no]}\n"
			       "  - {code: coast, parents: [no]}\n"
			       "  - {code: rana, parents: [north, coast], aliases: ['1833']}\n"
			       "  - {code: bodo, parents: [north], aliases: [b, b2]}\n"
			       "  - {code: isle, parents: [coast]}\n"
			       "  - {code: alone}\n"
			       "modules:\n"
			       "  - {id: lift, pass_mark: 0.6}\n"
			       "  - {id: hand, aliases: [hand-1, H], stalled_after_days: 3}\n"
			       "  - {id: fire, aliases: [brann], pass_mark: 0}\n";

const char world_catalogue_changed[] = "timezone: Asia/Tokyo\n"
				       "dimensions: {gender: [m], role: [carer, chef]}\n"
				       "regions:\n"
				       "  - {code: isle, aliases: [b2, nowhere]}\n"
				       "  - {code: bodo, parents: [rana]}\n"
				       "  - {code: rana, parents: [isle]}\n"
				       "modules:\n"
				       "  - {id: brann, aliases: [H], pass_mark: 0.9}\n"
				       "  - {id: unheard}\n"
				       "  - {id: hand, aliases: [lift]}\n";

/* Events. */

/* Ids that share beginnings, and one that looks like another's source and id in one. */
static const char *const learners[] = { "1",	    "11", "l",	 "l1", "kari@example",
					"\xc3\xb8", "a1", "b-1", "0" };
static const char *const modules[] = { "lift", "lift",	"hand",	   "hand-1", "H",
				       "fire", "brann", "unheard", "Lift" };
static const char *const regions[] = { "rana", "rana",	     "1833",  "bodo",  "b",
				       "b2",   "isle",	     "alone", "north", "nowhere",
				       "all",  "unassigned", "no" };
static const struct {
	const char *name, *values[5];
} attrs[] = {
	{ "role", { "nurse", "carer", "chef", "", "unknown" } },
	{ "gender", { "f", "m", "x", "f", "m" } },
	{ "age", { "20", "30", "40", "50", "60" } },
};
enum { LEARNERS = 9, MODULES = 9, REGIONS = 13, ATTRS = 3 };

void world_begin(struct world *world, uint32_t n_learners)
{
	assert_true(n_learners <= LEARNERS);
	*world = (struct world){ .n_learners = n_learners, .voided_percent = 15 };
	for (int i = 0; i < WORLD_TIMES; i++) {
		/* Hours of whole days, so that local midnights are met; and a ms before. */
		world->times[i] = WORLD_BEGIN + chance(WORLD_DAYS) * DAY_MS +
				  (int64_t)chance(24) * 3600000 - chance(2);
	}
}

static int64_t random_time(const struct world *world)
{
	if (world->any_time)
		return WORLD_BEGIN + chance(WORLD_DAYS) * DAY_MS + chance((uint32_t)DAY_MS);
	return world->times[chance(WORLD_TIMES)];
}

static void random_result(struct event_result *result, uint32_t percent)
{
	static const int16_t scores[] = { 0, 4999, 5000, 5999, 6000, 9050, 9999, 10000 };

	*result = (struct event_result){ .score = -1, .passed = -1 };
	if (chance_of(percent))
		result->score = scores[chance(8)];
	if (chance_of(percent))
		result->passed = (int8_t)chance(2);
	if (chance_of(percent))
		result->phase = (uint8_t)(PHASE_PRE + chance(2));
}

static void random_attrs(struct event *event)
{
	event->n_attrs = 0;
	for (uint32_t i = 0; i < ATTRS; i++) {
		if (chance_of(60))
			continue;
		event->attrs[event->n_attrs].name = text_of(attrs[i].name);
		event->attrs[event->n_attrs++].value = text_of(attrs[i].values[chance(5)]);
	}
	chance_shuffle(event->attrs, event->n_attrs, sizeof(event->attrs[0]));
}

enum { TYPES = 10 };
static const enum event_type types[TYPES] = { EVENT_STARTED,   EVENT_STARTED,  EVENT_COMPLETED,
					      EVENT_ASSESSED,  EVENT_ASSESSED, EVENT_ASSESSED,
					      EVENT_WITHDRAWN, EVENT_ATTENDED, EVENT_ENROLLED,
					      EVENT_WITHDRAWN };

/* Minutes, of which several presences make an hour; a state. */
static void random_minutes(struct event_result *result, uint32_t percent)
{
	static const uint16_t minutes[] = { 1, 29, 30, 31, 60, 600 };

	if (chance_of(percent))
		result->minutes = minutes[chance(6)];
}

static void random_state(struct event_result *result, uint32_t percent)
{
	if (chance_of(percent))
		result->state = (uint8_t)(STATE_APPLIED + chance(3));
}

/* A last day around the world's days, or none. */
static void random_valid_until(struct event *event)
{
	int32_t first = (int32_t)(WORLD_BEGIN / DAY_MS);

	if (!chance_of(20))
		return;
	event->valid_until =
		chance_of(20) ? VALID_FOR_EVER : first + (int32_t)chance(2 * WORLD_DAYS);
}

static void random_voiding(const struct world *world, struct event *event)
{
	event->voids = types[chance(TYPES)];
	if (chance_of(60))
		event->voids_time = random_time(world);
	random_result(&event->result, event->voids == EVENT_ASSESSED ? 25 : 3);
	random_minutes(&event->result, event->voids == EVENT_ATTENDED ? 40 : 3);
	random_state(&event->result, event->voids == EVENT_ENROLLED ? 40 : 3);
}

static void random_assessment(struct event_result *result)
{
	random_result(result, 50);
	if (result->score < 0 && result->passed < 0)
		result->passed = 1;
}

void world_event(const struct world *world, struct event *event)
{
	memset(event, 0, sizeof(*event));
	event->type = chance_of(world->voided_percent) ? EVENT_VOIDED : types[chance(TYPES)];
	event->time = random_time(world);
	event->learner = text_of(learners[chance(world->n_learners)]);
	event->module = text_of(modules[chance(MODULES)]);
	event->region = text_of(regions[chance(REGIONS)]);
	event->voids_time = EVENT_NO_TIME;
	event->result = (struct event_result){ .score = -1, .passed = -1 };
	random_attrs(event);
	if (event->type == EVENT_VOIDED)
		random_voiding(world, event);
	if (event->type == EVENT_ASSESSED)
		random_assessment(&event->result);
	if (event->type == EVENT_ATTENDED)
		random_minutes(&event->result, 100);
	if (event->type == EVENT_ENROLLED)
		random_state(&event->result, 100);
	if (event->type == EVENT_ASSESSED || event->type == EVENT_COMPLETED)
		random_valid_until(event);
}
