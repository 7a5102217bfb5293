/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is read once gives the figures of any number of regions, as each of them has them alone.
 */
#include "daemon/catalogue/subject.h"
#include "daemon/figures/metrics.h"
#include "daemon/tally/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

static const char catalogue_text[] =
	"dimensions: {role: [nurse, carer]}\n"
	"regions: [{code: top}, {code: west, parents: [top]}, {code: east, parents: [top]},\n"
	"          {code: both, parents: [west, east]}, {code: far}]\n"
	"modules: [{id: m, grants: [{competence: k}]}, {id: n}]\n"
	"programmes: [{id: p, modules: [m, n], profile: latest, regions: [west, far], targets:\n"
	"  [{measure: participants, value: 3, each: leaf}, {measure: completed, value: 9}]}]\n"
	"competences: [{id: k, requirements: [{level: 1, each: leaf, count: 2}, {level: 2}]}]\n";

enum { TODAY = 20522, FAR = 6, TALLIES = 400, ROUNDS = 40 };

/* Tallies that are read from a map, and how often which home is. */
struct watched {
	struct tallies tallies;
	int reads[FAR + 1];
	int fails_at; /* the home that cannot be read */
};

static int watched_range(void *source, uint32_t home, uint32_t subject, tally_fn fn, void *context)
{
	struct watched *watched = source;

	watched->reads[home]++;
	if ((int)home == watched->fails_at)
		return LIFT_E_IO;
	return watched->tallies.range(watched->tallies.source, home, subject, fn, context);
}

static void add_some(struct tally_map *map, uint32_t subject)
{
	for (uint32_t i = chance(TALLIES); i > 0; i--) {
		struct tally_key key = { .home = 1 + chance(FAR),
					 .subject = subject,
					 .facet = chance(FACETS) };

		switch (key.facet) {
		case FACET_STRETCH:
		case FACET_LEVEL:
		case FACET_REQUIREMENT:
			key.part = chance(2);
			key.bucket = tally_span(TODAY - 300 + (int32_t)chance(400),
						(int32_t)chance(400));
			break;
		case FACET_BY_HOLDERS:
			key.bucket = tally_span(TODAY - (int32_t)chance(400), (int32_t)chance(400));
			key.part = tally_by(0, chance(3));
			break;
		case FACET_BY_STARTED:
		case FACET_BY_COMPLETED:
		case FACET_BY_PASSED:
		case FACET_BY_LEARNERS:
		case FACET_BY_MINUTES:
			key.part = tally_by(0, chance(3));
			break;
		case FACET_MOVED:
			key.bucket = tally_move(chance(3), chance(3));
			break;
		case FACET_ENROLLED:
			key.part = chance(STATE_ADMITTED + 1);
			break;
		case FACET_TARGET:
			key.part = chance(2);
			break;
		case FACET_MONTH_LEARNERS:
		case FACET_MONTH_MINUTES:
		case FACET_MONTH_HOURS:
			key.bucket = 670 + chance(9);
			break;
		case FACET_HOURS:
		case FACET_SCORE:
			key.bucket = chance(101);
			break;
		case FACET_FROM:
			key.bucket = 1 + chance(FAR);
			break;
		default:
			key.bucket = TODAY - chance(200);
		}
		assert_int_equal(tally_map_add(map, &key, 1 + chance(9)), 0);
	}
}

static void compare(struct figures *alone, struct figures *shared, struct msg_writer *writer,
		    struct msg_writer *other)
{
	assert_int_equal(figures_any(alone), figures_any(shared));
	msg_writer_clear(writer);
	msg_writer_clear(other);
	figures_encode(alone, writer, DAY_MIN);
	figures_encode(shared, other, DAY_MIN);
	assert_int_equal(msg_written(writer).size, msg_written(other).size);
	assert_memory_equal(msg_written(writer).data, msg_written(other).data,
			    msg_written(writer).size);
}

static void each_home_is_read_once_for_all_regions(void **state)
{
	const uint32_t subjects[] = { subject_of(KIND_MODULE, 1), subject_of(KIND_PROGRAMME, 0),
				      subject_of(KIND_COMPETENCE, 0), subject_of(KIND_PEOPLE, 0) };
	struct catalogue *c = catalogue_of(catalogue_text);
	struct figures *alone = figures_new(c), *shared = figures_new(c);
	struct by_home *by_home = by_home_new(c);
	struct msg_writer *writer = msg_writer_new(), *other = msg_writer_new();

	(void)state;
	chance_begin();
	assert_string_equal(c->regions[FAR].code, "far");
	for (int round = 0; round < ROUNDS; round++) {
		uint32_t subject = subjects[round % 4];
		struct tally_map *map = tally_map_new();
		struct watched watched = { .fails_at = -1 };
		struct tallies tallies = { watched_range, &watched };

		add_some(map, subject);
		watched.tallies = tally_map_tallies(map);
		by_home_begin(by_home, &tallies, subject);
		for (int i = 0; i < 2 * (FAR + 1); i++) {
			uint32_t region = i <= FAR ? (uint32_t)i : chance(FAR + 1);

			assert_int_equal(figures_sum_by_home(shared, by_home, region, TODAY), 0);
			assert_int_equal(
				figures_sum(alone, &watched.tallies, region, subject, TODAY), 0);
			compare(alone, shared, writer, other);
		}
		for (int home = 1; home <= FAR; home++)
			assert_int_equal(watched.reads[home], 1);
		tally_map_free(map);
	}
	by_home_free(by_home);
	figures_free(alone);
	figures_free(shared);
	msg_writer_free(writer);
	msg_writer_free(other);
	catalogue_free(c);
}

static void what_could_not_be_read_is_read_again(void **state)
{
	struct catalogue *c = catalogue_of(catalogue_text);
	struct figures *figures = figures_new(c);
	struct by_home *by_home = by_home_new(c);
	struct tally_map *map = tally_map_new();
	struct watched watched = { .fails_at = FAR };
	struct tallies tallies = { watched_range, &watched };
	struct tally_key key = { .home = FAR, .facet = FACET_LAST, .bucket = TODAY };

	(void)state;
	assert_int_equal(tally_map_add(map, &key, 5), 0);
	watched.tallies = tally_map_tallies(map);
	by_home_begin(by_home, &tallies, 0);
	assert_int_equal(figures_sum_by_home(figures, by_home, REGION_ALL, TODAY), LIFT_E_IO);
	watched.fails_at = -1;
	assert_int_equal(figures_sum_by_home(figures, by_home, REGION_ALL, TODAY), 0);
	assert_int_equal(figures->totals[FACET_LAST], 5);
	assert_int_equal(watched.reads[FAR], 2);
	tally_map_free(map);
	by_home_free(by_home);
	figures_free(figures);
	catalogue_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_home_is_read_once_for_all_regions),
		cmocka_unit_test(what_could_not_be_read_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
