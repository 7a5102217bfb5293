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

/* Has a learner all the attributes that are asked for? */
bool model_has_attributes(const struct model_learner *learner, const struct where *where);

/* METRICS 2: a region's own row, else the sum over its leaves; false where one of them does not
 * say. */
bool model_headcount(const struct catalogue *c, uint32_t region, const struct where *where,
		     json_int_t *ret_count);

/* One learner. */

/* The standing facts of a learner in one module, each once. */
struct model_facts {
	const struct event **items;
	size_t n;
};

/* METRICS 3, 5, 6; `facts` by the catalogue's modules. */
void model_fold_module(struct model_state *state, const struct catalogue *c, uint32_t module,
		       const struct model_facts *facts);
void model_fold_programme(struct model_progress *progress, const struct catalogue *c,
			  uint32_t programme, uint32_t home, const struct model_facts *facts);
void model_fold_competence(struct model_grants *grants, const struct catalogue *c,
			   uint32_t competence, const struct model_facts *facts);

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
			const struct model_learner *learner, enum facet facet, uint64_t bucket);

/* What a learner who counts in it adds. */
void model_count_module(struct model_counts *to, const struct catalogue *c,
			const struct model_learner *learner, uint32_t module);
void model_count_programme(struct model_counts *to, const struct catalogue *c,
			   const struct model_learner *learner, uint32_t programme);
void model_count_competence(struct model_counts *to, const struct catalogue *c,
			    const struct model_learner *learner, uint32_t competence);

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
json_t *model_where(const struct catalogue *c, const struct where *where);

/* Steps that learners take: who has done the first counts. */
enum { MODEL_STEPS = 3 };
struct model_steps {
	const char *names[MODEL_STEPS]; /* NULL after the last */
	/* Has a learner done it; when (ms). */
	bool (*done)(const struct model_ask *ask, const struct model_learner *learner, int step,
		     int64_t *ret_at);
};

/* Does a learner count in what is asked for? */
bool model_counts_in(const struct model_ask *ask, const struct model_steps *steps,
		     const struct model_learner *learner);
/* For each dimension and value how many have done each step; per local day how many first did. */
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

/* Leaves inside the region, and those of them that are the home of somebody who counts; of a
 * programme's regions only, or (NULL) of all. */
json_t *model_reached(const struct model_ask *ask, const struct model_steps *steps,
		      const struct programme *programme);

#endif
