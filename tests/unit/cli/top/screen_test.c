/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/screen.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/top/subject.h"
#include "tests/seed.h"
#include "tests/unit/small_picture.h"

enum { ROUNDS = 4000 };

struct looking {
	struct scene scene;
	struct view view;
	struct page page;
};

static void look(struct looking *looking, int rows, int columns)
{
	page_close(&looking->page);
	page_open(&looking->page, rows, columns, false);
	screen_show(&looking->page, &looking->scene, &looking->view, "ipc:///run/liftd/publish", 0,
		    0);
}

static void press(struct looking *looking, const char *keys)
{
	for (; *keys; keys++)
		view_press(&looking->view, &looking->scene, (uint32_t)(unsigned char)*keys);
	look(looking, looking->page.rows, looking->page.columns);
}

static void begin(struct looking *looking)
{
	*looking = (struct looking){ 0 };
	small_picture(&looking->scene);
	assert_int_equal(view_open(&looking->view), 0);
	small_figures(&looking->scene, "all", 70, 60, 15);
	small_figures(&looking->scene, "nord", 70, 60, 15);
	small_figures(&looking->scene, "1815", 50, 40, 10);
	small_figures(&looking->scene, "1827", 20, 20, 5);
	small_beat(&looking->scene);
	view_begin(&looking->view, &looking->scene);
	look(looking, 24, 80);
}

static void end(struct looking *looking)
{
	page_close(&looking->page);
	view_close(&looking->view);
	scene_close(&looking->scene);
}

static void assert_shown(const struct looking *looking, const char *text)
{
	if (small_find(&looking->page, text) < 0) {
		page_print(&looking->page, stdout);
		fail_msg("there is no \"%s\"", text);
	}
}

/* The row that the reader is at; the first letters of its name. */
static void assert_at(const struct looking *looking, const char *name)
{
	int row = 1;

	while (row < looking->page.rows &&
	       looking->page.cells[row * looking->page.columns].style != STYLE_CURSOR)
		row++;
	if (small_find(&looking->page, name) > row || row == looking->page.rows) {
		page_print(&looking->page, stdout);
		fail_msg("the reader is at row %d, and not at %s", row, name);
	}
	for (size_t i = 0; name[i]; i++) {
		bool found = false;

		for (int j = 0; j < 30 && !found; j++)
			found = looking->page.cells[row * looking->page.columns + j].code[0] ==
				(uint32_t)name[i];
		assert_true(found);
	}
}

static void the_first_screen_has_the_regions_and_the_first_programme(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	assert_int_equal(small_find(&looking.page, "programme: Autumn"), 0);
	assert_shown(&looking, "as of 2025-10-01");
	assert_shown(&looking, " ▾ Everywhere                70     1     1/1      60     15 ");
	assert_shown(&looking, "25 %");
	assert_int_equal(small_find(&looking.page, "live, tick 0 s ago"), 23);
	assert_shown(&looking, "1 source late");
	assert_at(&looking, "Everywhere");
	end(&looking);
}

static void keys_go_into_the_programme_and_back(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	press(&looking, "j\n");
	assert_int_equal(small_find(&looking.page, "Nordland, fylke"), 1);
	assert_shown(&looking, "2025-09-01 to 2025-10-30, day 31 of 60; 1 module,");
	assert_shown(&looking, "15 of 60 participants");
	/* Most first, who has none last, and only those of the programme. */
	assert_true(small_find(&looking.page, " Vega ") < small_find(&looking.page, " Dønna "));
	assert_true(small_find(&looking.page, " Dønna ") < small_find(&looking.page, " Bindal "));
	press(&looking, "n");
	assert_int_equal(small_find(&looking.page, "Sør-Helgeland, council; in Nordland"), 1);
	press(&looking, "N");
	assert_int_equal(small_find(&looking.page, "Nordland, fylke"), 1);
	press(&looking, "\033");
	assert_at(&looking, "Nordland");
	press(&looking, "G");
	assert_at(&looking, "nna");
	press(&looking, "h");
	assert_at(&looking, "The trust");
	end(&looking);
}

/* The line that has this has all of that, too. */
static void assert_line(const struct looking *looking, const char *first, const char *second)
{
	int row = small_find(&looking->page, first);
	struct page line;

	page_open(&line, 1, looking->page.columns, false);
	page_copy(&line, 0, 1, &looking->page, row < 0 ? 0 : row);
	if (row < 0 || small_find(&line, second) != 0) {
		page_print(&looking->page, stdout);
		fail_msg("\"%s\" does not stand behind \"%s\"", second, first);
	}
	page_close(&line);
}

static void a_programme_has_its_targets_and_its_pace(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	small_all_figures(&looking.scene);
	look(&looking, 60, 80);
	press(&looking, "\n");
	/* 31 of 60 days: 21 of 40 */
	assert_line(&looking, " participants                   12      40 ████", "  30 % 9 behind");
	assert_line(&looking, " completed: sykepleier           7       7 ", " 100 % reached");
	assert_line(&looking, " hours, in each place            1       3 ", "  33 % places");
	assert_line(&looking, " reached      ██", "  67 %  2 of 3 places");
	assert_line(&looking, " not started", " 2");
	assert_line(&looking, " sykepleier                ", " 8         7 ");
	assert_shown(&looking, " moodle (late)");
	end(&looking);
}

static void a_module_has_its_scores_and_a_competence_its_needs(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	small_all_figures(&looking.scene);
	look(&looking, 60, 80);
	press(&looking, "m\n");
	assert_line(&looking, " pass rate    ██", "  88 %  7 of 8 assessed");
	assert_shown(&looking, "Half complete it within 14 days, nine of ten within 31.");
	assert_shown(&looking, "Gain: 25 points of 100");
	assert_shown(&looking, " ████ ████             mean    71 %");
	press(&looking, "\tG");
	assert_line(&looking, " level 3      ██", "  33 %  3 of 9 holders");
	assert_line(&looking, " level 2: sykepleier", "  30 % 7 to train");
	assert_line(&looking, " level 1: all", " 9       - ");
	assert_line(&looking, " in 60 days", " 1  in 90 days      4");
	end(&looking);
}

/* A release has not all figures, and what it has is protected. */
static void a_release_says_so_and_hides_what_it_has_not(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	small_beat_open(&looking.scene, 3);
	small_take(&looking.scene, "metric/nord/programme/autumn",
		   "{'region': 'nord', 'kind': 'programme', 'id': 'autumn', 'release': 3,"
		   "'metrics': {'participants': 60, 'completed': 15,"
		   "'reached': {'n': 2, 'of': 3, 'value': 0.67},"
		   "'by': {'role': {'nurse': {'participants': 41}}}}}");
	look(&looking, 40, 130);
	assert_shown(&looking, "as of 2025-09-30");
	assert_line(&looking, "release 3, protected: may be off by a few, does not add up",
		    "q quit");
	assert_int_equal(small_find(&looking.page, "stalled"), -1);
	assert_int_equal(small_find(&looking.page, "weeks"), -1);
	press(&looking, "j\n");
	assert_line(&looking, " sykepleier            ", " 41         -");
	assert_line(&looking, " Bindal  ", "  -");
	press(&looking, "n");
	assert_shown(&looking, "The release gives nothing here: nobody counts, or too few.");
	press(&looking, "o");
	assert_shown(&looking, "A release names no sources");
	small_beat_open(&looking.scene, 0);
	press(&looking, "o");
	assert_shown(&looking, "there is no release yet");
	end(&looking);
}

/* Of another daemon, or none of ours. */
static void figures_of_another_form_do_no_harm(void **state)
{
	static const char *const forms[] = {
		"{'metrics': {'participants': 'x', 'targets': [5, {}, {'n': -1, 'of': 1e300}],"
		" 'by': {'role': 7}, 'daily': {'a': 1}, 'reached': [], 'completion_rate': 3}}",
		"{'metrics': {'participants': 9223372036854775807, 'completed':"
		" -9223372036854775808, 'completion_rate': {'n': 9223372036854775807, 'of': 1},"
		" 'by': {'role': {'nurse': [], 'unknown': 3}},"
		" 'daily': [[], 1, ['2025-10-01', 'x']],"
		" 'targets': [{'measure': 5, 'where': {'role': {}, 'x': 'y'}, 'places': 4}]},"
		" 'sources': [1, {}]}",
		"{'metrics': {'score': {'n': 1, 'histogram': ['a', {}, 1, 2, 3, 4, 5, 6, 7, 8],"
		" 'mean': 1e308, 'median': -1e308}, 'days_to_complete': [],"
		" 'gain': {'mean': 1e308},"
		" 'levels': {'\\u001b[2J': 'x'}, 'requirements': [[], 1, {'where': 5, 'of': 1}],"
		" 'holders': [], 'coverage': {'n': {}, 'of': []}, 'levels2': 1}}",
	};
	static const char *const topics[] = { "metric/all/programme/autumn",
					      "metric/all/module/alarm",
					      "metric/all/competence/watch",
					      "metric/all/people/all" };
	struct looking looking;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		begin(&looking);
		for (size_t j = 0; j < sizeof(topics) / sizeof(topics[0]); j++)
			small_take(&looking.scene, topics[j], forms[i]);
		look(&looking, 60, 80);
		press(&looking, "\n");
		for (size_t j = 0; j < sizeof(topics) / sizeof(topics[0]); j++) {
			press(&looking, "\t");
			assert_shown(&looking, "Everywhere");
		}
		end(&looking);
	}
}

static void what_is_typed_filters_at_once(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	press(&looking, "/veg");
	assert_shown(&looking, "/veg");
	assert_at(&looking, "Vega");
	assert_int_equal(small_find(&looking.page, "Bindal"), -1);
	press(&looking, "q"); /* a letter here */
	assert_false(looking.view.quit);
	assert_shown(&looking, "No region has \"vegq\"");
	press(&looking, "\177\n");
	assert_int_equal(small_find(&looking.page, "Bindal"), -1);
	press(&looking, "\033");
	assert_shown(&looking, "Bindal");
	press(&looking, "q");
	assert_true(looking.view.quit);
	end(&looking);
}

static void subjects_follow_one_another(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	press(&looking, "\t");
	assert_shown(&looking, "module: Alarms");
	press(&looking, "\t");
	assert_shown(&looking, "competence: Watching");
	press(&looking, "\t");
	assert_int_equal(small_find(&looking.page, "everybody"), 0);
	press(&looking, "m\n");
	assert_shown(&looking, "Nobody counts here yet.");
	press(&looking, "\033p");
	assert_shown(&looking, "programme: Autumn");
	end(&looking);
}

static void sources_and_keys_have_screens_of_their_own(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	press(&looking, "o");
	assert_true(small_find(&looking.page, "moodle") < small_find(&looking.page, "lms"));
	assert_shown(&looking, "LATE 1 h");
	assert_shown(&looking, " 7      2 h      60 min");
	assert_shown(&looking, "in time");
	press(&looking, "?");
	for (size_t i = 0; i < n_key_rows; i++)
		assert_shown(&looking, key_rows[i].names);
	press(&looking, "\033");
	assert_at(&looking, "Everywhere");
	end(&looking);
}

static void what_is_stale_says_so_and_stays(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	scene_beat(&looking.scene, NULL, 0);
	look(&looking, 24, 80);
	assert_int_equal(small_find(&looking.page, "STALE, reconnecting"), 23);
	assert_shown(&looking, "Everywhere                70");
	end(&looking);
}

static void a_screen_that_is_too_small_says_so(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	look(&looking, 9, 80);
	assert_shown(&looking, "Too small: 80x9.");
	look(&looking, 24, 39);
	assert_shown(&looking, "40x10.");
	look(&looking, 10, 40);
	assert_shown(&looking, "Everywhere");
	assert_shown(&looking, "live, tick");
	end(&looking);
}

static void another_catalogue_leaves_the_reader_where_the_name_is(void **state)
{
	struct looking looking;

	(void)state;
	begin(&looking);
	press(&looking, "/vega\n\n");
	assert_int_equal(small_find(&looking.page, "Vega, municipality; in Sør-Helgeland, The"), 1);
	small_take(&looking.scene, "catalogue",
		   "{'regions': [{'code': '1815', 'name': 'Vega now', 'parents': []}],"
		   " 'programmes': [{'id': 'x', 'name': 'Other'}], 'modules': [],"
		   " 'competences': []}");
	look(&looking, 24, 80);
	assert_shown(&looking, "Vega now");
	small_take(&looking.scene, "catalogue",
		   "{'regions': [], 'programmes': [], 'modules': [], 'competences': []}");
	look(&looking, 24, 80);
	assert_shown(&looking, "no such region");
	end(&looking);
}

static void a_target_is_expected_by_the_days_that_are_over(void **state)
{
	static const struct {
		const char *from, *to, *as_of;
		int64_t of, expected;
	} cases[] = {
		{ "2025-09-01", "2025-09-10", "2025-09-05", 100, 50 },
		{ "2025-09-01", "2025-09-10", "2025-08-01", 100, 0 },
		{ "2025-09-01", "2025-09-10", "2026-08-01", 100, 100 },
		{ "2025-09-01", "2025-09-01", "2025-09-01", 7, 7 },
		{ "2025-09-01", NULL, "2025-09-05", 100, -1 },
		{ "2025-09-10", "2025-09-01", "2025-09-05", 100, -1 },
		{ "2025-09-01", "2025-09-10", "2025-09-05", 0, -1 },
		{ "2025-09-01", "2025-09-10", "2025-09-05", INT64_MAX, INT64_MAX / 2 + 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *programme =
			json_pack("{s:s, s:s?}", "from", cases[i].from, "to", cases[i].to);

		assert_true(subject_expected(programme, cases[i].as_of, cases[i].of) ==
			    cases[i].expected);
		json_decref(programme);
	}
}

/* Whatever is pressed at whatever size: the page is what it should be, and the reader on it. */
static void any_keys_in_any_order_do_no_harm(void **state)
{
	static const uint32_t others[] = { PRESS_UP,	    PRESS_DOWN,	   PRESS_LEFT,
					   PRESS_RIGHT,	    PRESS_PAGE_UP, PRESS_PAGE_DOWN,
					   PRESS_HOME,	    PRESS_END,	   PRESS_BACK_TAB,
					   PRESS_BACKSPACE, PRESS_TAB,	   PRESS_ENTER,
					   PRESS_ESCAPE,    0xf8,	   0x1f600 };
	struct looking looking;

	(void)state;
	srand((unsigned)test_seed());
	begin(&looking);
	small_all_figures(&looking.scene);
	for (int i = 0; i < ROUNDS; i++) {
		uint32_t key =
			rand() % 2 ? (uint32_t)(rand() % 128)
				   : others[(size_t)rand() % (sizeof(others) / sizeof(others[0]))];

		looking.view.quit = false;
		view_press(&looking.view, &looking.scene, key);
		if (rand() % 50 == 0)
			small_figures(&looking.scene, "1811", rand() % 100, rand() % 100,
				      rand() % 100);
		look(&looking, 1 + rand() % 40, 1 + rand() % 150);
		assert_in_range(looking.view.top, 0, 10);
		assert_in_range(looking.view.scroll, 0, 100);
		if (looking.page.rows >= SCREEN_ROWS_LEAST &&
		    looking.page.columns >= SCREEN_COLUMNS_LEAST) {
			assert_int_equal(small_find(&looking.page, "lift top"), 0);
			assert_int_equal(small_find(&looking.page, "live, tick"),
					 looking.page.rows - 1);
		}
	}
	end(&looking);
}

static int in_utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_screen_has_the_regions_and_the_first_programme),
		cmocka_unit_test(keys_go_into_the_programme_and_back),
		cmocka_unit_test(a_programme_has_its_targets_and_its_pace),
		cmocka_unit_test(a_module_has_its_scores_and_a_competence_its_needs),
		cmocka_unit_test(a_release_says_so_and_hides_what_it_has_not),
		cmocka_unit_test(figures_of_another_form_do_no_harm),
		cmocka_unit_test(what_is_typed_filters_at_once),
		cmocka_unit_test(subjects_follow_one_another),
		cmocka_unit_test(sources_and_keys_have_screens_of_their_own),
		cmocka_unit_test(what_is_stale_says_so_and_stays),
		cmocka_unit_test(a_screen_that_is_too_small_says_so),
		cmocka_unit_test(another_catalogue_leaves_the_reader_where_the_name_is),
		cmocka_unit_test(a_target_is_expected_by_the_days_that_are_over),
		cmocka_unit_test(any_keys_in_any_order_do_no_harm),
	};

	return cmocka_run_group_tests(tests, in_utf8, NULL);
}
