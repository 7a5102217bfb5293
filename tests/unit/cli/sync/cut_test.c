/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sync/cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define BOM "\xef\xbb\xbf"

static void a_cut_is_found_where_it_is_and_nowhere_else(void **state)
{
	static const struct {
		const char *why, *text;
		bool json;
		uint64_t line; /* 0: it is whole */
	} cases[] = {
		{ "whole", "a,b\n1,2\n3,4\n", false, 0 },
		{ "nothing at all", "", false, 0 },
		{ "a header alone", "a,b\n", false, 0 },
		{ "a header that is cut", "a,b", false, 1 },
		{ "empty lines at the end", "a,b\n1,2\n\n\r\n", false, 0 },
		{ "no end of line", "a,b\n1,2\n3,4", false, 3 },
		{ "no end of line after a row of two lines", "a,b\n1,\"x\ny\"\n3,\"4\n", false, 4 },
		{ "fewer cells", "a,b,c\n1,2,3\n4,5\n", false, 3 },
		{ "fewer cells behind an empty line", "a,b,c\n1,2,3\n\n4,5\n", false, 4 },
		{ "other rows have fewer, too", "a,b,c\n1,2\n4,5,6\n7,8\n", false, 0 },
		{ "separators in quotes are none", "a,b\n\"1,1,1\",2\n\"3\",4\n", false, 0 },
		{ "fewer cells, in quotes", "a,b\n1,2\n\"3,4\"\n", false, 3 },
		{ "a byte-order mark and the hint of a spreadsheet",
		  BOM "sep=;\r\na;b,c\r\n1;2\r\n3\r\n", false, 4 },
		{ "semicolons, and commas as decimals", "a;b\n1,5;2\n3,5;4\n", false, 0 },
		{ "tabs", "a\tb\n1\t2\n3\n", false, 3 },
		{ "lines of JSON", "{}\n{}\n", true, 0 },
		{ "lines of JSON without the last end", "{}\n{}", true, 2 },
		{ "an array", "[{},\n{}]", true, 0 },
		{ "an array that goes on", "[{},\n{}\n", true, 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t piece = 1; piece < 8; piece += 6) {
			struct text left = text_of(cases[i].text);
			struct cut cut = { .json = cases[i].json };
			char problem[CUT_PROBLEM_MAX];
			uint64_t line = 0;
			bool is;

			while (left.size > 0) {
				size_t size = left.size < piece ? left.size : piece;

				cut_look(&cut, left.data, size);
				left.data += size;
				left.size -= size;
			}
			is = cut_is(&cut, &line, problem);
			if (is != (cases[i].line > 0) || (is && line != cases[i].line))
				fail_msg("%s: %s, line %llu", cases[i].why, is ? "cut" : "whole",
					 (unsigned long long)line);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_is_found_where_it_is_and_nowhere_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
