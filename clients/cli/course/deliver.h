/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver.h - how events of a course come: at once, or days later; some twice, some beside a wrong
 * one.
 */
#ifndef LIFT_CLI_COURSE_DELIVER_H
#define LIFT_CLI_COURSE_DELIVER_H

#include "clients/cli/course/course.h"
#include "clients/cli/course/luck.h"

/* Events as they come: what fails sticks. */
struct writing {
	struct course_event *events;
	size_t n, space;
	bool no_memory;
};

struct delivery {
	const struct course *course;
	struct writing *writing;
	struct luck chance; /* nothing else is decided by it */
};

/* Something that a learner does, at a local time (time.h), without a result. */
struct course_event course_event_at(const struct course *course, uint32_t learner,
				    enum event_type type, size_t module, int64_t at_s);

void course_deliver(struct delivery *delivery, struct course_event event);

#endif
