/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/map/explain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/xapi/map/internal.h"
#include "clients/xapi/map/places.h"
#include "proto/iso8601.h"

static void say_result(FILE *to, const struct event *event)
{
	const struct event_result *result = &event->result;

	if (event->type == EVENT_VOIDED)
		fprintf(to, ", takes back all `%s` up to then", event_type_name(event->voids));
	if (result->score >= 0)
		fprintf(to, ", score %g", result->score / (double)SCORE_ONE);
	if (result->passed >= 0)
		fprintf(to, ", %s", result->passed ? "passed" : "not passed");
	if (result->phase)
		fprintf(to, ", %s", event_phase_name(result->phase));
	if (result->minutes)
		fprintf(to, ", %u minutes", result->minutes);
	if (result->state)
		fprintf(to, ", %s", event_state_name(result->state));
}

static void say_event(FILE *to, const struct event *event)
{
	char time[ISO8601_TEXT];

	iso8601_print(event->time, time);
	fprintf(to, "  event: %s of %.*s at %s", event_type_name(event->type),
		(int)event->module.size, event->module.data, time);
	say_result(to, event);
	fprintf(to, "\n    learner %.*s, region %.*s", (int)event->learner.size,
		event->learner.data, (int)event->region.size, event->region.data);
	for (size_t i = 0; i < event->n_attrs; i++)
		fprintf(to, ", %.*s %.*s", (int)event->attrs[i].name.size,
			event->attrs[i].name.data, (int)event->attrs[i].value.size,
			event->attrs[i].value.data);
	fprintf(to, "\n");
}

static void say_outcome(FILE *to, const struct outcome *outcome)
{
	switch (outcome->kind) {
	case OUTCOME_EVENTS:
		fprintf(to, "%zu event%s, by the row `%s`\n", outcome->n_events,
			outcome->n_events == 1 ? "" : "s", outcome->rule);
		break;
	case OUTCOME_IGNORED:
		fprintf(to, "ignored, by the rule `%s`\n", outcome->rule);
		break;
	case OUTCOME_REFUSED:
		fprintf(to, "refused, by the row `%s`: %s\n", outcome->rule, outcome->why);
		break;
	case OUTCOME_VOIDS:
		fprintf(to, "takes back the statement %.*s, by the row `%s`\n",
			(int)outcome->voids.size, outcome->voids.data, outcome->rule);
		break;
	}
}

static void say_told(FILE *to, const struct told *told)
{
	if (told->module)
		fprintf(to, "  module: %.*s, from `%s`", (int)told->module_id.size,
			told->module_id.data, told->module);
	if (told->module && told->pattern)
		fprintf(to, ", by `%s` (line %u)", told->pattern, told->pattern_line);
	else if (told->module)
		fprintf(to, ", the id itself");
	fprintf(to, "%s", told->module ? "\n" : "");
	if (told->learner)
		fprintf(to, "  learner: from `%s`%s%s\n", told->learner, told->form ? ", " : "",
			told->form ? told->form : "");
	if (told->region)
		fprintf(to, "  region: from `%s`\n", told->region);
	if (told->score)
		fprintf(to, "  score: %s\n", told->score);
	if (told->note)
		fprintf(to, "  note: %s\n", told->note);
}

static void say_all(FILE *to, const json_t *statement, const struct outcome *outcome,
		    const struct told *told)
{
	struct text verb = json_text(json_object_get(json_object_get(statement, "verb"), "id"));

	say_outcome(to, outcome);
	fprintf(to, "  verb: %.*s\n", (int)verb.size, verb.size ? verb.data : "");
	say_told(to, told);
	if (outcome->score_dropped)
		fprintf(to, "  score: it was out of its range, and is left out or cut\n");
	for (size_t i = 0; i < outcome->n_events; i++)
		say_event(to, &outcome->events[i]);
}

int explain(const struct map *map, const struct map_platform *platform, const json_t *statement,
	    int64_t now_ms, char **ret_text)
{
	struct arena arena = { 0 };
	struct told told = { 0 };
	struct statement at = { map, platform, statement, now_ms, &arena, &told };
	struct outcome *outcome = calloc(1, sizeof(*outcome));
	char *text = NULL;
	size_t size;
	FILE *to = outcome ? open_memstream(&text, &size) : NULL;
	int err = to ? map_apply_told(&at, outcome) : LIFT_E_MEMORY;

	if (!err)
		say_all(to, statement, outcome, &told);
	if (to && (ferror(to) | fclose(to)) && !err)
		err = LIFT_E_MEMORY;
	arena_free(&arena);
	free(outcome);
	if (err)
		free(text);
	else
		*ret_text = text;
	return err;
}
