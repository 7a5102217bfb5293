/* SPDX-License-Identifier: Apache-2.0 */
/*
 * who.h - who takes part: where they live, whether they move, and what they are, as headcounts and
 * targets say.
 */
#ifndef LIFT_CLI_COURSE_WHO_H
#define LIFT_CLI_COURSE_WHO_H

#include "clients/cli/course/course.h"

/* Who the event is about and where they are then: into region and attrs. */
void course_who(const struct course *course, const struct course_event *event,
		struct event *ret_event);

#endif
