/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/csv_wish.h"

#include <string.h>

/* What Excel takes for granted where the system speaks that language. */
static const struct {
	const char *name;
	char separator, decimal;
} readers[] = {
	{ "excel-nb", ';', ',' }, { "excel-sv", ';', ',' }, { "excel-da", ';', ',' },
	{ "excel-fi", ';', ',' }, { "excel-en", ',', '.' },
};

static const struct {
	const char *word;
	char separator;
} separators[] = { { ";", ';' }, { ",", ',' }, { "tab", '\t' }, { "\\t", '\t' }, { "\t", '\t' } };

bool csv_is_wished(const struct csv_wish *wish)
{
	return wish->reader || wish->separator || wish->decimal;
}

static void choose_reader(const char *reader, struct csv_form *form)
{
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (strcmp(readers[i].name, reader) == 0)
			*form = (struct csv_form){ readers[i].separator, readers[i].decimal, true,
						   true, true };
}

static char separator_of(const char *word)
{
	for (size_t i = 0; i < sizeof(separators) / sizeof(separators[0]); i++)
		if (strcmp(separators[i].word, word) == 0)
			return separators[i].separator;
	return 0;
}

int csv_choose(const struct usage *usage, const struct csv_wish *wish, struct csv_form *form)
{
	if (wish->reader)
		choose_reader(wish->reader, form);
	if (wish->separator)
		form->separator = separator_of(wish->separator);
	if (!form->separator)
		return complain_usage(usage, "--separator must be ';', ',' or tab, not '%s'",
				      wish->separator);
	if (wish->decimal) {
		if (strcmp(wish->decimal, ".") != 0 && strcmp(wish->decimal, ",") != 0)
			return complain_usage(usage, "--decimal must be '.' or ',', not '%s'",
					      wish->decimal);
		form->decimal = wish->decimal[0];
	}
	if (form->separator == form->decimal)
		return complain_usage(usage, "decimal commas need another --separator, ';' or tab");
	return STATUS_WELL;
}
