/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/change/change.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/grow.h"

enum { WORDS_MAX = 1200 /* bytes of a row in words: two ids, and more than is said of them */ };

void changes_free(struct changes *changes)
{
	free(changes->rows);
	arena_free(&changes->arena);
	*changes = (struct changes){ 0 };
}

static const char *copy(struct changes *changes, const char *text)
{
	char *to = text ? arena_text(&changes->arena, text_of(text)) : NULL;

	changes->no_memory |= text && !to;
	return to;
}

void changes_add(struct changes *changes, const struct change_row *row, const char *format, ...)
{
	char words[WORDS_MAX];
	struct change_row *to;
	va_list args;

	if (grow(&changes->rows, &changes->room, changes->n + 1, sizeof(*changes->rows)) != 0) {
		changes->no_memory = true;
		return;
	}
	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	to = &changes->rows[changes->n];
	*to = *row;
	to->id = copy(changes, row->id);
	to->of = copy(changes, row->of);
	to->text = copy(changes, words);
	changes->n += !changes->no_memory;
}

int changes_err(const struct changes *changes)
{
	return changes->no_memory ? LIFT_E_MEMORY : 0;
}
