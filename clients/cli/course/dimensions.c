/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/dimensions.h"

#include <stdlib.h>

#include "clients/cli/course/nodes.h"

int course_read_dimensions(const struct yaml_node *root, struct course *course)
{
	const struct yaml_node *dimensions = yaml_get(root, "dimensions"), *dimension, *value;

	if (course_count_of(dimensions) == 0)
		return 0;
	course->dimensions = calloc(dimensions->n_children, sizeof(*course->dimensions));
	if (!course->dimensions)
		return LIFT_E_MEMORY;
	for (dimension = dimensions->child; dimension; dimension = dimension->next) {
		struct course_dimension *to = &course->dimensions[course->n_dimensions];
		/* A list, or a map that has it. */
		const struct yaml_node *values =
			dimension->kind == YAML_MAP ? yaml_get(dimension, "values") : dimension;

		if (course_count_of(values) == 0)
			continue;
		to->values = calloc(values->n_children, sizeof(*to->values));
		if (!to->values)
			return LIFT_E_MEMORY;
		to->name = dimension->key;
		course->n_dimensions++;
		for (value = values->child; value; value = value->next)
			to->values[to->n_values++] = course_text_in(value, "value");
	}
	return 0;
}

size_t course_count_values(const struct course *course)
{
	size_t n = 0;

	for (size_t i = 0; i < course->n_dimensions; i++)
		n += course->dimensions[i].n_values;
	return n;
}

bool course_find_value(const struct course *course, const struct yaml_node *where, size_t *ret_at)
{
	size_t at = 0;

	if (course_count_of(where) != 1)
		return false;
	for (size_t d = 0; d < course->n_dimensions; d++) {
		const struct course_dimension *dimension = &course->dimensions[d];

		for (size_t i = 0; i < dimension->n_values; i++, at++) {
			if (!text_equal(dimension->name, where->child->key) ||
			    !text_equal(dimension->values[i], course_text_of(where->child)))
				continue;
			*ret_at = at;
			return true;
		}
	}
	return false;
}

double course_common(size_t i)
{
	double weight = 1;

	while (i-- > 0)
		weight /= 1.5;
	return weight;
}
