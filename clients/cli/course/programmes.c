/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/programmes.h"

#include <stdlib.h>

#include "clients/cli/course/dimensions.h"
#include "clients/cli/course/nodes.h"
#include "clients/cli/course/places.h"
#include "proto/day.h"

enum { DAYS = 120, FROM = 20332 /* 2025-09-01 */, MODULES_EACH = 6, SILENT_DAYS = 30 };

static int read_modules(const struct yaml_node *node, const struct course *course,
			struct course_programme *programme)
{
	const struct yaml_node *ids = yaml_get(node, "modules"), *id;
	struct text admission = course_text_of(yaml_get(node, "admission"));
	size_t n = course_count_of(ids), at;

	programme->modules = calloc((n ? n : course->n_modules) + 1, sizeof(*programme->modules));
	if (!programme->modules)
		return LIFT_E_MEMORY;
	if (n == 0)
		for (at = 0; at < course->n_modules; at++)
			programme->modules[programme->n_modules++] = (uint16_t)at;
	for (at = 0; admission.size && at < course->n_modules; at++)
		if (text_equal(course->modules[at].id, admission)) {
			programme->has_admission = true;
			programme->admission = (uint16_t)at;
		}
	for (id = n ? ids->child : NULL; id; id = id->next) {
		for (at = 0; at < course->n_modules; at++)
			if (text_equal(course->modules[at].id, id->text))
				break;
		if (at < course->n_modules)
			programme->modules[programme->n_modules++] = (uint16_t)at;
	}
	return 0;
}

static void read_window(const struct yaml_node *node, struct course_programme *programme)
{
	struct text from = course_text_of(yaml_get(node, "from"));
	struct text to = course_text_of(yaml_get(node, "to"));
	int32_t last;

	programme->from = FROM;
	programme->has_window = from.size > 0 && day_parse(from, &programme->from) == 0;
	programme->to = programme->from + DAYS - 1;
	if (programme->has_window && to.size > 0 && day_parse(to, &last) == 0 &&
	    last >= programme->from)
		programme->to = last;
	if (programme->to - programme->from >= COURSE_DAYS_MAX)
		programme->to = programme->from + COURSE_DAYS_MAX - 1;
}

/* A target of participants, of all places together: its value, else 0. */
static double target_value(const struct yaml_node *target)
{
	double value = course_number_of(yaml_get(target, "value"), 0);
	struct text region = course_text_of(yaml_get(target, "region"));

	if (!text_equal(course_text_of(yaml_get(target, "measure")), text_of("participants")) ||
	    yaml_get(target, "each") || (region.size && !text_equal(region, text_of("all"))))
		return 0;
	return value >= 1 && value <= COURSE_LEARNERS_MAX ? value : 0;
}

/* Values of one dimension whose targets are all that there is: more than everyone they cannot
 * be. */
static double sum_quotas(const struct course *course, const double quotas[], double at_least)
{
	for (size_t d = 0, at = 0; d < course->n_dimensions; d++) {
		double sum = 0;

		for (size_t i = 0; i < course->dimensions[d].n_values; i++)
			sum += quotas[at++];
		at_least = sum > at_least ? sum : at_least;
	}
	return at_least;
}

/* So many take part as are to: the target of everyone, or those of the values of one dimension
 * together. */
static int read_targets(const struct yaml_node *node, const struct course *course,
			struct course_programme *programme)
{
	const struct yaml_node *target = yaml_get(node, "targets");
	size_t n = course_count_values(course), at;
	double everyone = 0;

	programme->learners = COURSE_LEARNERS;
	programme->quotas = calloc(n + 1, sizeof(*programme->quotas));
	if (!programme->quotas)
		return LIFT_E_MEMORY;
	for (target = course_count_of(target) ? target->child : NULL; target;
	     target = target->next) {
		const struct yaml_node *where = yaml_get(target, "where");
		double value = target_value(target);

		if (value <= 0)
			continue;
		if (course_find_value(course, where, &at))
			programme->quotas[at] = value;
		else if (course_count_of(where) == 0 && value > everyone)
			everyone = value;
	}
	everyone = sum_quotas(course, programme->quotas, everyone);
	if (everyone < 1 || everyone > COURSE_LEARNERS_MAX)
		return 0;
	programme->learners = (uint32_t)everyone;
	for (size_t i = 0; i < n; i++)
		programme->quotas[i] /= everyone;
	return 0;
}

/* What its figures need is made up unasked: who is a member by being enrolled has to be, and hours
 * are those of presences. */
static void read_needs(const struct yaml_node *node, struct course *course)
{
	const struct yaml_node *target = yaml_get(node, "targets");

	if (text_equal(course_text_of(yaml_get(node, "members")), text_of("enrolled")))
		course->enrolment = true;
	for (target = course_count_of(target) ? target->child : NULL; target; target = target->next)
		if (text_equal(course_text_of(yaml_get(target, "measure")), text_of("hours")))
			course->presence = true;
}

int course_read_programmes(const struct yaml_node *root, struct course *course)
{
	const struct yaml_node *node = yaml_get(root, "programmes");
	size_t n = course_count_of(node);
	int err = 0;

	course->modules_each = n ? COURSE_MODULES_MAX : MODULES_EACH;
	course->programmes = calloc(n ? n : 1, sizeof(*course->programmes));
	if (!course->programmes)
		return LIFT_E_MEMORY;
	node = n ? node->child : NULL;
	do {
		struct course_programme *programme = &course->programmes[course->n_programmes];

		course->n_programmes++;
		programme->id = course_text_of(yaml_get(node, "id"));
		read_window(node, programme);
		programme->silent_days =
			course_number_of(yaml_get(node, "stalled_after_days"), SILENT_DAYS);
		read_needs(node, course);
		err = read_modules(node, course, programme);
		if (!err)
			err = read_targets(node, course, programme);
		if (!err)
			err = course_read_homes(root, node, course, programme);
		node = node ? node->next : NULL;
	} while (!err && node);
	course_span(course);
	return err;
}
