/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/web/figures/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char catalogue[] =
	"{\"regions\":[{\"code\":\"1833\",\"name\":\"Rana\",\"label\":{\"nb\":\"Rana, by\"}},"
	"{\"code\":\"18\",\"name\":\"=SUM(1)\"}],\"modules\":[{\"id\":\"m\",\"name\":"
	"\"A \\\"b\\\"\"}],"
	"\"programmes\":[],\"competences\":[]}";
static const char rows[] =
	"[{\"region\":\"18\",\"kind\":\"module\",\"id\":\"m\",\"metrics\":{\"started\":3,\"rate\":"
	"{\"n\":1,\"of\":3,\"value\":0.333333},\"score\":null}},"
	"{\"region\":\"1833\",\"kind\":\"module\",\"id\":\"m\",\"metrics\":{\"started\":1234567,"
	"\"rate\":{\"n\":0,\"of\":0,\"value\":null},\"days\":[[\"2025-01-01\",2]]}}]";

struct made {
	json_t *rows, *catalogue;
	struct figures figures;
	struct names names;
	struct wish wish;
};

static void make(struct made *made, const char *language)
{
	*made = (struct made){ .rows = json_loads(rows, 0, NULL),
			       .catalogue = json_loads(catalogue, 0, NULL) };
	assert_true(made->rows && made->catalogue);
	made->names = names_of(made->catalogue, language);
	assert_int_equal(figures_of_rows(made->rows, &made->wish, &made->figures), 0);
	figures_sort(&made->figures);
}

static void clear(struct made *made)
{
	figures_clear(&made->figures);
	names_clear(&made->names);
	json_decref(made->rows);
	json_decref(made->catalogue);
}

static char *csv_of(struct made *made, bool for_excel)
{
	char *body = NULL;
	size_t size;

	assert_int_equal(
		table_csv(&made->figures, &made->wish, &made->names, for_excel, &body, &size), 0);
	return body;
}

static void a_program_gets_each_value_of_all(void **state)
{
	static const char expected[] =
		"region,region_name,kind,id,name,started,rate.n,rate.of,rate.value,score,"
		"days.0.0,days.0.1\n"
		"18,=SUM(1),module,m,\"A \"\"b\"\"\",3,1,3,0.333333,,,\n"
		"1833,\"Rana, by\",module,m,\"A \"\"b\"\"\",1234567,0,0,,,2025-01-01,2\n";
	struct made made;
	char *body;

	(void)state;
	make(&made, "nb");
	body = csv_of(&made, false);
	assert_string_equal(body, expected);
	free(body);
	clear(&made);
}

static void columns_are_those_that_are_wished_for(void **state)
{
	static const char expected[] = "region,region_name,kind,id,name,rate.n,rate.of,rate.value,"
				       "nothing,started\n"
				       "18,=SUM(1),module,m,\"A \"\"b\"\"\",1,3,0.333333,,3\n"
				       "1833,Rana,module,m,\"A \"\"b\"\"\",0,0,,,1234567\n";
	struct made made;
	char *body;

	(void)state;
	make(&made, "sv");
	made.wish.n_paths = 3;
	made.wish.paths[0] = "rate";
	made.wish.paths[1] = "nothing";
	made.wish.paths[2] = "started";
	body = csv_of(&made, false);
	assert_string_equal(body, expected);
	free(body);
	clear(&made);
}

/* A name that a spreadsheet would take for a formula is a text there, too. */
static void a_spreadsheet_gets_its_own_form(void **state)
{
	struct made made;
	char *body;

	(void)state;
	make(&made, "nb");
	made.wish.n_paths = 1;
	made.wish.paths[0] = "rate.value";
	body = csv_of(&made, true);
	assert_memory_equal(body, "\xef\xbb\xbf", 3);
	assert_non_null(strstr(body, ";0,333333\r\n"));
	assert_null(strstr(body, ";=SUM"));
	assert_non_null(strstr(body, "=SUM(1)"));
	free(body);
	clear(&made);
}

static void a_workbook_is_made_also_of_nothing(void **state)
{
	struct made made;
	const struct figures none = { NULL, 0, 0 };
	char *body = NULL;
	size_t size = 0;

	(void)state;
	make(&made, "da");
	assert_int_equal(table_xlsx(&made.figures, &made.wish, &made.names, &body, &size), 0);
	assert_true(size > 1000);
	assert_memory_equal(body, "PK\x03\x04", 4);
	free(body);
	assert_int_equal(table_xlsx(&none, &made.wish, &made.names, &body, &size), 0);
	assert_memory_equal(body, "PK\x03\x04", 4);
	free(body);
	clear(&made);
}

/* Nobody else is answered while a table is made. */
static void a_table_of_too_many_cells_is_refused(void **state)
{
	enum { ROWS = 3000, COLUMNS = 1000 };
	struct figure *row = calloc(ROWS, sizeof(*row));
	struct figures figures = { row, ROWS, ROWS };
	json_t *metrics = json_object();
	struct made made;
	char *body = NULL, key[16];
	size_t size = 0;

	(void)state;
	make(&made, "en");
	for (int i = 0; i < COLUMNS; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(metrics, key, json_integer(i));
	}
	for (int i = 0; i < ROWS; i++)
		row[i] = (struct figure){ TEXT("18"), TEXT("module"), TEXT("m"), metrics, NULL };
	assert_int_equal(table_csv(&figures, &made.wish, &made.names, false, &body, &size),
			 LIFT_E_SIZE);
	assert_int_equal(table_xlsx(&figures, &made.wish, &made.names, &body, &size), LIFT_E_SIZE);
	figures.n = 100;
	assert_int_equal(table_csv(&figures, &made.wish, &made.names, false, &body, &size), 0);
	free(body);
	free(row);
	json_decref(metrics);
	clear(&made);
}

/* A spreadsheet has 16,384 columns. */
static void more_columns_than_a_spreadsheet_has_are_refused(void **state)
{
	struct figure row = { TEXT("18"), TEXT("module"), TEXT("m"), NULL, NULL };
	const struct figures figures = { &row, 1, 1 };
	json_t *metrics = json_object();
	struct made made;
	char *body = NULL, key[16];
	size_t size = 0;

	(void)state;
	make(&made, "en");
	for (int i = 0; i < 17000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(metrics, key, json_integer(i));
	}
	row.metrics = metrics;
	assert_int_equal(table_csv(&figures, &made.wish, &made.names, false, &body, &size),
			 LIFT_E_SIZE);
	assert_int_equal(table_xlsx(&figures, &made.wish, &made.names, &body, &size), LIFT_E_SIZE);
	json_decref(metrics);
	clear(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_gets_each_value_of_all),
		cmocka_unit_test(columns_are_those_that_are_wished_for),
		cmocka_unit_test(a_spreadsheet_gets_its_own_form),
		cmocka_unit_test(a_workbook_is_made_also_of_nothing),
		cmocka_unit_test(a_table_of_too_many_cells_is_refused),
		cmocka_unit_test(more_columns_than_a_spreadsheet_has_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
