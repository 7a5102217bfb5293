/* SPDX-License-Identifier: Apache-2.0 */
/*
 * course_read.h - the parts of a catalogue that a course is read from. What is wrong there is for liftd to say: here it
 * is passed over.
 */
#ifndef LIFT_CLI_COURSE_READ_H
#define LIFT_CLI_COURSE_READ_H

#include "clients/cli/course/course.h"

/* Nodes that may be missing, or of another kind. */
bool course_is_text(const struct yaml_node *node);
size_t course_count_of(const struct yaml_node *node);
double course_number_of(const struct yaml_node *node, double otherwise);
struct text course_text_of(const struct yaml_node *node); /* empty where it is no text */

/* How many values the dimensions have together; where in them the one value of a `where` of one dimension is, else
 * false. */
size_t course_count_values(const struct course *course);
bool course_find_value(const struct course *course, const struct yaml_node *where, size_t *ret_at);

/* How common value i of a dimension is where nothing says: half as frequent again as the next. */
double course_common(size_t i);

/* The leaf regions, into the course: dimensions have been read. LIFT_E_MEMORY. */
int course_read_regions(const struct yaml_node *root, struct course *course);

/* Where a programme's people live: in all leaves, unless it names regions. LIFT_E_MEMORY. */
int course_read_homes(const struct yaml_node *root, const struct yaml_node *programme,
		      const struct course *course, struct course_programme *ret_programme);

/* The programmes, and the days and learners of all of them, into the course: all else has been read. LIFT_E_MEMORY. */
int course_read_programmes(const struct yaml_node *root, struct course *course);

#endif
