/* SPDX-License-Identifier: Apache-2.0 */
#include "daemon/audit/line.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/iso8601.h"

enum { TEXT_BYTES_MAX = 256 /* of one member, at most: what is longer is cut */ };

/* In their order in a line. */
static const struct member {
	struct text key;
	size_t offset;
	bool quoted; /* it may have spaces */
} members[] = {
	{ TEXT("key"), offsetof(struct audit, key), false },
	{ TEXT("audience"), offsetof(struct audit, audience), false },
	{ TEXT("op"), offsetof(struct audit, op), false },
	{ TEXT("source"), offsetof(struct audit, source), false },
	{ TEXT("region"), offsetof(struct audit, region), true },
	{ TEXT("kind"), offsetof(struct audit, kind), false },
	{ TEXT("id"), offsetof(struct audit, id), true },
	{ TEXT("result"), offsetof(struct audit, result), false },
};

enum { MEMBERS = sizeof(members) / sizeof(members[0]) };

static_assert((int)AUDIT_LINE_MAX > (int)MEMBERS * ((int)TEXT_BYTES_MAX - 64) + 128,
	      "a line has room: a key, a kind and the like have 64 bytes at most");

/* Writing. */

struct line {
	char *to;
	size_t size;
};

static void put(struct line *line, const char *text, size_t size)
{
	size_t room = AUDIT_LINE_MAX - 2 - line->size;

	size = size < room ? size : room;
	memcpy(line->to + line->size, text, size);
	line->size += size;
}

static bool is_plain(unsigned char c, bool quoted)
{
	return c >= (quoted ? ' ' : '!') && c != 0x7f && c != '"' && c != '\\';
}

static void put_member(struct line *line, const struct member *member, struct text text)
{
	size_t n = text.size < TEXT_BYTES_MAX ? text.size : TEXT_BYTES_MAX;

	put(line, " ", 1);
	put(line, member->key.data, member->key.size);
	put(line, "=\"", member->quoted ? 2 : 1);
	for (size_t i = 0; i < n; i++)
		put(line,
		    is_plain((unsigned char)text.data[i], member->quoted) ? text.data + i : "?", 1);
	put(line, "\"", member->quoted);
}

static void put_number(struct line *line, const char *key, uint64_t value)
{
	char text[48];

	put(line, text, (size_t)snprintf(text, sizeof(text), " %s=%" PRIu64, key, value));
}

size_t audit_print(const struct audit *audit, char to[static AUDIT_LINE_MAX])
{
	struct line line = { to, 0 };
	char time[ISO8601_TEXT];

	iso8601_print(audit->time, time);
	put(&line, time, strlen(time));
	for (size_t i = 0; i < MEMBERS; i++) {
		const struct text *text = (const void *)((const char *)audit + members[i].offset);

		/* Numbers stand before the result. */
		if (i == MEMBERS - 1 && audit->ids != AUDIT_NO_IDS)
			put_number(&line, "ids", (uint64_t)audit->ids);
		if (i == MEMBERS - 1 && audit->number > 0)
			put_number(&line, "number", audit->number);
		if (i == MEMBERS - 1 && audit->release > 0)
			put_number(&line, "release", audit->release);
		if (text->size > 0)
			put_member(&line, &members[i], *text);
		else if (i == 0)
			put_member(&line, &members[i], text_of("-"));
	}
	to[line.size++] = '\n';
	to[line.size] = 0;
	return line.size;
}

/* Reading. */

static bool take(struct text *rest, char until, struct text *ret_part)
{
	const char *end = rest->size > 0 ? memchr(rest->data, until, rest->size) : NULL;

	if (!end)
		return false;
	*ret_part = (struct text){ rest->data, (size_t)(end - rest->data) };
	rest->size -= ret_part->size + 1;
	rest->data = end + 1;
	return true;
}

/* The value behind a '=': in quotes, or up to a space or the end. */
static bool take_value(struct text *rest, struct text *ret_value)
{
	if (rest->size == 0 || rest->data[0] != '"') {
		if (!take(rest, ' ', ret_value)) {
			*ret_value = *rest;
			*rest = (struct text){ NULL, 0 };
		}
		return ret_value->size > 0;
	}
	rest->data++;
	rest->size--;
	if (!take(rest, '"', ret_value))
		return false;
	if (rest->size == 0)
		return true;
	if (rest->data[0] != ' ')
		return false;
	rest->data++;
	rest->size--;
	return true;
}

static bool read_number(struct text value, int64_t *ret_number)
{
	enum { DIGITS_MAX = 18 };
	int64_t number = 0;

	if (value.size < 1 || value.size > DIGITS_MAX)
		return false;
	for (size_t i = 0; i < value.size; i++) {
		if (value.data[i] < '0' || value.data[i] > '9')
			return false;
		number = 10 * number + (value.data[i] - '0');
	}
	*ret_number = number;
	return true;
}

/* What a later version writes, too, is skipped. */
static bool read_member(struct audit *audit, struct text key, struct text value)
{
	int64_t number;

	for (size_t i = 0; i < MEMBERS; i++)
		if (text_equal(key, members[i].key))
			*(struct text *)((char *)audit + members[i].offset) = value;
	if (text_equal(key, text_of("programme"))) {
		audit->kind = text_of("programme");
		audit->id = value;
	}
	if (text_equal(key, text_of("ids")))
		return read_number(value, &audit->ids);
	if (!text_equal(key, text_of("number")) && !text_equal(key, text_of("release")))
		return true;
	if (!read_number(value, &number))
		return false;
	*(text_equal(key, text_of("number")) ? &audit->number : &audit->release) = (uint64_t)number;
	return true;
}

bool audit_parse(struct text line, struct audit *ret_audit)
{
	struct audit audit = { .ids = AUDIT_NO_IDS };
	struct text time, key, value;

	if (!take(&line, ' ', &time) || !iso8601_parse(time, &audit.time))
		return false;
	while (line.size > 0)
		if (!take(&line, '=', &key) || !take_value(&line, &value) ||
		    !read_member(&audit, key, value))
			return false;
	if (audit.key.size == 0)
		return false;
	if (text_equal(audit.key, text_of("-")))
		audit.key = (struct text){ NULL, 0 };
	if (audit.op.size == 0)
		audit.op = text_of("roster");
	if (audit.result.size == 0)
		audit.result = text_of("ok");
	*ret_audit = audit;
	return true;
}
