/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METRICS 8: what one learner has done in a programme, and holds.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { LEVELS = 8 };

static json_t *day_of(int32_t day)
{
	char text[DAY_TEXT];

	day_print(day, text);
	return json_string(text);
}

static void set_day(json_t *record, const char *key, const struct catalogue *c, int64_t at)
{
	json_object_set_new(record, key, day_of(calendar_day(c->calendar, at)));
}

/* Ascending, each month once: texts of months sort as months do. */
static json_t *months_of(const struct model_progress *progress, int32_t from, int32_t to)
{
	json_t *minutes = json_object(), *rows = json_array(), *of_month;
	const char *month;
	char text[DAY_TEXT];

	for (size_t i = 0; i < progress->n_attended; i++) {
		const struct model_presence *presence = &progress->attended[i];

		if (presence->day < from || presence->day > to)
			continue;
		day_print(presence->day, text);
		text[strlen("2024-01")] = '\0';
		json_object_set_new(
			minutes, text,
			json_integer(json_integer_value(json_object_get(minutes, text)) +
				     presence->minutes));
	}
	json_object_foreach(minutes, month, of_month)
	{
		size_t at = 0;

		while (at < json_array_size(rows) &&
		       strcmp(json_string_value(json_array_get(json_array_get(rows, at), 0)),
			      month) < 0)
			at++;
		json_array_insert_new(rows, at, json_pack("[s,O]", month, of_month));
	}
	json_decref(minutes);
	return rows;
}

static void add_participation(json_t *record, const struct catalogue *c, uint32_t programme,
			      const struct model_progress *progress)
{
	const struct programme *p = &c->programmes[programme];
	json_t *done = json_array();

	set_day(record, "first", c, progress->first_at);
	set_day(record, "last", c, progress->last_at);
	if (progress->completed)
		set_day(record, "completed", c, progress->completed_at);
	if (progress->withdrawn)
		set_day(record, "withdrawn", c, progress->withdrew_at);
	for (uint32_t m = 0; m < p->n_modules; m++)
		if (progress->done >> m & 1)
			json_array_append_new(done, json_string(c->modules[p->modules[m]].id));
	json_object_set_new(record, "done", done);
}

/* Of each competence that is held today, or not any more, its level and its last day. */
static json_t *competences_of(const struct catalogue *c, const struct model_learner *learner,
			      int32_t today, bool held)
{
	json_t *rows = json_array();

	for (uint32_t k = 0; k < c->n_competences; k++) {
		const struct model_grants *grants = &learner->competences[k];
		struct model_run run = { 0, INT32_MIN }, last = { 0, INT32_MIN };

		while (model_run(grants, run.end, 1, LEVELS, &run) && run.begin <= today)
			last = run;
		if (last.end == INT32_MIN || held != (last.end > today))
			continue;
		json_array_append_new(
			rows,
			json_pack("[s,i,o]", c->competences[k].id,
				  model_level(grants, held ? today : last.end - 1),
				  last.end == MODEL_FOR_EVER ? json_null() : day_of(last.end - 1)));
	}
	return rows;
}

json_t *model_record(const struct model *model, const struct model_learner *learner,
		     uint32_t programme, int32_t from, int32_t to, int32_t today)
{
	const struct catalogue *c = model->catalogue;
	const struct model_progress *progress = &learner->programmes[programme];
	json_t *record = json_object();

	if (progress->enrolment)
		json_object_set_new(record, "enrolment",
				    json_string(event_state_name((uint8_t)progress->enrolment)));
	if (progress->counts) {
		add_participation(record, c, programme, progress);
		json_object_set_new(record, "months", months_of(progress, from, to));
	}
	json_object_set_new(record, "competences", competences_of(c, learner, today, true));
	json_object_set_new(record, "lapsed", competences_of(c, learner, today, false));
	return record;
}
