/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/catalogue/subject.h"
#include "daemon/publish/topics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

enum { REGIONS = 9, SUBJECTS = 4, SOURCES = 5 };
static const char *const sources[SOURCES] = { "b", "a", "aa", "c", "" };

static uint32_t nth_subject(uint32_t i)
{
	return i < SUBJECTS - 1 ? subject_of(KIND_MODULE, i) : subject_of(KIND_PEOPLE, 0);
}

static uint32_t number_of(uint32_t subject)
{
	return subject_kind(subject) == KIND_PEOPLE ? SUBJECTS - 1 : subject_index(subject);
}

/* A queue of numbers, and what each topic is. */
static struct model {
	bool there[REGIONS][SUBJECTS], changed[REGIONS][SUBJECTS], alive[REGIONS][SUBJECTS];
	bool seen[REGIONS][SUBJECTS][SOURCES];
	uint32_t waiting;
} model;

static void model_mark(uint32_t region, uint32_t subject)
{
	model.there[region][subject] = true;
	model.waiting += !model.changed[region][subject];
	model.changed[region][subject] = true;
}

static void model_change(const struct catalogue *c, uint32_t home, uint32_t subject)
{
	for (uint32_t r = 0; r < REGIONS; r++)
		if (catalogue_inside(c, home, r))
			model_mark(r, subject);
}

static void model_see_subject(const struct catalogue *c, uint32_t home, uint32_t subject,
			      uint32_t source)
{
	for (uint32_t r = 0; r < REGIONS; r++) {
		if (!catalogue_inside(c, home, r))
			continue;
		model.there[r][subject] = true;
		if (!model.seen[r][subject][source])
			model_mark(r, subject);
		model.seen[r][subject][source] = true;
	}
}

static void check_sources(const struct topics *topics, const struct topic *topic)
{
	struct text names[SOURCES + 1];
	uint32_t subject = number_of(topic->subject);
	size_t n = topics_sources(topics, topic, NULL, names, SOURCES + 1), expected = 0;

	for (uint32_t s = 0; s < SOURCES; s++)
		expected += model.seen[topic->region][subject][s];
	assert_int_equal(n, expected);
	for (size_t i = 0; i < n; i++) {
		assert_true(i == 0 || text_compare(names[i - 1], names[i]) < 0);
		for (uint32_t s = 0; s < SOURCES; s++)
			if (text_equal(names[i], text_of(sources[s])))
				assert_true(model.seen[topic->region][subject][s]);
	}
	assert_int_equal(topics_sources(topics, topic, NULL, names, 1), n > 0);
}

static void take_one(struct topics *topics)
{
	struct topic *topic = topics_next(topics);
	uint32_t subject;

	if (model.waiting == 0) {
		assert_null(topic);
		return;
	}
	assert_non_null(topic);
	subject = number_of(topic->subject);
	assert_true(topic->region < REGIONS && subject < SUBJECTS);
	assert_true(model.changed[topic->region][subject]);
	assert_false(topic->changed);
	assert_int_equal(topic->alive, model.alive[topic->region][subject]);
	assert_int_equal(topics_waiting(topics), --model.waiting);
	model.changed[topic->region][subject] = false;
	topic->alive = model.alive[topic->region][subject] = chance_of(70);
	check_sources(topics, topic);
}

static void random_changes_wait_once_each_in_every_region_above(void **state)
{
	struct catalogue *c = catalogue_of(world_catalogue);
	struct topics *topics;

	(void)state;
	assert_int_equal(c->n_regions, REGIONS);
	chance_of_world(1);
	memset(&model, 0, sizeof(model));
	assert_int_equal(topics_new(c, &topics), 0);
	assert_null(topics_next(topics));
	for (int step = 0; step < 4000; step++) {
		uint32_t home = 1 + chance(REGIONS - 1), subject = chance(SUBJECTS),
			 source = chance(SOURCES);

		if (chance_of(30)) {
			assert_int_equal(topics_change(topics, home, nth_subject(subject)), 0);
			model_change(c, home, subject);
		} else if (chance_of(10) && subject < SUBJECTS - 1) {
			assert_int_equal(
				topics_see(topics, text_of(sources[source]), subject, home), 0);
			model_see_subject(c, home, subject, source);
			model_see_subject(c, home, SUBJECTS - 1, source);
		} else if (chance_of(2)) {
			assert_int_equal(topics_change_all(topics), 0);
			for (uint32_t r = 0; r < REGIONS; r++)
				for (uint32_t s = 0; s < SUBJECTS; s++)
					if (model.there[r][s] && model.alive[r][s])
						model_mark(r, s);
		} else {
			take_one(topics);
		}
		assert_int_equal(topics_waiting(topics), model.waiting);
	}
	while (model.waiting > 0)
		take_one(topics);
	take_one(topics);
	topics_free(topics);
	catalogue_free(c);
}

enum { MODULES = 6000 };

static struct catalogue *many_modules(void)
{
	struct catalogue *catalogue;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	fputs("regions: [{code: a}]\nmodules:\n", file);
	for (int i = 0; i < MODULES; i++)
		fprintf(file, "  - {id: m%d}\n", i);
	assert_int_equal(fclose(file), 0);
	catalogue = catalogue_of(text);
	free(text);
	return catalogue;
}

/* More topics than there is room for at first, while some wait around the end of the ring. */
static void thousands_of_topics_come_out_in_the_order_in_which_they_changed(void **state)
{
	struct catalogue *c = many_modules();
	struct topics *topics;
	struct topic *topic;
	uint32_t out = 0;

	(void)state;
	assert_int_equal(topics_new(c, &topics), 0);
	for (uint32_t in = 0; in < MODULES; in++) {
		/* Both in region a and in all. */
		assert_int_equal(topics_change(topics, 2, subject_of(KIND_MODULE, in)), 0);
		if (in % 3 != 0)
			continue;
		for (int i = 0; i < 2; i++) {
			topic = topics_next(topics);
			assert_int_equal(subject_index(topic->subject), out / 2);
			assert_int_equal(topic->region, out++ % 2 ? 2 : REGION_ALL);
		}
	}
	while ((topic = topics_next(topics))) {
		assert_int_equal(subject_index(topic->subject), out / 2);
		assert_int_equal(topic->region, out++ % 2 ? 2 : REGION_ALL);
	}
	assert_int_equal(out, 2 * MODULES);
	topics_free(topics);
	catalogue_free(c);
}

static struct topic *only_topic(struct topics *topics, uint32_t region)
{
	struct topic *topic, *found = NULL;

	while ((topic = topics_next(topics)))
		if (topic->region == region && topic->subject == subject_of(KIND_MODULE, 0))
			found = topic;
	return found;
}

/* Who has moved from one place to another: the other's topic has the sources of both, and changes
 * when the first one has one more. */
static void a_topic_has_the_sources_of_where_facts_came_from(void **state)
{
	struct catalogue *c = catalogue_of(world_catalogue);
	uint32_t here = REGIONS, there = REGIONS;
	struct series from = { .n = 1 }, none = { .n = 0 };
	struct row row = { 0 };
	struct topics *topics;
	struct topic *topic;
	struct text names[SOURCES];
	bool regions[REGIONS] = { false };
	const struct catalogue_sight sight = { .regions = regions };

	(void)state;
	for (uint32_t a = REGION_UNASSIGNED + 1; a < REGIONS; a++)
		for (uint32_t b = a + 1; b < REGIONS; b++)
			if (!catalogue_inside(c, a, b) && !catalogue_inside(c, b, a)) {
				here = a;
				there = b;
			}
	assert_true(here < REGIONS);
	row.bucket = there;
	from.rows = &row;
	assert_int_equal(topics_new(c, &topics), 0);
	assert_int_equal(topics_see(topics, text_of("c"), 0, here), 0);
	assert_int_equal(topics_see(topics, text_of("c"), 0, there), 0);
	assert_int_equal(topics_see(topics, text_of("a"), 0, there), 0);
	topic = only_topic(topics, here);
	assert_int_equal(topics_sources(topics, topic, NULL, names, SOURCES), 1);
	assert_int_equal(topics_lean(topics, topic, &from), 0);
	assert_int_equal(topics_sources(topics, topic, NULL, names, SOURCES), 2);
	assert_true(text_equal(names[0], text_of("a")) && text_equal(names[1], text_of("c")));
	assert_int_equal(topics_sources(topics, topic, NULL, names, 1), 1);
	assert_true(text_equal(names[0], text_of("a")));
	assert_int_equal(topics_see(topics, text_of("b"), 0, there), 0);
	assert_ptr_equal(only_topic(topics, here), topic);
	assert_int_equal(topics_sources(topics, topic, NULL, names, SOURCES), 3);
	/* Who does not see where they came from is not told who sends there. */
	assert_false(topics_has_hidden(topics, topic, NULL));
	sight.regions[there] = true;
	assert_false(topics_has_hidden(topics, topic, &sight));
	assert_int_equal(topics_sources(topics, topic, &sight, names, SOURCES), 3);
	sight.regions[there] = false;
	assert_true(topics_has_hidden(topics, topic, &sight));
	assert_int_equal(topics_sources(topics, topic, &sight, names, SOURCES), 1);
	assert_true(text_equal(names[0], text_of("c")));
	/* They have moved away again. */
	assert_int_equal(topics_lean(topics, topic, &none), 0);
	assert_int_equal(topics_sources(topics, topic, NULL, names, SOURCES), 1);
	topics_free(topics);
	catalogue_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes_wait_once_each_in_every_region_above),
		cmocka_unit_test(a_topic_has_the_sources_of_where_facts_came_from),
		cmocka_unit_test(thousands_of_topics_come_out_in_the_order_in_which_they_changed),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
