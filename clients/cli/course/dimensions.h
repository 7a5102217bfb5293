/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dimensions.h - what people are counted by: the values of each dimension of a catalogue.
 */
#ifndef LIFT_CLI_COURSE_DIMENSIONS_H
#define LIFT_CLI_COURSE_DIMENSIONS_H

#include "clients/cli/course/course.h"

/* Into the course. LIFT_E_MEMORY. */
int course_read_dimensions(const struct yaml_node *root, struct course *course);

/* How many values the dimensions have together. */
size_t course_count_values(const struct course *course);

/* Where among them the one value of a `where` of one dimension is; else false. */
bool course_find_value(const struct course *course, const struct yaml_node *where, size_t *ret_at);

/* How common value i of a dimension is where nothing says: half as frequent again as the next. */
double course_common(size_t i);

#endif
