/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/print.h"

#include <csv.h>
#include <string.h>

void print_text(FILE *out, const char *text, int width)
{
	int printed = 0;

	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		/* C1 controls are C2 80..9F in UTF-8. */
		bool control = c < ' ' || c == 0x7f ||
			       (c == 0xc2 && (unsigned char)text[1] >= 0x80 &&
				(unsigned char)text[1] < 0xa0);

		if (control && c == 0xc2)
			text++;
		fputc(control ? '?' : c, out);
		printed += (c & 0xc0) != 0x80;
	}
	for (; printed < width; printed++)
		fputc(' ', out);
}

void print_csv(FILE *out, const char *text, char end)
{
	if (strpbrk(text, ",\"\r\n"))
		csv_fwrite(out, text, strlen(text));
	else
		fputs(text, out);
	if (end)
		fputc(end, out);
}

const char *json_text(const json_t *map, const char *key)
{
	const char *text = json_string_value(json_object_get(map, key));

	return text ? text : "";
}

json_int_t json_number(const json_t *map, const char *key)
{
	return json_integer_value(json_object_get(map, key));
}
