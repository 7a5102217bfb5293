/* SPDX-License-Identifier: Apache-2.0 */
/*
 * extras.h - what a course has only where it is asked for: enrolments, presences, and until when
 * holds what was earned.
 *
 * All of it comes from chances of its own: what else happens is the same without it.
 */
#ifndef LIFT_CLI_COURSE_EXTRAS_H
#define LIFT_CLI_COURSE_EXTRAS_H

#include "clients/cli/course/deliver.h"

struct extras {
	const struct course *course;
	const struct course_programme *programme;
	uint32_t learner;
	struct delivery delivery;
	struct luck presence, enrolment, validity;
	int64_t end_s; /* local time: nothing happens from then on */
};

/* Of one learner. */
struct extras extras_of(const struct course *course, uint32_t learner, int64_t end_s,
			struct writing *writing);

/* Before that day, the first of theirs, they apply, wait or not, and are admitted: to the module of
 * admission, else to `module`, their first one. */
void extras_enrol(struct extras *extras, double day, size_t module);

/* They have ended early: some withdraw from where they are enrolled. */
void extras_leave(struct extras *extras, size_t module, int64_t last_s);

/* Presences in a module between these two local times, about as long together as it says. */
void extras_attend(struct extras *extras, size_t module, int64_t first_s, int64_t last_s);

/* For how many days a completion holds; 0: it does not say. */
uint16_t extras_valid_days(struct extras *extras);

/* Of some the platform says a while later that they hold for less. */
void extras_shorten(struct extras *extras, struct course_event completed);

/* One who applies and never comes: some wait, some are admitted, some withdraw. */
void extras_apply(const struct course *course, uint32_t learner, struct writing *writing);

#endif
