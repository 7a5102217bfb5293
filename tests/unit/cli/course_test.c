/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "clients/cli/course/generate.h"
#include "clients/cli/course/read.h"
#include "clients/cli/course/who.h"
#include "clients/cli/course/write.h"
#include "proto/json.h"

static const char catalogue[] =
	"timezone: Europe/Oslo\n"
	"dimensions:\n"
	"  role: [nurse, carer]\n"
	"regions:\n"
	"  - {code: county}\n"
	"  - {code: \"1811\", parents: [county], headcount: [{where: {role: nurse}, count: 9}, "
	"{count: 10}]}\n"
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

	assert_int_equal(course_generate(course, &events, ret_n), 0);
	for (size_t i = 0; i < *ret_n; i++)
		assert_int_equal(course_event_encode(course, &events[i], writer), 0);
	free(events);
	return writer;
}

static bool courses_are_equal(const struct course *a, const struct course *b)
{
	struct msg_writer *written_a, *written_b;
	size_t n_a, n_b;
	bool equal;

	written_a = encode_course(a, &n_a);
	written_b = encode_course(b, &n_b);
	assert_true(n_a > 1000);
	equal = text_equal(msg_written(written_a), msg_written(written_b));
	msg_writer_free(written_a);
	msg_writer_free(written_b);
	return equal;
}

static void the_same_arguments_give_the_same_bytes(void **state)
{
	struct course a = make_course(1), b = make_course(1);

	(void)state;
	assert_true(courses_are_equal(&a, &b));
	a.phases = b.phases = true;
	a.late = b.late = 0.2;
	a.doubled = b.doubled = 0.3;
	a.wrong = b.wrong = 0.1;
	a.presence = b.presence = a.enrolment = b.enrolment = a.validity = b.validity = true;
	a.moves = b.moves = 1;
	assert_true(courses_are_equal(&a, &b));
	course_clear(&a);
	course_clear(&b);
}

static void any_other_argument_gives_another_course(void **state)
{
	struct course a = make_course(1), b = make_course(1), others[10];

	(void)state;
	for (size_t i = 0; i < 10; i++)
		others[i] = b;
	others[0].seed = 2;
	others[1].learners = 501;
	others[2].phases = true;
	others[3].late = 0.01;
	others[4].doubled = 0.01;
	others[5].wrong = 0.01;
	others[6].presence = true;
	others[7].enrolment = true;
	others[8].validity = true;
	others[9].moves = 1;
	for (size_t i = 0; i < 10; i++)
		assert_false(courses_are_equal(&a, &others[i]));
	course_clear(&a);
	course_clear(&b);
}

/* One learner more leaves what the others do as it was. */
static void a_learner_does_not_depend_on_how_many_there_are(void **state)
{
	struct course few = make_course(7), many = make_course(7);
	struct course_event *of_few, *of_many;
	size_t n_few, n_many, at = 0;

	(void)state;
	many.learners = 1000;
	few.late = few.doubled = few.wrong = 0.1;
	many.late = many.doubled = many.wrong = 0.1;
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
	assert_int_equal(course.programmes[0].homes[1].weight_to, 100);
	assert_int_equal(course.n_modules, 2); /* the programme's */
	assert_true(text_equal(course.modules[0].id, text_of("first")));
	assert_int_equal(course.modules[0].pass_mark, 6000);
	assert_int_equal(course.from, 20318);
	assert_int_equal(course.days, 124);
	assert_string_equal(course.timezone, "Europe/Oslo");
	assert_false(course.modules[0].phases);
	course_clear(&course);
}

/* What happens. */

enum { DAY_S = 86400, MANY = 4000 };

/* A generated course of MANY learners. */
struct world {
	struct course course;
	struct course_event *events;
	size_t n;
};

static void world_make(struct world *world)
{
	world->course.learners = MANY;
	assert_int_equal(course_generate(&world->course, &world->events, &world->n), 0);
}

static void world_clear(struct world *world)
{
	free(world->events);
	course_clear(&world->course);
}

/* Another window; the zone stays an hour east. */
static void set_window(struct course *course, int32_t from, int32_t days)
{
	free(course->offset_s);
	course->from = from;
	course->days = days;
	course->offset_s = malloc((size_t)days * sizeof(*course->offset_s));
	for (int32_t i = 0; i < days; i++)
		course->offset_s[i] = 3600;
}

/* METRICS: "those that equal all that voids names; where it names no time, those up to the voiding
 * event's own". */
static bool takes_back(const struct course_event *voided, const struct course_event *event)
{
	return voided->type == EVENT_VOIDED && event->type == voided->voids &&
	       event->learner == voided->learner && event->module == voided->module &&
	       (voided->voids_s ? event->at_s == voided->voids_s : event->at_s <= voided->at_s) &&
	       (voided->score < 0 || event->score == voided->score) &&
	       (voided->passed < 0 || event->passed == voided->passed) &&
	       (voided->more == 0 || event->more == voided->more) &&
	       (voided->phase == PHASE_NONE || event->phase == voided->phase);
}

/* By learner, then time, then delivery. */
static int compare_by_learner(const void *left, const void *right)
{
	const struct course_event *a = left, *b = right;

	if (a->learner != b->learner)
		return a->learner < b->learner ? -1 : 1;
	if (a->at_s != b->at_s)
		return a->at_s < b->at_s ? -1 : 1;
	return (a->sent_s > b->sent_s) - (a->sent_s < b->sent_s);
}

static void sort_by_learner(struct world *world)
{
	qsort(world->events, world->n, sizeof(*world->events), compare_by_learner);
}

/* The end of the events of the learner of event i; events are sorted by learner. */
static size_t end_of_learner(const struct world *world, size_t i)
{
	size_t end = i;

	while (end < world->n && world->events[end].learner == world->events[i].learner)
		end++;
	return end;
}

/* Leave what stands, by learner and time. */
static void keep_standing(struct world *world)
{
	bool *gone = calloc(world->n, sizeof(*gone));
	size_t kept = 0;

	sort_by_learner(world);
	for (size_t i = 0, end; i < world->n; i = end) {
		end = end_of_learner(world, i);
		for (size_t v = i; v < end; v++) {
			gone[v] |= world->events[v].type == EVENT_VOIDED;
			for (size_t k = i; k < end; k++)
				gone[k] |= takes_back(&world->events[v], &world->events[k]);
		}
	}
	for (size_t i = 0; i < world->n; i++)
		if (!gone[i])
			world->events[kept++] = world->events[i];
	world->n = kept;
	free(gone);
}

static void events_are_delivered_after_they_happen_at_working_hours_inside_the_window(void **state)
{
	struct world world = { .course = make_course(3) };
	size_t weekends = 0;
	uint32_t last = 0;

	(void)state;
	world_make(&world);
	for (size_t i = 0; i < world.n; i++) {
		const struct course_event *event = &world.events[i];
		int64_t local_s = (int64_t)event->at_s - DAY_S + 3600, day = local_s / DAY_S;

		assert_true(event->sent_s >= last && event->sent_s >= event->at_s);
		last = event->sent_s;
		assert_true(local_s >= 0 && day < world.course.days);
		assert_in_range(local_s % DAY_S, 6 * 3600, 24 * 3600);
		weekends += (world.course.from + day + 3) % 7 >= 5;
	}
	assert_in_range(weekends * 100 / world.n, 1, 10);
	world_clear(&world);
}

/* What stands makes sense: nothing before a start, no completion without an assessment that passes,
 * nothing after it, and after a withdrawal nothing but a new start. */
static void what_stands_makes_sense(void **state)
{
	enum { STARTED = 1, PASSED = 2, COMPLETED = 4, WITHDRAWN = 8 };
	struct world world = { .course = make_course(3) };
	static uint8_t seen[MANY][2];
	size_t completed = 0, returned = 0, withdrawn = 0, retried = 0;

	(void)state;
	memset(seen, 0, sizeof(seen));
	world_make(&world);
	keep_standing(&world);
	for (size_t i = 0; i < world.n; i++) {
		const struct course_event *event = &world.events[i];
		uint8_t *is = &seen[event->learner][event->module];

		assert_false(*is & COMPLETED);
		assert_true((*is & STARTED) != 0 || event->type == EVENT_STARTED);
		assert_true((*is & WITHDRAWN) == 0 || event->type == EVENT_STARTED);
		switch (event->type) {
		case EVENT_STARTED:
			assert_true(*is == 0 || *is & WITHDRAWN);
			returned += (*is & WITHDRAWN) != 0;
			*is = STARTED;
			break;
		case EVENT_ASSESSED:
			assert_in_range(event->score, 0, SCORE_ONE);
			assert_false(*is & PASSED);
			retried += i > 0 && world.events[i - 1].type == EVENT_ASSESSED;
			if (event->score >= world.course.modules[event->module].pass_mark)
				*is |= PASSED;
			break;
		case EVENT_COMPLETED:
			assert_true(*is & PASSED);
			*is |= COMPLETED;
			completed++;
			break;
		default:
			*is |= WITHDRAWN;
			withdrawn++;
		}
	}
	assert_in_range(completed * 100 / (2 * MANY), 40, 90);
	assert_in_range(withdrawn, MANY / 50, MANY / 5);
	assert_in_range(returned, withdrawn / 10, withdrawn / 2);
	assert_in_range(retried, MANY / 10, MANY);
	world_clear(&world);
}

static void some_stop_for_weeks_and_come_back(void **state)
{
	struct world world = { .course = make_course(4) };
	size_t pauses = 0;

	(void)state;
	world_make(&world);
	sort_by_learner(&world);
	for (size_t i = 1; i < world.n; i++)
		pauses += world.events[i].learner == world.events[i - 1].learner &&
			  world.events[i].at_s - world.events[i - 1].at_s > 45 * DAY_S;
	assert_in_range(pauses, MANY / 50, MANY / 4);
	world_clear(&world);
}

/* The mean days from the first event to the last, of those who have completed all of the two
 * modules, in 1,000 days; of those who began early or late in them, of a programme in which one may
 * be silent for so long. */
static double mean_days(int silent_days, bool late)
{
	struct world world = { .course = make_course(11) };
	double sum = 0, n = 0;

	world.course.programmes[0].silent_days = silent_days;
	set_window(&world.course, 20318, 1000);
	world_make(&world);
	keep_standing(&world);
	for (size_t i = 0, end; i < world.n; i = end) {
		size_t completed = 0;

		end = end_of_learner(&world, i);
		for (size_t e = i; e < end; e++)
			completed += world.events[e].type == EVENT_COMPLETED;
		if (completed < 2 || (world.events[i].at_s > 300 * DAY_S) != late)
			continue;
		sum += (double)(world.events[end - 1].at_s - world.events[i].at_s) / DAY_S;
		n++;
	}
	world_clear(&world);
	assert_true(n > 100);
	return sum / n;
}

static void modules_fill_the_days_that_are_left_as_far_as_silence_allows(void **state)
{
	double quick = mean_days(30, false), slow = mean_days(120, false);

	(void)state;
	assert_true(slow > 2.5 * quick);
	assert_true(mean_days(10000, false) > 1.5 * slow);
	assert_true(mean_days(10000, true) < 0.8 * mean_days(10000, false));
	assert_true(mean_days(30, true) > 0.8 * quick);
}

/* Corrections. */

/* Which keys does it name, as bits of a form? */
static unsigned form_of(const struct course_event *voided)
{
	return (voided->voids_s != 0) | (unsigned)(voided->score >= 0) << 1 |
	       (unsigned)(voided->passed >= 0) << 2 | (unsigned)(voided->phase != 0) << 3;
}

/* The right event, which comes within minutes of the voiding and stands. */
static const struct course_event *find_right(const struct course_event *events, size_t n,
					     const struct course_event *voided)
{
	for (size_t i = 0; i < n; i++) {
		bool stands = events[i].type == voided->voids &&
			      events[i].sent_s > voided->sent_s &&
			      events[i].sent_s <= voided->sent_s + 65;

		for (size_t v = 0; stands && v < n; v++)
			stands = !takes_back(&events[v], &events[i]);
		if (stands)
			return &events[i];
	}
	return NULL;
}

static void a_voiding_of_any_form_comes_days_later_and_the_right_event_follows(void **state)
{
	struct world world = { .course = make_course(5) };
	size_t forms[16] = { 0 };

	(void)state;
	world.course.phases = true;
	world_make(&world);
	sort_by_learner(&world);
	for (size_t i = 0, end; i < world.n; i = end) {
		end = end_of_learner(&world, i);
		for (size_t v = i; v < end; v++) {
			const struct course_event *voided = &world.events[v];
			size_t taken = 0;

			if (voided->type != EVENT_VOIDED)
				continue;
			for (size_t k = i; k < end; k++) {
				if (!takes_back(voided, &world.events[k]))
					continue;
				taken++;
				assert_true(world.events[k].sent_s + DAY_S / 4 < voided->sent_s);
			}
			assert_true(taken > 0);
			forms[form_of(voided)]++;
			if (form_of(voided) != 0)
				assert_non_null(find_right(&world.events[i], end - i, voided));
		}
	}
	assert_true(forms[0] > 10);	/* the type alone */
	assert_true(forms[1] > 10);	/* time */
	assert_true(forms[4] > 10);	/* passed */
	assert_true(forms[8 | 2] > 10); /* score and phase */
	assert_true(forms[8 | 3] > 10); /* time, score and phase */
	world_clear(&world);
}

/* Where, and before and after. */

static void later_events_of_one_who_moves_carry_the_new_region(void **state)
{
	struct world world = { .course = make_course(6) };
	struct text before = text_of("");
	char learner[COURSE_TEXT];
	struct event event;
	size_t moved = 0, learners = 0, home_1813 = 0;

	(void)state;
	world_make(&world);
	sort_by_learner(&world);
	for (size_t i = 0, moves = 0; i < world.n; i++) {
		bool another = i == 0 || world.events[i].learner != world.events[i - 1].learner;

		course_event_write(&world.course, &world.events[i], learner, &event);
		moves = another ? 0 : moves + !text_equal(event.region, before);
		assert_true(moves <= 2);
		moved += !another && moves == 1 && !text_equal(event.region, before);
		learners += another;
		home_1813 += another && text_equal(event.region, text_of("1813"));
		before = event.region;
	}
	assert_in_range(moved * 1000 / learners, 10, 40);
	assert_in_range(home_1813 * 100 / learners, 85, 95); /* its headcount's share */
	world_clear(&world);
}

static void check_phases(struct world *world)
{
	size_t with_both = 0;

	for (size_t i = 0; i < world->n; i++) {
		const struct course_event *event = &world->events[i], *before = event - 1;

		if (event->type == EVENT_ASSESSED)
			assert_int_not_equal(event->phase, PHASE_NONE);
		else
			assert_int_equal(event->phase, PHASE_NONE);
		if (i == 0 || before->learner != event->learner || before->module != event->module)
			continue;
		assert_false(before->phase == PHASE_POST && event->phase == PHASE_PRE);
		with_both += before->phase == PHASE_PRE && event->phase == PHASE_POST;
	}
	assert_true(with_both > MANY / 2);
}

static void with_phases_people_are_assessed_before_and_after(void **state)
{
	struct world world = { .course = make_course(8) };

	(void)state;
	world.course.phases = true;
	world_make(&world);
	keep_standing(&world);
	check_phases(&world);
	world_clear(&world);
}

static void the_words_pre_and_post_in_a_module_ask_for_phases(void **state)
{
	static const struct {
		const char *why, *module;
		bool phases;
	} rows[] = {
		{ "in the name", "{id: m, name: 'Lifting (Pre and post test)'}", true },
		{ "in the id", "{id: lifting-pre-post}", true },
		{ "at the ends", "{id: m, name: post or pre}", true },
		{ "one of them", "{id: m, name: pre test}", false },
		{ "parts of words", "{id: m, name: Presentation of postoperative care}", false },
		{ "one here, one there", "{id: pre, name: post}", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct yaml_errors errors = { .file = "catalogue" };
		struct course course;
		char text[200];

		snprintf(text, sizeof(text), "regions: [{code: a}]\nmodules: [%s]\n",
			 rows[i].module);
		assert_int_equal(course_read(text_of(text), &errors, &course), 0);
		if (course.modules[0].phases != rows[i].phases)
			fail_msg("%s: %s", rows[i].why, rows[i].module);
		course_clear(&course);
	}
}

static void only_modules_that_ask_have_phases_where_no_option_does(void **state)
{
	struct world world = { .course = make_course(9) };
	size_t with = 0;

	(void)state;
	world.course.modules[1].phases = true;
	world_make(&world);
	for (size_t i = 0; i < world.n; i++) {
		assert_true(world.events[i].module == 1 || world.events[i].phase == PHASE_NONE);
		with += world.events[i].phase != PHASE_NONE;
	}
	assert_true(with > MANY / 2);
	world_clear(&world);
}

/* Programmes. */

static const char two_programmes[] =
	"dimensions:\n"
	"  gender: [f, m]\n"
	"  role: [nurse, carer, manager]\n"
	"regions:\n"
	"  - {code: north}\n"
	"  - {code: trust}\n"
	"  - {code: a, parents: [north], headcount: [{count: 40}, {where: {role: nurse}, count: "
	"10},\n"
	"      {where: {role: manager}, count: 0}]}\n"
	"  - {code: b, parents: [north, trust], headcount: [{count: 40}]}\n"
	"  - {code: c, parents: [trust], headcount: [{count: 20}]}\n"
	"modules:\n"
	"  - {id: last}\n"
	"  - {id: first}\n"
	"  - {id: lead}\n"
	"programmes:\n"
	"  - {id: care, modules: [first, last], regions: [north], from: 2024-01-01, to: "
	"2024-12-31,\n"
	"     targets: [{measure: participants, value: 900}, {measure: completed, value: 20},\n"
	"       {measure: participants, value: 600, where: {gender: f}}]}\n"
	"  - {id: leadership, modules: [lead], regions: [trust], from: 2024-06-01, to: "
	"2025-03-31,\n"
	"     targets: [{measure: participants, value: 100, where: {role: manager}},\n"
	"       {measure: completed, value: 7, where: {role: manager}}]}\n";

/* A course of a catalogue as it says, at UTC. */
static struct course read_course(const char *text)
{
	struct yaml_errors errors = { .file = "catalogue" };
	struct course course;

	assert_int_equal(course_read(text_of(text), &errors, &course), 0);
	course.seed = 11;
	course.offset_s = calloc((size_t)course.days, sizeof(*course.offset_s));
	return course;
}

static bool is_of(const struct course *course, uint32_t learner, const char *id)
{
	return text_equal(course_programme_of(course, learner)->id, text_of(id));
}

static void targets_say_how_many_take_part_and_when_is_from_first_to_last(void **state)
{
	struct course course = read_course(two_programmes);

	(void)state;
	assert_int_equal(course.learners, 1000);
	assert_int_equal(course.from, 19723);
	assert_int_equal(course.days, 366 + 90);
	for (uint32_t first = 0; first < 3000; first += 500) {
		uint32_t managers = 0;

		for (uint32_t i = first; i < first + 500; i++)
			managers += is_of(&course, i, "leadership");
		assert_int_equal(managers, 50); /* a share, of any stretch */
	}
	assert_false(course_choose(&course, text_of("cure")));
	assert_true(course_choose(&course, text_of("leadership")));
	assert_int_equal(course.learners, 100);
	assert_int_equal(course.from, 19875);
	assert_int_equal(course.days, 304);
	assert_true(is_of(&course, 5, "leadership"));
	course_clear(&course);
}

static void learners_keep_to_the_modules_regions_and_days_of_their_programme(void **state)
{
	static const char *const care[] = { "first", "last" };
	struct world world = { .course = read_course(two_programmes) };
	char learner[COURSE_TEXT];
	struct event event;
	size_t others = 0;

	(void)state;
	assert_int_equal(course_generate(&world.course, &world.events, &world.n), 0);
	keep_standing(&world);
	for (size_t i = 0, order = 0; i < world.n; i++) {
		bool leads = is_of(&world.course, world.events[i].learner, "leadership");
		int64_t day = (int64_t)world.events[i].at_s / DAY_S - 1 + world.course.from;

		course_event_write(&world.course, &world.events[i], learner, &event);
		assert_in_range(day, leads ? 19875 : 19723, leads ? 20178 : 20088);
		assert_false(text_equal(event.region, text_of(leads ? "a" : "c")));
		others += leads;
		if (leads) {
			assert_true(text_equal(event.module, text_of("lead")));
			continue;
		}
		/* In the order of the programme, not of the catalogue. */
		if (i == 0 || world.events[i].learner != world.events[i - 1].learner)
			order = 0;
		order += !text_equal(event.module, text_of(care[order]));
		assert_true(order < 2);
		assert_true(text_equal(event.module, text_of(care[order])));
	}
	assert_in_range(others, 100, 1000);
	world_clear(&world);
}

/* The longer forms mean the same: a dimension and its values as maps, regions with days; targets
 * of places are not of everyone. */
static void a_catalogue_in_its_longer_forms_makes_the_same_course(void **state)
{
	static const char plain[] =
		"dimensions: {role: [nurse, carer]}\n"
		"regions: [{code: a, headcount: [{count: 9}, {where: {role: carer}, count: 6}]},\n"
		"  {code: b}, {code: c}]\n"
		"modules: [{id: m}]\n"
		"programmes: [{id: p, modules: [m], regions: [a, b],\n"
		"  targets: [{measure: participants, value: 700, where: {role: nurse}}]}]\n";
	static const char longer[] =
		"dimensions: {role: {label: {nb: Yrke}, values: [{value: nurse, aliases: [RN],\n"
		"  label: {nb: Sykepleier}}, carer]}}\n"
		"regions: [{code: a, headcount: [{count: 9}, {where: {role: carer}, count: 6}]},\n"
		"  {code: b}, {code: c}]\n"
		"modules: [{id: m, minutes: 60}]\n"
		"programmes: [{id: p, modules: [m],\n"
		"  regions: [{code: a, to: 2025-12-31}, {code: b}], targets: [\n"
		"  {measure: participants, value: 700, where: {role: nurse}},\n"
		"  {measure: participants, value: 900, each: leaf}, {measure: participants, value: "
		"900,\n  region: a}, {measure: admitted, value: 5000}]}]\n";
	struct course a = read_course(plain), b = read_course(longer);

	(void)state;
	assert_int_equal(b.learners, 700);
	assert_int_equal(b.programmes[0].n_homes, 2);
	assert_true(courses_are_equal(&a, &b));
	course_clear(&a);
	course_clear(&b);
}

/* Of the learners of a programme with that region, how many percent have a value? */
static size_t percent_of(const struct course *course, const char *programme, const char *region,
			 const char *dimension, const char *value)
{
	size_t n = 0, of = 0;

	for (uint32_t i = 0; i < 20000; i++) {
		const struct course_event at_start = { .learner = i, .at_s = 1 };
		struct event event;

		if (!is_of(course, i, programme))
			continue;
		course_who(course, &at_start, &event);
		if (region && !text_equal(event.region, text_of(region)))
			continue;
		of++;
		for (size_t a = 0; a < event.n_attrs; a++)
			n += text_equal(event.attrs[a].name, text_of(dimension)) &&
			     text_equal(event.attrs[a].value, text_of(value));
	}
	return n * 100 / of;
}

static void people_are_what_targets_ask_for_and_else_what_headcounts_say(void **state)
{
	static const struct {
		const char *why, *programme, *region, *dimension, *value;
		size_t min, max;
	} rows[] = {
		{ "600 of 900", "care", NULL, "gender", "f", 62, 68 },
		{ "the rest of 900", "care", NULL, "gender", "m", 30, 36 },
		{ "all, but for those of whom nothing is known", "leadership", NULL, "role",
		  "manager", 96, 99 },
		{ "a row says 10 of 40", "care", "a", "role", "nurse", 22, 27 },
		{ "a row says none", "care", "a", "role", "manager", 0, 0 },
		{ "what the rows leave", "care", "a", "role", "carer", 71, 76 },
		{ "no row: the first is common", "care", "b", "role", "nurse", 44, 50 },
		{ "no row: the last is not", "care", "b", "role", "manager", 18, 23 },
	};
	struct course course = read_course(two_programmes);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t percent = percent_of(&course, rows[i].programme, rows[i].region,
					    rows[i].dimension, rows[i].value);

		if (percent < rows[i].min || percent > rows[i].max)
			fail_msg("%s: %zu %%", rows[i].why, percent);
	}
	course_clear(&course);
}

/* Who passes the first assessment goes on to the next level at once; who does not takes the module
 * that was assessed. */
static void the_first_assessment_decides_which_level_one_takes(void **state)
{
	static const char levels[] =
		"regions: [{code: a}]\n"
		"modules:\n"
		"  - {id: one-pre-post, grants: [{competence: c, level: 1}]}\n"
		"  - {id: two-pre-post, grants: [{competence: c, level: 2}]}\n"
		"  - {id: three-pre-post, grants: [{competence: c, level: 3}]}\n"
		"competences: [{id: c}]\n"
		"programmes: [{id: p, modules: [one-pre-post, two-pre-post, three-pre-post]}]\n";
	struct world world = { .course = read_course(levels) };
	size_t passed = 0, failed = 0, higher = 0;

	(void)state;
	world.course.learners = MANY;
	assert_int_equal(course_generate(&world.course, &world.events, &world.n), 0);
	keep_standing(&world);
	for (size_t i = 0; i + 1 < world.n; i++) {
		const struct course_event *event = &world.events[i], *next = event + 1;

		if (event->phase != PHASE_PRE || event->module != 0 ||
		    next->learner != event->learner)
			continue;
		if (event->score >= world.course.modules[0].pass_mark) {
			passed++;
			assert_true(next->module > 0);
			continue;
		}
		failed++;
		for (; next < world.events + world.n && next->learner == event->learner; next++)
			if (next->module > 0)
				break;
		higher += next < world.events + world.n && next->learner == event->learner;
	}
	assert_true(passed > MANY / 20);
	assert_true(failed > MANY / 4);
	assert_in_range(higher, failed / 20, failed / 2);
	world_clear(&world);
}

/* What a course has only where it is asked for. */

static bool is_of_presence(const struct course_event *event)
{
	return event->type == EVENT_ATTENDED || event->voids == EVENT_ATTENDED;
}

static void presences_come_between_a_start_and_an_end_and_change_nothing_else(void **state)
{
	struct world plain = { .course = make_course(21) }, world = { .course = make_course(21) };
	uint64_t minutes = 0;
	size_t at = 0, n = 0, voided = 0;

	(void)state;
	world.course.presence = true;
	world.course.modules[0].minutes = world.course.modules[1].minutes = 300;
	world_make(&plain);
	world_make(&world);
	for (size_t i = 0; i < world.n; i++) {
		const struct course_event *event = &world.events[i];

		if (!is_of_presence(event)) {
			assert_memory_equal(event, &plain.events[at++], sizeof(*event));
			continue;
		}
		assert_in_range(event->more, 1, MINUTES_MAX);
		voided += event->type == EVENT_VOIDED;
	}
	assert_int_equal(at, plain.n);
	keep_standing(&world);
	for (size_t i = 0; i < world.n; i++)
		if (world.events[i].type == EVENT_ATTENDED) {
			/* Somebody has started before. */
			assert_true(i > 0 &&
				    world.events[i - 1].learner == world.events[i].learner);
			minutes += world.events[i].more;
			n++;
		}
	assert_in_range(voided, n / 100, n / 20);
	assert_in_range(minutes / n, 60, 300); /* 300 in at most three sessions */
	world_clear(&plain);
	world_clear(&world);
}

/* The states of the learner of event i, by time, as digits. */
static unsigned states_of(const struct world *world, size_t i, size_t end)
{
	unsigned states = 0;

	for (; i < end; i++)
		if (world->events[i].type == EVENT_ENROLLED)
			states = states * 10 + world->events[i].state;
	return states;
}

static void people_apply_wait_and_are_admitted_before_they_start(void **state)
{
	struct world plain = { .course = make_course(22) }, world = { .course = make_course(22) };
	size_t seen[124] = { 0 }, started = 0, before = 0;

	(void)state;
	world.course.enrolment = true;
	world_make(&plain);
	world_make(&world);
	for (size_t i = 0; i < plain.n; i++)
		before += plain.events[i].type == EVENT_STARTED;
	sort_by_learner(&world);
	for (size_t i = 0, end; i < world.n; i = end) {
		unsigned states;

		end = end_of_learner(&world, i);
		states = states_of(&world, i, end);
		assert_true(states < 124);
		seen[states]++;
		assert_int_equal(world.events[i].type, EVENT_ENROLLED);
		assert_int_equal(world.events[i].state, STATE_APPLIED);
		for (size_t e = i; e < end; e++) {
			started += world.events[e].type == EVENT_STARTED;
			if (world.events[i].learner >= MANY)
				assert_true(world.events[e].type == EVENT_ENROLLED ||
					    world.events[e].type == EVENT_WITHDRAWN);
			else if (world.events[e].type == EVENT_ENROLLED)
				assert_true(e == i || world.events[e - 1].type == EVENT_ENROLLED);
		}
	}
	assert_int_equal(started, before);
	assert_true(seen[1] > 50 && seen[12] > 50);
	assert_true(seen[13] > MANY / 2 && seen[123] > MANY / 5);
	world_clear(&plain);
	world_clear(&world);
}

static void who_is_admitted_is_so_to_the_module_of_admission(void **state)
{
	static const char with_door[] =
		"regions: [{code: a}]\n"
		"modules: [{id: first}, {id: door}, {id: other}]\n"
		"programmes: [{id: p, modules: [first], admission: door}]\n";
	struct world world = { .course = read_course(with_door) };
	char learner[COURSE_TEXT];
	size_t left = 0;
	struct event event;

	(void)state;
	world.course.enrolment = true;
	assert_int_equal(course_generate(&world.course, &world.events, &world.n), 0);
	keep_standing(&world);
	for (size_t i = 0; i < world.n; i++) {
		course_event_write(&world.course, &world.events[i], learner, &event);
		if (event.type == EVENT_ENROLLED)
			assert_true(text_equal(event.module, text_of("door")));
		else if (event.type != EVENT_WITHDRAWN)
			assert_true(text_equal(event.module, text_of("first")));
		left += event.type == EVENT_WITHDRAWN && text_equal(event.module, text_of("door"));
	}
	assert_in_range(left, 20, 200);
	world_clear(&world);
}

static void of_half_of_the_completions_it_is_said_until_when_they_hold(void **state)
{
	struct world world = { .course = make_course(23) };
	size_t with = 0, without = 0, less = 0;
	char learner[COURSE_TEXT];
	struct event event;

	(void)state;
	world.course.validity = true;
	world_make(&world);
	for (size_t i = 0; i < world.n; i++) {
		int32_t days;

		course_event_write(&world.course, &world.events[i], learner, &event);
		days = event.valid_until - (int32_t)(event.time / 86400000);
		if (event.type != EVENT_COMPLETED) {
			assert_int_equal(event.valid_until, 0);
		} else if (event.valid_until == 0) {
			without++;
		} else {
			assert_in_range(days, 0, 1080);
			with += days >= 180;
			less += days < 180;
		}
	}
	assert_in_range(with * 100 / (with + without), 45, 55);
	assert_in_range(less * 100 / with, 5, 15);
	world_clear(&world);
}

static void some_change_in_the_dimension_that_is_named(void **state)
{
	struct world world = { .course = make_course(24) };
	struct text before = text_of("");
	size_t changed = 0, learners = 0;
	char learner[COURSE_TEXT];
	struct event event;

	(void)state;
	world_make(&world);
	sort_by_learner(&world);
	for (int moves = 0; moves < 2; moves++) {
		world.course.moves = (size_t)moves;
		changed = learners = 0;
		for (size_t i = 0; i < world.n; i++) {
			bool another =
				i == 0 || world.events[i].learner != world.events[i - 1].learner;

			course_event_write(&world.course, &world.events[i], learner, &event);
			if (event.n_attrs == 0)
				continue;
			learners += another;
			changed += !another && !text_equal(event.attrs[0].value, before);
			before = event.attrs[0].value;
		}
		if (!moves)
			assert_int_equal(changed, 0);
	}
	assert_in_range(changed * 100 / learners, 5, 20);
	world_clear(&world);
}

/* Seasons. */

static size_t count_days(const struct world *world, int32_t from, int32_t to)
{
	size_t n = 0;

	for (size_t i = 0; i < world->n; i++) {
		int32_t day = (int32_t)((world->events[i].at_s + 3600) / DAY_S) - 1;

		n += world->course.from + day >= from && world->course.from + day <= to;
	}
	return n;
}

static void few_learn_in_july_and_at_christmas(void **state)
{
	struct world summer = { .course = make_course(10) }, winter = { .course = make_course(10) };
	size_t july;

	(void)state;
	set_window(&summer.course, 20224, 150); /* 2025-05-16 */
	world_make(&summer);
	july = count_days(&summer, 20270, 20300);
	assert_in_range(july, 100, count_days(&summer, 20240, 20269) / 2);
	assert_in_range(july, 100, count_days(&summer, 20301, 20331) / 2);
	world_clear(&summer);
	set_window(&winter.course, 20403, 100); /* 2025-11-11 */
	world_make(&winter);
	/* 22 December to 2 January, and the twelve days before. */
	assert_in_range(count_days(&winter, 20444, 20455), 20,
			count_days(&winter, 20432, 20443) / 3);
	world_clear(&winter);
}

/* Delivery. */

static void set_shares(struct course *course, double late, double doubled, double wrong)
{
	course->late = late;
	course->doubled = doubled;
	course->wrong = wrong;
}

/* Who, what, when, how: but not when it was delivered. */
static int compare_facts(const void *left, const void *right)
{
	struct course_event a = *(const struct course_event *)left;
	struct course_event b = *(const struct course_event *)right;

	a.sent_s = b.sent_s = 0;
	return memcmp(&a, &b, sizeof(a));
}

/* Leave the right events, each once, in an order that forgets delivery. */
static void keep_facts(struct world *world)
{
	size_t kept = 0;

	qsort(world->events, world->n, sizeof(*world->events), compare_facts);
	for (size_t i = 0; i < world->n; i++) {
		if (world->events[i].wrong)
			continue;
		if (kept > 0 && compare_facts(&world->events[kept - 1], &world->events[i]) == 0)
			continue;
		world->events[kept++] = world->events[i];
	}
	world->n = kept;
}

static void late_doubled_and_wrong_events_change_nothing_of_what_happened(void **state)
{
	struct world plain = { .course = make_course(11) }, odd = { .course = make_course(11) };

	(void)state;
	set_shares(&odd.course, 0.3, 0.3, 0.3);
	world_make(&plain);
	world_make(&odd);
	assert_true(odd.n > plain.n * 3 / 2);
	keep_facts(&plain);
	keep_facts(&odd);
	assert_int_equal(plain.n, odd.n);
	for (size_t i = 0; i < plain.n; i++)
		assert_int_equal(compare_facts(&plain.events[i], &odd.events[i]), 0);
	world_clear(&plain);
	world_clear(&odd);
}

static void a_share_of_the_events_is_delivered_days_late(void **state)
{
	struct world world = { .course = make_course(12) };
	size_t late = 0, out_of_order = 0;

	(void)state;
	set_shares(&world.course, 0.25, 0, 0);
	world_make(&world);
	for (size_t i = 0; i < world.n; i++) {
		assert_true(i == 0 || world.events[i].sent_s >= world.events[i - 1].sent_s);
		late += world.events[i].sent_s >= world.events[i].at_s + DAY_S;
		out_of_order += i > 0 && world.events[i].at_s < world.events[i - 1].at_s;
	}
	assert_in_range(late * 100 / world.n, 22, 30);
	assert_true(out_of_order > world.n / 10);
	world_clear(&world);
}

static void a_share_of_the_events_comes_twice(void **state)
{
	struct world world = { .course = make_course(13) };
	size_t n;

	(void)state;
	set_shares(&world.course, 0, 0.2, 0);
	world_make(&world);
	n = world.n;
	keep_facts(&world);
	assert_in_range((n - world.n) * 100 / world.n, 17, 23);
	world_clear(&world);
}

/* Would the daemon refuse it? What is far in the future it does by its clock. */
static bool is_refused(const struct world *world, size_t i, struct msg_writer *writer,
		       struct msg_reader *reader)
{
	struct batch batch;
	struct event event;

	msg_writer_clear(writer);
	batch_begin(writer, NULL, text_of("s"), text_of("1"), 1, 1);
	assert_int_equal(course_event_encode(&world->course, &world->events[i], writer), 0);
	assert_int_equal(batch_decode(reader, msg_written(writer), &batch), 0);
	return batch_event(&batch, 0, &event) != 0 || event.time >= INT64_C(4102444800000);
}

static void the_daemon_refuses_each_wrong_event_and_no_other(void **state)
{
	struct world world = { .course = make_course(14) };
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();
	size_t ways[COURSE_WRONGS + 1] = { 0 };

	(void)state;
	set_shares(&world.course, 0.1, 0.1, 0.1);
	world_make(&world);
	for (size_t i = 0; i < world.n; i++) {
		ways[world.events[i].wrong]++;
		if (is_refused(&world, i, writer, reader) != (world.events[i].wrong != 0))
			fail_msg("event %zu, wrong in way %d", i, world.events[i].wrong);
	}
	assert_in_range((world.n - ways[0]) * 100 / world.n, 7, 11);
	for (size_t i = 1; i <= COURSE_WRONGS; i++)
		assert_true(ways[i] > 10);
	msg_writer_free(writer);
	msg_reader_free(reader);
	world_clear(&world);
}

/* What is written to a file and what is sent are the same events. */
static void json_and_messages_say_the_same(void **state)
{
	struct world world = { .course = make_course(15) };
	struct msg_writer *writer = msg_writer_new();
	struct msg_reader *reader = msg_reader_new();

	(void)state;
	world.course.phases = true;
	set_shares(&world.course, 0, 0, 0.1);
	world_make(&world);
	for (size_t i = 0; i < world.n; i += 7) {
		json_t *written = course_event_json(&world.course, &world.events[i]), *sent;

		msg_writer_clear(writer);
		assert_int_equal(course_event_encode(&world.course, &world.events[i], writer), 0);
		assert_int_equal(json_from_msg(reader, msg_written(writer), &sent), 0);
		if (!json_equal(written, sent))
			fail_msg("event %zu", i);
		json_decref(written);
		json_decref(sent);
	}
	msg_writer_free(writer);
	msg_reader_free(reader);
	world_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_arguments_give_the_same_bytes),
		cmocka_unit_test(any_other_argument_gives_another_course),
		cmocka_unit_test(a_learner_does_not_depend_on_how_many_there_are),
		cmocka_unit_test(a_catalogue_says_where_what_and_when),
		cmocka_unit_test(
			events_are_delivered_after_they_happen_at_working_hours_inside_the_window),
		cmocka_unit_test(what_stands_makes_sense),
		cmocka_unit_test(some_stop_for_weeks_and_come_back),
		cmocka_unit_test(modules_fill_the_days_that_are_left_as_far_as_silence_allows),
		cmocka_unit_test(
			a_voiding_of_any_form_comes_days_later_and_the_right_event_follows),
		cmocka_unit_test(later_events_of_one_who_moves_carry_the_new_region),
		cmocka_unit_test(with_phases_people_are_assessed_before_and_after),
		cmocka_unit_test(the_words_pre_and_post_in_a_module_ask_for_phases),
		cmocka_unit_test(only_modules_that_ask_have_phases_where_no_option_does),
		cmocka_unit_test(targets_say_how_many_take_part_and_when_is_from_first_to_last),
		cmocka_unit_test(a_catalogue_in_its_longer_forms_makes_the_same_course),
		cmocka_unit_test(learners_keep_to_the_modules_regions_and_days_of_their_programme),
		cmocka_unit_test(people_are_what_targets_ask_for_and_else_what_headcounts_say),
		cmocka_unit_test(the_first_assessment_decides_which_level_one_takes),
		cmocka_unit_test(presences_come_between_a_start_and_an_end_and_change_nothing_else),
		cmocka_unit_test(people_apply_wait_and_are_admitted_before_they_start),
		cmocka_unit_test(who_is_admitted_is_so_to_the_module_of_admission),
		cmocka_unit_test(of_half_of_the_completions_it_is_said_until_when_they_hold),
		cmocka_unit_test(some_change_in_the_dimension_that_is_named),
		cmocka_unit_test(few_learn_in_july_and_at_christmas),
		cmocka_unit_test(late_doubled_and_wrong_events_change_nothing_of_what_happened),
		cmocka_unit_test(a_share_of_the_events_is_delivered_days_late),
		cmocka_unit_test(a_share_of_the_events_comes_twice),
		cmocka_unit_test(the_daemon_refuses_each_wrong_event_and_no_other),
		cmocka_unit_test(json_and_messages_say_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
