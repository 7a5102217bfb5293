/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/nodes.h"

#include <stdlib.h>
#include <string.h>

static bool is_text(const struct yaml_node *node)
{
	return node && node->kind == YAML_TEXT && node->text.size > 0;
}

struct text course_text_of(const struct yaml_node *node)
{
	return is_text(node) ? node->text : (struct text){ "", 0 };
}

struct text course_text_in(const struct yaml_node *node, const char *key)
{
	return course_text_of(node && node->kind == YAML_MAP ? yaml_get(node, key) : node);
}

size_t course_count_of(const struct yaml_node *node)
{
	return node && node->kind != YAML_TEXT ? node->n_children : 0;
}

double course_number_of(const struct yaml_node *node, double otherwise)
{
	char text[32], *end;
	double value;

	if (!is_text(node) || node->text.size >= sizeof(text))
		return otherwise;
	memcpy(text, node->text.data, node->text.size);
	text[node->text.size] = 0;
	value = strtod(text, &end);
	return *end ? otherwise : value;
}
