/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "clients/xapi/map/decide.h"
#include "clients/xapi/map/learner.h"
#include "clients/xapi/map/modules.h"
#include "clients/xapi/map/places.h"
#include "clients/xapi/map/profile.h"
#include "clients/xapi/map/result.h"
#include "clients/xapi/read/body.h"

#define MASTERY "https://w3id.org/xapi/cmi5/context/extensions/masteryscore"

static const char unknown_verb[] = "unknown verb";

/* Refused: `why` is written already. */
static int refuse(struct outcome *outcome)
{
	outcome->kind = OUTCOME_REFUSED;
	outcome->n_events = 0;
	return 0;
}

static int void_statement(const struct statement *statement, struct outcome *outcome)
{
	struct text id =
		json_text(json_object_get(json_object_get(statement->json, "object"), "id"));
	char *small = arena_text(statement->arena, id);

	if (!small)
		return LIFT_E_MEMORY;
	ascii_small(small, id.size);
	outcome->kind = OUTCOME_VOIDS;
	outcome->voids = (struct text){ small, id.size };
	if (id.size)
		return 0;
	snprintf(outcome->why, sizeof(outcome->why),
		 "what it voids is not said: its object must be a StatementRef with an id");
	return refuse(outcome);
}

/* The modules of a row's events; those without one are not there. False: it is decided, or *ret_err
 * is set. */
static bool find_modules(const struct statement *statement, const struct row *row,
			 struct outcome *outcome, int *ret_err)
{
	for (size_t i = 0; i < row->n_steps; i++) {
		const struct step *step = &row->steps[i];
		const struct places *places = step->module.n  ? &step->module
					      : row->module.n ? &row->module
							      : &statement->map->module;
		const struct place *place;
		const json_t *activity = place_activity(statement, places, &place);
		struct event *event = &outcome->events[outcome->n_events];
		enum module_found found;

		if (!activity) {
			statement->told->note = "no activity is where the row looks for the module";
			continue;
		}
		*event = (struct event){ .type = step->takes_back ? EVENT_VOIDED : step->type,
					 .voids = step->takes_back ? step->type : 0,
					 .voids_time = EVENT_NO_TIME };
		*ret_err = module_of(statement, json_text(json_object_get(activity, "id")), &found,
				     &event->module, outcome->why);
		if (*ret_err)
			return false;
		statement->told->module = place->words;
		statement->told->module_id = event->module;
		if (found == MODULE_REFUSED) {
			refuse(outcome);
			return false;
		}
		if (found == MODULE_IGNORED)
			statement->told->note = "`modules` has no such id, and other_modules is "
						"ignore";
		outcome->n_events += found == MODULE_FOUND;
	}
	return outcome->n_events > 0;
}

/* Drop an event that cannot be; the others move up. */
static void drop_event(struct outcome *outcome, size_t i, const struct statement *statement,
		       const char *note)
{
	statement->told->note = note;
	outcome->n_events--;
	memmove(&outcome->events[i], &outcome->events[i + 1],
		(outcome->n_events - i) * sizeof(outcome->events[0]));
}

static int8_t passed_of(const struct statement *statement, const struct row *row,
			const struct score *score)
{
	const json_t *success =
		json_object_get(json_object_get(statement->json, "result"), "success");
	const json_t *mastery;

	if (row->passed >= 0)
		return row->passed;
	if (json_is_boolean(success))
		return json_is_true(success);
	mastery = context_extension(statement->json, (struct text)TEXT(MASTERY));
	if (json_is_number(mastery) && score->value >= 0)
		return score->value >= json_number_value(mastery) * SCORE_ONE;
	return -1;
}

/* The result of an assessment; false where there is none. */
static bool assess(const struct statement *statement, const struct row *row,
		   struct outcome *outcome, struct event *event)
{
	struct score score = score_of(statement);

	statement->told->score = score.how;
	outcome->score_dropped |= score.dropped;
	event->result.score = score.value;
	event->result.passed = passed_of(statement, row, &score);
	event->result.phase = row->phase ? row->phase : profile_phase(statement);
	event->valid_until = profile_valid_until(statement);
	if (score.refused) {
		snprintf(outcome->why, sizeof(outcome->why),
			 "result.score is out of its range, and out_of_range of the table is "
			 "refuse");
		return false;
	}
	if (score.value >= 0 || event->result.passed >= 0)
		return true;
	snprintf(outcome->why, sizeof(outcome->why),
		 "an assessment needs result.success, or a result.score with raw and max or with "
		 "scaled");
	return false;
}

static bool attend(const struct statement *statement, const struct row *row,
		   struct outcome *outcome, struct event *event)
{
	int64_t ms = 0;
	int32_t minutes = minutes_of(statement->json, &ms);

	outcome->why[0] = 0;
	if (minutes < 0)
		snprintf(outcome->why, sizeof(outcome->why),
			 "a presence needs result.duration, such as PT90M");
	else if (minutes > MINUTES_MAX)
		snprintf(outcome->why, sizeof(outcome->why),
			 "result.duration is longer than a week, %d minutes", MINUTES_MAX);
	if (minutes <= 0 || minutes > MINUTES_MAX)
		return false;
	event->result.minutes = (uint16_t)minutes;
	event->time -= row->at_begin ? 0 : ms;
	return true;
}

/* What each event has beside module, learner and profile. Those that lack what they need are left
 * out; the statement is refused where none is left, and there was a reason. */
static int fill_results(const struct statement *statement, const struct row *row, int64_t time_ms,
			struct outcome *outcome)
{
	bool refused = false;

	for (size_t i = 0; i < outcome->n_events;) {
		struct event *event = &outcome->events[i];
		bool there = true;

		event->time = time_ms;
		event->result.score = event->result.passed = -1;
		if (event->type == EVENT_ASSESSED)
			there = assess(statement, row, outcome, event);
		else if (event->type == EVENT_ATTENDED)
			there = attend(statement, row, outcome, event);
		else if (event->type == EVENT_ENROLLED)
			event->result.state = row->state ? row->state : STATE_ADMITTED;
		else if (event->type == EVENT_COMPLETED)
			event->valid_until = profile_valid_until(statement);
		refused |= !there && outcome->why[0];
		if (there)
			i++;
		else
			drop_event(outcome, i, statement,
				   outcome->why[0] ? "what has no result is left out"
						   : "it was shorter than half a minute");
	}
	if (outcome->n_events == 0 && refused)
		return refuse(outcome);
	outcome->kind = outcome->n_events ? OUTCOME_EVENTS : OUTCOME_IGNORED;
	return 0;
}

static bool time_of(const struct statement *statement, struct outcome *outcome, int64_t *ret_ms)
{
	if (!statement_time(statement->json, ret_ms))
		*ret_ms = statement->now_ms;
	if (*ret_ms >= EVENT_TIME_MIN && *ret_ms <= statement->now_ms + EVENT_AHEAD_MS)
		return true;
	snprintf(outcome->why, sizeof(outcome->why), "%s",
		 *ret_ms < EVENT_TIME_MIN
			 ? "its timestamp is before 2000"
			 : "its timestamp is more than ten minutes ahead of this machine's clock");
	return false;
}

static int make_events(const struct statement *statement, const struct row *row,
		       struct outcome *outcome)
{
	const struct places *places = row->learner.n ? &row->learner : &statement->map->learner;
	const struct place *place;
	struct learner learner;
	struct event first;
	const json_t *agent;
	int64_t time_ms;
	int err = 0;

	if (!find_modules(statement, row, outcome, &err))
		return err;
	agent = place_person(statement, places, &place);
	if (!agent) {
		snprintf(outcome->why, sizeof(outcome->why),
			 "nobody is where the row looks for the learner");
		return refuse(outcome);
	}
	statement->told->learner = place->words;
	if (!learner_of(statement, agent, &learner, outcome->why, &err))
		return err ? err : refuse(outcome);
	statement->told->form = learner.how;
	if (!time_of(statement, outcome, &time_ms))
		return refuse(outcome);
	err = fill_results(statement, row, time_ms, outcome);
	if (err || outcome->kind != OUTCOME_EVENTS)
		return err;
	first = (struct event){ .learner = learner.id };
	err = profile_fill(statement, &learner, &first, outcome->why);
	if (err)
		return err;
	for (size_t i = 0; i < outcome->n_events; i++) {
		struct event *event = &outcome->events[i];

		event->learner = first.learner;
		event->region = first.region;
		event->n_attrs = first.n_attrs;
		memcpy(event->attrs, first.attrs, first.n_attrs * sizeof(first.attrs[0]));
	}
	return first.region.size ? 0 : refuse(outcome);
}

int map_apply_told(const struct statement *statement, struct outcome *ret_outcome)
{
	const struct row *row = decide_row(statement);
	int err = 0;

	ret_outcome->kind = OUTCOME_IGNORED;
	ret_outcome->rule = row ? row->name : unknown_verb;
	ret_outcome->why[0] = 0;
	ret_outcome->voids = (struct text){ NULL, 0 };
	ret_outcome->score_dropped = false;
	ret_outcome->n_events = 0;
	if (row && row->then == THEN_VOIDED)
		err = void_statement(statement, ret_outcome);
	else if (row && row->then == THEN_EVENTS)
		err = make_events(statement, row, ret_outcome);
	/* Of an event that was left out beside others. */
	if (ret_outcome->kind != OUTCOME_REFUSED)
		ret_outcome->why[0] = 0;
	return err;
}

int map_apply(const struct map *map, const struct map_platform *platform, const json_t *statement,
	      int64_t now_ms, struct arena *arena, struct outcome *ret_outcome)
{
	struct told told = { 0 };
	struct statement at = { map, platform, statement, now_ms, arena, &told };

	return map_apply_told(&at, ret_outcome);
}
