/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/tally/map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "daemon/catalogue/subject.h"
#include "tests/unit/world.h"

/* Few keys, so that they meet; at the limits of their fields, too. */
static struct tally_key random_key(void)
{
	static const uint32_t homes[] = { 0, 1, 2, 255, 256, 199999 };
	static const uint64_t buckets[] = { 0, 1, 200, 20522, 20523, (UINT64_C(1) << 40) - 1 };
	static const uint16_t parts[] = { 0, 1, UINT16_MAX };

	return (struct tally_key){ .home = homes[chance(6)],
				   .subject = subject_of(chance(2) ? KIND_MODULE : KIND_PEOPLE,
							 chance(3)),
				   .facet = chance(FACETS),
				   .part = parts[chance(3)],
				   .bucket = buckets[chance(6)] };
}

static void keys_sort_as_their_bytes_and_come_back(void **state)
{
	(void)state;
	chance_of_world(1);
	for (int i = 0; i < 50000; i++) {
		struct tally_key a = random_key(), b = random_key(), back;
		uint8_t a_bytes[TALLY_KEY_BYTES], b_bytes[TALLY_KEY_BYTES];
		int by;

		tally_key_encode(&a, a_bytes);
		tally_key_encode(&b, b_bytes);
		by = memcmp(a_bytes, b_bytes, TALLY_KEY_BYTES);
		assert_int_equal(tally_compare(&a, &b) < 0, by < 0);
		assert_int_equal(tally_compare(&a, &b) == 0, by == 0);
		tally_key_decode(a_bytes, &back);
		assert_int_equal(tally_compare(&a, &back), 0);
	}
}

static void a_subject_is_its_kind_and_index(void **state)
{
	uint32_t last = (1u << SUBJECT_SHIFT) - 1;

	(void)state;
	assert_int_equal(subject_kind(subject_of(KIND_MODULE, last)), KIND_MODULE);
	assert_int_equal(subject_index(subject_of(KIND_MODULE, last)), last);
	assert_int_equal(subject_kind(subject_of(KIND_PEOPLE, 0)), KIND_PEOPLE);
	assert_true(subject_of(KIND_MODULE, last) < subject_of(KIND_PEOPLE, 0));
}

enum { MODEL = 6 * 6 * FACETS * 3 * 6 };
static struct tally model[MODEL];
static size_t n_model;

static void model_add(const struct tally_key *key, int64_t n)
{
	size_t i = 0;

	while (i < n_model && tally_compare(&model[i].key, key) != 0)
		i++;
	if (i == n_model)
		model[n_model++] = (struct tally){ *key, 0 };
	model[i].n += n;
}

static int64_t model_n(const struct tally_key *key)
{
	for (size_t i = 0; i < n_model; i++)
		if (tally_compare(&model[i].key, key) == 0)
			return model[i].n;
	return 0;
}

static size_t model_count(void)
{
	size_t n = 0;

	for (size_t i = 0; i < n_model; i++)
		n += model[i].n != 0;
	return n;
}

struct ranging {
	uint32_t home, subject;
	struct tally_key previous;
	size_t n;
};

static void check_range(void *context, const struct tally_key *key, int64_t n)
{
	struct ranging *ranging = context;

	assert_int_equal(key->home, ranging->home);
	assert_int_equal(key->subject, ranging->subject);
	assert_true(ranging->n == 0 || tally_compare(&ranging->previous, key) < 0);
	assert_true(n != 0);
	assert_int_equal(n, model_n(key));
	ranging->previous = *key;
	ranging->n++;
}

static void check_map(struct tally_map *map)
{
	const struct tally_group *groups;
	struct tally_key previous = { 0 };
	size_t n, all = 0;

	assert_int_equal(tally_map_groups(map, &groups, &n), 0);
	for (size_t g = 0; g < n; g++) {
		assert_true(groups[g].n > 0);
		for (size_t i = 0; i < groups[g].n; i++, all++) {
			struct tally_key key = tally_key_of(groups[g].home, groups[g].subject,
							    groups[g].parts[i].what);

			assert_true(all == 0 || tally_compare(&previous, &key) < 0);
			assert_true(groups[g].parts[i].n != 0);
			assert_int_equal(groups[g].parts[i].n, model_n(&key));
			previous = key;
		}
	}
	assert_int_equal(all, model_count());
	assert_int_equal(tally_map_count(map), all);
}

static void check_ranges(struct tally_map *map)
{
	static const uint32_t homes[] = { 0, 1, 2, 3, 255, 256, 199999, UINT32_MAX };
	struct tallies tallies = tally_map_tallies(map);
	size_t n = 0;

	for (int h = 0; h < 8; h++)
		for (uint32_t s = 0; s < 6; s++) {
			struct ranging ranging = {
				.home = homes[h],
				.subject = subject_of(s < 3 ? KIND_MODULE : KIND_PEOPLE, s % 3)
			};

			tallies.range(tallies.source, ranging.home, ranging.subject, check_range,
				      &ranging);
			n += ranging.n;
		}
	assert_int_equal(n, model_count());
}

/* Homes and subjects to which something was added. */
static struct tally_key fresh[6 * 6];
static size_t n_fresh;

static size_t find_fresh(uint32_t home, uint32_t subject)
{
	size_t i = 0;

	while (i < n_fresh && (fresh[i].home != home || fresh[i].subject != subject))
		i++;
	return i;
}

static void note_fresh(const struct tally_key *key)
{
	if (find_fresh(key->home, key->subject) == n_fresh)
		fresh[n_fresh++] = *key;
}

static void take_fresh(void *context, uint32_t home, uint32_t subject)
{
	size_t i = find_fresh(home, subject);

	(void)context;
	assert_true(i < n_fresh); /* each once */
	fresh[i] = fresh[--n_fresh];
}

static void check_fresh(struct tally_map *map)
{
	tally_map_tell_fresh(map, take_fresh, NULL);
	assert_int_equal(n_fresh, 0);
}

enum { MANY = 60 /* more groups than are asked for together */ };
static struct tally many[MANY];
static size_t n_many;

static void add_many(struct tally_map *map)
{
	assert_int_equal(tally_map_add_all(map, many, n_many), 0);
	n_many = 0;
}

/* Alone, or with others. */
static void add(struct tally_map *map, const struct tally_key *key, int64_t n)
{
	if (chance_of(50))
		assert_int_equal(tally_map_add(map, key, n), 0);
	else
		many[n_many++] = (struct tally){ *key, n };
	if (n_many == MANY || chance_of(5))
		add_many(map);
}

static void random_adds_are_those_of_a_list(void **state)
{
	struct tally_map *map = tally_map_new();

	(void)state;
	chance_of_world(2);
	n_model = n_fresh = 0;
	assert_non_null(map);
	check_map(map);
	check_ranges(map);
	for (int step = 0; step < 12000; step++) {
		struct tally_key key = random_key();
		int64_t n = (int64_t)chance(5) - 2;

		/* Often back to 0. */
		if (chance_of(40))
			n = -model_n(&key);
		add(map, &key, n);
		model_add(&key, n);
		note_fresh(&key);
		if (step % 1000 == 999) {
			add_many(map);
			check_map(map);
			check_ranges(map);
		}
		if (chance_of(1)) {
			add_many(map);
			check_fresh(map);
		}
		if (step == 6000) {
			n_many = 0;
			tally_map_clear(map);
			n_model = n_fresh = 0;
		}
	}
	assert_true(model_count() > 1024);
	tally_map_free(map);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_sort_as_their_bytes_and_come_back),
		cmocka_unit_test(a_subject_is_its_kind_and_index),
		cmocka_unit_test(random_adds_are_those_of_a_list),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
