/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces that the figures of several kinds have in common, those of people, and the lines of an
 * export.
 */
#include "tests/unit/worlds/model_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Pieces. */

enum { MODEL_MONTHS = 12 * 100 /* since 1970-01, that are looked through */ };

double model_decimal(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", value);
	return strtod(text, NULL);
}

json_t *model_rate(json_int_t n, json_int_t of)
{
	if (of == 0)
		return json_pack("{s:I,s:I,s:n}", "n", n, "of", of, "value");
	return json_pack("{s:I,s:I,s:f}", "n", n, "of", of, "value",
			 model_decimal((double)n / (double)of));
}

json_t *model_hours(const json_int_t hours[168])
{
	json_t *all = json_array();

	for (int h = 0; h < 168; h++)
		json_array_append_new(all, json_integer(hours[h]));
	return all;
}

const char *model_value_name(const struct catalogue *c, uint32_t dimension, uint32_t value)
{
	const struct dimension *d = &c->dimensions[dimension];

	return value < d->n_values ? d->values[value] : "unknown";
}

json_t *model_where(const struct catalogue *c, const struct where *where)
{
	json_t *map = json_object();

	for (uint32_t i = 0; i < where->n; i++) {
		uint32_t d = where->is[i].dimension;

		json_object_set_new(map, c->dimensions[d].name,
				    json_string(model_value_name(c, d, where->is[i].value)));
	}
	return map;
}

const struct model_profile *model_profile_of(const struct model_ask *ask,
					     const struct model_steps *steps,
					     const struct model_learner *learner)
{
	return steps->profile ? steps->profile(ask, learner) : &learner->now;
}

static bool is_at_home_in(const struct model_ask *ask, const struct model_steps *steps,
			  const struct model_learner *learner)
{
	return model_is_inside(ask->model->catalogue, model_profile_of(ask, steps, learner)->home,
			       ask->region);
}

bool model_counts_in(const struct model_ask *ask, const struct model_steps *steps,
		     const struct model_learner *learner)
{
	int64_t at;

	return steps->done(ask, learner, 0, &at) && is_at_home_in(ask, steps, learner);
}

bool model_is_in(const struct model_ask *ask, const struct model_steps *steps,
		 const struct model_learner *learner)
{
	return model_counts_in(ask, steps, learner) ||
	       (steps->enrolment && steps->enrolment(ask, learner) &&
		is_at_home_in(ask, steps, learner));
}

bool model_is_anybody_in(const struct model_ask *ask, const struct model_steps *steps)
{
	bool any = false;

	for (size_t l = 0; l < ask->model->n; l++)
		any |= model_is_in(ask, steps, &ask->model->learners[l]);
	return any;
}

/* The minutes that one learner adds. */
static json_int_t minutes_in(const struct model_ask *ask, const struct model_steps *steps,
			     const struct model_learner *learner)
{
	if (!steps->months || !model_counts_in(ask, steps, learner))
		return 0;
	return model_minutes(steps->months(ask, learner));
}

static json_int_t reported(const struct model_ask *ask, const struct model_steps *steps)
{
	json_int_t sum = 0;

	for (size_t l = 0; l < ask->model->n; l++)
		sum += minutes_in(ask, steps, &ask->model->learners[l]);
	return sum;
}

static json_t *by_value(const struct model_ask *ask, const struct model_steps *steps, uint32_t d,
			uint32_t v)
{
	json_int_t n[MODEL_STEPS] = { 0 }, minutes = 0;
	json_t *row = json_object();
	bool any = false;
	int64_t at;

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];

		if (!model_counts_in(ask, steps, learner) ||
		    model_profile_of(ask, steps, learner)->values[d] != v)
			continue;
		any = true;
		minutes += minutes_in(ask, steps, learner);
		for (int s = 0; s < MODEL_STEPS && steps->names[s]; s++)
			n[s] += steps->done(ask, learner, s, &at);
	}
	for (int s = 0; s < MODEL_STEPS && steps->names[s]; s++)
		json_object_set_new(row, steps->names[s], json_integer(n[s]));
	if (reported(ask, steps))
		json_object_set_new(row, "minutes", json_integer(minutes));
	if (any)
		return row;
	json_decref(row);
	return NULL;
}

json_t *model_by(const struct model_ask *ask, const struct model_steps *steps)
{
	const struct catalogue *c = ask->model->catalogue;
	json_t *all = json_object();

	for (uint32_t d = 0; d < c->n_dimensions; d++) {
		json_t *values = json_object();

		for (uint32_t v = 0; v <= c->dimensions[d].n_values; v++) {
			json_t *row = by_value(ask, steps, d, v);

			if (row)
				json_object_set_new(values, model_value_name(c, d, v), row);
		}
		json_object_set_new(all, c->dimensions[d].name, values);
	}
	return all;
}

void model_day_add(struct model_days *days, int32_t day, int column)
{
	size_t i = 0;

	while (i < days->n && days->rows[i].day != day)
		i++;
	if (i == days->n) {
		days->rows = realloc(days->rows, (days->n + 1) * sizeof(*days->rows));
		assert_non_null(days->rows);
		days->rows[days->n++] = (struct model_day){ .day = day };
	}
	days->rows[i].n[column]++;
}

static int compare_days(const void *a, const void *b)
{
	const struct model_day *x = a, *y = b;

	return (x->day > y->day) - (x->day < y->day);
}

json_t *model_days_json(struct model_days *days, int columns)
{
	json_t *rows = json_array();

	if (days->n)
		qsort(days->rows, days->n, sizeof(*days->rows), compare_days);
	for (size_t i = 0; i < days->n; i++) {
		json_t *row = json_array();
		char text[DAY_TEXT];

		day_print(days->rows[i].day, text);
		json_array_append_new(row, json_string(text));
		for (int c = 0; c < columns; c++)
			json_array_append_new(row, json_integer(days->rows[i].n[c]));
		json_array_append_new(rows, row);
	}
	free(days->rows);
	return rows;
}

json_t *model_daily(const struct model_ask *ask, const struct model_steps *steps)
{
	struct model_days days = { 0 };
	int n_steps = 0;
	int64_t at;

	while (n_steps < MODEL_STEPS && steps->names[n_steps])
		n_steps++;
	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];

		for (int s = 0; s < n_steps && model_counts_in(ask, steps, learner); s++)
			if (steps->done(ask, learner, s, &at))
				model_day_add(&days,
					      calendar_day(ask->model->catalogue->calendar, at), s);
	}
	return model_days_json(&days, n_steps);
}

json_t *model_reached(const struct model_ask *ask, const struct model_steps *steps,
		      const struct programme *programme)
{
	const struct catalogue *c = ask->model->catalogue;
	json_int_t leaves = 0, reached = 0;

	for (uint32_t r = 0; r < c->n_regions; r++) {
		bool any = false;

		if (!model_is_inside(c, r, ask->region) ||
		    !model_is_place(c, programme, r, ask->today))
			continue;
		for (size_t l = 0; l < ask->model->n; l++) {
			const struct model_learner *learner = &ask->model->learners[l];

			any |= model_counts_in(ask, steps, learner) &&
			       model_profile_of(ask, steps, learner)->home == r;
		}
		leaves++;
		reached += any;
	}
	return model_rate(reached, leaves);
}

/* A row of each month in which somebody attended: so funders count. */
static json_t *monthly(const struct model_ask *ask, const struct model_steps *steps)
{
	json_t *rows = json_array();

	for (int32_t month = 0; month < MODEL_MONTHS; month++) {
		json_int_t learners = 0, minutes = 0, whole_hours = 0;
		char text[16];

		for (size_t l = 0; l < ask->model->n; l++) {
			const struct model_learner *learner = &ask->model->learners[l];
			const struct model_months *months = steps->months(ask, learner);

			for (size_t i = 0; i < months->n; i++) {
				if (months->items[i].month != month ||
				    !model_counts_in(ask, steps, learner))
					continue;
				learners++;
				minutes += months->items[i].minutes;
				whole_hours += months->items[i].minutes / 60;
			}
		}
		if (learners == 0)
			continue;
		snprintf(text, sizeof(text), "%04d-%02d", 1970 + month / 12, 1 + month % 12);
		json_array_append_new(rows,
				      json_pack("[s,I,I,I]", text, learners, minutes, whole_hours));
	}
	return rows;
}

void model_add_time(json_t *figures, const struct model_ask *ask, const struct model_steps *steps,
		    json_int_t nominal)
{
	json_int_t sum = reported(ask, steps);

	if (sum || nominal)
		json_object_set_new(figures, "minutes",
				    json_pack("{s:I,s:I}", "reported", sum, "nominal", nominal));
	if (sum)
		json_object_set_new(figures, "monthly", monthly(ask, steps));
}

void model_add_enrolment(json_t *figures, const struct model_ask *ask,
			 const struct model_steps *steps)
{
	json_int_t n[STATE_ADMITTED + 1] = { 0 }, not_started = 0;

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];
		int state = steps->enrolment(ask, learner);

		if (!model_is_in(ask, steps, learner))
			continue;
		n[state]++;
		not_started += state == STATE_ADMITTED && !model_counts_in(ask, steps, learner);
	}
	if (n[STATE_APPLIED] + n[STATE_WAITING] + n[STATE_ADMITTED] == 0)
		return;
	json_object_set_new(figures, "enrolment",
			    json_pack("{s:I,s:I,s:I}", "applied", n[STATE_APPLIED], "waiting",
				      n[STATE_WAITING], "admitted", n[STATE_ADMITTED]));
	json_object_set_new(figures, "not_started", json_integer(not_started));
}

/* People. */

static bool is_learner(const struct model_ask *ask, const struct model_learner *learner, int step,
		       int64_t *ret_at)
{
	(void)ask, (void)step, (void)ret_at;
	return learner->counts;
}

static const struct model_steps people = { .names = { "learners" }, .done = is_learner };

json_t *model_people_figures(const struct model_ask *ask)
{
	const struct catalogue *c = ask->model->catalogue;
	json_int_t learners = 0, week = 0, month = 0;

	for (size_t l = 0; l < ask->model->n; l++) {
		const struct model_learner *learner = &ask->model->learners[l];
		int32_t age = ask->today - calendar_day(c->calendar, learner->last_at);

		if (!model_counts_in(ask, &people, learner))
			continue;
		learners++;
		week += age < 7;
		month += age < 30;
	}
	if (learners == 0)
		return NULL;
	return json_pack("{s:I,s:I,s:I,s:o,s:o}", "learners", learners, "active_7d", week,
			 "active_30d", month, "reached", model_reached(ask, &people, NULL), "by",
			 model_by(ask, &people));
}

/* An export. */

static int compare_lines(const void *a, const void *b)
{
	static const char *const keys[] = { "kind", "id", "region" };
	int order = 0;

	for (int i = 0; i < 3 && !order; i++)
		order = strcmp(json_string_value(json_object_get(*(json_t *const *)a, keys[i])),
			       json_string_value(json_object_get(*(json_t *const *)b, keys[i])));
	return order;
}

struct lines {
	json_t *items[512];
	size_t n;
};

/* The line of one subject in one region, if somebody counts. */
static void add_line(struct lines *lines, const struct model_ask *ask, const char *kind,
		     const char *id, json_t *figures)
{
	const struct catalogue *c = ask->model->catalogue;

	if (!figures)
		return;
	json_object_set_new(figures, "region", json_string(c->regions[ask->region].code));
	json_object_set_new(figures, "kind", json_string(kind));
	json_object_set_new(figures, "id", json_string(id));
	assert_true(lines->n < sizeof(lines->items) / sizeof(lines->items[0]));
	lines->items[lines->n++] = figures;
}

static void add_region(struct lines *lines, const struct model *model, uint32_t region,
		       int32_t today)
{
	const struct catalogue *c = model->catalogue;
	struct model_ask ask = { model, region, 0, today };

	for (ask.index = 0; ask.index < c->n_modules; ask.index++)
		add_line(lines, &ask, "module", c->modules[ask.index].id,
			 model_module_figures(&ask));
	for (ask.index = 0; ask.index < c->n_programmes; ask.index++)
		add_line(lines, &ask, "programme", c->programmes[ask.index].id,
			 model_programme_figures(&ask));
	for (ask.index = 0; ask.index < c->n_competences; ask.index++)
		add_line(lines, &ask, "competence", c->competences[ask.index].id,
			 model_competence_figures(&ask));
	add_line(lines, &ask, "people", "all", model_people_figures(&ask));
}

json_t *model_figures(const struct model *model, int32_t today)
{
	struct lines lines = { .n = 0 };
	json_t *all = json_array();

	for (uint32_t r = 0; r < model->catalogue->n_regions; r++)
		add_region(&lines, model, r, today);
	qsort(lines.items, lines.n, sizeof(lines.items[0]), compare_lines);
	for (size_t i = 0; i < lines.n; i++)
		json_array_append_new(all, lines.items[i]);
	return all;
}
