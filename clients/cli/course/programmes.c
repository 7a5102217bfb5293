/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programmes of a course: their modules, their days, and who their targets say takes part.
 */
#include <stdlib.h>

#include "clients/cli/course/read.h"
#include "clients/cli/iso8601.h"

enum { DAYS = 120, FROM = 20332 /* 2025-09-01 */, MODULES_EACH = 6, SILENT_DAYS = 30 };

/* ---- one ----------------------------------------------------------------------------------------- */

static int read_modules(const struct yaml_node *node, const struct course *course,
			struct course_programme *programme)
{
	const struct yaml_node *ids = yaml_get(node, "modules"), *id;
	size_t n = course_count_of(ids), at;

	programme->modules = calloc((n ? n : course->n_modules) + 1, sizeof(*programme->modules));
	if (!programme->modules)
		return LIFT_E_MEMORY;
	if (n == 0)
		for (at = 0; at < course->n_modules; at++)
			programme->modules[programme->n_modules++] = (uint16_t)at;
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
	programme->has_window = from.size > 0 && iso8601_parse_day(from, &programme->from);
	programme->to = programme->from + DAYS - 1;
	if (programme->has_window && to.size > 0 && iso8601_parse_day(to, &last) &&
	    last >= programme->from)
		programme->to = last;
	if (programme->to - programme->from >= COURSE_DAYS_MAX)
		programme->to = programme->from + COURSE_DAYS_MAX - 1;
}

/* A target of participants: its value, else 0. */
static double target_value(const struct yaml_node *target)
{
	double value = course_number_of(yaml_get(target, "value"), 0);

	if (!text_equal(course_text_of(yaml_get(target, "measure")), text_of("participants")))
		return 0;
	return value >= 1 && value <= COURSE_LEARNERS_MAX ? value : 0;
}

/* Values of one dimension whose targets are all that there is: more than everyone they cannot be. */
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

/* So many take part as are to: the target of everyone, or those of the values of one dimension together. */
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

/* ---- all of them --------------------------------------------------------------------------------- */

/* The days from the first of any to the last of any; those that say nothing have all of them. */
static void course_span(struct course *course)
{
	bool any = false;
	int32_t last = 0;

	for (size_t i = 0; i < course->n_programmes; i++)
		any |= course->programmes[i].has_window;
	course->learners = 0;
	for (size_t i = 0, n = 0; i < course->n_programmes; i++) {
		const struct course_programme *programme = &course->programmes[i];

		course->learners += programme->learners;
		if (any && !programme->has_window)
			continue;
		if (n == 0 || programme->from < course->from)
			course->from = programme->from;
		if (n++ == 0 || programme->to > last)
			last = programme->to;
	}
	course->days = last - course->from + 1;
	if (course->days > COURSE_DAYS_MAX)
		course->days = COURSE_DAYS_MAX;
	if (course->learners > COURSE_LEARNERS_MAX)
		course->learners = COURSE_LEARNERS_MAX;
	for (size_t i = 0; i < course->n_programmes; i++) {
		struct course_programme *programme = &course->programmes[i];
		bool within = !any || programme->has_window;

		programme->begin = within ? programme->from - course->from : 0;
		programme->end = within ? last - programme->to : 0;
	}
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

static void programme_clear(struct course_programme *programme)
{
	free(programme->modules);
	free(programme->homes);
	free(programme->quotas);
}

void course_clear(struct course *course)
{
	for (size_t i = 0; i < course->n_dimensions; i++)
		free(course->dimensions[i].values);
	for (size_t i = 0; i < course->n_regions; i++)
		free(course->regions[i].shares);
	for (size_t i = 0; i < course->n_programmes; i++)
		programme_clear(&course->programmes[i]);
	free(course->dimensions);
	free(course->regions);
	free(course->programmes);
	free(course->modules);
	free(course->offset_s);
	yaml_doc_free(course->doc);
	*course = (struct course){ 0 };
}

bool course_choose(struct course *course, struct text id)
{
	struct course_programme chosen;
	size_t at = 0;

	while (at < course->n_programmes && !text_equal(course->programmes[at].id, id))
		at++;
	if (at == course->n_programmes)
		return false;
	chosen = course->programmes[at];
	course->programmes[at] = course->programmes[0];
	course->programmes[0] = chosen;
	while (course->n_programmes > 1)
		programme_clear(&course->programmes[--course->n_programmes]);
	course_span(course);
	return true;
}

/* Of each whole round, a programme has as many as it has learners, evenly spread; the others share what it leaves. */
const struct course_programme *course_programme_of(const struct course *course, uint32_t learner)
{
	const struct course_programme *programme = course->programmes;
	uint64_t round = 0, at;

	for (size_t i = 0; i < course->n_programmes; i++)
		round += programme[i].learners;
	at = learner % round;
	while (programme + 1 < course->programmes + course->n_programmes) {
		uint64_t before = at * programme->learners / round;
		uint64_t after = (at + 1) * programme->learners / round;

		if (after > before)
			return programme;
		at -= before;
		round -= programme->learners;
		programme++;
	}
	return programme;
}
