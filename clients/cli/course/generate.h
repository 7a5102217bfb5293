/* SPDX-License-Identifier: Apache-2.0 */
/*
 * generate.h - all that happens in a course: one learner after another, then in the order of
 * delivery.
 */
#ifndef LIFT_CLI_COURSE_GENERATE_H
#define LIFT_CLI_COURSE_GENERATE_H

#include "clients/cli/course/course.h"

/* All events in the order of their delivery, which is the stream's; the caller frees them.
 * LIFT_E_MEMORY. */
int course_generate(const struct course *course, struct course_event **ret_events, size_t *ret_n);

#endif
