/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model_parts.h - what the files of the model share: catalogue and facts, counting, and pieces of
 * figures.
 */
#ifndef LIFT_TESTS_MODEL_PARTS_H
#define LIFT_TESTS_MODEL_PARTS_H

#include "tests/unit/worlds/model.h"

/* The catalogue. */

/* Is a home a region, or below it? */
bool model_is_inside(const struct catalogue *c, uint32_t home, uint32_t region);
bool model_is_leaf(const struct catalogue *c, uint32_t region);

/* Is a leaf region one of a programme's up to a day, those that have left too; of all, where it has
 * none? */
bool model_is_place(const struct catalogue *c, const struct programme *programme, uint32_t leaf,
		    int32_t today);

/* Has a learner all the attributes that are asked for? */
bool model_has_attributes(const struct model_profile *profile, const struct where *where);

/* METRICS 2: a region's own row, else the sum over its leaves; false where one of them does not
 * say. */
bool model_headcount(const struct catalogue *c, uint32_t region, const struct where *where,
		     json_int_t *ret_count);

/* One learner. */

/* The standing facts of a learner in one module, each once; the earliest day that is claimed to be
 * its last, 0: none is. */
struct model_facts {
	const struct event **items;
	int32_t *valid_until;
	size_t n;
};

/* All that has happened to a learner. */
struct model_life {
	const struct catalogue *c;
	const struct event *const *events;
	size_t n;
	const struct model_facts *facts; /* by the catalogue's modules */
	const struct model_profile *now;
};

/* METRICS 3, 5, 6. */
void model_fold_module(struct model_state *state, const struct model_life *life, uint32_t module);
void model_fold_programme(struct model_progress *progress, const struct model_life *life,
			  uint32_t programme);
void model_fold_competence(struct model_grants *grants, const struct model_life *life,
			   uint32_t competence);

/* Of some facts. */
bool model_has_begun(const struct event *fact); /* neither a withdrawal nor an enrolment */
bool model_is_passed(const struct event *fact, const struct module *module);
bool model_last_is_withdrawal(const struct event *const *facts, size_t n);
/* The state of the greatest (time, state); and of one who has not withdrawn. */
int model_enrolled_state(const struct event *const *facts, size_t n);
int model_enrolment(const struct event *const *facts, size_t n);

/* The minutes of a fact, on its local day's month. */
void model_months_add(struct model_months *months, const struct catalogue *c,
		      const struct event *fact);
json_int_t model_minutes(const struct model_months *months);
/* Each month down to whole hours. */
json_int_t model_whole_hours(const struct model_months *months);

/* Counts. */

/* Counts of one learner in one subject, as they come: the same key may come again. */
struct model_counts {
	uint32_t home, subject;
	struct tally *items;
	size_t n, room;
};
void model_count(struct model_counts *to, enum facet facet, uint32_t part, uint64_t bucket,
		 int64_t amount);
/* One for the value of each dimension. */
void model_count_values(struct model_counts *to, const struct catalogue *c,
			const struct model_profile *profile, enum facet facet, uint64_t bucket,
			int64_t amount);
void model_count_months(struct model_counts *to, const struct catalogue *c,
			const struct model_profile *profile, const struct model_months *months);
void model_count_enrolment(struct model_counts *to, int enrolment, bool started);

/* What a learner who counts, or is enrolled, in it adds. */
void model_count_module(struct model_counts *to, const struct catalogue *c,
			const struct model_learner *learner, uint32_t module);
void model_count_programme(struct model_counts *to, const struct catalogue *c,
			   const struct model_learner *learner, uint32_t programme);
void model_count_competence(struct model_counts *to, const struct catalogue *c,
			    const struct model_learner *learner, uint32_t competence);

/* And to a target of a programme. */
json_int_t model_adds(const struct model_progress *progress, const struct target *target);

/* Figures. */

/* What figures are asked for. */
struct model_ask {
	const struct model *model;
	uint32_t region, index; /* of the module, programme or competence */
	int32_t today;
};

/* A metric, or NULL where nobody counts. */
json_t *model_module_figures(const struct model_ask *ask);
json_t *model_programme_figures(const struct model_ask *ask);
json_t *model_competence_figures(const struct model_ask *ask);
json_t *model_people_figures(const struct model_ask *ask);

/* To six decimals, as a decimal is read. */
double model_decimal(double value);
json_t *model_rate(json_int_t n, json_int_t of);
json_t *model_hours(const json_int_t hours[168]);
const char *model_value_name(const struct catalogue *c, uint32_t dimension, uint32_t value);
json_t *model_where(const struct catalogue *c, const struct where *where);

/* Steps that learners take: who has done the first counts. */
enum { MODEL_STEPS = 3 };
struct model_steps {
	const char *names[MODEL_STEPS]; /* NULL after the last */
	/* Has a learner done it; when (ms). */
	bool (*done)(const struct model_ask *ask, const struct model_learner *learner, int step,
		     int64_t *ret_at);
	/* What counts for one; NULL: the profile of now, no time, nobody enrolled. */
	const struct model_profile *(*profile)(const struct model_ask *ask,
					       const struct model_learner *learner);
	const struct model_months *(*months)(const struct model_ask *ask,
					     const struct model_learner *learner);
	int (*enrolment)(const struct model_ask *ask, const struct model_learner *learner);
};

const struct model_profile *model_profile_of(const struct model_ask *ask,
					     const struct model_steps *steps,
					     const struct model_learner *learner);

/* Does a learner count in what is asked for? Or is there at all, enrolled at least? */
bool model_counts_in(const struct model_ask *ask, const struct model_steps *steps,
		     const struct model_learner *learner);
bool model_is_in(const struct model_ask *ask, const struct model_steps *steps,
		 const struct model_learner *learner);
bool model_is_anybody_in(const struct model_ask *ask, const struct model_steps *steps);

/* Add `minutes` and `monthly`; `enrolment` and `not_started`: where there are any. */
void model_add_time(json_t *figures, const struct model_ask *ask, const struct model_steps *steps,
		    json_int_t nominal);
void model_add_enrolment(json_t *figures, const struct model_ask *ask,
			 const struct model_steps *steps);

/* For each dimension and value how many have done each step, and their minutes where there are any;
 * per local day how many first did. */
json_t *model_by(const struct model_ask *ask, const struct model_steps *steps);
json_t *model_daily(const struct model_ask *ask, const struct model_steps *steps);

/* Rows of days, in the order of days. */
struct model_days {
	struct model_day {
		int32_t day;
		json_int_t n[MODEL_STEPS];
	} * rows;
	size_t n;
};
void model_day_add(struct model_days *days, int32_t day, int column);
/* The rows with so many columns; frees them. */
json_t *model_days_json(struct model_days *days, int columns);

/* Places inside the region, and those of them that are the home of somebody who counts; of a
 * programme (NULL: all leaves). */
json_t *model_reached(const struct model_ask *ask, const struct model_steps *steps,
		      const struct programme *programme);

#endif
