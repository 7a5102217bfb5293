/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/top/page.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_page(struct page *page, const char *expected)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	page_print(page, out);
	fclose(out);
	assert_string_equal(text, expected);
	free(text);
	page_close(page);
}

static void what_does_not_fit_is_cut(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, 4, 8, false);
	assert_int_equal(page_put(&page, 0, 2, -1, STYLE_PLAIN, "Brønnøy"), 6);
	assert_int_equal(page_put(&page, 1, 0, 7, STYLE_PLAIN, "Brønnøy"), 7);
	assert_int_equal(page_put(&page, 2, 0, 3, STYLE_PLAIN, "Brønnøy"), 3);
	page_put_right(&page, 3, 0, 8, STYLE_PLAIN, "ø");
	assert_int_equal(page_put(&page, 4, 0, -1, STYLE_PLAIN, "below"), 0);
	assert_int_equal(page_put(&page, -1, 0, -1, STYLE_PLAIN, "above"), 0);
	assert_int_equal(page_put(&page, 0, 8, -1, STYLE_PLAIN, "beside"), 0);
	assert_page(&page, "  Brønn…\nBrønnøy\nBr…\n       ø\n");
}

static void what_could_steer_a_terminal_does_not(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, 3, 20, false);
	page_put(&page, 0, 0, -1, STYLE_PLAIN, "a\033[2Jb\ac");
	page_put(&page, 1, 0, -1, STYLE_PLAIN,
		 "a\xe2\x80\xae"
		 "b\xc2\x9b"
		 "c\xff"
		 "d");
	page_say(&page, 2, 0, STYLE_PLAIN, "%s", "x\ny\tz");
	assert_page(&page, "a?[2Jb?c\na?b?c?d\nx?y?z\n");
}

static void wide_and_joined_characters_take_their_columns(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, 3, 6, false);
	assert_int_equal(page_put(&page, 0, 0, -1, STYLE_PLAIN, "A\xcc\x8aland"), 5);
	assert_int_equal(page_put(&page, 1, 0, -1, STYLE_PLAIN, "\xe6\x97\xa5\xe6\x9c\xac"), 4);
	assert_int_equal(
		page_put(&page, 2, 0, 4, STYLE_PLAIN, "\xe6\x97\xa5\xe6\x9c\xac\xe6\x97\xa5"), 3);
	assert_page(&page, "A\xcc\x8aland\n\xe6\x97\xa5\xe6\x9c\xac\n\xe6\x97\xa5…\n");
}

static void an_ascii_page_is_ascii(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, 2, 12, true);
	page_put(&page, 0, 0, -1, STYLE_PLAIN, "Sør-Ærøskøbing");
	page_put(&page, 1, 0, -1, STYLE_PLAIN, "ÅÄÖåäöéÞ\xe6\x97\xa5");
	assert_page(&page, "Sor-Aroskob~\nAAOaaoeT?\n");
}

static void a_long_page_is_shown_in_parts(void **state)
{
	struct page page, part;

	(void)state;
	page_open(&page, 1, 4, false);
	page_open(&part, 2, 4, false);
	for (int i = 0; i < 200; i++) {
		assert_true(page_need(&page, i));
		page_say(&page, i, 0, STYLE_PLAIN, "%d", i);
	}
	assert_false(page_need(&page, 1000000));
	page_copy(&part, 0, 5, &page, 150);
	page_close(&page);
	assert_page(&part, "150\n151\n");
}

static int in_utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_is_cut),
		cmocka_unit_test(what_could_steer_a_terminal_does_not),
		cmocka_unit_test(wide_and_joined_characters_take_their_columns),
		cmocka_unit_test(an_ascii_page_is_ascii),
		cmocka_unit_test(a_long_page_is_shown_in_parts),
	};

	return cmocka_run_group_tests(tests, in_utf8, NULL);
}
