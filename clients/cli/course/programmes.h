/* SPDX-License-Identifier: Apache-2.0 */
/*
 * programmes.h - the programmes of a course: their modules, their days, and who their targets say
 * takes part.
 */
#ifndef LIFT_CLI_COURSE_PROGRAMMES_H
#define LIFT_CLI_COURSE_PROGRAMMES_H

#include "clients/cli/course/course.h"

/* The programmes, and the days and learners of all of them, into the course: all else has been
 * read. LIFT_E_MEMORY. */
int course_read_programmes(const struct yaml_node *root, struct course *course);

#endif
