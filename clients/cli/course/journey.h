/* SPDX-License-Identifier: Apache-2.0 */
/*
 * journey.h - what one learner does in a course, event after event.
 */
#ifndef LIFT_CLI_COURSE_JOURNEY_H
#define LIFT_CLI_COURSE_JOURNEY_H

#include "clients/cli/course/deliver.h"

/* All that the learner does, with what is delivered late, doubled or beside a wrong one. */
void journey_make(const struct course *course, uint32_t learner, struct writing *writing);

#endif
