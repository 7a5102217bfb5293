/* SPDX-License-Identifier: Apache-2.0 */
/*
 * places.h - where a course takes place: the leaves of a catalogue's regions, who works there, and
 * which of them a programme is for.
 */
#ifndef LIFT_CLI_COURSE_PLACES_H
#define LIFT_CLI_COURSE_PLACES_H

#include "clients/cli/course/course.h"

/* The leaf regions, into the course: dimensions have been read. LIFT_E_MEMORY. */
int course_read_regions(const struct yaml_node *root, struct course *course);

/* Where a programme's people live: in all leaves, unless it names regions. LIFT_E_MEMORY. */
int course_read_homes(const struct yaml_node *root, const struct yaml_node *programme,
		      const struct course *course, struct course_programme *ret_programme);

#endif
