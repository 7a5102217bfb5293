/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/read.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "clients/cli/course/dimensions.h"
#include "clients/cli/course/nodes.h"
#include "clients/cli/course/places.h"
#include "clients/cli/course/programmes.h"

enum { PASS_MARK = SCORE_ONE / 2 };

/* Is the module one of a programme's, or that of its admission? Without programmes, all are. */
static bool is_chosen(const struct yaml_node *programmes, struct text id)
{
	const struct yaml_node *programme, *item;

	if (course_count_of(programmes) == 0)
		return true;
	for (programme = programmes->child; programme; programme = programme->next) {
		item = yaml_get(programme, "modules");
		if (text_equal(course_text_of(yaml_get(programme, "admission")), id))
			return true;
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
	double minutes = course_number_of(yaml_get(module, "minutes"), 0);
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
		.minutes = minutes >= 1 && minutes <= 1e6 ? (uint32_t)minutes : 0,
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
	err = course_read_dimensions(root, &course);
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
