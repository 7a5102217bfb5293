/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/small_picture.h"

enum { TEXT_MAX = 512 };

/* The rows as text: a dot a step down, the name, a '?' behind what is only above what is found. */
static void assert_rows(const struct scene *scene, const struct tree_wish *wish,
			const char *expected)
{
	char text[TEXT_MAX] = "";
	size_t n = 0;
	struct tree_row *rows = tree_rows(scene, wish, &n);

	assert_non_null(rows);
	for (size_t i = 0; i < n; i++) {
		for (int depth = 0; depth < rows[i].depth; depth++)
			strcat(text, ".");
		strcat(text, scene->regions[rows[i].region].label);
		strcat(text, rows[i].is_found ? " " : "? ");
	}
	assert_string_equal(text, expected);
	free(rows);
}

static void a_region_stands_below_each_of_its_parents(void **state)
{
	struct tree_wish wish = { .open_depth = 9, .sort = SORT_TREE, .filter = "" };
	struct scene scene;

	(void)state;
	small_picture(&scene);
	assert_rows(&scene, &wish,
		    "Everywhere .Nordland ..Sør-Helgeland ...Vega ...Bindal ..HALD ...Dønna "
		    ".The trust ..Vega ..Dønna ");
	wish.as_list = true;
	assert_rows(&scene, &wish,
		    "Everywhere Nordland The trust Sør-Helgeland HALD Vega Bindal Dønna ");
	scene_close(&scene);
}

static void what_is_closed_shows_nothing_below(void **state)
{
	struct tree_wish wish = { .open_depth = 1, .sort = SORT_TREE, .filter = "" };
	json_t *toggled = json_pack("{s:b}", "trust", true);
	struct scene scene;

	(void)state;
	small_picture(&scene);
	assert_rows(&scene, &wish, "Everywhere .Nordland .The trust ");
	wish.toggled = toggled;
	assert_rows(&scene, &wish, "Everywhere .Nordland .The trust ..Vega ..Dønna ");
	wish.open_depth = 9;
	assert_rows(&scene, &wish,
		    "Everywhere .Nordland ..Sør-Helgeland ...Vega ...Bindal ..HALD ...Dønna "
		    ".The trust ");
	json_decref(toggled);
	scene_close(&scene);
}

static void the_filter_knows_no_accents_and_keeps_what_is_above(void **state)
{
	struct tree_wish wish = { .open_depth = 1, .sort = SORT_TREE, .filter = "DONN" };
	struct scene scene;

	(void)state;
	small_picture(&scene);
	assert_rows(&scene, &wish, "Everywhere? .Nordland? ..HALD? ...Dønna .The trust? ..Dønna ");
	wish.filter = "ønna";
	wish.as_list = true;
	assert_rows(&scene, &wish, "Dønna ");
	wish.filter = "1811"; /* a code */
	assert_rows(&scene, &wish, "Bindal ");
	wish.filter = "nothing like it";
	assert_rows(&scene, &wish, "");
	scene_close(&scene);
}

static void figures_sort_what_stands_side_by_side(void **state)
{
	struct columns columns;
	struct tree_wish wish = { .open_depth = 9, .filter = "", .columns = &columns };
	struct scene scene;

	(void)state;
	small_picture(&scene);
	columns_choose(&scene, KIND_PROGRAMME, 80, &columns);
	wish.subject = scene_subject(&scene, KIND_PROGRAMME, "autumn");
	small_figures(&scene, "1815", 10, 4, 4);
	small_figures(&scene, "1811", 20, 12, 1);
	small_figures(&scene, "sor", 30, 16, 5);
	small_figures(&scene, "hald", 40, 20, 2);
	wish.sort = 0; /* learners */
	assert_rows(&scene, &wish,
		    "Everywhere .Nordland ..HALD ...Dønna ..Sør-Helgeland ...Bindal ...Vega "
		    ".The trust ..Vega ..Dønna ");
	wish.reverse = true; /* what has no figure stays last */
	assert_rows(&scene, &wish,
		    "Everywhere .The trust ..Vega ..Dønna .Nordland ..Sør-Helgeland ...Vega "
		    "...Bindal ..HALD ...Dønna ");
	wish.reverse = false;
	wish.as_list = true;
	wish.sort = 5; /* the rate of completion */
	assert_string_equal(columns.columns[5].metric, "completion_rate");
	assert_rows(&scene, &wish,
		    "Vega Sør-Helgeland HALD Bindal Everywhere Nordland The trust Dønna ");
	wish.sort = SORT_NAME;
	assert_rows(&scene, &wish,
		    "Bindal Dønna Everywhere HALD Nordland Sør-Helgeland The trust Vega ");
	scene_close(&scene);
}

static void who_is_unassigned_has_a_row_where_there_are_some(void **state)
{
	struct tree_wish wish = { .open_depth = 1, .sort = SORT_TREE, .filter = "" };
	struct scene scene;

	(void)state;
	small_picture(&scene);
	small_figures(&scene, "unassigned", 1, 0, 0);
	assert_rows(&scene, &wish, "Everywhere .Unassigned .Nordland .The trust ");
	scene_close(&scene);
}

/* No catalogue of liftd's has a circle, or so many ways to one place. */
static void a_circle_or_a_maze_has_an_end(void **state)
{
	struct tree_wish wish = { .open_depth = 999, .sort = SORT_TREE, .filter = "x" };
	char text[16384] = "{'regions': [{'code': 'a', 'parents': ['b']}, {'code': 'b', "
			   "'parents': ['a']}, {'code': 'r0', 'parents': []}";
	struct scene scene;
	size_t n;

	(void)state;
	small_picture(&scene);
	for (int i = 1; i < 60; i++) {
		char region[128];

		snprintf(region, sizeof(region),
			 ", {'code': 'r%d', 'parents': ['r%d', 'r%d', 'r%d']}", i, i - 1,
			 i > 1 ? i - 2 : 0, i > 2 ? i - 3 : 0);
		strcat(text, region);
	}
	strcat(text, "]}");
	small_take(&scene, "catalogue", text);
	assert_rows(&scene, &wish, ""); /* looked for everywhere, and found nowhere */
	wish.filter = "";
	free(tree_rows(&scene, &wish, &n));
	assert_in_range(n, 1000, 2 * TREE_ROWS_MAX);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_region_stands_below_each_of_its_parents),
		cmocka_unit_test(what_is_closed_shows_nothing_below),
		cmocka_unit_test(the_filter_knows_no_accents_and_keeps_what_is_above),
		cmocka_unit_test(figures_sort_what_stands_side_by_side),
		cmocka_unit_test(who_is_unassigned_has_a_row_where_there_are_some),
		cmocka_unit_test(a_circle_or_a_maze_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
