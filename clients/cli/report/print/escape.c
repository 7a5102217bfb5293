/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/report/print/escape.h"

#include <stdbool.h>

void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool c1 = c == 0xc2 && (unsigned char)text[1] >= 0x80 &&
			  (unsigned char)text[1] < 0xa0;

		if (c < ' ' || c == 0x7f || c1) {
			fputc('?', out);
			text += c1;
			continue;
		}
		switch (c) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(c, out);
		}
	}
}

void print_element(FILE *out, const char *name, const char *text)
{
	fprintf(out, "<%s>", name);
	print_escaped(out, text);
	fprintf(out, "</%s>\n", name);
}
