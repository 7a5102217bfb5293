/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/made.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void gzip_is_taken_where_a_client_says_so(void **state)
{
	static const char *const taken[] = { "gzip",	      "br, gzip",
					     "GZIP",	      "gzip;q=0.5",
					     "gzip; q=0.001", "deflate;q=0, gzip ;q=1",
					     ",gzip,",	      "br;q=0,gzip" };
	static const char *const refused[] = { "",
					       "br",
					       "gzip;q=0",
					       "gzip; q=0",
					       "gzip ; q=0.000",
					       "xgzip, gzipx",
					       "br;q=1, deflate" };

	(void)state;
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (!made_takes_gzip(taken[i]))
			fail_msg("%s", taken[i]);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (made_takes_gzip(refused[i]))
			fail_msg("%s", refused[i]);
	assert_false(made_takes_gzip(NULL));
}

static void what_would_not_be_shorter_stays_as_it_is(void **state)
{
	struct made made = { .body = strdup("a"), .size = 1 };

	(void)state;
	made_press(&made);
	assert_null(made.encoding);
	assert_string_equal(made.body, "a");
	free(made.body);
	made = (struct made){ .body = calloc(1000, 1), .size = 1000 };
	made_press(&made);
	assert_string_equal(made.encoding, "gzip");
	assert_true(made.size < 100);
	free(made.body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_is_taken_where_a_client_says_so),
		cmocka_unit_test(what_would_not_be_shorter_stays_as_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
