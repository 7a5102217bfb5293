/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/course/course.h"

#include <stdlib.h>

/* The days from the first of any to the last of any; those that say nothing have all of them. */
void course_span(struct course *course)
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

/* Of each whole round, a programme has as many as it has learners, evenly spread; the others share
 * what it leaves. */
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
