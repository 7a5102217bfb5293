/* SPDX-License-Identifier: Apache-2.0 */
/* Long answers are made beside the loop: each once, in their order, of the figures as they were. */
#include "clients/web/figures/printer.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/err.h"

enum { ROWS = 3000, MOST = 8 };

/* Figures of so many regions, of which nothing is kept but by the print itself. */
static struct print *print_of(size_t n, enum print_format format, const char *key)
{
	struct print *print = print_new();
	json_t *rows = json_array();

	assert_non_null(print);
	for (size_t i = n; i > 0; i--) {
		char region[16];

		snprintf(region, sizeof(region), "%06zu", i);
		json_array_append_new(rows, json_pack("{s:s, s:s, s:s, s:{s:I}}", "region", region,
						      "kind", "module", "id", "m", "metrics",
						      "started", (json_int_t)i));
	}
	assert_int_equal(figures_of_rows(rows, &print->wish, &print->figures), 0);
	assert_int_equal(print_hold(print), 0);
	json_decref(rows);
	print->format = format;
	print->language = "en";
	print->head = json_object();
	print->change = 7;
	snprintf(print->key, sizeof(print->key), "%s", key);
	return print;
}

static struct print *next(struct printer *printer, struct http_exchange **ret_exchange)
{
	struct pollfd ready = { .fd = printer_fd(printer), .events = POLLIN };
	struct print *print;

	while (!(print = printer_next(printer, ret_exchange)))
		assert_int_equal(poll(&ready, 1, 60000), 1);
	return print;
}

static void what_is_made_is_as_it_was_in_its_order(void **state)
{
	static const enum print_format formats[] = { PRINT_JSON, PRINT_CSV, PRINT_XLSX };
	struct printer *printer = printer_new();
	char exchanges[3];

	(void)state;
	assert_non_null(printer);
	for (size_t i = 0; i < 3; i++)
		assert_true(printer_add(printer, print_of(ROWS, formats[i], "a"),
					(struct http_exchange *)&exchanges[i]));
	for (size_t i = 0; i < 3; i++) {
		struct http_exchange *exchange;
		struct print *print = next(printer, &exchange);

		assert_ptr_equal(exchange, &exchanges[i]);
		assert_int_equal(print->format, formats[i]);
		assert_int_equal(print->err, 0);
		if (formats[i] == PRINT_JSON)
			assert_non_null(strstr(print->made.body,
					       "[{\"region\":\"000001\",\"kind\":\"module\","
					       "\"id\":\"m\",\"metrics\":{\"started\":1}},"));
		else if (formats[i] == PRINT_CSV)
			assert_non_null(strstr(print->made.body, "\n003000,"));
		else
			assert_memory_equal(print->made.body, "PK", 2);
		print_free(print);
	}
	printer_free(printer);
}

static void there_are_only_so_many_and_they_are_known_by_their_keys(void **state)
{
	struct printer *printer = printer_new();
	struct print *more = print_of(1, PRINT_JSON, "more");
	struct http_exchange *exchange;
	size_t n = 0;

	(void)state;
	while (n < MOST && printer_add(printer, print_of(ROWS, PRINT_JSON, "a"), NULL))
		n++;
	assert_int_equal(n, MOST);
	assert_false(printer_add(printer, more, NULL));
	assert_true(printer_has(printer, "a", 7));
	assert_false(printer_has(printer, "a", 8));
	assert_false(printer_has(printer, "more", 7));
	print_free(next(printer, &exchange));
	assert_true(printer_add(printer, more, NULL));
	assert_true(printer_has(printer, "more", 7));
	printer_free(printer); /* in the middle */
}

static void what_is_too_much_for_a_table_is_told(void **state)
{
	struct printer *printer = printer_new();
	struct print *print = print_of(2, PRINT_CSV, "a");
	struct http_exchange *exchange;
	json_t *wide = json_object();

	(void)state;
	for (int i = 0; i < 16001; i++) {
		char name[16];

		snprintf(name, sizeof(name), "v%d", i);
		json_object_set_new(wide, name, json_integer(i));
	}
	json_decref((json_t *)print->figures.rows[0].metrics);
	print->figures.rows[0].metrics = wide;
	assert_true(printer_add(printer, print, NULL));
	print = next(printer, &exchange);
	assert_int_equal(print->err, LIFT_E_SIZE);
	assert_null(print->made.body);
	print_free(print);
	printer_free(printer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_as_it_was_in_its_order),
		cmocka_unit_test(there_are_only_so_many_and_they_are_known_by_their_keys),
		cmocka_unit_test(what_is_too_much_for_a_table_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
