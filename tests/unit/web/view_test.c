/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/seed.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void a_path_leads_into_maps_and_lists(void **state)
{
	static const char text[] =
		"{\"a\":{\"b\":1,\"b.c\":2,\"b\\u00e6\":{\"\":3}},\"a.b\":{\"d\":4},"
		"\"list\":[5,[6,7]],\"null\":null,\"x.y.z\":8}";
	static const struct {
		const char *path, *expected, *why;
	} cases[] = {
		{ "a.b", "{\"d\":4}", "the longest name first" },
		{ "a.b.d", "4", "below a name with a point" },
		{ "a.b.c", "2", "a name with a point, below another" },
		{ "a.b\xc3\xa6.", "3", "a name of nothing" },
		{ "list.0", "5", "an item" },
		{ "list.1.1", "7", "an item of an item" },
		{ "list.2", NULL, "beyond the end" },
		{ "list.-1", NULL, "before the beginning" },
		{ "list.x", NULL, "no number" },
		{ "list.0.0", NULL, "into a number" },
		{ "null", "null", "null is there" },
		{ "x.y.z", "8", "points alone" },
		{ "x.y", NULL, "not the whole name" },
		{ "", NULL, "nothing" },
		{ ".", NULL, "nothing in nothing" },
		{ "a..b", NULL, "nothing between" },
	};
	json_t *metrics = json_loads(text, 0, NULL);

	(void)state;
	assert_non_null(metrics);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const json_t *found = figure_at(metrics, cases[i].path);
		char *got = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

		if (!got != !cases[i].expected || (got && strcmp(got, cases[i].expected) != 0))
			fail_msg("%s: %s in place of %s", cases[i].why, got ? got : "nothing",
				 cases[i].expected ? cases[i].expected : "nothing");
		free(got);
	}
	json_decref(metrics);
}

/* Points alone: each of them could be the end of a name. */
static void a_path_of_many_points_is_looked_for_at_once(void **state)
{
	char path[WISH_PATH_MAX];
	json_t *metrics = json_pack("{s:{s:{s:{}}}}", "", "", "");

	(void)state;
	memset(path, '.', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	assert_null(figure_at(metrics, path));
	json_decref(metrics);
}

static const char *const regions[] = { "18", "1833", "all", "\xc3\xa6" };
static const char *const kinds[] = { "people", "programme", "competence", "module" };
static const char *const ids[] = { "a", "a/b", "all" };

static bool is_in(const char *const list[], size_t n, struct text text)
{
	for (size_t i = 0; i < n; i++)
		if (text_equal(text_of(list[i]), text))
			return true;
	return n == 0;
}

static size_t choose(uint64_t *luck, const char *const from[], size_t n, const char *ret[])
{
	size_t chosen = 0;

	for (size_t i = 0; i < n; i++) {
		*luck = *luck * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		if ((*luck >> 33) % 3 == 0)
			ret[chosen++] = from[i];
	}
	return chosen;
}

/* Every wish of some: all rows that it wishes for and no others, in order. */
static void rows_are_those_of_the_wish_in_order(void **state)
{
	json_t *rows = json_array(), *row;
	uint64_t luck = test_seed();
	size_t i;

	(void)state;
	for (size_t r = COUNT(regions); r-- > 0;)
		for (size_t k = 0; k < COUNT(kinds); k++)
			for (size_t d = COUNT(ids); d-- > 0;)
				json_array_append_new(rows,
						      json_pack("{s:s, s:s, s:s, s:{}}", "region",
								regions[r], "kind", kinds[k], "id",
								ids[d], "metrics"));
	for (int n = 0; n < 1000; n++) {
		struct wish wish = { .n_paths = 0 };
		struct figures figures = { 0 };
		size_t expected = 0;

		wish.n_regions = choose(&luck, regions, COUNT(regions), wish.regions);
		wish.n_kinds = choose(&luck, kinds, COUNT(kinds), wish.kinds);
		wish.n_ids = choose(&luck, ids, COUNT(ids), wish.ids);
		assert_int_equal(figures_of_rows(rows, &wish, &figures), 0);
		figures_sort(&figures);
		json_array_foreach(rows, i, row)
		{
			const char *region = json_string_value(json_object_get(row, "region"));
			const char *kind = json_string_value(json_object_get(row, "kind"));
			const char *id = json_string_value(json_object_get(row, "id"));

			expected += is_in(wish.regions, wish.n_regions, text_of(region)) &&
				    is_in(wish.kinds, wish.n_kinds, text_of(kind)) &&
				    is_in(wish.ids, wish.n_ids, text_of(id));
		}
		assert_int_equal(figures.n, expected);
		for (i = 0; i < figures.n; i++) {
			const struct figure *one = &figures.rows[i], *before = one - 1;
			int order = i ? text_compare(before->kind, one->kind) : -1;

			assert_true(is_in(wish.regions, wish.n_regions, one->region));
			assert_true(is_in(wish.kinds, wish.n_kinds, one->kind));
			assert_true(is_in(wish.ids, wish.n_ids, one->id));
			order = order ? order : text_compare(before->id, one->id);
			order = order ? order : text_compare(before->region, one->region);
			assert_true(order < 0);
		}
		figures_clear(&figures);
	}
	json_decref(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_leads_into_maps_and_lists),
		cmocka_unit_test(a_path_of_many_points_is_looked_for_at_once),
		cmocka_unit_test(rows_are_those_of_the_wish_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
