/* SPDX-License-Identifier: Apache-2.0 */
#include "clients/xapi/read/media.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "proto/err.h"
#include "proto/grow.h"

enum { DELIMITER_SIZE = MEDIA_BOUNDARY_MAX + 8, WHERE_SIZE = 32 };

bool media_is(const char *content_type, const char *type)
{
	size_t size = strlen(type);

	content_type += strspn(content_type, " \t");
	if (strncasecmp(content_type, type, size) != 0)
		return false;
	content_type += size;
	content_type += strspn(content_type, " \t");
	return *content_type == 0 || *content_type == ';';
}

/* The value of a parameter that begins at `at`: a token, or in quotes, without backslashes, which
 * no boundary has. Behind it, or NULL where it is neither. */
static const char *value_of(const char *at, struct text *ret_value)
{
	size_t size;

	if (*at == '"') {
		size = strcspn(++at, "\"\\");
		if (at[size] != '"')
			return NULL;
		*ret_value = (struct text){ at, size };
		return at + size + 1;
	}
	size = strcspn(at, "; \t\"");
	*ret_value = (struct text){ at, size };
	return at + size;
}

/* "\r\n--" and the boundary. */
static bool find_delimiter(const char *content_type, char to[static DELIMITER_SIZE])
{
	static const char name[] = "boundary=";
	const char *at = strchr(content_type, ';');
	struct text value;

	while (at) {
		bool is_boundary;

		at += strspn(at, "; \t");
		is_boundary = strncasecmp(at, name, sizeof(name) - 1) == 0;
		at = strchr(at, '=');
		at = at ? value_of(at + 1, &value) : NULL;
		if (at && is_boundary) {
			if (value.size == 0 || value.size > MEDIA_BOUNDARY_MAX)
				return false;
			snprintf(to, DELIMITER_SIZE, "\r\n--%.*s", (int)value.size, value.data);
			return true;
		}
		at = at ? strchr(at, ';') : NULL;
	}
	return false;
}

/* A body that is cut into parts. */
struct cut {
	struct text rest;
	struct text delimiter;
};

/* What is before the next delimiter; *ret_last: that was the last one. False: there is none. */
static bool next_piece(struct cut *cut, struct text *ret_piece, bool *ret_last)
{
	const char *begin = cut->rest.data, *end = begin + cut->rest.size, *from = begin;

	while (from < end) {
		const char *found = memmem(from, (size_t)(end - from), cut->delimiter.data,
					   cut->delimiter.size);
		const char *at = found ? found + cut->delimiter.size : NULL;

		if (!found)
			return false;
		*ret_last = end - at >= 2 && memcmp(at, "--", 2) == 0;
		while (!*ret_last && at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (*ret_last || (end - at >= 2 && memcmp(at, "\r\n", 2) == 0)) {
			/* The line's end is left: it begins a delimiter that follows at once. */
			*ret_piece = (struct text){ begin, (size_t)(found - begin) };
			cut->rest = (struct text){ at, (size_t)(end - at) };
			return true;
		}
		from = found + 1;
	}
	return false;
}

/* The first delimiter may stand at the very beginning, without a line's end in front. */
static bool skip_preamble(struct cut *cut, bool *ret_last)
{
	struct cut first = { cut->rest, { cut->delimiter.data + 2, cut->delimiter.size - 2 } };
	struct text preamble;

	if (first.rest.size >= first.delimiter.size &&
	    memcmp(first.rest.data, first.delimiter.data, first.delimiter.size) == 0 &&
	    next_piece(&first, &preamble, ret_last) && preamble.size == 0) {
		cut->rest = first.rest;
		return true;
	}
	return next_piece(cut, &preamble, ret_last);
}

static struct text trimmed(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t'))
		at++;
	while (end > at && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return (struct text){ at, (size_t)(end - at) };
}

static void take_header(const char *at, const char *end, struct media_part *part)
{
	const struct {
		struct text name;
		struct text *to;
	} headers[] = {
		{ TEXT("Content-Type"), &part->type },
		{ TEXT("Content-Transfer-Encoding"), &part->encoding },
		{ TEXT("X-Experience-API-Hash"), &part->hash },
	};
	const char *colon = memchr(at, ':', (size_t)(end - at));

	for (size_t i = 0; colon && i < sizeof(headers) / sizeof(headers[0]); i++)
		if ((size_t)(colon - at) == headers[i].name.size &&
		    strncasecmp(at, headers[i].name.data, headers[i].name.size) == 0)
			*headers[i].to = trimmed(colon + 1, end);
}

/* Headers, an empty line, and the content; all that is between two delimiters begins with the end
 * of the first one's line. False: the empty line is missing. */
static bool read_part(struct text piece, struct media_part *ret_part)
{
	const char *at = piece.data, *end = piece.data + piece.size;

	*ret_part = (struct media_part){ 0 };
	while (end - at >= 2 && memcmp(at, "\r\n", 2) == 0) {
		const char *line = at + 2, *line_end;

		if (end - line >= 2 && memcmp(line, "\r\n", 2) == 0) {
			ret_part->content = (struct text){ line + 2, (size_t)(end - line - 2) };
			return true;
		}
		line_end = memmem(line, (size_t)(end - line), "\r\n", 2);
		if (!line_end)
			return false;
		take_header(line, line_end, ret_part);
		at = line_end;
	}
	return false;
}

static int fault_part(struct fault *fault, size_t n, const char *expected)
{
	char where[WHERE_SIZE];

	snprintf(where, sizeof(where), "part %zu", n + 1);
	fault_set(fault, 400, where, "%s", expected);
	return LIFT_E_MALFORMED;
}

static int read_parts(struct cut *cut, struct media_part **parts, size_t *ret_n,
		      struct fault *ret_fault)
{
	size_t room = 0, n = 0;
	struct text piece;
	bool last = false;

	if (!skip_preamble(cut, &last))
		return fault_part(ret_fault, 0, "the body has no line with -- and the boundary");
	while (!last) {
		if (!next_piece(cut, &piece, &last))
			return fault_part(ret_fault, n,
					  "a line with --, the boundary and -- must end the body");
		if (n == MEDIA_PARTS_MAX)
			return fault_part(ret_fault, n, "there may be 1000 parts");
		if (grow(parts, &room, n + 1, sizeof(**parts)) != 0)
			return LIFT_E_MEMORY;
		if (!read_part(piece, &(*parts)[n]))
			return fault_part(ret_fault, n,
					  "an empty line must end the part's headers");
		n++;
	}
	if (n == 0)
		return fault_part(ret_fault, 0, "the statements are missing");
	*ret_n = n;
	return 0;
}

int media_parts(struct text body, const char *content_type, struct media_part **ret_parts,
		size_t *ret_n, struct fault *ret_fault)
{
	char delimiter[DELIMITER_SIZE];
	struct media_part *parts = NULL;
	struct cut cut;
	int err;

	if (!find_delimiter(content_type, delimiter)) {
		fault_set(ret_fault, 400, "Content-Type",
			  "multipart/mixed needs a boundary of 1 to 70 characters");
		return LIFT_E_MALFORMED;
	}
	cut = (struct cut){ body, text_of(delimiter) };
	err = read_parts(&cut, &parts, ret_n, ret_fault);
	if (err)
		free(parts);
	else
		*ret_parts = parts;
	return err;
}
