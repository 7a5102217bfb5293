/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/anyworld.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/unit/world.h"
#include "tests/unit/worlds/anyplan.h"
#include "tests/unit/worlds/anytimes.h"

/* Names: a catalogue takes some of them, events use any. */

enum { PLACES = 16, UNITS = 12, NOWHERE = 3, LEARNERS = 6, DIMENSIONS = 3, VALUES = 4 };
static const char *const places[PLACES + NOWHERE] = {
	"no",  "NO",   "0301", "1833",	      "west",	      "West", "Rana kommune",
	"a",   "a, b", "null", "Bod\xc3\xb8", "\xe6\xb8\xaf", "0x10", "~",
	"w:x", "#1",   "all",  "unassigned",  "nowhere",
};
static const char *const units[UNITS + 1] = {
	"lift", "Lift", "hand", "IC 1", "1e3", "\xc3\xa5", "true",
	"m,n",	"m",	"mm",	"l\"q", "-",   "unheard",
};
static const char *const learners[LEARNERS] = { "1", "11", "l1", "kari@example", "\xc3\xb8", "-" };
static const struct {
	const char *name, *values[VALUES]; /* the last is none that a catalogue has */
} dimensions[DIMENSIONS + 1] = {
	{ "role", { "nurse", "carer", "no", "chef" } },
	{ "shift", { "day", "2/3", "", "Day" } },
	{ "level", { "1", "01", "1.0", "2" } },
	{ "never", { "x", "y", "z", "unknown" } }, /* is none */
};

/* The names that a catalogue has not taken yet. */
struct names_left {
	const char *names[PLACES];
	uint32_t n;
};

static struct names_left all_of(const char *const *names, uint32_t n)
{
	struct names_left left = { .n = n };

	memcpy(left.names, names, n * sizeof(names[0]));
	chance_shuffle(left.names, n, sizeof(left.names[0]));
	return left;
}

/* Some of what is left, but for what is still needed. */
static void write_aliases(FILE *file, struct names_left *left, uint32_t needed)
{
	uint32_t room = left->n - needed, n = chance(room < 3 ? room + 1 : 4);

	if (n == 0)
		return;
	fputs(", aliases: [", file);
	while (n-- > 0) {
		write_name(file, left->names[--left->n]);
		fputs(n ? ", " : "]", file);
	}
}

/* A catalogue. */

enum { REGIONS = 8, MODULES = 4 };

static void keep_dimension(struct anyplan *plan, uint32_t d, uint32_t n_values)
{
	plan->dimensions[d].name = dimensions[d].name;
	for (uint32_t v = 0; v < n_values; v++)
		plan->dimensions[d].values[v] =
			*dimensions[d].values[v] ? dimensions[d].values[v] : "e";
	plan->dimensions[d].values[n_values] = "unknown";
	plan->dimensions[d].n_values = n_values + 1;
	plan->n_dimensions = d + 1;
}

static void write_dimensions(FILE *file, struct anyplan *plan)
{
	uint32_t n = chance(DIMENSIONS + 1);

	if (n == 0)
		return;
	fputs("dimensions:\n", file);
	for (uint32_t d = 0; d < n; d++) {
		uint32_t n_values = 1 + chance(VALUES - 1);

		fprintf(file, "  %s: [", dimensions[d].name);
		for (uint32_t v = 0; v < n_values; v++) {
			/* An empty value cannot be counted by; it is sent all the same. */
			write_name(file, *dimensions[d].values[v] ? dimensions[d].values[v] : "e");
			fputs(v + 1 < n_values ? ", " : "]\n", file);
		}
		keep_dimension(plan, d, n_values);
	}
}

/* Each below some of those before it; their rows in any order. */
static void write_regions(FILE *file, struct anyplan *plan)
{
	struct names_left left = all_of(places, PLACES);
	const char *codes[REGIONS];
	uint32_t order[REGIONS], n = chance(REGIONS + 1);
	bool parents[REGIONS][REGIONS] = { { false } };

	if (n == 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		codes[i] = plan->regions[plan->n_regions++] = left.names[--left.n];
		order[i] = i;
		for (uint32_t p = 0; p < i; p++)
			parents[i][p] = chance_of(35);
	}
	chance_shuffle(order, n, sizeof(order[0]));
	fputs("regions:\n", file);
	for (uint32_t i = 0; i < n; i++) {
		const char *comma = "";

		fputs("  - {code: ", file);
		write_name(file, codes[order[i]]);
		fputs(", parents: [", file);
		for (uint32_t p = 0; p < n; p++) {
			if (!parents[order[i]][p])
				continue;
			fputs(comma, file);
			write_name(file, codes[p]);
			comma = ", ";
		}
		fputs("]", file);
		write_aliases(file, &left, 0);
		anyplan_write_headcount(file, plan);
		fputs("}\n", file);
	}
}

static void write_modules(FILE *file, struct anyplan *plan)
{
	static const char *const marks[] = { "0", "0.5", "0.6", "1", "0.00005", "0.7499", "0.29" };
	struct names_left left = all_of(units, UNITS);
	uint32_t n = 1 + chance(MODULES);

	fputs("modules:\n", file);
	for (uint32_t i = 0; i < n; i++) {
		fputs("  - {id: ", file);
		plan->modules[plan->n_modules++] = left.names[--left.n];
		write_name(file, left.names[left.n]);
		if (chance_of(70))
			fprintf(file, ", pass_mark: %s", marks[chance(7)]);
		if (chance_of(60))
			fprintf(file, ", stalled_after_days: %u", 1 + chance(chance(2) ? 60 : 3));
		write_aliases(file, &left, n - i - 1);
		anyplan_write_grants(file, plan);
		fputs("}\n", file);
	}
}

static char *make_catalogue(const char *zone, const int32_t *days, uint32_t n_days)
{
	struct anyplan plan = { .n_dimensions = 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fprintf(file, "timezone: %s\n", zone);
	write_dimensions(file, &plan);
	anyplan_begin(&plan);
	write_regions(file, &plan);
	write_modules(file, &plan);
	anyplan_write_programmes(file, &plan, days, n_days);
	anyplan_write_competences(file, &plan);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* Events. */

/* What the events of a world have in common. */
struct luck {
	const struct catalogue *catalogue;
	int64_t times[ANYTIMES];
	uint32_t n_learners;
	uint32_t result_percent, phase_percent; /* of assessments that have passed, a phase */
};

static int64_t random_time(const struct luck *luck)
{
	return luck->times[chance(ANYTIMES)];
}

/* One that the catalogue knows by this name, or any. */
static struct text random_module(const struct luck *luck)
{
	const struct module *module = &luck->catalogue->modules[chance(luck->catalogue->n_modules)];

	if (chance_of(40))
		return text_of(units[chance(UNITS + 1)]);
	return text_of(module->n_aliases && chance(2) ? module->aliases[chance(module->n_aliases)]
						      : module->id);
}

static void random_result(struct event_result *result, uint32_t percent, uint32_t phase_percent)
{
	static const int16_t scores[] = { 0, 1, 99, 2900, 5000, 5999, 6000, 7499, 9000, 10000 };

	*result = (struct event_result){ .score = -1, .passed = -1 };
	if (chance_of(percent + 20))
		result->score = chance_of(80) ? scores[chance(10)] : (int16_t)chance(10001);
	if (chance_of(percent))
		result->passed = (int8_t)chance(2);
	if (chance_of(phase_percent))
		result->phase = (uint8_t)(PHASE_PRE + chance(2));
}

static void random_profile(struct event *event)
{
	event->region = text_of(places[chance(PLACES + NOWHERE)]);
	event->n_attrs = 0;
	for (uint32_t d = 0; d <= DIMENSIONS; d++) {
		if (chance_of(60))
			continue;
		event->attrs[event->n_attrs].name = text_of(dimensions[d].name);
		event->attrs[event->n_attrs++].value =
			text_of(dimensions[d].values[chance(VALUES)]);
	}
}

static enum event_type random_type(void)
{
	static const enum event_type types[] = { EVENT_STARTED,	  EVENT_STARTED,  EVENT_COMPLETED,
						 EVENT_COMPLETED, EVENT_ASSESSED, EVENT_ASSESSED,
						 EVENT_ASSESSED,  EVENT_WITHDRAWN };

	return types[chance(8)];
}

static void random_voiding(struct event *event, const struct luck *luck)
{
	event->voids = random_type();
	if (chance_of(60))
		event->voids_time = random_time(luck);
	if (event->voids == EVENT_ASSESSED)
		random_result(&event->result, 20, luck->phase_percent / 2);
	else if (chance_of(5)) /* which no fact of the type has */
		event->result.score = SCORE_ONE;
}

static void random_event(struct event *event, const struct luck *luck)
{
	*event = (struct event){ .type = chance_of(15) ? EVENT_VOIDED : random_type(),
				 .time = random_time(luck),
				 .learner = text_of(learners[chance(luck->n_learners)]),
				 .module = random_module(luck),
				 .result = { .score = -1, .passed = -1 },
				 .voids_time = EVENT_NO_TIME };
	random_profile(event);
	if (event->type == EVENT_VOIDED)
		random_voiding(event, luck);
	if (event->type != EVENT_ASSESSED)
		return;
	random_result(&event->result, luck->result_percent, luck->phase_percent);
	if (event->result.score < 0 && event->result.passed < 0)
		event->result.passed = (int8_t)chance(2);
}

/* Name some of how an assessment came out, at times wrongly. */
static void name_result(struct event_result *result)
{
	if (chance_of(20)) {
		switch (chance(3)) {
		case 0:
			result->score = result->score == 5000 ? 9000 : 5000;
			break;
		case 1:
			result->passed = result->passed != 1;
			break;
		default:
			result->phase = result->phase == PHASE_PRE ? PHASE_POST : PHASE_PRE;
		}
	}
	if (chance_of(40))
		result->score = -1;
	if (chance_of(40))
		result->passed = -1;
	if (chance_of(40))
		result->phase = PHASE_NONE;
}

static void take_back(struct event *event)
{
	event->voids = event->type;
	event->type = EVENT_VOIDED;
	event->voids_time = chance(2) ? event->time : EVENT_NO_TIME;
	event->time += (int64_t)chance(3) - 1;
	if (event->voids == EVENT_ASSESSED)
		name_result(&event->result);
}

/* Rather an assessment: of these there is more to say. */
static const struct event *random_old(const struct event *events, uint32_t n)
{
	const struct event *old = &events[chance(n)];

	return old->type == EVENT_ASSESSED ? old : &events[chance(n)];
}

/* What was there before: as it was, with another profile, under another name of its module, or
 * taken back. */
static void random_again(struct event *event, const struct event *old, const struct luck *luck)
{
	*event = *old;
	switch (chance(6)) {
	case 0:
		break;
	case 1:
		random_profile(event);
		break;
	case 2:
		event->module = random_module(luck);
		break;
	default:
		if (old->type != EVENT_VOIDED)
			take_back(event);
	}
}

/* Some of the first n events that a grant with an end may be earned by, and its months; NULL: none
 * was found. */
static const struct event *find_earning(const struct anyworld *world, uint32_t n,
					uint16_t *ret_months)
{
	for (int tries = 0; n > 0 && tries < 20; tries++) {
		const struct event *event = &world->events[chance(n)];
		uint32_t m = catalogue_module(world->catalogue, event->module);
		const struct module *module;
		const struct grant *grant;

		if (m == CATALOGUE_NONE || world->catalogue->modules[m].n_grants == 0)
			continue;
		module = &world->catalogue->modules[m];
		grant = &module->grants[chance(module->n_grants)];
		*ret_months = grant->valid_months;
		if (grant->valid_months &&
		    event->type == (grant->by_pass ? EVENT_ASSESSED : EVENT_COMPLETED))
			return event;
	}
	return NULL;
}

/* What was done before, once more when a grant of it ends, or a day beside that. */
static bool random_renewal(struct event *event, const struct anyworld *world, uint32_t n)
{
	static const int32_t beside[] = { -1, 0, 0, 1 };
	const struct calendar *calendar = world->catalogue->calendar;
	uint16_t months;
	const struct event *old = find_earning(world, n, &months);
	int32_t day;

	if (!old)
		return false;
	day = day_add_months(calendar_day(calendar, old->time), months) + beside[chance(4)];
	*event = *old;
	event->time = calendar_day_start(calendar, day) + (int64_t)chance(24) * ANYTIMES_HOUR_MS;
	return event->time < ANYWORLD_CLOCK;
}

void anyworld_make(struct anyworld *world)
{
	static const int32_t later[] = { -1, 0, 1, 6, 7, 29, 30, 31, 32 };
	static const uint32_t result_percents[] = { 35, 90 }, phase_percents[] = { 0, 50, 90 };
	const char *zone = anytimes_zone();
	struct luck luck = { .n_learners = 1 + chance(LEARNERS),
			     .result_percent = result_percents[chance(2)],
			     .phase_percent = phase_percents[chance(3)] };
	int32_t days[ANYTIMES];

	anytimes_make(zone, luck.times, days);
	*world = (struct anyworld){ .text = make_catalogue(zone, days, ANYTIMES) };
	luck.catalogue = world->catalogue = catalogue_of(world->text);
	world->n = 1 + chance(chance(4) ? ANYWORLD_EVENTS : 8);
	for (uint32_t i = 0; i < world->n; i++) {
		struct event *event = &world->events[i];

		if (chance_of(10) && random_renewal(event, world, i))
			continue;
		if (i > 0 && chance_of(45))
			random_again(event, random_old(world->events, i), &luck);
		else
			random_event(event, &luck);
	}
	for (int d = 0; d < ANYWORLD_DAYS; d++)
		world->days[d] = calendar_day(world->catalogue->calendar, random_time(&luck)) +
				 later[chance(9)];
	if (chance_of(60))
		world->days[1] = anyplan_later_day(world->catalogue, days[chance(ANYTIMES)]);
}

void anyworld_free(struct anyworld *world)
{
	catalogue_free(world->catalogue);
	free(world->text);
}

void anyworld_model(struct model *model, const struct anyworld *world, int64_t until)
{
	static struct model_event events[ANYWORLD_EVENTS];

	for (uint32_t i = 0; i < world->n; i++)
		events[i] = (struct model_event){ "people", world->events[i] };
	model_make(model, world->catalogue, events, world->n, until);
}

/* As JSON Lines. */

static void set_text(json_t *to, const char *key, struct text text)
{
	json_object_set_new(to, key, json_stringn(text.data, text.size));
}

static void set_result(json_t *to, const struct event_result *result)
{
	if (result->score >= 0)
		json_object_set_new(to, "score", json_real(result->score / 10000.0));
	if (result->passed >= 0)
		json_object_set_new(to, "passed", json_boolean(result->passed));
	if (result->phase != PHASE_NONE)
		json_object_set_new(to, "phase",
				    json_string(result->phase == PHASE_PRE ? "pre" : "post"));
}

static json_t *json_of_event(const struct event *event)
{
	json_t *json = json_object(), *part = json_object();

	set_text(json, "type", text_of(event_type_name(event->type)));
	json_object_set_new(json, "time", json_integer(event->time));
	set_text(json, "learner", event->learner);
	set_text(json, "module", event->module);
	set_text(json, "region", event->region);
	for (size_t i = 0; i < event->n_attrs; i++)
		set_text(part, event->attrs[i].name.data, event->attrs[i].value);
	json_object_set_new(json, "attrs", part);
	if (event->type == EVENT_ASSESSED)
		set_result(json, &event->result);
	if (event->type != EVENT_VOIDED)
		return json;
	part = json_object();
	set_text(part, "type", text_of(event_type_name(event->voids)));
	if (event->voids_time != EVENT_NO_TIME)
		json_object_set_new(part, "time", json_integer(event->voids_time));
	set_result(part, &event->result);
	json_object_set_new(json, "voids", part);
	return json;
}

void anyworld_write_events(const struct anyworld *world, FILE *file)
{
	for (uint32_t i = 0; i < world->n; i++) {
		json_t *json = json_of_event(&world->events[i]);

		assert_int_equal(json_dumpf(json, file, JSON_COMPACT), 0);
		fputc('\n', file);
		json_decref(json);
	}
}
