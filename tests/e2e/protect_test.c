/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the open plane as lift prints it, in each form, is that of the manual.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/e2e/check.h"
#include "tests/e2e/daemon.h"

#define MANUAL "proto/METRICS.md"
enum { ROWS = 10, LINE_MAX_BYTES = 400 };

/* The rows of the manual's table: behind its head, "| 5 | -5: 91029, 0: 565952 |". */
static void read_manual(char rows[ROWS][LINE_MAX_BYTES])
{
	FILE *file = fopen(MANUAL, "r");
	char line[LINE_MAX_BYTES];
	int n = -1;

	assert_non_null(file);
	while (n < ROWS && fgets(line, sizeof(line), file)) {
		if (strcmp(line, "| n | change: draws |\n") == 0)
			n = 0;
		else if (n >= 0 && strncmp(line, "| -", 3) != 0)
			strcpy(rows[n++], line);
	}
	fclose(file);
	assert_int_equal(n, ROWS);
}

/* "-5: 91029" and what is behind it. */
static bool next_change(const char **at, int *ret_change, int *ret_draws)
{
	int size = 0;

	if (sscanf(*at, " %d: %d%n", ret_change, ret_draws, &size) < 2)
		return false;
	*at += size;
	*at += **at == ',';
	return true;
}

enum form { FORM_CSV, FORM_JSONL };

static char *expected_cells(char rows[ROWS][LINE_MAX_BYTES], enum form form)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	if (form == FORM_CSV)
		fputs("n,change,draws\n", file);
	for (int n = 1; n <= ROWS; n++) {
		const char *at = strchr(rows[n - 1] + 1, '|') + 1;
		int change, draws;

		while (next_change(&at, &change, &draws))
			if (form == FORM_CSV)
				fprintf(file, "%d,%d,%d\n", n, change, draws);
			else
				fprintf(file, "{\"change\":%d,\"draws\":%d,\"n\":%d}\n", change,
					draws, n);
	}
	assert_int_equal(fclose(file), 0);
	return text;
}

static void check_printed(struct daemon *daemon, const char *form, char *expected)
{
	char *found = daemon_lift_out(daemon, 0, "protect", "--table", "--format", form, NULL);

	assert_true(strlen(expected) > 200);
	assert_string_equal(found, expected);
	free(found);
	free(expected);
}

static void the_table_is_that_of_the_manual(void **state)
{
	struct daemon *daemon = *state;
	char rows[ROWS][LINE_MAX_BYTES];
	char *found = daemon_lift_out(daemon, 0, "protect", "--table", NULL);

	read_manual(rows);
	for (int n = 1; n <= ROWS; n++) {
		char *changes = strchr(rows[n - 1] + 1, '|') + 2;
		char line[2 * LINE_MAX_BYTES];

		*strstr(changes, " |") = 0;
		snprintf(line, sizeof(line), "\n%2d %-9s%s\n", n, n < ROWS ? "" : "or more",
			 changes);
		if (!strstr(found, line))
			fail_msg("there is no line%sin\n%s", line, found);
	}
	free(found);
	check_printed(daemon, "csv", expected_cells(rows, FORM_CSV));
	check_printed(daemon, "jsonl", expected_cells(rows, FORM_JSONL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_table_is_that_of_the_manual, daemon_setup,
						daemon_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
