/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write.h - a course's events as they are sent: as an event, as JSON, and what is wrong with the
 * wrong ones.
 */
#ifndef LIFT_CLI_COURSE_WRITE_H
#define LIFT_CLI_COURSE_WRITE_H

#include <jansson.h>

#include "clients/cli/course/course.h"

/* The event that is right: its texts live as long as the course and `learner`. */
void course_event_write(const struct course *course, const struct course_event *event,
			char learner[static COURSE_TEXT], struct event *ret_event);

/* The event, right or wrong, for a batch. */
int course_event_encode(const struct course *course, const struct course_event *event,
			struct msg_writer *writer);

/* The same as JSON, which the caller owns (NULL: out of memory). */
json_t *course_event_json(const struct course *course, const struct course_event *event);

#endif
