/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/disk/maps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/store/address.h"
#include "proto/err.h"

#define GIB (UINT64_C(1) << 30)

static void what_fits_is_what_is_needed(void **state)
{
	static const uint64_t sizes[] = { GIB / 2,  GIB,      2 * GIB,	4 * GIB,
					  16 * GIB, 39 * GIB, 512 * GIB };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		uint32_t mib = maps_journal_mib(sizes[i]);

		assert_true(mib == 0 || maps_needed(mib) <= sizes[i]);
		assert_true(maps_needed(mib + 1) > sizes[i]);
	}
	assert_int_equal(maps_journal_mib(GIB), 0);
	assert_in_range(maps_journal_mib(16 * GIB), 1000, 2000);
	assert_int_equal(maps_journal_mib(2048 * GIB), MAPS_JOURNAL_MAX_MIB);
}

static void more_is_needed_for_more(void **state)
{
	(void)state;
	for (uint32_t mib = 1; mib < MAPS_JOURNAL_MAX_MIB; mib += 1 + mib / 3)
		assert_true(maps_needed(mib) < maps_needed(mib + 1));
}

/* Of a process with so much address space: what a journal of so many MiB may be there, or an
 * error. */
static int choose_in(uint64_t address, uint32_t configured_mib)
{
	struct rlimit limit = { address, address };
	uint32_t mib = 0;
	int status, err;
	pid_t child = fork();

	if (child == 0) {
		if (setrlimit(RLIMIT_AS, &limit) != 0)
			_exit(99);
		err = maps_choose(configured_mib, &mib);
		_exit(err == LIFT_E_MEMORY		      ? 1
		      : err				      ? 98
		      : mib == configured_mib		      ? 2
		      : mib < MAPS_JOURNAL_MAX_MIB && mib > 0 ? 3
							      : 4);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_limit_makes_the_journal_smaller_unless_it_was_asked_for(void **state)
{
	enum { REFUSED = 1, AS_ASKED = 2, LESS = 3 };

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("skipped: a sanitizer needs address space itself\n");
	skip();
#endif
	assert_int_equal(choose_in(16 * GIB, 0), LESS);
	assert_int_equal(choose_in(16 * GIB, 1000), AS_ASKED);
	assert_int_equal(choose_in(16 * GIB, 20000), REFUSED);
	assert_int_equal(choose_in(GIB, 0), REFUSED);
	assert_int_equal(choose_in(GIB, 1000), REFUSED);
}

static void what_is_free_can_be_had(void **state)
{
	(void)state;
	assert_in_range(address_free(GIB), GIB - ADDRESS_STEP, GIB);
	assert_int_equal(address_free(0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_what_is_needed),
		cmocka_unit_test(more_is_needed_for_more),
		cmocka_unit_test(a_limit_makes_the_journal_smaller_unless_it_was_asked_for),
		cmocka_unit_test(what_is_free_can_be_had),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
