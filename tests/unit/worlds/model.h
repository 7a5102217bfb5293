/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model.h - what the metrics mean, once more: slow and obvious, from all events at once.
 *
 * The daemon's code is not used but for the catalogue as it was read, and local days, hours and
 * months.
 */
#ifndef LIFT_TESTS_MODEL_H
#define LIFT_TESTS_MODEL_H

#include <jansson.h>

#include "daemon/catalogue/catalogue.h"
#include "daemon/tally/tally.h"
#include "proto/event.h"

/* An accepted event; its learner is told apart by namespace and id. */
struct model_event {
	const char *name_space;
	struct event event;
};

/* Where a learner works, and the value of each dimension. */
struct model_profile {
	uint32_t home, values[CATALOGUE_DIMENSIONS_MAX];
};

/* Minutes by local month: so many months since 1970-01; each month once. */
struct model_months {
	struct model_month {
		int32_t month;
		json_int_t minutes;
	} * items;
	size_t n;
};

/* What one learner has done in one module. */
struct model_state {
	bool counts; /* has started; who has not may be enrolled */
	bool completed, withdrawn, assessed, passed, passed_first, has_best, has_gain;
	int enrolment;					      /* enum event_state */
	int64_t started_at, completed_at, passed_at, last_at; /* ms */
	uint32_t attempts;
	int32_t best, gain;  /* 1/10000 */
	uint32_t hours[168]; /* of the week */
	struct model_months months;
};

/* In one programme. */
struct model_progress {
	bool counts; /* is a participant; who is none may be enrolled */
	bool completed, withdrawn;
	int enrolment;				 /* enum event_state */
	int64_t first_at, last_at, completed_at; /* ms */
	uint32_t hours[168];			 /* of the week */
	struct model_months months;
	struct model_presence {
		int32_t day;
		json_int_t minutes;
	} * attended;
	size_t n_attended;
	int64_t withdrew_at;		     /* ms; where `withdrawn` */
	uint64_t done;			     /* a bit for each of the programme's modules */
	json_int_t nominal;		     /* minutes of the modules done */
	struct model_profile entry, profile; /* at entry; that it is counted by */
};

/* A grant that was earned: it holds from one day until before another. */
struct model_grant {
	int32_t begin, end; /* MODEL_FOR_EVER: without end */
	int level;
};
#define MODEL_FOR_EVER INT32_MAX

/* Those of one competence, one for each fact and grant. */
struct model_grants {
	struct model_grant *items;
	size_t n;
};

struct model_learner {
	const struct model_event *one; /* any event of this learner */
	struct model_profile now;
	struct model_state *modules; /* by the catalogue's modules */
	struct model_progress *programmes;
	struct model_grants *competences;
	bool *from;   /* by module, then by region: one of its events came with that region */
	bool *stands; /* by module: a fact of it does */
	bool counts;  /* in any module */
	int64_t last_at;
};

struct model {
	const struct catalogue *catalogue;
	struct model_learner *learners;
	size_t n;
};

/* What is said of a learner by some events, all of them its own, as of a moment; INT64_MAX: now. */
uint32_t model_home_at(const struct catalogue *catalogue, const struct event *const *events,
		       size_t n, int64_t moment);
void model_profile_at(struct model_profile *profile, const struct catalogue *catalogue,
		      const struct event *const *events, size_t n, int64_t moment);

/* Only events before `until` have happened. */
void model_make(struct model *model, const struct catalogue *catalogue,
		const struct model_event *events, size_t n, int64_t until);
void model_free(struct model *model);

/* The tallies that the learners make together, in order of keys; the caller frees them. */
struct tally *model_tallies(const struct model *model, size_t *ret_n);

/* The level that a learner has in a competence on a day: the greatest among the grants that hold;
 * 0: none does. */
int model_level(const struct model_grants *grants, int32_t day);

/* The next of the longest runs of days, at `from` or later, on which the level is low..high; false:
 * there is none. */
struct model_run {
	int32_t begin, end; /* as of a grant */
};
bool model_run(const struct model_grants *grants, int32_t from, int low, int high,
	       struct model_run *ret_run);

/* METRICS 8: what one learner has done in a programme, with the minutes of some days, and holds
 * today or has held. */
json_t *model_record(const struct model *model, const struct model_learner *learner,
		     uint32_t programme, int32_t from, int32_t to, int32_t today);

/* The lines of an export, as JSON, in its order: kind, id, region. */
json_t *model_figures(const struct model *model, int32_t today);

#endif
