/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/anyworld.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "tests/unit/world.h"
#include "tests/unit/worlds/anyevents.h"
#include "tests/unit/worlds/anyplan.h"
#include "tests/unit/worlds/anytimes.h"
#include "tests/unit/worlds/anyvalues.h"

/* The names that a catalogue has not taken yet. */
struct names_left {
	const char *names[ANYEVENTS_PLACES];
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

/* Each below some of those before it; their rows in any order. */
static void write_regions(FILE *file, struct anyplan *plan)
{
	struct names_left left = all_of(anyevents_places, ANYEVENTS_PLACES);
	const char *codes[REGIONS];
	uint32_t order[REGIONS], n = chance(REGIONS + 1), nested = chance(2) ? 35 : 10;
	bool parents[REGIONS][REGIONS] = { { false } };

	if (n == 0)
		return;
	for (uint32_t i = 0; i < n; i++) {
		codes[i] = plan->regions[plan->n_regions++] = left.names[--left.n];
		order[i] = i;
		for (uint32_t p = 0; p < i; p++)
			parents[i][p] = chance_of(nested);
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
	static const char *const minutes[] = { "1", "45", "60", "1000000" };
	struct names_left left = all_of(anyevents_units, ANYEVENTS_UNITS);
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
		if (chance_of(40))
			fprintf(file, ", minutes: %s", minutes[chance(4)]);
		write_aliases(file, &left, n - i - 1);
		anyplan_write_grants(file, plan);
		fputs("}\n", file);
	}
}

static char *make_catalogue(const char *zone, const struct anydays *days)
{
	struct anyplan plan = { .n_dimensions = 0 };
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fprintf(file, "timezone: %s\n", zone);
	anyvalues_write(file, &plan);
	anyplan_begin(&plan);
	write_regions(file, &plan);
	write_modules(file, &plan);
	anyplan_write_programmes(file, &plan, days);
	anyplan_write_competences(file, &plan);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* The last day of what some event says is valid, or beside it. */
static void find_valid_day(const struct anyworld *world, int32_t *ret_day)
{
	for (uint32_t i = 0; i < world->n; i++) {
		int32_t day = world->events[i].valid_until;

		if (!day || day == VALID_FOR_EVER || chance_of(50))
			continue;
		*ret_day = day + (int32_t)chance(4) - 1;
		return;
	}
}

void anyworld_make(struct anyworld *world)
{
	static const int32_t later[] = { -1, 0, 1, 6, 7, 29, 30, 31, 32 };
	const char *zone = anytimes_zone();
	int64_t times[ANYTIMES];
	int32_t days[ANYTIMES];

	anytimes_make(zone, times, days);
	*world = (struct anyworld){ .text = make_catalogue(zone,
							   &(struct anydays){ days, ANYTIMES }) };
	world->catalogue = catalogue_of(world->text);
	anyevents_make(world, times);
	for (int d = 0; d < ANYWORLD_DAYS; d++)
		world->days[d] = calendar_day(world->catalogue->calendar, times[chance(ANYTIMES)]) +
				 later[chance(9)];
	if (chance_of(60))
		world->days[1] = anyplan_later_day(world->catalogue, days[chance(ANYTIMES)]);
	if (chance_of(40))
		find_valid_day(world, &world->days[1]);
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
	if (result->minutes)
		json_object_set_new(to, "minutes", json_integer(result->minutes));
	if (result->state != STATE_NONE)
		json_object_set_new(to, "state", json_string(event_state_name(result->state)));
}

/* What is for ever is any day after 2150. */
static void set_valid_until(json_t *to, int32_t day)
{
	char text[DAY_TEXT];

	if (!day)
		return;
	day_print(day, text);
	json_object_set_new(to, "valid_until",
			    json_string(day == VALID_FOR_EVER ? "9999-12-31" : text));
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
	set_valid_until(json, event->valid_until);
	if (event->type != EVENT_VOIDED)
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

void anyworld_write_event(const struct event *event, FILE *file)
{
	json_t *json = json_of_event(event);

	assert_int_equal(json_dumpf(json, file, JSON_COMPACT), 0);
	fputc('\n', file);
	json_decref(json);
}

void anyworld_write_events(const struct anyworld *world, FILE *file)
{
	for (uint32_t i = 0; i < world->n; i++)
		anyworld_write_event(&world->events[i], file);
}
