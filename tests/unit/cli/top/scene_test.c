/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/small_picture.h"

static void names_are_in_the_language(void **state)
{
	struct scene scene;

	(void)state;
	small_picture(&scene);
	assert_string_equal(scene.regions[scene_region(&scene, "all")].label, "Everywhere");
	assert_string_equal(scene.regions[scene_region(&scene, "nord")].label, "Nordland");
	assert_string_equal(scene.regions[scene_region(&scene, "nord")].level, "fylke");
	assert_string_equal(scene.regions[scene_region(&scene, "sor")].level, "council");
	assert_string_equal(scene.regions[scene_region(&scene, "1827")].label, "Dønna");
	assert_true(scene_region(&scene, "nowhere") == NOWHERE);
	scene_close(&scene);
}

static void a_place_is_inside_all_that_is_above_it_once(void **state)
{
	struct scene scene;
	bool marks[16] = { false };
	size_t n = 0;

	(void)state;
	small_picture(&scene);
	assert_int_equal(scene.regions[scene_region(&scene, "1815")].n_parents, 2);
	assert_int_equal(scene.regions[scene_region(&scene, "all")].n_children, 3);
	scene_mark(&scene, scene_region(&scene, "all"), marks);
	for (size_t i = 0; i < scene.n_regions; i++)
		n += marks[i] && scene_is_place(&scene, i);
	assert_int_equal(n, 3);
	assert_false(scene_is_place(&scene, scene_region(&scene, "unassigned")));
	scene_close(&scene);
}

static json_t *metric(int participants)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:{s:i, s:i}}", "region", "1815", "kind",
			 "programme", "id", "autumn", "n", participants + 1, "metrics",
			 "participants", participants, "completed", 1);
}

static void take(struct scene *scene, int participants, int64_t now_ms, bool aloud)
{
	json_t *body = metric(participants);

	assert_int_equal(scene_take(scene, "metric/1815/programme/autumn", body, now_ms, aloud), 0);
	json_decref(body);
}

static void only_a_difference_is_a_change_and_only_for_a_while(void **state)
{
	struct scene scene;
	size_t vega, autumn;

	(void)state;
	small_picture(&scene);
	vega = scene_region(&scene, "1815");
	autumn = scene_subject(&scene, KIND_PROGRAMME, "autumn");
	take(&scene, 5, 0, false);
	assert_false(scene_has_changed(&scene, vega, autumn, 0)); /* the first picture */
	take(&scene, 5, 100, true);
	assert_false(scene_has_changed(&scene, vega, autumn, 100)); /* sent again */
	assert_string_equal(scene.news, "");
	take(&scene, 8, 200, true);
	assert_true(scene_has_changed(&scene, vega, autumn, 200));
	assert_string_equal(scene.news, "Vega: participants +3 (Autumn)");
	assert_true(scene_has_changed(&scene, vega, autumn, 199 + SCENE_CHANGED_MS));
	assert_false(scene_has_changed(&scene, vega, autumn, 200 + SCENE_CHANGED_MS));
	assert_false(scene_has_changed(&scene, vega, 0, 200));
	scene_close(&scene);
}

static void news_are_of_the_subject_that_is_looked_at(void **state)
{
	struct scene scene;

	(void)state;
	small_picture(&scene);
	take(&scene, 5, 0, false);
	scene.told = scene_subject(&scene, KIND_MODULE, "alarm");
	take(&scene, 6, 0, true);
	assert_string_equal(scene.news, "");
	scene.told = scene_subject(&scene, KIND_PROGRAMME, "autumn");
	take(&scene, 4, 0, true);
	assert_string_equal(scene.news, "Vega: participants -2 (Autumn)");
	scene_close(&scene);
}

static void an_empty_topic_is_gone(void **state)
{
	struct scene scene;
	size_t vega, autumn;

	(void)state;
	small_picture(&scene);
	vega = scene_region(&scene, "1815");
	autumn = scene_subject(&scene, KIND_PROGRAMME, "autumn");
	take(&scene, 5, 0, false);
	assert_non_null(scene_metrics(&scene, vega, autumn));
	assert_int_equal(scene_take(&scene, "metric/1815/programme/autumn", NULL, 0, true), 0);
	assert_null(scene_metrics(&scene, vega, autumn));
	assert_true(scene_has_changed(&scene, vega, autumn, 0));
	assert_string_equal(scene.news, "");
	scene_close(&scene);
}

static void a_beat_says_how_old_it_is_and_who_is_late(void **state)
{
	struct scene scene;

	(void)state;
	small_picture(&scene);
	assert_string_equal(scene_as_of(&scene), "");
	small_beat(&scene);
	assert_true(scene.whole && !scene.stale);
	assert_string_equal(scene_as_of(&scene), "2025-10-01");
	assert_int_equal(scene_late(&scene), 1);
	scene_beat(&scene, NULL, 5000);
	assert_true(scene.whole && scene.stale);
	assert_int_equal(scene.tick_ms, 0);
	scene_close(&scene);
}

/* A daemon of another version, or none of ours. */
static void a_catalogue_of_another_form_does_no_harm(void **state)
{
	struct scene scene;
	bool marks[8] = { false };

	(void)state;
	small_picture(&scene);
	small_take(&scene, "catalogue", "{}");
	assert_int_equal(scene.n_regions, 0);
	small_take(&scene, "catalogue",
		   "{'regions': [1, {'code': 'a', 'parents': ['b', 'a', 7, 'gone']},"
		   " {'code': 'b', 'parents': ['a']}, {}], 'programmes': [[], {'id': 5}],"
		   " 'modules': {}, 'levels': 3}");
	assert_int_equal(scene.n_regions, 4);
	scene_mark(&scene, 1, marks);
	assert_true(marks[1] && marks[2] && !marks[0]);
	scene_mark(&scene, NOWHERE, marks);
	small_take(&scene, "metric/a/programme/", "{'metrics': 5}");
	assert_null(scene_metrics(&scene, 1, 1));
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_in_the_language),
		cmocka_unit_test(a_place_is_inside_all_that_is_above_it_once),
		cmocka_unit_test(only_a_difference_is_a_change_and_only_for_a_while),
		cmocka_unit_test(news_are_of_the_subject_that_is_looked_at),
		cmocka_unit_test(an_empty_topic_is_gone),
		cmocka_unit_test(a_beat_says_how_old_it_is_and_who_is_late),
		cmocka_unit_test(a_catalogue_of_another_form_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
