/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "clients/cli/course.h"

static const char catalogue[] =
	"timezone: Europe/Oslo\n"
	"dimensions:\n"
	"  role: [nurse, carer]\n"
	"regions:\n"
	"  - {code: county}\n"
	"  - {code: \"1811\", parents: [county], headcount: [{where: {role: nurse}, count: 9}, {count: 10}]}\n"
	"  - {code: \"1813\", parents: [county], headcount: [{count: 90}]}\n"
	"modules:\n"
	"  - {id: other}\n"
	"  - {id: first, pass_mark: 0.6}\n"
	"  - {id: second}\n"
	"programmes:\n"
	"  - {id: p, modules: [first, second], from: 2025-08-18, to: 2025-12-19}\n";

/* A course of 500 learners, an hour east of UTC. */
static struct course make_course(uint64_t seed)
{
	struct yaml_errors errors = { .file = "catalogue" };
	struct course course;

	assert_int_equal(course_read(text_of(catalogue), &errors, &course), 0);
	course.seed = seed;
	course.learners = 500;
	course.modules_each = 6;
	course.offset_s = malloc((size_t)course.days * sizeof(*course.offset_s));
	for (int32_t i = 0; i < course.days; i++)
		course.offset_s[i] = 3600;
	return course;
}

/* All events, encoded one after another; the caller frees them. */
static struct msg_writer *encode_course(const struct course *course, size_t *ret_n)
{
	struct msg_writer *writer = msg_writer_new();
	struct course_event *events;
	char learner[COURSE_TEXT];
	struct event event;

	assert_int_equal(course_generate(course, &events, ret_n), 0);
	for (size_t i = 0; i < *ret_n; i++) {
		course_event_write(course, &events[i], learner, &event);
		event_encode(writer, &event);
	}
	free(events);
	return writer;
}

static bool courses_are_equal(uint64_t seed_a, uint64_t seed_b, uint32_t learners_b)
{
	struct course a = make_course(seed_a), b = make_course(seed_b);
	struct msg_writer *written_a, *written_b;
	size_t n_a, n_b;
	bool equal;

	b.learners = learners_b;
	written_a = encode_course(&a, &n_a);
	written_b = encode_course(&b, &n_b);
	assert_true(n_a > 1000);
	equal = text_equal(msg_written(written_a), msg_written(written_b));
	msg_writer_free(written_a);
	msg_writer_free(written_b);
	course_clear(&a);
	course_clear(&b);
	return equal;
}

static void the_same_arguments_give_the_same_bytes(void **state)
{
	(void)state;
	assert_true(courses_are_equal(1, 1, 500));
}

static void another_seed_or_one_learner_more_gives_another_course(void **state)
{
	(void)state;
	assert_false(courses_are_equal(1, 2, 500));
	assert_false(courses_are_equal(1, 1, 501));
}

/* One learner more leaves what the others do as it was. */
static void a_learner_does_not_depend_on_how_many_there_are(void **state)
{
	struct course few = make_course(7), many = make_course(7);
	struct course_event *of_few, *of_many;
	size_t n_few, n_many, at = 0;

	(void)state;
	many.learners = 1000;
	assert_int_equal(course_generate(&few, &of_few, &n_few), 0);
	assert_int_equal(course_generate(&many, &of_many, &n_many), 0);
	for (size_t i = 0; i < n_many; i++) {
		if (of_many[i].learner >= few.learners)
			continue;
		assert_true(at < n_few);
		assert_memory_equal(&of_many[i], &of_few[at++], sizeof(*of_few));
	}
	assert_int_equal(at, n_few);
	free(of_few);
	free(of_many);
	course_clear(&few);
	course_clear(&many);
}

static void a_catalogue_says_where_what_and_when(void **state)
{
	struct course course = make_course(1);

	(void)state;
	assert_int_equal(course.n_regions, 2); /* leaves */
	assert_int_equal(course.regions[1].weight_to, 100);
	assert_int_equal(course.n_modules, 2); /* the programme's */
	assert_true(text_equal(course.modules[0].id, text_of("first")));
	assert_int_equal(course.modules[0].pass_mark, 6000);
	assert_int_equal(course.from, 20318);
	assert_int_equal(course.days, 124);
	assert_string_equal(course.timezone, "Europe/Oslo");
	course_clear(&course);
}

/* Events come by time, inside the window, and each learner's make sense: nothing before a start, no completion
 * without an assessment that passes, nothing after a withdrawal from a module. */
static void events_are_in_order_and_make_sense(void **state)
{
	enum { STARTED = 1, PASSED = 2, COMPLETED = 4, WITHDRAWN = 8 };
	struct course course = make_course(3);
	static uint8_t seen[500][2];
	size_t n, completed = 0, home_1813 = 0, weekends = 0;
	struct course_event *events;
	char learner[COURSE_TEXT];
	struct event event;
	int64_t last = 0;

	(void)state;
	memset(seen, 0, sizeof(seen));
	assert_int_equal(course_generate(&course, &events, &n), 0);
	for (size_t i = 0; i < n; i++) {
		uint8_t *is = &seen[events[i].learner][events[i].module];
		int64_t local_s, day;

		course_event_write(&course, &events[i], learner, &event);
		assert_true(event.time >= last);
		last = event.time;
		local_s = event.time / 1000 + 3600;
		day = local_s / 86400;
		assert_in_range(day, course.from, course.from + course.days - 1);
		weekends += (day + 3) % 7 >= 5;
		home_1813 += text_equal(event.region, text_of("1813"));
		assert_true((*is & (COMPLETED | WITHDRAWN)) == 0);
		assert_true((*is & STARTED) != 0 || event.type == EVENT_STARTED);
		switch (event.type) {
		case EVENT_STARTED:
			assert_int_equal(*is, 0);
			*is |= STARTED;
			break;
		case EVENT_ASSESSED:
			assert_in_range(event.result.score, 0, SCORE_ONE);
			assert_int_equal(*is & PASSED, 0);
			if (event.result.score >= course.modules[events[i].module].pass_mark)
				*is |= PASSED;
			break;
		case EVENT_COMPLETED:
			assert_true(*is & PASSED);
			*is |= COMPLETED;
			completed++;
			break;
		default:
			*is |= WITHDRAWN;
		}
	}
	assert_in_range(completed, 400, 900); /* of 1,000 */
	assert_in_range(home_1813 * 100 / n, 80, 97);
	assert_in_range(weekends * 100 / n, 0, 10);
	free(events);
	course_clear(&course);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_arguments_give_the_same_bytes),
		cmocka_unit_test(another_seed_or_one_learner_more_gives_another_course),
		cmocka_unit_test(a_learner_does_not_depend_on_how_many_there_are),
		cmocka_unit_test(a_catalogue_says_where_what_and_when),
		cmocka_unit_test(events_are_in_order_and_make_sense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
