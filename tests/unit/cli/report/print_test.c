/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as text, HTML and CSV: names that are hard to write.
 */
#include "clients/cli/report/print/csv.h"
#include "clients/cli/report/print/html.h"
#include "clients/cli/report/print/text.h"
#include "clients/cli/report/print/xlsx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "clients/cli/report/document/cell.h"
#include "proto/err.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static char *written(const struct document *document,
		     void (*write)(const struct document *document, FILE *out))
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(document, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* As it is without a wish. */
static void write_csv(const struct document *document, FILE *out)
{
	const struct csv_form form = { ',', '.', true, true, false };

	print_as_csv(document, &form, out);
}

static void write_csv_for_excel(const struct document *document, FILE *out)
{
	const struct csv_form form = { ';', ',', true, true, true };

	print_as_csv(document, &form, out);
}

static void check_has(const char *text, const char *part)
{
	if (strstr(text, part))
		return;
	fputs(text, stderr);
	fail_msg("no '%s' above", part);
}

/* The writers. */

/* A report of one table with names that are hard to write. */
static void fill(struct document *document, const char *const names[], size_t n)
{
	static const struct column columns[] = {
		{ "place", NULL, false, true, false, false },
		{ "participants", "participants", false, false, false, false },
		{ "new in the period", "participants", true, false, false, false },
		{ "completion rate", "completion_rate", false, false, true, false },
		{ "not on paper", NULL, false, false, false, true },
	};
	struct section *section;
	struct table *table;

	*document = (struct document){
		.title = names[0], .from = "2025-01-01", .to = "2025-06-30", .region = "all"
	};
	document_add_fact(document, "Region", names[0]);
	section = document_add_section(document, "reach", names[0]);
	document_add_paragraph(document, &section->paragraphs, names[0]);
	table = section_add_table(document, section, columns, COUNT(columns), n, "all");
	assert_non_null(table);
	document_add_paragraph(document, &document->notes, names[0]);
	for (size_t i = 0; i < n; i++) {
		struct row *row = &table->rows[i];

		row->region = row->name = names[i];
		row->cells[0] = cell_of_text(names[i]);
		row->cells[1] = cell_of_count(1000 + (int64_t)i);
		row->cells[2] = cell_of_change(1 - (int64_t)i);
		row->cells[3] = cell_of_share((int64_t)i, 3);
		row->cells[4] = cell_of_count(7);
	}
	table->rows[n - 1].total = true;
}

static void html_escapes_what_means_something_and_drops_controls(void **state)
{
	static const char *const names[] = { "<b title=\"a\">'R&D'</b>\x1b[0m", "Å\xc2\x9bsele",
					     "all" };
	static const char escaped[] =
		"&lt;b title=&quot;a&quot;&gt;&#39;R&amp;D&#39;&lt;/b&gt;?[0m";
	struct document document;
	size_t n = 0;
	char *html;

	(void)state;
	fill(&document, names, COUNT(names));
	html = written(&document, print_as_html);
	for (const char *at = html; (at = strstr(at, escaped)) != NULL; at++)
		n++;
	assert_int_equal(n, 7); /* <title>, title, heading, fact, note, cell, last note */
	assert_null(strstr(html, "<b "));
	assert_null(strchr(html, '\x1b'));
	check_has(html, ">Å?sele</th>");
	check_has(html, "<td class=\"n\">1001</td>");
	check_has(html, "<tr class=\"all\">");
	/* One of three, of a bar of 100. */
	check_has(html, "<rect width=\"33\"");
	free(html);
	document_clear(&document);
}

static void csv_quotes_what_has_to_be_and_ends_lines_as_the_rfc_says(void **state)
{
	static const char *const names[] = { "Vega, \"the island\"", "Røros", "all" };
	struct document document;
	char *csv;

	(void)state;
	fill(&document, names, COUNT(names));
	csv = written(&document, write_csv);
	assert_string_equal(
		csv,
		"\xef\xbb\xbfsection,region,name,within,dimension,value,measure,from,to,figure\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,participants,,2025-06-30,1000\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,participants,2025-01-01,2025-06-30,1\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,completion_rate.n,,2025-06-30,0\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,completion_rate.of,,2025-06-30,3\r\n"
		"reach,\"Vega, \"\"the island\"\"\",\"Vega, \"\"the "
		"island\"\"\",,,,completion_rate.value,,2025-06-30,0.0\r\n"
		"reach,Røros,Røros,,,,participants,,2025-06-30,1001\r\n"
		"reach,Røros,Røros,,,,participants,2025-01-01,2025-06-30,0\r\n"
		"reach,Røros,Røros,,,,completion_rate.n,,2025-06-30,1\r\n"
		"reach,Røros,Røros,,,,completion_rate.of,,2025-06-30,3\r\n"
		"reach,Røros,Røros,,,,completion_rate.value,,2025-06-30,0.333333\r\n");
	free(csv);
	document_clear(&document);
}

static void csv_for_excel_has_decimal_commas_and_codes_as_texts(void **state)
{
	static const char *const names[] = { "0301", "=1+1", "all" };
	struct document document;
	char *csv;

	(void)state;
	fill(&document, names, COUNT(names));
	csv = written(&document, write_csv_for_excel);
	assert_string_equal(
		csv,
		"\xef\xbb\xbfsection;region;name;within;dimension;value;measure;from;to;figure\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;participants;;2025-06-30;1000\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;participants;2025-01-01;2025-06-30;1"
		"\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;completion_rate.n;;2025-06-30;0\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;completion_rate.of;;2025-06-30;3\r\n"
		"reach;\"=\"\"0301\"\"\";\"=\"\"0301\"\"\";;;;completion_rate.value;;2025-06-30;"
		"0,0\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;participants;;2025-06-30;1001\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;participants;2025-01-01;2025-06-30;0"
		"\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;completion_rate.n;;2025-06-30;1\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;completion_rate.of;;2025-06-30;3\r\n"
		"reach;\"=\"\"=1+1\"\"\";\"=\"\"=1+1\"\"\";;;;completion_rate.value;;2025-06-30;"
		"0,333333\r\n");
	free(csv);
	document_clear(&document);
}

/* Umlauts take one column, characters of the far east two, accents that combine none. */
static void columns_of_text_are_aligned_whatever_the_script(void **state)
{
	static const char *const names[] = { "Åsele", "e\u0301e", "東京都", "a\nb\x1b", "all" };
	struct document document;
	char *text;

	(void)state;
	fill(&document, names, COUNT(names));
	text = written(&document, print_as_text);
	check_has(text, "\n"
			"place   participants  new in the  completion\n"
			"                          period        rate\n"
			"------  ------------  ----------  ----------\n"
			"Åsele           1000          +1        0.0%\n"
			"e\u0301e              1001           0       33.3%\n"
			"東京都          1002          -1       66.7%\n"
			"a?b?            1003          -2      100.0%\n"
			"all             1004          -3      133.3%\n");
	assert_null(strstr(text, " \n"));
	check_has(text, "Region          Åsele\n");
	free(text);
	document_clear(&document);
}

static void long_texts_are_broken_at_spaces(void **state)
{
	static const char *const names[] = {
		"one word and another word and a third and a fourth, and then there are some more",
		"all"
	};
	struct document document;
	char *text;

	(void)state;
	fill(&document, names, COUNT(names));
	text = written(&document, print_as_text);
	check_has(text,
		  "Region          one word and another word and a third and a fourth, and then\n"
		  "                there are some more\n");
	free(text);
	document_clear(&document);
}

/* Its bytes; the caller frees them. */
static char *workbook_of(const struct document *document, size_t *ret_size)
{
	char *bytes = NULL;
	FILE *out = open_memstream(&bytes, ret_size);

	assert_non_null(out);
	assert_int_equal(print_as_xlsx(document, out), 0);
	assert_int_equal(fclose(out), 0);
	return bytes;
}

/* The names of the sheets are made of titles that have what no sheet may. */
static void a_workbook_is_made_of_any_names_and_twice_the_same(void **state)
{
	static const char *const names[] = {
		"[a/b]: 'c' * and so on, for more characters than a sheet may have in its name?",
		"\x1b", "all"
	};
	struct document document;
	char *bytes, *again;
	size_t size, size_again;

	(void)state;
	fill(&document, names, COUNT(names));
	document.made_ms = 1743588000000;
	document.sections->new_page = true;
	document_add_section(&document, "", names[0])->empty = true;
	bytes = workbook_of(&document, &size);
	again = workbook_of(&document, &size_again);
	assert_true(size > 1000);
	assert_memory_equal(bytes, "PK", 2);
	assert_int_equal(size, size_again);
	assert_memory_equal(bytes, again, size);
	free(bytes);
	free(again);
	document_clear(&document);
}

static void a_workbook_that_cannot_be_written_is_an_error(void **state)
{
	static const char *const names[] = { "a", "all" };
	struct document document;
	FILE *full = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(full);
	setvbuf(full, NULL, _IONBF, 0);
	fill(&document, names, COUNT(names));
	assert_int_equal(print_as_xlsx(&document, full), LIFT_E_IO);
	fclose(full);
	document_clear(&document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(html_escapes_what_means_something_and_drops_controls),
		cmocka_unit_test(csv_quotes_what_has_to_be_and_ends_lines_as_the_rfc_says),
		cmocka_unit_test(csv_for_excel_has_decimal_commas_and_codes_as_texts),
		cmocka_unit_test(columns_of_text_are_aligned_whatever_the_script),
		cmocka_unit_test(long_texts_are_broken_at_spaces),
		cmocka_unit_test(a_workbook_is_made_of_any_names_and_twice_the_same),
		cmocka_unit_test(a_workbook_that_cannot_be_written_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
