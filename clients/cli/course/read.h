/* SPDX-License-Identifier: Apache-2.0 */
/*
 * read.h - a course out of a catalogue. What is wrong there is for liftd to say: here it is passed
 * over.
 */
#ifndef LIFT_CLI_COURSE_READ_H
#define LIFT_CLI_COURSE_READ_H

#include "clients/cli/course/course.h"

/* Read what a course needs from a catalogue. LIFT_E_CONFIG with the errors found; LIFT_E_MEMORY. */
int course_read(struct text catalogue, struct yaml_errors *errors, struct course *ret_course);

#endif
