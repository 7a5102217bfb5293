/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/roster/record.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/learner/months.h"
#include "daemon/learner/states.h"
#include "proto/grow.h"

/* A module of the learner's grants a competence. */
struct granted {
	uint32_t competence;
	uint32_t module; /* of the standings */
	uint32_t grant;	 /* of the module's */
};

struct recorder {
	struct record_of of;
	struct profiles profiles;
	struct standings standings;
	struct learner_profile latest;
	struct programme_state programme;
	bool is_there; /* a participant, or enrolled */
	struct competence_state competence;
	struct months months;
	struct granted *granted;
	size_t n_granted, room_granted;
};

struct recorder *recorder_new(const struct record_of *of)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return NULL;
	recorder->of = *of;
	profiles_init(&recorder->profiles, of->catalogue);
	return recorder;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	profiles_clear(&recorder->profiles);
	standings_free(&recorder->standings);
	programme_state_free(&recorder->programme);
	competence_state_free(&recorder->competence);
	months_free(&recorder->months);
	free(recorder->granted);
	free(recorder);
}

/* The programme. */

static bool has_happened(const struct recorder *recorder, const struct learner *learner)
{
	for (size_t i = 0; i < learner->n; i++)
		if (learner->facts[i].time < recorder->of.until)
			return true;
	return false;
}

/* Where the learner is at home; *ret_seen: an event has come by then, and that home is seen. */
static int find_home(struct recorder *recorder, const struct learner *learner, bool *ret_seen)
{
	const struct catalogue_sight *sight = recorder->of.sight;
	int err = 0;

	*ret_seen = has_happened(recorder, learner);
	for (size_t i = 0; i < learner->n && *ret_seen && !err; i++)
		err = profiles_resolve(&recorder->profiles, recorder->of.names,
				       learner->facts[i].profile);
	if (err || !*ret_seen)
		return err;
	learner_profile(learner, &recorder->profiles, recorder->of.until, LATEST,
			&recorder->latest);
	*ret_seen = !sight || sight->regions[recorder->latest.home];
	return 0;
}

int recorder_home(struct recorder *recorder, const struct learner *learner, bool *ret_seen,
		  uint32_t *ret_home)
{
	int err = find_home(recorder, learner, ret_seen);

	if (!err && *ret_seen)
		*ret_home = recorder->latest.home;
	return err;
}

static bool belongs(const struct module *module, uint32_t programme)
{
	for (uint32_t i = 0; i < module->n_programmes; i++)
		if (module->programmes[i] == programme)
			return true;
	return false;
}

static int fold_programme(struct recorder *recorder, const struct learner *learner)
{
	const struct catalogue *catalogue = recorder->of.catalogue;
	const struct standings *standings = &recorder->standings;
	const struct participant participant = { .catalogue = catalogue,
						 .learner = learner,
						 .profiles = &recorder->profiles,
						 .until = recorder->of.until,
						 .latest = &recorder->latest };
	int err = programme_begin(&recorder->programme, &participant,
				  &catalogue->programmes[recorder->of.programme]);

	for (size_t i = 0; i < standings->n_modules && !err; i++) {
		const struct standing_module *module = &standings->modules[i];

		if (belongs(&catalogue->modules[module->module], recorder->of.programme))
			err = programme_add(&recorder->programme, module->module,
					    standings->facts + module->first,
					    standings->facts + module->end);
	}
	recorder->is_there = !err && programme_end(&recorder->programme);
	return err;
}

/* All that is told of one learner but for competences; *ret_seen false: there is nothing. */
static int fold(struct recorder *recorder, const struct learner *learner, bool *ret_seen)
{
	int err = find_home(recorder, learner, ret_seen);

	if (err || !*ret_seen)
		return err;
	err = standings_make(&recorder->standings, learner, recorder->of.catalogue,
			     recorder->of.until);
	recorder->is_there = false;
	if (!err && recorder->of.programme != CATALOGUE_NONE)
		err = fold_programme(recorder, learner);
	return err;
}

int recorder_is_there(struct recorder *recorder, const struct learner *learner, bool *ret_there)
{
	bool seen;
	int err = fold(recorder, learner, &seen);

	*ret_there = !err && seen && recorder->is_there;
	return err;
}

/* Writing it. */

static void write_day(struct msg_writer *writer, const char *key, int32_t day)
{
	char text[DAY_TEXT];

	day_print(day, text);
	msg_key_str(writer, key, text);
}

static bool has_done(const struct programme_state *state, uint32_t module)
{
	for (size_t i = 0; i < state->n_done; i++)
		if (state->done[i].module == module)
			return true;
	return false;
}

static void write_done(struct msg_writer *writer, const struct recorder *recorder)
{
	const struct catalogue *catalogue = recorder->of.catalogue;
	const struct programme *programme = &catalogue->programmes[recorder->of.programme];

	msg_str(writer, "done");
	msg_array_begin(writer);
	for (uint32_t i = 0; i < programme->n_modules; i++)
		if (has_done(&recorder->programme, programme->modules[i]))
			msg_str(writer, catalogue->modules[programme->modules[i]].id);
	msg_array_end(writer);
}

static int write_months(struct msg_writer *writer, struct recorder *recorder)
{
	const struct programme_state *state = &recorder->programme;
	struct months *months = &recorder->months;
	int err = 0;

	months->n = 0;
	for (size_t i = 0; i < state->n_facts && !err; i++)
		if (state->facts[i]->day >= recorder->of.from &&
		    state->facts[i]->day <= recorder->of.to)
			err = months_add(months, state->facts[i]);
	if (err)
		return err;
	msg_str(writer, "months");
	msg_array(writer, months->n);
	for (size_t i = 0; i < months->n; i++) {
		char text[16];

		snprintf(text, sizeof(text), "%04d-%02d", 1970 + months->items[i].month / 12,
			 months->items[i].month % 12 + 1);
		msg_array(writer, 2);
		msg_str(writer, text);
		msg_int(writer, months->items[i].minutes);
	}
	return 0;
}

static int write_programme(struct msg_writer *writer, struct recorder *recorder)
{
	const struct programme_state *state = &recorder->programme;

	if (!recorder->is_there)
		return 0;
	if (state->enrolment != STATE_NONE)
		msg_key_str(writer, "enrolment", event_state_name(state->enrolment));
	if (!state->participant)
		return 0;
	write_day(writer, "first", state->first->day);
	write_day(writer, "last", state->last->day);
	write_done(writer, recorder);
	if (state->completed)
		write_day(writer, "completed", state->completed->day);
	if (state->withdrawn)
		write_day(writer, "withdrawn", state->withdrew->day);
	return write_months(writer, recorder);
}

/* Competences. */

static int compare_granted(const void *a, const void *b)
{
	const struct granted *x = a, *y = b;

	return (x->competence > y->competence) - (x->competence < y->competence);
}

static int gather_granted(struct recorder *recorder)
{
	const struct catalogue_sight *sight = recorder->of.sight;
	const struct standings *standings = &recorder->standings;

	recorder->n_granted = 0;
	for (uint32_t i = 0; i < standings->n_modules; i++) {
		const struct module *module =
			&recorder->of.catalogue->modules[standings->modules[i].module];

		for (uint32_t g = 0; g < module->n_grants; g++) {
			if (sight && !sight->competences[module->grants[g].competence])
				continue;
			if (grow(&recorder->granted, &recorder->room_granted,
				 recorder->n_granted + 1, sizeof(*recorder->granted)) != 0)
				return LIFT_E_MEMORY;
			recorder->granted[recorder->n_granted++] =
				(struct granted){ module->grants[g].competence, i, g };
		}
	}
	if (recorder->n_granted > 0)
		qsort(recorder->granted, recorder->n_granted, sizeof(*recorder->granted),
		      compare_granted);
	return 0;
}

static int fold_competence(struct recorder *recorder, const struct granted *first,
			   const struct granted *end)
{
	const struct standings *standings = &recorder->standings;
	int err = 0;

	competence_begin(&recorder->competence);
	for (; first < end && !err; first++) {
		const struct standing_module *module = &standings->modules[first->module];

		err = competence_add(
			&recorder->competence,
			&recorder->of.catalogue->modules[module->module].grants[first->grant],
			standings->facts + module->first, standings->facts + module->end);
	}
	return err ? err : competence_end(&recorder->competence);
}

static int level_on(const struct competence_state *state, int32_t day)
{
	int level = 0;

	for (size_t i = 0; i < state->n_steps && state->steps[i].day <= day; i++)
		level = state->steps[i].level;
	return level;
}

/* The last stretch that has begun by today: false where none has. */
static bool find_stretch(const struct recorder *recorder, struct days *ret_days)
{
	struct days days;
	bool found = false;
	size_t at = 0;

	while (competence_next(&recorder->competence, &at, 1, CATALOGUE_LEVELS, &days) &&
	       days.begin <= recorder->of.today) {
		*ret_days = days;
		found = true;
	}
	return found;
}

/* Those that are held, or those that were. */
static int write_competences(struct msg_writer *writer, struct recorder *recorder, bool held)
{
	const struct granted *end = recorder->granted + recorder->n_granted, *next;
	int32_t today = recorder->of.today;
	int err = 0;

	msg_str(writer, held ? "competences" : "lapsed");
	msg_array_begin(writer);
	for (const struct granted *g = recorder->granted; g < end && !err; g = next) {
		struct days days;
		int32_t last;

		for (next = g; next < end && next->competence == g->competence; next++)
			;
		err = fold_competence(recorder, g, next);
		if (err || !find_stretch(recorder, &days))
			continue;
		last = days.n == DAY_MAX ? DAY_MAX : days.begin + days.n - 1;
		if (held != (last >= today))
			continue;
		msg_array(writer, 3);
		msg_str(writer, recorder->of.catalogue->competences[g->competence].id);
		msg_int(writer, level_on(&recorder->competence, held ? today : last));
		if (last == DAY_MAX) {
			msg_nil(writer);
		} else {
			char text[DAY_TEXT];

			day_print(last, text);
			msg_str(writer, text);
		}
	}
	msg_array_end(writer);
	return err;
}

int recorder_write(struct recorder *recorder, const struct learner *learner,
		   struct msg_writer *writer)
{
	bool seen;
	int err = fold(recorder, learner, &seen);

	if (err)
		return err;
	if (!seen) {
		msg_nil(writer);
		return 0;
	}
	msg_map_begin(writer);
	err = write_programme(writer, recorder);
	recorder->n_granted = 0;
	if (!err && !recorder->of.programme_alone)
		err = gather_granted(recorder);
	if (!err && recorder->n_granted > 0)
		err = write_competences(writer, recorder, true);
	if (!err && recorder->n_granted > 0)
		err = write_competences(writer, recorder, false);
	msg_map_end(writer);
	return err;
}
