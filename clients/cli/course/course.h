/* SPDX-License-Identifier: Apache-2.0 */
/*
 * course.h - a made-up course: who starts, is assessed, completes, gives up, comes back, moves or
 * is corrected.
 *
 * Pure: the same description gives the same events, on any machine, at any time. All chance comes
 * from the seed, and each learner has a chance of their own, so that one learner more changes
 * nothing for the others. How events are delivered (late, doubled, beside wrong ones) changes
 * nothing of what has happened.
 */
#ifndef LIFT_CLI_COURSE_H
#define LIFT_CLI_COURSE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "proto/event.h"
#include "proto/yaml.h"

enum {
	COURSE_MODULES_MAX = 1000,
	COURSE_LEARNERS_MAX = 10000000,
	COURSE_DAYS_MAX = 3660,
	COURSE_LEARNERS = 400, /* of a programme without a target */
	COURSE_TEXT = 64,      /* bytes of a learner's id, of a time zone */
	COURSE_WRONGS = 16,    /* ways in which an event can be wrong */
	COURSE_LEAD_DAYS = 60, /* before the first: people enrol */
};

struct course_region {
	struct text code;
	uint64_t weight; /* its headcount */
	double *shares;	 /* how many of each value of each dimension, one after another; NULL: not
			    said */
};

struct course_module {
	struct text id;
	int16_t pass_mark;	/* 1/10000 */
	bool phases;		/* its id or name has the words pre and post */
	struct text competence; /* of its first grant, or empty */
	int level;
	uint32_t minutes; /* how long it takes; 0: it does not say */
};

struct course_dimension {
	struct text name;
	struct text *values;
	size_t n_values;
};

/* A region where people of a programme live; what a luck below the last weight_to falls in. */
struct course_home {
	uint32_t region;
	uint64_t weight_to; /* sum of the weights up to and with this one */
};

/* A programme of the catalogue; the one of all modules where it has none. */
struct course_programme {
	struct text id;
	uint16_t *modules; /* in its order */
	size_t n_modules;
	bool has_admission;
	uint16_t admission;	   /* the module that people enrol in */
	struct course_home *homes; /* the leaves inside its regions, at least one */
	size_t n_homes;
	double *quotas; /* the share of each value of each dimension that its targets ask for, or 0
			 */
	uint32_t learners;  /* its target of participants, else 400 */
	double silent_days; /* its stalled_after_days */
	bool has_window;
	int32_t from, to;   /* its days, since 1970-01-01 */
	int32_t begin, end; /* days of the course before and after them */
};

struct course {
	/* of the catalogue */
	struct yaml_doc *doc;	       /* owns the texts */
	struct course_region *regions; /* leaves, at least one */
	size_t n_regions;
	struct course_module *modules; /* those of any programme, else all; at least one */
	size_t n_modules;
	struct course_programme *programmes; /* at least one */
	size_t n_programmes;
	struct course_dimension *dimensions;
	size_t n_dimensions;
	char timezone[COURSE_TEXT];
	/* of the arguments; reading sets from, days, learners and modules_each to what the
	 * programmes say */
	int32_t from; /* the first day, since 1970-01-01 */
	int32_t days; /* at least 1 */
	uint64_t seed;
	uint32_t learners;
	uint32_t modules_each; /* at most so many for a learner */
	bool phases;	       /* of all assessments, not only of the modules that ask for them */
	bool presence, enrolment, validity; /* extras.h */
	size_t moves; /* a dimension in which some change during the programme, from 1; 0: none */
	double late, doubled, wrong; /* shares of the events, 0..1 */
	int32_t *offset_s;	     /* of the local time of each day from UTC; owned */
};

/* What happened, in 28 bytes. Moments are UTC, since the day before the first, 00:00; with
 * enrolments, since COURSE_LEAD_DAYS before that. */
struct course_event {
	uint32_t at_s;
	uint32_t sent_s;  /* when it is delivered: not before it happens */
	uint32_t learner; /* from 0 */
	uint32_t voids_s; /* the time that a voiding names, or 0 */
	uint16_t module;
	int16_t score; /* 1/10000 or -1; a voiding's is what it names, as are passed and phase */
	uint8_t type;  /* enum event_type */
	uint8_t voids; /* enum event_type, of a voiding */
	uint8_t phase; /* enum event_phase */
	int8_t passed; /* 0, 1 or -1 */
	uint8_t wrong; /* 0, or in which way, 1..COURSE_WRONGS: the daemon must refuse it */
	uint8_t state; /* enum event_state, of an enrolment */
	/* Of a presence and what voids it, minutes; of a completion, for how many days it holds, 0:
	 * it does not say. */
	uint16_t more;
};
static_assert(sizeof(struct course_event) == 28, "a course of millions of events fits in memory");

/* Keep one programme only, with its days and learners. False where there is none of that id. */
bool course_choose(struct course *course, struct text id);
void course_clear(struct course *course);

/* Set the course's days, from the first of any programme to the last of any, and its learners. */
void course_span(struct course *course);

/* The programme of a learner: of any first so many, each has its share, to one. */
const struct course_programme *course_programme_of(const struct course *course, uint32_t learner);

#endif
