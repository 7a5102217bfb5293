/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Is there a point of the manual's list that begins with its name, with or without digits? */
static bool is_in_manual(const char *manual, const char *name)
{
	char row[64], row_of_scratch[64];

	snprintf(row, sizeof(row), "\n- `%s`", name);
	snprintf(row_of_scratch, sizeof(row_of_scratch), "\n- `%s-<16 digits>`", name);
	return strstr(manual, row) || strstr(manual, row_of_scratch);
}

static char *read_manual(void)
{
	enum { MANUAL_MAX = 1 << 20 };
	char *text = calloc(1, MANUAL_MAX + 1);
	FILE *file = fopen("daemon/OPERATING.md", "r");

	if (!file)
		fail_msg("daemon/OPERATING.md cannot be read: run from the top directory");
	assert_non_null(text);
	assert_in_range(fread(text, 1, MANUAL_MAX, file), 1, MANUAL_MAX - 1);
	fclose(file);
	return text;
}

static void all_that_is_in_the_state_is_in_the_manual(void **state)
{
	char *manual = read_manual(), *table = strstr(manual, "\n## What is in the state\n"), *end;

	(void)state;
	assert_non_null(table);
	end = strstr(table + 1, "\n## ");
	if (end)
		*end = 0;
	for (int part = 0; part < STATE_PARTS; part++)
		if (!is_in_manual(table, state_name((enum state_part)part)))
			fail_msg("OPERATING.md does not name %s",
				 state_name((enum state_part)part));
	assert_false(is_in_manual(table, "what-is-not-there"));
	free(manual);
}

static void no_two_parts_have_one_name(void **state)
{
	(void)state;
	for (int a = 0; a < STATE_PARTS; a++)
		for (int b = 0; b < a; b++)
			assert_string_not_equal(state_name((enum state_part)a),
						state_name((enum state_part)b));
}

/* And with it what is in a store there. */
static void each_part_of_the_longest_directory_has_a_whole_path(void **state)
{
	static const char file[] = "/data.mdb";
	char longest[STATE_DIR_MAX + 1], suffix[STATE_SUFFIX_MAX + 1], path[PATH_MAX];

	(void)state;
	memset(longest, 'x', STATE_DIR_MAX);
	longest[STATE_DIR_MAX] = 0;
	memset(suffix, 's', STATE_SUFFIX_MAX);
	suffix[STATE_SUFFIX_MAX] = 0;
	for (int part = 0; part < STATE_PARTS; part++) {
		const char *name = state_name((enum state_part)part);

		state_path(path, longest, (enum state_part)part);
		assert_string_equal(path + STATE_DIR_MAX + 1, name);
		state_path_beside(path, longest, (enum state_part)part, suffix);
		assert_memory_equal(path + STATE_DIR_MAX + 1, name, strlen(name));
		assert_string_equal(path + STATE_DIR_MAX + 1 + strlen(name), suffix);
		assert_true(strlen(path) + sizeof(file) <= PATH_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_in_the_state_is_in_the_manual),
		cmocka_unit_test(no_two_parts_have_one_name),
		cmocka_unit_test(each_part_of_the_longest_directory_has_a_whole_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
