/* SPDX-License-Identifier: Apache-2.0 */
/*
 * course.h - a made-up course: who starts, is assessed, completes or gives up, where and when.
 *
 * Pure: the same description gives the same events, on any machine, at any time. All chance comes from the
 * seed, and each learner has a chance of their own, so that one learner more changes nothing for the others.
 */
#ifndef LIFT_CLI_COURSE_H
#define LIFT_CLI_COURSE_H

#include <assert.h>

#include "proto/event.h"
#include "proto/yaml.h"

enum {
	COURSE_MODULES_MAX = 1000,
	COURSE_LEARNERS_MAX = 10000000,
	COURSE_DAYS_MAX = 3660,
	COURSE_TEXT = 64, /* bytes of a learner's id, of a time zone */
};

struct course_region {
	struct text code;
	uint64_t weight_to; /* sum of the weights up to and with this one */
};

struct course_module {
	struct text id;
	int16_t pass_mark; /* 1/10000 */
};

struct course_dimension {
	struct text name;
	struct text *values;
	size_t n_values;
};

struct course {
	/* of the catalogue */
	struct yaml_doc *doc;	       /* owns the texts */
	struct course_region *regions; /* leaves, at least one */
	size_t n_regions;
	struct course_module *modules; /* the first programme's, else all; at least one */
	size_t n_modules;
	struct course_dimension *dimensions;
	size_t n_dimensions;
	char timezone[COURSE_TEXT];
	bool has_window;
	/* of the arguments; reading sets from and days where the programme says them */
	int32_t from; /* the first day, since 1970-01-01 */
	int32_t days; /* at least 1 */
	uint64_t seed;
	uint32_t learners;
	uint32_t modules_each; /* at most so many for a learner */
	int32_t *offset_s;     /* of the local time of each day from UTC; owned */
};

/* What happened, in 16 bytes. */
struct course_event {
	uint32_t at_s;	  /* UTC, since the day before the first, 00:00 */
	uint32_t learner; /* from 0 */
	uint16_t module;
	int16_t score; /* of an assessment, 1/10000; else -1 */
	uint8_t type;  /* enum event_type */
	uint8_t unused[3];
};
static_assert(sizeof(struct course_event) == 16, "a course of millions of events fits in memory");

/* Read what a course needs from a catalogue. LIFT_E_CONFIG with the errors found; LIFT_E_MEMORY. */
int course_read(struct text catalogue, struct yaml_errors *errors, struct course *ret_course);
void course_clear(struct course *course);

/* All events, by time; the caller frees them. LIFT_E_MEMORY. */
int course_generate(const struct course *course, struct course_event **ret_events, size_t *ret_n);

/* The event as it is sent: its texts live as long as the course and `learner`. */
void course_event_write(const struct course *course, const struct course_event *event,
			char learner[static COURSE_TEXT], struct event *ret_event);

#endif
