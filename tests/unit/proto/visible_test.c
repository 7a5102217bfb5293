/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/visible.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *why, *text;
	size_t size;
	bool hidden;
	uint32_t code;
} cases[] = {
	{ "nothing", "", 0, false, 0 },
	{ "a letter", "a", 1, false, 'a' },
	{ "a space", " ", 1, false, ' ' },
	{ "a letter of two bytes", "\xc3\xb8", 2, false, 0xf8 },
	{ "a letter of three bytes", "\xe2\x82\xac", 3, false, 0x20ac },
	{ "a letter of four bytes", "\xf0\x9f\x99\x82", 4, false, 0x1f642 },
	{ "an escape", "\x1b[31m", 1, true, 0x1b },
	{ "a new line", "\n", 1, true, '\n' },
	{ "DEL", "\x7f", 1, true, 0x7f },
	{ "CSI, as C1", "\xc2\x9b", 2, true, 0x9b },
	{ "a no-break space, which is a space", "\xc2\xa0", 2, false, 0xa0 },
	{ "a soft hyphen", "\xc2\xad", 2, true, 0xad },
	{ "an Arabic letter mark", "\xd8\x9c", 2, true, 0x61c },
	{ "a space of no width", "\xe2\x80\x8b", 3, true, 0x200b },
	{ "from right to left", "\xe2\x80\xaegnp.exe", 3, true, 0x202e },
	{ "an isolate", "\xe2\x81\xa6", 3, true, 0x2066 },
	{ "a byte order mark", "\xef\xbb\xbf", 3, true, 0xfeff },
	{ "a tag", "\xf3\xa0\x81\x81", 4, true, 0xe0041 },
	{ "a byte that is no UTF-8, but C1", "\x9b", 1, true, 0x9b },
	{ "a character that is cut, before an end", "\xe2\x80", 1, false, 0xe2 },
	{ "another", "\xf3", 1, false, 0xf3 },
};

static void what_nobody_sees_is_found(void **state)
{
	uint32_t code;
	bool hidden;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (visible_next(cases[i].text, &code, &hidden) != cases[i].size ||
		    hidden != cases[i].hidden || (cases[i].size > 0 && code != cases[i].code))
			fail_msg("%s", cases[i].why);
}

/* One behind the other: what follows in a character is none of its own. */
static void a_text_is_gone_through_by_characters(void **state)
{
	static const char text[] = "\xe6\x9d\xb1\xc3\x9f"
				   "a\xe2\x80\xae";
	static const uint32_t codes[] = { 0x6771, 0xdf, 'a', 0x202e };
	const char *at = text;
	uint32_t code;
	bool hidden;

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		at += visible_next(at, &code, &hidden);
		assert_int_equal(code, codes[i]);
		assert_int_equal(hidden, i == 3);
	}
	assert_int_equal(visible_next(at, &code, &hidden), 0);
}

static void what_is_hidden_becomes_a_mark(void **state)
{
	static const struct {
		const char *text, *kept, *expected;
	} rows[] = {
		{ "", "", "" },
		{ "Brønnøy", "", "Brønnøy" },
		{ "a\x1b[2J\xc2\x9b\xe2\x80\xae"
		  "b",
		  "", "a?[2J??b" },
		{ "one\ntwo\t", "\n", "one\ntwo?" },
		{ "\xff\xf0\x9f", "", "\xff\xf0?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[64];

		strcpy(text, rows[i].text);
		visible_only(text, rows[i].kept);
		assert_string_equal(text, rows[i].expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_sees_is_found),
		cmocka_unit_test(a_text_is_gone_through_by_characters),
		cmocka_unit_test(what_is_hidden_becomes_a_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
