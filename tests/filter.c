/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Linked with every test program: with LIFT_FILTER in the environment only the tests run whose
 * names are like it
 * (`*` and `?` stand for other characters). With sanitizers, an allocation of more than there can
 * be fails as it does without them, so that the tests of it run there, too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

__attribute__((constructor)) static void filter_tests(void)
{
	const char *filter = getenv("LIFT_FILTER");

	if (filter && *filter)
		cmocka_set_test_filter(filter);
}

#ifdef LIFT_SANITIZED
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}
#endif
