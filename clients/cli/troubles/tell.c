/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/troubles/internal.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "clients/cli/text/paragraph.h"

enum { INDENT = 7 /* behind "WRONG" and "note" */ };

void troubles_tell_hint(struct telling *telling)
{
	if (telling->hint)
		paragraph_print(telling->out, telling->hint, 0, INDENT);
	telling->hint = NULL;
}

void troubles_tell(struct telling *telling, bool wrong, const char *hint, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int size;

	if (wrong != telling->wrong)
		return;
	if (telling->hint && (!hint || strcmp(hint, telling->hint) != 0))
		troubles_tell_hint(telling);
	telling->told++;
	va_start(args, format);
	size = vasprintf(&text, format, args);
	va_end(args);
	fputs(wrong ? "WRONG  " : "note   ", telling->out);
	paragraph_print(telling->out, size < 0 ? "out of memory" : text, INDENT, INDENT);
	telling->hint = hint;
	if (size >= 0)
		free(text);
}

/* Is the word in "one,two,three"? */
static bool is_in(const char *list, const char *word)
{
	size_t size = strlen(word);

	for (; list && *list; list += strcspn(list, ","), list += *list == ',')
		if (strcspn(list, ",") == size && memcmp(list, word, size) == 0)
			return true;
	return false;
}

bool troubles_is_ignored(const struct telling *telling, const char *what, const char *source)
{
	return is_in(telling->wish->ignored, what) || is_in(telling->wish->ignored, source);
}
