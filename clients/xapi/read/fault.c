/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/fault.h"

#include <stdio.h>
#include <string.h>

enum { NAME_BYTES = 40 };

/* Back to the end of a whole character of UTF-8. */
static size_t whole(const char *text, size_t size)
{
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return size;
}

static void end_whole(char *text, size_t room, size_t size)
{
	if (size < room)
		return;
	/* The byte behind the cut is gone: the last character may be a part of one. */
	size = strlen(text);
	while (size > 0 && ((unsigned char)text[size - 1] & 0xc0) == 0x80)
		size--;
	if (size > 0 && ((unsigned char)text[size - 1] & 0x80))
		size--;
	text[size] = 0;
}

void fault_vset(struct fault *fault, int status, const char *where, const char *format,
		va_list args)
{
	int size;

	fault->status = status;
	size = snprintf(fault->where, sizeof(fault->where), "%s", where);
	end_whole(fault->where, sizeof(fault->where), (size_t)size);
	size = vsnprintf(fault->text, sizeof(fault->text), format, args);
	end_whole(fault->text, sizeof(fault->text), (size_t)size);
}

void fault_set(struct fault *fault, int status, const char *where, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fault_vset(fault, status, where, format, args);
	va_end(args);
}

void fault_name(const char *name, size_t size, char to[static FAULT_NAME])
{
	size_t kept = size > NAME_BYTES ? whole(name, NAME_BYTES) : size;

	for (size_t i = 0; i < kept; i++) {
		unsigned char c = (unsigned char)name[i];

		to[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
	}
	memcpy(to + kept, size > kept ? "..." : "", size > kept ? 4 : 1);
}
