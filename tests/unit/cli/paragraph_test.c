/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/paragraph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEN    "123456789 " /* with the space behind it */
#define FORTY  TEN TEN TEN TEN
#define EIGHTY FORTY FORTY
#define PAD10  "          "
#define PAD79  PAD10 PAD10 PAD10 PAD10 PAD10 PAD10 PAD10 "         "

static const struct {
	const char *why, *text;
	int column, indent;
	const char *printed;
} cases[] = {
	{ "a short one", "a b", 0, 2, "  a b\n" },
	{ "nothing", "", 0, 2, "  \n" },
	{ "several spaces are one", "  a   b ", 0, 0, "a b\n" },
	{ "eighty characters fit", FORTY TEN TEN TEN "12345678 0", 0, 0,
	  FORTY TEN TEN TEN "12345678 0\n" },
	{ "another one does not", FORTY TEN TEN TEN "12345678 01", 0, 0,
	  FORTY TEN TEN TEN "12345678\n01\n" },
	{ "lines begin with the indent", EIGHTY "x", 0, 4,
	  "    " FORTY TEN TEN "123456789\n    123456789 x\n" },
	{ "it goes on behind what is there", "a b", 10, 20, "          a b\n" },
	{ "what is there leaves no room", "a b", 5, 4, "\n    a b\n" },
	{ "a word longer than a line", "a bcd e", 0, 79, PAD79 "a\n" PAD79 "bcd\n" PAD79 "e\n" },
	{ "characters count, not bytes",
	  FORTY TEN TEN TEN "\xc3\xb8\xc3\xb8\xc3\xb8 \xc3\xb8\xc3\xb8\xc3\xb8 12", 0, 0,
	  FORTY TEN TEN TEN "\xc3\xb8\xc3\xb8\xc3\xb8 \xc3\xb8\xc3\xb8\xc3\xb8 12\n" },
	{ "what steers a terminal", "a\x1b[2J b\nc", 0, 0, "a?[2J b?c\n" },
};

static void a_paragraph_is_broken_between_words_at_eighty_characters(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *printed;
		size_t size;
		FILE *out = open_memstream(&printed, &size);

		paragraph_print(out, cases[i].text, cases[i].column, cases[i].indent);
		assert_int_equal(fclose(out), 0);
		if (strcmp(printed, cases[i].printed) != 0)
			fail_msg("%s:\n%s\nnot\n%s", cases[i].why, printed, cases[i].printed);
		free(printed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_paragraph_is_broken_between_words_at_eighty_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
