/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <stdlib.h>

#include "clients/cli/text/print.h"

enum { TEXTS_SHOWN = 5 /* of a source */ };

/* [kind, text, n, what was meant or nil, the attribute of a value or nil] */
static void print_unknown_text(FILE *out, const json_t *row)
{
	const char *meant = json_string_value(json_array_get(row, 3));
	const char *attr = json_string_value(json_array_get(row, 4));

	fprintf(out, "%s \"%s\"", json_string_value(json_array_get(row, 0)),
		json_string_value(json_array_get(row, 1)));
	if (attr)
		fprintf(out, " of %s", attr);
	fprintf(out, " (%" JSON_INTEGER_FORMAT, json_integer_value(json_array_get(row, 2)));
	if (meant)
		fprintf(out, ", \"%s\" was probably meant", meant);
	fputc(')', out);
}

/* What it has sent that counts nowhere, by the texts that are kept. */
void troubles_unknown(struct telling *telling, const json_t *source, unsigned *n)
{
	const json_t *unknown = json_object_get(source, "unknown"), *row;
	const json_t *rows = json_object_get(unknown, "texts");
	json_int_t events = json_number(unknown, "events");
	char *texts = NULL;
	size_t size, i;
	FILE *out;

	if (events == 0 || !(out = open_memstream(&texts, &size)))
		return;
	json_array_foreach(rows, i, row)
	{
		if (i == TEXTS_SHOWN)
			break;
		fputs(i ? ", " : ": ", out);
		print_unknown_text(out, row);
	}
	if (json_array_size(rows) > i)
		fprintf(out, ", and %zu more", json_array_size(rows) - i);
	if (fclose(out) == 0 && (*n)++ < SOURCES_SHOWN)
		troubles_tell(telling, false, "an alias in the catalogue counts them",
			      "source %s: %" JSON_INTEGER_FORMAT
			      " event%s brought what the catalogue does not know%s",
			      json_text(source, "source"), events, events == 1 ? "" : "s", texts);
	free(texts);
}
