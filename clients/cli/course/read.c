/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum { PASS_MARK = SCORE_ONE / 2 };

/* ---- nodes --------------------------------------------------------------------------------------- */

bool course_is_text(const struct yaml_node *node)
{
	return node && node->kind == YAML_TEXT && node->text.size > 0;
}

struct text course_text_of(const struct yaml_node *node)
{
	return course_is_text(node) ? node->text : (struct text){ "", 0 };
}

size_t course_count_of(const struct yaml_node *node)
{
	return node && node->kind != YAML_TEXT ? node->n_children : 0;
}

double course_number_of(const struct yaml_node *node, double otherwise)
{
	char text[32], *end;
	double value;

	if (!course_is_text(node) || node->text.size >= sizeof(text))
		return otherwise;
	memcpy(text, node->text.data, node->text.size);
	text[node->text.size] = 0;
	value = strtod(text, &end);
	return *end ? otherwise : value;
}

/* ---- dimensions ---------------------------------------------------------------------------------- */

static int read_dimensions(const struct yaml_node *root, struct course *course)
{
	const struct yaml_node *dimensions = yaml_get(root, "dimensions"), *dimension, *value;

	if (course_count_of(dimensions) == 0)
		return 0;
	course->dimensions = calloc(dimensions->n_children, sizeof(*course->dimensions));
	if (!course->dimensions)
		return LIFT_E_MEMORY;
	for (dimension = dimensions->child; dimension; dimension = dimension->next) {
		struct course_dimension *to = &course->dimensions[course->n_dimensions];

		if (course_count_of(dimension) == 0)
			continue;
		to->values = calloc(dimension->n_children, sizeof(*to->values));
		if (!to->values)
			return LIFT_E_MEMORY;
		to->name = dimension->key;
		course->n_dimensions++;
		for (value = dimension->child; value; value = value->next)
			to->values[to->n_values++] = value->text;
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

/* ---- modules ------------------------------------------------------------------------------------- */

/* Is the module one of a programme's? Without programmes, all are. */
static bool is_chosen(const struct yaml_node *programmes, struct text id)
{
	const struct yaml_node *programme, *item;

	if (course_count_of(programmes) == 0)
		return true;
	for (programme = programmes->child; programme; programme = programme->next) {
		item = yaml_get(programme, "modules");
		if (course_count_of(item) == 0)
			return true;
		for (item = item->child; item; item = item->next)
			if (text_equal(course_text_of(item), id))
				return true;
	}
	return false;
}

/* Is there such a word, in letters of any case? */
static bool has_word(struct text text, const char *word)
{
	size_t size = strlen(word);

	for (size_t i = 0; i + size <= text.size; i++)
		if ((i == 0 || !isalpha((unsigned char)text.data[i - 1])) &&
		    strncasecmp(text.data + i, word, size) == 0 &&
		    (i + size == text.size || !isalpha((unsigned char)text.data[i + size])))
			return true;
	return false;
}

/* "Lifting, pre and post test", "lifting-pre-post": its assessments have phases. */
static bool asks_for_phases(struct text text)
{
	return has_word(text, "pre") && has_word(text, "post");
}

static struct course_module module_of(const struct yaml_node *module, struct text id)
{
	const struct yaml_node *grant = yaml_get(module, "grants");
	double mark = course_number_of(yaml_get(module, "pass_mark"), 0.5);
	double level;

	grant = course_count_of(grant) ? grant->child : NULL;
	level = course_number_of(yaml_get(grant, "level"), 1);
	return (struct course_module){
		.id = id,
		.pass_mark = mark >= 0 && mark <= 1 ? event_score(mark) : PASS_MARK,
		.phases = asks_for_phases(id) ||
			  asks_for_phases(course_text_of(yaml_get(module, "name"))),
		.competence = course_text_of(yaml_get(grant, "competence")),
		.level = level >= 1 && level <= 8 ? (int)level : 1,
	};
}

static int read_modules(const struct yaml_node *root, struct course *course)
{
	const struct yaml_node *modules = yaml_get(root, "modules"), *module;
	const struct yaml_node *programmes = yaml_get(root, "programmes");

	if (course_count_of(modules) == 0)
		return 0;
	course->modules = calloc(modules->n_children, sizeof(*course->modules));
	if (!course->modules)
		return LIFT_E_MEMORY;
	for (module = modules->child; module && course->n_modules < COURSE_MODULES_MAX;
	     module = module->next) {
		struct text id = course_text_of(yaml_get(module, "id"));

		if (id.size && is_chosen(programmes, id))
			course->modules[course->n_modules++] = module_of(module, id);
	}
	return 0;
}

/* ---- all of it --------------------------------------------------------------------------------- */

/* Has each programme somewhere to be, and something to learn? */
static bool is_course(const struct course *course)
{
	for (size_t i = 0; i < course->n_programmes; i++)
		if (course->programmes[i].n_modules == 0 || course->programmes[i].n_homes == 0)
			return false;
	return course->n_programmes > 0;
}

int course_read(struct text catalogue, struct yaml_errors *errors, struct course *ret_course)
{
	struct course course = { 0 };
	const struct yaml_node *root;
	struct text zone;
	int err = yaml_parse(catalogue, errors, &course.doc);

	if (err)
		return err;
	root = yaml_root(course.doc);
	zone = course_text_of(yaml_get(root, "timezone"));
	snprintf(course.timezone, sizeof(course.timezone), "%.*s",
		 (int)(zone.size < COURSE_TEXT ? zone.size : 0), zone.data);
	err = read_dimensions(root, &course);
	if (!err)
		err = read_modules(root, &course);
	if (!err)
		err = course_read_regions(root, &course);
	if (!err)
		err = course_read_programmes(root, &course);
	if (!err && !is_course(&course)) {
		yaml_error(errors, 0, "a course needs a catalogue with regions and modules");
		err = LIFT_E_CONFIG;
	}
	if (err)
		course_clear(&course);
	else
		*ret_course = course;
	return err;
}
