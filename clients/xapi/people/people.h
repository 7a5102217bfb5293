/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people.h - the operator's list of people: where they work, and what is told of them.
 */
#ifndef LIFT_XAPI_PEOPLE_PEOPLE_H
#define LIFT_XAPI_PEOPLE_PEOPLE_H

#include "proto/event.h"
#include "proto/yaml.h"

struct people;

enum { PEOPLE_MAX = 20 << 20 /* of one list */ };

struct person {
	struct text region; /* may be empty */
	size_t n_attrs;
	const struct event_attr *attrs;
};

/* A list of people that the operator keeps, CSV (csv.h) with a first row of names: id, region and,
 * as they are wanted, attributes (`attrs.NAME`). An id is a learner's as the mapping makes it, or
 * the address or name that the platform knows (key.h); one that is in it twice, differently, is an
 * error. LIFT_E_CONFIG and LIFT_E_IO with the errors, each with its line; LIFT_E_MEMORY. */
int people_load(const char *path, struct yaml_errors *errors, struct people **ret_people);
void people_free(struct people *people);
size_t people_count(const struct people *people);

/* The person with an id; NULL. */
const struct person *people_find(const struct people *people, struct text id);

#endif
