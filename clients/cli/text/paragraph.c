/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/paragraph.h"

#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/print.h"

/* Characters of UTF-8, not bytes. */
static int width_of(const char *word)
{
	int width = 0;

	for (; *word; word++)
		width += ((unsigned char)*word & 0xc0) != 0x80;
	return width;
}

void paragraph_print(FILE *out, const char *text, int column, int indent)
{
	char *copy = strdup(text), *rest = copy, *word;

	if (column > indent) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", indent - column, "");
	column = indent;
	while ((word = strsep(&rest, " "))) {
		int width = width_of(word);

		if (width == 0)
			continue;
		if (column > indent && column + 1 + width > PARAGRAPH_WIDTH) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else if (column > indent) {
			fputc(' ', out);
			column++;
		}
		print_text(out, word, 0);
		column += width;
	}
	if (!copy) /* out of memory: unbroken is better than not at all */
		print_text(out, text, 0);
	fputc('\n', out);
	free(copy);
}
