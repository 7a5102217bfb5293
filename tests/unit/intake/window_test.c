/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/intake/window.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/world.h"

static void a_client_has_its_window_in_each_group(void **state)
{
	struct window window = { 0 };

	(void)state;
	for (int group = 0; group < 3; group++) {
		for (int i = 0; i < 64; i++)
			assert_true(window_take(&window, text_of("greedy"), 64));
		for (int i = 0; i < 3; i++)
			assert_false(window_take(&window, text_of("greedy"), 64));
		assert_true(window_take(&window, text_of("greed"), 64));
		assert_true(window_take(&window, text_of("greedy?"), 64));
		window_clear(&window);
	}
}

/* As many clients as there may be, in any order, against a plain count. */
static void every_client_is_counted_by_itself(void **state)
{
	enum { MOST = 3, TURNS = 4000 };
	struct window window = { 0 };
	static char ids[WINDOW_CLIENTS][5]; /* as libzmq makes them: 0 and a number */
	uint32_t counts[WINDOW_CLIENTS] = { 0 };

	(void)state;
	chance_begin();
	for (uint32_t i = 0; i < WINDOW_CLIENTS; i++)
		put_be((uint8_t *)ids[i] + 1, 0x6b8b4567 + i, 4);
	for (int turn = 0; turn < TURNS; turn++) {
		uint32_t i = chance(WINDOW_CLIENTS);
		bool taken = window_take(&window, (struct text){ ids[i], sizeof(ids[i]) }, MOST);

		assert_int_equal(taken, counts[i] < MOST);
		counts[i] += taken;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_has_its_window_in_each_group),
		cmocka_unit_test(every_client_is_counted_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
