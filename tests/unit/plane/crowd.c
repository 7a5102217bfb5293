/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/plane/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct crowd *crowd_new(void)
{
	struct crowd *crowd = malloc(sizeof(*crowd));

	assert_non_null(crowd);
	return crowd;
}

/* Add an event of a learner, whose name it gets. */
static struct event *add(struct crowd *crowd, const struct event *event, struct text name,
			 uint32_t copy)
{
	struct event *to = &crowd->events[crowd->n];
	char *learner = crowd->learners[crowd->n];

	assert_true(crowd->n < CROWD_EVENTS);
	snprintf(learner, sizeof(crowd->learners[0]), "%.*s-%u", (int)name.size, name.data, copy);
	*to = *event;
	to->learner = text_of(learner);
	crowd->n++;
	return to;
}

void crowd_make(struct crowd *crowd, const struct anyworld *world)
{
	uint32_t copies = 1 + chance(CROWD_COPIES), takes_part = 60 + chance(41);
	uint32_t moves = chance(20);

	crowd->n = 0;
	for (uint32_t copy = 0; copy < copies; copy++)
		for (uint32_t i = 0; i < world->n; i++) {
			struct event *event;

			if (!chance_of(takes_part))
				continue;
			event = add(crowd, &world->events[i], world->events[i].learner, copy);
			if (chance_of(moves))
				event->region = world->events[chance(world->n)].region;
		}
}

/* The school. */

static const char school[] =
	"timezone: Europe/Oslo\n"
	"dimensions: {gender: [f, m], role: [nurse, aide]}\n"
	"regions:\n"
	"  - {code: north}\n"
	"  - {code: town, parents: [north], headcount: [{count: 300}]}\n"
	"  - {code: village, parents: [north], headcount: [{count: 20}]}\n"
	"modules:\n"
	"  - id: a\n"
	"    grants: [{competence: k, level: 2, earned_by: passed, valid_months: 1},\n"
	"             {competence: k, level: 1}]\n"
	"  - {id: b}\n"
	"programmes:\n"
	"  - id: p\n"
	"    modules: [a, b]\n"
	"    complete: 1\n"
	"    targets: [{measure: participants, value: 100},\n"
	"              {measure: completed, value: 40, where: {gender: f}}]\n"
	"competences:\n"
	"  - {id: k, requirements: [{level: 2, where: {role: nurse}}]}\n";

enum { PUPILS = 240 };
#define SCHOOL_BEGIN INT64_C(1735722000000) /* 2025-01-01T10:00 in Oslo */
#define HOUR_MS	     INT64_C(3600000)

/* From an hour on, within a hundred of them. */
static void do_it(struct crowd *crowd, const struct event *pupil, uint32_t i, enum event_type type,
		  uint32_t hour, enum event_phase phase)
{
	struct event event = *pupil;

	event.type = type;
	event.time = SCHOOL_BEGIN + (hour + chance(100)) * HOUR_MS;
	if (type == EVENT_ASSESSED) {
		event.result.phase = (uint8_t)phase;
		event.result.score = (int16_t)((phase == PHASE_PRE ? 2000 : 4000) + chance(6000));
	}
	add(crowd, &event, text_of("pupil"), i);
}

void crowd_school(struct crowd *crowd, struct anyworld *ret_world)
{
	static const char *const homes[] = { "town", "village", "town", "nowhere",
					     "town", "village", "town", "town" };
	static const char *const genders[] = { "f", "m" }, *const roles[] = { "nurse", "aide" };

	crowd->n = 0;
	for (uint32_t i = 0; i < PUPILS; i++) {
		struct event pupil = { .module = TEXT("a"),
				       .region = text_of(homes[i % 8]),
				       .result = { .score = -1, .passed = -1 },
				       .voids_time = EVENT_NO_TIME,
				       .n_attrs = 2 };

		pupil.attrs[0] = (struct event_attr){ TEXT("gender"), text_of(genders[chance(2)]) };
		pupil.attrs[1] = (struct event_attr){ TEXT("role"), text_of(roles[chance(2)]) };
		do_it(crowd, &pupil, i, EVENT_STARTED, 0, PHASE_NONE);
		do_it(crowd, &pupil, i, EVENT_ASSESSED, 110, PHASE_PRE);
		do_it(crowd, &pupil, i, EVENT_ASSESSED, 220, PHASE_POST);
		if (i % 5)
			do_it(crowd, &pupil, i, EVENT_COMPLETED, 330, PHASE_NONE);
		else
			do_it(crowd, &pupil, i, EVENT_WITHDRAWN, 330, PHASE_NONE);
	}
	*ret_world = (struct anyworld){ .text = strdup(school), .catalogue = catalogue_of(school) };
	assert_non_null(ret_world->text);
	for (int d = 0; d < ANYWORLD_DAYS; d++)
		ret_world->days[d] = (int32_t)(SCHOOL_BEGIN / DAY_MS) + 30 + 60 * d;
}
