/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MANUAL "daemon/liftd.8"

static bool is_id(const char *id)
{
	return strlen(id) == 32 && strspn(id, "0123456789abcdef") == 32;
}

static void names_and_ids_are_all_different(void **state)
{
	(void)state;
	for (int a = 0; a < ALERTS_COUNT; a++) {
		assert_true(is_id(log_alerts[a].id));
		assert_true(strspn(log_alerts[a].name, "abcdefghijklmnopqrstuvwxyz-") ==
			    strlen(log_alerts[a].name));
		for (int b = 0; b < a; b++) {
			assert_string_not_equal(log_alerts[a].id, log_alerts[b].id);
			assert_string_not_equal(log_alerts[a].name, log_alerts[b].name);
		}
	}
}

static const char *word_of(enum log_level level)
{
	static const char *const words[] = { [LOG_LEVEL_CRITICAL] = "critical",
					     [LOG_LEVEL_ERROR] = "error",
					     [LOG_LEVEL_WARNING] = "warning",
					     [LOG_LEVEL_NOTICE] = "notice" };

	return words[level];
}

/* The manual has each alert, with what to do, in the order of the table, and no other. */
static void the_manual_lists_each_of_them(void **state)
{
	FILE *manual = fopen(MANUAL, "re");
	char line[1024], name[64], priority[16], id[64];
	int found = 0;

	(void)state;
	if (!manual)
		fail_msg("%s: run this from the top of the source", MANUAL);
	while (fgets(line, sizeof(line), manual)) {
		if (sscanf(line, ".It Li %63[a-z-] , No %15[a-z] , Li %63[0-9a-f]", name, priority,
			   id) != 3)
			continue;
		if (found == ALERTS_COUNT || strcmp(name, log_alerts[found].name) != 0 ||
		    strcmp(id, log_alerts[found].id) != 0 ||
		    strcmp(priority, word_of(log_alerts[found].level)) != 0)
			fail_msg("%s in the manual is not the next one of the table: %s, %s, %s",
				 name,
				 found < ALERTS_COUNT ? log_alerts[found].name
						      : "which is at its end",
				 found < ALERTS_COUNT ? word_of(log_alerts[found].level) : "",
				 found < ALERTS_COUNT ? log_alerts[found].id : "");
		found++;
		if (!fgets(line, sizeof(line), manual) || line[0] == '.')
			fail_msg("%s: the manual does not say what it is", name);
		while (fgets(line, sizeof(line), manual) && strncmp(line, ".It", 3) != 0 &&
		       strncmp(line, ".El", 3) != 0)
			if (strncmp(line, "Do: ", 4) == 0)
				break;
		if (strncmp(line, "Do: ", 4) != 0)
			fail_msg("%s: the manual does not say what to do", name);
	}
	fclose(manual);
	if (found < ALERTS_COUNT)
		fail_msg("%s is not in %s", log_alerts[found].name, MANUAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_and_ids_are_all_different),
		cmocka_unit_test(the_manual_lists_each_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
