/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/json_text.h"

#include <assert.h>
#include <stdlib.h>

#include "proto/grow.h"
#include "proto/json_value.h"

enum {
	KEY_MAX = 511,	  /* bytes, as in json.c */
	SPREAD = 6,	  /* bytes of JSON that a byte of a message becomes at most: "false," */
	MEMBERS_FEW = 40, /* sorted by insertion */
};

/* A key and its value, as they have been written, with the comma behind them. */
struct member {
	uint64_t first; /* bytes of its key, which sort as the key does */
	struct text key;
	size_t at, size;
};

struct json_text {
	const uint8_t *at, *end; /* of the message, as far as it has been read */
	char *text, *to;	 /* what is written, and its end: there is room for all */
	size_t room;
	char *sorted; /* a map's members in order */
	size_t sorted_room;
	struct member *members; /* of all maps that are open */
	size_t n, members_room;
	int err;
};

struct json_text *json_text_new(void)
{
	return calloc(1, sizeof(struct json_text));
}

void json_text_free(struct json_text *json)
{
	if (!json)
		return;
	free(json->text);
	free(json->sorted);
	free(json->members);
	free(json);
}

static bool fail(struct json_text *json, int err)
{
	json->err = err;
	return false;
}

static void put(struct json_text *json, const char *text, size_t size)
{
	memcpy(json->to, text, size);
	json->to += size;
}

static bool put_int(struct json_text *json, int64_t value)
{
	json->to = json_put_int(json->to, value);
	return true;
}

static bool put_real(struct json_text *json, double value)
{
	int err = json_put_real(&json->to, value);

	return err ? fail(json, err) : true;
}

static bool put_text(struct json_text *json, struct text text)
{
	int err = json_put_text(&json->to, text);

	return err ? fail(json, err) : true;
}

/* Reading. */

static bool read_number(struct json_text *json, size_t bytes, uint64_t *ret_number)
{
	if ((size_t)(json->end - json->at) < bytes)
		return fail(json, LIFT_E_MALFORMED);
	*ret_number = get_be(json->at, bytes);
	json->at += bytes;
	return true;
}

/* A text, whose first byte has been read. */
static bool read_text(struct json_text *json, uint8_t byte, struct text *ret_text)
{
	uint64_t size = byte & 0x1f;

	if (byte >= 0xd9 && byte <= 0xdb) {
		if (!read_number(json, (size_t)1 << (byte - 0xd9), &size))
			return false;
	} else if (byte >> 5 != 0xa0 >> 5) {
		return fail(json, LIFT_E_MALFORMED);
	}
	if (size > (size_t)(json->end - json->at))
		return fail(json, LIFT_E_MALFORMED);
	*ret_text = (struct text){ (const char *)json->at, size };
	json->at += size;
	return true;
}

/* Maps. */

static uint64_t first_of(struct text key)
{
	uint8_t bytes[8] = { 0 };

	memcpy(bytes, key.data, key.size < sizeof(bytes) ? key.size : sizeof(bytes));
	return get_be(bytes, sizeof(bytes));
}

static int compare_keys(const struct member *a, const struct member *b)
{
	return a->first != b->first ? (a->first > b->first) - (a->first < b->first)
				    : text_compare(a->key, b->key);
}

/* Of the same keys in the order in which they came. */
static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int by = compare_keys(x, y);

	return by ? by : (x->at > y->at) - (x->at < y->at);
}

/* False: they are in order already, and each key is there once. */
static bool sort(struct member *members, size_t n)
{
	size_t i = 1;

	while (i < n && compare_keys(&members[i - 1], &members[i]) < 0)
		i++;
	if (i >= n)
		return false;
	if (n > MEMBERS_FEW) {
		qsort(members, n, sizeof(*members), compare_members);
		return true;
	}
	for (; i < n; i++) {
		struct member member = members[i];
		size_t to = i;

		for (; to > 0 && compare_keys(&members[to - 1], &member) > 0; to--)
			members[to] = members[to - 1];
		members[to] = member;
	}
	return true;
}

/* What has been written of a map from `begin` on is written again, with its keys in order; of those
 * that are the same the last one counts. */
static bool arrange(struct json_text *json, struct member *members, size_t n, size_t begin)
{
	size_t size = (size_t)(json->to - json->text) - begin;
	char *to;

	if (!sort(members, n))
		return true;
	if (grow(&json->sorted, &json->sorted_room, size, 1) != 0)
		return fail(json, LIFT_E_MEMORY);
	to = json->sorted;
	for (size_t i = 0; i < n; i++) {
		if (i + 1 < n && compare_keys(&members[i], &members[i + 1]) == 0)
			continue;
		memcpy(to, json->text + members[i].at, members[i].size);
		to += members[i].size;
	}
	json->to = json->text + begin;
	put(json, json->sorted, (size_t)(to - json->sorted));
	return true;
}

static bool begin_member(struct json_text *json, struct text key)
{
	if (key.size > KEY_MAX || (key.size > 0 && memchr(key.data, 0, key.size)))
		return fail(json, LIFT_E_MALFORMED);
	if (grow(&json->members, &json->members_room, json->n + 1, sizeof(*json->members)) != 0)
		return fail(json, LIFT_E_MEMORY);
	json->members[json->n++] = (struct member){ .first = first_of(key),
						    .key = key,
						    .at = (size_t)(json->to - json->text) };
	if (!put_text(json, key))
		return false;
	*json->to++ = ':';
	return true;
}

static void end_member(struct json_text *json, size_t number)
{
	struct member *member = &json->members[number];

	*json->to++ = ',';
	member->size = (size_t)(json->to - json->text) - member->at;
}

static bool put_value(struct json_text *json, int depth);

static bool put_map(struct json_text *json, uint64_t pairs, int depth,
		    const struct json_member *more, size_t n_more)
{
	size_t first = json->n, begin;

	*json->to++ = '{';
	begin = (size_t)(json->to - json->text);
	for (uint64_t i = 0; i < pairs + n_more; i++) {
		const struct json_member *member = i < pairs ? NULL : &more[i - pairs];
		size_t number = json->n;
		struct text key;

		if (!member && json->at == json->end)
			return fail(json, LIFT_E_MALFORMED);
		if (member)
			key = text_of(member->key);
		else if (!read_text(json, *json->at++, &key))
			return false;
		if (!begin_member(json, key) ||
		    !(member ? put_text(json, member->value) : put_value(json, depth)))
			return false;
		end_member(json, number);
	}
	if (!arrange(json, json->members + first, json->n - first, begin))
		return false;
	json->to -= json->n > first;
	json->n = first;
	*json->to++ = '}';
	return true;
}

static bool put_array(struct json_text *json, uint64_t items, int depth)
{
	*json->to++ = '[';
	for (uint64_t i = 0; i < items; i++) {
		if (!put_value(json, depth))
			return false;
		*json->to++ = ',';
	}
	json->to -= items > 0;
	*json->to++ = ']';
	return true;
}

/* Of so many values, whose head has been read. */
static bool put_items(struct json_text *json, bool is_map, uint64_t items, int depth)
{
	if (depth == 0)
		return fail(json, LIFT_E_MALFORMED);
	return is_map ? put_map(json, items, depth - 1, NULL, 0)
		      : put_array(json, items, depth - 1);
}

static bool put_number(struct json_text *json, uint8_t byte)
{
	size_t bytes = (size_t)1 << (byte & 3);
	int unused = 64 - 8 * (int)bytes;
	uint64_t number;
	double real;
	float single;

	if (byte == 0xca || byte == 0xcb)
		bytes = byte == 0xca ? 4 : 8;
	if (!read_number(json, bytes, &number))
		return false;
	if (byte == 0xca) {
		uint32_t half = (uint32_t)number;

		memcpy(&single, &half, sizeof(single));
		return put_real(json, (double)single);
	}
	if (byte == 0xcb) {
		memcpy(&real, &number, sizeof(real));
		return put_real(json, real);
	}
	if (byte >= 0xd0)
		return put_int(json, (int64_t)(number << unused) >> unused);
	return number <= INT64_MAX ? put_int(json, (int64_t)number) : fail(json, LIFT_E_MALFORMED);
}

/* MessagePack specification, "Formats": those from 0xc0 on. */
static bool put_other(struct json_text *json, uint8_t byte, int depth)
{
	struct text text;
	uint64_t items;

	if (byte == 0xc0)
		put(json, "null", 4);
	else if (byte == 0xc2)
		put(json, "false", 5);
	else if (byte == 0xc3)
		put(json, "true", 4);
	else if (byte >= 0xca && byte <= 0xd3)
		return put_number(json, byte);
	else if (byte >= 0xdc && byte <= 0xdf)
		return read_number(json, byte & 1 ? 4 : 2, &items) &&
		       put_items(json, byte >= 0xde, items, depth);
	else
		return read_text(json, byte, &text) && put_text(json, text);
	return true;
}

static bool put_value(struct json_text *json, int depth)
{
	struct text text;
	uint8_t byte;

	if (json->at == json->end)
		return fail(json, LIFT_E_MALFORMED);
	byte = *json->at++;
	if (byte <= 0x7f || byte >= 0xe0)
		return put_int(json, (int8_t)byte);
	if (byte <= 0x9f)
		return put_items(json, byte <= 0x8f, byte & 0x0f, depth);
	if (byte <= 0xbf)
		return read_text(json, byte, &text) && put_text(json, text);
	return put_other(json, byte, depth);
}

/* A map with more than the message has. */
static bool put_with(struct json_text *json, const struct json_member *more, size_t n_more)
{
	uint8_t byte = json->at < json->end ? *json->at++ : 0;
	uint64_t pairs = byte & 0x0f;

	if ((byte >> 4 != 0x8 && byte >> 1 != 0xde >> 1) ||
	    (byte >= 0xde && !read_number(json, byte & 1 ? 4 : 2, &pairs)))
		return fail(json, LIFT_E_MALFORMED);
	return put_map(json, pairs, MSG_DEPTH_CLIENT - 1, more, n_more);
}

int json_text_of(struct json_text *json, struct text message, const struct json_member *more,
		 size_t n_more, struct text *ret_line)
{
	size_t room = SPREAD * message.size + JSON_REAL_MAX;

	for (size_t i = 0; i < n_more; i++)
		room += SPREAD * (strlen(more[i].key) + more[i].value.size + 1);
	if (grow(&json->text, &json->room, room, 1) != 0)
		return LIFT_E_MEMORY;
	json->at = (const uint8_t *)message.data;
	json->end = json->at + message.size;
	json->to = json->text;
	json->n = 0;
	if (!(n_more > 0 ? put_with(json, more, n_more) : put_value(json, MSG_DEPTH_CLIENT)))
		return json->err;
	if (json->at != json->end)
		return LIFT_E_MALFORMED;
	assert((size_t)(json->to - json->text) < json->room);
	*json->to = 0;
	*ret_line = (struct text){ json->text, (size_t)(json->to - json->text) };
	return 0;
}
