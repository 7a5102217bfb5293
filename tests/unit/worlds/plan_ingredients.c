/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/worlds/plan_ingredients.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/worlds/model_parts.h"

static const char *const names[PLAN_INGREDIENTS] = {
	[PROGRAMME_COMPLETED_BY_SOME] = "a programme completed by fewer than all of its modules",
	[PROGRAMME_COMPLETED_BY_ALL] = "a programme completed by all of several modules",
	[PROGRAMME_WITHDRAWN] = "one who withdrew from a programme",
	[PROGRAMME_CUT_BY_DAYS] = "a participant with facts outside the programme's days",
	[PROGRAMME_FROM_THE_FIRST_DAY] = "a participant from a programme's first day on",
	[PROGRAMME_TO_THE_LAST_DAY] = "a participant to a programme's last day",
	[PROGRAMME_NOT_FOR_A_HOME] = "one whose home is not in a programme's regions",
	[PROGRAMME_BELOW_A_REGION] = "a participant at home below a programme's region",
	[PROGRAMME_ENROLLED_ONLY] = "one who is enrolled in a programme, and no participant",
	[PROGRAMME_ADMITTED_ELSEWHERE] = "a participant admitted by a module of no programme's",
	[PROGRAMME_SINGLE_COURSE] = "one with facts in a programme for members, who is none",
	[PROGRAMME_MEMBER_LEFT] = "a member who left",
	[PROGRAMME_MODULE_LEFT] = "a participant who left a module, not the programme",
	[PROGRAMME_DONE_BY_PASSING] = "a programme completed by passing",
	[PROGRAMME_NOT_DONE_BY_COMPLETING] = "one who completed all that is done by passing",
	[ENTRY_AT_ANOTHER_HOME] = "a participant counted at another home than that of now",
	[ENTRY_BY_ENROLMENT_AT_ANOTHER_HOME] = "one enrolled, counted at another home",
	[ENTRY_WITH_ANOTHER_VALUE] = "a participant counted with another value",
	[PLACE_CUT_BY_DAYS] = "a participant with facts outside the days of a place",
	[PLACE_LEFT] = "a participant at home in a place that has left",
	[PLACE_TO_COME] = "a place that is to join",
	[PROGRAMME_STALLED] = "one stalled in a programme",
	[PROGRAMME_REACHED_SOME] = "a programme that reached some leaves, not all",
	[TARGET_OF_SEVERAL] = "a target by several attributes that somebody counts for",
	[TARGET_OF_UNKNOWN] = "a target by an unknown value that somebody counts for",
	[TARGET_OF_COMPLETIONS] = "a target of completions that somebody counts for",
	[TARGET_OF_ADMITTED] = "a target of the admitted that somebody counts for",
	[TARGET_OF_HOURS] = "a target of hours that somebody counts for",
	[TARGET_OF_A_PLACE] = "a target of a region that somebody counts for",
	[TARGET_OF_A_SHARE] = "a share of a place's headcount, with somebody",
	[TARGET_OF_A_SHARE_UNKNOWN] = "a share that is not known, with somebody",
	[TARGET_REACHED_IN_SOME] = "a target of each, reached in some places, not all",
	[TARGET_REACHED_IN_NONE_KNOWN] = "a target of each, known of no place",
	[MOVED_TO_A_VALUE] = "a move from value to value",
	[MOVED_TO_UNKNOWN] = "a move to unknown",
	[MOVED_FROM_UNKNOWN] = "a move from unknown",
	[MINUTES_REPORTED_AND_NOMINAL] = "reported and nominal minutes",
	[MINUTES_NOMINAL_ONLY] = "nominal minutes only",
	[HOURS_OF_EACH_DOWN] = "a month with less whole hours than its minutes make",
	[MONTHS] = "several months",
	[NOT_STARTED] = "one admitted who has not started",
	[STARTED_BY_NOBODY] = "figures of who is enrolled only",
	[GRANTS_TOUCH] = "grants that touch",
	[GRANTS_A_DAY_APART] = "grants a day apart",
	[GRANTS_OVERLAP] = "grants that overlap",
	[GRANT_INSIDE_ANOTHER] = "a grant inside another",
	[GRANT_BESIDE_ONE_FOR_EVER] = "a grant that ends beside one for ever",
	[GRANT_OF_A_HUNDRED_YEARS] = "a grant for a hundred years",
	[GRANT_TO_THE_MONTHS_LAST_DAY] = "a grant to the month's last day",
	[GRANT_OF_A_LEAP_DAY] = "a grant earned on a leap day that ends",
	[GRANT_CUT_SHORT] = "a grant that ends before its months",
	[GRANT_DRAWN_OUT] = "a grant that ends after its months",
	[LEVEL_UP] = "a level that rises",
	[LEVEL_DOWN] = "a level that falls",
	[STRETCHES_OF_ONE_LEARNER] = "several stretches of one learner",
	[REQUIREMENT_BY_OTHERS] = "a level that is required, without the attributes",
	[COMPETENCE_LAPSED] = "a competence that lapsed",
	[COMPETENCE_EXPIRING_30D] = "a holder until 30 days on",
	[COMPETENCE_EXPIRING_60D] = "a holder until 60 days on",
	[COMPETENCE_EXPIRING_90D] = "a holder until 90 days on",
	[COMPETENCE_LEVELS] = "holders at several levels",
	[COVERAGE_KNOWN] = "a coverage",
	[COVERAGE_OF_NOBODY] = "a coverage of a headcount of 0",
	[COVERAGE_UNKNOWN] = "a coverage that is not known",
	[GAP_OPEN] = "a gap, with somebody who has what is required",
	[GAP_CLOSED] = "no gap, with a need",
	[GAP_UNKNOWN] = "a gap that is not known",
	[GAP_OF_EACH_OPEN] = "a gap of leaves, with somebody who has what is required",
	[GAP_OF_EACH_CLOSED] = "no gap in any leaf, with a need",
	[GAP_OF_EACH_NOWHERE] = "a need of each leaf, without leaves",
};

/* Programmes. */

static uint32_t sum(const uint32_t hours[168])
{
	uint32_t n = 0;

	for (int h = 0; h < 168; h++)
		n += hours[h];
	return n;
}

static void count_progress(uint32_t seen[PLAN_INGREDIENTS], const struct catalogue *c,
			   const struct model_learner *learner, uint32_t programme)
{
	const struct programme *p = &c->programmes[programme];
	const struct model_progress *progress = &learner->programmes[programme];
	bool any = false, below = p->n_regions > 0, open = p->from == DAY_MIN && p->to == DAY_MAX;
	uint32_t facts = 0;

	for (uint32_t m = 0; m < p->n_modules; m++) {
		facts += sum(learner->modules[p->modules[m]].hours);
		any |= learner->modules[p->modules[m]].counts;
	}
	for (uint32_t r = 0; r < p->n_regions; r++)
		below &= p->regions[r] != learner->now.home && p->regions[r] != REGION_ALL;
	seen[PROGRAMME_NOT_FOR_A_HOME] += any && open && !progress->counts;
	if (!progress->counts)
		return;
	seen[PROGRAMME_COMPLETED_BY_SOME] += progress->completed && p->complete < p->n_modules;
	seen[PROGRAMME_COMPLETED_BY_ALL] +=
		progress->completed && p->complete == p->n_modules && p->n_modules > 1;
	seen[PROGRAMME_WITHDRAWN] += progress->withdrawn;
	seen[PROGRAMME_CUT_BY_DAYS] += facts > sum(progress->hours);
	seen[PROGRAMME_FROM_THE_FIRST_DAY] +=
		calendar_day(c->calendar, progress->first_at) == p->from;
	seen[PROGRAMME_TO_THE_LAST_DAY] += calendar_day(c->calendar, progress->last_at) == p->to;
	seen[PROGRAMME_BELOW_A_REGION] += below;
}

static bool has_other_values(const struct catalogue *c, const struct model_profile *a,
			     const struct model_profile *b)
{
	bool other = false;

	for (uint32_t d = 0; d < c->n_dimensions; d++)
		other |= a->values[d] != b->values[d];
	return other;
}

/* Of who is enrolled, and what counts by passing. */
static void count_rules(uint32_t seen[PLAN_INGREDIENTS], const struct catalogue *c,
			const struct model_learner *learner, uint32_t programme)
{
	const struct programme *p = &c->programmes[programme];
	const struct model_progress *progress = &learner->programmes[programme];
	bool left = false, own = false;
	uint32_t done = 0;

	for (uint32_t m = 0; m < p->n_modules; m++) {
		left |= learner->modules[p->modules[m]].withdrawn;
		done += learner->modules[p->modules[m]].completed;
		own |= p->modules[m] == p->admission;
	}
	seen[PROGRAMME_ENROLLED_ONLY] += !progress->counts && progress->enrolment;
	seen[PROGRAMME_SINGLE_COURSE] +=
		!progress->counts && p->enrolled_only && sum(progress->hours) > 0;
	if (!progress->counts)
		return;
	seen[PROGRAMME_ADMITTED_ELSEWHERE] +=
		progress->enrolment == STATE_ADMITTED && p->admission != CATALOGUE_NONE && !own;
	seen[PROGRAMME_MEMBER_LEFT] += p->enrolled_only && progress->withdrawn;
	seen[PROGRAMME_MODULE_LEFT] +=
		left && !progress->withdrawn && p->admission != CATALOGUE_NONE;
	seen[PROGRAMME_DONE_BY_PASSING] += p->by_pass && progress->completed;
	seen[PROGRAMME_NOT_DONE_BY_COMPLETING] +=
		p->by_pass && !progress->completed && done == p->n_modules;
}

/* Of when and where. */
static void count_places(uint32_t seen[PLAN_INGREDIENTS], const struct catalogue *c,
			 const struct model_learner *learner, uint32_t programme, int32_t today)
{
	const struct programme *p = &c->programmes[programme];
	const struct model_progress *progress = &learner->programmes[programme];
	bool by_entry = p->profile == PROFILE_ENTRY, moved;
	uint32_t facts = 0;

	moved = by_entry && progress->entry.home != learner->now.home;
	for (uint32_t m = 0; m < p->n_modules; m++)
		facts += sum(learner->modules[p->modules[m]].hours);
	seen[ENTRY_AT_ANOTHER_HOME] += progress->counts && moved;
	seen[ENTRY_BY_ENROLMENT_AT_ANOTHER_HOME] +=
		!progress->counts && progress->enrolment && moved;
	seen[ENTRY_WITH_ANOTHER_VALUE] += progress->counts && by_entry &&
					  has_other_values(c, &progress->entry, &learner->now);
	seen[PLACE_CUT_BY_DAYS] += progress->counts && !by_entry && p->from == DAY_MIN &&
				   p->to == DAY_MAX && facts > sum(progress->hours);
	for (uint32_t i = 0; i < p->n_memberships; i++) {
		const struct membership *row = &p->memberships[i];

		seen[PLACE_LEFT] += progress->counts && row->row_to < today &&
				    row->region == progress->profile.home;
		seen[PLACE_TO_COME] +=
			model_is_leaf(c, row->region) && !model_is_place(c, p, row->region, today);
	}
}

/* Competences. */

static bool is_day_of_month(int32_t day, const char *text)
{
	char date[DAY_TEXT];

	day_print(day, date);
	return strcmp(date + strlen(date) - strlen(text), text) == 0;
}

static void count_grant(uint32_t seen[PLAN_INGREDIENTS], const struct model_grants *all,
			const struct model_grant *grant)
{
	bool ends = grant->end != MODEL_FOR_EVER;
	char date[DAY_TEXT];
	int before = model_level(all, grant->begin - 1);

	day_print(grant->begin, date);
	seen[LEVEL_UP] += before > 0 && model_level(all, grant->begin) > before;
	if (!ends)
		return;
	before = model_level(all, grant->end - 1);
	seen[LEVEL_DOWN] +=
		model_level(all, grant->end) > 0 && model_level(all, grant->end) < before;
	seen[GRANT_OF_A_HUNDRED_YEARS] += grant->end - grant->begin > 36500;
	seen[GRANT_TO_THE_MONTHS_LAST_DAY] += !is_day_of_month(grant->end, date + 8);
	seen[GRANT_OF_A_LEAP_DAY] += is_day_of_month(grant->begin, "02-29");
}

/* One that ends otherwise than any that is granted at its level, by all that is granted. */
static void count_claimed(uint32_t seen[PLAN_INGREDIENTS], const struct catalogue *c,
			  uint32_t competence, const struct model_grant *grant)
{
	bool shorter = true, longer = grant->end != MODEL_FOR_EVER;

	for (uint32_t m = 0; m < c->n_modules; m++)
		for (uint32_t g = 0; g < c->modules[m].n_grants; g++) {
			const struct grant *may = &c->modules[m].grants[g];
			int32_t end = MODEL_FOR_EVER;

			if (may->competence != competence || may->level != grant->level)
				continue;
			if (may->valid_months)
				end = day_add_months(grant->begin, may->valid_months);
			shorter &= grant->end < end;
			longer &= grant->end > end;
		}
	seen[GRANT_CUT_SHORT] += shorter;
	seen[GRANT_DRAWN_OUT] += longer;
}

/* One that begins later than another. */
static void count_pair(uint32_t seen[PLAN_INGREDIENTS], const struct model_grants *all,
		       const struct model_grant *first, const struct model_grant *later)
{
	bool spanned = false;

	for (size_t i = 0; i < all->n; i++)
		spanned |= all->items[i].begin < later->begin && later->begin < all->items[i].end;
	seen[GRANTS_TOUCH] += first->end == later->begin && !spanned;
	seen[GRANTS_A_DAY_APART] +=
		first->end == later->begin - 1 && model_level(all, first->end) == 0;
	seen[GRANTS_OVERLAP] += later->begin < first->end && first->end < later->end;
	seen[GRANT_INSIDE_ANOTHER] += later->end < first->end && first->end != MODEL_FOR_EVER;
	seen[GRANT_BESIDE_ONE_FOR_EVER] +=
		(first->end == MODEL_FOR_EVER) != (later->end == MODEL_FOR_EVER);
}

static void count_grants(uint32_t seen[PLAN_INGREDIENTS], const struct catalogue *c,
			 const struct model_learner *learner, uint32_t competence)
{
	const struct competence *k = &c->competences[competence];
	const struct model_grants *all = &learner->competences[competence];
	struct model_run run = { 0, INT32_MIN };
	int stretches = 0;

	for (size_t i = 0; i < all->n; i++) {
		count_grant(seen, all, &all->items[i]);
		count_claimed(seen, c, competence, &all->items[i]);
		for (size_t j = 0; j < all->n; j++)
			if (all->items[i].begin < all->items[j].begin)
				count_pair(seen, all, &all->items[i], &all->items[j]);
	}
	while (model_run(all, run.end, 1, 8, &run))
		stretches++;
	seen[STRETCHES_OF_ONE_LEARNER] += stretches > 1;
	for (uint32_t r = 0; r < k->n_requirements; r++)
		seen[REQUIREMENT_BY_OTHERS] +=
			!model_has_attributes(&learner->now, &k->requirements[r].where) &&
			model_run(all, INT32_MIN, k->requirements[r].level, 8, &run);
}

/* Figures. */

static json_int_t whole(const json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

static bool is(const json_t *row, const char *key, const char *text)
{
	const char *found = json_string_value(json_object_get(row, key));

	return found && strcmp(found, text) == 0;
}

static bool is_rate_of_some(const json_t *rate)
{
	return whole(rate, "n") > 0 && whole(rate, "n") < whole(rate, "of");
}

static void count_target(uint32_t seen[PLAN_INGREDIENTS], const json_t *line, const json_t *target)
{
	const json_t *where = json_object_get(target, "where");
	const json_t *places = json_object_get(target, "places");
	const char *dimension;
	json_t *value;

	seen[TARGET_REACHED_IN_SOME] += is_rate_of_some(places);
	seen[TARGET_REACHED_IN_NONE_KNOWN] += places && whole(places, "of") == 0;
	if (whole(target, "n") == 0)
		return;
	seen[TARGET_OF_SEVERAL] += json_object_size(where) > 1;
	seen[TARGET_OF_COMPLETIONS] += is(target, "measure", "completed");
	seen[TARGET_OF_ADMITTED] += is(target, "measure", "admitted");
	seen[TARGET_OF_HOURS] += is(target, "measure", "hours");
	seen[TARGET_OF_A_PLACE] += !json_object_get(target, "each") && !is(line, "region", "all");
	if (json_object_get(target, "share")) {
		bool unknown = json_is_null(json_object_get(target, "of"));

		seen[TARGET_OF_A_SHARE] += !unknown;
		seen[TARGET_OF_A_SHARE_UNKNOWN] += unknown;
	}
	json_object_foreach((json_t *)where, dimension, value) seen[TARGET_OF_UNKNOWN] +=
		strcmp(json_string_value(value), "unknown") == 0;
}

static void count_moves(uint32_t seen[PLAN_INGREDIENTS], const json_t *moves)
{
	const char *dimension;
	json_t *rows, *row;
	size_t i;

	json_object_foreach((json_t *)moves, dimension, rows)
	{
		json_array_foreach(rows, i, row)
		{
			const char *from = json_string_value(json_array_get(row, 0));
			const char *to = json_string_value(json_array_get(row, 1));
			bool from_unknown = strcmp(from, "unknown") == 0;
			bool to_unknown = strcmp(to, "unknown") == 0;

			seen[MOVED_FROM_UNKNOWN] += from_unknown;
			seen[MOVED_TO_UNKNOWN] += to_unknown;
			seen[MOVED_TO_A_VALUE] += !from_unknown && !to_unknown;
		}
	}
}

static void count_programme(uint32_t seen[PLAN_INGREDIENTS], const json_t *line)
{
	const json_t *target;
	size_t i;

	seen[PROGRAMME_STALLED] += whole(line, "stalled") > 0;
	seen[PROGRAMME_REACHED_SOME] += is_rate_of_some(json_object_get(line, "reached"));
	count_moves(seen, json_object_get(line, "moves"));
	json_array_foreach(json_object_get(line, "targets"), i, target)
		count_target(seen, line, target);
}

/* Of a module or a programme. */
static void count_time(uint32_t seen[PLAN_INGREDIENTS], const json_t *line, const char *base)
{
	const json_t *minutes = json_object_get(line, "minutes"), *row;
	const json_t *monthly = json_object_get(line, "monthly");
	size_t i;

	seen[MINUTES_REPORTED_AND_NOMINAL] +=
		whole(minutes, "reported") > 0 && whole(minutes, "nominal") > 0;
	seen[MINUTES_NOMINAL_ONLY] += minutes && whole(minutes, "reported") == 0;
	seen[MONTHS] += json_array_size(monthly) > 1;
	json_array_foreach(monthly, i, row)
	{
		json_int_t of_all = json_integer_value(json_array_get(row, 2)) / 60;

		seen[HOURS_OF_EACH_DOWN] += json_integer_value(json_array_get(row, 3)) < of_all;
	}
	seen[NOT_STARTED] += whole(line, "not_started") > 0;
	seen[STARTED_BY_NOBODY] += whole(line, base) == 0;
}

static void count_competence(uint32_t seen[PLAN_INGREDIENTS], const json_t *line)
{
	const json_t *coverage = json_object_get(line, "coverage"), *needed;
	json_int_t in_30 = whole(line, "expiring_30d"), in_60 = whole(line, "expiring_60d");
	size_t i;

	seen[COMPETENCE_LAPSED] += whole(line, "lapsed") > 0;
	seen[COMPETENCE_EXPIRING_30D] += in_30 > 0;
	seen[COMPETENCE_EXPIRING_60D] += in_60 > in_30;
	seen[COMPETENCE_EXPIRING_90D] += whole(line, "expiring_90d") > in_60;
	seen[COMPETENCE_LEVELS] += json_object_size(json_object_get(line, "levels")) > 1;
	if (whole(line, "holders") > 0) {
		seen[COVERAGE_UNKNOWN] += json_is_null(coverage);
		seen[COVERAGE_KNOWN] += whole(coverage, "of") > 0;
		seen[COVERAGE_OF_NOBODY] += !json_is_null(coverage) && whole(coverage, "of") == 0;
	}
	json_array_foreach(json_object_get(line, "requirements"), i, needed)
	{
		if (json_object_get(needed, "each")) {
			seen[GAP_OF_EACH_NOWHERE] += whole(needed, "of") == 0;
			seen[GAP_OF_EACH_OPEN] +=
				whole(needed, "n") > 0 && whole(needed, "gap") > 0;
			seen[GAP_OF_EACH_CLOSED] +=
				whole(needed, "n") > 0 && whole(needed, "gap") == 0;
			continue;
		}
		if (whole(needed, "n") == 0)
			continue;
		seen[GAP_UNKNOWN] += json_is_null(json_object_get(needed, "gap"));
		seen[GAP_OPEN] += whole(needed, "gap") > 0;
		seen[GAP_CLOSED] += whole(needed, "of") > 0 && whole(needed, "gap") == 0;
	}
}

/* All. */

static void count_all(uint32_t seen[PLAN_INGREDIENTS], const struct model *model,
		      const json_t *lines, int32_t today)
{
	const struct catalogue *c = model->catalogue;
	const json_t *line;
	size_t i;

	for (size_t l = 0; l < model->n; l++) {
		for (uint32_t p = 0; p < c->n_programmes; p++) {
			count_progress(seen, c, &model->learners[l], p);
			count_rules(seen, c, &model->learners[l], p);
			count_places(seen, c, &model->learners[l], p, today);
		}
		for (uint32_t k = 0; k < c->n_competences; k++)
			count_grants(seen, c, &model->learners[l], k);
	}
	json_array_foreach(lines, i, line)
	{
		if (is(line, "kind", "module"))
			count_time(seen, line, "started");
		if (is(line, "kind", "programme")) {
			count_time(seen, line, "participants");
			count_programme(seen, line);
		}
		if (is(line, "kind", "competence"))
			count_competence(seen, line);
	}
}

void plan_ingredients_find(uint32_t seen[PLAN_INGREDIENTS], const struct anyworld *world)
{
	for (int d = 0; d < ANYWORLD_DAYS; d++) {
		const struct calendar *calendar = world->catalogue->calendar;
		struct model model;
		json_t *lines;

		anyworld_model(&model, world, calendar_day_start(calendar, world->days[d] + 1));
		lines = model_figures(&model, world->days[d]);
		count_all(seen, &model, lines, world->days[d]);
		json_decref(lines);
		model_free(&model);
	}
}

void plan_ingredients_check(const uint32_t seen[PLAN_INGREDIENTS], uint32_t at_least)
{
	for (int i = 0; i < PLAN_INGREDIENTS; i++)
		if (seen[i] < at_least)
			fail_msg("%s: seen %u times only", names[i], seen[i]);
}
