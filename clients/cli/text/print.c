/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/cli/text/print.h"

#include <limits.h>

#include "proto/visible.h"

/* As many characters as that, at most: how many it was. */
static int print_visible(FILE *out, const char *text, int most)
{
	int printed = 0;
	uint32_t code;
	bool hidden;

	for (size_t n; printed < most && (n = visible_next(text, &code, &hidden)) > 0; text += n) {
		if (hidden)
			fputc('?', out);
		else
			fwrite(text, 1, n, out);
		printed++;
	}
	return printed;
}

int text_characters(const char *text)
{
	int count = 0;
	uint32_t code;
	bool hidden;

	for (size_t n; (n = visible_next(text, &code, &hidden)) > 0; text += n)
		count++;
	return count;
}

void print_text(FILE *out, const char *text, int width)
{
	for (int printed = print_visible(out, text, INT_MAX); printed < width; printed++)
		fputc(' ', out);
}

void print_text_within(FILE *out, const char *text, int width)
{
	if (text_characters(text) <= width) {
		print_text(out, text, width);
		return;
	}
	print_visible(out, text, width - 1);
	fputs("\xe2\x80\xa6", out);
}

/* How many bytes there are before a character that nobody sees, or the end. */
static size_t visible_bytes(const char *text)
{
	const char *at = text;
	uint32_t code;
	bool hidden;
	size_t n;

	for (;;) {
		while (*at >= ' ' && *at < 0x7f)
			at++;
		n = visible_next(at, &code, &hidden);
		if (n == 0 || hidden)
			return (size_t)(at - text);
		at += n;
	}
}

void print_json_line(FILE *out, const char *line)
{
	uint32_t code;
	bool hidden;

	for (;;) {
		size_t n = visible_bytes(line);

		fwrite(line, 1, n, out);
		line += n;
		n = visible_next(line, &code, &hidden);
		if (n == 0)
			break;
		line += n;
		if (code < 0x10000)
			fprintf(out, "\\u%04x", code);
		else
			fprintf(out, "\\u%04x\\u%04x", 0xd800 + ((code - 0x10000) >> 10),
				0xdc00 + ((code - 0x10000) & 0x3ff));
	}
	fputc('\n', out);
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
