/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/sheet/separator.h"

#include <strings.h>

#define SEPARATORS ",;\t"

static bool separates(char c, char separator)
{
	return separator ? c == separator : c && strchr(SEPARATORS, c);
}

static enum csv_state next_state(enum csv_state state, char c, char separator)
{
	if (state == CELL_QUOTED)
		return c == '"' ? CELL_QUOTE : CELL_QUOTED;
	/* A quote opens only at the beginning of a cell, or again after one that closed. */
	if (c == '"')
		return state == CELL_PLAIN ? CELL_PLAIN : CELL_QUOTED;
	if (c == ' ' && state == CELL_BEGIN)
		return CELL_BEGIN;
	return separates(c, separator) ? CELL_BEGIN : CELL_PLAIN;
}

size_t csv_record_size(const char *data, size_t size, struct csv_scan *scan)
{
	const char *newline = memchr(data, '\n', size);
	enum csv_state state = CELL_BEGIN;
	size_t i = 0;

	if (newline && !memchr(data, '"', (size_t)(newline - data)))
		return (size_t)(newline - data) + 1;
	while (i < size && (data[i] != '\n' || state == CELL_QUOTED)) {
		if (data[i] == '\n' && i < scan->known) {
			i = scan->known;
			state = scan->state;
		} else {
			state = next_state(state, data[i++], scan->separator);
		}
	}
	if (i > scan->known)
		*scan = (struct csv_scan){ i, state, scan->separator };
	return i < size ? i + 1 : 0;
}

void csv_scan_skip(struct csv_scan *scan, size_t size)
{
	scan->known = scan->known > size ? scan->known - size : 0;
}

char separator_told(struct text record)
{
	static const struct text word = TEXT("sep=");

	if (record.size > 0 && record.data[0] == '"')
		record = (struct text){ record.data + 1, record.size - 1 };
	if (record.size < word.size + 2 || strncasecmp(record.data, word.data, word.size) != 0 ||
	    !memchr("\"\r\n", record.data[word.size + 1], 3) ||
	    !memchr(SEPARATORS "|", record.data[word.size], sizeof(SEPARATORS)))
		return 0;
	return record.data[word.size];
}

char separator_found(struct text header)
{
	static const char wanted[] = "\t;,"; /* names have commas rather than these */
	size_t n[sizeof(wanted) - 1] = { 0 }, most = sizeof(wanted) - 2;
	enum csv_state state = CELL_BEGIN;

	for (size_t i = 0; i < header.size; i++) {
		if (state != CELL_QUOTED && separates(header.data[i], 0))
			n[strchr(wanted, header.data[i]) - wanted]++;
		state = next_state(state, header.data[i], 0);
	}
	for (size_t i = sizeof(wanted) - 1; i-- > 0;)
		most = n[i] > 0 && n[i] >= n[most] ? i : most;
	return wanted[most];
}
